"""Wash sales: which losses a rule like IRC 1091 disallows, and where the disallowed loss goes. Pure, exact integers.

The rule (IRC 1091; Reg. 1.1091-1; Pub. 550 ch. 4): a loss is disallowed as far as the same thing was bought within 30
days before or after the sale. Losses go in the order of the sales, on one day in the order in which the sold units were
acquired; replacements go in the order in which they were bought; each unit replaces one unit once. The disallowed loss
joins the cost of its replacement, and the time the sold units were held joins its holding period (IRC 1223(3)).

Units bought before the sale replace only while they are still held at the end of its day: what is sold is not its own
replacement (Rev. Rul. 56-602). Of a lot that replaced something in part, the units that did not are sold first.

Belongs here: the rule on plain values. Does not belong here: whether it is law for an asset (`wash_sale_law.py`),
and purchases of a spouse or in a retirement account, which the books do not hold.
"""

from bisect import bisect_left
from collections import Counter, defaultdict, deque
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import groupby
from typing import NamedTuple

from warehouse.columns import split
from warehouse.exact import divide_half_even

WINDOW = timedelta(days=30)


@dataclass(frozen=True, slots=True)
class Bought:
    """A lot that was bought or swapped for: what can replace something sold.

    `group` names what counts as the same thing; `bought_date` is in the taxpayer's time zone. Quantities are integers
    of 10^-18 units, money integers of 10^-8 of the base currency.
    """

    lot_id: str
    group: str
    bought_at: datetime
    bought_date: date
    quantity: int
    cost: int | None


@dataclass(frozen=True, slots=True)
class Sold:
    """Units of one lot in one disposal. `gain` is signed, `None` where it is not known or nothing is realized.

    `is_covered`: whether the rule is applied to it. `acquired_*` are those of the lot, whatever its origin.
    `short_date` is the date of the short sale that it closes: the 30 days are those around that date (IRC 1091(e)).
    """

    disposal_id: str
    group: str
    lot_id: str
    acquired_at: datetime
    acquired_date: date
    sold_at: datetime
    sold_date: date
    quantity: int
    gain: int | None
    is_covered: bool = True
    short_date: date | None = None


@dataclass(frozen=True, slots=True)
class WashSale:
    """Units of a loss that one lot replaces.

    `loss` is what those units lost, with what was disallowed before and joined their cost; `disallowed` the same
    amount, as it joins the replacement. `basis` is the cost of the replacing units with it, `None` where not known;
    `tacked_days` are added to their holding period.
    """

    disposal_id: str
    replacement_lot_id: str
    quantity: int
    disallowed: int
    basis: int | None
    tacked_days: int


@dataclass(frozen=True, slots=True)
class SoldPart:
    """Units of one disposal that were alike: what replaced something before is apart from what did not.

    `added_cost` joined their cost and `tacked_days` their holding period when they replaced something; `disallowed` is
    what of their own loss is disallowed.
    """

    disposal_id: str
    quantity: int
    added_cost: int
    tacked_days: int
    disallowed: int


class Settled(NamedTuple):
    """Every wash sale, and the parts of each disposal that a wash sale changes, in the order in which they sold."""

    washes: list[WashSale]
    parts: list[SoldPart]


class _Tranche(NamedTuple):
    """Units that replaced something, the loss that joined their cost, and the days that joined their holding."""

    quantity: int
    adjustment: int
    tacked_days: int


class _Shelf:
    """What is left of one lot: `free` units that neither were sold nor replaced anything, and those that did."""

    __slots__ = ("bought", "free", "replacing", "tranches")

    def __init__(self, bought: Bought) -> None:
        self.bought = bought
        self.free = bought.quantity
        self.replacing = 0
        self.tranches: deque[_Tranche] = deque()

    def sell(self, quantity: int) -> list[_Tranche]:
        """Take `quantity` units away: the free ones first."""
        plain = min(self.free, quantity)
        self.free -= plain
        parts = [_Tranche(plain, 0, 0)] if plain else []
        rest = quantity - plain
        while rest:
            first = self.tranches.popleft()
            taken = min(first.quantity, rest)
            adjustment = divide_half_even(first.adjustment * taken, first.quantity)
            if taken < first.quantity:
                left = first._replace(quantity=first.quantity - taken, adjustment=first.adjustment - adjustment)
                self.tranches.appendleft(left)
            parts.append(_Tranche(taken, adjustment, first.tacked_days))
            rest -= taken
        return parts

    def replace(self, units: int, disallowed: int, tacked_days: int) -> int | None:
        """Let `units` free ones replace something; returns what they cost now, `None` where that is not known."""
        self.free -= units
        self.tranches.append(_Tranche(units, disallowed, tacked_days))
        before, self.replacing = self.replacing, self.replacing + units
        cost, whole = self.bought.cost, self.bought.quantity
        if cost is None:
            return None
        return divide_half_even(cost * self.replacing, whole) - divide_half_even(cost * before, whole) + disallowed


