"""Targets: read as people write them, and met exactly or refused with what is possible."""

from decimal import Decimal

import pytest

from support.plan_books import holding, plan_lot, standing
from warehouse.exact import USD_PLACES, from_units
from warehouse.harvest.plan.holdings import TradeCost
from warehouse.harvest.plan.planner import aimed, make_plan
from warehouse.harvest.plan.program import NoPlanError
from warehouse.harvest.plan.targets import OffsetTarget, Target, read_target

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
