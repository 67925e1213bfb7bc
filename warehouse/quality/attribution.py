"""What may explain that a venue holds more or less than the books. Pure.

Something that makes exactly the difference is strong: one movement that is not booked, or is booked and did not happen,
or the sum of a few. What may make it up without telling an amount is named after that, and if nothing does, that is
said. Nothing here changes a number.

Belongs here: weighing clues, and their words. Does not belong here: finding clues (`differences.py`).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from itertools import combinations
from typing import Literal

CauseName = Literal[
    "pending", "unpaired_leg", "told_twice", "renamed", "rejected_row", "missing_history", "gap", "rebasing",
    "never_told", "staked", "missing_fee", "dust", "unexplained",
]  # fmt: skip

MOST_PARTS = 3
SEARCHED = 24
"""Sums of up to `MOST_PARTS` movements are sought among so many, the nearest in time: at most 2,324 sums."""
DUST_USD = Decimal(1)
_FEE_SHARE = 200
_FEW_DIGITS = 3
_LAST_RESORTS: frozenset[CauseName] = frozenset({"staked", "missing_fee", "never_told"})
"""Guesses that are worth a word only where nothing better is known."""
_REBASING = frozenset({"STETH", "AMPL", "OHM", "SOHM", "EETH", "USDM", "OETH", "OUSD", "AETHWETH", "AUSDC"})


@dataclass(frozen=True, slots=True)
class Movement:
    """A movement that the books lack (`change` is what it would add to them) or have (what leaving it out would)."""

    cause: CauseName
    change: Decimal
    at: datetime
    transaction_id: str
    words: str


@dataclass(frozen=True, slots=True)
class Difference:
    """A venue's balance of one asset less that of the books, and what else is known of the two.

    `value_usd` is what the difference is worth, where known. `turnover` is all that trades moved. `gaps` and `rejected`
    are in words, `shortfall_words` what sales found missing. `received_words` says of what kind coins came in by
    themselves before; `has_events`: whether the books know the asset in this account at all. `changed_nights` counts at
    how many of the `nights` that were compared the difference had changed.
    """

    asset: str
    difference: Decimal
    value_usd: Decimal | None = None
    turnover: Decimal = Decimal(0)
    has_fees: bool = True
    has_events: bool = True
    gaps: Sequence[str] = ()
    rejected: Sequence[str] = ()
    shortfall_words: str | None = None
    received_words: str | None = None
    is_on_chain: bool = False
    nights: int = 0
    changed_nights: int = 0


@dataclass(frozen=True, slots=True)
class Explanation:
    """One explanation: `is_exact` where movements make up the difference to the last unit."""

    cause: CauseName
    words: str
    transaction_ids: tuple[str, ...] = ()
    is_exact: bool = False


def explain_difference(difference: Difference, movements: Sequence[Movement]) -> list[Explanation]:
    """What may explain it, the strongest first; never empty. `movements` are the nearest in time first."""
    exact = exact_explanations(difference.difference, movements)
    if difference.shortfall_words is not None and difference.difference > 0:
        exact = [each for each in exact if each.cause != "told_twice"]  # the sale that fell short, or one like it
    vague = _of_no_amount(difference)
    found = exact + [each for each in vague if not (exact and each.cause in _LAST_RESORTS)]
    return found or [Explanation("unexplained", "nothing in the books or in raw explains it")]


def exact_explanations(difference: Decimal, movements: Sequence[Movement]) -> list[Explanation]:
    """The fewest movements that make up `difference` exactly: every single one, else every pair, else every three.

    A sum of several, and an event that only its amount speaks against, are told only where no round amount is in it,
    since those fit by chance.
    """
    searched = movements[:SEARCHED]
    for parts in range(1, MOST_PARTS + 1):
        found = [
            _told(chosen)
            for chosen in combinations(searched, parts)
            if sum((movement.change for movement in chosen), Decimal(0)) == difference
            and len({movement.transaction_id for movement in chosen}) == parts
            and not any(_is_round(movement.change) for movement in chosen if parts > 1 or _may_be_chance(movement))
        ]
        if found:
            return found
    return []


def _told(chosen: Sequence[Movement]) -> Explanation:
    words = " and ".join(movement.words for movement in chosen)
    made = "makes up" if len(chosen) == 1 else "together make up"
    ids = tuple(movement.transaction_id for movement in chosen)
    return Explanation(chosen[0].cause, f"{words}: {made} the difference exactly", ids, is_exact=True)


def _may_be_chance(movement: Movement) -> bool:
    """Whether it is only its amount that speaks for it."""
    return movement.cause == "told_twice"


def _is_round(quantity: Decimal) -> bool:
    return len(quantity.normalize().as_tuple().digits) < _FEW_DIGITS


def _of_no_amount(of: Difference) -> list[Explanation]:
    """What may explain it without telling how much of it."""
    is_more = of.difference > 0
    found = []
    if is_more and of.shortfall_words is not None:
        found.append(Explanation("missing_history", of.shortfall_words))
    found += [Explanation("rejected_row", words) for words in of.rejected]
    found += [Explanation("gap", words) for words in of.gaps]
    if of.value_usd is not None and abs(of.value_usd) < DUST_USD:
        found.append(Explanation("dust", f"it is worth less than {DUST_USD}: what rounding leaves"))
    if of.asset.upper() in _REBASING or (of.nights >= 3 and of.changed_nights >= of.nights - 1):  # noqa: PLR2004
        found.append(Explanation("rebasing", "its balance changes by itself, without an event: a rebasing token"))
    if is_more and not of.has_events:
        found.append(
            Explanation("never_told", "no event tells how it came: an airdrop, a reward, or a stream that is not asked")
        )
    elif is_more and of.received_words is not None:
        found.append(Explanation("never_told", of.received_words))
    if not is_more and of.turnover and abs(of.difference) * _FEE_SHARE <= of.turnover:
        fees = "" if of.has_fees else ", of which none is told"
        found.append(Explanation("missing_fee", f"it is less than 0.5 % of what was traded: fees{fees}"))
    elif not is_more and of.received_words is not None and not of.is_on_chain and not found:
        found.append(
            Explanation("staked", "coins may be staked, lent or in a wallet that the venue's balance leaves out")
        )
    return found
