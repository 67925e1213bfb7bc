"""British years: the exempt amount, losses carried forward only down to it, and the tax by the rates of the day."""

from datetime import date
from decimal import Decimal

import pytest

from warehouse.settings import TaxYearSettings
from warehouse.tax.country import DayGain, YearOfBook, YearOfTax
from warehouse.tax.gb.figures import load_figures
from warehouse.tax.gb.years import CALENDAR, net_years


def year(number: int, gain: str, *, days: tuple[tuple[date, str], ...] = (), **told: Decimal) -> YearOfBook:
    spread = days or ((CALENDAR.last_date(number), gain),)
    return YearOfBook(
        tax_year=number,
        short_gain_usd=Decimal(gain),
        long_gain_usd=Decimal(0),
        ordinary_income_usd=Decimal(0),
        filing_status="single",
        told=TaxYearSettings(**told),  # type: ignore[arg-type]
        day_gains=tuple(DayGain(day, Decimal(amount)) for day, amount in spread),
    )


def net(*years: YearOfBook) -> list[YearOfTax]:
    return net_years(years)


@pytest.mark.parametrize(
    ("day", "tax_year", "label"),
    [(date(2025, 4, 5), 2024, "2024/25"), (date(2025, 4, 6), 2025, "2025/26"), (date(2000, 1, 1), 1999, "1999/00")],
)
def test_tax_year__by_the_fifth_of_april__is_named_after_its_first_calendar_year(
    day: date, tax_year: int, label: str
) -> None:
    assert (CALENDAR.tax_year(day), CALENDAR.label(CALENDAR.tax_year(day))) == (tax_year, label)


@pytest.mark.parametrize(
    ("tax_year", "exempt"),
    [(2019, 12000), (2022, 12300), (2023, 6000), (2024, 3000), (2025, 3000), (2026, 3000)],
)
def test_figures__of_a_year__have_its_exempt_amount(tax_year: int, exempt: int) -> None:
    figures = load_figures(tax_year)
    assert figures is not None
    assert figures.annual_exempt_amount == exempt
    assert figures.rates[0].since == CALENDAR.first_date(tax_year)


def test_gain__below_the_exempt_amount__is_free() -> None:
    (row,) = net(year(2025, "2999.99"))
    assert (row.exempt_gain_usd, row.taxable_gain_usd, row.gains_tax_usd) == (Decimal("2999.99"), 0, 0)


def test_losses_brought_forward__are_used_only_down_to_the_exempt_amount() -> None:
    rows = net(year(2024, "-10000"), year(2025, "5000"), year(2026, "20000"))
    assert [row.carried_short_used_usd for row in rows] == [0, 2000, 8000]
    assert [row.carried_short_out_usd for row in rows] == [10000, 8000, 0]
    assert [row.exempt_gain_usd for row in rows] == [0, 3000, 3000]
    assert [row.taxable_gain_usd for row in rows] == [0, 0, 9000]


def test_losses_of_the_year__are_used_in_full_though_they_waste_the_exempt_amount() -> None:
    (row,) = net(year(2025, "500", days=((date(2025, 5, 1), "5000"), (date(2025, 6, 1), "-4500"))))
    assert (row.exempt_gain_usd, row.taxable_gain_usd, row.carried_short_out_usd) == (500, 0, 0)


def test_loss_carried_in__given_for_the_first_year__begins_the_chain() -> None:
    (row,) = net(year(2025, "4000", carryover_short_in_usd=Decimal(700)))
    assert (row.carried_short_used_usd, row.taxable_gain_usd, row.notes) == (700, 300, row.notes)


def test_loss_carried_in__given_otherwise_than_worked_out__wins_and_says_so() -> None:
    rows = net(year(2024, "-100"), year(2025, "0", carryover_short_in_usd=Decimal(90)))
    assert rows[1].carried_short_in_usd == 90
    assert rows[1].notes == ("the loss carried in is as given, 90.00; the year before works out to 100.00",)


@pytest.mark.parametrize(
    ("income", "tax"),
    [
        ("0", "1800.00"),  # 10,000 at 18 %
        ("37700", "2400.00"),  # 10,000 at 24 %
        ("33700", "2160.00"),  # 4,000 at 18 %, 6,000 at 24 %
    ],
)
def test_tax__of_2025_26__fills_the_basic_rate_band_with_income_first(income: str, tax: str) -> None:
    (row,) = net(year(2025, "13000", taxable_income_usd=Decimal(income)))
    assert row.gains_tax_usd == Decimal(tax)


@pytest.mark.parametrize(
    ("early", "late", "loss", "income", "tax"),
    [
        # The exempt 3,000 and the loss go to the gains at 24 %: 10,000 at 20 % and 5,000 at 24 %.
        ("10000", "10000", "-2000", "100000", "3200.00"),
        # All in the band: 10,000 at 10 % and 5,000 at 18 %.
        ("10000", "10000", "-2000", "0", "1900.00"),
        # 4,000 of the band are left: they save 10 points on the early gains, 6 on the late ones.
        ("10000", "10000", "-2000", "33700", "2800.00"),
        # The late gains are gone: what is left of the exempt amount goes to the early ones.
        ("10000", "1000", "0", "100000", "1600.00"),
    ],
)
def test_tax__of_2024_25__is_by_the_rate_of_the_day_and_set_off_as_suits_best(
    early: str, late: str, loss: str, income: str, tax: str
) -> None:
    days = ((date(2024, 10, 29), early), (date(2024, 10, 30), late), (date(2024, 6, 1), loss))
    gain = str(sum(Decimal(amount) for _, amount in days))
    (row,) = net(year(2024, gain, days=days, taxable_income_usd=Decimal(income)))
    assert row.gains_tax_usd == Decimal(tax)


def test_tax__income_not_told__is_left_out_and_bounded_in_words() -> None:
    (row,) = net(year(2025, "13000"))
    assert row.gains_tax_usd is None
    assert row.notes == (
        "taxable income is not given: the tax on the gains is between 1,800.00 and 2,400.00 by the rates",
    )


def test_tax__gains_from_elsewhere_in_a_year_of_two_rates__is_left_out_and_says_why() -> None:
    (row,) = net(year(2024, "13000", taxable_income_usd=Decimal(0), other_short_gain_usd=Decimal(1)))
    assert row.gains_tax_usd is None
    assert "the rates changed on 2024-10-30" in row.notes[0]


def test_year__without_figures__is_said_and_uses_no_loss() -> None:
    rows = net(year(2026, "-100"), year(2027, "5000"))
    assert (rows[1].taxable_gain_usd, rows[1].exempt_gain_usd, rows[1].is_settled) == (None, None, False)
    assert (rows[1].carried_short_used_usd, rows[1].carried_short_out_usd) == (0, 100)
    assert "2027/28 is not known here" in rows[1].notes[0]
