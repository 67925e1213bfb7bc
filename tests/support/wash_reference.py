"""A slow wash sale calculation, unit by unit on fractions, to compare the room with.

Belongs here: the rule told once more, another way. Does not belong here: anything of the room but its values.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

from warehouse.tax.us.wash_sales import Bought, Sold


@dataclass(eq=False)
class _Unit:
    lot: Bought
    is_sold: bool = False
    is_replacing: bool = False
    extra: Fraction = Fraction(0)


def slow_wash_sales(  # noqa: C901 -- the rule in one piece, unit by unit
    sold: Sequence[Sold], bought: Sequence[Bought]
) -> dict[tuple[str, str], tuple[int, Fraction]]:
    """Units and disallowed loss for each pair of disposal and replacement lot, of lots with few units."""
    units = [
        _Unit(lot) for lot in sorted(bought, key=lambda lot: (lot.bought_at, lot.lot_id)) for _ in range(lot.quantity)
    ]
    sales = sorted(sold, key=lambda sale: (sale.sold_date, sale.acquired_at, sale.sold_at, sale.disposal_id))
    found: dict[tuple[str, str], tuple[int, Fraction]] = {}
    for place, sale in enumerate(sales):
        own = [unit for unit in units if unit.lot.lot_id == sale.lot_id and not unit.is_sold]
        taken = sorted(own, key=lambda unit: unit.is_replacing)[: sale.quantity]
        assert len(taken) == sale.quantity
        for unit in taken:
            unit.is_sold = True
        if sale.gain is None or not sale.is_covered:
            continue
        # Units in one pile lost the same, so the pile is one loss: those that replaced nothing, then each extra.
        for unit in taken:
            loss = unit.extra - Fraction(sale.gain, sale.quantity)
            if loss <= 0:
                continue
            for candidate in units:
                if candidate.is_sold or candidate.is_replacing:
                    continue
                if abs((candidate.lot.bought_date - sale.sold_date).days) > 30:
                    continue
                if candidate.lot.bought_at <= sale.sold_at:
                    free = [u for u in units if u.lot is candidate.lot and not u.is_sold and not u.is_replacing]
                    due = sum(
                        s.quantity
                        for s in sales[place + 1 :]
                        if s.lot_id == candidate.lot.lot_id and s.sold_date == sale.sold_date
                    )
                    if len(free) <= due:
                        continue
                candidate.is_replacing = True
                candidate.extra = loss
                key = (sale.disposal_id, candidate.lot.lot_id)
                count, amount = found.get(key, (0, Fraction(0)))
                found[key] = (count + 1, amount + loss)
                break
    return found
