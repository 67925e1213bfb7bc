"""The arrays that the walk over events works in, and which number stands where.

Small fixed records lie flat in one array: field `KEY` of entry `e` is `entries[ENTRY * e + KEY]`. The same layout is a
list of Python integers or a numpy array, see `wide.py`.

Belongs here: layout. Does not belong here: what happens.
"""

from typing import NamedTuple

from warehouse.lots.wide import Ints, Wides

# steps: what happens, in the walk's words
ACQUIRE, MOVE, TAKE, ARRIVE, FEE_TO_BASIS, END = 0, 1, 2, 3, 4, 5

# methods
FIFO, LIFO, HIFO, LOFO, MIN_TAX, AVERAGE = 0, 1, 2, 3, 4, 5

# the queues a pool may keep: the first four are those of the methods of that number
SHORT, CALENDAR, LONG = 4, 5, 6
QUEUES = 7

ENTRY, PIECE_OF, KEY, CHILD, NEXT = 4, 0, 1, 2, 3
"""entries: one place of a piece in one queue."""

QUEUE, HEAD, TAIL, ROOT = 3, 0, 1, 2
"""queues: `QUEUES` for each pool; the first and the last entry of its run, the root of its heap; -1 for none."""

PIECE, PARCEL_OF, POOL_OF, NEXT_OF_LOT = 3, 0, 1, 2
"""pieces: units `extents[2p]` to `extents[2p + 1]` of a parcel that lie in one pool."""

PARCEL, LOT_OF, IS_KNOWN = 2, 0, 1
"""parcels: a quantity of a lot with one cost, `parcel_amounts[2p]` and `[2p + 1]`, that is shared by quantity. A lot is
one parcel until something (averaging, a fee) changes the cost of part of it."""

POOL, LIVE, USES, IS_AVERAGED, IS_AVERAGE_KNOWN = 4, 0, 1, 2, 3
"""pools: how many pieces with units, which methods it needs queues for (bit 1 << method), the state of its average,
whose quantity and cost are `pool_amounts[2p]` and `[2p + 1]`."""

ROW, STEP_OF, LOT_OF_ROW, HOW, FLAGS = 4, 0, 1, 2, 3
"""rows: the answer. `row_amounts` has quantity, cost, proceeds and gain of each."""
AMOUNTS, QUANTITY, COST, PROCEEDS, GAIN = 4, 0, 1, 2, 3

# how a row came about
BY_ORDER, BY_NAME, MISSING, UNMET, OPEN = 0, 1, 2, 3, 4

# flags of a row
COST_KNOWN, PROCEEDS_KNOWN, LOSS_BASIS, NEITHER_BASIS = 1, 2, 4, 8

# counters
PIECES_USED, ENTRIES_USED, PARCELS_USED, ROWS_USED, MOVED_FROM = 0, 1, 2, 3, 4
PIECES_ROOM, ENTRIES_ROOM, PARCELS_ROOM, ROWS_ROOM, STEPS, LINKS, HAS_GIFTS = 5, 6, 7, 8, 9, 10, 11
COUNTERS = 12
"""What is used and how much there is room for; `MOVED_FROM` is the first piece that the last move made, `STEPS` the
number of steps, `LINKS` the most entries that a piece may need, `HAS_GIFTS` whether `Lots.has_fair_value` is there."""


class Steps(NamedTuple):
    """What happens, asset by asset and in order of time; every asset's steps end with `END`.

    `pool` is what a step takes from (an acquisition: goes to). `first`: the lot of an acquisition. `first` to `last`:
    the picks of a step with identified lots. `has_value` is 0 where `value` is unknown.
    """

    op: Ints
    pool: Ints
    to_pool: Ints
    method: Ints
    to_method: Ints
    day: Ints
    first: Ints
    last: Ints
    has_value: Ints
    quantity: Wides
    value: Wides


class Lots(NamedTuple):
    """What the orders look at: ranks (the lower goes first), and the first long-term day. Empty where not needed.

    `fair_value` is of use where `has_fair_value`: a gift with a second cost for losses, of `whole` units.
    """

    fifo: Ints
    hifo: Ints
    lofo: Ints
    long_day: Ints
    has_fair_value: Ints
    fair_value: Wides
    whole: Wides


class Picks(NamedTuple):
    """Lots identified, and how many units of each at most."""

    lot: Ints
    quantity: Wides


class Memory(NamedTuple):
    """What the walk changes."""

    entries: Ints
    queues: Ints
    pieces: Ints
    extents: Wides
    parcels: Ints
    parcel_amounts: Wides
    pools: Ints
    pool_amounts: Wides
    lot_chain: Ints
    rows: Ints
    row_amounts: Wides
    counters: Ints
