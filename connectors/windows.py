"""Half-open spans of time, and what is missing between them. Pure.

Belongs here: arithmetic on spans. Does not belong here: where spans are kept, or how they are asked for.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta


@dataclass(frozen=True, slots=True, order=True)
class Span:
    """The instants from `start` up to but not including `end`; both aware."""

    start: datetime
    end: datetime

    def __post_init__(self) -> None:
        if self.start.utcoffset() is None or self.end.utcoffset() is None:
            raise ValueError(f"{self} has no time zone")
        if self.start > self.end:
            raise ValueError(f"{self} ends before it starts")


def union(spans: Iterable[Span]) -> list[Span]:
    """The same instants as the fewest spans, in order; spans that touch are joined, empty ones dropped."""
    joined: list[tuple[datetime, datetime]] = []
    for start, end in sorted((span.start, span.end) for span in spans):
        if start == end:
            continue
        if joined and start <= joined[-1][1]:
            joined[-1] = (joined[-1][0], max(joined[-1][1], end))
        else:
            joined.append((start, end))
    return [Span(*ends) for ends in joined]


def missing(whole: Span, covered: Iterable[Span]) -> list[Span]:
    """What of `whole` no span of `covered` holds, in order."""
    gaps: list[Span] = []
    at = whole.start
    for span in union(covered):
        if span.end <= at:
            continue
        if span.start >= whole.end:
            break
        if span.start > at:
            gaps.append(Span(at, span.start))
        at = span.end
    if at < whole.end:
        gaps.append(Span(at, whole.end))
    return gaps


def pieces(span: Span, longest: timedelta) -> Iterator[Span]:
    """`span` cut into consecutive pieces of at most `longest`, in order."""
    if longest <= timedelta(0):
        raise ValueError(f"a piece can not be {longest} long")
    start = span.start
    while start < span.end:
        end = min(start + longest, span.end)
        yield Span(start, end)
        start = end
