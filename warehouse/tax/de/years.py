"""German tax years of private sales (section 23 EStG) and other services (section 22 no. 3 EStG). Pure.

Gains of sales within a year are free while their sum is below the limit of the year (Freigrenze); at the limit or
above, the whole sum is taxed. The limit is looked at before losses of other years are set off (BMF 2004-10-25,
BStBl I p. 1034, no. 52), and such losses are set off against private sales only. What was held longer is not taxed at
all. Income such as staking has a limit of its own.

Belongs here: the years. Does not belong here: the tariff, which depends on the whole return; carrying a loss back.
"""

from collections.abc import Sequence
from decimal import Decimal, localcontext
from pathlib import Path

from warehouse.exact import EXACT
from warehouse.tax.carrying import carried_in
from warehouse.tax.country import ZERO, YearOfBook, YearOfTax
from warehouse.tax.figures import read_figures

_FOLDER = Path(__file__).parent / "figures"
FULL_SET_OFF_USD = Decimal(1_000_000)
"""Losses carried forward beyond this are set off in part only (section 10d(2) EStG), which is not worked out here."""


def net_years(years: Sequence[YearOfBook]) -> list[YearOfTax]:
    """Each year with the losses that the years before leave; the years follow one another."""
    netted: list[YearOfTax] = []
    for year in years:
        computed = netted[-1].carried_short_out_usd if netted else ZERO
        brought, notes = carried_in(year.told, computed, is_first=not netted)
        figures = read_figures(_FOLDER, year.tax_year)
        with localcontext(EXACT):
            netted.append(_net(year, brought, notes, figures))
    return netted


def _net(year: YearOfBook, brought: Decimal, told: tuple[str, ...], figures: dict[str, Decimal] | None) -> YearOfTax:
    gain = year.short_gain_usd + year.told.other_short_gain_usd
    income = year.ordinary_income_usd
    notes = [*told]
    exempt: Decimal | None = ZERO
    used = ZERO
    taxable_income: Decimal | None = income
    if figures is None:
        exempt = None if gain > 0 else ZERO
        taxable_income = None if income > 0 else income
        if gain > 0 or income > 0:
            notes.append(
                f"the exemption limits of {year.tax_year} are not known here: what is taxable is not worked out, and "
                "no loss carried in is used"
            )
    else:
        limit = figures["private_sales_free_below"]
        if ZERO < gain < limit:
            exempt = gain
            notes.append(f"gains of {gain:,.2f} are below {limit:,} and free (§ 23 Abs. 3 EStG)")
        elif gain > 0:
            used = min(brought, gain)
        limit = figures["other_services_free_below"]
        if ZERO < income < limit:
            taxable_income = ZERO
            notes.append(f"income of {income:,.2f} is below {limit:,} and free (§ 22 Nr. 3 EStG)")
    if used > FULL_SET_OFF_USD:
        notes.append(
            "more than 1,000,000 of carried losses is used: § 10d Abs. 2 EStG limits that, not worked out here"
        )
    if gain < 0:
        notes.append("the loss is carried on; carrying it back (§ 10d Abs. 1 EStG) is not worked out here")
    if year.long_gain_usd:
        notes.append(f"{year.long_gain_usd:,.2f} from sales after more than a year is not taxed")
    taxable = None if exempt is None else max(ZERO, gain) - used - exempt
    return YearOfTax(
        tax_year=year.tax_year,
        short_net_usd=gain - used,
        long_net_usd=year.long_gain_usd + year.told.other_long_gain_usd,
        taxable_gain_usd=taxable,
        taxable_income_usd=taxable_income,
        exempt_gain_usd=exempt,
        carried_short_in_usd=brought,
        carried_short_used_usd=used,
        carried_short_out_usd=brought - used + max(ZERO, -gain),
        usable_loss_usd=taxable,
        is_settled=exempt is not None and taxable_income is not None and used <= FULL_SET_OFF_USD,
        notes=tuple(notes),
    )
