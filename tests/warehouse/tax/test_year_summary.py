"""Rows of the year summary: sums of what is proven, and beside them what is not."""

from decimal import Decimal

import pytest

from warehouse.settings import BookSettings, IncomeSettings, TaxYearSettings
from warehouse.tax.year_summary import YearFacts, YearSummary, summarize_years


def summarize(
    *facts: YearFacts, present_year: int = 2026, tax_years: dict[int, TaxYearSettings] | None = None
) -> list[YearSummary]:
    settings = BookSettings(accounts=(), tax_years=tax_years or {})
    return summarize_years(facts, settings=settings, present_year=present_year)


def test_years__nothing_happened__are_the_present_one_with_zeros() -> None:
    (row,) = summarize()
    assert (row.tax_year, row.net_gain_usd, row.ordinary_income_usd) == (2026, Decimal(0), Decimal(0))
    assert (row.is_over, row.is_proven) == (False, True)


def test_years__a_quiet_one_between__is_there_and_passes_the_loss_on() -> None:
    rows = summarize(YearFacts(2024, short_gain_usd=Decimal(-9000), disposal_count=1))
    assert [row.tax_year for row in rows] == [2024, 2025, 2026]
    assert [row.carryover_short_in_usd for row in rows] == [Decimal(0), Decimal(6000), Decimal(3000)]
    assert [row.deductible_loss_usd for row in rows] == [Decimal(3000)] * 3
    assert [row.is_income_assumed for row in rows] == [True, True, True]
    assert [row.is_over for row in rows] == [True, True, False]


def test_years__not_in_order__are_sorted() -> None:
    rows = summarize(YearFacts(2026), YearFacts(2025))
    assert [row.tax_year for row in rows] == [2025, 2026]


def test_year__gains_known_and_unknown__sums_the_known_and_names_the_rest() -> None:
    (row,) = summarize(
        YearFacts(
            2026,
            short_gain_usd=Decimal("12.5"),
            disposal_count=3,
            unproven_count=2,
            unproven_proceeds_usd=Decimal("1234.5"),
            missing_count=1,
            unvalued_income_count=1,
        )
    )
    assert row.short_gain_usd == Decimal("12.5")
    assert not row.is_proven
    assert row.notes == (
        "1 sale found too few lots: the missing part is in no gain",
        "2 disposals without a known gain: in no sum",
        "proceeds of 1,234.50 stand outside the gains, their cost unproven",
        "1 income without a known value: in no sum",
        "the year is not over: these are its figures so far",
    )


def test_year__an_earlier_one_is_unproven__says_what_its_carryover_rests_on() -> None:
    rows = summarize(YearFacts(2024, unproven_count=1), YearFacts(2025))
    assert [row.is_proven for row in rows] == [False, False, False]
    assert rows[1].notes == ("the carryover in rests on 2024, of which something is missing or in doubt",)
    assert rows[2].notes[0] == "the carryover in rests on 2025, of which something is missing or in doubt"


def test_year__carryover_given_after_an_unproven_one__rests_on_what_is_given() -> None:
    rows = summarize(
        YearFacts(2025, unproven_count=1),
        tax_years={2026: TaxYearSettings(carryover_short_in_usd=Decimal(100))},
    )
    assert rows[1].is_proven
    assert (rows[1].carryover_short_in_usd, rows[1].carryover_long_in_usd) == (Decimal(100), Decimal(0))


def test_year__other_gains_and_status_given__are_netted_with_the_books_own() -> None:
    """By hand: short 1,000 - 4,000 = -3,000; long 500 - 2,000 = -1,500; net -4,500; half limit 1,500.

    All 1,500 come off the short loss: 1,500 short and 1,500 long go on.
    """
    (row,) = summarize(
        YearFacts(2026, short_gain_usd=Decimal(1000), long_gain_usd=Decimal(500)),
        tax_years={
            2026: TaxYearSettings(
                filing_status="married_separate",
                taxable_income_usd=Decimal(40000),
                other_short_gain_usd=Decimal(-4000),
                other_long_gain_usd=Decimal(-2000),
            )
        },
    )
    assert (row.short_gain_usd, row.other_short_gain_usd) == (Decimal(1000), Decimal(-4000))
    assert (row.short_net_usd, row.long_net_usd, row.net_gain_usd) == (Decimal(-3000), Decimal(-1500), Decimal(-4500))
    assert row.deductible_loss_usd == Decimal(1500)
    assert (row.carryover_short_out_usd, row.carryover_long_out_usd) == (Decimal(1500), Decimal(1500))
    assert not row.is_income_assumed


def test_years__income_told__is_that_of_the_present_year_alone() -> None:
    """2025: 12,000 of loss, 9,000 go on as assumed. 2026: 10,000 and 500 of coins less 3,000 less 16,100 is -8,600.

    3,000 more is still below zero, so nothing of the 9,000 is used.
    """
    settings = BookSettings(accounts=(), income=IncomeSettings(ordinary_income_usd=Decimal(10000)))
    facts = [YearFacts(2025, short_gain_usd=Decimal(-12000)), YearFacts(2026, ordinary_income_usd=Decimal(500))]
    rows = summarize_years(facts, settings=settings, present_year=2026)
    assert [row.carryover_short_out_usd for row in rows] == [Decimal(9000), Decimal(9000)]
    assert ["taxable income is not given" in " ".join(row.notes) for row in rows] == [True, False]


def test_years__told_of_before_the_first_disposal__begin_there() -> None:
    rows = summarize(
        YearFacts(2026, long_gain_usd=Decimal(500)),
        tax_years={2025: TaxYearSettings(carryover_long_in_usd=Decimal(700)), 2031: TaxYearSettings()},
    )
    assert [(row.tax_year, row.carryover_long_in_usd) for row in rows] == [(2025, Decimal(700)), (2026, Decimal(0))]
    assert rows[0].deductible_loss_usd == Decimal(700)


def test_years__country_without_rules__is_refused_by_name() -> None:
    with pytest.raises(ValueError, match=r"'FR'.*GB"):
        summarize_years([], settings=BookSettings(accounts=(), jurisdiction="FR"), present_year=2026)
