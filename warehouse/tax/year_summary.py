"""A person's tax years as rows of `tax.year_summary`: sums of what is proven, and beside them what is not. Pure.

Belongs here: which years there are, what stands beside a sum, and the words. Does not belong here: a country's netting
(`us/`), reading or writing tables (`steps.py`).
"""

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal, localcontext

from warehouse.exact import EXACT
from warehouse.settings import BookSettings, TaxYearSettings
from warehouse.tax.us.netting import Carryover
from warehouse.tax.us.years import NettedYear, YearOfGains, carry_through

ZERO = Decimal(0)


@dataclass(frozen=True, slots=True)
class YearFacts:
    """What the books hold of one year. Sums are of known values only; each count says how many had none.

    `washed_*` are losses in the gains that a wash sale rule in force disallows, `replacement_count` the sales of lots
    whose cost such a loss raises.
    """

    tax_year: int
    short_gain_usd: Decimal = ZERO
    long_gain_usd: Decimal = ZERO
    ordinary_income_usd: Decimal = ZERO
    disposal_count: int = 0
    unproven_count: int = 0
    unproven_proceeds_usd: Decimal = ZERO
    missing_count: int = 0
    unvalued_income_count: int = 0
    washed_count: int = 0
    washed_loss_usd: Decimal = ZERO
    replacement_count: int = 0


@dataclass(frozen=True, slots=True)
class YearSummary:
    """A row of `tax.year_summary`, in the table's order of columns."""

    tax_year: int
    short_gain_usd: Decimal
    long_gain_usd: Decimal
    other_short_gain_usd: Decimal
    other_long_gain_usd: Decimal
    carryover_short_in_usd: Decimal
    carryover_long_in_usd: Decimal
    short_net_usd: Decimal
    long_net_usd: Decimal
    net_gain_usd: Decimal
    loss_limit_usd: Decimal
    deductible_loss_usd: Decimal
    usable_loss_usd: Decimal
    carryover_short_out_usd: Decimal
    carryover_long_out_usd: Decimal
    ordinary_income_usd: Decimal
    taxable_income_usd: Decimal | None
    is_income_assumed: bool
    disposal_count: int
    unproven_count: int
    unproven_proceeds_usd: Decimal
    missing_count: int
    unvalued_income_count: int
    is_over: bool
    is_proven: bool
    notes: tuple[str, ...]


def summarize_years(facts: Iterable[YearFacts], *, settings: BookSettings, present_year: int) -> list[YearSummary]:
    """Every year from the first with anything in it, or told of in the settings, to `present_year`, none left out.

    Raises `ValueError` for a country without rules here and for an unknown filing status.
    """
    if settings.jurisdiction != "US":
        raise ValueError(f"there are no rules for the tax years of {settings.jurisdiction!r}; there are for 'US'")
    by_year = {year.tax_year: year for year in facts}
    told = {number: year for number, year in settings.tax_years.items() if number <= present_year}
    numbers = {*by_year, *told, present_year}
    years = [by_year.get(number, YearFacts(number)) for number in range(min(numbers), max(numbers) + 1)]
    netted = carry_through([_year_of_gains(year, told.get(year.tax_year), settings) for year in years])

    rows: list[YearSummary] = []
    for year, result in zip(years, netted, strict=True):
        row = _row(year, result, told.get(year.tax_year, TaxYearSettings()), rows[-1] if rows else None, present_year)
        rows.append(row)
    return rows


def _year_of_gains(year: YearFacts, told: TaxYearSettings | None, settings: BookSettings) -> YearOfGains:
    told = told or TaxYearSettings()
    with localcontext(EXACT):
        return YearOfGains(
            tax_year=year.tax_year,
            short_gain_usd=year.short_gain_usd + told.other_short_gain_usd,
            long_gain_usd=year.long_gain_usd + told.other_long_gain_usd,
            filing_status=told.filing_status or settings.filing_status,
            taxable_income_usd=told.taxable_income_usd,
            carried_in=_carried_in(told),
        )


def _carried_in(told: TaxYearSettings) -> Carryover | None:
    if told.carryover_short_in_usd is None and told.carryover_long_in_usd is None:
        return None
    return Carryover(told.carryover_short_in_usd or ZERO, told.carryover_long_in_usd or ZERO)


def _row(
    year: YearFacts, result: NettedYear, told: TaxYearSettings, before: YearSummary | None, present_year: int
) -> YearSummary:
    rests_on_before = before is not None and _carried_in(told) is None
    is_own_proven = not _gaps(year)
    is_before_proven = before is None or not rests_on_before or before.is_proven
    notes = [*_gaps(year), *result.notes]
    if before is not None and not is_before_proven:
        notes.append(f"the carryover in rests on {before.tax_year}, of which something is missing")
    if year.tax_year >= present_year:
        notes.append("the year is not over: these are its figures so far")
    return YearSummary(
        tax_year=year.tax_year,
        short_gain_usd=year.short_gain_usd,
        long_gain_usd=year.long_gain_usd,
        other_short_gain_usd=told.other_short_gain_usd,
        other_long_gain_usd=told.other_long_gain_usd,
        carryover_short_in_usd=result.carried_in.short_usd,
        carryover_long_in_usd=result.carried_in.long_usd,
        short_net_usd=result.netting.short_net_usd,
        long_net_usd=result.netting.long_net_usd,
        net_gain_usd=result.netting.net_gain_usd,
        loss_limit_usd=result.netting.loss_limit_usd,
        deductible_loss_usd=result.netting.deductible_loss_usd,
        usable_loss_usd=result.netting.usable_loss_usd,
        carryover_short_out_usd=result.carried_out.short_usd,
        carryover_long_out_usd=result.carried_out.long_usd,
        ordinary_income_usd=year.ordinary_income_usd,
        taxable_income_usd=told.taxable_income_usd,
        is_income_assumed=result.is_income_assumed
        or (before is not None and rests_on_before and before.is_income_assumed),
        disposal_count=year.disposal_count,
        unproven_count=year.unproven_count,
        unproven_proceeds_usd=year.unproven_proceeds_usd,
        missing_count=year.missing_count,
        unvalued_income_count=year.unvalued_income_count,
        is_over=year.tax_year < present_year,
        is_proven=is_own_proven and is_before_proven,
        notes=tuple(notes),
    )


def _gaps(year: YearFacts) -> list[str]:
    gaps = []
    if year.missing_count:
        gaps.append(f"{_count(year.missing_count, 'sale')} found too few lots: the missing part is in no gain")
    if year.unproven_count:
        gaps.append(f"{_count(year.unproven_count, 'disposal')} without a known gain: in no sum")
    if year.unproven_proceeds_usd:
        gaps.append(f"proceeds of {year.unproven_proceeds_usd:,.2f} stand outside the gains, their cost unproven")
    if year.unvalued_income_count:
        gaps.append(f"{_count(year.unvalued_income_count, 'income')} without a known value: in no sum")
    if year.washed_count:
        gaps.append(
            f"the loss of {_count(year.washed_count, 'sale')} is disallowed as a wash sale (IRC 1091) and still in the "
            f"gains: {year.washed_loss_usd:,.2f}, see tax.wash_sale_shadow"
        )
    if year.replacement_count:
        gaps.append(
            f"{_count(year.replacement_count, 'sale')} of lots that replaced a wash sale: the disallowed loss is not "
            "in their cost yet"
        )
    return gaps


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"
