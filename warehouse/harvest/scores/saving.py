"""What the scored sales really took off the tax of their year, by the tax function. Pure and exact.

As in a plan, sales share brackets and the limit: each says what it adds to the year without all of them and with those
before it, in the order of their first sale. So they add up to what all of them together saved.

Belongs here: tax with and without. Does not belong here: the other figures (`scoring.py`).
"""

from collections.abc import Mapping, Sequence
from decimal import Context, Decimal, localcontext

from warehouse.exact import EXACT, USD_PLACES, to_units
from warehouse.harvest.plan.worth import Standing, outcome
from warehouse.harvest.scores.matching import PlannedSale
from warehouse.harvest.scores.scoring import total

_EIGHT = Decimal("1e-8")
_WIDE = Context(prec=60)


def taxes_saved(sales: Sequence[PlannedSale], standings: Mapping[int, Standing]) -> dict[int, Decimal]:
    """By place in `sales` the tax that its fills saved; not there where it can not be worked out.

    `standings` are the years as they stand now, with these sales in them.
    """
    saved: dict[int, Decimal] = {}
    by_year: dict[int, list[int]] = {}
    for place, sale in enumerate(sales):
        years = {fill.tax_year for fill in sale.fills}
        if len(years) == 1 and _gains(sale) is not None:
            by_year.setdefault(years.pop(), []).append(place)
    for year, places in by_year.items():
        standing = standings.get(year)
        if standing is None or standing.figures is None:
            continue
        places.sort(key=lambda place: (sales[place].fills[0].sold_at, place))
        gains = {place: _gains(sales[place]) or (0, 0) for place in places}
        short, long = -sum(gain[0] for gain in gains.values()), -sum(gain[1] for gain in gains.values())
        before = _tax(standing, short, long)
        for place in places:
            short, long = short + gains[place][0], long + gains[place][1]
            after = _tax(standing, short, long)
            saved[place] = before - after
            before = after
    return saved


def _gains(sale: PlannedSale) -> tuple[int, int] | None:
    with localcontext(EXACT):
        short = total(fill.short_gain_usd for fill in sale.fills)
        long = total(fill.long_gain_usd for fill in sale.fills)
    return None if short is None or long is None else (to_units(short, USD_PLACES), to_units(long, USD_PLACES))


def _tax(standing: Standing, short: int, long: int) -> Decimal:
    bill = outcome(standing, short, long).tax
    if bill is None:
        raise AssertionError("a standing with figures has a tax")
    return bill.total_usd.quantize(_EIGHT, context=_WIDE)
