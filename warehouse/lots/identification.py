"""Which identifications of lots count: named in time, and told to the broker where that is needed. Pure.

Reg. 1.1012-1(j)(2) and (3): an identification is made no later than the date and time of the sale, disposition or
transfer; for units that a broker holds it is made to the broker, for which Notice 2025-7 as extended by Notice 2026-20
takes one's own books until 2026-12-31. Anything else leaves the units to the standing order, else to first in, first
out.

Belongs here: the judgement of what an event's `lots` say. Does not belong here: the journal that proves the time.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation

import numpy as np
import pyarrow.compute as pc

from warehouse.exact import to_units
from warehouse.lots.columns import Columns
from warehouse.lots.events import InvalidEvents
from warehouse.lots.policy import Policy

WITHOUT_LIMIT = (1 << 126) - 1
"""The units of a lot that is named without a quantity: as many as are needed and there."""


@dataclass(slots=True)
class Named:
    """Valid identifications: event rows, the stretch of picks of each, and for each pick a lot's number and units.

    `refused` holds (row, problem, what was found) of those that do not count.
    """

    rows: list[int] = field(default_factory=list)
    first: list[int] = field(default_factory=list)
    last: list[int] = field(default_factory=list)
    lot: list[int] = field(default_factory=list)
    quantity: list[int] = field(default_factory=list)
    refused: list[tuple[int, str, str]] = field(default_factory=list)


def named_lots(columns: Columns, policy: Policy, lot_event: np.ndarray[tuple[int], np.dtype[np.int64]]) -> Named:
    """What the events' `lots` identify. Raises `InvalidEvents` for a quantity that can not be read."""
    named = Named()
    texts = columns.texts("lots")
    if texts.null_count == len(texts):
        return named
    rows = np.flatnonzero(pc.fill_null(pc.not_equal(texts, ""), False).to_numpy(zero_copy_only=False)).tolist()
    if not rows:
        return named
    ids = columns.texts("event_id").take(lot_event).to_pylist()
    numbers = {name: number for number, name in enumerate(ids)}
    told = columns.texts("is_broker_told")
    times = columns.texts("identified_at").cast("int64")
    switch = np.datetime64(policy.broker_told_since, "D").astype(np.int64)
    for row in rows:
        identified_us = times[row].as_py()
        account = columns.accounts[columns.account[row].item()].as_py()
        needs_broker = account in policy.broker_accounts and columns.day[row] >= switch
        if identified_us is None:
            named.refused.append((row, "identification_untimed", "lots are named without saying when"))
        elif identified_us > columns.time_us[row]:
            named.refused.append((row, "identification_late", "lots were named after the event"))
        elif needs_broker and told[row].as_py() is not True:
            named.refused.append((row, "identification_untold", "the broker was not told which lots"))
        else:
            _add(named, row, texts[row].as_py(), columns, numbers, lot_event)
    return named


def _add(
    named: Named,
    row: int,
    text: str,
    columns: Columns,
    numbers: Mapping[str, int],
    lot_event: np.ndarray[tuple[int], np.dtype[np.int64]],
) -> None:
    """The picks of one event. A lot that is unknown, or of another asset, is left out and told."""
    first = len(named.lot)
    for word in text.split():
        name, units = word, WITHOUT_LIMIT
        if name not in numbers and ":" in word:
            name, _, quantity = word.rpartition(":")
            units = _units(row, word, quantity)
        if name not in numbers or columns.asset[lot_event[numbers[name]]] != columns.asset[row]:
            named.refused.append((row, "identification_unmet", f"{name} is no lot of this asset"))
        else:
            named.lot.append(numbers[name])
            named.quantity.append(units)
    if len(named.lot) > first:
        named.rows.append(row)
        named.first.append(first)
        named.last.append(len(named.lot))


def _units(row: int, word: str, quantity: str) -> int:
    try:
        units = to_units(Decimal(quantity), 18)
    except (InvalidOperation, ArithmeticError, ValueError) as error:
        raise InvalidEvents(
            f"row {row + 1}: lots has {word!r}, expected id:quantity with at most 18 decimals"
        ) from error
    if not 0 < units < WITHOUT_LIMIT:
        raise InvalidEvents(f"row {row + 1}: lots has {word!r}, whose quantity is out of range")
    return units
