"""The engine against a slow one on `Fraction` that was written from the rules alone."""

from collections import defaultdict
from decimal import Decimal
from fractions import Fraction
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from support.lot_events import books, books_with_carries, events_of
from support.lot_reference import Reference
from warehouse.lots import engine
from warehouse.lots.engine import match_lots
from warehouse.lots.machines import Compiled, Machine, Plain
from warehouse.lots.policy import METHODS, MethodSince, Policy, Pool
from warehouse.lots.results import ANSWER_TABLES

ZONE = ZoneInfo("America/New_York")
CENT_OF_A_CENT = Fraction(1, 10**8)
SORTED_METHODS = sorted(METHODS)


def _compare(rows: list[dict[str, Any]], policy: Policy, machine: Machine | None = None) -> None:
    reference = Reference(
        policy.method_at,
        ZONE,
        is_universal=policy.pool.rule == "universal",
        fee_to_basis=policy.transfer_fee == "basis",
    )
    reference.run(rows)
    assume(not reference.has_dust)
    matched = match_lots(events_of(rows), policy=policy, machine=machine)
    found = matched.disposals.to_pylist()
    asset_of = {row["event_id"]: row["asset"] for row in rows}
    disposals = sorted(reference.disposals, key=lambda disposal: asset_of[disposal[0]])
    assert [(row["event_id"], row["lot_id"], Fraction(row["quantity"])) for row in found] == [
        (event, lot, quantity) for event, lot, quantity, *_ in disposals
    ]
    for row, expected in zip(found, disposals, strict=True):
        _, _, _, proceeds, cost, term, how, basis = expected
        assert (row["term"], row["method"]) == (term, how)
        assert _is_close(row["proceeds_usd"], proceeds)
        if row["cost_basis"] == basis:
            assert _is_close(row["cost_usd"], cost, slack=len(rows))
        else:  # on the edge between gain and loss of a gift, a rounded figure may fall on the other side
            assert abs(Fraction(row["cost_usd"]) - cost) <= len(rows) * CENT_OF_A_CENT
    missing = {
        row["event_id"]: Fraction(row["quantity"])
        for row in matched.problems.to_pylist()
        if row["problem"] == "missing_basis"
    }
    disposed = {row["event_id"] for row in rows if row["kind"] == "dispose"}
    assert {event: quantity for event, quantity in missing.items() if event in disposed} == {
        event: quantity for event, quantity in reference.missing.items() if event in disposed
    }
    _compare_open(matched.open_lots.to_pylist(), reference, policy)


def _compare_open(found: list[dict[str, Any]], reference: Reference, policy: Policy) -> None:
    held: dict[str, Fraction] = defaultdict(Fraction)
    for pool in reference.pools.values():
        for lot in pool:
            held[lot.lot_id] += lot.held
    open_units: dict[str, Fraction] = defaultdict(Fraction)
    for row in found:
        open_units[row["lot_id"]] += Fraction(row["quantity"])
    assert open_units == {lot: units for lot, units in held.items() if units}
    if policy.pool.rule == "account":
        by_account = {
            (account, lot.lot_id) for (account, _), pool in reference.pools.items() for lot in pool if lot.held
        }
        assert {(row["account"], row["lot_id"]) for row in found if not row["is_in_transit"]} == {
            place for place in by_account if place[0] in {"kraken", "wallet"}
        }


def _is_close(found: Decimal | None, expected: Fraction | None, *, slack: int = 1) -> bool:
    if found is None or expected is None:
        return found is None and expected is None
    return abs(Fraction(found) - expected) <= slack * CENT_OF_A_CENT


@settings(max_examples=80)
@given(books(), st.sampled_from([method for method in SORTED_METHODS if method != "average"]))
def test_engine__any_book_by_account__answers_as_the_reference(rows: list[dict[str, Any]], method: Any) -> None:
    _compare(rows, Policy(default_method=method, time_zone=ZONE))


@settings(max_examples=60)
@given(books(), st.sampled_from([method for method in SORTED_METHODS if method != "average"]))
def test_engine__any_book_in_one_pool__answers_as_the_reference(rows: list[dict[str, Any]], method: Any) -> None:
    _compare(rows, Policy(default_method=method, time_zone=ZONE, pool=Pool("universal")))


@settings(max_examples=40)
@given(books(transfers=False), st.sampled_from(SORTED_METHODS))
def test_engine__compiled__answers_as_the_reference(rows: list[dict[str, Any]], method: Any) -> None:
    _compare(rows, Policy(default_method=method, time_zone=ZONE), Compiled())


@settings(max_examples=150)
@given(
    st.one_of(books_with_carries(), books_with_carries(values=False)),
    st.sampled_from(["fifo", "lifo"]),
    st.sampled_from(["account", "universal"]),
)
def test_engine__any_carries__answers_as_the_reference(rows: list[dict[str, Any]], method: Any, rule: Any) -> None:
    """By time only: of two lots that cost the same by the unit, rounding would say which is the dearer."""
    _compare(rows, Policy(default_method=method, time_zone=ZONE, pool=Pool(rule)))


@settings(max_examples=80)
@given(books(), st.sampled_from(SORTED_METHODS), st.sampled_from(["account", "universal"]))
def test_machines__any_book__give_the_same_bytes(rows: list[dict[str, Any]], method: Any, rule: Any) -> None:
    policy = Policy(default_method=method, time_zone=ZONE, pool=Pool(rule))
    events = events_of(rows)
    plain, compiled = (match_lots(events, policy=policy, machine=machine) for machine in (Plain(), Compiled()))
    for name in ANSWER_TABLES:
        assert getattr(plain, name).equals(getattr(compiled, name)), name


@settings(max_examples=60)
@given(books(), st.sampled_from(["lifo", "hifo", "lofo", "min_tax"]), st.integers(min_value=0))
def test_engine__method_switched_at_an_instant__answers_as_the_reference(
    rows: list[dict[str, Any]], method: Any, place: int
) -> None:
    """The instant is that of an event: what happens then goes by the new method already."""
    since = rows[place % len(rows)]["occurred_at"]
    _compare(rows, Policy(methods={"kraken": (MethodSince(method, since),)}, time_zone=ZONE))


@settings(max_examples=60)
@given(
    st.one_of(books(), books_with_carries()),
    st.sampled_from(SORTED_METHODS),
    st.sampled_from(["account", "universal", "account-from:2023-01-02"]),
)
def test_engine__asset_by_asset__gives_the_same_bytes(rows: list[dict[str, Any]], method: Any, pool: str) -> None:
    policy = Policy(default_method=method, time_zone=ZONE, pool=Pool.parse(pool))
    events = events_of([{**row, "lots": None, "identified_at": None} for row in rows])
    whole = match_lots(events, policy=policy)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(engine, "GROUP_EVENTS", 1)
        parts = match_lots(events, policy=policy)
    for name in ANSWER_TABLES:
        assert getattr(whole, name).equals(getattr(parts, name)), name


@pytest.mark.parametrize("method", SORTED_METHODS)
def test_methods__are_all_known_to_the_reference(method: str) -> None:
    """A method that is added to the engine is to be added to the reference as well."""
    assert method in {"fifo", "lifo", "hifo", "lofo", "min_tax", "specific", "average"}
