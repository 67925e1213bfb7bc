"""A person's tax years as rows of `tax.year_summary`: sums of what is proven, and beside them what is not. Pure.

Belongs here: which years there are, what stands beside a sum, and the words. Does not belong here: a country's netting
(`<country>/`), reading or writing tables (`steps.py`).
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from decimal import Decimal

from warehouse.exact import EXACT
from warehouse.lots.calendar import Calendar
from warehouse.settings import BookSettings, TaxYearSettings
from warehouse.tax.countries import country_of
from warehouse.tax.country import ZERO, DayGain, YearOfBook, YearOfTax

SHOWN_DOUBTS = 6
"""How many doubts the notes of a year tell in full."""


@dataclass(frozen=True, slots=True)
class YearFacts:
    """What the books hold of one year. Sums are of known values only; each count says how many had none.

    `washed_*` are losses in the gains that a wash sale rule in force disallows, `replacement_count` the sales of lots
    whose cost such a loss raises. Where disposals are matched with a pool: `incomplete_pools` are assets whose pool
    misses coins that were sold without lots, `open_match_count` counts days of disposals that a purchase to come may
    still be matched with; `day_gains` are the gains of each asset and day. `doubts` are what the year rests on that is
    not known or not decided, in words; `review_*` the disposals that do, which are in the sums. `carry_count` counts
    transactions that put coins into liquidity or took them out with their basis kept, `carried_sale_count` sales of
    lots that came that way.
    """

    tax_year: int
    short_gain_usd: Decimal = ZERO
    long_gain_usd: Decimal = ZERO
    ordinary_income_usd: Decimal = ZERO
    disposal_count: int = 0
    carry_count: int = 0
    carried_sale_count: int = 0
    unproven_count: int = 0
    unproven_proceeds_usd: Decimal = ZERO
    missing_count: int = 0
    unvalued_income_count: int = 0
    washed_count: int = 0
    washed_loss_usd: Decimal = ZERO
    replacement_count: int = 0
    incomplete_pools: tuple[str, ...] = ()
    open_match_count: int = 0
    day_gains: tuple[DayGain, ...] = ()
    review_count: int = 0
    review_gain_usd: Decimal = ZERO
    doubts: tuple[str, ...] = ()


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
    carryover_short_used_usd: Decimal
    carryover_long_used_usd: Decimal
    short_net_usd: Decimal
    long_net_usd: Decimal
    net_gain_usd: Decimal
    exempt_gain_usd: Decimal | None
    taxable_gain_usd: Decimal | None
    gains_tax_usd: Decimal | None
    loss_limit_usd: Decimal
    deductible_loss_usd: Decimal
    usable_loss_usd: Decimal | None
    carryover_short_out_usd: Decimal
    carryover_long_out_usd: Decimal
    ordinary_income_usd: Decimal
    taxable_ordinary_income_usd: Decimal | None
    taxable_income_usd: Decimal | None
    is_income_assumed: bool
    disposal_count: int
    unproven_count: int
    unproven_proceeds_usd: Decimal
    missing_count: int
    unvalued_income_count: int
    review_count: int
    review_gain_usd: Decimal
    is_over: bool
    is_proven: bool
    notes: tuple[str, ...]


def summarize_years(facts: Iterable[YearFacts], *, settings: BookSettings, present_year: int) -> list[YearSummary]:
    """Every year from the first with anything in it, or told of in the settings, to `present_year`, none left out.

    Raises `ValueError` for a country without rules here and for an unknown filing status.
    """
    country = country_of(settings.jurisdiction)
    by_year = {year.tax_year: year for year in facts}
    told = {number: year for number, year in settings.tax_years.items() if number <= present_year}
    numbers = {*by_year, *told, present_year}
    years = [by_year.get(number, YearFacts(number)) for number in range(min(numbers), max(numbers) + 1)]
    taxed = country.net_years(
        [
            _of_book(
                year,
                told.get(year.tax_year, TaxYearSettings()),
                settings,
                is_present=year.tax_year == present_year,
            )
            for year in years
        ]
    )

    rows: list[YearSummary] = []
    for year, result in zip(years, taxed, strict=True):
        before = rows[-1] if rows else None
        row = _row(year, result, told.get(year.tax_year, TaxYearSettings()), before, country.calendar)
        rows.append(replace(row, is_over=True) if year.tax_year < present_year else _so_far(row))
    return rows


def _of_book(year: YearFacts, told: TaxYearSettings, settings: BookSettings, *, is_present: bool) -> YearOfBook:
    """The year as a country nets it; the income that is told is of the present year, not of earlier ones."""
    ordinary = settings.ordinary_income_usd(year.tax_year)
    return YearOfBook(
        tax_year=year.tax_year,
        short_gain_usd=year.short_gain_usd,
        long_gain_usd=year.long_gain_usd,
        ordinary_income_usd=year.ordinary_income_usd,
        filing_status=told.filing_status or settings.filing_status,
        told=told,
        day_gains=year.day_gains,
        income=replace(settings.income, ordinary_income_usd=ordinary) if is_present else None,
    )


def _row(
    year: YearFacts,
    taxed: YearOfTax,
    told: TaxYearSettings,
    before: YearSummary | None,
    calendar: Calendar,
) -> YearSummary:
    is_carried_told = told.carryover_short_in_usd is not None or told.carryover_long_in_usd is not None
    rests_on_before = before is not None and not is_carried_told
    is_own_proven = taxed.is_settled and not _gaps(year)
    is_before_proven = before is None or not rests_on_before or before.is_proven
    notes = [*_gaps(year), *taxed.notes]
    if year.open_match_count:
        notes.append(
            f"{_count(year.open_match_count, 'day')} of disposals in the last 30 days: what is bought within 30 days "
            "after one is matched with it and changes its gain"
        )
    notes += _carries(year)
    if before is not None and not is_before_proven:
        notes.append(
            f"the carryover in rests on {calendar.label(before.tax_year)}, of which something is missing or in doubt"
        )
    return YearSummary(
        tax_year=year.tax_year,
        short_gain_usd=year.short_gain_usd,
        long_gain_usd=year.long_gain_usd,
        other_short_gain_usd=told.other_short_gain_usd,
        other_long_gain_usd=told.other_long_gain_usd,
        carryover_short_in_usd=taxed.carried_short_in_usd,
        carryover_long_in_usd=taxed.carried_long_in_usd,
        carryover_short_used_usd=taxed.carried_short_used_usd,
        carryover_long_used_usd=taxed.carried_long_used_usd,
        short_net_usd=taxed.short_net_usd,
        long_net_usd=taxed.long_net_usd,
        net_gain_usd=EXACT.add(taxed.short_net_usd, taxed.long_net_usd),
        exempt_gain_usd=taxed.exempt_gain_usd,
        taxable_gain_usd=taxed.taxable_gain_usd,
        gains_tax_usd=taxed.gains_tax_usd,
        loss_limit_usd=taxed.loss_limit_usd,
        deductible_loss_usd=taxed.deductible_loss_usd,
        usable_loss_usd=taxed.usable_loss_usd,
        carryover_short_out_usd=taxed.carried_short_out_usd,
        carryover_long_out_usd=taxed.carried_long_out_usd,
        ordinary_income_usd=year.ordinary_income_usd,
        taxable_ordinary_income_usd=taxed.taxable_income_usd,
        taxable_income_usd=told.taxable_income_usd,
        is_income_assumed=taxed.is_income_assumed
        or (before is not None and rests_on_before and before.is_income_assumed),
        disposal_count=year.disposal_count,
        unproven_count=year.unproven_count,
        unproven_proceeds_usd=year.unproven_proceeds_usd,
        missing_count=year.missing_count,
        unvalued_income_count=year.unvalued_income_count,
        review_count=year.review_count,
        review_gain_usd=year.review_gain_usd,
        is_over=False,
        is_proven=is_own_proven and is_before_proven,
        notes=tuple(notes),
    )


def _so_far(row: YearSummary) -> YearSummary:
    return replace(row, notes=(*row.notes, "the year is not over: these are its figures so far"))


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
    if year.incomplete_pools:
        gaps.append(
            f"the pool of {', '.join(year.incomplete_pools)} misses coins that were sold without lots: the gains from "
            "it rest on what is there"
        )
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
    gaps += year.doubts[:SHOWN_DOUBTS]
    if len(year.doubts) > SHOWN_DOUBTS:
        gaps.append(f"{len(year.doubts) - SHOWN_DOUBTS} more things in doubt: quality.year_doubts lists them all")
    return gaps


def _carries(year: YearFacts) -> list[str]:
    """What rests on basis that was kept through liquidity, which no authority is clear about."""
    notes = []
    if year.carry_count:
        notes.append(
            f"liquidity was booked without a sale, as configured ({_count(year.carry_count, 'transaction')}): cost and "
            "age went along; no law or guidance says so clearly"
        )
    if year.carried_sale_count:
        notes.append(
            f"{_count(year.carried_sale_count, 'disposal')} of coins whose cost and age were kept through liquidity, "
            "as configured"
        )
    return notes


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"
