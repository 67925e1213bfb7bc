"""Where coins that a sale did not find are likeliest to have come from, ranked by evidence. Pure.

An amount that fits is the best evidence; then what is known to have happened to this coin in this account; then what
may have happened where nothing is known. Nothing here is proof: each cause names what a person would look at, and why.

Belongs here: weighing clues, and their words. Does not belong here: finding clues (`missing.py`), the commands that
resolve a cause (`pipelines/answers.py`).
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Literal

ClueKind = Literal[
    "unpaired_deposit", "proposed_transfer", "unpaired_withdrawal", "renamed", "gap", "rejected_row",
    "balance_difference", "unlisted_folder", "begins_with_a_sale", "not_offered",
]  # fmt: skip

_BASE: dict[ClueKind, int] = {
    "unpaired_deposit": 70, "proposed_transfer": 70, "gap": 60, "rejected_row": 55, "balance_difference": 50,
    "unlisted_folder": 40, "unpaired_withdrawal": 30, "begins_with_a_sale": 25, "not_offered": 10, "renamed": 0,
}  # fmt: skip
_EXACT, _CLOSE, _ENOUGH = 100, 60, 15
_NEEDS_THE_AMOUNT: frozenset[ClueKind] = frozenset({"renamed", "unpaired_withdrawal"})
"""They are causes only where the amount speaks for them: there are many of them in any book."""
_IN_TRANSIT = timedelta(days=14)
_FEW_DIGITS = 3


@dataclass(frozen=True, slots=True)
class Shortage:
    """Units that found no lot: those of one sale or transfer at `at`, and all that their pool misses up to it.

    `since_at` is when the coin's lots there first ran out: what is missing came before it.
    """

    account: str
    asset: str
    quantity: Decimal
    total: Decimal
    at: datetime
    since_at: datetime


@dataclass(frozen=True, slots=True)
class Clue:
    """Something that may have to do with a shortage. `words` say what it is, without saying what follows from it."""

    kind: ClueKind
    account: str
    asset: str | None
    quantity: Decimal | None
    start: datetime | None
    end: datetime | None
    words: str
    transaction_id: str | None = None


@dataclass(frozen=True, slots=True)
class Cause:
    """A clue that may explain a shortage, and how much speaks for it, from 0 up. `fits`: its amount does."""

    clue: Clue
    weight: int
    fits: bool
    words: str


def rank_causes(shortage: Shortage, clues: Iterable[Clue]) -> list[Cause]:
    """The causes that come into question, best first; equal ones in the order of time and words."""
    found = [cause for clue in clues if (cause := _weigh(shortage, clue)) is not None]
    return sorted(found, key=lambda cause: (-cause.weight, _distance(shortage, cause.clue), cause.words))


def _weigh(shortage: Shortage, clue: Clue) -> Cause | None:
    if clue.asset not in {None, shortage.asset} and clue.kind != "renamed":
        return None
    if clue.start is not None and clue.start >= shortage.at:
        return None
    weight = _BASE[clue.kind]
    is_here = clue.account == shortage.account
    likeness = _likeness(shortage, clue)
    if clue.kind == "unpaired_withdrawal":
        if is_here or clue.start is None or shortage.since_at - clue.start > _IN_TRANSIT * 26:
            return None
    elif not is_here and clue.kind != "unlisted_folder":
        weight -= 35
    fits = likeness in {_EXACT, _CLOSE}
    if not fits and (clue.kind in _NEEDS_THE_AMOUNT or weight <= 0):
        return None
    words = clue.words
    if likeness == _EXACT:
        words += ": exactly what is missing"
    elif likeness == _CLOSE:
        words += ": about what is missing"
    return Cause(clue, weight + likeness, fits, words)


def _likeness(shortage: Shortage, clue: Clue) -> int:
    """How well the clue's amount fits what is missing, in the one sale or in all of the pool."""
    if clue.quantity is None:
        return 0
    amount = abs(clue.quantity)
    for missing in (shortage.quantity, shortage.total):
        if amount == missing:
            return _EXACT if len(missing.normalize().as_tuple().digits) >= _FEW_DIGITS else _CLOSE
    if any(abs(amount - missing) * 50 <= missing for missing in (shortage.quantity, shortage.total)):
        return _CLOSE
    return _ENOUGH if amount >= shortage.quantity else 0


def _distance(shortage: Shortage, clue: Clue) -> timedelta:
    at = clue.end or clue.start
    return timedelta.max if at is None else abs(shortage.since_at - at)
