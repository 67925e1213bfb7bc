"""Open lots at the latest price, each with what a sale would consume before reaching it. Pure and in exact integers.

Quantities and prices are integers of 10^-18 (units of the asset, USD for one unit), money integers of 10^-8 USD.

Belongs here: the figures of one moment. Does not belong here: whether to trust them (`doubts.py`), what tax follows,
tables.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime

from warehouse.exact import PRICE_PLACES, QUANTITY_PLACES, USD_PLACES, divide_half_even
from warehouse.harvest.order import CHOOSING_METHODS, next_to_go, sale_order
from warehouse.lots.holding import Term, first_long_date

_VALUE_SCALE = 10 ** (QUANTITY_PLACES + PRICE_PLACES - USD_PLACES)


@dataclass(frozen=True, slots=True)
class OpenLot:
    """A lot, or the part of one, that is held in one account. `cost` is `None` where nothing proves it.

    `acquired_date` is the date in the taxpayer's time zone. `whole_quantity` and `whole_cost` are the lot's when it was
    acquired: orders by cost go by them. `is_always_long`: inherited, long-term whatever the date. `is_in_transit`: on
    the way to `account`, so nothing there can sell it yet. `first_long` is the country's rule of terms, `None` without.
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

    @property
    def long_from(self) -> date | None:
        """The first date of a long-term sale, in the taxpayer's time zone; `None` where a gain has no term."""
        if self.first_long is None:
            return None
        return self.acquired_date if self.is_always_long else self.first_long(self.acquired_date)


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

    `sell_first_quantity`: what a sale in the account would consume before it reaches this lot; `unrealized_first`: the
    gain that would come with it, `short_first` the short-term part of that. `reached_by`: the methods under which this
    lot would be the next to go.
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


def value_lots(
    lots: Sequence[OpenLot],
    prices: Mapping[str, LatestPrice],
    *,
    methods: Mapping[str, str],
    today: date,
    is_pooled: bool = False,
) -> list[ValuedLot]:
    """Value every lot on the local date `today`, account by account and asset by asset, in the order of sale.

    `methods` gives the lot method of an account, `fifo` where it is silent; where the law keeps all units of an asset
    in one pool (`is_pooled`), no lot goes before another. Raises `ValueError` for a method without an order.
    """
    groups: dict[tuple[str, str], list[OpenLot]] = {}
    for lot in lots:
        groups.setdefault((lot.account, lot.asset), []).append(lot)
    valued: list[ValuedLot] = []
    for (account, asset), group in sorted(groups.items()):
        price = prices.get(asset)
        ahead_quantity = 0
        ahead_unrealized = ahead_short = None if price is None else 0
        reached_by = {} if is_pooled else _reached_by(group, price, today)
        for lot in sale_order(
            group, methods.get(account, "fifo"), price=None if price is None else price.price, today=today
        ):
            row = replace(
                _valued(lot, price, today),
                sell_first_quantity=ahead_quantity,
                unrealized_first=0 if ahead_quantity == 0 else ahead_unrealized,
                short_first=0 if ahead_quantity == 0 else ahead_short,
                reached_by=() if lot.is_in_transit else reached_by.get(lot.lot_id, ()),
            )
            valued.append(row)
            if not lot.is_in_transit and not is_pooled:
                ahead_quantity += lot.quantity
                ahead_unrealized = _plus(ahead_unrealized, row.unrealized)
                ahead_short = _plus(ahead_short, row.unrealized if row.term == "short" else 0)
    return valued


def _reached_by(lots: Sequence[OpenLot], price: LatestPrice | None, today: date) -> dict[str, tuple[str, ...]]:
    """For each lot that is the next to go under some method, those methods."""
    there = [lot for lot in lots if not lot.is_in_transit]
    found: dict[str, tuple[str, ...]] = {}
    for method in CHOOSING_METHODS if there else ():
        first = next_to_go(there, method, price=None if price is None else price.price, today=today)
        found[first.lot_id] = (*found.get(first.lot_id, ()), method)
    return found


def _valued(lot: OpenLot, price: LatestPrice | None, today: date) -> ValuedLot:
    value = None if price is None else divide_half_even(lot.quantity * price.price, _VALUE_SCALE)
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
