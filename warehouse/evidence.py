"""The row of raw that a transaction was booked from, as it was received.

Belongs here: finding that one row in its file, and whether the file is still what was written. Does not belong here:
what the row means.
"""

from dataclasses import dataclass
from pathlib import Path

import pyarrow.parquet as pq

from connectors.raw import RawFileError, read_header, verify


@dataclass(frozen=True, slots=True)
class Evidence:
    """A row as received: its file, who gave it and when, and what it said. `problem` is what is wrong with the file."""

    path: Path
    source: str | None = None
    fetched_at: str | None = None
    payload: str | None = None
    problem: str | None = None


def find_evidence(raw_root: Path, raw_file: str, row_id: str) -> Evidence:
    """The row `row_id` in the file `raw_file` below `raw_root`. What can not be read or was altered says so."""
    path = raw_root / raw_file
    try:
        verify(path)
        header = read_header(path)
        rows = pq.read_table(path, columns=["id", "payload"], filters=[("id", "=", row_id)])["payload"].to_pylist()
    except (RawFileError, OSError) as error:
        return Evidence(path, problem=str(error))
    fetched_at = header.fetched_at.isoformat()
    if not rows:
        return Evidence(path, header.source, fetched_at, problem=f"there is no row {row_id} in this file")
    return Evidence(path, header.source, fetched_at, rows[-1])
