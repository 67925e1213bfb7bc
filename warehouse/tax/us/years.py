"""Capital losses carried through a person's years, from the first to the last. Pure.

Belongs here: the chain. Does not belong here: one year's arithmetic (`netting.py`), where the gains come from.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from itertools import pairwise

from warehouse.tax.us.figures import UnknownFiguresError, load_figures
from warehouse.tax.us.liability import TaxReturn, tax
from warehouse.tax.us.netting import (
    Carryover,
    Netting,
    Worksheet,
    carryover_worksheet,
    loss_limit_usd,
    net_year,
)


@dataclass(frozen=True, slots=True)
class YearOfGains:
    """What one year brings: its own gains, signed, and what the person told of it.

    `taxable_income_usd` is Form 1040 line 15, signed, `None` when not known; then it is worked out from `filed`, the
    return of that year but for its gains, where that is known. `carried_in` is what the return of that year says on
    lines 6 and 14; it wins over what the chain works out, which also is how a chain begins.
    """

    tax_year: int
    short_gain_usd: Decimal
    long_gain_usd: Decimal
    filing_status: str
    taxable_income_usd: Decimal | None = None
    carried_in: Carryover | None = None
    filed: TaxReturn | None = None


@dataclass(frozen=True, slots=True)
class NettedYear:
    """One year netted: what came in, Schedule D's lines, the worksheet, and in words what has to be known of them."""

    tax_year: int
    carried_in: Carryover
    netting: Netting
    worksheet: Worksheet
    notes: tuple[str, ...]

    @property
    def carried_out(self) -> Carryover:
        """What goes into the next year."""
        return self.worksheet.carryover

    @property
    def is_income_assumed(self) -> bool:
        """Whether the carryover rests on the assumption that taxable income was large enough."""
        return self.worksheet.line_1 is None and self.netting.deductible_loss_usd > 0


def carry_through(years: Sequence[YearOfGains]) -> list[NettedYear]:
    """Net each year with what the year before leaves. Years must follow one another; raises `ValueError` if not.

    A carryover takes the allowable deduction of each year into account whether it was claimed or not, which is why no
    year may be left out (IRC 1212(b)(2)).
    """
    for before, after in pairwise(years):
        if after.tax_year != before.tax_year + 1:
            raise ValueError(f"year {after.tax_year} can not follow {before.tax_year}: losses go through every year")
    netted: list[NettedYear] = []
    for year in years:
        computed = netted[-1].carried_out if netted else Carryover()
        netted.append(_net(year, computed, is_first=not netted))
    return netted


def _net(year: YearOfGains, computed: Carryover, *, is_first: bool) -> NettedYear:
    carried_in = computed if year.carried_in is None else year.carried_in
    netting = net_year(
        short_gain_usd=year.short_gain_usd,
        long_gain_usd=year.long_gain_usd,
        carried_in=carried_in,
        limit_usd=loss_limit_usd(year.filing_status),
    )
    worksheet = carryover_worksheet(netting, taxable_income_usd=_taxable_income_usd(year, netting))
    notes: list[str] = []
    if not is_first and carried_in != computed:
        notes.append(
            f"the carryover in is as given, {carried_in.short_usd:,.2f} short and {carried_in.long_usd:,.2f} long; "
            f"the year before works out to {computed.short_usd:,.2f} and {computed.long_usd:,.2f}"
        )
    if worksheet.line_1 is None and netting.deductible_loss_usd > 0:
        notes.append(
            "taxable income is not given: the carryover out is worked out as if it were large enough to use "
            f"the whole deduction of {netting.deductible_loss_usd:,.2f}"
        )
    return NettedYear(year.tax_year, carried_in, netting, worksheet, tuple(notes))


def _taxable_income_usd(year: YearOfGains, netting: Netting) -> Decimal | None:
    """Line 1 of the worksheet: as told, else worked out; `None` where income or the figures of the year are unknown."""
    if year.taxable_income_usd is not None or year.filed is None:
        return year.taxable_income_usd
    try:
        figures = load_figures(year.tax_year, year.filing_status)
    except UnknownFiguresError:
        return None
    filed = replace(year.filed, short_net_usd=netting.short_net_usd, long_net_usd=netting.long_net_usd)
    return tax(figures, filed).taxable_income_usd
