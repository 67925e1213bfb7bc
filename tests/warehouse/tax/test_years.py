"""Losses carried through several years."""

from dataclasses import replace
from decimal import Decimal

import pytest

from warehouse.tax.us.liability import TaxReturn
from warehouse.tax.us.netting import Carryover
from warehouse.tax.us.years import YearOfGains, carry_through


def year(tax_year: int, short: int, long: int, **told: Decimal | Carryover) -> YearOfGains:
    return YearOfGains(tax_year, Decimal(short), Decimal(long), "single", **told)  # type: ignore[arg-type]


def test_carry_through__three_years__uses_short_losses_first() -> None:
    """By hand. 2023: -8,000 short, -4,000 long: 3,000 off the short loss, 5,000 and 4,000 go on.

    2024: nothing: 3,000 again, 2,000 and 4,000 go on. 2025: +1,500 long: short -2,000, long -2,500, net -4,500;
    3,000 used: the 2,000 short and 1,000 of the long; 1,500 long goes on.
    """
    years = carry_through([year(2023, -8000, -4000), year(2024, 0, 0), year(2025, 0, 1500)])
    assert [row.carried_in for row in years] == [
        Carryover(Decimal(0), Decimal(0)),
        Carryover(Decimal(5000), Decimal(4000)),
        Carryover(Decimal(2000), Decimal(4000)),
    ]
    assert years[2].netting.net_gain_usd == Decimal(-4500)
    assert [row.netting.deductible_loss_usd for row in years] == [Decimal(3000)] * 3
    assert years[2].carried_out == Carryover(Decimal(0), Decimal(1500))


def test_carry_through__income_not_given__is_assumed_and_said() -> None:
    (loss,) = carry_through([year(2025, -8000, 0)])
    assert loss.is_income_assumed
    assert loss.notes == (
        (
            "taxable income is not given: the carryover out is worked out as if it were large enough to use "
            "the whole deduction of 3,000.00"
        ),
    )


def test_carry_through__gain__assumes_nothing() -> None:
    (gain,) = carry_through([year(2025, 8000, 0)])
    assert not gain.is_income_assumed
    assert gain.notes == ()


def test_carry_through__starting_carryover__is_used_in_the_first_year() -> None:
    (first,) = carry_through([year(2025, 1000, 0, carried_in=Carryover(Decimal(400), Decimal(100)))])
    assert first.netting.net_gain_usd == Decimal(500)
    assert first.notes == ()


def test_carry_through__given_carryover_differs_from_the_chain__wins_and_is_said() -> None:
    years = carry_through(
        [
            year(2024, -5000, 0, taxable_income_usd=Decimal(50000)),
            year(2025, 0, 0, carried_in=Carryover(Decimal(2500)), taxable_income_usd=Decimal(50000)),
        ]
    )
    assert years[1].carried_in == Carryover(Decimal(2500))
    assert years[1].notes == (
        "the carryover in is as given, 2,500.00 short and 0.00 long; the year before works out to 2,000.00 and 0.00",
    )


def test_carry_through__low_income_year__keeps_what_it_could_not_use() -> None:
    """Taxable income of -1,000 after the 3,000 deduction used only 2,000 of it (worksheet line 4)."""
    years = carry_through([year(2024, -10000, 0, taxable_income_usd=Decimal(-1000)), year(2025, 0, 0)])
    assert years[1].carried_in == Carryover(Decimal(8000))


def test_carry_through__return_known_but_for_gains__works_out_what_the_deduction_could_use() -> None:
    """10,000 less 3,000 less 15,750 (2025, single) is -8,750, and 3,000 more still below zero: all 12,000 go on."""
    (loss,) = carry_through([replace(year(2025, -12000, 0), filed=TaxReturn(Decimal(10000)))])
    assert loss.worksheet.line_1 == Decimal(-8750)
    assert loss.carried_out == Carryover(Decimal(12000))
    assert (loss.is_income_assumed, loss.notes) == (False, ())


def test_carry_through__figures_of_the_year_not_known__assumes_as_before() -> None:
    (loss,) = carry_through([replace(year(2031, -12000, 0), filed=TaxReturn(Decimal(10000)))])
    assert (loss.carried_out, loss.is_income_assumed) == (Carryover(Decimal(9000)), True)


def test_carry_through__a_year_left_out__is_refused() -> None:
    with pytest.raises(ValueError, match="2025 can not follow 2023"):
        carry_through([year(2023, 0, 0), year(2025, 0, 0)])
