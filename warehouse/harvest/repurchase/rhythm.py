"""Purchases and rewards that come by themselves, told by their rhythm. Pure.

A stream of arrivals is regular when most of its latest gaps are about as long as the one in the middle, and the latest
arrival is no longer ago than two of them. It is a guess from the past, and said as one.

Belongs here: finding a rhythm in dates. Does not belong here: which arrivals go together, words.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import pairwise

LOOKED_AT = 12
FEWEST = 4
_MOST_PARTS = 3, 4
_TOLERANCE_PARTS = 4


@dataclass(frozen=True, slots=True)
class Rhythm:
    """Arrivals `every_days`, the latest on `last`."""

    every_days: int
    last: date

    def upcoming(self, today: date, until: date) -> list[date]:
        """The days after `today` up to and with `until` on which the next ones are to be expected."""
        days = []
        day = self.last
        while day <= until:
            if day > today:
                days.append(day)
            day += timedelta(days=self.every_days)
        return days


def find_rhythm(days: Iterable[date], *, today: date) -> Rhythm | None:
    """The rhythm of the latest of `days` that are not after `today`, `None` where there is none."""
    latest = sorted({day for day in days if day <= today})[-LOOKED_AT - 1 :]
    gaps = [(after - before).days for before, after in pairwise(latest)]
    if len(gaps) < FEWEST - 1:
        return None
    middle = sorted(gaps)[len(gaps) // 2]
    alike = [gap for gap in gaps if abs(gap - middle) <= max(1, middle // _TOLERANCE_PARTS)]
    some, all_parts = _MOST_PARTS
    if len(alike) * all_parts < len(gaps) * some or (today - latest[-1]).days > 2 * middle:
        return None
    return Rhythm(middle, latest[-1])
