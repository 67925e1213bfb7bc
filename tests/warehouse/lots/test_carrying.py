"""Carries: what holds of any of them, and each rule in a book that is worked out by hand."""

from collections import defaultdict
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from support.lot_events import books_with_carries, event, events_of
from warehouse.lots.engine import match_lots
from warehouse.lots.events import InvalidEvents
from warehouse.lots.policy import METHODS, Policy, Pool
from warehouse.lots.results import Matched

ZONE = ZoneInfo("America/New_York")
methods = st.sampled_from(sorted(METHODS))
pools = st.sampled_from([Pool("account"), Pool("universal"), Pool.parse("account-from:2024-01-01")])


def _matched(rows: list[dict[str, Any]], method: Any = "fifo", pool: Pool = Pool("account")) -> Matched:  # noqa: B008 -- a constant
    return match_lots(events_of(rows), policy=Policy(default_method=method, time_zone=ZONE, pool=pool))


def _carry(
    name: str, day: str, given: list[tuple[str, str, str | None]], brought: list[tuple[str, str, str | None]]
) -> list[dict[str, Any]]:
    legs = [("dispose", *leg) for leg in given] + [("acquire", *leg) for leg in brought]
    return [
        event(f"{name}{place}", day, kind, quantity, value, asset=asset, carry=name)
        for place, (kind, quantity, asset, value) in enumerate(legs)
    ]


def _open(matched: Matched) -> list[tuple[Any, ...]]:
    return [
        (row["asset"], row["quantity"].normalize(), f"{row['acquired_at']:%Y-%m-%d}", row["cost_usd"])
        for row in matched.open_lots.to_pylist()
    ]


def _problems(matched: Matched) -> list[tuple[str, str]]:
    return [(row["problem"], row["event_id"]) for row in matched.problems.to_pylist()]


@settings(max_examples=80)
@given(books_with_carries(unknown=False), methods, pools)
def test_carries__of_any_book__conserve_units_and_cost_over_all_assets(
    rows: list[dict[str, Any]], method: Any, pool: Pool
) -> None:
    """What was paid is what sales, gifts and open lots cost; where a lot is missing or has two bases, no more than it.

    Units: what each coin's disposals took, and what is open, is what was acquired or brought.
    """
    rows = [row | {"fair_value_usd": None} for row in rows]
    matched = _matched(rows, method, pool)
    units: dict[str, Decimal] = defaultdict(Decimal)
    for row in rows:
        if row["kind"] == "acquire":
            units[row["asset"]] += row["quantity"]
    told: dict[str, Decimal] = defaultdict(Decimal)
    for row in [*matched.disposals.to_pylist(), *matched.open_lots.to_pylist()]:
        told[row["asset"]] += row["quantity"]
    assert {asset: amount for asset, amount in told.items() if amount} == dict(units)
    paid = sum((row["value_usd"] for row in rows if row["kind"] == "acquire" and not row.get("carry")), Decimal(0))
    gone = [row["cost_usd"] for row in matched.disposals.to_pylist() if row["kind"] != "carried"]
    left = [row["cost_usd"] for row in matched.open_lots.to_pylist()]
    total = sum((cost for cost in gone + left if cost is not None), Decimal(0))
    carried_costs = [row["cost_usd"] for row in matched.carried.to_pylist()]
    assert total == paid if None not in carried_costs else total <= paid


@settings(max_examples=60)
@given(st.one_of(books_with_carries(), books_with_carries(values=False)), methods, pools)
def test_carries__of_any_book__say_of_every_lot_where_it_comes_from(
    rows: list[dict[str, Any]], method: Any, pool: Pool
) -> None:
    """Of each lot that a carry took, the shares add up to it; of each lot that it made, to what is told of it."""
    matched = _matched(rows, method, pool)
    brought: dict[str, Decimal] = defaultdict(Decimal)
    for row in matched.carried.to_pylist():
        if row["quantity"] is not None:
            brought[row["lot_id"].rpartition("/")[0]] += row["quantity"]
    whole = {row["event_id"]: row["quantity"] for row in rows if row["kind"] == "acquire" and row.get("carry")}
    assert all(quantity == whole[name] for name, quantity in brought.items())
    taken: dict[tuple[str, str], Decimal | None] = {}
    for row in matched.disposals.to_pylist():
        if row["kind"] == "carried":
            taken[row["event_id"], row["lot_id"]] = row["cost_usd"]
    costs: dict[tuple[str, str], list[Decimal | None]] = defaultdict(list)
    for row in matched.carried.to_pylist():
        if row["from_lot_id"] is not None:
            costs[row["event_id"], row["from_lot_id"]].append(row["cost_usd"])
    assert costs.keys() == taken.keys()
    for key, parts in costs.items():
        if None not in parts:
            assert sum(part for part in parts if part is not None) == taken[key]


