"""What of a stream is not known since its account began, and why. Pure.

An account begins with the instant before which its owner says it was empty, else with its first event where its
deposits are known from before that on (nothing can be traded, earned or sent before something came in), else with the
first instant that any of its streams was asked for: a venue is asked from its opening on.

Belongs here: spans, reasons and their words. Does not belong here: files (`coverage.py`), and what rests on a gap
(`doubts.py`).
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Literal

from connectors.windows import Span, missing, union

Outcome = Literal["ok", "failed", "not_offered", "never"]
Reason = Literal["never_asked", "failed", "stale", "can_not_tell", "before_first_known", "not_offered"]
"""`never_asked`: no sync asked for it, or its file is lost · `failed`: the last sync did not get it · `stale`: not
asked for too long · `can_not_tell`: the source says so itself · `before_first_known`: the account began earlier than
what is known of the stream · `not_offered`: the venue has no such stream, which puts nothing in doubt by itself."""

BeginningSource = Literal["configured", "first_event", "asked_from"]


@dataclass(frozen=True, slots=True)
class ToldGap:
    """A span of which the source said at `told_at` that it can not tell `scope`, and why."""

    span: Span
    scope: str
    why: str
    told_at: datetime


@dataclass(frozen=True, slots=True)
class StreamFacts:
    """One stream of transactions: what is `known` and `told` to be unknown of each scope, and how its syncs ended.

    `is_whole`: each file tells the stream's whole history, so there is nothing before its first row.
    """

    stream: str
    outcome: Outcome
    error: str | None = None
    known: Mapping[str, Sequence[Span]] = field(default_factory=dict)
    told: Sequence[ToldGap] = ()
    last_success_at: datetime | None = None
    failing_since: datetime | None = None
    is_stale: bool = False
    is_whole: bool = False


@dataclass(frozen=True, slots=True)
class Beginning:
    """When an account began, and how that is known; both `None` where nothing tells."""

    at: datetime | None = None
    source: BeginningSource | None = None


@dataclass(frozen=True, slots=True)
class Gap:
    """A span of one scope that is not known; `start` is `None` where nothing tells when the account began."""

    scope: str
    start: datetime | None
    end: datetime
    reason: Reason
    why: str
    noticed_at: datetime | None = None

    @property
    def is_counted(self) -> bool:
        """Whether figures rest on it: a stream that a venue does not have is no doubt by itself."""
        return self.reason != "not_offered"


def beginning(
    streams: Sequence[StreamFacts], *, configured: datetime | None, first_event_at: datetime | None
) -> Beginning:
    """When the account of `streams` began. An event before what is configured has the word."""
    if configured is not None and (first_event_at is None or configured <= first_event_at):
        return Beginning(configured, "configured")
    starts = [spans[0].start for stream in streams for spans in stream.known.values() if spans]
    if first_event_at is not None and (
        configured is not None
        or not starts
        or all(stream.is_whole for stream in streams)
        or any(_is_known_before(stream, first_event_at) for stream in streams if stream.stream == "deposits")
    ):
        return Beginning(first_event_at, "first_event")
    if not starts:
        return Beginning()
    if first_event_at is not None and first_event_at < min(starts):
        return Beginning(first_event_at, "first_event")
    return Beginning(min(starts), "asked_from")


def find_gaps(stream: StreamFacts, began: Beginning, *, as_of: datetime) -> list[Gap]:
    """What is not known of `stream` from the beginning of its account to `as_of`, by scope and time."""
    if stream.outcome == "not_offered":
        return [Gap("", began.at, as_of, "not_offered", "the venue has no such stream")]
    if not stream.known and not stream.told:
        return _nothing_known(stream, began, as_of)
    gaps = [
        Gap(told.scope, span.start, span.end, "can_not_tell", told.why, told.told_at)
        for told in stream.told
        for span in _within(told.span, began)
    ]
    for scope in sorted({*stream.known, *(told.scope for told in stream.told)}):
        settled = union([*stream.known.get(scope, ()), *(told.span for told in stream.told if told.scope == scope)])
        gaps += _around(stream, scope, settled, began, as_of)
    return sorted(gaps, key=lambda gap: (gap.scope, gap.start is not None, gap.start or gap.end, gap.end, gap.why))


def words_of(account: str, stream: str, scopes: Sequence[str], gap: Gap) -> str:
    """A gap of some scopes in one sentence without its full stop."""
    named = [scope for scope in scopes if scope]
    more = f" and {len(named) - 3} more" if len(named) > 3 else ""  # noqa: PLR2004 -- three say enough of a list
    of = f" ({', '.join(named[:3])}{more})" if named else ""
    what = account if stream == "all" else f"{account} {stream}{of}"
    since = "from when it began" if gap.start is None else f"from {write(gap.start)}"
    return f"{what} {since} to {write(gap.end)}: not known ({gap.why})"


def write(instant: datetime) -> str:
    """The UTC day, with the time where it is not midnight."""
    at = instant.astimezone(UTC)
    midnight = at.replace(hour=0, minute=0, second=0, microsecond=0)
    return f"{at:%Y-%m-%d}" if at == midnight else f"{at:%Y-%m-%d %H:%M}"


def _is_known_before(stream: StreamFacts, instant: datetime) -> bool:
    """Whether every scope of the stream is known without a hole from somewhere before `instant` up to it."""
    return bool(stream.known) and all(
        any(span.start < instant <= span.end for span in spans[:1]) for spans in stream.known.values()
    )


def _within(span: Span, began: Beginning) -> Iterator[Span]:
    """`span` since the first event of the account, where that is where it began; else all of it."""
    if began.source != "first_event" or began.at is None or span.start >= began.at:
        yield span
    elif began.at < span.end:
        yield Span(began.at, span.end)


def _nothing_known(stream: StreamFacts, began: Beginning, as_of: datetime) -> list[Gap]:
    if stream.outcome == "never":
        return [Gap("", began.at, as_of, "never_asked", "it was never synced")]
    if stream.outcome == "failed":
        start = stream.last_success_at or began.at
        return [Gap("", start, as_of, "failed", _failure(stream), stream.failing_since)]
    return []


def _around(
    stream: StreamFacts, scope: str, settled: Sequence[Span], began: Beginning, as_of: datetime
) -> Iterator[Gap]:
    """What is missing before, between and after the spans of one scope that are known, or told to be unknown."""
    first, last = settled[0].start, settled[-1].end
    if began.at is not None and began.at < first and not stream.is_whole:
        why = "it is known only from then on, and the account began earlier"
        yield Gap(scope, began.at, first, "before_first_known", why)
    for span in missing(Span(first, last), settled):
        if stream.outcome == "failed":
            yield Gap(scope, span.start, span.end, "failed", _failure(stream), stream.failing_since)
        else:
            yield Gap(scope, span.start, span.end, "never_asked", "no sync asked for it, or its file is lost")
    since = stream.last_success_at if stream.is_whole and stream.last_success_at is not None else last
    if since < as_of and stream.outcome == "failed":
        yield Gap(scope, since, as_of, "failed", _failure(stream), stream.failing_since)
    elif since < as_of and stream.is_stale and not stream.is_whole:
        yield Gap(scope, since, as_of, "stale", "it was not asked for since", stream.last_success_at)


def _failure(stream: StreamFacts) -> str:
    return f"the last sync failed{': ' + stream.error if stream.error else ''}"
