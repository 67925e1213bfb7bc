"""The walk compiled by numba.

Importing this costs numba's import. The first call ever on a machine compiles, for some seconds, and keeps the machine
code beside the source (or where NUMBA_CACHE_DIR says). Numba would keep using it after a change in another file than
this one, so a digest of all of them is part of each function's name.

Belongs here: handing the plain functions to the compiler. Does not belong here: any of their meaning.
"""

import hashlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

from numba import njit, types
from numba.extending import register_jitable

from warehouse.lots import compiled_wide, memory, orders, parcels, picking, queues, rows, walk
from warehouse.lots.memory import Lots, Memory, Picks, Steps

_HELPERS: tuple[Callable[..., Any], ...] = (
    queues.goes_before, queues.meld, queues.without_root, queues.push, queues.front, queues.pop, queues.live_front,
    parcels.add_parcel, parcels.add_piece, parcels.cost_between, parcels.rebase, parcels.average,
    parcels.add_to_average, parcels.take_from_average,
    picking.link, picking.enqueue, picking.next_piece, picking.least_taxed, picking.come_of_age,
    picking.lot_of_entry, picking.first_of_lot, picking.lies_before,
    rows.add_row, rows.add_or_extend_row, rows.settle, rows.cost_of_gift, rows.list_open,
    walk.walk, walk.move, walk.has_room, walk.consume, walk.least, walk.take_part, walk.add_to_moved,
    orders.goes_first, orders.merge,
)  # fmt: skip

_SOURCES = (compiled_wide, memory, orders, parcels, picking, queues, rows, walk)
_DIGEST = hashlib.sha256(b"".join(Path(str(module.__file__)).read_bytes() for module in _SOURCES)).hexdigest()[:16]

for _helper in _HELPERS:
    register_jitable(_helper)


@compiled_wide.intrinsic
def _at(_context: Any, array: Any) -> Any:
    """The address of an array: one word to hand on instead of seven, and no reference to count.

    The caller keeps the array alive, and `walk.has_room` sees that nobody reads or writes beyond its end.
    """

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        return context.make_array(signature.args[0])(context, builder, arguments[0]).data

    return types.CPointer(array.dtype)(array), generate  # type: ignore[no-untyped-call]


def _compiled(function: Callable[..., Any]) -> Any:
    function.__qualname__ += "_" + _DIGEST
    return njit(cache=True, error_model="numpy")(function)


@_compiled
def compiled_walk(steps: Steps, lots: Lots, picks: Picks, m: Memory, begin: int) -> int:
    """`walk.walk` on addresses."""
    return walk.walk(
        Steps(
            _at(steps.op), _at(steps.pool), _at(steps.to_pool), _at(steps.method),
            _at(steps.to_method), _at(steps.day), _at(steps.first), _at(steps.last),
            _at(steps.has_value), _at(steps.quantity), _at(steps.value),
        ),
        Lots(
            _at(lots.fifo), _at(lots.hifo), _at(lots.lofo), _at(lots.long_day),
            _at(lots.has_fair_value), _at(lots.fair_value), _at(lots.whole),
        ),
        Picks(_at(picks.lot), _at(picks.quantity)),
        Memory(
            _at(m.entries), _at(m.queues), _at(m.pieces), _at(m.extents),
            _at(m.parcels), _at(m.parcel_amounts), _at(m.pools), _at(m.pool_amounts),
            _at(m.lot_chain), _at(m.rows), _at(m.row_amounts), _at(m.counters),
        ),
        begin,
    )  # fmt: skip


compiled_sort = _compiled(orders.sort_exactly)
compiled_unit_costs = _compiled(rows.unit_costs)
