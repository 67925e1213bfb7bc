"""Running the walk: its arrays made, enlarged when they are full, and the answer taken out; plain or compiled.

A small book walks in plain Python at once; from `COMPILED_FROM` steps on, importing numba and loading the compiled walk
is the shorter way. Numbers beyond what the compiled walk holds (sums above 2^125) also walk plainly, which knows no
bounds.

Belongs here: memory and the choice between the two. Does not belong here: what the steps mean.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from warehouse.lots.limbs import Limbs, floats_of, limbs_of_integers
from warehouse.lots.machines import Compiled, Machine, Plain
from warehouse.lots.memory import (
    AMOUNTS,
    AVERAGE,
    COUNTERS,
    ENTRIES_ROOM,
    ENTRIES_USED,
    ENTRY,
    FEE_TO_BASIS,
    HAS_GIFTS,
    HIFO,
    LINKS,
    LOFO,
    MIN_TAX,
    PARCEL,
    PARCELS_ROOM,
    PARCELS_USED,
    PIECE,
    PIECES_ROOM,
    PIECES_USED,
    POOL,
    QUEUE,
    QUEUES,
    ROW,
    ROWS_ROOM,
    ROWS_USED,
    STEPS,
    USES,
    Lots,
    Memory,
    Picks,
    Steps,
)  # fmt: skip
from warehouse.lots.orders import ranks_by_time, ranks_in_order, sorted_by_cost
from warehouse.lots.plan import Plan

COMPILED_FROM = 50_000
"""Steps from which the compiled walk is used."""

_SAFE = 2.0**125
_UNIT_COST_SCALE = 10**28
"""Of a cost in 10^-8 USD by a quantity in 10^-18 units, to 18 decimals."""
_UNIT_COST_BOUND = 9.9e9
"""10^38 / 10^28, and a little less for the float that is compared with it."""


@dataclass(frozen=True, slots=True)
class LotFacts:
    """What is known of each lot before the walk, `asset` a code. `fair_value` counts where `has_fair_value`."""

    asset: npt.NDArray[np.int32]
    acquired_us: npt.NDArray[np.int64]
    long_day: npt.NDArray[np.int64]
    quantity: Limbs
    cost: Limbs
    is_known: npt.NDArray[np.bool_]
    has_fair_value: npt.NDArray[np.bool_]
    fair_value: Limbs


@dataclass(frozen=True, slots=True)
class Answer:
    """Rows of the walk: fields by `memory.ROW`, shape (n, 4), and amounts as limbs, shape (n, 4, 2)."""

    fields: npt.NDArray[np.int64]
    amounts: npt.NDArray[np.uint64]


def machine_for(plan: Plan, facts: LotFacts) -> Machine:
    """The machine that walks this plan soonest and exactly."""
    if len(plan.op) < COMPILED_FROM:
        return Plain()
    value, quantity = np.abs(floats_of(plan.value)), floats_of(plan.quantity)
    largest = max(value.max(), floats_of(facts.fair_value).max(initial=0.0))
    if (plan.method == AVERAGE).any() or (plan.op == FEE_TO_BASIS).any():
        largest = max(largest, value.sum(), quantity.sum())
    return Compiled() if largest < _SAFE else Plain()


def run(plan: Plan, facts: LotFacts, picks: tuple[list[int], list[int]], machine: Machine) -> Answer:
    """Walk all steps. Raises `OverflowError` where a figure of the answer is beyond 128 bits."""
    steps = Steps(
        op=machine.ints(plan.op, np.int8),
        pool=machine.ints(plan.pool, np.int32),
        to_pool=machine.ints(plan.to_pool, np.int32),
        method=machine.ints(plan.method, np.int8),
        to_method=machine.ints(plan.to_method, np.int8),
        day=machine.ints(plan.day, np.int32),
        first=machine.ints(plan.first, np.int32),
        last=machine.ints(plan.last, np.int32),
        has_value=machine.ints(plan.has_value, np.int8),
        quantity=machine.wides(plan.quantity),
        value=machine.wides(plan.value),
    )
    picked = Picks(machine.ints(np.array(picks[0], np.int32), np.int32), machine.wides(limbs_of_integers(picks[1])))
    lots = lots_in_order(plan, facts, machine)
    memory = _memory(plan, facts, machine)
    step = machine.walk(steps, lots, picked, memory, 0)
    while step < len(plan.op):
        memory = _enlarged(memory, machine)
        step = machine.walk(steps, lots, picked, memory, step)
    count = memory.counters[ROWS_USED]
    return Answer(
        machine.array(memory.rows, ROW * count).reshape(-1, ROW),
        machine.limbs(memory.row_amounts, AMOUNTS * count).reshape(-1, AMOUNTS, 2),
    )


def lots_in_order(plan: Plan, facts: LotFacts, machine: Machine) -> Lots:
    """The ranks that the plan's methods need."""
    uses = int(np.bitwise_or.reduce(plan.uses, initial=0))
    fifo = ranks_by_time(facts.acquired_us, facts.asset)
    none = np.zeros(0, np.int32)
    hifo = _by_cost(facts, fifo, machine, descending=True) if uses & (1 << HIFO | 1 << MIN_TAX) else none
    lofo = _by_cost(facts, fifo, machine, descending=False) if uses & (1 << LOFO) else none
    has_gifts = bool(facts.has_fair_value.any())
    return Lots(
        fifo=machine.ints(fifo, np.int32),
        hifo=machine.ints(hifo, np.int32),
        lofo=machine.ints(lofo, np.int32),
        long_day=machine.ints(facts.long_day, np.int32),
        has_fair_value=machine.ints(facts.has_fair_value if has_gifts else none, np.int8),
        fair_value=machine.wides(facts.fair_value),
        whole=machine.wides(facts.quantity),
    )


