"""The walk compiled by numba. Importing this costs numba's import; the first call ever on a machine compiles, for
seconds, and keeps the machine code beside the source (or where NUMBA_CACHE_DIR says).

Belongs here: handing the plain functions to the compiler. Does not belong here: any of their meaning.
"""

from collections.abc import Callable
from typing import Any

from numba import njit
from numba.extending import register_jitable

from warehouse.lots import compiled_wide, orders, parcels, picking, queues, rows, walk

_HELPERS: tuple[Callable[..., Any], ...] = (
    queues.goes_before, queues.meld, queues.without_root, queues.push, queues.front, queues.pop, queues.live_front,
    parcels.add_parcel, parcels.add_piece, parcels.cost_between, parcels.rebase, parcels.average,
    parcels.add_to_average, parcels.take_from_average,
    picking.link, picking.enqueue, picking.next_piece, picking.least_taxed, picking.come_of_age,
    picking.lot_of_entry, picking.first_of_lot, picking.lies_before,
    rows.add_row, rows.add_or_extend_row, rows.settle, rows.cost_of_gift, rows.list_open,
    walk.has_room, walk.consume, walk.least, walk.take_part, walk.add_to_moved,
    orders.goes_first, orders.merge,
)  # fmt: skip

INT128 = compiled_wide.int128

for _helper in _HELPERS:
    register_jitable(_helper)

compiled_walk = njit(cache=True, error_model="numpy")(walk.walk)
compiled_sort = njit(cache=True, error_model="numpy")(orders.sort_exactly)
compiled_unit_costs = njit(cache=True, error_model="numpy")(rows.unit_costs)
