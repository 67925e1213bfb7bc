"""Same day, thirty days, section 104: HMRC's examples, a slow second implementation, and what must always hold."""

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from support.golden import golden_example, golden_ids
from support.share_reference import matched as slow_matched
from warehouse.exact import QUANTITY_PLACES, USD_PLACES, from_units, to_units
from warehouse.tax.gb.matching import match_shares
from warehouse.tax.shares import Acquired, Disposed, Matching

LONG_AGO = date(2019, 1, 1)
DAY = date(2020, 3, 31)


def quantity(text: str) -> int:
    return to_units(Decimal(text), QUANTITY_PLACES)


def pounds(text: str) -> int:
    return to_units(Decimal(text), USD_PLACES)


def day_of(text: str) -> date:
    return date.fromisoformat(f"2020-{text}")


def run(pool: dict[str, str], events: list[dict[str, str]]) -> tuple[Matching, dict[str, Decimal]]:
    """The matching, and the gain of each day in pounds: `MM-DD` to proceeds less allowable cost, exactly."""
    acquired = [Acquired(LONG_AGO, quantity(pool["qty"]), pounds(pool["cost"]))]
    disposed = []
    proceeds: dict[str, Decimal] = {}
    for place, event in enumerate(events):
        day = day_of(event["d"])
        if "buy" in event:
            acquired.append(Acquired(day, quantity(event["buy"]), pounds(event["cost"])))
        else:
            disposed.append(Disposed(f"{event['d']}/{place}", day, quantity(event["sell"])))
            proceeds[event["d"]] = proceeds.get(event["d"], Decimal(0)) + Decimal(event["for"])
    matching = match_shares(acquired, disposed)
    gains = {
        name: brought - from_units(sum(match.cost or 0 for match in matching.matches if match.day == day_of(name)), 8)
        for name, brought in proceeds.items()
    }
    assert sum(cost or 0 for cost in matching.costs.values()) == sum(match.cost or 0 for match in matching.matches)
    return matching, gains


def holds(matching: Matching, units: str, cost: str, *, places: int = 8) -> None:
    assert matching.pool_cost is not None
    assert matching.pool_quantity == quantity(units)
    assert round(from_units(matching.pool_cost, USD_PLACES), places) == Decimal(cost)


def pool_sale(example: dict[str, Any]) -> None:
    given_, expected = example["inputs"], example["expected"]
    events = [
        {"d": "02-01", "buy": given_["buy"]["qty"], "cost": given_["buy"]["cost"]},
        {"d": "03-31", "sell": given_["sell"]["qty"], "for": given_["sell"]["proceeds"]},
    ]
    matching, gains = run(given_["pool"], events)
    assert gains == {"03-31": Decimal(expected["gain"])}
    assert matching.costs["03-31/1"] == pounds(expected["allowable"])
    holds(matching, expected["pool_after"]["qty"], expected["pool_after"]["cost"])


def same_day(example: dict[str, Any]) -> None:
    given_, expected = example["inputs"], example["expected"]
    matching, gains = run(given_["pool"], [{"d": "07-31", **event} for event in given_["day"]])
    allowable = from_units(sum(cost or 0 for cost in matching.costs.values()), USD_PLACES)
    assert allowable == Decimal(expected["exact_allowable"])
    assert gains == {"07-31": Decimal(expected["consideration"]) - Decimal(expected["exact_allowable"])}
    holds(matching, expected["pool_after"]["qty"], "562.50")
    assert [match.rule for match in matching.matches] == ["same_day"]


def thirty_days(example: dict[str, Any]) -> None:
    expected = example["expected"]
    matching, gains = run(example["inputs"]["pool"], example["inputs"]["events"])
    for name in ("03-31", "04-20"):
        found = [
            [f"{match.acquired:%m-%d}", match.quantity, match.cost]
            for match in matching.matches
            if match.day == day_of(name) and match.acquired is not None
        ]
        assert found == [[bought, quantity(units), pounds(cost)] for bought, units, cost in expected[name]["matched"]]
        assert gains[name] == Decimal(expected[name]["gain"])
    holds(matching, expected["pool_after"]["qty"], expected["pool_after"]["cost"])


def all_three(example: dict[str, Any]) -> None:
    expected = example["expected"]
    matching, gains = run(example["inputs"]["pool"], example["inputs"]["events"])
    assert gains["07-31"] == Decimal(expected["07-31"]["gain"])
    assert gains["08-05"] == Decimal(expected["08-05"]["gain"])
    assert round(gains["08-07"], 2) == Decimal(expected["08-07"]["gain_exact"])
    holds(matching, expected["pool_after"]["qty"], expected["pool_after"]["cost_exact"], places=2)


