"""Which piece goes next, and the queues that know. Runs plain and compiled, as `walk.py` does.

Belongs here: keeping every queue a pool needs, the order of `min_tax`, finding a named lot's units. Does not belong
here: what is done with the piece.
"""

from warehouse.lots.memory import (
    AVERAGE,
    CALENDAR,
    ENTRIES_USED,
    ENTRY,
    FIFO,
    HIFO,
    IS_AVERAGED,
    IS_KNOWN,
    KEY,
    LIFO,
    LIVE,
    LOFO,
    LONG,
    LOT_OF,
    MIN_TAX,
    NEXT_OF_LOT,
    PARCEL,
    PARCEL_OF,
    PIECE,
    PIECE_OF,
    POOL,
    POOL_OF,
    QUEUES,
    SHORT,
    TAKE,
    USES,
    Lots,
    Memory,
    Steps,
)  # fmt: skip
from warehouse.lots.parcels import add_to_average
from warehouse.lots.queues import live_front, pop, push
from warehouse.lots.wide import get, is_dearer


def link(piece: int, lots: Lots, m: Memory) -> None:
    """Make a piece known: to its lot, to the queues of its pool, to its pool's average."""
    pool, parcel = m.pieces[PIECE * piece + POOL_OF], m.pieces[PIECE * piece + PARCEL_OF]
    lot = m.parcels[PARCEL * parcel + LOT_OF]
    m.pools[POOL * pool + LIVE] += 1
    m.pieces[PIECE * piece + NEXT_OF_LOT] = m.lot_chain[lot]
    m.lot_chain[lot] = piece
    uses = m.pools[POOL * pool + USES]
    if uses & (1 << FIFO):
        enqueue(piece, QUEUES * pool + FIFO, lots.fifo[lot], m)
    if uses & (1 << LIFO):
        enqueue(piece, QUEUES * pool + LIFO, -lots.fifo[lot], m)
    if uses & (1 << HIFO):
        enqueue(piece, QUEUES * pool + HIFO, lots.hifo[lot], m)
    if uses & (1 << LOFO):
        enqueue(piece, QUEUES * pool + LOFO, lots.lofo[lot], m)
    if uses & (1 << MIN_TAX):
        enqueue(piece, QUEUES * pool + SHORT, lots.hifo[lot], m)
        enqueue(piece, QUEUES * pool + CALENDAR, lots.long_day[lot], m)
    if m.pools[POOL * pool + IS_AVERAGED] == 1:
        add_to_average(piece, m)


def enqueue(piece: int, queue: int, key: int, m: Memory) -> None:
    """Put a piece into one queue under a key."""
    entry = m.counters[ENTRIES_USED]
    m.counters[ENTRIES_USED] = entry + 1
    m.entries[ENTRY * entry + PIECE_OF] = piece
    m.entries[ENTRY * entry + KEY] = key
    push(queue, entry, m.queues, m.entries, m.pieces, m.extents)


def next_piece(step: int, steps: Steps, lots: Lots, m: Memory) -> int:
    """The piece that goes next from the step's pool by the step's method, -1 for none."""
    pool, method = steps.pool[step], steps.method[step]
    if method == MIN_TAX:
        entry = least_taxed(step, steps, lots, m)
    elif method == AVERAGE:
        entry = live_front(QUEUES * pool + FIFO, m.queues, m.entries, m.pieces, m.extents)
    else:
        entry = live_front(QUEUES * pool + method, m.queues, m.entries, m.pieces, m.extents)
    if entry < 0:
        return -1
    return m.entries[ENTRY * entry + PIECE_OF]


def least_taxed(step: int, steps: Steps, lots: Lots, m: Memory) -> int:
    """Short-term loss, long-term loss, long-term gain, short-term gain; the dearest unit first within each.

    The dearest short-term unit goes while it makes a loss; else the dearest long-term one, be that a loss or the least
    gain; short-term gains come last. Without a price (a transfer, an unknown value) nothing counts as a loss. Pieces
    leave the short-term queue when the calendar says so, each once.
    """
    queue, day = QUEUES * steps.pool[step], steps.day[step]
    come_of_age(queue, day, lots, m)
    short = live_front(queue + SHORT, m.queues, m.entries, m.pieces, m.extents)
    while short >= 0 and lots.long_day[lot_of_entry(short, m)] <= day:
        pop(queue + SHORT, short, m.queues, m.entries, m.pieces, m.extents)
        short = live_front(queue + SHORT, m.queues, m.entries, m.pieces, m.extents)
    long = live_front(queue + LONG, m.queues, m.entries, m.pieces, m.extents)
    if short < 0 or long < 0:
        return max(short, long)
    parcel = m.pieces[PIECE * m.entries[ENTRY * short + PIECE_OF] + PARCEL_OF]
    if steps.op[step] == TAKE and steps.has_value[step] == 1 and m.parcels[PARCEL * parcel + IS_KNOWN] == 1:
        whole, cost = get(m.parcel_amounts, 2 * parcel), get(m.parcel_amounts, 2 * parcel + 1)
        if is_dearer(cost, whole, get(steps.value, step), get(steps.quantity, step)):
            return short
    return long


def come_of_age(queue: int, day: int, lots: Lots, m: Memory) -> None:
    """Put the pieces that are long-term on `day` into the long-term queue."""
    entry = live_front(queue + CALENDAR, m.queues, m.entries, m.pieces, m.extents)
    while entry >= 0 and m.entries[ENTRY * entry + KEY] <= day:
        pop(queue + CALENDAR, entry, m.queues, m.entries, m.pieces, m.extents)
        m.entries[ENTRY * entry + KEY] = lots.hifo[lot_of_entry(entry, m)]
        push(queue + LONG, entry, m.queues, m.entries, m.pieces, m.extents)
        entry = live_front(queue + CALENDAR, m.queues, m.entries, m.pieces, m.extents)


def lot_of_entry(entry: int, m: Memory) -> int:
    """The lot whose units an entry stands for."""
    parcel = m.pieces[PIECE * m.entries[ENTRY * entry + PIECE_OF] + PARCEL_OF]
    return m.parcels[PARCEL * parcel + LOT_OF]


def first_of_lot(lot: int, pool: int, m: Memory) -> int:
    """The piece of a named lot in `pool` whose units begin first, -1 for none; empty pieces leave the lot's chain."""
    found, before, piece = -1, -1, m.lot_chain[lot]
    while piece >= 0:
        following = m.pieces[PIECE * piece + NEXT_OF_LOT]
        start = get(m.extents, 2 * piece)
        if start == get(m.extents, 2 * piece + 1):
            if before < 0:
                m.lot_chain[lot] = following
            else:
                m.pieces[PIECE * before + NEXT_OF_LOT] = following
        else:
            before = piece
            if m.pieces[PIECE * piece + POOL_OF] == pool and (found < 0 or lies_before(piece, found, m)):
                found = piece
        piece = following
    return found


def lies_before(piece: int, other: int, m: Memory) -> bool:
    """The order of the pieces of one lot, as in `queues.goes_before`."""
    parcel, other_parcel = m.pieces[PIECE * piece + PARCEL_OF], m.pieces[PIECE * other + PARCEL_OF]
    if parcel != other_parcel:
        return parcel < other_parcel
    return get(m.extents, 2 * piece) < get(m.extents, 2 * other)
