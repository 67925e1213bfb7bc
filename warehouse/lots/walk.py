"""The walk over events: which units of which lot each disposal and transfer takes.

Written once, run twice: as plain Python for small books (`wide.py` are Python integers, arrays are lists), and compiled
by numba for large ones (`compiled.py`). So only loops, integers and the functions of `wide.py` stand here and in
`picking.py`, `queues.py`, `parcels.py` and `rows.py`.

Belongs here: taking and moving. Does not belong here: calendars, names, tables, what an order means.
"""

from warehouse.lots.memory import (
    ACQUIRE,
    AMOUNTS,
    ARRIVE,
    BY_NAME,
    BY_ORDER,
    COST,
    COST_KNOWN,
    END,
    ENTRIES_ROOM,
    ENTRIES_USED,
    FEE_TO_BASIS,
    FLAGS,
    IS_AVERAGE_KNOWN,
    IS_AVERAGED,
    IS_KNOWN,
    LINKS,
    LIVE,
    LOT_OF,
    MISSING,
    MOVE,
    MOVED_FROM,
    PARCEL,
    PARCEL_OF,
    PARCELS_ROOM,
    PARCELS_USED,
    PIECE,
    PIECES_ROOM,
    PIECES_USED,
    POOL,
    POOL_OF,
    ROW,
    ROWS_ROOM,
    ROWS_USED,
    STEPS,
    TAKE,
    UNMET,
    Lots,
    Memory,
    Picks,
    Steps,
)  # fmt: skip
from warehouse.lots.parcels import add_parcel, add_piece, average, cost_between, rebase, take_from_average
from warehouse.lots.picking import first_of_lot, link, next_piece
from warehouse.lots.rows import add_or_extend_row, add_row, list_open, settle
from warehouse.lots.wide import get, put, share, wide


def walk(steps: Steps, lots: Lots, picks: Picks, m: Memory, begin: int) -> int:
    """Take the steps from `begin` on; the one left for want of room in `m`, or their number at the end."""
    for step in range(begin, m.counters[STEPS]):
        if not has_room(step, steps, m):
            return step
        op, pool = steps.op[step], steps.pool[step]
        if op == END:
            list_open(m)
            continue
        average(pool, steps.method[step], m)
        if op == ACQUIRE:
            quantity = get(steps.quantity, step)
            parcel = add_parcel(steps.first[step], quantity, get(steps.value, step), steps.has_value[step], m)
            piece = add_piece(parcel, pool, wide(0), quantity, m)
            link(piece, lots, m)
        elif op == TAKE:
            first_row = m.counters[ROWS_USED]
            done = consume(step, first_row, steps, lots, picks, m)
            settle(step, first_row, done, steps, lots, m)
        else:
            move(step, steps, lots, picks, m)
    return m.counters[STEPS]


def move(step: int, steps: Steps, lots: Lots, picks: Picks, m: Memory) -> None:
    """Take the step's units along to another pool, or spend them on the move just before.

    What moves joins its new pool only when the move is paid for.
    """
    op, first_row = steps.op[step], m.counters[ROWS_USED]
    if op != FEE_TO_BASIS:
        average(steps.to_pool[step], steps.to_method[step], m)
        m.counters[MOVED_FROM] = m.counters[PIECES_USED]
    done = consume(step, first_row, steps, lots, picks, m)
    if op == FEE_TO_BASIS:
        add_to_moved(first_row, m)
    if steps.op[step + 1] != FEE_TO_BASIS:
        for piece in range(m.counters[MOVED_FROM], m.counters[PIECES_USED]):
            link(piece, lots, m)
    if op != ARRIVE and done < get(steps.quantity, step):
        add_row(step, -1, MISSING, get(steps.quantity, step) - done, wide(0), 0, m)


def has_room(step: int, steps: Steps, m: Memory) -> bool:
    """Whether the arrays hold whatever this step may add."""
    op, pool = steps.op[step], steps.pool[step]
    live = m.pools[POOL * pool + LIVE] + 3
    rows, pieces, parcels, linked = live, 1, live, 1
    if op == END:
        rows = m.counters[PIECES_USED]
    elif op in (MOVE, ARRIVE):
        pieces, linked = live, live
        parcels += m.pools[POOL * steps.to_pool[step] + LIVE]
    elif op == FEE_TO_BASIS:
        linked = m.counters[PIECES_USED] - m.counters[MOVED_FROM]
        parcels += linked
    return (
        m.counters[ROWS_USED] + rows <= m.counters[ROWS_ROOM]
        and m.counters[PIECES_USED] + pieces <= m.counters[PIECES_ROOM]
        and m.counters[PARCELS_USED] + parcels <= m.counters[PARCELS_ROOM]
        and m.counters[ENTRIES_USED] + m.counters[LINKS] * linked <= m.counters[ENTRIES_ROOM]
    )


