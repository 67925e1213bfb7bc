"""The walk over sales compiled by numba, as `warehouse/lots/compiled.py` does it for the walk over lots.

Belongs here: handing the plain functions to the compiler. Does not belong here: any of their meaning.
"""

import hashlib
from pathlib import Path

from numba import njit
from numba.extending import register_jitable

from warehouse.lots import compiled_wide
from warehouse.tax.us import wash_walk

_DIGEST = hashlib.sha256(
    b"".join(Path(str(module.__file__)).read_bytes() for module in (compiled_wide, wash_walk))
).hexdigest()[:16]

for _helper in (
    wash_walk.smaller, wash_walk.next_free, wash_walk.first_from, wash_walk.put_on_shelf, wash_walk.replace,
    wash_walk.add_part, wash_walk.sell, wash_walk.settle_sale,
):  # fmt: skip
    register_jitable(_helper)

wash_walk.walk.__qualname__ += "_" + _DIGEST
compiled_walk = njit(cache=True, error_model="numpy")(wash_walk.walk)
