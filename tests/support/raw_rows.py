"""What raw has, read plainly.

Belongs here: rows of raw files for tests to look at. Does not belong here: deciding which version of a row counts.
"""

from typing import Any

import pyarrow.parquet as pq

from connectors.raw import RawStore


def read_rows(store: RawStore, account: str, stream: str) -> list[dict[str, Any]]:
    """Every row of every file of a stream, files in order of time."""
    rows: list[dict[str, Any]] = []
    for file in store.files(account, stream):
        rows += pq.read_table(file.path).to_pylist()
    return rows


def postings_of(row: dict[str, Any]) -> list[tuple[str, str, str]]:
    """A row's postings as (asset, quantity, role)."""
    return [(posting["asset"], posting["quantity"], posting["role"]) for posting in row["postings"]]
