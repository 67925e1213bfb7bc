"""Open lots at the latest price, each with what a sale would consume before reaching it. Pure and in exact integers.

Quantities and prices are integers of 10^-18 (units of the asset, USD for one unit), money integers of 10^-8 USD.

Belongs here: the figures of one moment. Does not belong here: whether to trust them (`doubts.py`), what tax follows,
tables.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Literal

from warehouse.exact import PRICE_PLACES, QUANTITY_PLACES, USD_PLACES, divide_half_even
from warehouse.harvest.identified import Key, Named, named_units
from warehouse.harvest.order import CHOOSING_METHODS, next_to_go, sale_order
from warehouse.lots.holding import Term, first_long_date

CostBasis = Literal["cost", "gift_loss", "gift_neither"]
"""The words of `lots.disposals.cost_basis` for a cost of the lot's own."""

_VALUE_SCALE = 10 ** (QUANTITY_PLACES + PRICE_PLACES - USD_PLACES)


@dataclass(frozen=True, slots=True)
class OpenLot:
    """A lot, or the part of one, that is held in one account. `cost` is `None` where nothing proves it.

    `acquired_date` is the date in the taxpayer's time zone. `whole_quantity` and `whole_cost` are the lot's when it was
    acquired: orders by cost go by them. `is_always_long`: inherited, long-term whatever the date. `is_in_transit`: on
    the way to `account`, so nothing there can sell it yet. `first_long` is the country's rule of terms, `None` without.
    `fair_value` is that of a gift on its `given_date` where the giver's cost, which `cost` is, was more.
    """

    lot_id: str
    asset: str
    account: str
    acquired_at: datetime
    acquired_date: date
    quantity: int
    cost: int | None
    whole_quantity: int
    whole_cost: int | None
    is_always_long: bool = False
    is_in_transit: bool = False
    first_long: Callable[[date], date] | None = first_long_date
    fair_value: int | None = None
    given_date: date | None = None
    cost_basis: CostBasis = "cost"

    @property
    def long_from(self) -> date | None:
        """The first date of a long-term sale, in the taxpayer's time zone; `None` where a gain has no term."""
        if self.first_long is None:
            return None
        return self.acquired_date if self.is_always_long else self.first_long(self.acquired_date)


def at_proceeds(lot: OpenLot, proceeds: int) -> OpenLot:
    """The lot with the cost and the date that count for a sale of all of it for `proceeds`.

    They are another pair only for a gift that had lost value: its cost for a loss is what it was worth when given, held
    since then, and between that and the giver's cost there is neither gain nor loss (IRC 1015(a), 1223(2)).
    """
    if lot.fair_value is None or lot.given_date is None or lot.cost is None or proceeds >= lot.cost:
        return lot
    if proceeds >= lot.fair_value:
        return replace(lot, cost=proceeds, cost_basis="gift_neither")
    return replace(lot, cost=lot.fair_value, acquired_date=lot.given_date, cost_basis="gift_loss")


def part_of(lot: OpenLot, units: int) -> OpenLot:
    """So many units of the lot, with their share of its cost."""
    cost, fair = (
        None if amount is None else divide_half_even(amount * units, lot.quantity)
        for amount in (lot.cost, lot.fair_value)
    )
    return replace(lot, quantity=units, cost=cost, fair_value=fair)


def value_at(quantity: int, price: int) -> int:
    """What so many units are worth, rounded half to even."""
    return divide_half_even(quantity * price, _VALUE_SCALE)


@dataclass(frozen=True, slots=True)
class LatestPrice:
    """The last known price of one unit."""

    price: int
    at: datetime
    source: str
    is_interpolated: bool


@dataclass(frozen=True, slots=True)
class ValuedLot:
    """An open lot with its figures. Those that rest on a missing price or cost are `None`, never 0.

    `sell_first_quantity`: what a sale in the account would consume of other lots before all of this lot;
    `unrealized_first`: the gain that would come with it, `short_first` the short-term part of that. `reached_by`: the
    methods under which this lot would be the next to go. `identified`: units of it that go at the next sale because the
    journal says so; `starts_after`: what of other lots goes before the first unit of this one.
    """

    lot: OpenLot
    price: LatestPrice | None
    value: int | None
    unrealized: int | None
    term: Term | None
    days_to_long_term: int | None
    sell_first_quantity: int
    unrealized_first: int | None
    short_first: int | None
    reached_by: tuple[str, ...]
    identified: int = 0
    starts_after: int = 0


