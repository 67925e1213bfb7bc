"""In which order an account's method sells its open lots at a price: what comes before a lot has to go first. Pure.

The same orders by which `warehouse/lots` matches, told for lots that are still open.

Belongs here: the orders. Does not belong here: matching, values.
"""

from collections.abc import Callable, Iterable
from datetime import date, datetime
from fractions import Fraction
from typing import Any, Protocol, TypeVar

from warehouse.exact import PRICE_PLACES, QUANTITY_PLACES, USD_PLACES

_UNIT_COST_SCALE = 10 ** (QUANTITY_PLACES - USD_PLACES)
_PRICE_SCALE = 10**PRICE_PLACES


class Orderable(Protocol):
    """What an order looks at. Integers of 10^-18 units and 10^-8 USD."""

    @property
    def lot_id(self) -> str:
        """Breaks ties, as in matching."""
        ...

    @property
    def acquired_at(self) -> datetime:
        """When the holding period began."""
        ...

    @property
    def long_from(self) -> date | None:
        """The first date of a long-term sale; `None` where a gain has no term."""
        ...

    @property
    def whole_quantity(self) -> int:
        """Units that were acquired as this lot, of which it may be what is left."""
        ...

    @property
    def whole_cost(self) -> int | None:
        """What they cost; `None` where nothing proves it."""
        ...


LotT = TypeVar("LotT", bound=Orderable)

METHODS = frozenset({"fifo", "specific", "average", "lifo", "hifo", "lofo", "min_tax"})


CHOOSING_METHODS = ("fifo", "lifo", "hifo", "lofo", "min_tax")
"""The methods that choose lots by themselves, of which a person may record one before a sale."""


def sale_order(lots: Iterable[LotT], method: str, *, price: int | None, today: date) -> list[LotT]:
    """The lots of one asset in one account in the order in which `method` sells them on the local date `today`.

    `price` (10^-18 USD for one unit) decides for `min_tax` what is a loss; without one nothing counts as a loss.
    `specific` and `average` go as `fifo` where no lot is named. Raises `ValueError` for a method without an order.
    """
    in_time = sorted(lots, key=_in_time)
    if method in ("fifo", "specific", "average"):
        return in_time
    if method == "lifo":
        return in_time[::-1]
    return sorted(in_time, key=_key(method, price, today))


def next_to_go(lots: Iterable[LotT], method: str, *, price: int | None, today: date) -> LotT:
    """The first of `sale_order`. Raises `ValueError` where there is no lot."""
    if method == "lifo":
        return max(lots, key=_in_time)
    if method in ("fifo", "specific", "average"):
        return min(lots, key=_in_time)
    key = _key(method, price, today)
    return min(lots, key=lambda lot: (key(lot), _in_time(lot)))


def _in_time(lot: Orderable) -> tuple[Any, ...]:
    return lot.acquired_at, lot.lot_id


def _key(method: str, price: int | None, today: date) -> Callable[[Orderable], tuple[Any, ...]]:
    if method == "hifo":
        return _dearest_first
    if method == "lofo":
        return _cheapest_first
    if method == "min_tax":
        return lambda lot: (_tax_class(lot, price, today), *_dearest_first(lot))
    raise ValueError(f"lot method {method!r} has no order here; {', '.join(sorted(METHODS))} have")


def _dearest_first(lot: Orderable) -> tuple[Any, ...]:
    unit_cost = _unit_cost(lot)
    return (True, 0) if unit_cost is None else (False, -unit_cost)


def _cheapest_first(lot: Orderable) -> tuple[Any, ...]:
    unit_cost = _unit_cost(lot)
    return (True, 0) if unit_cost is None else (False, unit_cost)


def _tax_class(lot: Orderable, price: int | None, today: date) -> int:
    """0 for a short-term loss, 1 for long-term (the dearest first: losses, then gains), 2 for the other short-term."""
    if lot.long_from is not None and today >= lot.long_from:
        return 1
    unit_cost = _unit_cost(lot)
    is_loss = unit_cost is not None and price is not None and unit_cost > Fraction(price, _PRICE_SCALE)
    return 0 if is_loss else 2


def _unit_cost(lot: Orderable) -> Fraction | None:
    """USD for one unit when the lot was acquired, exactly; what is left of it may be a rounding away from that."""
    return None if lot.whole_cost is None else Fraction(lot.whole_cost * _UNIT_COST_SCALE, lot.whole_quantity)
