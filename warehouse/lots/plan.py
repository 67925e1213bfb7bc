"""Events as the steps of the walk: asset by asset, in order of time, every account a pool (or all accounts one).

An acquisition, a disposal, a transfer is one step each; the fee of a transfer is a step of its own right after it; a
transfer that takes time is two, and its lots lie in a pool of their own in between.

Belongs here: which steps there are, from and to which pool, by which method. Does not belong here: which lot goes.
"""

from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from warehouse.lots.columns import (
    ACQUIRED,
    ARRIVAL_TURN,
    TRANSFERRED,
    Codes,
    Columns,
    Flags,
    Instants,
    microseconds,
    order_of,
)
from warehouse.lots.holding import local_days
from warehouse.lots.identification import Named
from warehouse.lots.limbs import Limbs
from warehouse.lots.memory import (
    ACQUIRE,
    ARRIVE,
    AVERAGE,
    END,
    FEE_TO_BASIS,
    FIFO,
    HIFO,
    LIFO,
    LOFO,
    MIN_TAX,
    MOVE,
    TAKE,
)  # fmt: skip
from warehouse.lots.policy import Method, Policy, day_begins

METHOD_CODES: dict[Method, int] = {
    "fifo": FIFO, "lifo": LIFO, "hifo": HIFO, "lofo": LOFO, "min_tax": MIN_TAX, "average": AVERAGE, "specific": FIFO,
}  # fmt: skip
"""What is not named goes first in, first out under `specific` too (Reg. 1.1012-1(j)(2)(ii))."""

METHOD_NAMES = ("fifo", "lifo", "hifo", "lofo", "min_tax", "average")
"""By code."""

Rows = npt.NDArray[np.int64]
_Draft = dict[str, npt.NDArray[Any]]
"""Steps as columns by name, before pools are numbered."""

_NOWHERE = -1


@dataclass(frozen=True, slots=True)
class Parts:
    """Open parts of lots, each in an account (a code, -1 where its pool has none), with what they cost."""

    lot: Rows
    account: Codes
    quantity: Limbs
    cost: Limbs
    is_known: Flags
    is_transit: Flags


@dataclass(frozen=True, slots=True)
class Plan:
    """Steps as columns, and what their numbers stand for.

    `event` is the row behind each step, -1 for none. `pool_account` is a code, -1 for a pool of all accounts;
    `is_transit` marks the pools of transfers under way, whose account is where they go.
    """

    op: npt.NDArray[np.int8]
    event: Rows
    pool: Codes
    to_pool: Codes
    method: npt.NDArray[np.int8]
    to_method: npt.NDArray[np.int8]
    day: Codes
    first: Codes
    last: Codes
    quantity: Limbs
    value: Limbs
    has_value: Flags
    pool_account: Codes
    pool_asset: Codes
    is_transit: Flags
    uses: Rows


def lots_of(columns: Columns) -> Rows:
    """The rows of the acquisitions, by asset and as they happen: a lot's number is its place here."""
    rows = np.flatnonzero(columns.kind == ACQUIRED)
    turn = np.zeros(len(rows), np.int8)
    rows = rows[order_of(columns.time_us[rows], turn, columns.texts("event_id").take(pa.array(rows)))]
    return rows[_stable(columns.asset[rows])]


