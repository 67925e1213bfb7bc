"""The walk over sales that finds what replaces their losses: the rule of `wash_sales.py` on plain arrays.

Written once, run twice, as the walk over lots is: as plain Python for small books (`warehouse/lots/wide.py` are Python
integers, arrays are lists), and compiled by numba for large ones (`wash_compiled.py`). So only loops, integers and the
functions of `wide.py` stand here.

Each wash sale is also the tranche of its lot that replaced something: it stands in the lot's chain, in the order in
which it came, with what is left of it, until it is sold.

Belongs here: the walk. Does not belong here: calendars, names, tables, what is law.
"""

from typing import NamedTuple

from warehouse.lots.wide import Ints, Wides, get, put, share, wide

WASHES, PARTS, WASHES_ROOM, PARTS_ROOM = range(4)
"""Places in the counters."""

WINDOW_DAYS = 30
NO_ROOM = -1
NOT_THERE = -2
"""More was sold of a lot than it had: a fault of who calls."""


class Lots(NamedTuple):
    """What can replace, group by group, in the order in which it was bought."""

    at: Ints
    day: Ints
    has_cost: Ints
    quantity: Wides
    cost: Wides


class Sales(NamedTuple):
    """What was sold, group by group, in the order of the rule. `lot` is -1 where nothing can be replaced with it.

    `middle` is the day around which the window lies; `may_wash` is 1 where a gain is known and the rule applies.
    """

    at: Ints
    day: Ints
    middle: Ints
    acquired_day: Ints
    lot: Ints
    may_wash: Ints
    quantity: Wides
    gain: Wides


class Shelves(NamedTuple):
    """What is left of each lot, and its chain of tranches. `following` skips lots of which nothing is free."""

    free: Wides
    replacing: Wides
    due: Wides
    following: Ints
    first: Ints
    last: Ints


class Washes(NamedTuple):
    """The wash sales, with what is `left` of each as a tranche, its `adjustment`, and the next of the lot's chain."""

    sale: Ints
    lot: Ints
    tacked: Ints
    chain: Ints
    quantity: Wides
    disallowed: Wides
    basis: Wides
    left: Wides
    adjustment: Wides


class Parts(NamedTuple):
    """The parts of disposals that a wash sale changes."""

    sale: Ints
    tacked: Ints
    quantity: Wides
    added: Wides
    disallowed: Wides


class Desk(NamedTuple):
    """All of it, with the places at which the groups start among the lots and among the sales."""

    lot_starts: Ints
    sale_starts: Ints
    lots: Lots
    sales: Sales
    shelves: Shelves
    washes: Washes
    parts: Parts
    counters: Ints


def walk(desk: Desk) -> int:
    """Settle every sale of every group, day by day; 0, or `NO_ROOM` or `NOT_THERE`."""
    sales, shelves = desk.sales, desk.shelves
    for group in range(len(desk.lot_starts) - 1):
        place, last = desk.sale_starts[group], desk.sale_starts[group + 1]
        if desk.lot_starts[group] == desk.lot_starts[group + 1]:
            place = last
        while place < last:
            stop = place
            while stop < last and sales.day[stop] == sales.day[place]:
                lot = sales.lot[stop]
                if lot >= 0:
                    put(shelves.due, lot, get(shelves.due, lot) + get(sales.quantity, stop))
                stop += 1
            for sale in range(place, stop):
                ended = settle_sale(desk, sale, group)
                if ended < 0:
                    return ended
            place = stop
    return 0


def settle_sale(desk: Desk, sale: int, group: int) -> int:
    """Take the units of one sale in parts that are alike, and replace those that were lost on."""
    sales, shelves, parts, counters = desk.sales, desk.shelves, desk.parts, desk.counters
    first, quantity, lot = counters[PARTS], get(sales.quantity, sale), sales.lot[sale]
    used = first
    if lot < 0:
        used = add_part(desk, used, quantity, wide(0), 0)
    else:
        put(shelves.due, lot, get(shelves.due, lot) - quantity)
        used = sell(desk, lot, quantity)
    if used < 0:
        return used
    if sales.may_wash[sale]:
        rest = get(sales.gain, sale)
        for part in range(first, used):
            own = rest
            if part < used - 1:
                own = share(get(sales.gain, sale), get(parts.quantity, part), quantity)
            rest = rest - own
            loss = get(parts.added, part) - own
            if loss > wide(0) and replace(desk, sale, part, loss, group):
                return NO_ROOM
    is_changed = False
    for part in range(first, used):
        parts.sale[part] = sale
        if parts.tacked[part] or get(parts.added, part) != wide(0) or get(parts.disallowed, part) != wide(0):
            is_changed = True
    if is_changed:
        counters[PARTS] = used
    return 0


