"""What one sale would do, by every lot method: the lots it consumes, the gain by term, the tax now, what is carried on.

Pure: lots in, figures out. Nothing is bought back here: it is the sale alone, as somebody who wants the money sees it.

Belongs here: one asked sale. Does not belong here: which sales are best (`plan/`), reading lots.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from warehouse.exact import QUANTITY_PLACES, from_units
from warehouse.harvest.identified import Named, parts_in_order
from warehouse.harvest.plan.holdings import share
from warehouse.harvest.plan.worth import Outcome, Standing, outcome
from warehouse.harvest.valuation import OpenLot, at_proceeds, part_of, value_at
from warehouse.lots.holding import Term


class NotThereError(ValueError):
    """More was to be sold than the account holds; the message says how much that is."""


@dataclass(frozen=True, slots=True)
class SoldSlice:
    """Units of one lot that the sale takes. `gain` is after the costs of selling, `None` where the cost is unknown."""

    lot: OpenLot
    quantity: int
    term: Term
    proceeds: int
    cost: int | None

    @property
    def gain(self) -> int | None:
        """Proceeds less cost, in 10^-8 USD."""
        return None if self.cost is None else self.proceeds - self.cost


@dataclass(frozen=True, slots=True)
class AskedSale:
    """The sale by one method. Gains and the year's end are `None` where a lot that it takes has no known cost."""

    method: str
    slices: tuple[SoldSlice, ...]
    short_gain: int | None
    long_gain: int | None
    without: Outcome
    sold: Outcome | None

    @property
    def tax_usd(self) -> Decimal | None:
        """What the sale adds to this year's tax (negative: takes off), `None` where it can not be worked out."""
        if self.sold is None or self.sold.tax is None or self.without.tax is None:
            return None
        return self.sold.tax.total_usd - self.without.tax.total_usd


def ask_sale(
    lots: Sequence[OpenLot],
    quantity: int,
    *,
    price: int,
    sell_rate: Decimal,
    method: str,
    identified: Sequence[Named],
    standing: Standing,
    today: date,
    fixed: int = 0,
) -> AskedSale:
    """Sell `quantity` of `lots`, all of one asset in one account, at `price` on the local date `today`.

    What the sale costs, `sell_rate` of its value and `fixed` (10^-8 USD, gas), lowers the amount realized (Reg.
    1.1001-7(b)(1)); the fixed part is shared by quantity, and the shares add up to it.
    Units that are `identified` for the next sale go before the order of `method`. Raises `NotThereError` where fewer
    are there.
    """
    there = [lot for lot in lots if not lot.is_in_transit]
    held = sum(lot.quantity for lot in there)
    if quantity > held:
        raise NotThereError(f"{from_units(held, QUANTITY_PLACES).normalize():f} is there to be sold")
    left, taken = quantity, dict[str, int]()
    for lot, units in parts_in_order(there, method, identified, price=price, today=today):
        if left:
            taken[lot.lot_id] = taken.get(lot.lot_id, 0) + min(left, units)
            left -= min(left, units)
    by_id = {lot.lot_id: lot for lot in there}
    fees = shared_by_quantity(fixed, list(taken.values()))
    slices = tuple(
        _slice(by_id[name], units, price=price, sell_rate=sell_rate, fee=fee, today=today)
        for (name, units), fee in zip(taken.items(), fees, strict=True)
    )
    without = outcome(standing)
    gains = {term: _sum(part.gain for part in slices if part.term == term) for term in ("short", "long")}
    short, long = gains["short"], gains["long"]
    sold = None if short is None or long is None else outcome(standing, short, long)
    return AskedSale(method, slices, short, long, without, sold)


def shared_by_quantity(amount: int, quantities: Sequence[int]) -> list[int]:
    """`amount` in parts by quantity, in their order; they add up to it, to the last unit."""
    whole, parts, so_far = sum(quantities), list[int](), 0
    for quantity in quantities:
        before, so_far = so_far, so_far + quantity
        parts.append(amount * so_far // whole - amount * before // whole)
    return parts


def _slice(lot: OpenLot, quantity: int, *, price: int, sell_rate: Decimal, fee: int, today: date) -> SoldSlice:
    value = value_at(quantity, price)
    proceeds = value - share(value, sell_rate) - fee
    sold = at_proceeds(part_of(lot, quantity), proceeds)
    is_long = sold.long_from is not None and today >= sold.long_from
    return SoldSlice(lot, quantity, "long" if is_long else "short", proceeds, sold.cost)


def _sum(gains: Iterable[int | None]) -> int | None:
    total = 0
    for gain in gains:
        if gain is None:
            return None
        total += gain
    return total
