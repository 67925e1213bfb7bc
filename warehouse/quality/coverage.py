"""`quality.coverage`, `quality.coverage_gaps`: what is known of each stream, by its files and how its syncs ended.

"Could not ask" is never "nothing there": a stream that failed, one that a venue does not offer and an account that was
never synced are three different rows.

Belongs here: reading files' metadata and attempts into rows. Does not belong here: what makes a gap (`gaps.py`), and
the transactions themselves.
"""

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, time, timedelta
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from connectors.raw import RawFile, RawStore
from connectors.records import ATTEMPTS_STREAM
from connectors.windows import Span, missing, union
from warehouse.quality.gaps import Beginning, Gap, StreamFacts, ToldGap, beginning, find_gaps
from warehouse.raw_files import NOT_TRANSACTIONS, current_files
from warehouse.schema import create_tables, fetch_query, insert_rows
from warehouse.settings import AccountSettings
from warehouse.steps import Book, Check, Step

ALL_STREAMS = "all"
"""The stream's name in the one row of an account that was never synced."""

_FIRST_EVENTS = """
SELECT account, min(occurred_at) FROM ledger.legs WHERE stream <> 'opening' GROUP BY account
"""
_NOT_LEFT_BY_THE_SYNC = frozenset({"not_offered", "stale"})

Row = dict[str, Any]


def build_coverage(book: Book) -> None:
    """Make both tables. Raises `connectors.raw.RawFileError` for a file that is not what was written."""
    create_tables(book.connection, "700_coverage.sql")
    first_events = dict(book.connection.execute(_FIRST_EVENTS).fetchall())
    coverage: list[Row] = []
    gaps: list[Row] = []
    for account in sorted(book.settings.accounts, key=lambda account: account.name):
        rows, found = account_coverage(book, account, first_events.get(account.name))
        coverage += rows
        gaps += found
    for table, made in (("quality.coverage", coverage), ("quality.coverage_gaps", gaps)):
        shape = fetch_query(book.connection, f"SELECT * FROM {table}").schema
        insert_rows(book.connection, table, pa.Table.from_pylist(made, schema=shape))


def account_coverage(
    book: Book, account: AccountSettings, first_event_at: datetime | None
) -> tuple[list[Row], list[Row]]:
    """The rows of one account by stream, and its gaps; without any file it has one row of outcome `never`."""
    streams = stream_facts(book, account.name)
    telling = [stream for stream in streams if stream.stream not in NOT_TRANSACTIONS]
    configured = None if account.since is None else datetime.combine(account.since, time(), UTC)
    is_on_chain = account.kind == "evm"
    began = beginning(telling, configured=None if is_on_chain else configured, first_event_at=first_event_at)
    if is_on_chain and began.at is None and configured is not None:
        began = Beginning(configured, "configured")
    rows, gaps = [], []
    for stream in streams:
        found = [] if stream.stream in NOT_TRANSACTIONS else find_gaps(stream, began, as_of=book.as_of)
        rows.append({**_coverage_row(account.name, stream, began, found), "same_as": account.same_as})
        if account.same_as is None:
            gaps += [_gap_row(account.name, stream.stream, gap) for gap in found]
        else:  # an export need not begin where its account does
            gaps += [
                _gap_row(account.same_as, f"{account.name}/{stream.stream}", gap)
                for gap in found
                if gap.reason != "before_first_known"
            ]
    return rows, gaps


def stream_facts(book: Book, account: str) -> list[StreamFacts]:
    """What raw knows of each stream of an account, by name; without any file one of outcome `never`."""
    root = book.raw_root
    stale_before = book.as_of - timedelta(hours=book.settings.stale_after_hours)
    attempts = _attempts(current_files(root, account, ATTEMPTS_STREAM))
    files = {
        stream: current_files(root, account, stream)
        for stream in RawStore(root).streams(account)
        if stream != ATTEMPTS_STREAM
    }
    if not files and not attempts:
        return [StreamFacts(ALL_STREAMS, "never", is_stale=True)]
    return [
        _stream(stream, files.get(stream, []), attempts.get(stream, []), stale_before)
        for stream in sorted({*files, *attempts})
    ]


def _attempts(files: Iterable[RawFile]) -> dict[str, list[Row]]:
    """Every attempt by stream, the latest last."""
    by_stream: dict[str, list[Row]] = {}
    for file in files:
        for row in pq.read_table(file.path).to_pylist():
            by_stream.setdefault(row["stream"], []).append(row)
    for rows in by_stream.values():
        rows.sort(key=lambda row: (row["ended_at"], row["started_at"], row["outcome"]))
    return by_stream