def consume(step: int, first_row: int, steps: Steps, lots: Lots, picks: Picks, m: Memory) -> int:
    """Take the step's quantity out of its pool, named lots first, then by the method; how much was found."""
    pool, quantity, done = steps.pool[step], get(steps.quantity, step), wide(0)
    for pick in range(steps.first[step], steps.last[step]):
        limit = get(picks.quantity, pick)
        piece = first_of_lot(picks.lot[pick], pool, m)
        while piece >= 0 and done < quantity and wide(0) < limit:
            part = least(quantity - done, limit, piece, m)
            take_part(step, piece, part, BY_NAME, done, first_row, steps, m)
            done, limit = done + part, limit - part
            piece = first_of_lot(picks.lot[pick], pool, m)
    if done < quantity and steps.first[step] < steps.last[step]:
        add_row(step, -1, UNMET, quantity - done, wide(0), 0, m)
    while done < quantity:
        piece = next_piece(step, steps, lots, m)
        if piece < 0:
            break
        part = least(quantity - done, quantity - done, piece, m)
        take_part(step, piece, part, BY_ORDER, done, first_row, steps, m)
        done = done + part
    if m.pools[POOL * pool + IS_AVERAGED] == 1 and wide(0) < done:
        take_from_average(pool, done, m)
    return done


def least(one: int, other: int, piece: int, m: Memory) -> int:
    """The least of two quantities and what a piece has."""
    size = get(m.extents, 2 * piece + 1) - get(m.extents, 2 * piece)
    if one < size:
        size = one
    if other < size:
        size = other
    return size


def take_part(step: int, piece: int, part: int, how: int, done: int, first_row: int, steps: Steps, m: Memory) -> None:
    """Take `part` units off the start of a piece: a row of the answer, and for a move a piece in the other pool."""
    pool, parcel = m.pieces[PIECE * piece + POOL_OF], m.pieces[PIECE * piece + PARCEL_OF]
    lot, is_known = m.parcels[PARCEL * parcel + LOT_OF], m.parcels[PARCEL * parcel + IS_KNOWN]
    start = get(m.extents, 2 * piece)
    stop = start + part
    is_averaged = m.pools[POOL * pool + IS_AVERAGED] == 1
    if is_averaged:
        is_known = m.pools[POOL * pool + IS_AVERAGE_KNOWN]
        whole, total = get(m.pool_amounts, 2 * pool), get(m.pool_amounts, 2 * pool + 1)
        cost = share(total, done + part, whole) - share(total, done, whole)
    else:
        cost = cost_between(parcel, start, stop, m)
    put(m.extents, 2 * piece, stop)
    if stop == get(m.extents, 2 * piece + 1):
        m.pools[POOL * pool + LIVE] -= 1
    op = steps.op[step]
    if op != ARRIVE:
        add_or_extend_row(step, lot, how, part, cost, COST_KNOWN * is_known, first_row, m)
    if op in (MOVE, ARRIVE):
        newest = m.counters[PIECES_USED] - 1
        if is_averaged:
            parcel = add_parcel(lot, part, cost, is_known, m)
            start, stop = wide(0), part
        if (
            newest >= m.counters[MOVED_FROM]
            and m.pieces[PIECE * newest + PARCEL_OF] == parcel
            and get(m.extents, 2 * newest + 1) == start
        ):
            put(m.extents, 2 * newest + 1, stop)
        else:
            add_piece(parcel, steps.to_pool[step], start, stop, m)


def add_to_moved(first_row: int, m: Memory) -> None:
    """Add the cost of the units just spent to the pieces that the move before made and did not link yet."""
    cost, is_known, moved = wide(0), 1, wide(0)
    for row in range(first_row, m.counters[ROWS_USED]):
        cost = cost + get(m.row_amounts, AMOUNTS * row + COST)
        is_known &= m.rows[ROW * row + FLAGS]
    begin, end = m.counters[MOVED_FROM], m.counters[PIECES_USED]
    for piece in range(begin, end):
        moved = moved + get(m.extents, 2 * piece + 1) - get(m.extents, 2 * piece)
    start = wide(0)
    for piece in range(begin, end):
        parcel = m.pieces[PIECE * piece + PARCEL_OF]
        low, high = get(m.extents, 2 * piece), get(m.extents, 2 * piece + 1)
        more = share(cost, start + high - low, moved) - share(cost, start, moved)
        start = start + high - low
        own = cost_between(parcel, low, high, m)
        rebase(piece, own + more, is_known & m.parcels[PARCEL * parcel + IS_KNOWN], m)
