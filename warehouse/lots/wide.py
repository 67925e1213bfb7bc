"""Exact numbers of the walk: quantities in 10^-18 units and money in 10^-8 USD, beyond what 64 bits hold.

Here they are Python's own integers in lists. `compiled_wide.py` gives each function below its other meaning: signed
128-bit integers in arrays of 64-bit limbs, for the walk compiled by numba. Everything else about the walk is written
once, in terms of these.

Belongs here: the operations that the two representations do not share as operators. Does not belong here: lots.
"""

from collections.abc import MutableSequence

from warehouse.exact import divide_half_even

Ints = MutableSequence[int]
"""A list of integers that fit 64 bits; compiled: an int64 array."""

Wides = MutableSequence[int]
"""A list of exact integers; compiled: a uint64 array of two limbs each, the low one first."""


def wide(number: int) -> int:
    """A small number as an exact one."""
    return number


def get(numbers: Wides, place: int) -> int:
    """The exact number at `place`."""
    return numbers[place]


def put(numbers: Wides, place: int, number: int) -> None:
    """Set the exact number at `place`."""
    numbers[place] = number


def count(numbers: Wides) -> int:
    """How many exact numbers there is room for."""
    return len(numbers)


def share(total: int, part: int, whole: int) -> int:
    """`total * part / whole`, rounded half to even; part >= 0, whole > 0; compiled, the result must fit."""
    if part == whole:
        return total
    return divide_half_even(total * part, whole)


def is_dearer(cost: int, quantity: int, other_cost: int, other_quantity: int) -> bool:
    """Whether a unit at `cost / quantity` costs more than one at `other_cost / other_quantity`."""
    return cost * other_quantity > other_cost * quantity
