"""Rows of the answer: what each step took, its share of the proceeds, what is left. Runs plain and compiled.

Belongs here: rows. Does not belong here: which units they are about.
"""

from warehouse.lots.memory import (
    AMOUNTS,
    COST,
    COST_KNOWN,
    ENTRIES_USED,
    FLAGS,
    GAIN,
    HAS_GIFTS,
    HOW,
    IS_AVERAGE_KNOWN,
    IS_AVERAGED,
    IS_KNOWN,
    LOSS_BASIS,
    LOT_OF,
    LOT_OF_ROW,
    MISSING,
    MOVED_FROM,
    NEITHER_BASIS,
    OPEN,
    PARCEL,
    PARCEL_OF,
    PARCELS_USED,
    PIECE,
    PIECES_USED,
    POOL,
    POOL_OF,
    PROCEEDS,
    PROCEEDS_KNOWN,
    QUANTITY,
    ROW,
    ROWS_USED,
    STEP_OF,
    UNMET,
    Lots,
    Memory,
    Steps,
)  # fmt: skip
from warehouse.lots.parcels import cost_between, take_from_average
from warehouse.lots.wide import Wides, count, get, put, share, wide


def add_row(step: int, lot: int, how: int, quantity: int, cost: int, flags: int, m: Memory) -> None:
    """A new row of the answer."""
    row = m.counters[ROWS_USED]
    m.counters[ROWS_USED] = row + 1
    m.rows[ROW * row + STEP_OF] = step
    m.rows[ROW * row + LOT_OF_ROW] = lot
    m.rows[ROW * row + HOW] = how
    m.rows[ROW * row + FLAGS] = flags
    put(m.row_amounts, AMOUNTS * row + QUANTITY, quantity)
    put(m.row_amounts, AMOUNTS * row + COST, cost)
    put(m.row_amounts, AMOUNTS * row + PROCEEDS, wide(0))
    put(m.row_amounts, AMOUNTS * row + GAIN, wide(0))


def add_or_extend_row(
    step: int, lot: int, how: int, quantity: int, cost: int, flags: int, first_row: int, m: Memory
) -> None:
    """One row for each lot that a step takes from, as long as its parts follow each other."""
    row = m.counters[ROWS_USED] - 1
    if (
        row < first_row
        or m.rows[ROW * row + LOT_OF_ROW] != lot
        or m.rows[ROW * row + HOW] != how
        or m.rows[ROW * row + FLAGS] != flags
    ):
        add_row(step, lot, how, quantity, cost, flags, m)
    else:
        place = AMOUNTS * row
        put(m.row_amounts, place + QUANTITY, get(m.row_amounts, place + QUANTITY) + quantity)
        put(m.row_amounts, place + COST, get(m.row_amounts, place + COST) + cost)


def settle(step: int, first_row: int, done: int, steps: Steps, lots: Lots, m: Memory) -> None:
    """Share a disposal's proceeds over its rows, the missing units included, and tell gains."""
    quantity, value, has_value = get(steps.quantity, step), get(steps.value, step), steps.has_value[step]
    if done < quantity:
        add_row(step, -1, MISSING, quantity - done, wide(0), 0, m)
    start, before = wide(0), wide(0)
    for row in range(first_row, m.counters[ROWS_USED]):
        if has_value == 1 and m.rows[ROW * row + HOW] != UNMET:
            place = AMOUNTS * row
            start = start + get(m.row_amounts, place + QUANTITY)
            through = share(value, start, quantity)
            proceeds, before = through - before, through
            put(m.row_amounts, place + PROCEEDS, proceeds)
            m.rows[ROW * row + FLAGS] += PROCEEDS_KNOWN
            if m.rows[ROW * row + FLAGS] == COST_KNOWN + PROCEEDS_KNOWN:
                cost = cost_of_gift(row, proceeds, lots, m)
                put(m.row_amounts, place + GAIN, proceeds - cost)


def cost_of_gift(row: int, proceeds: int, lots: Lots, m: Memory) -> int:
    """The cost to compare `proceeds` with: of a gift that had lost value, the one of two that applies (IRC 1015(a))."""
    place = AMOUNTS * row
    cost = get(m.row_amounts, place + COST)
    lot = m.rows[ROW * row + LOT_OF_ROW]
    if m.counters[HAS_GIFTS] == 0 or lots.has_fair_value[lot] == 0 or cost < proceeds:
        return cost
    fair = share(get(lots.fair_value, lot), get(m.row_amounts, place + QUANTITY), get(lots.whole, lot))
    if proceeds < fair:
        cost = fair
        m.rows[ROW * row + FLAGS] += LOSS_BASIS
    else:
        cost = proceeds
        m.rows[ROW * row + FLAGS] += NEITHER_BASIS
    put(m.row_amounts, place + COST, cost)
    return cost


def list_open(m: Memory) -> None:
    """Rows for what is still there (`STEP_OF` is the pool), and the arrays free for the next asset."""
    for piece in range(m.counters[PIECES_USED]):
        low, high = get(m.extents, 2 * piece), get(m.extents, 2 * piece + 1)
        if low < high:
            pool, parcel = m.pieces[PIECE * piece + POOL_OF], m.pieces[PIECE * piece + PARCEL_OF]
            if m.pools[POOL * pool + IS_AVERAGED] == 1:
                is_known = m.pools[POOL * pool + IS_AVERAGE_KNOWN]
                cost = take_from_average(pool, high - low, m)
            else:
                is_known = m.parcels[PARCEL * parcel + IS_KNOWN]
                cost = cost_between(parcel, low, high, m)
            add_row(pool, m.parcels[PARCEL * parcel + LOT_OF], OPEN, high - low, cost, is_known, m)
    m.counters[PIECES_USED] = 0
    m.counters[ENTRIES_USED] = 0
    m.counters[PARCELS_USED] = 0
    m.counters[MOVED_FROM] = 0


def unit_costs(cost: Wides, quantity: Wides, scale: Wides, unit: Wides) -> None:
    """`cost * scale / quantity` of each, rounded half to even; the caller has seen that it fits."""
    for place in range(count(cost)):
        put(unit, place, share(get(cost, place), get(scale, 0), get(quantity, place)))
