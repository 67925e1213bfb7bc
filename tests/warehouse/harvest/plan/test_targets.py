"""Targets: read as people write them, and met exactly or refused with what is possible."""

from datetime import date
from decimal import Decimal

import pytest

from support.plan_books import TODAY, holding, plan_lot, standing
from warehouse.exact import USD_PLACES, from_units
from warehouse.harvest.plan.holdings import TradeCost
from warehouse.harvest.plan.planner import aimed, make_plan
from warehouse.harvest.plan.program import NoPlanError
from warehouse.harvest.plan.targets import OffsetTarget, Target, read_target
from warehouse.harvest.plan.year import PlannedYear, plan_year
from warehouse.settings import BookSettings, IncomeSettings

CHEAP = TradeCost(Decimal("0.001"), Decimal("0.001"))
DEAR = TradeCost(Decimal("0.02"), Decimal("0.02"))


@pytest.mark.parametrize(
    ("text", "target"),
    [
        ("3000 short loss", Target(Decimal(3000), "short")),
        ("realize 3,000 of short loss", Target(Decimal(3000), "short")),
        ("2500.50 long-term loss", Target(Decimal("2500.50"), "long")),
        ("1200 loss", Target(Decimal(1200))),
        ("Zero bracket", Target(keeps_tax=True)),
        ("use up the 0 % bracket", Target(keeps_tax=True)),
        ("offset kraken:trades:T1#1", OffsetTarget("kraken:trades:T1#1")),
    ],
)
def test_read_target__as_people_write_it__is_understood(text: str, target: Target | OffsetTarget) -> None:
    assert read_target(text) == target


def test_read_target__anything_else__names_the_forms() -> None:
    with pytest.raises(ValueError, match="3000 short loss"):
        read_target("as much as possible")


@pytest.mark.parametrize("text", ["0 loss", "0.00 short loss"])
def test_read_target__no_loss__is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="more than 0"):
        read_target(text)


def test_target__short_loss__is_met_where_it_costs_least() -> None:
    """Both lots lose half of their value; trading one of them costs twenty times as much."""
    held = [
        holding(plan_lot("dear", "2026-03-01", "1", "20000"), price="10000", asset="A", cost=DEAR),
        holding(plan_lot("cheap", "2026-03-01", "1", "20000"), price="10000", asset="B", cost=CHEAP),
    ]
    plan = make_plan(standing(), held, target=Target(Decimal(3000), "short"))
    assert [sale.holding.asset for sale in plan.sales] == ["B"]
    realized = -from_units(plan.effects.short_gain, USD_PLACES)
    assert 0 <= realized - 3000 < Decimal("0.001")


def test_target__more_loss_than_there_is__says_how_much_there_is() -> None:
    held = [holding(plan_lot("a", "2026-03-01", "1", "12000"), price="10000")]
    with pytest.raises(NoPlanError, match=r"at most 2,000\.00 USD"):
        make_plan(standing(), held, target=Target(Decimal(3000), "short"))


def test_target__zero_bracket__realizes_gain_up_to_the_edge_and_no_tax() -> None:
    """Income 50,000 less 16,100 leaves 15,550 below 49,450 of taxable income (2026, single)."""
    target = Target(keeps_tax=True)
    held = holding(plan_lot("a", "2020-03-01", "1", "10000"), price="60000", cost=CHEAP)
    plan = make_plan(aimed(standing("50000"), target), [held], target=target)
    gain = from_units(plan.effects.long_gain, USD_PLACES)
    assert abs(gain - 15550) < Decimal("0.1")
    assert plan.without.tax is not None
    assert plan.planned.tax is not None
    assert abs(plan.planned.tax.total_usd - plan.without.tax.total_usd) < Decimal("0.02")


def test_target__zero_bracket_where_a_state_taxes__credits_the_state_tax_of_later() -> None:
    """15,550 of gain: 5 % of it now, 777.50; given up later 20 % of it in three years at 5 %, 3,110 / 1.157625."""
    target = Target(keeps_tax=True)
    year = aimed(standing("50000", state="0.05"), target)
    held = holding(plan_lot("a", "2020-03-01", "1", "10000"), price="40000")
    plan = make_plan(year, [held], target=target)
    assert plan.planned.tax is not None
    assert plan.without.tax is not None
    assert abs(plan.planned.tax.total_usd - plan.without.tax.total_usd - Decimal("777.50")) < Decimal("0.02")
    assert abs(from_units(plan.effects.basis_given_up, USD_PLACES) + Decimal("2686.54")) < Decimal("0.02")
    assert abs(plan.net_benefit_usd - Decimal("1909.04")) < Decimal("0.02")


YEAR = {
    "tax_year": 2026,
    "short_net_usd": Decimal(0),
    "long_net_usd": Decimal(0),
    "ordinary_income_usd": Decimal(0),
    "notes": [],
}
LOT = {
    "account": "kraken",
    "asset": "BTC",
    "lot_id": "a",
    "is_in_transit": False,
    "quantity": Decimal(1),
    "cost_usd": Decimal(10000),
    "price_usd": Decimal(40000),
    "unrealized_usd": Decimal(30000),
    "term": "long",
    "long_from_date": date(2021, 3, 2),
    "method": "fifo",
    "sell_first_quantity": Decimal(0),
    "status": "ready",
    "reasons": [],
}


def plan_of(income: str | None, target: Target | None) -> PlannedYear:
    """The plan for one lot with a long gain, for an income that a state taxes at 5 %."""
    told = IncomeSettings(None if income is None else Decimal(income), state_rate=Decimal("0.05"))
    return plan_year(YEAR, [LOT], [], BookSettings(accounts=(), income=told), today=TODAY, target=target)


def test_target__zero_bracket__says_what_it_assumes_of_later() -> None:
    (note,) = plan_of("50000", Target(keeps_tax=True)).year.notes
    assert note == (
        "what is given up later assumes that you pay 15 %, and 5 % to the state, on a long-term gain then, though not "
        "on your income now"
    )
    assert plan_of("50000", None).year.notes == ()


def test_target__zero_bracket_that_is_full__says_that_income_leaves_no_room() -> None:
    """120,000 less 16,100 is far above 49,450 (2026, single)."""
    made = plan_of("120000", Target(keeps_tax=True))
    assert made.plan.sales == ()
    assert made.year.notes == (
        "taxable income of 103,900.00 leaves no room in the 0 % bracket, which ends at 49,450.00",
    )


def test_target__zero_bracket_of_an_income_that_is_not_told__is_refused_and_names_it() -> None:
    with pytest.raises(NoPlanError, match=r"taxpayer\.ordinary_income_usd is not configured"):
        plan_of(None, Target(keeps_tax=True))
