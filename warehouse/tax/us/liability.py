"""US federal income tax on a return with capital gains, exact: no table rounding, no whole dollars. Pure.

Follows Form 1040 line 16 by the 25-line Qualified Dividends and Capital Gain Tax Worksheet, and Form 8960 for the net
investment income tax. What a decision costs is `tax(with it) - tax(without it)`.

Not here: the Tax Table's rounding below 100,000 (it would make small differences jump), alternative minimum tax,
credits, the 28 % and section 1250 gains, self-employment tax, the year's figures (`figures.py`).
"""

from dataclasses import dataclass
from decimal import Decimal, localcontext

from warehouse.exact import EXACT
from warehouse.tax.us.figures import Bracket, Figures
from warehouse.tax.us.netting import ZERO, loss_limit_usd


@dataclass(frozen=True, slots=True)
class TaxReturn:
    """What goes on one return, in USD.

    `ordinary_income_usd` is all income but capital gains and qualified dividends, before deductions (short-term gain is
    not in it). `short_net_usd` and `long_net_usd` are Schedule D lines 7 and 15, signed, carryovers included.
    `investment_income_usd` is the part of the ordinary income that Form 8960 counts (interest, rents).
    `deduction_usd` replaces the standard deduction; `aged_or_blind_count` adds to the standard one.
    """

    ordinary_income_usd: Decimal
    short_net_usd: Decimal = ZERO
    long_net_usd: Decimal = ZERO
    qualified_dividends_usd: Decimal = ZERO
    investment_income_usd: Decimal = ZERO
    deduction_usd: Decimal | None = None
    aged_or_blind_count: int = 0


@dataclass(frozen=True, slots=True)
class TaxBill:
    """What is owed, in USD, and how it comes about.

    `taxable_income_usd` is signed, as the carryover worksheet wants it; the tax is on what of it is above zero.
    `at_*_usd` say how much long-term gain and qualified dividends are taxed at each rate.
    """

    adjusted_gross_income_usd: Decimal
    taxable_income_usd: Decimal
    at_zero_usd: Decimal
    at_fifteen_usd: Decimal
    at_twenty_usd: Decimal
    ordinary_tax_usd: Decimal
    gains_tax_usd: Decimal
    income_tax_usd: Decimal
    niit_usd: Decimal
    state_tax_usd: Decimal
    total_usd: Decimal


def tax(figures: Figures, filed: TaxReturn, *, state_rate: Decimal = ZERO) -> TaxBill:
    """The tax on `filed` by the year's `figures`.

    `state_rate` is a flat share of the federal taxable income, for those who want a state in the sum.
    """
    with localcontext(EXACT):
        net_gain = filed.short_net_usd + filed.long_net_usd  # Schedule D line 16
        gain_in_income = max(net_gain, -loss_limit_usd(figures.filing_status))  # Form 1040 line 7a
        gross = filed.ordinary_income_usd + filed.qualified_dividends_usd + gain_in_income
        signed_taxable = gross - _deduction(figures, filed)
        line_1 = max(ZERO, signed_taxable)
        line_3 = max(ZERO, min(filed.long_net_usd, net_gain))
        at_zero, at_fifteen, at_twenty, line_5 = _stack(figures, line_1, filed.qualified_dividends_usd + line_3)
        line_22 = bracket_tax(figures.brackets, line_5)
        gains_tax = figures.fifteen_rate * at_fifteen + figures.twenty_rate * at_twenty
        income_tax = min(line_22 + gains_tax, bracket_tax(figures.brackets, line_1))
        investment = filed.investment_income_usd + filed.qualified_dividends_usd + gain_in_income
        niit = figures.niit_rate * max(ZERO, min(investment, gross - figures.niit_threshold_usd))
        state = state_rate * line_1
        return TaxBill(
            adjusted_gross_income_usd=gross,
            taxable_income_usd=signed_taxable,
            at_zero_usd=at_zero,
            at_fifteen_usd=at_fifteen,
            at_twenty_usd=at_twenty,
            ordinary_tax_usd=line_22,
            gains_tax_usd=gains_tax,
            income_tax_usd=income_tax,
            niit_usd=niit,
            state_tax_usd=state,
            total_usd=income_tax + niit + state,
        )


def bracket_tax(brackets: tuple[Bracket, ...], income_usd: Decimal) -> Decimal:
    """The tax on `income_usd` (>= 0) by the ordinary brackets alone."""
    for bracket in reversed(brackets):
        if income_usd > bracket.over_usd:
            return bracket.base_usd + (income_usd - bracket.over_usd) * bracket.rate
    return ZERO


def _deduction(figures: Figures, filed: TaxReturn) -> Decimal:
    if filed.deduction_usd is not None:
        return filed.deduction_usd
    return figures.standard_deduction_usd + filed.aged_or_blind_count * figures.additional_deduction_usd


def _stack(figures: Figures, line_1: Decimal, line_4: Decimal) -> tuple[Decimal, Decimal, Decimal, Decimal]:
    """Worksheet lines 9, 17 and 20 (taxed at 0, 15 and 20 %) and line 5 (the ordinary part of taxable income)."""
    line_5 = max(ZERO, line_1 - line_4)
    line_7 = min(line_1, figures.zero_rate_up_to_usd)
    line_9 = line_7 - min(line_5, line_7)
    line_10 = min(line_1, line_4)
    line_12 = line_10 - line_9
    line_14 = min(line_1, figures.fifteen_rate_up_to_usd)
    line_16 = max(ZERO, line_14 - (line_5 + line_9))
    line_17 = min(line_12, line_16)
    return line_9, line_17, line_10 - line_9 - line_17, line_5
