"""Events as numpy columns: codes instead of names, integers instead of decimals and instants.

Belongs here: reading the checked Arrow table, and the order in which events happen. Does not belong here: pools or
methods.
"""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from warehouse.lots.events import KINDS, UNTAXED_PURPOSES
from warehouse.lots.holding import Days, local_days
from warehouse.lots.limbs import Limbs, limbs_of

Codes = npt.NDArray[np.int32]
Flags = npt.NDArray[np.bool_]
Instants = npt.NDArray[np.int64]
"""Microseconds since 1970-01-01 UTC."""

ACQUIRED, TRANSFERRED, DISPOSED = range(len(KINDS))

ARRIVAL_TURN, CARRY_TURN = 1, 3
_TURNS = np.array([0, 2, 3], np.int32)
"""Of an acquisition, a transfer, a disposal; arrivals come before transfers, so that coins may move on at once."""


@dataclass(frozen=True, slots=True)
class Columns:
    """The events of a table, row by row in its own order. `accounts` and `assets` are sorted names, codes point there.

    `day` is the local date. Quantities are in 10^-18 units, money in 10^-8 USD.
    `to_account` is 0 where there is none; `acquired_us` is `time_us` where not given, `arrived_us` too. `turn` is the
    order of rows at one instant: acquisitions, (arrivals,) transfers, carries by their words, disposals.
    """

    table: pa.Table
    accounts: pa.Array
    assets: pa.Array
    kind: npt.NDArray[np.int8]
    turn: npt.NDArray[np.int32]
    is_carried: Flags
    time_us: Instants
    day: Days
    account: Codes
    to_account: Codes
    asset: Codes
    quantity: Limbs
    value: Limbs
    has_value: Flags
    fee: Limbs
    has_fee: Flags
    arrived_us: Instants
    acquired_us: Instants

    def texts(self, name: str) -> pa.Array:
        """One of the table's columns as a single array."""
        return one_array(self.table.column(name))


def one_array(column: pa.ChunkedArray) -> pa.Array:
    """A column's chunks as one array."""
    return column.chunk(0) if column.num_chunks == 1 else pa.concat_arrays([pa.array([], column.type), *column.chunks])


def columns_of(events: pa.Table, zone: ZoneInfo, until: datetime | None) -> Columns:
    """The columns of a table of schema `EVENTS`, without the events after `until`."""
    if until is not None:
        events = events.filter(
            pc.less_equal(events.column("occurred_at"), pa.scalar(until, events.schema.field(1).type))
        )
    time_us = _instants(events, "occurred_at")
    kinds = _numpy(pc.index_in(events.column("kind"), pa.array(KINDS))).astype(np.int8)
    both = [*events.column("account").chunks, *events.column("to_account").chunks]
    accounts, codes = _codes(pa.chunked_array(both, pa.string()))
    assets, asset = _codes(events.column("asset"))
    fee = limbs_of(events.column("fee_quantity"))
    has_value = _numpy(pc.is_valid(events.column("value_usd")))
    purpose = events.column("purpose")
    if purpose.null_count < len(purpose):
        has_value = has_value & ~_numpy(pc.is_in(purpose, pa.array(sorted(UNTAXED_PURPOSES))))
    carry = one_array(events.column("carry"))
    is_carried = _numpy(pc.is_valid(carry))
    has_value = has_value & ~(is_carried & (kinds == DISPOSED))
    return Columns(
        table=events,
        accounts=accounts,
        assets=assets,
        kind=kinds,
        turn=_turns(kinds, carry),
        is_carried=is_carried,
        time_us=time_us,
        day=local_days(time_us, zone),
        account=codes[: len(events)],
        to_account=codes[len(events) :],
        asset=asset,
        quantity=limbs_of(events.column("quantity")),
        value=np.where(has_value[:, None], limbs_of(events.column("value_usd")), np.uint64(0)),
        has_value=has_value,
        fee=fee,
        has_fee=(fee != 0).any(axis=1),
        arrived_us=_instants(events, "arrived_at", time_us),
        acquired_us=_instants(events, "acquired_at", time_us),
    )


def microseconds(instant: datetime) -> int:
    """Whole microseconds since 1970-01-01 UTC."""
    return (instant - datetime(1970, 1, 1, tzinfo=UTC)) // timedelta(microseconds=1)


def order_of(time_us: Instants, turn: npt.NDArray[np.integer[Any]], ids: pa.Array) -> npt.NDArray[np.int64]:
    """Rows in the order of instant, then `turn` (from 0 on), then id."""
    turns = int(turn.max(initial=0)) + 1
    if turns > len(_TURNS) + 1:
        time_us = np.unique(time_us, return_inverse=True)[1]
    key = time_us * max(turns, len(_TURNS) + 1) + turn
    order = np.argsort(key, kind="stable") if (key[1:] < key[:-1]).any() else np.arange(len(key))
    ordered = key[order]
    is_tie = np.zeros(len(key) + 1, np.bool_)
    is_tie[1:-1] = ordered[1:] == ordered[:-1]
    places = np.flatnonzero(is_tie[1:] | is_tie[:-1])
    if len(places):
        rows = order[places]
        names = ids.take(pa.array(rows))
        tied = pa.table({"key": key[rows], "name": names})
        order[places] = rows[_numpy(pc.sort_indices(tied, [("key", "ascending"), ("name", "ascending")]))]
    return order


def _turns(kind: npt.NDArray[np.int8], carry: pa.Array) -> npt.NDArray[np.int32]:
    """Each row's turn at its instant. Of a carry what it gives goes first, then comes what it brings."""
    turns = _TURNS[kind]
    if carry.null_count < len(carry):
        words, codes = _codes(pa.chunked_array([carry]))
        turns[kind == DISPOSED] += 2 * len(words)
        is_carried = _numpy(pc.is_valid(carry))
        turns[is_carried] = CARRY_TURN + 2 * codes[is_carried] + (kind[is_carried] == ACQUIRED)
    return turns


def _instants(events: pa.Table, name: str, default: Instants | None = None) -> Instants:
    column = events.column(name)
    if default is not None and column.null_count == len(column):
        return default
    numbers = column.cast(pa.int64())
    if default is not None and column.null_count:
        numbers = pc.coalesce(numbers, pa.array(default))
    return _numpy(numbers)


def _codes(column: pa.ChunkedArray) -> tuple[pa.Array, Codes]:
    """The distinct names, sorted, and each row's place among them (0 for NULL)."""
    encoded = one_array(column).dictionary_encode()
    by_name = pc.sort_indices(encoded.dictionary)
    places = np.empty(len(by_name), np.int32)
    places[_numpy(by_name)] = np.arange(len(by_name), dtype=np.int32)
    indices = _numpy(encoded.indices.fill_null(0))
    return encoded.dictionary.take(by_name), places[indices] if len(places) else indices.astype(np.int32)


def _numpy(values: pa.Array | pa.ChunkedArray) -> npt.NDArray[Any]:
    array = values.combine_chunks() if isinstance(values, pa.ChunkedArray) else values
    numbers: npt.NDArray[Any] = array.to_numpy(zero_copy_only=False)
    return numbers
