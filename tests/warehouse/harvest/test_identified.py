"""Units that are identified already go before the order of the method: by hand, and as the lot engine sells them."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pyarrow as pa
from hypothesis import given
from hypothesis import strategies as st

from support.plan_books import holding, plan_lot, standing
from warehouse.exact import from_units
from warehouse.harvest.identified import Named, named_units, waiting_of
from warehouse.harvest.order import METHODS
from warehouse.harvest.plan.planner import freed, make_plan
from warehouse.harvest.valuation import LatestPrice, OpenLot, ValuedLot, value_lots
from warehouse.lots.engine import match_lots
from warehouse.lots.policy import Policy
from warehouse.settings import AccountSettings, BookSettings

ONE = 10**18
DOLLAR = 10**8
NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)
TODAY = NOW.date()
KEY = ("kraken", "BTC")


def lot(lot_id: str, acquired_at: datetime, quantity: int, cost: int | None, **changes: Any) -> OpenLot:
    return OpenLot(
        lot_id, "BTC", "kraken", acquired_at, acquired_at.date(), quantity, cost, quantity, cost, **changes
    )  # fmt: skip


def bought(lot_id: str, day: str, dollars: int, **changes: Any) -> OpenLot:
    return lot(lot_id, datetime.fromisoformat(day).replace(hour=17, tzinfo=UTC), ONE, dollars * DOLLAR, **changes)


def value(lots: list[OpenLot], named: list[Named], method: str = "fifo", usd: int = 40000) -> dict[str, ValuedLot]:
    price = LatestPrice(usd * ONE, NOW, "test", is_interpolated=False)
    rows = value_lots(lots, {"BTC": price}, methods={"kraken": method}, today=TODAY, identified={KEY: named})
    return {row.lot.lot_id: row for row in rows}


LOTS = [bought("old", "2023-01-05", 30000), bought("dear", "2026-02-05", 60000), bought("late", "2026-06-05", 45000)]


def figures(row: ValuedLot) -> tuple[int, int | None, int | None, int]:
    assert row.unrealized_first is not None
    assert row.short_first is not None
    return (row.sell_first_quantity, row.unrealized_first // DOLLAR, row.short_first // DOLLAR, row.identified)


def test_order_truth__a_whole_lot_is_identified__goes_before_the_first_in() -> None:
    """At 40,000 the late lot loses 5,000 (short), the old one gains 10,000 (long), the dear one loses 20,000."""
    rows = value(LOTS, [Named("late", ONE)])
    assert figures(rows["late"]) == (0, 0, 0, ONE)
    assert figures(rows["old"]) == (ONE, -5000, -5000, 0)
    assert figures(rows["dear"]) == (2 * ONE, 5000, -5000, 0)
    assert rows["late"].reached_by == ("fifo", "lifo", "hifo", "lofo", "min_tax")
    assert rows["old"].reached_by == rows["dear"].reached_by == ()


def test_order_truth__a_part_is_identified__its_rest_keeps_its_place() -> None:
    """0.25 of the dear lot goes first (loss 5,000), then the old one (gain 10,000), then the rest of the dear one."""
    rows = value(LOTS, [Named("dear", ONE // 4)])
    assert figures(rows["old"]) == (ONE // 4, -5000, -5000, 0)
    assert figures(rows["dear"]) == (ONE, 10000, 0, ONE // 4)
    assert rows["dear"].starts_after == 0
    assert figures(rows["late"]) == (2 * ONE, -10000, -20000, 0)


def test_order_truth__two_entries__go_in_the_order_in_which_they_were_written() -> None:
    rows = value(LOTS, [Named("late", ONE), Named("dear", ONE // 2), Named("dear", ONE // 2)])
    assert figures(rows["dear"]) == (ONE, -5000, -5000, ONE)
    assert figures(rows["old"]) == (2 * ONE, -25000, -25000, 0)


def test_order_truth__identified_lot_is_on_the_way__is_before_nobody() -> None:
    lots = [*LOTS, bought("moving", "2026-07-05", 90000, is_in_transit=True)]
    rows = value(lots, [Named("moving", ONE)])
    assert (rows["old"].sell_first_quantity, rows["moving"].identified) == (0, 0)


def test_named_units__more_than_is_there__are_cut() -> None:
    named = [Named("a", 3), Named("gone", 5), Named("a", 4)]
    assert named_units({"a": 5}, named) == [Named("a", 3), Named("a", 2)]


def reserved(**changes: Any) -> dict[str, Any]:
    row = {"account": "kraken", "asset": "BTC", "lot_id": "dear", "quantity": from_units(ONE, 18), "state": "waiting"}
    return {**row, "purpose": "sale", "transaction_id": None, "is_broker_told": False, **changes}


def test_waiting__what_no_next_sale_has_to_honour__leaves_the_order_alone() -> None:
    settings = BookSettings(accounts=(AccountSettings("kraken", "exchange", is_broker=True),))
    for change in ({"purpose": "transfer"}, {"transaction_id": "t"}, {"state": "later"}):
        waiting = waiting_of([reserved(**change)], settings, today=TODAY)
        assert (waiting.first, waiting.others) == ({}, {KEY})
    assert waiting_of([reserved()], settings, today=TODAY).first == {KEY: [Named("dear", ONE)]}


def test_waiting__from_2027_on__a_broker_has_to_be_told() -> None:
    """Notice 2026-20: the relief by own books ends with the sales of 2026-12-31."""
    settings = BookSettings(accounts=(AccountSettings("kraken", "exchange", is_broker=True),))
    assert waiting_of([reserved()], settings, today=date(2026, 12, 31)).first
    assert not waiting_of([reserved()], settings, today=date(2027, 1, 1)).first
    assert waiting_of([reserved(is_broker_told=True)], settings, today=date(2027, 1, 1)).first


SHAPE = pa.schema(
    [
        ("event_id", pa.string()),
        ("occurred_at", pa.timestamp("us", tz="UTC")),
        ("account", pa.string()),
        ("asset", pa.string()),
        ("kind", pa.string()),
        ("quantity", pa.decimal128(38, 18)),
        ("value_usd", pa.decimal128(38, 8)),
        ("lots", pa.string()),
        ("identified_at", pa.timestamp("us", tz="UTC")),
    ]
)


def engine_takes(lots: list[OpenLot], units: int, named: list[Named], method: str) -> dict[str, tuple[int, int]]:
    """By lot the units and the gain (10^-8 USD) of a sale at 40 a unit, which names lots as the journal gives them."""
    both = {"account": "kraken", "asset": "BTC"}
    events = [
        {**both, "event_id": one.lot_id, "occurred_at": one.acquired_at, "kind": "acquire",
         "quantity": from_units(one.quantity, 18), "value_usd": from_units(one.cost or 0, 8)}
        for one in lots
    ]  # fmt: skip
    picks, left = [], units
    for lot_id, wanted in named:
        if min(wanted, left):
            picks.append(f"{lot_id}:{from_units(min(wanted, left), 18):f}")
            left -= min(wanted, left)
    sale = {**both, "event_id": "sale", "occurred_at": NOW, "kind": "dispose", "lots": " ".join(picks) or None}
    sale |= {"quantity": from_units(units, 18), "value_usd": from_units(40 * units // 10**10, 8), "identified_at": NOW}
    table = pa.Table.from_pylist([*events, sale], schema=SHAPE)
    taken: dict[str, tuple[int, int]] = {}
    for row in match_lots(table, policy=Policy(default_method=method)).disposals.to_pylist():  # type: ignore[arg-type]
        before = taken.get(row["lot_id"], (0, 0))
        gain = before[1] + int(row["gain_usd"] * DOLLAR)
        taken[row["lot_id"]] = before[0] + int(row["quantity"] * ONE), gain
    return taken


@given(
    method=st.sampled_from(sorted(METHODS - {"average", "specific"})),
    purchases=st.lists(
        st.tuples(st.integers(1, 900), st.integers(1, 10**10), st.integers(0, 10**13)), min_size=1, max_size=6
    ),
    picked=st.lists(st.tuples(st.integers(0, 5), st.integers(1, 10**10)), max_size=4),
    looked_at=st.integers(0, 5),
)
def test_order_truth__any_identification__is_what_the_engine_consumes_before_the_lot(
    method: str, purchases: list[tuple[int, int, int]], picked: list[tuple[int, int]], looked_at: int
) -> None:
    """Sell what goes first and the lot: all of the lot is gone, and of the others exactly that, with that gain."""
    lots = [
        lot(f"lot{number}", NOW - timedelta(days=days), quantity * 10**10, cost)
        for number, (days, quantity, cost) in enumerate(purchases)
    ]
    quantities = {one.lot_id: one.quantity for one in lots}
    named = named_units(quantities, [Named(f"lot{place}", units * 10**10) for place, units in picked])
    row = value(lots, named, method, usd=40)[f"lot{looked_at % len(lots)}"]
    taken = engine_takes(lots, row.sell_first_quantity + row.lot.quantity, named, method)
    assert taken.pop(row.lot.lot_id)[0] == row.lot.quantity
    assert sum(units for units, _ in taken.values()) == row.sell_first_quantity
    assert row.unrealized_first is not None
    assert abs(sum(gain for _, gain in taken.values()) - row.unrealized_first) <= 2 * len(purchases) + 2 * len(named)


def test_plan__gain_identified_already__is_not_passed_by() -> None:
    """10,000 of short gain in front, identified or in order, makes the loss of 9,000 behind it no use."""
    front = plan_lot("front", "2026-01-05", "1", "30000")
    behind = plan_lot("behind", "2026-03-01", "1", "49000")
    held = [holding(front, behind, price="40000")]
    waits = [replace(held[0], identified=1)]
    year = standing(short="9000")
    assert make_plan(year, held).sales == ()
    assert [sale.taken for sale in make_plan(year, freed(held)).sales] == [(0, ONE)]
    assert make_plan(year, freed(waits)).sales == ()
