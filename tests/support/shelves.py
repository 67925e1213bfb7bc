"""Histories that answer in pages, in each of the ways that venues have.

Belongs here: paging of rows in memory. Does not belong here: HTTP, ccxt, any real venue.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

from connectors.exchange.paging import Ask, Page

Row = dict[str, Any]


def rows_at(*times_ms: int) -> list[Row]:
    """One row for each instant, ids counted in order of time."""
    return [{"id": str(number), "timestamp": at, "info": {}} for number, at in enumerate(sorted(times_ms))]


@dataclass(slots=True)
class Shelf:
    """Rows that are found by time. A page has at most `most` rows, from the end of the span that `first` names."""

    rows: Sequence[Row]
    most: int
    first: Literal["oldest", "newest"]
    honours_since: bool = True
    honours_until: bool = True
    honours_limit: bool = True
    until_is_inclusive: bool = True
    since_is_inclusive: bool = True
    longest_ms: int | None = None
    asked: int = 0

    def by_time(self, ask: Ask) -> Page:
        """A page of the span."""
        self.asked += 1
        assert ask.since_ms is not None
        assert ask.until_ms is not None
        assert self.longest_ms is None or ask.until_ms - ask.since_ms <= self.longest_ms
        found = [row for row in self.rows if self._is_in(row["timestamp"], ask.since_ms, ask.until_ms)]
        most = min(self.most, ask.limit) if ask.limit and self.honours_limit else self.most
        page = found[:most] if self.first == "oldest" else found[-most:]
        return Page(page, len(page))

    def by_offset(self, ask: Ask) -> Page:
        """A page, newest first, from an offset."""
        self.asked += 1
        found = [row for row in reversed(self.rows) if self._is_in(row["timestamp"], ask.since_ms, ask.until_ms)]
        page = found[ask.offset : ask.offset + self.most]
        return Page(page, len(page), total=len(found))

    def by_cursor(self, ask: Ask) -> Page:
        """A page, newest first, behind a row; without bounds of time where they are not honoured."""
        self.asked += 1
        found = [row for row in reversed(self.rows) if self._is_in(row["timestamp"], ask.since_ms, ask.until_ms)]
        at = int(ask.cursor or 0)
        page = found[at : at + self.most]
        return Page(page, len(page), cursor=str(at + self.most) if at + self.most < len(found) else None)

    def by_id(self, ask: Ask) -> Page:
        """A page, oldest first, from an id on."""
        self.asked += 1
        assert ask.from_id is not None
        page = [row for row in self.rows if int(row["id"]) >= ask.from_id][: self.most]
        return Page(page, len(page))

    def _is_in(self, at: int, since: int | None, until: int | None) -> bool:
        is_late_enough = since is None or (at >= since if self.since_is_inclusive else at > since)
        is_early_enough = until is None or (at <= until if self.until_is_inclusive else at < until)
        return (is_late_enough or not self.honours_since) and (is_early_enough or not self.honours_until)