def plan_of(
    columns: Columns,
    policy: Policy,
    lot_event: Rows,
    named: Named,
    *,
    chosen: Flags,
    opening: Parts | None = None,
    is_universal: bool = False,
    until_us: int | None = None,
) -> Plan:
    """The steps of the `chosen` events, after those that put the `opening` lots where they are."""
    draft = _drafted(columns, policy, chosen, is_universal=is_universal, until_us=until_us)
    _set_lots(draft, columns, lot_event, named)
    if opening is not None:
        before = _opened(opening, columns, policy, lot_event)
        draft = {name: np.concatenate([before[name], column]) for name, column in draft.items()}
    is_average = draft["method"] == AVERAGE
    if is_universal and is_average.any() and not is_average.all():
        raise ValueError("one pool for all accounts can be averaged for all of them or for none")
    pool_account, pool_asset, is_transit = _set_pools(draft, len(columns.accounts), is_universal=is_universal)
    ends = np.unique(draft["asset"], return_index=True)[1]
    order = _stable(np.concatenate([draft["asset"], draft["asset"][ends]]))
    draft = {name: np.concatenate([column, column[ends]])[order] for name, column in draft.items()}
    is_end = order >= len(order) - len(ends)
    draft["op"][is_end] = END
    draft["event"][is_end] = _NOWHERE
    takes = (draft["op"] != ACQUIRE) & ~is_end
    method = draft["method"][takes]
    uses = np.zeros(len(pool_account), np.int64)
    queues = np.where(method == AVERAGE, FIFO, method).astype(np.int64)
    np.bitwise_or.at(uses, draft["pool"][takes], 1 << queues)
    return Plan(
        **{name: column for name, column in draft.items() if name in Plan.__slots__},
        pool_account=pool_account,
        pool_asset=pool_asset,
        is_transit=is_transit,
        uses=uses,
    )


def _drafted(columns: Columns, policy: Policy, chosen: Flags, *, is_universal: bool, until_us: int | None) -> _Draft:
    """The steps of events as they happen, all assets together."""
    is_transfer = columns.kind == TRANSFERRED
    travels = chosen & is_transfer & (columns.arrived_us > columns.time_us)
    if is_universal:
        travels[:] = False
    arrivals = np.flatnonzero(travels if until_us is None else travels & (columns.arrived_us <= until_us))
    departures = np.flatnonzero(chosen)
    event = np.concatenate([departures, arrivals])
    is_arrival = np.arange(len(event)) >= len(departures)
    turns = np.where(is_arrival, ARRIVAL_TURN, columns.turn[event])
    when = np.where(is_arrival, columns.arrived_us[event], columns.time_us[event])
    order = order_of(when, turns, columns.texts("event_id").take(pa.array(event)))
    event, is_arrival = event[order], is_arrival[order]

    moves = is_transfer[event] & ~is_arrival
    has_fee = moves & columns.has_fee[event]
    stays = moves & is_universal & (policy.transfer_fee == "dispose")
    steps = 1 - stays + has_fee
    is_fee = np.zeros(int(steps.sum()), np.bool_)
    is_fee[(np.cumsum(steps) - 1)[has_fee]] = True
    event, is_arrival = np.repeat(event, steps), np.repeat(is_arrival, steps)
    op = np.array([ACQUIRE, MOVE, TAKE], np.int8)[columns.kind[event]]
    op[is_arrival] = ARRIVE
    op[is_fee] = TAKE if policy.transfer_fee == "dispose" else FEE_TO_BASIS
    is_move = (op == MOVE) | (op == ARRIVE)
    time_us = np.where(is_arrival, columns.arrived_us[event], columns.time_us[event])
    day = columns.day[event].astype(np.int32)
    if is_arrival.any():
        day[is_arrival] = local_days(time_us[is_arrival], policy.time_zone)
    return {
        "op": op,
        "event": event,
        "is_fee": is_fee,
        "travels": travels[event] & is_move,
        "asset": columns.asset[event],
        "account": columns.account[event],
        "to_account": columns.to_account[event],
        "method": np.where(is_arrival, FIFO, _methods(columns, policy, columns.account[event], time_us)).astype(
            np.int8
        ),
        "to_method": np.where(is_move, _methods(columns, policy, columns.to_account[event], time_us), 0).astype(
            np.int8
        ),
        "day": day,
        "first": np.zeros(len(event), np.int32),
        "last": np.zeros(len(event), np.int32),
        "quantity": np.where(is_fee[:, None], columns.fee[event], columns.quantity[event]),
        "value": columns.value[event],
        "has_value": columns.has_value[event] & ~is_move,
    }


def _set_lots(draft: _Draft, columns: Columns, lot_event: Rows, named: Named) -> None:
    """Number the lots of acquisitions, and give the steps with identified lots their picks."""
    op, event = draft["op"], draft["event"]
    lot = np.zeros(len(columns.kind), np.int32)
    lot[lot_event] = np.arange(len(lot_event), dtype=np.int32)
    draft["first"] = np.where(op == ACQUIRE, lot[event], 0).astype(np.int32)
    if named.rows:
        picks = np.zeros((len(columns.kind), 2), np.int32)
        picks[named.rows, 0], picks[named.rows, 1] = named.first, named.last
        picking = ((op == TAKE) | (op == MOVE)) & ~draft["is_fee"]
        draft["first"][picking] = picks[event[picking], 0]
        draft["last"][picking] = picks[event[picking], 1]


