"""From raw files to postings: each row once, exact, or set aside with its reason."""

from datetime import timedelta
from decimal import Decimal
from pathlib import Path

import pytest

from connectors.raw import RawFileError
from connectors.records import Transaction
from support.raw_book import AS_OF, RawBook, row
from warehouse.ledger.legs import LEGS

_LEGS = "SELECT posting_id, asset, quantity, role FROM ledger.legs ORDER BY ALL"


def test_legs__a_trade_with_a_fee__is_one_posting_each_in_order(tmp_path: Path) -> None:
    book = RawBook(tmp_path)
    book.add("kraken", "trades", row("T1", "trade", "2025-01-05", "1 BTC", "-40000 USD", fee=["-10 USD"]))
    with book.run(LEGS) as ask:
        assert ask(_LEGS) == [
            ("kraken/trades/T1#1", "BTC", Decimal(1), "principal"),
            ("kraken/trades/T1#2", "USD", Decimal(-40000), "principal"),
            ("kraken/trades/T1#3", "USD", Decimal(-10), "fee"),
        ]
        assert ask("SELECT DISTINCT asset, is_cash FROM ledger.legs ORDER BY asset") == [("BTC", False), ("USD", True)]


def test_legs__a_row_fetched_twice__is_there_once_as_fetched_last(tmp_path: Path) -> None:
    book = RawBook(tmp_path)
    for quantity, age in (("3", 1), ("1", 3), ("2", 2)):
        book.add(
            "kraken",
            "ledger",
            row("R", "reward", "2025-01-05", f"{quantity} ETH"),
            fetched_at=AS_OF - timedelta(days=age),
        )
    with book.run(LEGS) as ask:
        assert ask("SELECT quantity FROM ledger.legs") == [(Decimal(3),)]


def test_legs__a_row_canceled_later__is_not_booked(tmp_path: Path) -> None:
    book = RawBook(tmp_path)
    book.add("k", "deposits", row("D", "deposit", "2025-01-05", "1 ETH"), fetched_at=AS_OF - timedelta(days=2))
    book.add(
        "k",
        "deposits",
        row("D", "deposit", "2025-01-05", "1 ETH", status="canceled"),
        row("P", "deposit", "2025-01-05", "1 ETH", status="pending"),
        row("M", "trade", "2025-01-05", "1 ETH", status="mirror"),
        fetched_at=AS_OF - timedelta(days=1),
    )
    with book.run(LEGS) as ask:
        assert ask("SELECT count(*) FROM ledger.legs") == [(0,)]
        assert ask("SELECT count(*) FROM quality.quarantine") == [(0,)]


def test_legs__a_newer_import__replaces_the_one_before(tmp_path: Path) -> None:
    book = RawBook(tmp_path)
    book.add(
        "old",
        "transactions",
        row("1", "reward", "2025-01-05", "1 ETH"),
        row("2", "reward", "2025-01-06", "1 ETH"),
        fetched_at=AS_OF - timedelta(days=2),
        mode="snapshot",
    )
    book.add("old", "transactions", row("2", "reward", "2025-01-06", "5 ETH"), mode="snapshot")
    with book.run(LEGS) as ask:
        assert ask("SELECT transaction_id, quantity FROM ledger.legs") == [("old/transactions/2", Decimal(5))]


def test_legs__other_names_and_ways_of_writing__mean_the_same(tmp_path: Path) -> None:
    book = RawBook(tmp_path, settings={"aliases": {"XBT": "BTC"}})
    book.add("k", "ledger", row("1", "reward", "2025-01-05", "1e-8 XBT"), row("2", "reward", "2025-01-05", "+.5 BTC"))
    with book.run(LEGS) as ask:
        assert ask("SELECT asset, quantity FROM ledger.legs ORDER BY quantity") == [
            ("BTC", Decimal("0.00000001")),
            ("BTC", Decimal("0.5")),
        ]


@pytest.mark.parametrize("quantity", ["0.1234567890123456789", "100000000000000000000", "1e-19"])
def test_legs__a_quantity_that_does_not_fit__sets_the_whole_row_aside(tmp_path: Path, quantity: str) -> None:
    book = RawBook(tmp_path)
    book.add(
        "k",
        "trades",
        row("1", "trade", "2025-01-05", f"{quantity} ETH", "-5 USD"),
        row("2", "trade", "2025-01-05", "1 ETH", "-5 USD"),
    )
    with book.run(LEGS) as ask:
        assert ask("SELECT DISTINCT transaction_id FROM ledger.legs") == [("k/trades/2",)]
        assert ask("SELECT account, stream, id, reason, payload FROM quality.quarantine") == [
            (
                "k",
                "trades",
                "1",
                f"ETH {quantity} does not fit 20 digits before and 18 after the decimal point",
                '{"id": "1"}',
            )
        ]


