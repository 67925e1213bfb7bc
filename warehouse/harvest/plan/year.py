"""A plan for one tax year from rows of tables and the settings: the whole way in one call. Pure.

Belongs here: putting the parts together. Does not belong here: reading the tables (`steps.py`), any figure.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from warehouse.exact import USD_PLACES, to_units
from warehouse.harvest.plan.holdings import TradeCost
from warehouse.harvest.plan.lines import Line, ranked_lines
from warehouse.harvest.plan.planner import Plan, aimed, make_plan
from warehouse.harvest.plan.portfolio import Market, Portfolio, markets_of, portfolio
from warehouse.harvest.plan.program import NoPlanError
from warehouse.harvest.plan.standing import StandingYear, standing_year
from warehouse.harvest.plan.targets import Target
from warehouse.harvest.plan.worth import Standing
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
    found = standing_year(summary, settings, today=today)
    if target is not None and target.keeps_tax and found.no_tax is not None:
        raise NoPlanError(f"{found.no_tax}, and without the tax of the year its 0 % bracket is not known to have room")
    year = replace(found, standing=aimed(found.standing, target))
    default = Market(TradeCost(sell_rate=settings.harvest.cost_rate, buy_rate=settings.harvest.cost_rate))
    holdings = portfolio(lot_values, markets=markets_of(trading_costs), default=default, is_freed=is_freed)
    minimum = to_units(settings.harvest.minimum_sale_usd, USD_PLACES)
    plan = make_plan(year.standing, holdings.holdings, minimum_sale=minimum, target=target)
    if target is not None and target.keeps_tax:
        year = replace(year, notes=(*year.notes, *_bracket_notes(found.standing, year.standing, plan)))
    return PlannedYear(year, holdings, plan)


def _bracket_notes(own: Standing, assumed: Standing, plan: Plan) -> Iterator[str]:
    """What a plan that uses up the 0 % bracket takes for granted of later years, or that the bracket is full."""
    figures, bill = own.figures, plan.without.tax
    if figures is None or bill is None:
        return
    income, top = bill.taxable_income_usd, figures.zero_rate_up_to_usd
    if plan.sales and assumed.later != own.later:
        state = f", and {(own.state_rate * 100).normalize():f} % to the state," if own.state_rate else ""
        yield (
            f"what is given up later assumes that you pay {figures.fifteen_rate * 100:.0f} %{state} on a long-term "
            "gain then, though not on your income now"
        )
    elif not plan.sales and income >= top:
        yield f"taxable income of {income:,.2f} leaves no room in the 0 % bracket, which ends at {top:,.2f}"
