"""British tax years: gains less losses, the annual exempt amount, losses carried forward. Pure.

Losses of the year are set against its gains in full. Losses brought forward are used only as far as gains stay above
the annual exempt amount (TCGA 1992 s. 1K; HMRC CG21500), and never expire once they are claimed, which this room
takes for done.

Belongs here: the years. Does not belong here: which disposal made which gain (`matching.py`), rates (`liability.py`).
"""

from collections.abc import Sequence
from decimal import Decimal, localcontext

from warehouse.exact import EXACT
from warehouse.lots.calendar import Calendar
from warehouse.tax.carrying import carried_in
from warehouse.tax.country import ZERO, DayGain, YearOfBook, YearOfTax
from warehouse.tax.gb.figures import Figures, load_figures
from warehouse.tax.gb.liability import gains_tax

CALENDAR = Calendar(year_begins=(4, 6))


def net_years(years: Sequence[YearOfBook]) -> list[YearOfTax]:
    """Each year with the losses that the years before leave; the years follow one another."""
    netted: list[YearOfTax] = []
    for year in years:
        computed = netted[-1].carried_short_out_usd if netted else ZERO
        brought, notes = carried_in(year.told, computed, is_first=not netted)
        with localcontext(EXACT):
            netted.append(_net(year, brought, notes, load_figures(year.tax_year)))
    return netted


def _net(year: YearOfBook, brought: Decimal, notes: tuple[str, ...], figures: Figures | None) -> YearOfTax:
    others = year.told.other_short_gain_usd + year.told.other_long_gain_usd
    gain = year.short_gain_usd + year.long_gain_usd + others
    exempt: Decimal | None = ZERO
    used = ZERO
    if gain > 0 and figures is None:
        exempt = None
        label = CALENDAR.label(year.tax_year)
        unknown = (
            f"the annual exempt amount of {label} is not known here: what is taxable is not worked out, and no loss "
            "brought forward is used"
        )
        notes = (*notes, unknown)
    elif gain > 0 and figures is not None:
        used = min(brought, max(ZERO, gain - figures.annual_exempt_amount))
        exempt = min(figures.annual_exempt_amount, gain - used)
    taxable = None if exempt is None else max(ZERO, gain) - used - exempt
    tax, tax_notes = _tax(year, figures, taxable, others)
    return YearOfTax(
        tax_year=year.tax_year,
        short_net_usd=year.short_gain_usd + year.told.other_short_gain_usd - used,
        long_net_usd=year.long_gain_usd + year.told.other_long_gain_usd,
        taxable_gain_usd=taxable,
        taxable_income_usd=year.ordinary_income_usd,
        exempt_gain_usd=exempt,
        carried_short_in_usd=brought,
        carried_short_used_usd=used,
        carried_short_out_usd=brought - used + max(ZERO, -gain),
        usable_loss_usd=taxable,
        gains_tax_usd=tax,
        is_settled=exempt is not None,
        notes=(*notes, *tax_notes),
    )


def _tax(
    year: YearOfBook, figures: Figures | None, taxable: Decimal | None, others: Decimal
) -> tuple[Decimal | None, tuple[str, ...]]:
    """The tax and what has to be known of it; `None` where something it rests on is not told."""
    if taxable is None or figures is None:
        return None if taxable != ZERO else ZERO, ()
    if taxable == 0:
        return ZERO, ()
    if others and len(figures.rates) > 1:
        untold = (
            f"the rates changed on {figures.rates[-1].since} and it is not told when the gains from elsewhere were "
            "made: the tax is not worked out"
        )
        return None, (untold,)
    day_gains = [*year.day_gains]
    if others > 0:
        day_gains.append(DayGain(CALENDAR.last_date(year.tax_year), others))
    if year.told.taxable_income_usd is not None:
        income = year.told.taxable_income_usd
        return gains_tax(figures, day_gains, taxable_gain_usd=taxable, taxable_income_usd=income), ()
    least, most = (
        gains_tax(figures, day_gains, taxable_gain_usd=taxable, taxable_income_usd=income)
        for income in (ZERO, figures.basic_rate_band)
    )
    return None, (
        f"taxable income is not given: the tax on the gains is between {least:,.2f} and {most:,.2f} by the rates",
    )
