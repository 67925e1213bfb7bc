"""The United States to the books: calendar years, two terms, losses limited and carried by term.

Lots (Reg. 1.1012-1(j)): wallet by wallet, account by account from 2025-01-01, one pool for each asset before; a method
needs a record by the time of sale, which one's own books may be until 2026 (Notice 2025-7, modified by Notice 2026-20).

Belongs here: what the interface asks for. Does not belong here: the netting (`netting.py`, `years.py`), rates
(`liability.py`).
"""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal, localcontext

from warehouse.exact import EXACT
from warehouse.lots.calendar import Calendar
from warehouse.lots.methods import RecordRules
from warehouse.lots.policy import METHODS, Pool
from warehouse.settings import IncomeSettings, TaxYearSettings
from warehouse.tax.country import ZERO, Country, YearOfBook, YearOfTax
from warehouse.tax.us.liability import TaxReturn
from warehouse.tax.us.netting import Carryover
from warehouse.tax.us.years import NettedYear, YearOfGains, carry_through


def net_years(years: Sequence[YearOfBook]) -> list[YearOfTax]:
    """Schedule D and its carryover worksheet, year after year. Raises `ValueError` for an unknown filing status."""
    return [
        _taxed(year, netted)
        for year, netted in zip(years, carry_through([_gains(year) for year in years]), strict=True)
    ]


def _gains(year: YearOfBook) -> YearOfGains:
    with localcontext(EXACT):
        return YearOfGains(
            tax_year=year.tax_year,
            short_gain_usd=year.short_gain_usd + year.told.other_short_gain_usd,
            long_gain_usd=year.long_gain_usd + year.told.other_long_gain_usd,
            filing_status=year.filing_status,
            taxable_income_usd=year.told.taxable_income_usd,
            carried_in=_carried_in(year.told),
            filed=_filed(year),
        )


def _filed(year: YearOfBook) -> TaxReturn | None:
    """The return but for its gains: the income that is told and the coins received as income."""
    if year.income is None or year.income.ordinary_income_usd is None:
        return None
    return return_without_gains(year.income, year.income.ordinary_income_usd + year.ordinary_income_usd)


def return_without_gains(income: IncomeSettings, ordinary_usd: Decimal) -> TaxReturn:
    """A return with `ordinary_usd` of ordinary income in all, and what else is told of the person's income."""
    return TaxReturn(
        ordinary_income_usd=ordinary_usd,
        qualified_dividends_usd=income.qualified_dividends_usd,
        investment_income_usd=income.investment_income_usd,
        deduction_usd=income.deduction_usd,
    )


def _carried_in(told: TaxYearSettings) -> Carryover | None:
    if told.carryover_short_in_usd is None and told.carryover_long_in_usd is None:
        return None
    return Carryover(told.carryover_short_in_usd or ZERO, told.carryover_long_in_usd or ZERO)


def _taxed(year: YearOfBook, netted: NettedYear) -> YearOfTax:
    netting = netted.netting
    return YearOfTax(
        tax_year=year.tax_year,
        short_net_usd=netting.short_net_usd,
        long_net_usd=netting.long_net_usd,
        taxable_gain_usd=max(ZERO, netting.net_gain_usd),
        taxable_income_usd=year.ordinary_income_usd,
        carried_short_in_usd=netted.carried_in.short_usd,
        carried_long_in_usd=netted.carried_in.long_usd,
        carried_short_used_usd=netted.carried_in.short_usd,
        carried_long_used_usd=netted.carried_in.long_usd,
        carried_short_out_usd=netted.carried_out.short_usd,
        carried_long_out_usd=netted.carried_out.long_usd,
        loss_limit_usd=netting.loss_limit_usd,
        deductible_loss_usd=netting.deductible_loss_usd,
        usable_loss_usd=netting.usable_loss_usd,
        is_income_assumed=netted.is_income_assumed,
        notes=netted.notes,
    )


UNITED_STATES = Country(
    code="US",
    name="the United States",
    base_currency="USD",
    calendar=Calendar(),
    terms={"short": "short-term", "long": "long-term"},
    lot_methods=METHODS - {"average"},  # Reg. 1.1012-1(e) knows average cost for shares of funds only
    pool=Pool("account-from", date(2025, 1, 1)),
    net_years=net_years,
    leaves_choices=True,
    record_rules=RecordRules(recorded_since=date(2025, 1, 1), broker_told_since=date(2027, 1, 1)),
)