def unit_costs(cost: Limbs, quantity: Limbs) -> tuple[Limbs, npt.NDArray[np.bool_]]:
    """Cost per unit with 18 decimals, and where it fits 38 digits."""
    fits = np.abs(floats_of(cost)) / floats_of(quantity) < _UNIT_COST_BOUND
    machine: Machine = Compiled() if len(cost) >= COMPILED_FROM else Plain()
    unit = machine.zeros(len(cost), is_wide=True)
    scale = machine.wides(limbs_of_integers([_UNIT_COST_SCALE]))
    machine.unit_costs(machine.wides(np.where(fits[:, None], cost, np.uint64(0))), machine.wides(quantity), scale, unit)
    return machine.limbs(unit, len(cost)), fits


def _by_cost(
    facts: LotFacts, fifo: npt.NDArray[np.int32], machine: Machine, *, descending: bool
) -> npt.NDArray[np.int32]:
    order, stretches = sorted_by_cost(facts.cost, facts.quantity, facts.is_known, descending=descending)
    if len(stretches):
        lots, scratch = machine.ints(order, np.int64), machine.zeros(len(order))
        cost, quantity, ranks = machine.wides(facts.cost), machine.wides(facts.quantity), machine.ints(fifo, np.int32)
        machine.sort_exactly(lots, scratch, machine.ints(stretches, np.int64), cost, quantity, ranks, int(descending))
        order = machine.array(lots, len(order))
    return ranks_in_order(order)


def _memory(plan: Plan, facts: LotFacts, machine: Machine) -> Memory:
    """Room for what a walk with few transfers needs."""
    largest = int(np.bincount(plan.pool_asset[plan.pool], minlength=1).max()) + 8
    pools = len(plan.uses)
    links = max(_queues_used(uses) for uses in set(plan.uses.tolist())) if pools else 0
    memory = Memory(
        entries=machine.zeros(ENTRY * links * largest),
        queues=machine.ints(np.full(QUEUE * QUEUES * pools, -1), np.int64),
        pieces=machine.zeros(PIECE * largest),
        extents=machine.zeros(2 * largest, is_wide=True),
        parcels=machine.zeros(PARCEL * largest),
        parcel_amounts=machine.zeros(2 * largest, is_wide=True),
        pools=machine.zeros(POOL * pools),
        pool_amounts=machine.zeros(2 * pools, is_wide=True),
        lot_chain=machine.ints(np.full(len(facts.long_day), -1), np.int64),
        rows=machine.zeros(ROW * (len(plan.op) + 8)),
        row_amounts=machine.zeros(AMOUNTS * (len(plan.op) + 8), is_wide=True),
        counters=machine.zeros(COUNTERS),
    )
    memory.counters[STEPS] = len(plan.op)
    memory.counters[LINKS] = links
    memory.counters[HAS_GIFTS] = int(facts.has_fair_value.any())
    memory.counters[ROWS_ROOM] = len(plan.op) + 8
    memory.counters[PIECES_ROOM] = memory.counters[PARCELS_ROOM] = largest
    memory.counters[ENTRIES_ROOM] = links * largest
    for pool, uses in enumerate(plan.uses.tolist()):
        memory.pools[POOL * pool + USES] = uses
    return memory


def _enlarged(memory: Memory, machine: Machine) -> Memory:
    """At least enough for the next step: no pool has more pieces than there are."""
    counters = memory.counters
    wanted = counters[PIECES_USED] + 8

    def enlarge(room: int, used: int, more: int) -> int:
        if counters[used] + more > counters[room]:
            counters[room] = max(2 * counters[room], counters[used] + more)
        return counters[room]

    entries = enlarge(ENTRIES_ROOM, ENTRIES_USED, counters[LINKS] * wanted)
    pieces = enlarge(PIECES_ROOM, PIECES_USED, wanted)
    parcels = enlarge(PARCELS_ROOM, PARCELS_USED, 2 * wanted)
    rows = enlarge(ROWS_ROOM, ROWS_USED, wanted)
    return memory._replace(
        entries=machine.enlarged(memory.entries, ENTRY * entries),
        pieces=machine.enlarged(memory.pieces, PIECE * pieces),
        extents=machine.enlarged(memory.extents, 2 * pieces, is_wide=True),
        parcels=machine.enlarged(memory.parcels, PARCEL * parcels),
        parcel_amounts=machine.enlarged(memory.parcel_amounts, 2 * parcels, is_wide=True),
        rows=machine.enlarged(memory.rows, ROW * rows),
        row_amounts=machine.enlarged(memory.row_amounts, AMOUNTS * rows, is_wide=True),
    )


def _queues_used(uses: int) -> int:
    """How many entries a piece needs in a pool that uses these methods; `min_tax` keeps two."""
    return uses.bit_count() + (uses >> MIN_TAX & 1)
