"""The identification journal: which lots the owner said would be sold, and when it was said. Pure.

Reg. 1.1012-1(j)(2) asks for a record made no later than the sale. Each entry carries the time at which it was made and
the hash of the entry before it, so that none can be changed, taken out or put in between without every later hash
saying so. Entries are only ever added.

Belongs here: what an entry says, and whether the chain holds. Does not belong here: the file (`warehouse/matching`),
which sale an entry counts for (`naming.py`).
"""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal, InvalidOperation
from typing import Any, Literal, get_args

from warehouse.lots.policy import METHODS, Method

Purpose = Literal["sale", "transfer"]

GENESIS = "0" * 64
"""What stands for the hash before the first entry."""


class JournalError(ValueError):
    """The journal can not be relied on. The message says at which line and why."""


@dataclass(frozen=True, slots=True)
class NamedLots:
    """These units of these lots go next: `picks` are (lot, quantity).

    Without a `transaction_id` they are for the next sales (or transfers) of the asset from the account, until they are
    used up or `expires_at` has come.
    """

    account: str
    asset: str
    picks: tuple[tuple[str, Decimal], ...]
    purpose: Purpose = "sale"
    transaction_id: str | None = None
    expires_at: datetime | None = None
    is_broker_told: bool = False


@dataclass(frozen=True, slots=True)
class StandingOrder:
    """From now on the account's lots go by `method`, where no lots are named."""

    account: str
    method: Method
    is_broker_told: bool = False


@dataclass(frozen=True, slots=True)
class FrozenAllocation:
    """The allocation of basis to accounts is made, and is the one with this fingerprint (Rev. Proc. 2024-28)."""

    fingerprint: str


Statement = NamedLots | StandingOrder | FrozenAllocation

_KINDS: dict[type[Any], str] = {NamedLots: "lots", StandingOrder: "standing_order", FrozenAllocation: "allocation"}


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of the journal. `number` counts from 1; `note` is the owner's own words."""

    number: int
    identified_at: datetime
    statement: Statement
    note: str
    previous_hash: str
    hash: str

    @property
    def kind(self) -> str:
        """`lots`, `standing_order` or `allocation`."""
        return _KINDS[type(self.statement)]


def next_entry(entries: Sequence[Entry], statement: Statement, *, identified_at: datetime, note: str = "") -> Entry:
    """The entry that follows `entries`. Raises `JournalError` where it would be earlier than the last one."""
    last = entries[-1] if entries else None
    if last is not None and identified_at < last.identified_at:
        raise JournalError(
            f"the clock says {identified_at.isoformat()}, which is before the journal's last entry of "
            f"{last.identified_at.isoformat()}: set the clock right first"
        )
    number, previous = (1, GENESIS) if last is None else (last.number + 1, last.hash)
    draft = Entry(number, identified_at.astimezone(UTC), statement, note, previous, "")
    return Entry(number, draft.identified_at, statement, note, previous, _digest(_content(draft)))


def write_line(entry: Entry) -> str:
    """The entry as one line of JSON, with its line end."""
    return _canonical({**_content(entry), "hash": entry.hash}) + "\n"


def read_lines(text: str) -> list[Entry]:
    """The entries of a journal, one a line, each proven by its hash and the one before.

    Raises `JournalError` for a line that can not be read, is out of its order, or was changed after it was written.
    """
    entries: list[Entry] = []
    lines = text.split("\n")
    if lines.pop():
        raise JournalError(f"line {len(lines) + 1}: it is cut short")
    for place, line in enumerate(lines, 1):
        entry = _read(line, place)
        previous = entries[-1].hash if entries else GENESIS
        if _digest(_content(entry)) != entry.hash:
            raise JournalError(
                f"line {place}: its hash is not that of its content; it was changed after it was written"
            )
        if entry.number != place or entry.previous_hash != previous:
            raise JournalError(f"line {place}: it does not follow the line before; one was taken out or put in")
        if entries and entry.identified_at < entries[-1].identified_at:
            raise JournalError(f"line {place}: it was made before the line before")
        entries.append(entry)
    return entries


