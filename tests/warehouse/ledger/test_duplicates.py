"""What several sources tell of one account: each event once, with both rows named, and nothing real left out."""

from pathlib import Path
from typing import Any

import pytest

from connectors.records import Transaction
from support.decided import decide, event, same
from support.raw_book import RawBook, row
from warehouse.ledger.duplicates import DUPLICATE_CHECKS
from warehouse.ledger.legs import LEGS

_BOOKED = "SELECT DISTINCT transaction_id FROM ledger.legs ORDER BY ALL"
_TOLD = "SELECT transaction_id, kept_transaction_id, rule, is_confirmed, is_applied FROM ledger.duplicates ORDER BY ALL"
_HASH = "0x" + "ab" * 32


def _book(folder: Path, *, same_as: str | None = "kraken", **settings: Any) -> RawBook:
    """A venue `kraken`, and a file `export` that tells of it (or not, by the configuration)."""
    book = RawBook(folder, sources={"export": {"kind": "csv", "same_as": same_as, **settings}})
    book.sources["kraken"] = {"venue": "kraken"}
    return book


def _told(book: RawBook) -> tuple[list[Any], list[Any]]:
    """What is booked, and what is told twice; the blocking checks hold."""
    with book.run(LEGS) as ask:
        for check in DUPLICATE_CHECKS:
            assert not check.is_blocking or ask(check.query) == [], check.name
        return [name for (name,) in ask(_BOOKED)], ask(_TOLD)


def _both(book: RawBook, api: Transaction, export: Transaction) -> tuple[list[Any], list[Any]]:
    book.add("kraken", f"{api.kind}s", api)
    book.add("export", "transactions", export)
    return _told(book)


_BUY = row("T1", "trade", "2025-03-01 12:00:30.250", "1 BTC", "-10 USD", fee=["-0.1 USD"])


def test_told__equal_to_the_second_and_the_last_digit__is_booked_once_as_the_venue_tells_it(tmp_path: Path) -> None:
    booked, told = _both(
        _book(tmp_path), _BUY, row("x", "trade", "2025-03-01 12:00:30", "1.00 BTC", "-10 USD", fee=["-0.1 USD"])
    )
    assert booked == ["kraken/trades/T1"]
    assert told == [("export/transactions/x", "kraken/trades/T1", "content", True, True)]


def test_told__only_the_file_tells_the_fee__is_booked_as_the_file_tells_it(tmp_path: Path) -> None:
    booked, told = _both(
        _book(tmp_path),
        row("T1", "trade", "2025-03-01 12:00:30", "1 BTC", "-10 USD"),
        row("x", "trade", "2025-03-01 12:00:30", "1 BTC", "-10 USD", fee=["-0.1 USD"]),
    )
    assert booked == ["export/transactions/x"]
    assert told == [("kraken/trades/T1", "export/transactions/x", "content", True, True)]


def test_told__rows_of_the_file_alone__fill_the_account(tmp_path: Path) -> None:
    book = _book(tmp_path)
    book.add("kraken", "trades", row("T2", "trade", "2025-04-01 12:00", "-1 BTC", "12 USD"))
    book.add("export", "transactions", row("x", "trade", "2019-04-01 12:00:30", "1 BTC", "-10 USD"))
    book.hold("kraken", "2026-11-24 05:00", "0 BTC", "2 USD")
    book.build()
    assert book.ask("SELECT account, gain_usd, term FROM lots.disposals") == [("kraken", 2, "long")]
    assert book.ask("SELECT DISTINCT account FROM ledger.postings") == [("kraken",)]
    assert book.ask("SELECT account, difference FROM quality.balances WHERE difference <> 0") == []
    assert book.ask("SELECT account FROM lots.methods") == [("kraken",)]
    assert book.ask("SELECT problem FROM quality.problems") == []


@pytest.mark.parametrize(("api", "file", "booked"), [(2, 1, 2), (1, 2, 2), (3, 3, 3), (0, 2, 2), (2, 0, 2)])
def test_told__equal_fills__are_as_many_as_the_source_that_tells_more(
    tmp_path: Path, api: int, file: int, booked: int
) -> None:
    book = _book(tmp_path)
    at = "2025-03-01 12:00:30"
    book.add("kraken", "trades", *(row(f"T{n}", "trade", at, "1 BTC", "-10 USD") for n in range(api)))
    book.add("export", "transactions", *(row(f"x-{n}", "trade", at, "1 BTC", "-10 USD") for n in range(file)))
    names, told = _told(book)
    assert len(names) == booked
    assert [row[2:] for row in told] == [("content", True, True)] * min(api, file)


