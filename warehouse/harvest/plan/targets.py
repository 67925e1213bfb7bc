"""What a plan may aim at instead of the most benefit: a loss of a size, the room in the 0 % bracket. Pure.

Belongs here: targets and reading them. Does not belong here: how they are met (`program.py`).
"""

import re
from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

_LOSS = re.compile(r"^(?:realize )?([0-9][0-9,_]*(?:\.[0-9]+)?)(?: (?:of )?(short|long))?(?:-term)?(?: loss)?$")
_ZERO = re.compile(r"^(?:use up )?(?:the )?(?:0 ?%|zero)[ -]bracket$")
_OFFSET = re.compile(r"^offset (\S+)$")

FORMS = '"3000 short loss", "3000 long loss", "3000 loss", "zero bracket" or "offset DISPOSAL"'


@dataclass(frozen=True, slots=True)
class Target:
    """What the sales together have to do.

    `loss_usd`: realize exactly this loss (of `term`, or of both together), at the least cost. `keeps_tax`: realize
    gains and no losses without a dollar more of federal tax, which uses up the 0 % bracket.
    """

    loss_usd: Decimal | None = None
    term: Literal["short", "long"] | None = None
    keeps_tax: bool = False


@dataclass(frozen=True, slots=True)
class OffsetTarget:
    """A loss as large as the gain of one disposal, which the book has to be asked for."""

    disposal: str


def read_target(text: str) -> Target | OffsetTarget:
    """A target as people write it. Raises `ValueError` for a loss of 0, and for anything else that names the forms."""
    words = " ".join(text.lower().split())
    found = _LOSS.match(words)
    if found:
        term: Literal["short", "long"] | None = {"short": "short", "long": "long"}.get(found[2] or "")  # type: ignore[assignment]
        loss = Decimal(found[1].replace(",", "").replace("_", ""))
        if not loss:
            raise ValueError(f"target {text!r}: the loss has to be more than 0")
        return Target(loss_usd=loss, term=term)
    if _ZERO.match(words):
        return Target(keeps_tax=True)
    found = _OFFSET.match(" ".join(text.split()))
    if found:
        return OffsetTarget(found[1])
    raise ValueError(f"target {text!r} is none of {FORMS}")
