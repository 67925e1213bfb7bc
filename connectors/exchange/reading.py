"""What every reader of a venue's rows needs: exact numbers, instants, ids, and rows that can not be understood.

Belongs here: one value or one row at a time. Does not belong here: what trades, transfers or ledger lines mean.
"""

import hashlib
from collections.abc import Callable, Iterable
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from connectors.exchange.paging import Entry
from connectors.exchange.wire import write_json
from connectors.records import Kind, Posting, Role, Status, Transaction, exact_quantity, instant_from_milliseconds
from connectors.sync import SourceAnswerError

Reader = Callable[[Entry], Transaction | None]


_EPOCH = instant_from_milliseconds(0)
_MILLISECOND = timedelta(milliseconds=1)


class UnreadableRowError(Exception):
    """A row lacks what a booking needs. It is kept as rejected, with this reason."""


def exact(value: Any) -> Decimal | None:
    """The number that a venue wrote, `None` where it wrote none.

    Raises `UnreadableRowError` for what is no number, and `SourceAnswerError` for a binary float: that is our own
    fault, and every figure after it would be a guess.
    """
    if value is None or value == "":
        return None
    if isinstance(value, (bool, float)):
        raise SourceAnswerError(f"a number arrived as {type(value).__name__} {value!r}, not as the venue's digits")
    number = exact_quantity(str(value))
    if number is None:
        raise UnreadableRowError(f"{value!r} is not a number")
    return number


def needed(value: Any, what: str) -> Decimal:
    """As `exact`, for a number that must be there. Raises `UnreadableRowError`."""
    number = exact(value)
    if number is None:
        raise UnreadableRowError(f"the row does not say its {what}")
    return number


def asset_of(value: Any, what: str) -> str:
    """The common code of an asset that must be there. Raises `UnreadableRowError`."""
    if not value or not isinstance(value, str):
        raise UnreadableRowError(f"the row does not say its {what}")
    return value


def moved(asset: str, quantity: Decimal, role: Role = "principal") -> list[Posting]:
    """The posting of one movement as a list; none where nothing moved."""
    return [Posting(asset, format(quantity, "f"), role)] if quantity else []


def fee_of(asset: Any, cost: Any) -> list[Posting]:
    """The posting of a fee as venues write it: a positive cost goes out, a negative one is a rebate."""
    number = exact(cost)
    if not number:
        return []
    return moved(asset_of(asset, "fee's asset"), number.copy_negate(), "fee")


def milliseconds_of(instant: datetime) -> int:
    """The whole Unix milliseconds of an instant, exact."""
    return (instant - _EPOCH) // _MILLISECOND


def payload_of(entry: Entry) -> str:
    """The row as the venue sent it."""
    return write_json(entry.get("info", entry))


def id_of(entry: Entry) -> str:
    """The venue's id of a row; for a row without one a digest of all of it."""
    return str(entry["id"]) if entry.get("id") else "sha256-" + _digest(entry)


def transaction(
    entry: Entry,
    kind: Kind,
    postings: list[Posting],
    *,
    identifier: str | None = None,
    status: Status = "final",
    tx_hash: str | None = None,
    counterparty: str | None = None,
    description: str | None = None,
    order: int = 0,
) -> Transaction:
    """The record of one row. Raises `UnreadableRowError` where the row has no time."""
    timestamp = entry.get("timestamp")
    if not isinstance(timestamp, int):
        raise UnreadableRowError("the row does not say its time")
    return Transaction(
        id=identifier or id_of(entry),
        kind=kind,
        occurred_at=instant_from_milliseconds(timestamp),
        postings=postings,
        payload=payload_of(entry),
        status=status,
        tx_hash=tx_hash or None,
        counterparty=counterparty or None,
        description=description,
        order=order,
    )


def rejected(entry: Entry, reason: str) -> Transaction:
    """A row that could not be read, kept with the reason."""
    timestamp = entry.get("timestamp")
    return Transaction(
        id=id_of(entry),
        kind="unknown",
        occurred_at=instant_from_milliseconds(timestamp) if isinstance(timestamp, int) else None,
        postings=[],
        payload=payload_of(entry),
        status="rejected",
        reason=reason,
    )


def read_all(entries: Iterable[Entry], read: Reader) -> list[Transaction]:
    """Every row read; one that can not be understood becomes a rejected record, never a missing one."""
    records = []
    for entry in entries:
        try:
            record = read(entry)
        except UnreadableRowError as error:
            record = rejected(entry, str(error))
        except (ArithmeticError, AttributeError, LookupError, TypeError, ValueError) as error:
            record = rejected(entry, f"not understood ({type(error).__name__}: {error})")
        if record is not None:
            records.append(record)
    return records


def _digest(entry: Entry) -> str:
    return hashlib.sha256(payload_of(entry).encode()).hexdigest()[:32]