def test_told__id_of_the_venue_in_the_file__is_the_same_whatever_the_clock_says(tmp_path: Path) -> None:
    booked, told = _both(
        _book(tmp_path),
        row("TX7-ABC", "trade", "2025-03-01 12:00:30", "1 BTC", "-10 USD"),
        row("x", "trade", "2025-03-02 02:00", "1 BTC", "-10 USD", description="buy, id TX7-ABC"),
    )
    assert booked == ["kraken/trades/TX7-ABC"]
    assert told == [("export/transactions/x", "kraken/trades/TX7-ABC", "id", True, True)]


def test_told__id_in_an_account_that_nobody_says_is_the_same__is_booked_once_and_a_problem(tmp_path: Path) -> None:
    book = _book(tmp_path, same_as=None)
    booked, told = _both(
        book,
        row("TX7-ABC", "trade", "2025-03-01 12:00:30", "1 BTC", "-10 USD"),
        row("x", "trade", "2025-03-02 02:00", "1 BTC", "-10 USD", description="buy, id TX7-ABC"),
    )
    assert booked == ["kraken/trades/TX7-ABC"]
    assert told[0][2:] == ("id", True, True)
    book.build()
    ((account, detail),) = book.ask("SELECT account, detail FROM quality.problems WHERE problem = 'same_account'")
    assert account == "export"
    assert 'add same_as = "kraken" to the account export' in detail
    doubted = book.ask(
        "SELECT tax_year, is_inside FROM quality.year_doubts WHERE kind = 'same_account' ORDER BY tax_year"
    )
    assert doubted == [(2025, True), (2026, True)]  # until somebody says whether the two accounts are one
    assert book.ask("SELECT DISTINCT is_proven FROM tax.year_summary") == [(False,)]


def test_told__id_without_a_digit_by_two_keys_of_one_venue__is_booked_once(tmp_path: Path) -> None:
    """A word without a digit in a file's description is no id; the id that a venue gives is one."""
    book = _book(tmp_path)
    deposit = row("LFHYAK-RZCSX-ESPUEX", "deposit", "2025-03-01 12:00:30", "2.5 ETH")
    book.add("kraken", "deposits", deposit)
    book.add("kraken2", "deposits", deposit)
    book.add(
        "export", "transactions", row("x", "deposit", "2025-04-01", "7 ETH", description="from LFHYAK-RZCSX-ESPUEX")
    )
    booked, told = _told(book)
    assert booked == ["export/transactions/x", "kraken/deposits/LFHYAK-RZCSX-ESPUEX"]
    assert told == [("kraken2/deposits/LFHYAK-RZCSX-ESPUEX", "kraken/deposits/LFHYAK-RZCSX-ESPUEX", "id", True, True)]


def test_told__sum_of_the_fills_of_one_order__is_the_fills(tmp_path: Path) -> None:
    book = _book(tmp_path)
    order = '{"ordertxid": "OABCDE-1"}'
    book.add(
        "kraken",
        "trades",
        row("T1", "trade", "2025-03-01 12:00:30", "1 BTC", "-10 USD", payload=order),
        row("T2", "trade", "2025-03-01 12:07:00", "0.5 BTC", "-5.5 USD", payload=order),
    )
    book.add(
        "export",
        "transactions",
        row("x", "trade", "2025-03-01 12:07:00", "1.5 BTC", "-15.5 USD", description="order OABCDE-1"),
    )
    booked, told = _told(book)
    assert booked == ["kraken/trades/T1", "kraken/trades/T2"]
    assert told == [
        ("export/transactions/x", "kraken/trades/T1", "order", True, True),
        ("export/transactions/x", "kraken/trades/T2", "order", True, True),
    ]


