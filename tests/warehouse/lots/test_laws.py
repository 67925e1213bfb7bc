"""What holds of every book, whatever the method: nothing is lost or made, and order of rows means nothing."""

import random
from collections import defaultdict
from datetime import timedelta
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from hypothesis import given, settings
from hypothesis import strategies as st

from support.lot_events import books, event, events_of
from warehouse.lots.engine import match_lots
from warehouse.lots.policy import METHODS, Policy, Pool
from warehouse.lots.results import Matched

ZONE = ZoneInfo("America/New_York")
UNITS = Decimal("1e-18")
methods = st.sampled_from(sorted(METHODS))
pools = st.sampled_from([Pool("account"), Pool("universal"), Pool.parse("account-from:2024-01-01")])


def _matched(rows: list[dict[str, Any]], method: Any, pool: Pool = Pool("account")) -> Matched:  # noqa: B008 -- a constant
    return match_lots(events_of(rows), policy=Policy(default_method=method, time_zone=ZONE, pool=pool))


def _sums(rows: list[dict[str, Any]], key: str, field: str) -> dict[str, Decimal]:
    sums: dict[str, Decimal] = defaultdict(Decimal)
    for row in rows:
        if row[field] is not None:
            sums[row[key]] += row[field]
    return sums


@settings(max_examples=60)
@given(books(), methods, pools)
def test_conservation__of_every_lot__consumed_and_open_is_what_was_acquired(
    rows: list[dict[str, Any]], method: Any, pool: Pool
) -> None:
    matched = _matched(rows, method, pool)
    disposals, open_lots = matched.disposals.to_pylist(), matched.open_lots.to_pylist()
    consumed, still_open = _sums(disposals, "lot_id", "quantity"), _sums(open_lots, "lot_id", "quantity")
    for row in rows:
        if row["kind"] == "acquire":
            lot = row["event_id"]
            assert consumed[lot] + still_open[lot] == row["quantity"]


@settings(max_examples=60)
@given(books(unknown=False), st.sampled_from(sorted(METHODS - {"average"})))
def test_conservation__of_every_lot__its_cost_is_told_once_to_the_last_unit(
    rows: list[dict[str, Any]], method: Any
) -> None:
    """A gift sold below its cost takes another basis (IRC 1015), so books without gifts."""
    rows = [row | {"origin": "purchase", "fair_value_usd": None} if row["kind"] == "acquire" else row for row in rows]
    matched = _matched(rows, method)
    told = _sums([*matched.disposals.to_pylist(), *matched.open_lots.to_pylist()], "lot_id", "cost_usd")
    for row in rows:
        if row["kind"] == "acquire":
            assert told[row["event_id"]] == row["value_usd"]


@settings(max_examples=60)
@given(books(), methods, pools)
def test_conservation__of_every_sale__slices_and_what_is_missing_are_all_of_it(
    rows: list[dict[str, Any]], method: Any, pool: Pool
) -> None:
    matched = _matched(rows, method, pool)
    sales = [row for row in matched.disposals.to_pylist() if row["kind"] != "transfer_fee"]
    missing = [row for row in matched.problems.to_pylist() if row["problem"] == "missing_basis"]
    sold, proceeds = _sums(sales, "event_id", "quantity"), _sums(sales, "event_id", "proceeds_usd")
    lacking, unproven = _sums(missing, "event_id", "quantity"), _sums(missing, "event_id", "value_usd")
    for row in rows:
        if row["kind"] == "dispose":
            name = row["event_id"]
            assert sold[name] + lacking[name] == row["quantity"]
            if row["value_usd"] is not None and row["purpose"] == "sale":
                assert proceeds[name] + unproven[name] == row["value_usd"]


@settings(max_examples=40)
@given(books(), methods, pools, st.randoms(use_true_random=False))
def test_rows__in_any_order__give_the_same_bytes(
    rows: list[dict[str, Any]], method: Any, pool: Pool, chance: random.Random
) -> None:
    shuffled = rows.copy()
    chance.shuffle(shuffled)
    first, second = _matched(rows, method, pool), _matched(shuffled, method, pool)
    for name in ("disposals", "open_lots", "lot_moves", "problems"):
        assert getattr(first, name).equals(getattr(second, name)), name


