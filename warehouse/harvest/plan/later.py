"""What is assumed of the years after this one, and what a dollar then is worth now. Pure.

The assumptions, each a setting: what is held now is sold at the horizon, at a price grown at a stated rate; the person
earns then as this year, under this year's figures, with no other gains. So a later gain is taxed at the rate of the
next 1,000 of gain on this year's income alone, a loss carried on takes the yearly limit off ordinary income in each
year before the horizon, and what is left of it then takes off the gain at the horizon.

Belongs here: those rates. Does not belong here: this year's tax (`worth.py`).
"""

from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import Context, Decimal, localcontext
from typing import NamedTuple

from warehouse.exact import EXACT
from warehouse.settings import HarvestSettings
from warehouse.tax.us.figures import Figures
from warehouse.tax.us.liability import TaxReturn, tax
from warehouse.tax.us.netting import ZERO, loss_limit_usd

_ROUNDED = Context(prec=30)
_PLACES = Decimal("1e-12")
_DAYS_A_YEAR = Decimal("365.25")
_PROBE_USD = Decimal(1000)


class Tranche(NamedTuple):
    """A part of the loss that is carried on, and what one dollar of it is worth now; a size of `None` is the rest."""

    size_usd: Decimal | None
    rate: Decimal


@dataclass(frozen=True, slots=True)
class Later:
    """Rates of later years as they weigh now. `short_rate` and `long_rate` are of a gain at the horizon, discounted.

    `growth` is the price at the horizon for a price of 1 now. `tranches` are what a carried loss is worth, the first
    dollars first and never rising. `is_new_long`: what is bought today is long-term at the horizon.
    """

    horizon_date: date
    is_new_long: bool
    growth: Decimal
    discount: Decimal
    short_rate: Decimal
    long_rate: Decimal
    tranches: tuple[Tranche, ...]

    def is_long(self, long_from: date) -> bool:
        """Whether a lot that is long-term from `long_from` on is so at the horizon."""
        return self.horizon_date >= long_from

    def rate(self, *, is_long: bool) -> Decimal:
        """The rate of a gain at the horizon, as it weighs now."""
        return self.long_rate if is_long else self.short_rate

    def bearing(self, long_rate: Decimal) -> "Later":
        """The same where a long-term gain at the horizon bears at least `long_rate` then."""
        with localcontext(_ROUNDED):
            least = (long_rate * self.discount).quantize(_PLACES)
        return replace(self, long_rate=max(self.long_rate, least))

    def carried_value(self, carried_usd: Decimal) -> Decimal:
        """What a loss of `carried_usd` that goes into next year is worth now, exactly."""
        value, left = ZERO, carried_usd
        with localcontext(EXACT):
            for tranche in self.tranches:
                part = left if tranche.size_usd is None else min(left, tranche.size_usd)
                value += part * tranche.rate
                left -= part
        return value


def later_years(
    settings: HarvestSettings,
    *,
    today: date,
    new_long_from: date,
    figures: Figures | None,
    filed: TaxReturn,
    state_rate: Decimal,
) -> Later:
    """What the settings mean for a person who files `filed` (its gains are left aside).

    Without `figures` nothing can be said of later tax, and every rate is 0.
    """
    horizon_date = today + timedelta(days=int(settings.horizon_years * _DAYS_A_YEAR))
    discount = _power(1 + settings.discount_rate, -settings.horizon_years)
    kept = Later(
        horizon_date=horizon_date,
        is_new_long=horizon_date >= new_long_from,
        growth=_power(1 + settings.growth_rate, settings.horizon_years),
        discount=discount,
        short_rate=ZERO,
        long_rate=ZERO,
        tranches=(),
    )
    if figures is None:
        return kept
    alone = replace(filed, short_net_usd=ZERO, long_net_usd=ZERO)
    limit = loss_limit_usd(figures.filing_status)

    def owed(changed: TaxReturn) -> Decimal:
        return tax(figures, changed, state_rate=state_rate).total_usd

    without = owed(alone)
    with localcontext(_ROUNDED):
        short_rate = discount * (owed(replace(alone, short_net_usd=_PROBE_USD)) - without) / _PROBE_USD
        long_rate = discount * (owed(replace(alone, long_net_usd=_PROBE_USD)) - without) / _PROBE_USD
        ordinary_rate = (without - owed(replace(alone, short_net_usd=-limit))) / limit
        each_year = _power(1 + settings.discount_rate, Decimal(-1))
        yearly = [ordinary_rate * each_year**year for year in range(1, int(settings.horizon_years) + 1)]
    long_rate = long_rate.quantize(_PLACES)
    tranches = [Tranche(limit, max(rate.quantize(_PLACES), long_rate)) for rate in yearly]
    return replace(
        kept,
        short_rate=short_rate.quantize(_PLACES),
        long_rate=long_rate,
        tranches=(*tranches, Tranche(None, long_rate)),
    )


def _power(base: Decimal, exponent: Decimal) -> Decimal:
    with localcontext(_ROUNDED):
        return (base**exponent).quantize(_PLACES)