def test_told__hash_of_both_ends__is_a_transfer_and_no_duplicate(tmp_path: Path) -> None:
    book = _book(tmp_path, same_as=None)
    book.add("kraken", "withdrawals", row("W", "withdrawal", "2025-03-01 12:00", "-1 ETH", tx_hash=_HASH))
    book.add("export", "transactions", row("x", "deposit", "2025-03-01 12:00", "1 ETH", tx_hash=_HASH))
    booked, told = _told(book)
    assert booked == ["export/transactions/x", "kraken/withdrawals/W"]
    assert told == []


def test_told__hash_of_a_withdrawal_in_the_venues_file__is_one_withdrawal_and_its_hash_is_kept(tmp_path: Path) -> None:
    book = _book(tmp_path)
    book.add("kraken", "withdrawals", row("W1", "withdrawal", "2025-03-01 12:00", "-1 ETH", tx_hash=_HASH))
    book.add("kraken", "withdrawals", row("W2", "withdrawal", "2025-03-02 12:00", "-2 ETH"))
    book.add("export", "transactions", row("x", "withdrawal", "2025-03-01 12:20", "-1 ETH", tx_hash=_HASH[2:].upper()))
    book.add("export", "transactions", row("y", "withdrawal", "2025-03-02 12:00", "-2 ETH", tx_hash="0x" + "cd" * 32))
    with book.run(LEGS) as ask:
        assert ask("SELECT transaction_id, right(tx_hash, 64) FROM ledger.legs ORDER BY ALL") == [
            ("kraken/withdrawals/W1", "ab" * 32),
            ("kraken/withdrawals/W2", "cd" * 32),
        ]


def test_told__two_movements_of_one_hash__are_both_booked(tmp_path: Path) -> None:
    book = _book(tmp_path)
    batch = [row(f"W{n}", "withdrawal", "2025-03-01 12:00", "-1 ETH", tx_hash=_HASH) for n in (1, 2)]
    book.add("kraken", "withdrawals", *batch)
    book.add("export", "transactions", row("x", "withdrawal", "2025-03-01 12:00", "-1 ETH", tx_hash=_HASH))
    assert _told(book)[0] == ["kraken/withdrawals/W1", "kraken/withdrawals/W2"]


def test_told__one_hash_that_paid_two_accounts__is_only_a_proposal(tmp_path: Path) -> None:
    book = _book(tmp_path, same_as=None)
    booked, told = _both(
        book,
        row("D", "deposit", "2025-03-01 12:00", "1 ETH", tx_hash=_HASH),
        row("x", "deposit", "2025-03-01 12:10", "1 ETH", tx_hash=_HASH),
    )
    assert booked == ["export/transactions/x", "kraken/deposits/D"]
    assert told == [("export/transactions/x", "kraken/deposits/D", "unlinked", False, False)]


@pytest.mark.parametrize(
    ("export", "rule"),
    [
        (row("x", "trade", "2025-03-01 12:00:30", "0.123 BTC", "-10 USD"), "rounded"),
        (row("x", "trade", "2025-03-01 12:00:00", "0.12345678 BTC", "-10 USD"), "time"),
        (row("x", "trade", "2025-03-01", "0.12345678 BTC", "-10 USD"), "time"),
        (row("x", "trade", "2025-03-01 12:00:30", "0.12345678 BTC", "-10.1 USD"), "fee"),
        (row("x", "wrap", "2025-03-01 12:00:30", "0.12345678 BTC", "-10 USD"), "kind"),
    ],
)
def test_told__nearly_the_same_in_its_file__is_left_out_and_a_problem(
    tmp_path: Path, export: Transaction, rule: str
) -> None:
    book = _book(tmp_path)
    api = row("T1", "trade", "2025-03-01 12:00:30", "0.12345678 BTC", "-10 USD", fee=["-0.1 USD"])
    booked, told = _both(book, api, export)
    assert booked == ["kraken/trades/T1"]
    assert told == [("export/transactions/x", "kraken/trades/T1", rule, False, True)]
    book.price("BTC", "2026-11-23", "60")
    book.build()
    assert book.ask("SELECT account, asset FROM quality.problems WHERE problem = 'told_twice'") == [("kraken", "BTC")]
    assert book.ask("SELECT count(*) FROM harvest.candidates WHERE status = 'ready'") == [(0,)]
    ((doubted,),) = book.ask("SELECT reason FROM quality.year_doubts WHERE kind = 'told_twice'")
    assert "if these are two events, one is missing" in doubted