def _stream(stream: str, files: Sequence[RawFile], attempts: Sequence[Row], stale_before: datetime) -> StreamFacts:
    last: Row = attempts[-1] if attempts else {"outcome": "ok", "error": None}
    successes = [row["ended_at"] for row in attempts if row["outcome"] == "ok"]
    if not attempts:
        successes = [file.fetched_at for file in files]
    last_success_at = max(successes, default=None)
    failures = [
        row["ended_at"]
        for row in attempts
        if row["outcome"] == "failed" and (last_success_at is None or row["ended_at"] > last_success_at)
    ]
    known, told = _spans(files)
    return StreamFacts(
        stream,
        last["outcome"],
        error=last["error"] if last["outcome"] == "failed" else None,
        known=known,
        told=told,
        last_success_at=last_success_at,
        failing_since=min(failures, default=None),
        is_stale=last["outcome"] != "not_offered" and (last_success_at is None or last_success_at < stale_before),
        is_whole=any(file.mode == "snapshot" for file in files),
    )


def _spans(files: Sequence[RawFile]) -> tuple[dict[str, list[Span]], list[ToldGap]]:
    """What is known of each scope, and what a source said that it can not tell. A later file has the word."""
    known: dict[str, list[Span]] = {}
    untold: dict[tuple[str, str], list[Span]] = {}
    told_at: dict[tuple[str, str], datetime] = {}
    for file in files:
        for window in file.windows:
            known[window.scope] = union([*known.get(window.scope, []), window.span])
            for (scope, reason), spans in untold.items():
                if scope == window.scope:
                    untold[scope, reason] = [rest for span in spans for rest in missing(span, [window.span])]
        for gap in file.gaps:
            known[gap.scope] = [rest for span in known.get(gap.scope, []) for rest in missing(span, [gap.span])]
            untold[gap.scope, gap.reason] = union([*untold.get((gap.scope, gap.reason), []), gap.span])
            told_at.setdefault((gap.scope, gap.reason), file.fetched_at)
    told = [
        ToldGap(span, scope, reason, told_at[scope, reason])
        for (scope, reason), spans in sorted(untold.items())
        for span in spans
    ]
    return {scope: spans for scope, spans in known.items() if spans}, told


def _coverage_row(account: str, stream: StreamFacts, began: Beginning, gaps: Sequence[Gap]) -> Row:
    left = [gap for gap in gaps if stream.outcome != "never" and gap.reason not in _NOT_LEFT_BY_THE_SYNC]
    return {
        "account": account,
        "stream": stream.stream,
        "outcome": stream.outcome,
        "began_at": began.at,
        "began_source": began.source,
        "covered_from": min((spans[0].start for spans in stream.known.values()), default=None),
        "covered_to": min((spans[-1].end for spans in stream.known.values()), default=None),
        "gaps": "; ".join(_in_short(gap) for gap in left) or None,
        "is_complete": None if stream.outcome == "not_offered" else stream.outcome == "ok" and not left,
        "is_stale": stream.is_stale,
        "last_success_at": stream.last_success_at,
        "last_error": stream.error,
    }


def _gap_row(account: str, stream: str, gap: Gap) -> Row:
    return {
        "account": account,
        "stream": stream,
        "scope": gap.scope,
        "from_at": gap.start,
        "to_at": gap.end,
        "reason": gap.reason,
        "detail": gap.why,
        "noticed_at": gap.noticed_at,
        "is_counted": gap.is_counted,
    }


def _in_short(gap: Gap) -> str:
    start = "" if gap.start is None else _write(gap.start)
    return f"{gap.scope} {start}/{_write(gap.end)} ({gap.why})".strip()


def _write(instant: datetime) -> str:
    return f"{instant.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"


COVERAGE = Step(
    tables=("quality.coverage", "quality.coverage_gaps"),
    needs=("raw", "ledger.legs"),
    description="Says how much of each account's streams is known, and since when one is stale.",
    run=build_coverage,
    kinds=("python", "duckdb"),
    checks=(
        Check(
            name="every_account_is_covered",
            table="quality.coverage",
            description="Every stream that an account offers was synced lately, without an error and without a gap.",
            query=(
                "SELECT account, stream, outcome, covered_to, gaps, last_success_at, last_error FROM quality.coverage "
                "WHERE is_stale OR NOT is_complete ORDER BY account, stream"
            ),
            is_blocking=False,
        ),
    ),
)