def value_lots(
    lots: Sequence[OpenLot],
    prices: Mapping[str, LatestPrice],
    *,
    methods: Mapping[str, str],
    today: date,
    is_pooled: bool = False,
    identified: Mapping[Key, Sequence[Named]] | None = None,
) -> list[ValuedLot]:
    """Value every lot on the local date `today`, account by account and asset by asset, in the order of sale.

    `methods` gives the lot method of an account, `fifo` where it is silent; units that are `identified` for the next
    sale go before it. Where the law keeps all units of an asset in one pool (`is_pooled`), no lot goes before another.
    Raises `ValueError` for a method without an order.
    """
    groups: dict[Key, list[OpenLot]] = {}
    for lot in lots:
        groups.setdefault((lot.account, lot.asset), []).append(lot)
    valued: list[ValuedLot] = []
    for key, group in sorted(groups.items()):
        price = prices.get(key[1])
        in_order = sale_order(
            group, methods.get(key[0], "fifo"), price=None if price is None else price.price, today=today
        )
        rows = [_valued(lot, price, today) for lot in in_order]
        if is_pooled:
            valued += rows
            continue
        there = {lot.lot_id: lot for lot in group if not lot.is_in_transit}
        named = named_units({lot_id: lot.quantity for lot_id, lot in there.items()}, (identified or {}).get(key, ()))
        reached_by = {named[0].lot_id: CHOOSING_METHODS} if named else _reached_by(list(there.values()), price, today)
        valued += _in_line(rows, _named_parts(there, named, price, today), reached_by)
    return valued


@dataclass(frozen=True, slots=True)
class _Ahead:
    """Units that go first, and the gain of selling them."""

    quantity: int = 0
    unrealized: int | None = 0
    short: int | None = 0

    def __add__(self, other: "_Ahead") -> "_Ahead":
        return _Ahead(
            self.quantity + other.quantity, _plus(self.unrealized, other.unrealized), _plus(self.short, other.short)
        )


def _in_line(
    rows: Sequence[ValuedLot], named: Sequence[tuple[str, _Ahead]], reached_by: Mapping[str, tuple[str, ...]]
) -> list[ValuedLot]:
    """The rows of one group with what goes before each: first the `named` parts, then the others in the order given.

    What is on the way takes its place in the order and is before nobody.
    """
    own: dict[str, list[int]] = {}
    for place, (lot_id, _) in enumerate(named):
        own.setdefault(lot_id, []).append(place)
    all_named = _sum(part for _, part in named)
    ahead = _Ahead()
    placed = []
    for row in rows:
        places = [] if row.lot.is_in_transit else own.get(row.lot.lot_id, [])
        identified = sum(named[place][1].quantity for place in places)
        if not places:
            before = all_named + ahead if named else ahead
            starts_after = before.quantity
        else:
            is_whole = identified == row.lot.quantity
            until = places[-1] if is_whole else len(named)
            before = _sum(part for lot_id, part in named[:until] if lot_id != row.lot.lot_id)
            starts_after = sum(part.quantity for _, part in named[: places[0]])
            before = before if is_whole else before + ahead
        placed.append(
            replace(
                row,
                sell_first_quantity=before.quantity,
                unrealized_first=before.unrealized if before.quantity else 0,
                short_first=before.short if before.quantity else 0,
                reached_by=() if row.lot.is_in_transit else reached_by.get(row.lot.lot_id, ()),
                identified=identified,
                starts_after=starts_after,
            )
        )
        if not row.lot.is_in_transit:
            ahead += _rest(row, [named[place][1] for place in places])
    return placed


def _rest(row: ValuedLot, parts: Sequence[_Ahead]) -> _Ahead:
    """What of the lot is not named, with the gain that is left of the lot's."""
    whole = _Ahead(row.lot.quantity, row.unrealized, row.unrealized if row.term == "short" else 0)
    if not parts:
        return whole
    taken = _sum(parts)
    unrealized = _plus(whole.unrealized, None if taken.unrealized is None else -taken.unrealized)
    short = _plus(whole.short, None if taken.short is None else -taken.short)
    left = whole.quantity - taken.quantity
    return _Ahead(left, unrealized, short) if left else _Ahead()


def _named_parts(
    there: Mapping[str, OpenLot], named: Sequence[Named], price: LatestPrice | None, today: date
) -> list[tuple[str, _Ahead]]:
    """The gain of each named part: its value less its share of the cost."""
    parts = []
    for lot_id, units in named:
        lot = there[lot_id]
        part = _valued(part_of(lot, units), price, today)
        parts.append((lot_id, _Ahead(units, part.unrealized, part.unrealized if part.term == "short" else 0)))
    return parts


def _sum(parts: Iterable[_Ahead]) -> _Ahead:
    total = _Ahead()
    for part in parts:
        total += part
    return total


def _reached_by(there: Sequence[OpenLot], price: LatestPrice | None, today: date) -> dict[str, tuple[str, ...]]:
    """For each lot that is the next to go under some method, those methods."""
    found: dict[str, tuple[str, ...]] = {}
    for method in CHOOSING_METHODS if there else ():
        first = next_to_go(there, method, price=None if price is None else price.price, today=today)
        found[first.lot_id] = (*found.get(first.lot_id, ()), method)
    return found


def _valued(lot: OpenLot, price: LatestPrice | None, today: date) -> ValuedLot:
    value = None if price is None else value_at(lot.quantity, price.price)
    return ValuedLot(
        lot=lot,
        price=price,
        value=value,
        unrealized=None if value is None or lot.cost is None else value - lot.cost,
        term=None if lot.long_from is None else "long" if today >= lot.long_from else "short",
        days_to_long_term=None if lot.long_from is None else max(0, (lot.long_from - today).days),
        sell_first_quantity=0,
        unrealized_first=0,
        short_first=0,
        reached_by=(),
    )


def _plus(total: int | None, part: int | None) -> int | None:
    return None if total is None or part is None else total + part
