"""Which commands resolve a problem: one line for each answer that there is.

Belongs here: the commands of each kind of problem. Does not belong here: running them, and finding problems. What a
person alone knows stands in capitals, and is refused where it is left in.
"""

import shlex
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC
from typing import Any

from warehouse.ledger.fitting import is_one_movement

Row = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Answer:
    """If `case` is what it was, `command` says so."""

    case: str
    command: str


def answers_of(row: Row, *, config: str | None = None) -> list[Answer]:
    """The answers to one row of `list_open_decisions`; `config` is what every command names with --config."""
    ending = "" if config is None else f" --config {shlex.quote(config)}"
    found = _ANSWERS.get(row["problem"], _NO_ANSWERS)(row)
    subject = row["event_id"] or row["transaction_id"]
    if subject is not None:
        found = [*found, Answer("look closer", f"explain {shlex.quote(subject)}")]
    return [Answer(answer.case, f"lotkeeper {answer.command}{ending}") for answer in found]


def _resolve(row: Row, options: str) -> str:
    return f"resolve {shlex.quote(row['transaction_id'])} {options}"


def _arrival(row: Row) -> list[Answer]:
    return [
        Answer("bought elsewhere", _resolve(row, "--as bought --cost USD --acquired DAY")),
        Answer("a gift", _resolve(row, "--as gift --cost USD --acquired DAY --fair-value USD")),
        Answer("income", _resolve(row, "--as income")),
        Answer("came back from an own wallet", _resolve(row, "--as own")),
        Answer("the other end of a withdrawal", _resolve(row, "--pair-with ID")),
        Answer("nothing real (spam)", _resolve(row, "--ignore")),
    ]


def _departure(row: Row) -> list[Answer]:
    return [
        Answer("went to an own wallet", _resolve(row, "--as own")),
        Answer("paid for something", _resolve(row, "--as spend --value USD")),
        Answer("given away", _resolve(row, "--as gift")),
        Answer("lost", _resolve(row, "--as lost")),
        Answer("the other end of a deposit", _resolve(row, "--pair-with ID")),
    ]


def _proposal(row: Row) -> list[Answer]:
    left = row["from_transaction_id"]
    whole = [Answer("one transfer", _resolve(row, f"--pair-with {shlex.quote(left)}"))] if _is_whole(row) else []
    return [
        *whole,
        Answer("two different movements", _resolve(row, f"--not-pair-with {shlex.quote(left)}")),
        Answer("a part of one", _resolve(row, "--as own")),
    ]


def _is_whole(proposed: Row) -> bool:
    """Whether all that left is what came in, so that a pair of the two says it; a part of one would be half of it."""
    return proposed["rule"] not in {"split", "batch"} and is_one_movement(
        proposed["asset"], proposed["left_quantity"], proposed["arrived_quantity"]
    )


def _unknown(row: Row) -> list[Answer]:
    return _arrival(row) if row["is_arrival"] else _departure(row)


def _by_cause(cause: Row) -> Answer | None:
    """The answer if that cause of missing coins is the right one; what has no command is in the problem's words."""
    name = None if cause["transaction_id"] is None else shlex.quote(cause["transaction_id"])
    kind = cause["cause"]
    if kind == "unpaired_deposit":
        return Answer("it was that deposit, bought elsewhere", f"resolve {name} --as bought --cost USD --acquired DAY")
    if kind == "proposed_transfer":
        return _by_transfer(cause)
    if kind == "unpaired_withdrawal":
        return Answer("it came with that withdrawal: look closer", f"explain {name}")
    if kind == "rejected_row":
        return Answer("it is in that row: look closer", f"explain {name}")
    if kind == "gap":
        return Answer(f"it is in that gap of {cause['account']}: ask again", "sync")
    return None


def _by_transfer(cause: Row) -> Answer:
    if cause["from_transaction_id"] is None or not _is_whole(cause):
        return Answer("it was that transfer, in parts: look closer", f"explain {shlex.quote(cause['transaction_id'])}")
    return Answer("it was that transfer", _resolve(cause, f"--pair-with {shlex.quote(cause['from_transaction_id'])}"))


def _difference(_: Row) -> list[Answer]:
    return [Answer("the venue tells more by now", "sync")]


def _no_lot(row: Row) -> list[Answer]:
    by_cause = dict.fromkeys(answer for answer in map(_by_cause, row["causes"]) if answer is not None)
    return [*by_cause, *_opening(row)]


def _opening(row: Row) -> list[Answer]:
    if row["account"] == "outside":
        return [Answer("bought elsewhere", _resolve(row, "--as bought --cost USD --acquired DAY"))]
    quantity = f"{row['quantity']:f}"
    quantity = quantity.rstrip("0").rstrip(".") if "." in quantity else quantity
    held = shlex.quote(f"{quantity} {row['asset']}")
    lot = f"resolve --opening-lot {held} --account {row['account']} --acquired DAY --cost USD"
    return [Answer("bought before, and no source tells", lot)]


def _no_price(row: Row) -> list[Answer]:
    at = row["occurred_at"].astimezone(UTC).isoformat().replace("+00:00", "Z")
    return [Answer("you know the price", f"resolve --price-of {shlex.quote(row['asset'])} --at {at} --usd USD")]


def _gift(row: Row) -> list[Answer]:
    return [Answer("you know the giver's cost", _resolve(row, "--as gift --cost USD --acquired DAY --fair-value USD"))]


def _twice(row: Row) -> list[Answer]:
    kept = shlex.quote(row["kept_transaction_id"])
    return [
        Answer("one event", _resolve(row, f"--same-as {kept}")),
        Answer("two events", _resolve(row, f"--not-same-as {kept}")),
    ]


def _stale(row: Row) -> list[Answer]:
    subject = shlex.quote(row["override_id"])
    return [Answer("it no longer counts", f"resolve {subject} --undo")]


def _no_answers(_: Row) -> list[Answer]:
    return []


_NO_ANSWERS: Callable[[Row], list[Answer]] = _no_answers
_ANSWERS: Mapping[str, Callable[[Row], list[Answer]]] = {
    "unpaired_deposit": _arrival,
    "unpaired_withdrawal": _departure,
    "unconfirmed_transfer": _proposal,
    "unknown_kind": _unknown,
    "one_sided_trade": _unknown,
    "missing_basis": _no_lot,
    "missing_lots": _no_lot,
    "missing_price": _no_price,
    "told_value_far": _no_price,
    "gift_without_basis": _gift,
    "stale_override": _stale,
    "told_twice": _twice,
    "balance_difference": _difference,
}