_CHECKED = {"uk-22251": pool_sale, "uk-22252": same_day, "uk-22253": thirty_days, "uk-22256": all_three}


@pytest.mark.parametrize("example_id", golden_ids("uk-"))
def test_golden_example__of_hmrc__comes_out_as_printed(example_id: str) -> None:
    _CHECKED[example_id](golden_example(example_id))


def test_disposal__bought_again_on_the_thirtieth_day__is_matched_and_on_the_next_is_not() -> None:
    for days, rule in ((30, "thirty_days"), (31, "section_104")):
        acquired = [Acquired(LONG_AGO, 10, 100), Acquired(DAY + timedelta(days=days), 10, 900)]
        matching = match_shares(acquired, [Disposed("s", DAY, 10)])
        assert [match.rule for match in matching.matches] == [rule]
        assert matching.costs == {"s": 900 if rule == "thirty_days" else 100}


def test_lost_coins__with_a_purchase_that_day__leave_the_pool_and_match_nothing() -> None:
    acquired = [Acquired(LONG_AGO, 10, 100), Acquired(DAY, 10, 900)]
    matching = match_shares(acquired, [Disposed("l", DAY, 4, is_lost=True)])
    assert [(match.rule, match.cost) for match in matching.matches] == [("lost", 200)]
    assert (matching.pool_quantity, matching.pool_cost) == (16, 800)


def test_pool__one_cost_is_unknown__is_unknown_until_it_is_empty() -> None:
    acquired = [
        Acquired(LONG_AGO, 10, 100),
        Acquired(DAY, 5, None),
        Acquired(DAY + timedelta(days=100), 4, 40),
    ]
    sold = [
        Disposed("before", DAY - timedelta(days=100), 5),
        Disposed("after", DAY + timedelta(days=1), 5),
        Disposed("rest", DAY + timedelta(days=2), 5),
        Disposed("anew", DAY + timedelta(days=200), 1),
    ]
    assert match_shares(acquired, sold).costs == {"before": 50, "after": None, "rest": None, "anew": 10}


def test_disposal__of_more_than_was_bought__is_refused() -> None:
    with pytest.raises(ValueError, match="beyond what was acquired"):
        match_shares([Acquired(LONG_AGO, 1, 1)], [Disposed("s", DAY, 2)])


@st.composite
def histories(draw: st.DrawFn) -> tuple[list[Acquired], list[Disposed]]:
    """Some months of purchases and sales in which nothing is sold that was not bought by the end of that day."""
    acquired: list[Acquired] = []
    disposed: list[Disposed] = []
    day, held = DAY, 0
    for place in range(draw(st.integers(1, 25))):
        day += timedelta(days=draw(st.sampled_from([0, 0, 1, 3, 29, 30, 31])))
        if held and draw(st.booleans()):
            units = draw(st.integers(1, held))
            disposed.append(Disposed(f"s{place}", day, units))
            held -= units
        else:
            units = draw(st.integers(1, 10**6))
            acquired.append(Acquired(day, units, draw(st.one_of(st.integers(0, 10**9), st.integers(0, 99)))))
            held += units
    return acquired, disposed


@given(histories(), st.randoms())
def test_matching__any_history__is_that_of_the_slow_one_and_conserves(
    history: tuple[list[Acquired], list[Disposed]], shuffle: Any
) -> None:
    acquired, disposed = history
    matching = match_shares(acquired, disposed)
    slow = slow_matched(
        [(part.day, part.quantity, part.cost) for part in acquired], [(part.day, part.quantity) for part in disposed]
    )
    tolerance = len(acquired) + len(disposed) + 1  # each share rounds by at most half a unit of the last decimal
    for day, exact in slow.allowable.items():
        assert exact is not None
        events = sum(matching.costs[part.event_id] or 0 for part in disposed if part.day == day)
        assert events == sum(match.cost or 0 for match in matching.matches if match.day == day)
        assert abs(events - exact) <= tolerance
    assert slow.pool_cost is not None
    assert matching.pool_quantity == slow.pool_quantity
    assert abs((matching.pool_cost or 0) - slow.pool_cost) <= tolerance
    used = sum(cost or 0 for cost in matching.costs.values())
    assert used + (matching.pool_cost or 0) == sum(part.cost or 0 for part in acquired)

    shuffle.shuffle(acquired)
    again = match_shares(acquired, disposed)
    assert (again.matches, again.costs, again.pool_cost) == (matching.matches, matching.costs, matching.pool_cost)
