"""The tax function: the official example, a second implementation by areas, and what holds at every bracket's edge."""

import json
from decimal import Decimal
from fractions import Fraction
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from support.golden import golden_example
from warehouse.tax.us.figures import UnknownFiguresError, known_years, load_figures
from warehouse.tax.us.liability import TaxReturn, tax
from warehouse.tax.us.netting import CAPITAL_LOSS_LIMIT_USD, loss_limit_usd

FIGURES_FOLDER = Path(__file__).parents[3] / "warehouse" / "tax" / "us" / "figures"
PUBLISHED: dict[int, dict[str, Any]] = {
    year: json.loads((FIGURES_FOLDER / f"{year}.json").read_text(encoding="utf-8"))["status"]
    for year in (2023, 2024, 2025, 2026)
}
YEARS_AND_STATUSES = [(year, status) for year, statuses in PUBLISHED.items() for status in statuses]
NO_DEDUCTION = Decimal(0)

usd = st.decimals(-(10**6), 2 * 10**6, places=8)
positive_usd = st.decimals(0, 10**6, places=8)
returns = st.builds(
    TaxReturn,
    ordinary_income_usd=usd,
    short_net_usd=usd,
    long_net_usd=usd,
    qualified_dividends_usd=positive_usd,
    investment_income_usd=positive_usd,
    deduction_usd=st.none() | positive_usd,
    aged_or_blind_count=st.integers(0, 4),
)


def area(steps: list[tuple[Any, Any]], low: Fraction, high: Fraction) -> Fraction:
    """The area between `low` and `high` under the rates `steps`: (up to, rate) in order, `None` without an end."""
    total, start = Fraction(0), Fraction(0)
    for up_to, rate in steps:
        end = high if up_to is None else min(Fraction(up_to), high)
        total += max(Fraction(0), end - max(start, low)) * Fraction(rate)
        start = Fraction(up_to) if up_to is not None else high
    return total


def second_opinion(year: int, status: str, filed: TaxReturn) -> Fraction:
    """Tax and NIIT by IRC 1(h), 1(j), 1211 and 1411 as areas under rates, on `Fraction`, sharing no code."""
    numbers = PUBLISHED[year][status]
    short, long = Fraction(filed.short_net_usd), Fraction(filed.long_net_usd)
    counted = short + long
    if counted < 0:
        counted = -min(-counted, Fraction(1500 if status == "married_separate" else 3000))
    gross = Fraction(filed.ordinary_income_usd) + Fraction(filed.qualified_dividends_usd) + counted
    deduction = (
        Fraction(numbers["standard_deduction"])
        + filed.aged_or_blind_count * Fraction(numbers["additional_standard_deduction_65_or_blind_each"])
        if filed.deduction_usd is None
        else Fraction(filed.deduction_usd)
    )
    top = max(Fraction(0), gross - deduction)
    net_capital_gain = long - max(Fraction(0), -short) if long > 0 else Fraction(0)
    favored = min(top, max(Fraction(0), net_capital_gain) + Fraction(filed.qualified_dividends_usd))
    ordinary = [(bracket["not_over"], bracket["rate"]) for bracket in numbers["ordinary_brackets"]]
    gains = list(
        zip([numbers["ltcg"]["max_zero_rate_amount"], numbers["ltcg"]["max_15_rate_amount"], None],
            numbers["ltcg"]["rates"], strict=True)
    )  # fmt: skip
    stacked = area(ordinary, Fraction(0), top - favored) + area(gains, top - favored, top)
    investment = Fraction(filed.investment_income_usd) + Fraction(filed.qualified_dividends_usd) + counted
    niit_base = max(Fraction(0), min(investment, gross - Fraction(numbers["niit_threshold_magi"])))
    return min(stacked, area(ordinary, Fraction(0), top)) + Fraction("0.038") * niit_base


def test_tax__us_tc1__is_the_example() -> None:
    example = golden_example("us-tc1")
    given_, expected = example["inputs"], {name: Decimal(value) for name, value in example["expected"].items()}
    bill = tax(
        load_figures(int(given_["year"]), given_["status"]),
        TaxReturn(
            ordinary_income_usd=Decimal(given_["ordinary_taxable_income"]),
            long_net_usd=Decimal(given_["net_ltcg_in_taxable_income"]),
            deduction_usd=NO_DEDUCTION,
        ),
    )
    assert bill.taxable_income_usd == expected["taxable_income"]
    assert (bill.at_zero_usd, bill.at_fifteen_usd) == (expected["taxed_at_0"], expected["taxed_at_15"])
    assert bill.gains_tax_usd == expected["ltcg_tax"]
    assert bill.ordinary_tax_usd == expected["ordinary_tax"]
    assert bill.total_usd == expected["total"]


@given(st.sampled_from(YEARS_AND_STATUSES), returns)
def test_tax__any_return__equals_the_second_implementation(case: tuple[int, str], filed: TaxReturn) -> None:
    assert Fraction(tax(load_figures(*case), filed).total_usd) == second_opinion(*case, filed)


@given(st.sampled_from(YEARS_AND_STATUSES), returns, st.decimals("0.00000001", 10000, places=8))
def test_tax__a_little_more_income__never_jumps_and_never_falls(
    case: tuple[int, str], filed: TaxReturn, more: Decimal
) -> None:
    """No extra dollar costs more than the highest bracket, the highest rate on gain it displaces, and NIIT."""
    figures = load_figures(*case)
    before = tax(figures, filed).total_usd
    for name in ("ordinary_income_usd", "short_net_usd", "long_net_usd", "qualified_dividends_usd"):
        values = {field: getattr(filed, field) for field in TaxReturn.__dataclass_fields__}
        rise = tax(figures, TaxReturn(**{**values, name: values[name] + more})).total_usd - before
        assert 0 <= rise <= more * (Decimal("0.37") + Decimal("0.20") + Decimal("0.038"))


