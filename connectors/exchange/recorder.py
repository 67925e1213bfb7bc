"""What a walk finds, kept in raw as it goes: rows and the windows that they make complete, always in one file.

Belongs here: when to write a file, which rows are news, how far coverage may reach. Does not belong here: asking, or
what a row means.
"""

import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path

import pyarrow.compute as pc
import pyarrow.parquet as pq

from connectors.raw import Gap, RawStore, Window
from connectors.records import Transaction, transactions_table
from connectors.windows import Span, union

FLUSH_ROWS = 2_000
FLUSH_BYTES = 16_000_000
"""Of payloads: rows are written long before they weigh on memory, however much a venue tells of each."""

FLUSH_SECONDS = 10.0


@dataclass(slots=True)
class Kept:
    """Where the rows of one stream of one sync go, and who is told. `hide` takes secrets out of payloads."""

    store: RawStore
    account: str
    stream: str
    fetched_at: datetime
    source: str
    hide: Callable[[str], str]
    progress: Callable[[int], None]


class Recorder:
    """Collects one stream's rows and windows and writes them, a file for every so many rows, bytes or seconds."""

    def __init__(self, kept: Kept, *, clock: Callable[[], float] = time.monotonic) -> None:
        self._kept = kept
        self._clock = clock
        before = list(kept.store.files(kept.account, kept.stream))
        self._before = [file.path for file in before]
        self._told = {gap for file in before for gap in file.gaps}
        self._gaps: list[Gap] = []
        self._rows: dict[str, Transaction] = {}
        self._bytes = 0
        self._windows: dict[str, list[Span]] = {}
        self._digests: dict[str, int] = {}
        self._known_from: datetime | None = None
        self._caps: dict[str, datetime] = {}
        self._flushed_at = clock()
        self._files = 0
        self.rows = 0
        """Rows written so far: new ones, and ones that changed."""

    def ask_again(self, since: datetime) -> None:
        """Say that rows from `since` on may be in raw already: the same row is then not written twice."""
        if self._known_from is None or since < self._known_from:
            self._known_from = since
            for name, digest in self._read_digests(since).items():
                self._digests.setdefault(name, digest)

    def miss(self, gaps: Iterable[Gap]) -> None:
        """Take spans that the venue can not tell; what raw has been told already is not written again."""
        self._gaps += [gap for gap in gaps if gap not in self._told]

    def add(self, scope: str, rows: Iterable[Transaction], covered: Iterable[Span]) -> None:
        """Take rows and the spans of `scope` that are complete with them. A pending row stops coverage before it."""
        for row in rows:
            if row.status == "pending" and row.occurred_at is not None:
                self._caps[scope] = min(self._caps.get(scope, row.occurred_at), row.occurred_at)
            kept_row = replace(row, payload=self._kept.hide(row.payload))
            digest = _digest(kept_row.status, kept_row.kind, kept_row.payload)
            if self._digests.get(row.id) != digest:
                self._digests[row.id] = digest
                self._rows[row.id] = kept_row
                self._bytes += len(kept_row.payload)
        self._windows.setdefault(scope, []).extend(covered)
        is_much = len(self._rows) >= FLUSH_ROWS or self._bytes >= FLUSH_BYTES
        if is_much or self._clock() - self._flushed_at >= FLUSH_SECONDS:
            self.flush()

    def flush(self) -> None:
        """Write what was collected. Raises `OSError`."""
        self._flushed_at = self._clock()
        windows = [
            Window(span, scope)
            for scope, spans in self._windows.items()
            for span in self._below_cap(scope, union(spans))
        ]
        if not self._rows and not windows and not self._gaps:
            return
        kept = self._kept
        kept.store.append(
            transactions_table(self._rows.values()),
            account=kept.account,
            stream=kept.stream,
            fetched_at=kept.fetched_at + timedelta(microseconds=self._files),
            source=kept.source,
            windows=windows,
            gaps=self._gaps,
        )
        self._files += 1
        self.rows += len(self._rows)
        self._rows, self._windows, self._gaps, self._bytes = {}, {}, [], 0
        kept.progress(self.rows)

    def _below_cap(self, scope: str, spans: list[Span]) -> list[Span]:
        cap = self._caps.get(scope)
        if cap is None:
            return spans
        return [Span(span.start, min(span.end, cap)) for span in spans if span.start < cap]

    def _read_digests(self, since: datetime) -> dict[str, int]:
        """What raw had of `since` and later before this sync, by id; the newest file has the last word."""
        digests: dict[str, int] = {}
        for path in self._before:
            if not _reaches(path, since):
                continue
            table = pq.read_table(path, columns=["id", "status", "kind", "payload", "occurred_at"])
            wanted = table.filter(pc.greater_equal(table["occurred_at"], since)).to_pydict()
            for row in zip(wanted["id"], wanted["status"], wanted["kind"], wanted["payload"], strict=True):
                digests[row[0]] = _digest(*row[1:])
        return digests


def _digest(status: str, kind: str, payload: str) -> int:
    return hash((status, kind, payload))


def _reaches(path: Path, since: datetime) -> bool:
    """Whether a file has rows of `since` or later, by the statistics in its footer."""
    metadata = pq.read_metadata(path)
    for number in range(metadata.num_row_groups):
        group = metadata.row_group(number)
        position = next(
            index for index in range(group.num_columns) if group.column(index).path_in_schema == "occurred_at"
        )
        statistics = group.column(position).statistics
        if group.num_rows and (statistics is None or not statistics.has_min_max or statistics.max >= since):
            return True
    return False
