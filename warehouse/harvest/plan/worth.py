"""What a change of a year's gains is worth: the tax with it and without it, and what is carried on. Pure and exact.

Where the income of the year or its figures are not known there is no tax: then a dollar of loss that counts this year
weighs ten cents, the lowest bracket, only so that it can be weighed against the costs of trading. No tax dollars
follow from that.

Belongs here: the worth of totals. Does not belong here: which sales make them (`program.py`), the tax itself
(`warehouse/tax/us`).
"""

from dataclasses import dataclass, replace
from decimal import Decimal, localcontext

from warehouse.exact import EXACT, USD_PLACES, from_units
from warehouse.harvest.plan.later import Later
from warehouse.tax.us.figures import Figures
from warehouse.tax.us.liability import TaxBill, TaxReturn, tax
from warehouse.tax.us.netting import Carryover, Netting, carryover_worksheet, loss_limit_usd, net_year

NOMINAL_RATE = Decimal("0.10")
"""What a dollar of loss that counts weighs where no tax can be worked out: the lowest bracket of every year here."""


@dataclass(frozen=True, slots=True)
class Standing:
    """A tax year as it stands without any planned sale, in USD.

    The nets are Schedule D lines 7 and 15 so far, carryovers included, signed. `figures` and `filed` (whose gains are
    not looked at) are `None` where no tax can be worked out; `later` says what the years after are worth.
    """

    tax_year: int
    filing_status: str
    short_net_usd: Decimal
    long_net_usd: Decimal
    later: Later
    figures: Figures | None = None
    filed: TaxReturn | None = None
    state_rate: Decimal = Decimal(0)

    @property
    def limit_usd(self) -> Decimal:
        """What a net loss may take off other income in one year."""
        return loss_limit_usd(self.filing_status)


@dataclass(frozen=True, slots=True)
class Outcome:
    """How the year ends: the tax where it can be worked out, the netting, what is carried on and what that is worth."""

    tax: TaxBill | None
    netting: Netting
    carryover: Carryover
    carried_value_usd: Decimal
    burden_usd: Decimal

    @property
    def carried_usd(self) -> Decimal:
        """The loss that goes into next year, of both terms."""
        return self.carryover.short_usd + self.carryover.long_usd


def outcome(standing: Standing, short_gain: int = 0, long_gain: int = 0) -> Outcome:
    """How the year ends where sales add these gains (10^-8 USD). The burden is what a plan makes as small as it can."""
    with localcontext(EXACT):
        netting = net_year(
            short_gain_usd=standing.short_net_usd + from_units(short_gain, USD_PLACES),
            long_gain_usd=standing.long_net_usd + from_units(long_gain, USD_PLACES),
            carried_in=Carryover(),
            limit_usd=standing.limit_usd,
        )
        if standing.figures is None or standing.filed is None:
            carried = carryover_worksheet(netting, taxable_income_usd=None).carryover
            counted = max(netting.net_gain_usd, -netting.loss_limit_usd)
            return Outcome(None, netting, carried, Decimal(0), NOMINAL_RATE * counted)
        filed = replace(standing.filed, short_net_usd=netting.short_net_usd, long_net_usd=netting.long_net_usd)
        bill = tax(standing.figures, filed, state_rate=standing.state_rate)
        carried = carryover_worksheet(netting, taxable_income_usd=bill.taxable_income_usd).carryover
        value = standing.later.carried_value(carried.short_usd + carried.long_usd)
        return Outcome(bill, netting, carried, value, bill.total_usd - value)