class _Row:
    """The shelves of one group in the order in which they were bought, without those that have nothing free."""

    def __init__(self, lots: Iterable[Bought]) -> None:
        self._shelves = [_Shelf(lot) for lot in sorted(lots, key=lambda lot: (lot.bought_at, lot.lot_id))]
        self._dates = [shelf.bought.bought_date for shelf in self._shelves]
        self._next = list(range(len(self._shelves) + 1))
        self.by_lot = {shelf.bought.lot_id: shelf for shelf in self._shelves}

    def between(self, first: date, last: date) -> Iterator[_Shelf]:
        """The shelves with something free that were bought from `first` to `last`."""
        place = self._from(bisect_left(self._dates, first))
        while place < len(self._shelves) and self._dates[place] <= last:
            yield self._shelves[place]
            place = self._from(place + 1)

    def _from(self, place: int) -> int:
        """The first place from `place` on with something free; what is empty stays so and is skipped for good."""
        end = place
        while end < len(self._shelves) and (self._next[end] != end or self._shelves[end].free == 0):
            end = self._next[end] if self._next[end] != end else end + 1
        while place < end:
            step = self._next[place] if self._next[place] != place else place + 1
            self._next[place] = end
            place = step
        return end


def wash_sales(sold: Iterable[Sold], bought: Iterable[Bought]) -> list[WashSale]:
    """The part of each covered loss that was replaced, sale by sale and replacement by replacement."""
    return settle(sold, bought).washes


def settle(sold: Iterable[Sold], bought: Iterable[Bought]) -> Settled:
    """The wash sales, and what becomes of every disposal that is one or sells what replaced something.

    `sold` needs every disposal of the lots in `bought`, gains too. Lots that nothing can be replaced with (income,
    gifts) stay out of `bought`.
    """
    lots: defaultdict[str, list[Bought]] = defaultdict(list)
    for lot in bought:
        lots[lot.group].append(lot)
    sales: defaultdict[str, list[Sold]] = defaultdict(list)
    for sale in sold:
        sales[sale.group].append(sale)
    settled = Settled([], [])
    for group in sorted(sales.keys() & lots.keys()):
        _settle_group(sales[group], _Row(lots[group]), settled)
    return settled


def _settle_group(sales: list[Sold], row: _Row, settled: Settled) -> None:
    ordered = sorted(sales, key=lambda sale: (sale.sold_date, sale.acquired_at, sale.sold_at, sale.disposal_id))
    for _, day in groupby(ordered, key=lambda sale: sale.sold_date):
        todays = list(day)
        due: Counter[str] = Counter()
        for sale in todays:
            due[sale.lot_id] += sale.quantity
        for sale in todays:
            due[sale.lot_id] -= sale.quantity
            shelf = row.by_lot.get(sale.lot_id)
            parts = [_Tranche(sale.quantity, 0, 0)] if shelf is None else shelf.sell(sale.quantity)
            disallowed = [0] * len(parts)
            if sale.gain is not None and sale.is_covered:
                gains = split(sale.gain, [part.quantity for part in parts])
                for place, (part, gain) in enumerate(zip(parts, gains, strict=True)):
                    if gain - part.adjustment < 0:
                        washes = list(_replaced(sale, part, part.adjustment - gain, row, due))
                        disallowed[place] = sum(wash.disallowed for wash in washes)
                        settled.washes.extend(washes)
            if any(disallowed) or any(part.tacked_days or part.adjustment for part in parts):
                settled.parts.extend(
                    SoldPart(sale.disposal_id, part.quantity, part.adjustment, part.tacked_days, amount)
                    for part, amount in zip(parts, disallowed, strict=True)
                )


def _replaced(sale: Sold, part: _Tranche, loss: int, row: _Row, due: Mapping[str, int]) -> Iterator[WashSale]:
    """The replacements of `part` of a sale, which lost `loss`. `due`: what else is sold of each lot on that day."""
    chosen: list[tuple[_Shelf, int]] = []
    missing = part.quantity
    middle = sale.short_date or sale.sold_date
    for shelf in row.between(middle - WINDOW, middle + WINDOW):
        is_held_before = shelf.bought.bought_at <= sale.sold_at
        available = max(0, shelf.free - due[shelf.bought.lot_id]) if is_held_before else shelf.free
        if available:
            chosen.append((shelf, min(available, missing)))
            missing -= chosen[-1][1]
        if not missing:
            break
    if not chosen:
        return
    units = [taken for _, taken in chosen]
    disallowed = split(divide_half_even(loss * sum(units), part.quantity), units)
    tacked_days = (sale.sold_date - sale.acquired_date).days + part.tacked_days
    for (shelf, taken), amount in zip(chosen, disallowed, strict=True):
        basis = shelf.replace(taken, amount, tacked_days)
        yield WashSale(sale.disposal_id, shelf.bought.lot_id, taken, amount, basis, tacked_days)