def _opened(opening: Parts, columns: Columns, policy: Policy, lot_event: Rows) -> _Draft:
    """Steps that acquire the opening lots where they are."""
    count = len(opening.lot)
    blank = np.zeros(count, np.int32)
    since = policy.pool.since or date.min
    day = np.full(count, (since - date(1970, 1, 1)).days, np.int32)
    time_us = np.full(count, microseconds(day_begins(policy.pool.since, policy.time_zone)), np.int64)
    return {
        "op": np.full(count, ACQUIRE, np.int8),
        "event": np.full(count, _NOWHERE, np.int64),
        "is_fee": np.zeros(count, np.bool_),
        "travels": np.zeros(count, np.bool_),
        "asset": columns.asset[lot_event[opening.lot]],
        "account": opening.account,
        "to_account": blank,
        "method": _methods(columns, policy, opening.account, time_us),
        "to_method": np.zeros(count, np.int8),
        "day": day,
        "first": opening.lot.astype(np.int32),
        "last": blank,
        "quantity": opening.quantity,
        "value": opening.cost,
        "has_value": opening.is_known,
    }


def _set_pools(draft: _Draft, accounts: int, *, is_universal: bool) -> tuple[Codes, Codes, Flags]:
    """Number the pools that occur; the account and asset of each, and whether it is a transfer under way."""
    asset, op = draft["asset"].astype(np.int64), draft["op"]
    if is_universal:
        draft["pool"] = draft["to_pool"] = draft["asset"]
        draft["to_method"] = draft["method"]
        count = int(asset.max(initial=-1)) + 1
        return np.full(count, -1, np.int32), np.arange(count, dtype=np.int32), np.zeros(count, np.bool_)
    leaving, reaching = asset * accounts + draft["account"], asset * accounts + draft["to_account"]
    is_move = (op == MOVE) | (op == ARRIVE)
    names = np.unique(np.concatenate([np.unique(leaving), np.unique(reaching[is_move])]))
    pool = np.searchsorted(names, leaving)
    to_pool = np.where(is_move, np.searchsorted(names, reaching), 0)
    under_way, transit = np.unique(draft["event"][draft["travels"]], return_inverse=True)
    departs, arrives = draft["travels"] & (op == MOVE), draft["travels"] & (op == ARRIVE)
    numbers = np.zeros(len(op), np.int64)
    numbers[draft["travels"]] = transit + len(names)
    draft["pool"] = np.where(arrives, numbers, pool).astype(np.int32)
    draft["to_pool"] = np.where(departs, numbers, to_pool).astype(np.int32)
    goal = np.zeros(len(under_way), np.int64)
    goal[transit] = reaching[draft["travels"]]
    keys = np.concatenate([names, goal])
    is_transit = np.arange(len(keys)) >= len(names)
    return (keys % accounts).astype(np.int32), (keys // accounts).astype(np.int32), is_transit


def _methods(columns: Columns, policy: Policy, account: Codes, time_us: Instants) -> npt.NDArray[np.int8]:
    """The code of the method that holds in each account at each time."""
    codes = np.full(len(account), METHOD_CODES[policy.default_method], np.int8)
    for name, switches in policy.methods.items():
        place = pc.index(columns.accounts, name).as_py()
        if place >= 0:
            rows = np.flatnonzero(account == place)
            for switch in switches:
                since = microseconds(switch.starts_at(policy.time_zone))
                codes[rows[time_us[rows] >= since]] = METHOD_CODES[switch.method]
    return codes


def _stable(codes: Codes) -> Rows:
    """Places sorted by code, equal ones as they stand (16-bit codes are sorted by counting)."""
    if len(codes) == 0 or codes.max() < np.iinfo(np.uint16).max:
        codes = codes.astype(np.uint16)
    return np.argsort(codes, kind="stable")