@settings(max_examples=60)
@given(
    st.lists(st.tuples(st.integers(1, 9), st.integers(0, 5000), st.integers(0, 900)), min_size=1, max_size=5),
    st.lists(st.tuples(st.integers(1, 9), st.integers(0, 5000), st.integers(0, 900)), min_size=1, max_size=5),
    st.integers(1, 10**6),
    st.integers(1, 10**6),
    st.sampled_from(["fifo", "lifo", "hifo", "lofo", "min_tax"]),
)
def test_carry__taken_back_at_once__gives_the_same_lots(
    one: list[tuple[int, int, int]], other: list[tuple[int, int, int]], worth: int, other_worth: int, method: Any
) -> None:
    """Every coin comes back with its own lots: their cost and age, however the two were worth to each other."""
    start = event("x", "2021-01-01", "acquire", "1")["occurred_at"]
    rows = []
    for asset, lots in (("BTC", one), ("ETH", other)):
        for number, (units, cost, days) in enumerate(lots):
            at = start.fromordinal(start.toordinal() + days).replace(tzinfo=start.tzinfo)
            rows.append(event(f"{asset}{number}", at, "acquire", str(units), str(cost), asset=asset))
    sides = [
        (str(sum(units for units, _, _ in lots)), asset, str(value))
        for asset, lots, value in (("BTC", one, worth), ("ETH", other, other_worth))
    ]
    pool = [("1000", "POOL", None)]
    there = _carry("a", "2024-01-01", [*sides], [*pool])
    back = _carry("b", "2024-01-02", [*pool], [*sides])

    def held(matched: Matched) -> dict[tuple[str, Any], list[Decimal]]:
        sums: dict[tuple[str, Any], list[Decimal]] = defaultdict(lambda: [Decimal(0), Decimal(0)])
        for row in matched.open_lots.to_pylist():
            sums[row["asset"], row["acquired_at"]][0] += row["quantity"]
            sums[row["asset"], row["acquired_at"]][1] += row["cost_usd"]
        return sums

    before, after = held(_matched(rows, method)), held(_matched(rows + there + back, method))
    assert before.keys() == after.keys()
    units_of = {asset: Decimal(amount) for amount, asset, _ in sides}
    worths = {"BTC": worth, "ETH": other_worth}
    for (asset, acquired), (units, cost) in before.items():
        assert after[asset, acquired][1] == cost
        # A coin has a share of the 1,000 units as its worth; each of its lots has two ends, each up to 1e-18 off.
        one_unit = units_of[asset] * sum(worths.values()) / worths[asset] / 1000
        assert abs(after[asset, acquired][0] - units) <= 2 * Decimal("1e-18") * (one_unit + 1)
    assert not _matched(rows + there + back, method).problems


def test_carry__units_without_a_lot__stay_without_a_cost() -> None:
    rows = [
        event("a", "2024-01-01", "acquire", "1", "100"),
        *_carry("k", "2024-02-01", [("2", "BTC", None)], [("8", "P", None)]),
    ]
    matched = _matched(rows)
    assert _open(matched) == [("P", 4, "2024-01-01", Decimal(100)), ("P", 4, "2024-02-01", None)]
    assert _problems(matched) == [("missing_basis", "k0")]


def test_carry__cost_that_is_unknown__is_unknown_after_it() -> None:
    rows = [
        event("a", "2024-01-01", "acquire", "1"),
        *_carry("k", "2024-02-01", [("1", "BTC", None)], [("8", "P", None)]),
    ]
    matched = _matched(rows)
    assert _open(matched) == [("P", 8, "2024-01-01", None)]
    assert _problems(matched) == [("unknown_value", "a")]