def sell(desk: Desk, lot: int, quantity: int) -> int:
    """Take `quantity` of a lot, the free units first; where its parts end now."""
    shelves, washes = desk.shelves, desk.washes
    used, free = desk.counters[PARTS], get(shelves.free, lot)
    plain = smaller(free, quantity)
    put(shelves.free, lot, free - plain)
    if plain > wide(0):
        used = add_part(desk, used, plain, wide(0), 0)
    rest = quantity - plain
    while used >= 0 and rest > wide(0):
        tranche = shelves.first[lot]
        if tranche < 0:
            return NOT_THERE
        there, adjustment = get(washes.left, tranche), get(washes.adjustment, tranche)
        taken = smaller(there, rest)
        moved = share(adjustment, taken, there)
        put(washes.left, tranche, there - taken)
        put(washes.adjustment, tranche, adjustment - moved)
        if taken == there:
            shelves.first[lot] = washes.chain[tranche]
        used = add_part(desk, used, taken, moved, washes.tacked[tranche])
        rest = rest - taken
    return used


def add_part(desk: Desk, used: int, quantity: int, added: int, tacked: int) -> int:
    """Write one more part at `used`; the place behind it, or `NO_ROOM`."""
    parts = desk.parts
    if used == desk.counters[PARTS_ROOM]:
        return NO_ROOM
    put(parts.quantity, used, quantity)
    put(parts.added, used, added)
    put(parts.disallowed, used, wide(0))
    parts.tacked[used] = tacked
    return used + 1


def replace(desk: Desk, sale: int, part: int, loss: int, group: int) -> int:
    """Find what replaces a part that lost `loss`, in the order in which it was bought; 0, or `NO_ROOM`."""
    lots, sales, shelves, washes, parts = desk.lots, desk.sales, desk.shelves, desk.washes, desk.parts
    begin, end, counters = desk.lot_starts[group], desk.lot_starts[group + 1], desk.counters
    first = counters[WASHES]
    used, total, missing = first, wide(0), get(parts.quantity, part)
    lot = next_free(shelves, first_from(lots.day, begin, end, sales.middle[sale] - WINDOW_DAYS), end)
    while lot < end and lots.day[lot] <= sales.middle[sale] + WINDOW_DAYS and missing > wide(0):
        available = get(shelves.free, lot)
        if lots.at[lot] <= sales.at[sale]:
            available = available - get(shelves.due, lot)
        if available > wide(0):
            if used == counters[WASHES_ROOM]:
                return NO_ROOM
            taken = smaller(available, missing)
            washes.lot[used] = lot
            put(washes.quantity, used, taken)
            total, missing = total + taken, missing - taken
            used += 1
        lot = next_free(shelves, lot + 1, end)
    if used == first:
        return 0
    disallowed = share(loss, total, get(parts.quantity, part))
    rest = disallowed
    for wash in range(first, used):
        amount = rest
        if wash < used - 1:
            amount = share(disallowed, get(washes.quantity, wash), total)
        rest = rest - amount
        washes.sale[wash] = sale
        washes.tacked[wash] = sales.day[sale] - sales.acquired_day[sale] + parts.tacked[part]
        put_on_shelf(desk, wash, amount)
    put(parts.disallowed, part, disallowed)
    counters[WASHES] = used
    return 0


def put_on_shelf(desk: Desk, wash: int, disallowed: int) -> None:
    """Let the free units of a wash sale's lot replace: they are a tranche now, with what was disallowed."""
    lots, shelves, washes = desk.lots, desk.shelves, desk.washes
    lot, taken = washes.lot[wash], get(washes.quantity, wash)
    before = get(shelves.replacing, lot)
    put(shelves.free, lot, get(shelves.free, lot) - taken)
    put(shelves.replacing, lot, before + taken)
    put(washes.disallowed, wash, disallowed)
    put(washes.left, wash, taken)
    put(washes.adjustment, wash, disallowed)
    washes.chain[wash] = -1
    if shelves.first[lot] < 0:
        shelves.first[lot] = wash
    else:
        washes.chain[shelves.last[lot]] = wash
    shelves.last[lot] = wash
    basis = wide(0)
    if lots.has_cost[lot]:
        cost, whole = get(lots.cost, lot), get(lots.quantity, lot)
        basis = share(cost, before + taken, whole) - share(cost, before, whole) + disallowed
    put(washes.basis, wash, basis)


def smaller(one: int, other: int) -> int:
    """The smaller of two exact numbers, of which the compiled ones know no `min`."""
    return one if one < other else other  # noqa: FURB136


def first_from(days: Ints, begin: int, end: int, day: int) -> int:
    """The first place from `begin` to `end` whose day is `day` or later."""
    low, high = begin, end
    while low < high:
        middle = (low + high) // 2
        if days[middle] < day:
            low = middle + 1
        else:
            high = middle
    return low


def next_free(shelves: Shelves, place: int, end: int) -> int:
    """The first lot from `place` on with something free; what is empty stays so and is skipped for good."""
    following, stop = shelves.following, place
    while stop < end and (following[stop] != stop or get(shelves.free, stop) == wide(0)):
        stop = following[stop] if following[stop] != stop else stop + 1
    while place < stop:
        step = following[place] if following[place] != place else place + 1
        following[place] = stop
        place = step
    return stop