def _content(entry: Entry) -> dict[str, Any]:
    statement = entry.statement
    told: dict[str, Any] = {}
    if isinstance(statement, NamedLots):
        told = {
            "account": statement.account,
            "asset": statement.asset,
            "lots": [[lot_id, f"{quantity:f}"] for lot_id, quantity in statement.picks],
            "purpose": statement.purpose,
            "transaction_id": statement.transaction_id,
            "expires_at": None if statement.expires_at is None else statement.expires_at.astimezone(UTC).isoformat(),
            "is_broker_told": statement.is_broker_told,
        }
    elif isinstance(statement, StandingOrder):
        told = {
            "account": statement.account,
            "method": statement.method,
            "is_broker_told": statement.is_broker_told,
        }
    else:
        told = {"fingerprint": statement.fingerprint}
    return {
        "number": entry.number,
        "identified_at": entry.identified_at.astimezone(UTC).isoformat(),
        "kind": entry.kind,
        **told,
        "note": entry.note,
        "previous_hash": entry.previous_hash,
    }


def _canonical(content: dict[str, Any]) -> str:
    return json.dumps(content, sort_keys=True, separators=(",", ":"), ensure_ascii=False)


def _digest(content: dict[str, Any]) -> str:
    return hashlib.sha256(_canonical(content).encode()).hexdigest()


def _read(line: str, place: int) -> Entry:
    try:
        told = json.loads(line)
        entry = Entry(
            number=int(told.pop("number")),
            identified_at=_instant(told.pop("identified_at")),
            note=str(told.pop("note")),
            previous_hash=str(told.pop("previous_hash")),
            hash=str(told.pop("hash")),
            statement=_statement(told),
        )
    except KeyError as error:
        raise JournalError(f"line {place}: {error.args[0]!r} is missing") from error
    except (ValueError, TypeError, AttributeError, InvalidOperation) as error:
        raise JournalError(f"line {place}: not an entry of the journal: {error}") from error
    return entry


def _statement(told: dict[str, Any]) -> Statement:
    """What an entry says, of exactly the keys that its kind has. Raises what `_read` turns into a `JournalError`."""
    kind = told.pop("kind")
    statement: Statement
    if kind == "lots":
        expires_at = told.pop("expires_at")
        statement = NamedLots(
            account=told.pop("account"),
            asset=told.pop("asset"),
            picks=tuple((lot_id, Decimal(quantity)) for lot_id, quantity in told.pop("lots")),
            purpose=told.pop("purpose"),
            transaction_id=told.pop("transaction_id"),
            expires_at=None if expires_at is None else _instant(expires_at),
            is_broker_told=told.pop("is_broker_told"),
        )
        if len({lot_id for lot_id, _ in statement.picks}) < len(statement.picks):
            raise ValueError("a lot is named twice")
        if statement.purpose not in get_args(Purpose):
            raise ValueError(f"purpose {statement.purpose!r} is neither sale nor transfer")
    elif kind == "standing_order":
        statement = StandingOrder(told.pop("account"), told.pop("method"), told.pop("is_broker_told"))
        if statement.method not in METHODS:
            raise ValueError(f"method {statement.method!r} is none of {', '.join(sorted(METHODS))}")
    elif kind == "allocation":
        statement = FrozenAllocation(told.pop("fingerprint"))
    else:
        raise ValueError(f"kind {kind!r} is none of {', '.join(_KINDS.values())}")
    if told:
        raise ValueError(f"{', '.join(sorted(told))} is not known here")
    return statement


def _instant(text: str) -> datetime:
    instant = datetime.fromisoformat(text)
    if instant.utcoffset() is None:
        raise ValueError(f"{text!r} has no offset")
    return instant.astimezone(UTC)
