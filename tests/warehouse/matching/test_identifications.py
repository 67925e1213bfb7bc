"""Identifications, standing orders and allocations in a whole book: only what was recorded in time counts."""

from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

import pytest

from support.raw_book import RawBook, row
from warehouse.lots.journal import FrozenAllocation, JournalError, NamedLots, StandingOrder, Statement
from warehouse.lots.methods import ChosenMethod
from warehouse.lots.policy import GlobalAllocation, Pool, SpecificAllocation
from warehouse.matching.journal_file import append_entry
from warehouse.matching.policies import fingerprint
from warehouse.settings import AccountSettings, LotSettings

LOT = "kraken/trades/{}#1"
_SOLD = "SELECT lot_id, quantity, gain_usd, method FROM lots.disposals ORDER BY disposal_id"


def _book(folder: Path, **lots: object) -> RawBook:
    """Bought at 10 and at 30 early in 2025, sold at 20 on 1 June 2025 at noon."""
    book = RawBook(folder)
    book.add(
        "kraken",
        "trades",
        row("a", "trade", "2025-02-01", "1 BTC", "-10 USD"),
        row("b", "trade", "2025-03-01", "1 BTC", "-30 USD"),
        row("s", "trade", "2025-06-01 12:00", "-1 BTC", "20 USD"),
    )
    book.settings["lots"] = LotSettings(journal_path=folder / "identifications.jsonl", **lots)  # type: ignore[arg-type]
    return book


def _record(folder: Path, at: str, statement: Statement) -> None:
    append_entry(
        folder / "identifications.jsonl", statement, identified_at=datetime.fromisoformat(at).replace(tzinfo=UTC)
    )


def _lots(name: str, quantity: str = "1", **options: object) -> NamedLots:
    return NamedLots("kraken", "BTC", ((LOT.format(name), Decimal(quantity)),), **options)  # type: ignore[arg-type]


def test_identification__made_before_the_sale__picks_the_lot(tmp_path: Path) -> None:
    book = _book(tmp_path)
    _record(tmp_path, "2025-06-01 11:59", _lots("b"))
    book.build()
    assert book.ask(_SOLD) == [(LOT.format("b"), Decimal(1), Decimal(-10), "specific")]
    assert book.ask("SELECT state, used_quantity, lot_id FROM lots.identifications") == [
        ("used", Decimal(1), LOT.format("b"))
    ]
    assert book.ask("SELECT event_id FROM lots.identification_uses") == [("kraken/trades/s#1",)]


def test_identification__made_a_minute_late_for_the_sale_it_names__is_shown_and_refused(tmp_path: Path) -> None:
    book = _book(tmp_path)
    _record(tmp_path, "2025-06-01 12:01", _lots("b", transaction_id="kraken/trades/s"))
    book.build()
    assert book.ask(_SOLD) == [(LOT.format("a"), Decimal(1), Decimal(10), "fifo")]
    assert book.ask("SELECT state, used_quantity FROM lots.identifications") == [("late", Decimal(0))]
    assert book.ask("SELECT problem, transaction_id FROM quality.problems") == [
        ("identification_late", "kraken/trades/s")
    ]


def test_identification__of_a_part__leaves_the_rest_to_the_method(tmp_path: Path) -> None:
    book = _book(tmp_path)
    _record(tmp_path, "2025-05-01", _lots("b", "0.25"))
    book.build()
    assert book.ask("SELECT lot_id, quantity, method FROM lots.disposals ORDER BY lot_id") == [
        (LOT.format("a"), Decimal("0.75"), "fifo"), (LOT.format("b"), Decimal("0.25"), "specific"),
    ]  # fmt: skip


def test_standing_order__between_two_sales__holds_for_the_second_only(tmp_path: Path) -> None:
    book = _book(tmp_path)
    book.add(
        "kraken",
        "more",
        row("c", "trade", "2025-04-01", "1 BTC", "-40 USD"),
        row("t", "trade", "2025-06-01 12:02", "-1 BTC", "20 USD"),
    )
    _record(tmp_path, "2025-06-01 12:01", StandingOrder("kraken", "hifo"))
    book.build()
    assert [(lot_id, method) for lot_id, _, _, method in sorted(book.ask(_SOLD))] == [
        ("kraken/more/c#1", "hifo"), (LOT.format("a"), "fifo"),
    ]  # fmt: skip
    assert book.ask("SELECT method, wanted_method, reason FROM lots.methods WHERE is_current") == [
        ("hifo", "hifo", "standing order 1 of the journal")
    ]


def test_method__chosen_without_a_record__is_a_problem_and_fifo_from_2025(tmp_path: Path) -> None:
    book = _book(tmp_path)
    book.settings["accounts"] = (AccountSettings("kraken", "exchange", (ChosenMethod("hifo"),)),)
    result = book.build()
    assert book.ask(_SOLD)[0][3] == "fifo"
    assert book.ask("SELECT problem, account FROM quality.problems") == [("lot_method_unrecorded", "kraken")]
    (check,) = [check for check in result.checks if check.check.name == "chosen_methods_hold"]
    assert check.failing == 1


def test_journal__changed_by_hand__stops_the_build(tmp_path: Path) -> None:
    book = _book(tmp_path)
    _record(tmp_path, "2025-06-02", StandingOrder("kraken", "lifo"))
    path = tmp_path / "identifications.jsonl"
    path.write_text(path.read_text(encoding="utf-8").replace("2025-06-02", "2025-05-02"), encoding="utf-8")
    with pytest.raises(JournalError, match="changed after it was written"):
        book.build()
    assert not book.public.exists()