def test_legs__the_largest_and_smallest_that_fit__are_exact(tmp_path: Path) -> None:
    book = RawBook(tmp_path)
    book.add(
        "k",
        "ledger",
        row("1", "reward", "2025-01-05", "99999999999999999999.999999999999999999 SHIB"),
        row("2", "reward", "2025-01-06", "0.000000000000000001 SHIB"),
    )
    with book.run(LEGS) as ask:
        assert ask("SELECT quantity FROM ledger.legs ORDER BY transaction_id") == [
            (Decimal("99999999999999999999.999999999999999999"),),
            (Decimal("0.000000000000000001"),),
        ]


def test_legs__a_rejected_row__is_in_quarantine_with_its_reason(tmp_path: Path) -> None:
    book = RawBook(tmp_path)
    book.add("old", "transactions", row("7", "unknown", "2025-01-05", status="rejected", reason="line 7: no date"))
    with book.run(LEGS) as ask:
        assert ask("SELECT id, reason FROM quality.quarantine") == [("7", "line 7: no date")]


def test_legs__a_fee_of_nothing__is_no_posting_but_a_side_of_nothing_is(tmp_path: Path) -> None:
    book = RawBook(tmp_path)
    book.add("k", "trades", row("1", "trade", "2025-01-05", "-0.0001 SHIB", "0 USD", fee=["0 USD"]))
    with book.run(LEGS) as ask:
        assert ask("SELECT asset, role FROM ledger.legs ORDER BY ALL") == [("SHIB", "principal"), ("USD", "principal")]


def test_legs__what_happens_after_the_clock__has_not_happened(tmp_path: Path) -> None:
    book = RawBook(tmp_path)
    book.add(
        "k", "ledger", row("1", "reward", "2026-11-24 05:59", "1 ETH"), row("2", "reward", "2026-11-24 06:01", "1 ETH")
    )
    with book.run(LEGS) as ask:
        assert ask("SELECT transaction_id FROM ledger.legs") == [("k/ledger/1",)]


def test_legs__rows_of_one_instant__keep_the_order_of_the_venue(tmp_path: Path) -> None:
    book = RawBook(tmp_path)
    book.add(
        "k",
        "trades",
        row("A", "trade", "2025-01-05", "1 ETH", "-5 USD", order=2),
        row("B", "trade", "2025-01-05", "1 ETH", "-5 USD", order=1),
    )
    with book.run(LEGS) as ask:
        assert ask("SELECT DISTINCT transaction_number, transaction_id FROM ledger.legs ORDER BY ALL") == [
            (1, "k/trades/B"),
            (2, "k/trades/A"),
        ]


def test_legs__a_file_cut_short__stops_with_its_name(tmp_path: Path) -> None:
    book = RawBook(tmp_path)
    path = book.add("k", "ledger", row("1", "reward", "2025-01-05", "1 ETH"))
    path.write_bytes(path.read_bytes()[:-20])
    with pytest.raises(RawFileError, match=path.name), book.run(LEGS):
        pass


def test_legs__a_file_with_one_byte_changed__stops_with_its_name(tmp_path: Path) -> None:
    book = RawBook(tmp_path)
    path = book.add("k", "ledger", row("1", "reward", "2025-01-05", "1 ETH"))
    content = bytearray(path.read_bytes())
    content[10] ^= 1
    path.write_bytes(content)
    with pytest.raises(RawFileError, match="was cut short or altered"), book.run(LEGS):
        pass


def test_legs__a_file_in_another_accounts_folder__stops_with_its_name(tmp_path: Path) -> None:
    book = RawBook(tmp_path, accounts={"other": "fifo"})
    path = book.add("k", "ledger", row("1", "reward", "2025-01-05", "1 ETH"))
    moved = book.store.root / "other" / "ledger" / path.name
    moved.parent.mkdir(parents=True)
    path.rename(moved)
    with pytest.raises(RawFileError, match="was written for k/ledger, not for other/ledger"), book.run(LEGS):
        pass


def test_legs__no_raw_at_all__is_an_empty_book(tmp_path: Path) -> None:
    with RawBook(tmp_path, accounts={"k": "fifo"}).run(LEGS) as ask:
        assert ask("SELECT count(*) FROM ledger.legs") == [(0,)]


def test_legs__a_rejected_row__is_about_the_assets_that_it_names_by_their_own_names(tmp_path: Path) -> None:
    book = RawBook(tmp_path, settings={"aliases": {"XBT": "BTC"}})
    told = Transaction("7", "unknown", None, (), "{}", status="rejected", reason="no date", assets=("USD", "XBT"))
    untold = Transaction("8", "unknown", None, (), "{}", status="rejected", reason="no cells")
    book.add("old", "transactions", told, untold)
    with book.run(LEGS) as ask:
        assert ask("SELECT id, assets FROM quality.quarantine ORDER BY id") == [("7", ["BTC", "USD"]), ("8", [])]
