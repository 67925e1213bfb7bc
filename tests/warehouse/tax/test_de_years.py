"""German years: the exemption limits, losses against private sales only, and the day from which a coin is free."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from warehouse.settings import TaxYearSettings
from warehouse.tax.country import YearOfBook, YearOfTax
from warehouse.tax.de.country import first_free_date
from warehouse.tax.de.years import net_years


def year(number: int, gain: str = "0", *, free: str = "0", income: str = "0", **told: Decimal) -> YearOfBook:
    return YearOfBook(
        tax_year=number,
        short_gain_usd=Decimal(gain),
        long_gain_usd=Decimal(free),
        ordinary_income_usd=Decimal(income),
        filing_status="single",
        told=TaxYearSettings(**told),  # type: ignore[arg-type]
    )


def net(*years: YearOfBook) -> list[YearOfTax]:
    return net_years(years)


@pytest.mark.parametrize(
    ("acquired", "free"),
    [
        ("2024-03-05", "2025-03-06"),  # FACTS section 5
        ("2023-02-28", "2024-02-29"),  # section 188(2) BGB: the year ends with 2024-02-28
        ("2024-02-28", "2025-03-01"),
        ("2024-02-29", "2025-03-01"),  # section 188(3) BGB: it ends with the last day of February
        ("2023-12-31", "2025-01-01"),
    ],
)
def test_coin__held_for_a_year__is_free_from_the_day_after(acquired: str, free: str) -> None:
    assert first_free_date(date.fromisoformat(acquired)) == date.fromisoformat(free)


@given(st.dates(min_value=date(2009, 1, 3), max_value=date(2100, 1, 1)))
def test_coin__on_any_day__is_free_after_more_than_a_year_and_never_sooner_than_one_bought_before(day: date) -> None:
    assert (first_free_date(day) - day).days in (366, 367)
    assert first_free_date(day) <= first_free_date(day + timedelta(days=1))


@pytest.mark.parametrize(
    ("number", "gain", "taxable"),
    [
        (2023, "599.99", "0"),
        (2023, "600", "600"),
        (2024, "600", "0"),
        (2024, "999.99", "0"),
        (2024, "1000", "1000"),
        (2026, "1000.01", "1000.01"),
    ],
)
def test_gain__at_the_limit__is_taxed_whole_and_below_it_not_at_all(number: int, gain: str, taxable: str) -> None:
    (row,) = net(year(number, gain))
    assert row.taxable_gain_usd == Decimal(taxable)
    assert row.exempt_gain_usd == Decimal(gain) - Decimal(taxable)


@pytest.mark.parametrize(("income", "taxable"), [("255.99", "0"), ("256", "256")])
def test_income__at_its_own_limit__is_taxed_whole(income: str, taxable: str) -> None:
    (row,) = net(year(2025, "900", income=income))
    assert (row.taxable_income_usd, row.taxable_gain_usd) == (Decimal(taxable), 0)


def test_loss__is_carried_on_and_set_off_after_the_limit_was_looked_at() -> None:
    rows = net(year(2023, "-900"), year(2024, "800"), year(2025, "1200"), year(2026, "2000"))
    assert [row.carried_short_used_usd for row in rows] == [0, 0, 900, 0]
    assert [row.carried_short_out_usd for row in rows] == [900, 900, 0, 0]
    assert [row.taxable_gain_usd for row in rows] == [0, 0, 300, 2000]  # 300 is below 1,000 and taxed all the same
    assert rows[0].deductible_loss_usd == 0  # not against other income


def test_sales_after_a_year__count_neither_as_gain_nor_as_loss() -> None:
    rows = net(year(2025, "1500", free="-1400"), year(2026, "900", free="5000"))
    assert [row.taxable_gain_usd for row in rows] == [1500, 0]
    assert [row.carried_short_out_usd for row in rows] == [0, 0]
    assert rows[0].notes == ("-1,400.00 from sales after more than a year is not taxed",)


def test_year__without_figures__is_said() -> None:
    (row,) = net(year(2031, "5000", income="1"))
    assert (row.taxable_gain_usd, row.taxable_income_usd, row.is_settled) == (None, None, False)
    assert "2031 are not known here" in row.notes[0]


def test_losses__of_more_than_a_million_used__leave_the_year_unsettled() -> None:
    (row,) = net(year(2025, "3000000", carryover_short_in_usd=Decimal(2_000_000)))
    assert not row.is_settled
    assert "§ 10d" in row.notes[0]
