"""Parcels, pieces and averages: who owns which units at which cost. Runs plain and compiled, as `walk.py` does.

Cost of a part: a parcel's cost is a running total over its units, rounded half to even at each point; a part costs the
difference between its two ends. So the parts of a parcel add up to its cost whatever they are, the last one takes the
remainder, and cutting a part in two changes nothing.

Belongs here: making and costing parcels and pieces. Does not belong here: queues, steps, rows.
"""

from warehouse.lots.memory import (
    AVERAGE,
    IS_AVERAGE_KNOWN,
    IS_AVERAGED,
    IS_KNOWN,
    LOT_OF,
    PARCEL,
    PARCEL_OF,
    PARCELS_USED,
    PIECE,
    PIECES_USED,
    POOL,
    POOL_OF,
    Memory,
)  # fmt: skip
from warehouse.lots.wide import get, put, share, wide


def add_parcel(lot: int, quantity: int, cost: int, is_known: int, m: Memory) -> int:
    """A new parcel of `quantity` units of `lot`."""
    parcel = m.counters[PARCELS_USED]
    m.counters[PARCELS_USED] = parcel + 1
    m.parcels[PARCEL * parcel + LOT_OF] = lot
    m.parcels[PARCEL * parcel + IS_KNOWN] = is_known
    put(m.parcel_amounts, 2 * parcel, quantity)
    put(m.parcel_amounts, 2 * parcel + 1, cost)
    return parcel


def add_piece(parcel: int, pool: int, start: int, end: int, m: Memory) -> int:
    """A new piece, not yet in any queue."""
    piece = m.counters[PIECES_USED]
    m.counters[PIECES_USED] = piece + 1
    m.pieces[PIECE * piece + PARCEL_OF] = parcel
    m.pieces[PIECE * piece + POOL_OF] = pool
    put(m.extents, 2 * piece, start)
    put(m.extents, 2 * piece + 1, end)
    return piece


def cost_between(parcel: int, start: int, end: int, m: Memory) -> int:
    """What the units from `start` to `end` of a parcel cost."""
    whole, cost = get(m.parcel_amounts, 2 * parcel), get(m.parcel_amounts, 2 * parcel + 1)
    upper = share(cost, end, whole)
    if start == wide(0):
        return upper
    return upper - share(cost, start, whole)


def rebase(piece: int, cost: int, is_known: int, m: Memory) -> None:
    """Give a piece a cost of its own."""
    parcel = m.pieces[PIECE * piece + PARCEL_OF]
    size = get(m.extents, 2 * piece + 1) - get(m.extents, 2 * piece)
    own = add_parcel(m.parcels[PARCEL * parcel + LOT_OF], size, cost, is_known, m)
    m.pieces[PIECE * piece + PARCEL_OF] = own
    put(m.extents, 2 * piece, wide(0))
    put(m.extents, 2 * piece + 1, size)


def average(pool: int, method: int, m: Memory) -> None:
    """Start or stop averaging a pool when its method asks for it."""
    is_averaged = m.pools[POOL * pool + IS_AVERAGED] == 1
    if is_averaged == (method == AVERAGE):
        return
    if not is_averaged:
        m.pools[POOL * pool + IS_AVERAGED] = 1
        m.pools[POOL * pool + IS_AVERAGE_KNOWN] = 1
        put(m.pool_amounts, 2 * pool, wide(0))
        put(m.pool_amounts, 2 * pool + 1, wide(0))
    for piece in range(m.counters[PIECES_USED]):
        size = get(m.extents, 2 * piece + 1) - get(m.extents, 2 * piece)
        if m.pieces[PIECE * piece + POOL_OF] == pool and wide(0) < size:
            if is_averaged:
                is_known = m.pools[POOL * pool + IS_AVERAGE_KNOWN]
                rebase(piece, take_from_average(pool, size, m), is_known, m)
            else:
                add_to_average(piece, m)
    if is_averaged:
        m.pools[POOL * pool + IS_AVERAGED] = 0


def add_to_average(piece: int, m: Memory) -> None:
    """Let a piece join its pool's average."""
    pool, parcel = m.pieces[PIECE * piece + POOL_OF], m.pieces[PIECE * piece + PARCEL_OF]
    low, high = get(m.extents, 2 * piece), get(m.extents, 2 * piece + 1)
    put(m.pool_amounts, 2 * pool, get(m.pool_amounts, 2 * pool) + high - low)
    cost = get(m.pool_amounts, 2 * pool + 1) + cost_between(parcel, low, high, m)
    put(m.pool_amounts, 2 * pool + 1, cost)
    m.pools[POOL * pool + IS_AVERAGE_KNOWN] &= m.parcels[PARCEL * parcel + IS_KNOWN]


def take_from_average(pool: int, quantity: int, m: Memory) -> int:
    """Take units out of a pool's average; what they cost. An emptied pool forgets that a cost was unknown."""
    whole, total = get(m.pool_amounts, 2 * pool), get(m.pool_amounts, 2 * pool + 1)
    cost = share(total, quantity, whole)
    put(m.pool_amounts, 2 * pool, whole - quantity)
    put(m.pool_amounts, 2 * pool + 1, total - cost)
    if quantity == whole:
        m.pools[POOL * pool + IS_AVERAGE_KNOWN] = 1
    return cost