@pytest.mark.parametrize(("year", "status"), YEARS_AND_STATUSES)
def test_tax__at_each_bracket__has_the_published_marginal_rates(year: int, status: str) -> None:
    figures = load_figures(year, status)

    def ordinary(income: Decimal) -> Decimal:
        return tax(figures, TaxReturn(ordinary_income_usd=income, deduction_usd=NO_DEDUCTION)).income_tax_usd

    brackets = PUBLISHED[year][status]["ordinary_brackets"]
    for lower, upper in pairwise(brackets):
        edge = Decimal(upper["over"])
        assert ordinary(edge) - ordinary(edge - 1) == Decimal(lower["rate"])
        assert ordinary(edge + 1) - ordinary(edge) == Decimal(upper["rate"])


@pytest.mark.parametrize(("year", "status"), YEARS_AND_STATUSES)
def test_tax__gain_alone_at_each_threshold__has_the_published_marginal_rates(year: int, status: str) -> None:
    figures = load_figures(year, status)

    def gain(amount: Decimal) -> Decimal:
        filed = TaxReturn(ordinary_income_usd=Decimal(0), long_net_usd=amount, deduction_usd=NO_DEDUCTION)
        return tax(figures, filed).income_tax_usd

    zero_up_to, fifteen_up_to = figures.zero_rate_up_to_usd, figures.fifteen_rate_up_to_usd
    assert gain(zero_up_to) == 0
    assert gain(zero_up_to + 1) == Decimal("0.15")
    assert gain(fifteen_up_to) - gain(fifteen_up_to - 1) == Decimal("0.15")
    assert gain(fifteen_up_to + 1) - gain(fifteen_up_to) == Decimal("0.20")


def test_tax__wage_dollar_under_gain_at_the_zero_cap__costs_27_cents() -> None:
    """2025, single: 40,000 ordinary is in the 12 % bracket, and the dollar moves one of gain from 0 to 15 %."""
    figures = load_figures(2025, "single")
    bills = [
        tax(figures, TaxReturn(Decimal(wage), long_net_usd=Decimal(20000), deduction_usd=NO_DEDUCTION)).total_usd
        for wage in (40000, 40001)
    ]
    assert bills[1] - bills[0] == Decimal("0.27")


def test_tax__loss_beyond_the_limit__saves_nothing_more() -> None:
    figures = load_figures(2026, "single")
    bills = [
        tax(figures, TaxReturn(Decimal(120000), short_net_usd=Decimal(loss))).total_usd for loss in (0, -3000, -50000)
    ]
    # 120,000 - 16,100 is in the 22 % bracket (50,400 to 105,700): 3,000 of loss save 660.
    assert [bill - bills[0] for bill in bills] == [0, -660, -660]


def test_tax__niit__is_on_the_lesser_of_gain_and_excess() -> None:
    """By hand, 2025 single: income 190,000 and 30,000 gain: 20,000 over the threshold; then 150,000: none."""
    figures = load_figures(2025, "single")
    bills = [tax(figures, TaxReturn(Decimal(wage), long_net_usd=Decimal(30000))) for wage in (190000, 250000, 150000)]
    assert [bill.niit_usd for bill in bills] == [Decimal(760), Decimal(1140), Decimal(0)]


def test_tax__state_rate__is_a_share_of_taxable_income() -> None:
    figures = load_figures(2025, "single")
    bill = tax(figures, TaxReturn(Decimal(115750)), state_rate=Decimal("0.05"))
    assert bill.state_tax_usd == Decimal(5000)
    assert bill.total_usd == bill.income_tax_usd + 5000


def test_figures__year_not_published__is_refused_by_name() -> None:
    with pytest.raises(UnknownFiguresError, match="2027 are not known here; those of 2023, 2024, 2025, 2026 are"):
        load_figures(2027, "single")


def test_figures__unknown_status__is_refused_by_name() -> None:
    with pytest.raises(UnknownFiguresError, match="'widow' is none of head_of_household"):
        load_figures(2025, "widow")


def test_figures__every_file__is_known_and_agrees_with_the_loss_limit() -> None:
    assert known_years() == sorted(PUBLISHED)
    for year, status in YEARS_AND_STATUSES:
        assert load_figures(year, status).tax_year == year
        assert loss_limit_usd(status) == PUBLISHED[year][status]["capital_loss_limit"]
    assert {status for _, status in YEARS_AND_STATUSES} == set(CAPITAL_LOSS_LIMIT_USD)


@pytest.mark.parametrize(("year", "status"), YEARS_AND_STATUSES)
def test_figures__brackets__begin_at_nothing_leave_no_gap_and_rise(year: int, status: str) -> None:
    published = PUBLISHED[year][status]
    brackets = published["ordinary_brackets"]
    assert (brackets[0]["over"], brackets[-1]["not_over"]) == (0, None)
    for lower, upper in pairwise(brackets):
        assert lower["not_over"] == upper["over"]
        assert Decimal(lower["rate"]) < Decimal(upper["rate"])
    assert published["ltcg"]["rates"] == ["0.00", "0.15", "0.20"]