def test_told__nearly_the_same_in_a_file_that_rounds__is_confirmed(tmp_path: Path) -> None:
    booked, told = _both(
        _book(tmp_path, rounds=True),
        row("T1", "trade", "2025-03-01 12:00:30", "0.12345678 BTC", "-10 USD"),
        row("x", "trade", "2025-03-01 12:00:00", "0.1235 BTC", "-10 USD"),
    )
    assert booked == ["kraken/trades/T1"]
    assert told == [("export/transactions/x", "kraken/trades/T1", "rounded", True, True)]


@pytest.mark.parametrize(
    "export",
    [
        row("x", "trade", "2025-03-01 12:00:30", "-1 BTC", "10 USD"),  # the other way
        row("x", "trade", "2025-03-01 12:00:30", "1 BTC", "-11 USD"),  # another amount
        row("x", "trade", "2025-03-01 12:02:00", "1 BTC", "-10 USD"),  # later
        row("x", "trade", "2025-03-01 12:00:30", "1 ETH", "-10 USD"),  # another coin
    ],
)
def test_told__another_event__is_booked_too(tmp_path: Path, export: Transaction) -> None:
    booked, told = _both(_book(tmp_path), _BUY, export)
    assert booked == ["export/transactions/x", "kraken/trades/T1"]
    assert told == []


def test_told__hours_apart_in_another_time_zone__is_booked_twice_and_asked(tmp_path: Path) -> None:
    booked, told = _both(_book(tmp_path), _BUY, row("x", "trade", "2025-03-01 07:00:30", "1 BTC", "-10 USD"))
    assert len(booked) == 2
    assert told == [("export/transactions/x", "kraken/trades/T1", "zone", False, False)]


def test_told__rounded_to_hardly_anything__is_booked_twice_and_asked(tmp_path: Path) -> None:
    api = row("T1", "reward", "2025-03-01 12:00:30", "0.000146 ETH")
    booked, told = _both(_book(tmp_path), api, row("x", "reward", "2025-03-01 12:00:30", "0.0001 ETH"))
    assert len(booked) == 2
    assert told == [("export/transactions/x", "kraken/rewards/T1", "rounded", False, False)]


def test_told__at_two_venues_at_the_same_second__are_two_events(tmp_path: Path) -> None:
    book = RawBook(tmp_path, sources={"a": {"venue": "kraken"}, "b": {"venue": "binance"}})
    for name in ("a", "b"):
        book.add(name, "trades", row("1", "trade", "2025-03-01 12:00:30", "1 BTC", "-10 USD"))
    assert _told(book) == (["a/trades/1", "b/trades/1"], [])


def test_told__in_accounts_that_differ_by_the_configuration__are_two_events(tmp_path: Path) -> None:
    book = _book(tmp_path, same_as=None, differs_from=("kraken",))
    booked, told = _both(book, _BUY, row("x", "trade", "2025-03-01 12:00:30", "1 BTC", "-10 USD", fee=["-0.1 USD"]))
    assert (len(booked), told) == (2, [])


def test_told__identical_rows_of_one_source__are_all_real(tmp_path: Path) -> None:
    book = _book(tmp_path)
    book.add("kraken", "trades", *(row(f"T{n}", "trade", "2025-03-01 12:00", "1 BTC", "-10 USD") for n in range(3)))
    assert len(_told(book)[0]) == 3


def test_told__by_two_lists_of_one_venue__is_once_by_hash_and_a_question_without(tmp_path: Path) -> None:
    book = RawBook(tmp_path)
    for stream, name in (("deposits", "D"), ("ledger", "L")):
        book.add(
            "kraken",
            stream,
            row(f"{name}1", "deposit", "2025-03-01 12:00", "1 ETH", tx_hash=_HASH),
            row(f"{name}2", "deposit", "2025-03-02 12:00", "2 ETH"),
        )
    booked, told = _told(book)
    assert booked == ["kraken/deposits/D1", "kraken/deposits/D2", "kraken/ledger/L2"]
    assert told == [
        ("kraken/ledger/L1", "kraken/deposits/D1", "tx_hash", True, True),
        ("kraken/ledger/L2", "kraken/deposits/D2", "stream", False, False),
    ]


