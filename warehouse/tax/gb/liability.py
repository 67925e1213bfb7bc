"""Capital gains tax of one British year on what is left after losses and the annual exempt amount. Pure and exact.

Losses and the exempt amount may be set against gains as suits the taxpayer best (TCGA 1992 ss. 1E, 1K), and so may
the unused basic rate band: where the rates changed within the year, the dearer gains are reduced first, and the band
goes first to the gains on which it saves most.

Belongs here: the tax. Does not belong here: how much is taxable (`years.py`), income tax.
"""

from collections.abc import Sequence
from decimal import Decimal, localcontext

from warehouse.exact import EXACT
from warehouse.tax.country import ZERO, DayGain
from warehouse.tax.gb.figures import Figures


def gains_tax(
    figures: Figures, day_gains: Sequence[DayGain], *, taxable_gain_usd: Decimal, taxable_income_usd: Decimal
) -> Decimal:
    """The tax on `taxable_gain_usd`, of which the year's `day_gains` say when it was made.

    `taxable_income_usd` is income after the personal allowance: it takes the basic rate band first. The positive
    `day_gains` add up to at least the taxable gain.
    """
    with localcontext(EXACT):
        gains = [ZERO for _ in figures.rates]
        for day_gain in day_gains:
            place = max(place for place, rates in enumerate(figures.rates) if rates.since <= day_gain.day)
            gains[place] += max(ZERO, day_gain.gain_usd)
        spare = sum(gains, ZERO) - taxable_gain_usd
        for place in sorted(range(len(gains)), key=lambda place: -figures.rates[place].higher):
            reduced = min(spare, gains[place])
            gains[place] -= reduced
            spare -= reduced
        band = max(ZERO, figures.basic_rate_band - max(ZERO, taxable_income_usd))
        tax = ZERO
        by_saving = sorted(zip(figures.rates, gains, strict=True), key=lambda part: part[0].lower - part[0].higher)
        for rates, gain in by_saving:
            in_band = min(band, gain)
            band -= in_band
            tax += in_band * rates.lower + (gain - in_band) * rates.higher
        return tax
