"""In which order an account's method sells its lots: what comes before a lot has to go first. Pure.

Belongs here: orders over open lots, the same by which `warehouse/lots` matches. Does not belong here: matching.
"""

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from typing import Any, Protocol, TypeVar


class Orderable(Protocol):
    """What an order looks at."""

    @property
    def lot_id(self) -> str:
        """Breaks ties, as in matching."""
        ...

    @property
    def acquired_at(self) -> datetime:
        """When the holding period began."""
        ...


LotT = TypeVar("LotT", bound=Orderable)


def _first_in(lot: Orderable) -> tuple[Any, ...]:
    return (lot.acquired_at, lot.lot_id)


ORDERS: Mapping[str, Callable[[Orderable], tuple[Any, ...]]] = {"fifo": _first_in}
"""For each method that lots are matched by, the key of its order: the smallest goes first."""


def sale_order(lots: Iterable[LotT], method: str) -> list[LotT]:
    """The lots of one asset in one account in the order in which `method` sells them. Raises `ValueError`."""
    if method not in ORDERS:
        raise ValueError(f"lot method {method!r} has no order here; {', '.join(sorted(ORDERS))} has")
    return sorted(lots, key=ORDERS[method])
