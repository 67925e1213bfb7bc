"""`quality.coverage`: what is known of each stream, from the windows of its files and from how its syncs ended.

"Could not ask" is never "nothing there": a stream that failed, one that a venue does not offer and an account that was
never synced are three different rows.

Belongs here: reading files' metadata and attempts into rows. Does not belong here: the transactions themselves.
"""

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from connectors.raw import RawFile, RawStore
from connectors.records import ATTEMPTS_STREAM
from connectors.windows import Span, missing, union
from warehouse.raw_files import current_files
from warehouse.schema import create_tables, fetch_query, insert_rows
from warehouse.steps import Book, Check, Step

ALL_STREAMS = "all"
"""The stream's name in the one row of an account that was never synced."""


def build_coverage(book: Book) -> None:
    """Make `quality.coverage`. Raises `connectors.raw.RawFileError` for a file that is not what was written."""
    create_tables(book.connection, "700_coverage.sql")
    stale_before = book.as_of - timedelta(hours=book.settings.stale_after_hours)
    rows = [
        {**row, "is_stale": _is_stale(row, stale_before)}
        for account in sorted(book.settings.accounts, key=lambda account: account.name)
        for row in account_coverage(book.raw_root, account.name)
    ]
    shape = fetch_query(book.connection, "SELECT * FROM quality.coverage").schema
    insert_rows(book.connection, "quality.coverage", pa.Table.from_pylist(rows, schema=shape))


def account_coverage(root: Path, account: str) -> list[dict[str, Any]]:
    """The rows of one account, by stream; an account without any file has one row of outcome `never`."""
    attempts = _attempts(current_files(root, account, ATTEMPTS_STREAM))
    files = {
        stream: current_files(root, account, stream)
        for stream in RawStore(root).streams(account)
        if stream != ATTEMPTS_STREAM
    }
    streams = sorted({*files, *attempts})
    if not streams:
        return [{"account": account, "stream": ALL_STREAMS, "outcome": "never", "is_complete": False}]
    return [_stream_row(account, stream, files.get(stream, []), attempts.get(stream, [])) for stream in streams]


def _attempts(files: Iterable[RawFile]) -> dict[str, list[dict[str, Any]]]:
    """Every attempt by stream, the latest last."""
    by_stream: dict[str, list[dict[str, Any]]] = {}
    for file in files:
        for row in pq.read_table(file.path).to_pylist():
            by_stream.setdefault(row["stream"], []).append(row)
    for rows in by_stream.values():
        rows.sort(key=lambda row: (row["ended_at"], row["started_at"], row["outcome"]))
    return by_stream


def _stream_row(
    account: str, stream: str, files: Sequence[RawFile], attempts: Sequence[dict[str, Any]]
) -> dict[str, Any]:
    last = attempts[-1] if attempts else {"outcome": "ok", "error": None}
    successes = [row["ended_at"] for row in attempts if row["outcome"] == "ok"]
    if not attempts:
        successes = [file.fetched_at for file in files]
    known, told = _spans(files)
    gaps = [*_gaps(known), *told]
    return {
        "account": account,
        "stream": stream,
        "outcome": last["outcome"],
        "covered_from": min((spans[0].start for spans in known.values()), default=None),
        "covered_to": min((spans[-1].end for spans in known.values()), default=None),
        "gaps": "; ".join(gaps) or None,
        "is_complete": None if last["outcome"] == "not_offered" else last["outcome"] == "ok" and not gaps,
        "last_success_at": max(successes, default=None),
        "last_error": last["error"] if last["outcome"] == "failed" else None,
    }


def _spans(files: Sequence[RawFile]) -> tuple[dict[str, list[Span]], list[str]]:
    """What is known of each scope, and in words what a source said that it can not tell. A later file has the word."""
    known: dict[str, list[Span]] = {}
    untold: dict[tuple[str, str], list[Span]] = {}
    for file in files:
        for window in file.windows:
            known[window.scope] = union([*known.get(window.scope, []), window.span])
            for (scope, reason), spans in untold.items():
                if scope == window.scope:
                    untold[scope, reason] = [rest for span in spans for rest in missing(span, [window.span])]
        for gap in file.gaps:
            known[gap.scope] = [rest for span in known.get(gap.scope, []) for rest in missing(span, [gap.span])]
            untold[gap.scope, gap.reason] = union([*untold.get((gap.scope, gap.reason), []), gap.span])
    words = [
        f"{scope} {_write(span.start)}/{_write(span.end)} ({reason})".strip()
        for (scope, reason), spans in sorted(untold.items())
        for span in spans
    ]
    return {scope: spans for scope, spans in known.items() if spans}, words


def _gaps(known: dict[str, list[Span]]) -> list[str]:
    """What is missing between the first and the last instant known of each scope, in words."""
    return [
        f"{scope} {_write(gap.start)}/{_write(gap.end)}".strip()
        for scope, spans in sorted(known.items())
        for gap in missing(Span(spans[0].start, spans[-1].end), spans)
    ]


def _write(instant: datetime) -> str:
    return f"{instant.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"


def _is_stale(row: dict[str, Any], stale_before: datetime) -> bool:
    if row["outcome"] == "not_offered":
        return False
    last_success_at = row.get("last_success_at")
    return last_success_at is None or last_success_at < stale_before


COVERAGE = Step(
    tables=("quality.coverage",),
    needs=("raw",),
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