@pytest.mark.parametrize("value", [None, "0"])
def test_carry__worth_of_a_side_that_is_unknown__makes_one_lot_without_cost(value: str | None) -> None:
    given = [("1", "BTC", value), ("5", "ETH", value)]
    rows = [
        event("a", "2024-01-01", "acquire", "1", "100"),
        event("b", "2024-01-02", "acquire", "5", "70", asset="ETH"),
        *_carry("k", "2024-02-01", given, [("8", "P", None)]),
    ]
    matched = _matched(rows)
    assert _open(matched) == [("P", 8, "2024-02-01", None)]
    assert _problems(matched) == [("carry_unshared", "k0"), ("carry_unshared", "k1")]


def test_carry__of_a_gift_with_two_bases__keeps_neither() -> None:
    gift = event("a", "2024-01-01", "acquire", "1", "100", origin="gift", fair_value_usd=Decimal(60))
    matched = _matched([gift, *_carry("k", "2024-02-01", [("1", "BTC", None)], [("8", "P", None)])])
    assert _open(matched) == [("P", 8, "2024-01-01", None)]
    assert _problems(matched) == [("carry_gift", "k0")]


def test_carry__of_what_was_inherited__stays_long_term() -> None:
    rows = [
        event("a", "2024-01-01", "acquire", "1", "100", origin="inheritance"),
        *_carry("k", "2024-02-01", [("1", "BTC", None)], [("8", "P", None)]),
        event("s", "2024-03-01", "dispose", "8", "900", asset="P"),
    ]
    assert [(row["term"], row["gain_usd"]) for row in _matched(rows).disposals.to_pylist()[1:]] == [("long", 800)]


def test_carry__part_that_comes_to_no_unit__gives_its_cost_to_the_next() -> None:
    rows = [
        event("a", "2024-01-01", "acquire", "1", "100"),
        event("b", "2024-01-02", "acquire", "1000000", "70"),
        *_carry("k", "2024-02-01", [("1000001", "BTC", None)], [("0.00000000000000001", "P", None)]),
    ]
    matched = _matched(rows)
    assert _open(matched) == [("P", Decimal("1e-17"), "2024-01-02", Decimal(170))]
    assert [row["quantity"] for row in matched.carried.to_pylist()] == [0, Decimal("1e-17")]


def test_carry__two_in_one_instant__happen_in_the_order_of_their_words() -> None:
    rows = [
        event("a", "2024-01-01", "acquire", "1", "100"),
        *_carry("k1", "2024-02-01", [("1", "BTC", None)], [("8", "P", None)]),
        *_carry("k2", "2024-02-01", [("8", "P", None)], [("1.1", "BTC", None)]),
    ]
    assert _open(_matched(rows)) == [("BTC", Decimal("1.1"), "2024-01-01", Decimal(100))]


def test_carry__after_the_moment_that_is_asked_for__has_not_happened() -> None:
    rows = [
        event("a", "2024-01-01", "acquire", "1", "100"),
        *_carry("k", "2024-02-01", [("1", "BTC", None)], [("8", "P", None)]),
    ]
    matched = match_lots(events_of(rows), policy=Policy(time_zone=ZONE), until=rows[0]["occurred_at"])
    assert _open(matched) == [("BTC", 1, "2024-01-01", Decimal(100))]
    assert len(matched.carried) == 0


@pytest.mark.parametrize(
    ("change", "text"),
    [
        ({"account": "wallet"}, "carry 'k' is not in one account at one instant"),
        ({"kind": "dispose"}, "carry 'k' needs disposals and acquisitions"),
        ({"asset": "BTC"}, "carry 'k' has an asset twice"),
        ({"origin": "income"}, "row 3: origin has no meaning in carry k"),
        ({"value_usd": Decimal(-1)}, "row 3: value_usd -1.00000000 is below 0"),
    ],
)
def test_carry__that_is_not_as_it_must_be__is_refused(change: dict[str, Any], text: str) -> None:
    rows = [
        event("a", "2024-01-01", "acquire", "1", "100"),
        *_carry("k", "2024-02-01", [("1", "BTC", None)], [("8", "P", None)]),
    ]
    rows[2] |= change
    with pytest.raises(InvalidEvents, match=text):
        _matched(rows)
