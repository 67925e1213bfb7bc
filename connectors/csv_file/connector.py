"""The CSV account: one file of the Koinly universal columns, imported whole whenever it has changed.

Belongs here: opening the file, and keeping what it says as one snapshot. Does not belong here: what its rows mean.
"""

import hashlib
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import islice
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc

from connectors.csv_file.columns import read_header
from connectors.csv_file.lines import read_records
from connectors.csv_file.rows import read_rows
from connectors.raw import RawStore, Window
from connectors.records import TRANSACTIONS, Transaction, transactions_table
from connectors.sync import (
    Progress,
    SourceAnswerError,
    SourceError,
    SourceRefusedError,
    SourceUnavailableError,
    StreamReport,
    SyncReport,
    no_progress,
    write_attempts,
)
from connectors.windows import Span

STREAM = "transactions"
SOURCE = "csv koinly universal"

_IMPORTER = "3"
"""Raised whenever the same file would be understood differently, so that it is imported again."""

_ROWS_AT_ONCE = 10_000


@dataclass(frozen=True, slots=True)
class CsvAccount:
    """An account whose transactions are in the file at `path`."""

    name: str
    path: Path


class CsvConnector:
    """Imports the file of one account. The newest import replaces the ones before it."""

    def __init__(self, account: CsvAccount) -> None:
        self.account = account.name
        self._path = account.path

    def sync(self, store: RawStore, *, now: datetime, progress: Progress = no_progress) -> SyncReport:
        """Import the file if it is not the one imported last, and leave one file of attempts.

        A row that is not understood is kept as `rejected`; a file that can not be read as a whole is a failed
        attempt, and the import before it stays. Raises `OSError` where `store` can not be written.
        """
        began = time.monotonic()
        rows = 0
        problem: SourceError | None = None
        try:
            digest = _sha256(self._path)
            if not self._is_imported(store, digest):
                table = _read_table(self._path, digest, lambda count: progress(self.account, STREAM, count))
                rows = table.num_rows
                store.append(
                    table,
                    account=self.account,
                    stream=STREAM,
                    fetched_at=now,
                    source=SOURCE,
                    windows=_windows(table),
                    mode="snapshot",
                    extra={"sha256": digest, "importer": _IMPORTER, "file": self._path.name},
                )
        except SourceError as error:
            problem = error
        report = SyncReport(self.account)
        report.streams.append(
            StreamReport(
                STREAM,
                "ok" if problem is None else "failed",
                started_at=now,
                ended_at=now + timedelta(seconds=time.monotonic() - began),
                rows=rows,
                error=None if problem is None else str(problem),
                is_worth_retrying=isinstance(problem, SourceUnavailableError),
            )
        )
        write_attempts(store, report, source=SOURCE)
        return report

    def _is_imported(self, store: RawStore, digest: str) -> bool:
        newest = max(store.files(self.account, STREAM), key=lambda file: file.fetched_at, default=None)
        return newest is not None and newest.extra.get("sha256") == digest and newest.extra.get("importer") == _IMPORTER


def _sha256(path: Path) -> str:
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError as error:
        raise _unreadable(path, error) from error


def _read_table(path: Path, digest: str, progress: Callable[[int], None]) -> pa.Table:
    """The file's rows as an Arrow table of schema `TRANSACTIONS`. Raises `SourceError`.

    `digest` is the SHA-256 that the file had a moment ago: what is read must still have it.
    """
    parts = [TRANSACTIONS.empty_table()]
    count = 0
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            for batch in _batches(file, path.name):
                parts.append(transactions_table(batch))
                count += len(batch)
                progress(count)
    except OSError as error:
        raise _unreadable(path, error) from error
    except UnicodeDecodeError as error:
        raise SourceAnswerError(
            f"{path} is not UTF-8 text: it has a byte {error.object[error.start]:#04x} that is none. "
            "Save it as 'CSV UTF-8' and sync again."
        ) from error
    if _sha256(path) != digest:
        raise SourceUnavailableError(f"{path} changed while it was read. Nothing was imported; sync again.")
    return _in_time_order(pa.concat_tables(parts))


def _batches(lines: Iterator[str], file: str) -> Iterator[list[Transaction]]:
    header = read_header(next(lines, ""), file=file)
    rows = read_rows(read_records(lines, header, first_line=2), header, file=file)
    while batch := list(islice(rows, _ROWS_AT_ONCE)):
        yield batch


def _in_time_order(table: pa.Table) -> pa.Table:
    """Turn the tie-breaking `order` around where the file tells the newest first."""
    instants = pc.drop_null(table["occurred_at"])
    if len(instants) == 0 or instants[0].as_py() <= instants[-1].as_py():
        return table
    place = table.schema.get_field_index("order")
    return table.set_column(place, table.schema.field(place), pc.negate(table["order"]))


def _windows(table: pa.Table) -> list[Window]:
    ends = pc.min_max(table["occurred_at"]).as_py()
    if ends["min"] is None:
        return []
    return [Window(Span(ends["min"], ends["max"] + timedelta(microseconds=1)))]


def _unreadable(path: Path, error: OSError) -> SourceRefusedError:
    why = "there is no such file" if isinstance(error, FileNotFoundError) else error.strerror or str(error)
    return SourceRefusedError(
        f"{path} can not be read: {why}. Put the export there, or correct `path` in the configuration."
    )
