"""Opening the warehouse's DuckDB files: the private one of a build, and a published one to read.

Belongs here: how a file is opened and closed. Does not belong here: any table.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import duckdb

MEMORY_LIMIT = "3GB"


@contextmanager
def open_warehouse(
    path: Path, *, read_only: bool = False, memory_limit: str = MEMORY_LIMIT, threads: int | None = None
) -> Iterator[duckdb.DuckDBPyConnection]:
    """The DuckDB file at `path`, closed again whatever happens in between.

    Sessions think in UTC, never fetch an extension from the network, and spill beside the file when `memory_limit`
    does not suffice. `threads` is DuckDB's own choice (one per core) where it is not given. Raises
    `duckdb.IOException` where another process writes the file.
    """
    config: dict[str, str | bool | int | float | list[str]] = {
        "memory_limit": memory_limit,
        "autoinstall_known_extensions": False,
    }
    if threads is not None:
        config["threads"] = threads
    connection = duckdb.connect(str(path), read_only=read_only, config=config)
    try:
        connection.execute("SET TimeZone = 'UTC'")
        yield connection
    finally:
        connection.close()
