"""From a row of `tax.year_summary` and the settings to the year's standing, and what has to be known of it. Pure.

The income of the year is what the settings tell and the coins received as income so far; later years are taken to
bring what the settings tell of a usual year.

Belongs here: putting the year together, and saying in words what is missing. Does not belong here: any tax.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from warehouse.harvest.plan.later import later_years
from warehouse.harvest.plan.worth import Standing
from warehouse.lots.holding import first_long_date
from warehouse.settings import BookSettings, TaxYearSettings
from warehouse.tax.us.country import return_without_gains
from warehouse.tax.us.figures import Figures, UnknownFiguresError, load_figures


@dataclass(frozen=True, slots=True)
class StandingYear:
    """A year's standing, and in words what has to be known before a plan for it is used.

    `no_tax` says why no tax can be worked out, where it can not.
    """

    standing: Standing
    notes: tuple[str, ...]
    no_tax: str | None = None


def standing_year(summary: Mapping[str, Any], settings: BookSettings, *, today: date) -> StandingYear:
    """The standing of the tax year in `summary`, a row of `tax.year_summary`.

    Raises `ValueError` for a country whose plans are not known here.
    """
    if settings.jurisdiction != "US":
        raise ValueError(f"there are no rules here to plan sales in {settings.jurisdiction!r}; there are for 'US'")
    tax_year = summary["tax_year"]
    told = settings.tax_years.get(tax_year, TaxYearSettings())
    status = told.filing_status or settings.filing_status
    notes = [str(note) for note in summary["notes"] if "so far" not in note]
    ordinary = settings.ordinary_income_usd(tax_year)
    usual = ordinary if settings.income.ordinary_income_usd is None else settings.income.ordinary_income_usd
    figures: Figures | None = None
    no_tax: str | None = None
    if ordinary is None:
        no_tax = "taxpayer.ordinary_income_usd is not configured"
        notes.append(
            f"{no_tax}, so no tax is worked out: the plan is in loss dollars, as much loss as counts this year at the "
            "least cost"
        )
    else:
        try:
            figures = load_figures(tax_year, status)
        except UnknownFiguresError as error:
            no_tax = str(error)
            notes.append(f"{no_tax}, so no tax is worked out: the plan is in loss dollars")
    coins: Decimal = summary["ordinary_income_usd"]
    later = later_years(
        settings.harvest,
        today=today,
        new_long_from=first_long_date(today),
        figures=figures,
        filed=return_without_gains(settings.income, (usual or Decimal(0)) + coins),
        state_rate=settings.income.state_rate,
    )
    standing = Standing(
        tax_year=tax_year,
        filing_status=status,
        short_net_usd=summary["short_net_usd"],
        long_net_usd=summary["long_net_usd"],
        later=later,
        figures=figures,
        filed=None if figures is None else return_without_gains(settings.income, (ordinary or Decimal(0)) + coins),
        state_rate=settings.income.state_rate,
    )
    return StandingYear(standing, tuple(notes), no_tax)