@settings(max_examples=40)
@given(books(transfers=False, unknown=False), st.sampled_from(["fifo", "lifo", "hifo", "lofo", "min_tax"]))
def test_transfer__there_and_back__changes_nothing_that_is_realized(rows: list[dict[str, Any]], method: Any) -> None:
    last = max(row["occurred_at"] for row in rows)
    held = [row for row in _matched(rows, method).open_lots.to_pylist() if row["account"] == "kraken"]
    trips = []
    for number, (asset, quantity) in enumerate(_sums(held, "asset", "quantity").items()):
        trip = {"asset": asset, "quantity": quantity, "value_usd": None, "kind": "transfer"}
        there, back = last + timedelta(hours=1), last + timedelta(hours=2)
        trips += [
            trip | {"event_id": f"t{number}", "occurred_at": there, "account": "kraken", "to_account": "elsewhere"},
            trip | {"event_id": f"u{number}", "occurred_at": back, "account": "elsewhere", "to_account": "kraken"},
        ]
    before, after = _matched(rows, method), _matched(rows + trips, method)
    assert after.disposals.equals(before.disposals)
    assert after.open_lots.equals(before.open_lots)


@settings(max_examples=40)
@given(books(transfers=False, unknown=False), st.sampled_from(["fifo", "lifo", "hifo", "lofo"]), st.integers(1, 99))
def test_transfer__split_in_two__moves_the_same_lots(rows: list[dict[str, Any]], method: Any, percent: int) -> None:
    last = max(row["occurred_at"] for row in rows) + timedelta(hours=1)
    held = [row for row in _matched(rows, method).open_lots.to_pylist() if row["account"] == "kraken"]
    whole, halves = [], []
    for number, (asset, quantity) in enumerate(_sums(held, "asset", "quantity").items()):
        part = (quantity * percent / 100).quantize(UNITS)
        move = {"asset": asset, "kind": "transfer", "account": "kraken", "to_account": "cold", "value_usd": None}
        whole.append(move | {"event_id": f"t{number}", "occurred_at": last, "quantity": quantity})
        for name, share in (("a", part), ("b", quantity - part)):
            if share > 0:
                halves.append(move | {"event_id": f"t{number}{name}", "occurred_at": last, "quantity": share})
    once, twice = _matched(rows + whole, method), _matched(rows + halves, method)
    assert once.open_lots.equals(twice.open_lots)
    assert once.disposals.equals(twice.disposals)


@settings(max_examples=60)
@given(
    st.lists(st.tuples(st.integers(1, 5), st.integers(1, 2000), st.integers(0, 800)), min_size=1, max_size=6),
    st.integers(1, 8),
    st.integers(1, 2000),
)
def test_min_tax__one_sale__no_method_does_better_by_its_order(
    lots: list[tuple[int, int, int]], quantity: int, price: int
) -> None:
    """Better: more units out of an earlier class (short loss, long loss, long gain, short gain), then a higher cost."""
    opened = event("x", "2024-01-01", "acquire", "1")["occurred_at"]
    rows = [
        event(f"a{number}", opened + timedelta(days=days), "acquire", str(units), str(units * cost))
        for number, (units, cost, days) in enumerate(lots)
    ]
    rows.append(event("sale", "2026-06-01", "dispose", str(quantity), str(quantity * price)))

    def standing(method: Any) -> tuple[Decimal, ...]:
        units: dict[tuple[str, bool], Decimal] = defaultdict(Decimal)
        slices = _matched(rows, method).disposals.to_pylist()
        for row in slices:
            units[row["term"], row["gain_usd"] < 0] += row["quantity"]
        classes = [units["short", True], units["long", True], units["long", False], units["short", False]]
        return (*classes, sum((row["cost_usd"] for row in slices), Decimal(0)))

    best = standing("min_tax")
    for method in ("fifo", "lifo", "hifo", "lofo"):
        assert standing(method) <= best, method