def test_told__whole_days_where_a_file_begins__are_asked_and_inside_are_sure(tmp_path: Path) -> None:
    book = RawBook(tmp_path, sources={"a": {"kind": "csv"}, "b": {"kind": "csv", "same_as": "a"}})
    days = {"a": range(1, 5), "b": range(3, 8)}
    for name, told in days.items():
        rows = [row(f"{name}{day}", "reward", f"2025-03-0{day}", "0.1 ETH") for day in told]
        book.add(name, "transactions", *rows)
    booked, told_twice = _told(book)
    assert len(booked) == 7
    assert [(name[-1], rule, is_confirmed) for name, _, rule, is_confirmed, _ in told_twice] == [
        ("3", "edge", False),
        ("4", "edge", False),
    ]


@pytest.mark.parametrize(("is_same", "booked"), [(True, 1), (False, 2)])
def test_decision__that_two_are_one_or_two__is_followed_and_asks_no_more(
    tmp_path: Path, *, is_same: bool, booked: int
) -> None:
    book = _book(tmp_path)
    api, export = _BUY, row("x", "trade", "2025-03-01 12:00:00", "1 BTC", "-10 USD")
    _both(book, api, export)
    decide(book, same(book, "export/transactions/x", "kraken/trades/T1", is_same=is_same))
    names, told = _told(book)
    assert len(names) == booked
    assert told == ([("export/transactions/x", "kraken/trades/T1", "told", True, True)] if is_same else [])
    book.build()
    assert book.ask("SELECT problem FROM quality.problems WHERE problem IN ('told_twice', 'stale_override')") == []


def test_decision__about_events_of_which_one_changed__is_stale_and_asked_again(tmp_path: Path) -> None:
    book = _book(tmp_path)
    _both(book, _BUY, row("x", "trade", "2025-03-01 12:00:00", "1 BTC", "-10 USD"))
    decide(book, same(book, "export/transactions/x", "kraken/trades/T1", is_same=False))
    book.add("export", "transactions", row("x", "trade", "2025-03-01 12:00:10", "1 BTC", "-10 USD"), mode="snapshot")
    book.build()
    problems = book.ask("SELECT problem FROM quality.problems WHERE problem <> 'missing_price' ORDER BY ALL")
    assert problems == [("stale_override",), ("told_twice",)]


def test_decision__about_a_row_that_is_left_out__is_refused_with_the_row_that_counts(tmp_path: Path) -> None:
    book = _book(tmp_path)
    _both(book, row("D1", "deposit", "2025-03-01 12:00", "1 BTC"), row("x", "deposit", "2025-03-01 12:00", "1 BTC"))
    decide(book, event(book, "export/transactions/x", "income"))
    with book.run(LEGS) as ask:
        ((state, detail),) = ask("SELECT state, detail FROM ledger.overrides")
        assert state == "refused"
        assert "is told by kraken/deposits/D1 too" in detail
        assert ask("SELECT kind FROM ledger.legs") == [("deposit",)]


def test_decision__to_ignore_one_of_two__leaves_the_other_booked(tmp_path: Path) -> None:
    """An ignored row neither stands for another nor hides behind one."""
    for ignored, booked in (
        ("kraken/deposits/D1", "export/transactions/x"),
        ("export/transactions/x", "kraken/deposits/D1"),
    ):
        book = _book(tmp_path / ignored[:3])
        _both(book, row("D1", "deposit", "2025-03-01 12:00", "1 BTC"), row("x", "deposit", "2025-03-01 12:00", "1 BTC"))
        decide(book, event(book, ignored, is_ignored=True))
        assert _told(book) == ([booked], [])


def test_decision__about_the_row_that_counts__does_not_part_it_from_its_copy(tmp_path: Path) -> None:
    book = _book(tmp_path)
    _both(book, row("D1", "deposit", "2025-03-01 12:00", "1 BTC"), row("x", "deposit", "2025-03-01 12:00", "1 BTC"))
    decide(book, event(book, "kraken/deposits/D1", "income"))
    with book.run(LEGS) as ask:
        assert ask("SELECT transaction_id, kind FROM ledger.legs") == [("kraken/deposits/D1", "income")]
