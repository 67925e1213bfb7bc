"""The two ways to run the walk: plain Python on lists, or machine code on arrays.

Belongs here: making, enlarging and reading each one's arrays. Does not belong here: what is in them.
"""

from typing import Any, Protocol

import numpy as np
import numpy.typing as npt

from warehouse.lots import orders, rows
from warehouse.lots.limbs import Limbs, integers_of, limbs_of_integers
from warehouse.lots.memory import Lots, Memory, Picks, Steps
from warehouse.lots.walk import walk
from warehouse.lots.wide import Ints, Wides

Array = npt.NDArray[Any]


class Machine(Protocol):
    """What the two have in common."""

    def walk(self, steps: Steps, lots: Lots, picks: Picks, memory: Memory, begin: int) -> int:
        """`walk.walk`."""

    def sort_exactly(
        self, lots: Ints, scratch: Ints, stretches: Ints, cost: Wides, quantity: Wides, fifo: Ints, descending: int
    ) -> None:
        """`orders.sort_exactly`."""

    def unit_costs(self, cost: Wides, quantity: Wides, scale: Wides, unit: Wides) -> None:
        """`rows.unit_costs`."""

    def ints(self, numbers: Array, kind: type[np.generic]) -> Ints:
        """Small numbers; where there are limits, of `kind`."""

    def wides(self, limbs: Limbs) -> Wides:
        """Exact numbers."""

    def zeros(self, count: int, *, is_wide: bool = False) -> Any:
        """Room for `count` numbers."""

    def enlarged(self, numbers: Any, count: int, *, is_wide: bool = False) -> Any:
        """The same numbers with room for `count` in all."""

    def array(self, numbers: Ints, count: int) -> Array:
        """The first `count` small numbers as an array."""

    def limbs(self, numbers: Wides, count: int) -> Limbs:
        """The first `count` exact numbers. Raises `OverflowError` beyond 128 bits."""


class Plain:
    """Python's own integers: no limits, no start-up."""

    walk = staticmethod(walk)
    sort_exactly = staticmethod(orders.sort_exactly)
    unit_costs = staticmethod(rows.unit_costs)

    def ints(self, numbers: Array, kind: type[np.generic]) -> Ints:  # noqa: ARG002, D102
        listed: list[int] = numbers.tolist()
        return listed

    def wides(self, limbs: Limbs) -> Wides:  # noqa: D102
        return integers_of(limbs)

    def zeros(self, count: int, *, is_wide: bool = False) -> Any:  # noqa: ARG002, D102
        return [0] * count

    def enlarged(self, numbers: Any, count: int, *, is_wide: bool = False) -> Any:  # noqa: ARG002, D102
        numbers.extend([0] * (count - len(numbers)))
        return numbers

    def array(self, numbers: Ints, count: int) -> Array:  # noqa: D102
        return np.array(numbers[:count], np.int64)

    def limbs(self, numbers: Wides, count: int) -> Limbs:  # noqa: D102
        return limbs_of_integers(numbers[:count])


class Compiled:
    """Machine code on 64-bit and two-limb arrays. Making one imports numba."""

    def __init__(self) -> None:
        from warehouse.lots import compiled  # noqa: PLC0415 - numba takes half a second, which small books do not pay

        self.walk = compiled.compiled_walk
        self.sort_exactly = compiled.compiled_sort
        self.unit_costs = compiled.compiled_unit_costs

    def ints(self, numbers: Array, kind: type[np.generic]) -> Ints:  # noqa: D102
        return np.ascontiguousarray(numbers, kind)  # type: ignore[return-value]

    def wides(self, limbs: Limbs) -> Wides:  # noqa: D102
        return np.ascontiguousarray(limbs).reshape(-1)  # type: ignore[return-value]

    def zeros(self, count: int, *, is_wide: bool = False) -> Any:  # noqa: D102
        return np.zeros(2 * count, np.uint64) if is_wide else np.zeros(count, np.int64)

    def enlarged(self, numbers: Any, count: int, *, is_wide: bool = False) -> Any:  # noqa: D102
        larger = self.zeros(count, is_wide=is_wide)
        if len(larger) == len(numbers):
            return numbers
        larger[: len(numbers)] = numbers
        return larger

    def array(self, numbers: Ints, count: int) -> Array:  # noqa: D102
        return numbers[:count]  # type: ignore[return-value]

    def limbs(self, numbers: Wides, count: int) -> Limbs:  # noqa: D102
        return numbers[: 2 * count].reshape(-1, 2)  # type: ignore[attr-defined,no-any-return]
