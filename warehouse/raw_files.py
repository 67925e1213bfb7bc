"""Which raw files count, checked before they are read: their bytes against their names, their mode, their windows.

Belongs here: choosing and checking files. Does not belong here: what their rows mean.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import duckdb
import pyarrow as pa

from connectors.raw import RawFile, RawFileError, RawStore, verify

PRICES_ACCOUNT = "prices"
"""The reserved folder of fetched prices, one stream for each source."""

NOT_TRANSACTIONS = frozenset({"attempts", "balances", "gas_conditions", "market_conditions"})
"""Streams of an account whose rows are not transactions."""


@dataclass(frozen=True, slots=True)
class Listing:
    """The files that count for some account, oldest first: all of an `append` stream, the newest `snapshot`."""

    files: tuple[RawFile, ...]
    root: Path

    def table(self) -> pa.Table:
        """One row a file: `path`, `account`, `stream`, `fetched_at`, and `raw_file`, its path below the raw folder."""
        rows = [
            {
                "path": str(file.path),
                "account": file.account,
                "stream": file.stream,
                "fetched_at": file.fetched_at,
                "raw_file": file.path.relative_to(self.root).as_posix(),
            }
            for file in self.files
        ]
        schema = pa.schema(
            [
                ("path", pa.string()),
                ("account", pa.string()),
                ("stream", pa.string()),
                ("fetched_at", pa.timestamp("us", tz="UTC")),
                ("raw_file", pa.string()),
            ]
        )
        return pa.Table.from_pylist(rows, schema=schema)


def current_files(root: Path, account: str, stream: str) -> list[RawFile]:
    """The files of one stream that count, oldest first, each hashed against its name.

    Raises `RawFileError` for a file that was cut short, altered, moved to another folder, or is not ours.
    """
    files = sorted(RawStore(root).files(account, stream), key=lambda file: (file.fetched_at, file.path.name))
    for file in files:
        verify(file.path)
        if (file.account, file.stream) != (account, stream):
            raise RawFileError(
                f"{file.path} was written for {file.account}/{file.stream}, not for {account}/{stream}. Move it back."
            )
    return since_last_snapshot(files)


def since_last_snapshot(files: list[RawFile]) -> list[RawFile]:
    """Those of a stream's files, oldest first, that count: all, or from the newest snapshot on."""
    snapshots = [number for number, file in enumerate(files) if file.mode == "snapshot"]
    return files[snapshots[-1] :] if snapshots else files


def transaction_files(root: Path, accounts: Iterable[str]) -> Listing:
    """The files that hold transactions of `accounts`. Raises `RawFileError` as `current_files`."""
    store = RawStore(root)
    return Listing(
        tuple(
            file
            for account in sorted(accounts)
            for stream in store.streams(account)
            if stream not in NOT_TRANSACTIONS
            for file in current_files(root, account, stream)
        ),
        root,
    )


def price_files(root: Path, *, base_currency: str) -> Listing:
    """The files of fetched prices in that currency, of every source. Raises `RawFileError` as `current_files`.

    A file that does not say its currency is in dollars.
    """
    return Listing(
        tuple(
            file
            for stream in RawStore(root).streams(PRICES_ACCOUNT)
            if stream not in NOT_TRANSACTIONS
            for file in current_files(root, PRICES_ACCOUNT, stream)
            if file.extra.get("base", "USD") == base_currency
        ),
        root,
    )


def unlisted_folders(root: Path, accounts: Iterable[str]) -> list[str]:
    """Folders of raw that belong to no account of the settings: evidence that the books leave out."""
    known = {*accounts, PRICES_ACCOUNT}
    return (
        sorted(path.name for path in root.iterdir() if path.is_dir() and path.name not in known)
        if root.is_dir()
        else []
    )


def view_rows(connection: duckdb.DuckDBPyConnection, listing: Listing, view: str, empty: pa.Schema) -> None:
    """Make the temporary `view` of all rows of the listed files.

    Beside the columns of the files stand `account`, `stream`, `fetched_at`, `raw_file` and `file_row_number`. `empty`
    is the schema of the rows: a column that older files do not have is null in their rows.
    """
    files = f"{view}_files"
    connection.register("listed_files", listing.table())
    connection.execute(f"CREATE OR REPLACE TEMP TABLE {files} AS SELECT * FROM listed_files")
    connection.unregister("listed_files")
    connection.register("no_rows", empty.empty_table())
    connection.execute(f"CREATE OR REPLACE TEMP TABLE {view}_none AS SELECT * FROM no_rows")
    connection.unregister("no_rows")
    rows = f"(SELECT *, '' AS filename, 0 AS file_row_number FROM {view}_none)"
    if listing.files:
        paths = ", ".join("'" + str(file.path).replace("'", "''") + "'" for file in listing.files)
        told = f"read_parquet([{paths}], filename = true, file_row_number = true, union_by_name = true)"
        rows = f"(FROM {rows} UNION ALL BY NAME FROM {told})"
    connection.execute(
        f"CREATE OR REPLACE TEMP VIEW {view} AS "
        "SELECT r.* EXCLUDE (filename), f.account, f.stream, f.fetched_at, f.raw_file "
        f"FROM {rows} AS r JOIN {files} AS f ON f.path = r.filename"
    )
