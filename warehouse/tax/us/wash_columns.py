"""Wash sales of whole columns at once: into the order of the rule, through the walk, and back to the caller's rows.

Belongs here: ordering, room for the walk, which machine runs it. Does not belong here: the rule (`wash_walk.py`),
tables and names (`wash_sale_shadow.py`).
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from warehouse.lots.limbs import Limbs
from warehouse.lots.machines import Compiled, Machine, Plain
from warehouse.tax.us import wash_walk
from warehouse.tax.us.wash_walk import NO_ROOM, PARTS, WASHES, Desk, Lots, Parts, Sales, Shelves, Washes

COMPILED_FROM = 50_000
"""Rows from which machine code is faster than plain Python with its start."""

Ints = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class LotColumns:
    """Lots that can replace something. `group` and `rank` (of the ids) are numbers from 0, `at` is in microseconds.

    `day` counts days since 1970-01-01. Quantities are in 10^-18 units and `cost` in 10^-8 of the base currency.
    """

    group: Ints
    rank: Ints
    at: Ints
    day: Ints
    quantity: Limbs
    cost: Limbs
    has_cost: Flags


@dataclass(frozen=True, slots=True)
class SaleColumns:
    """Disposals, in the same units. `lot` is a row of the lots, or -1; `middle` the day around which the window lies.

    `may_wash`: the gain is known and the rule applies.
    """

    group: Ints
    rank: Ints
    lot: Ints
    at: Ints
    day: Ints
    middle: Ints
    acquired_at: Ints
    acquired_day: Ints
    quantity: Limbs
    gain: Limbs
    may_wash: Flags


@dataclass(frozen=True, slots=True)
class WashColumns:
    """Wash sales in the order in which they came; `sale` and `lot` are rows of the caller's columns."""

    sale: Ints
    lot: Ints
    tacked_days: Ints
    quantity: Limbs
    disallowed: Limbs
    basis: Limbs


@dataclass(frozen=True, slots=True)
class PartColumns:
    """Parts of the disposals that a wash sale changes, in the order in which they sold."""

    sale: Ints
    tacked_days: Ints
    quantity: Limbs
    added_cost: Limbs
    disallowed: Limbs


def settle_columns(
    sold: SaleColumns, bought: LotColumns, *, machine: Machine | None = None
) -> tuple[WashColumns, PartColumns]:
    """Every wash sale, and the parts of what they change.

    `sold` needs every disposal of the lots, gains too. `machine` forces one of `machines.py`; otherwise size decides.
    Raises `ValueError` where more was sold of a lot than it had.
    """
    lot_order = np.lexsort((bought.rank, bought.at, bought.group))
    sale_order = np.lexsort((sold.rank, sold.at, sold.acquired_at, sold.day, sold.group))
    groups = np.arange(1 + max(_last(bought.group), _last(sold.group)) + 1)
    place_of_lot = np.full(len(lot_order) + 1, -1, np.int64)  # one more: what is in no lot is at its end
    place_of_lot[lot_order] = np.arange(len(lot_order))
    if machine is None:
        machine = Plain() if len(lot_order) + len(sale_order) < COMPILED_FROM else Compiled()
    run = _walk_of(machine)

    def ints(numbers: npt.NDArray[Any]) -> Any:
        return machine.ints(numbers, np.int64)

    lots = Lots(
        at=ints(bought.at[lot_order]),
        day=ints(bought.day[lot_order]),
        has_cost=ints(bought.has_cost[lot_order].astype(np.int64)),
        quantity=machine.wides(bought.quantity[lot_order]),
        cost=machine.wides(bought.cost[lot_order]),
    )
    sales = Sales(
        at=ints(sold.at[sale_order]),
        day=ints(sold.day[sale_order]),
        middle=ints(sold.middle[sale_order]),
        acquired_day=ints(sold.acquired_day[sale_order]),
        lot=ints(place_of_lot[sold.lot[sale_order]]),
        may_wash=ints(sold.may_wash[sale_order].astype(np.int64)),
        quantity=machine.wides(sold.quantity[sale_order]),
        gain=machine.wides(sold.gain[sale_order]),
    )
    lot_starts = ints(np.searchsorted(bought.group[lot_order], groups))
    sale_starts = ints(np.searchsorted(sold.group[sale_order], groups))
    room = len(lot_order) + len(sale_order) + 16
    while True:
        washes, parts, counters = _washes(machine, room), _parts(machine, room), ints(np.array([0, 0, room, room]))
        shelves = _shelves(machine, bought.quantity[lot_order])
        ended = run(Desk(lot_starts, sale_starts, lots, sales, shelves, washes, parts, counters))
        if ended == 0:
            break
        if ended != NO_ROOM:
            raise ValueError("more was sold of a lot than it had")
        room *= 2
    count = int(counters[WASHES])
    found = WashColumns(
        sale=sale_order[machine.array(washes.sale, count)],
        lot=lot_order[machine.array(washes.lot, count)],
        tacked_days=machine.array(washes.tacked, count),
        quantity=machine.limbs(washes.quantity, count),
        disallowed=machine.limbs(washes.disallowed, count),
        basis=machine.limbs(washes.basis, count),
    )
    count = int(counters[PARTS])
    return found, PartColumns(
        sale=sale_order[machine.array(parts.sale, count)],
        tacked_days=machine.array(parts.tacked, count),
        quantity=machine.limbs(parts.quantity, count),
        added_cost=machine.limbs(parts.added, count),
        disallowed=machine.limbs(parts.disallowed, count),
    )


def _walk_of(machine: Machine) -> Callable[..., int]:
    if isinstance(machine, Plain):
        return wash_walk.walk
    from warehouse.tax.us.wash_compiled import compiled_walk  # noqa: PLC0415 - brings numba

    return compiled_walk


def _last(groups: Ints) -> int:
    return int(groups.max()) if len(groups) else -1


def _shelves(machine: Machine, quantity: Limbs) -> Shelves:
    count = len(quantity)
    nothing = np.full(count, -1, np.int64)
    return Shelves(
        free=machine.wides(quantity.copy()),
        replacing=machine.zeros(count, is_wide=True),
        due=machine.zeros(count, is_wide=True),
        following=machine.ints(np.arange(count), np.int64),
        first=machine.ints(nothing, np.int64),
        last=machine.ints(nothing.copy(), np.int64),
    )


def _washes(machine: Machine, room: int) -> Washes:
    narrow, wide = [machine.zeros(room) for _ in range(4)], [machine.zeros(room, is_wide=True) for _ in range(5)]
    return Washes(*narrow, *wide)


def _parts(machine: Machine, room: int) -> Parts:
    return Parts(*(machine.zeros(room) for _ in range(2)), *(machine.zeros(room, is_wide=True) for _ in range(3)))
