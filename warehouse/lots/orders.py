"""The orders of lots as ranks: within one asset, the lot with the lower rank goes first.

- by time: the earliest acquired first; at one instant, in the order of events. Last in, first out is its reverse.
- by cost: the dearest (or the cheapest) unit first, by the exact cost per unit when acquired; equal ones by time. Lots
  of unknown cost go last in both.

Floats presort by cost; whatever they can not tell apart is put right with exact products.

Belongs here: ranks. Does not belong here: what is sold.
"""

import numpy as np
import numpy.typing as npt

from warehouse.lots.limbs import Limbs, floats_of
from warehouse.lots.wide import Ints, Wides, get, is_dearer

Ranks = npt.NDArray[np.int32]

_TELL_APART = 4e-15
"""Relative: some 16 roundings of a double, of which the presorting key has four."""


def ranks_by_time(acquired_us: npt.NDArray[np.int64], asset: npt.NDArray[np.int32]) -> Ranks:
    """Ranks by the instant of acquisition, of lots given by asset and in the order of their events."""
    is_later = (acquired_us[1:] >= acquired_us[:-1]) | (asset[1:] != asset[:-1])
    if is_later.all():
        return np.arange(len(acquired_us), dtype=np.int32)
    return ranks_in_order(np.argsort(acquired_us, kind="stable"))


def sorted_by_cost(
    cost: Limbs, quantity: Limbs, is_known: npt.NDArray[np.bool_], *, descending: bool
) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
    """Lots presorted by cost per unit, and the begins and ends of the stretches that need `sort_exactly`.

    The stretches are flat: begin, end, begin, end. Lots that cost the same stand in one stretch, in any order.
    """
    unit = floats_of(cost) / floats_of(quantity)
    if descending:
        np.negative(unit, out=unit)
    unit[~is_known] = np.inf
    places = np.argsort(unit)
    key = unit[places]
    with np.errstate(invalid="ignore"):
        is_near = np.abs(key[1:] - key[:-1]) <= _TELL_APART * np.abs(key[1:])
    is_near[np.isinf(key[1:])] = True
    known = int(is_known.sum())
    if 0 < known < len(key):
        is_near[known - 1] = False
    edges = np.flatnonzero(np.diff(np.concatenate([[False], is_near, [False]]).astype(np.int8)))
    edges[1::2] += 1
    return places, edges


def sort_exactly(
    lots: Ints, scratch: Ints, stretches: Ints, cost: Wides, quantity: Wides, fifo: Ints, descending: int
) -> None:
    """Merge sort of each stretch of `lots` by exact cost per unit, equal ones by `fifo`."""
    for stretch in range(0, len(stretches), 2):
        begin, end = stretches[stretch], stretches[stretch + 1]
        width = 1
        while width < end - begin:
            for low in range(begin, end, 2 * width):
                merge(
                    lots,
                    scratch,
                    low,
                    min(low + width, end),
                    min(low + 2 * width, end),
                    cost,
                    quantity,
                    fifo,
                    descending,
                )
            for place in range(begin, end):
                lots[place] = scratch[place]
            width *= 2


def merge(
    lots: Ints,
    scratch: Ints,
    low: int,
    middle: int,
    high: int,
    cost: Wides,
    quantity: Wides,
    fifo: Ints,
    descending: int,
) -> None:
    """Merge two sorted neighbours into `scratch`."""
    left, right = low, middle
    for place in range(low, high):
        takes_left = left < middle
        if takes_left and right < high:
            takes_left = not goes_first(lots[right], lots[left], cost, quantity, fifo, descending)
        if takes_left:
            scratch[place] = lots[left]
            left += 1
        else:
            scratch[place] = lots[right]
            right += 1


def goes_first(lot: int, other: int, cost: Wides, quantity: Wides, fifo: Ints, descending: int) -> bool:
    """Whether `lot` goes before `other`, exactly; of unknown costs, which are 0 here, the earlier goes first."""
    first, second = lot, other
    if descending == 0:
        first, second = other, lot
    if is_dearer(get(cost, first), get(quantity, first), get(cost, second), get(quantity, second)):
        return True
    if is_dearer(get(cost, second), get(quantity, second), get(cost, first), get(quantity, first)):
        return False
    return fifo[lot] < fifo[other]


def ranks_in_order(order: npt.NDArray[np.int64]) -> Ranks:
    """Each lot's place in `order`."""
    ranks = np.empty(len(order), np.int32)
    ranks[order] = np.arange(len(order), dtype=np.int32)
    return ranks
