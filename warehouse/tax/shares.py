"""The shape of a law that matches disposals with acquisitions and a pool, whatever account they lie in.

Quantities are integers of 10^-18 units, costs integers of 10^-8 of the base currency; dates are local.

Belongs here: what goes in and comes out. Does not belong here: any country's rule of matching.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import TypeAlias


@dataclass(frozen=True, slots=True)
class Acquired:
    """Units of one asset acquired on a day; `cost` is `None` where nothing proves it."""

    day: date
    quantity: int
    cost: int | None


@dataclass(frozen=True, slots=True)
class Disposed:
    """Units of the asset that one event disposed of; `is_lost`: taken or lost, which is no disposal by law."""

    event_id: str
    day: date
    quantity: int
    is_lost: bool = False


@dataclass(frozen=True, slots=True)
class Match:
    """A part of one day's disposals, by which rule it was matched, with what, and at what cost.

    `acquired` is the day of the acquisition, `None` for the pool, of which `pool_quantity` and `pool_cost` are then
    what is left after the match.
    """

    day: date
    rule: str
    acquired: date | None
    quantity: int
    cost: int | None
    pool_quantity: int | None = None
    pool_cost: int | None = None


@dataclass(frozen=True, slots=True)
class Matching:
    """All matches of one asset in the order of disposals, what each event's units cost, and what the pool holds."""

    matches: tuple[Match, ...]
    costs: dict[str, int | None]
    pool_quantity: int
    pool_cost: int | None


ShareMatcher: TypeAlias = Callable[[Sequence[Acquired], Sequence[Disposed]], Matching]
"""Matches everything that happened to one asset. Raises `ValueError` where more is disposed of than was acquired."""
