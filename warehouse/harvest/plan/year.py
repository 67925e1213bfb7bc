"""A plan for one tax year from rows of tables and the settings: the whole way in one call. Pure.

Belongs here: putting the parts together. Does not belong here: reading the tables (`steps.py`), any figure.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from warehouse.exact import USD_PLACES, to_units
from warehouse.harvest.plan.holdings import TradeCost
from warehouse.harvest.plan.lines import Line, ranked_lines
from warehouse.harvest.plan.planner import Plan, aimed, make_plan
from warehouse.harvest.plan.portfolio import Market, Portfolio, markets_of, portfolio
from warehouse.harvest.plan.standing import StandingYear, standing_year
from warehouse.harvest.plan.targets import Target
from warehouse.settings import BookSettings

Row = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class PlannedYear:
    """A plan with the year it is for and what it was made of."""

    year: StandingYear
    portfolio: Portfolio
    plan: Plan

    @property
    def lines(self) -> tuple[Line, ...]:
        """The sales in order, each with what it adds."""
        return ranked_lines(self.year.standing, self.plan.sales)


def plan_year(
    summary: Row,
    lot_values: Sequence[Row],
    trading_costs: Sequence[Row],
    settings: BookSettings,
    *,
    today: date,
    target: Target | None = None,
    is_freed: bool = False,
) -> PlannedYear:
    """Plan the year of `summary` (a row of `tax.year_summary`) with `lot_values` (rows of `harvest.lot_values`).

    `trading_costs` are rows of `harvest.trading_costs`; where there is none, a trade costs what is configured. With
    `is_freed` lots are named before each sale instead of going in the account's order. Raises `NoPlanError` where a
    target is out of reach, `ValueError` for a country without rules here.
    """
    year = standing_year(summary, settings, today=today)
    year = _aimed(year, target)
    default = Market(TradeCost(sell_rate=settings.harvest.cost_rate, buy_rate=settings.harvest.cost_rate))
    holdings = portfolio(lot_values, markets=markets_of(trading_costs), default=default, is_freed=is_freed)
    minimum = to_units(settings.harvest.minimum_sale_usd, USD_PLACES)
    plan = make_plan(year.standing, holdings.holdings, minimum_sale=minimum, target=target)
    return PlannedYear(year, holdings, plan)


def _aimed(year: StandingYear, target: Target | None) -> StandingYear:
    """The year under which a plan for `target` is made, and in words what that takes for granted."""
    standing = aimed(year.standing, target)
    if standing.later == year.standing.later or standing.figures is None:
        return year
    rate = f"{standing.figures.fifteen_rate * 100:.0f} %"
    if standing.state_rate:
        rate += f", and {(standing.state_rate * 100).normalize():f} % to the state,"
    note = f"what is given up later assumes that you pay {rate} on a long-term gain then, though not on your income now"
    return StandingYear(standing, (*year.notes, note))