def _two_accounts(folder: Path, **lots: object) -> RawBook:
    """Rev. Proc. 2024-28 in small: a cheap unit bought in one account, a dear one in another, one sold in 2024."""
    book = RawBook(folder)
    book.add("xyz", "trades", row("1", "trade", "2019-07-01", "4 BTC", "-4 USD"))
    book.add("ghi", "trades", row("1", "trade", "2020-09-01", "2 BTC", "-10 USD"))
    book.add("xyz", "trades", row("2", "trade", "2025-03-01", "-1 BTC", "3 USD"))
    book.settings["lots"] = LotSettings(journal_path=folder / "identifications.jsonl", **lots)  # type: ignore[arg-type]
    return book


_ALLOCATED = "SELECT lot_id, account_before, account_after, quantity FROM lots.allocations ORDER BY ALL"


def test_pool__before_2025__is_one_for_all_accounts(tmp_path: Path) -> None:
    """First in, first out over both accounts takes the unit of 2019 from the sale in the other account."""
    book = _two_accounts(tmp_path)
    book.add("ghi", "trades", row("2", "trade", "2024-12-01", "-1 BTC", "9 USD"))
    book.build()
    assert book.ask("SELECT lot_id, account, gain_usd FROM lots.disposals WHERE tax_year = 2024") == [
        ("xyz/trades/1#1", "ghi", Decimal(8))
    ]
    assert book.ask(_ALLOCATED) == [
        ("ghi/trades/1#1", "ghi", "ghi", Decimal(1)),
        ("ghi/trades/1#1", "ghi", "xyz", Decimal(1)),
        ("xyz/trades/1#1", "xyz", "xyz", Decimal(3)),
    ]


def test_pool__by_account__is_never_shared(tmp_path: Path) -> None:
    book = _two_accounts(tmp_path, pool=Pool("account"))
    book.add("ghi", "trades", row("2", "trade", "2024-12-01", "-1 BTC", "9 USD"))
    book.build()
    assert book.ask("SELECT lot_id, gain_usd FROM lots.disposals WHERE tax_year = 2024") == [
        ("ghi/trades/1#1", Decimal(4))
    ]
    assert book.ask(_ALLOCATED) == []


SPECIFIC = SpecificAllocation(
    (("ghi/trades/1#1", "xyz", Decimal(2)), ("xyz/trades/1#1", "ghi", Decimal(2))), datetime(2025, 1, 5, tzinfo=UTC)
)


def test_allocation__of_units__puts_the_dear_lot_where_it_is_sold(tmp_path: Path) -> None:
    book = _two_accounts(tmp_path, allocation=SPECIFIC)
    book.build()
    assert book.ask(_ALLOCATED) == [
        ("ghi/trades/1#1", "ghi", "xyz", Decimal(2)),
        ("xyz/trades/1#1", "xyz", "ghi", Decimal(2)),
        ("xyz/trades/1#1", "xyz", "xyz", Decimal(2)),
    ]


def test_allocation__by_a_rule_described_in_2025__comes_too_late(tmp_path: Path) -> None:
    rule = GlobalAllocation(("xyz",), datetime(2025, 1, 1, 0, 0, 1, tzinfo=UTC), "hifo")
    book = _two_accounts(tmp_path, allocation=rule)
    book.build()
    assert ("allocation_late", "BTC") in book.ask("SELECT problem, asset FROM quality.problems")
    rule = GlobalAllocation(("xyz",), datetime(2024, 12, 31, 23, 59, tzinfo=UTC), "hifo")
    book = _two_accounts(tmp_path / "in_time", allocation=rule)
    book.build()
    assert book.ask("SELECT lot_id, account_after FROM lots.allocations WHERE lot_id LIKE 'ghi%'") == [
        ("ghi/trades/1#1", "xyz")
    ]


def test_allocation__frozen__can_not_be_another_one_later(tmp_path: Path) -> None:
    book = _two_accounts(tmp_path, allocation=SPECIFIC)
    _record(tmp_path, "2025-06-01", FrozenAllocation(fingerprint(SPECIFIC)))
    book.build()
    assert book.ask("SELECT kind, state FROM lots.identifications") == [("allocation", "frozen")]
    for other in (None, SpecificAllocation(SPECIFIC.units[:1], SPECIFIC.completed_at)):
        book.settings["lots"] = LotSettings(journal_path=tmp_path / "identifications.jsonl", allocation=other)
        with pytest.raises(JournalError, match="irrevocable"):
            book.build()


@pytest.mark.parametrize("pool", ["account", "universal"])
def test_average__in_a_book__conserves_the_cost_of_the_pool(tmp_path: Path, pool: str) -> None:
    """Bought 1 at 10 and 1 at 30: each unit costs 20, the sale of one at 20 realizes nothing."""
    book = _book(tmp_path, pool=Pool.parse(pool))
    book.accounts["kraken"] = "average"
    book.build()
    assert book.ask("SELECT cost_usd, gain_usd FROM lots.disposals") == [(Decimal(20), Decimal(0))]
    assert book.ask("SELECT sum(cost_usd) FROM lots.open_lots") == [(Decimal(20),)]
