"""Opening the warehouse's DuckDB files: the private one of a build, and a published one to read.

Belongs here: how a file is opened and closed. Does not belong here: any table.
"""

import os
import resource
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import duckdb

MOST_MEMORY_BYTES = 3_000_000_000
_CONTROL_GROUP = Path("/sys/fs/cgroup/memory.max")
_SHARE = 4
"""A quarter of the memory there is: the steps hold columns of their own beside DuckDB, and so may a second build."""

_BYTES_A_THREAD = 250_000_000
"""Each of DuckDB's threads holds what it works on beside the rest: with little memory one does it."""

_EVIDENCE_A_THREAD = 20_000_000
"""Bytes of raw files. Handing small tables from thread to thread takes more than it saves: of a book of 100,000
transactions (6 MB) two threads are no faster than one, and of a small one a third slower."""


@contextmanager
def open_warehouse(
    path: Path, *, read_only: bool = False, memory_bytes: int | None = None, threads: int | None = None
) -> Iterator[duckdb.DuckDBPyConnection]:
    """The DuckDB file at `path`, closed again whatever happens in between.

    Sessions think in UTC, never fetch an extension from the network, and spill beside the file when `memory_bytes`
    (by default what `memory_for_duckdb` says) do not suffice. There is one thread per core, and less where there is
    little memory, unless `threads` says how many; that holds for all connections of this process to the file. Raises
    `duckdb.IOException` where another process writes the file.
    """
    memory_bytes = memory_bytes or memory_for_duckdb()
    config: dict[str, str | bool | int | float | list[str]] = {
        "memory_limit": f"{memory_bytes // 1_000_000}MB",
        "threads": _most_threads(memory_bytes),
        "autoinstall_known_extensions": False,
    }
    connection = duckdb.connect(str(path), read_only=read_only, config=config)
    try:
        connection.execute("SET TimeZone = 'UTC'")
        if threads is not None:
            connection.execute(f"SET threads = {threads}")
        yield connection
    finally:
        connection.close()


def threads_for_build(raw_root: Path) -> int:
    """How many threads a build of the raw files under `raw_root` makes use of: one per core where they are many."""
    evidence = sum(path.stat().st_size for path in raw_root.rglob("*.parquet"))
    return min(_most_threads(memory_for_duckdb()), evidence // _EVIDENCE_A_THREAD + 1)


def _most_threads(memory_bytes: int) -> int:
    return max(1, min(os.cpu_count() or 1, memory_bytes // _BYTES_A_THREAD))


def memory_for_duckdb() -> int:
    """The bytes that DuckDB may hold before it spills: 3 GB, or a quarter of what this process may take where less."""
    there_is = [os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")]
    there_is += [
        soft
        for soft, _ in map(resource.getrlimit, (resource.RLIMIT_AS, resource.RLIMIT_DATA))
        if soft != resource.RLIM_INFINITY
    ]
    with suppress(OSError, ValueError):  # no control group, or one without a limit ("max")
        there_is.append(int(_CONTROL_GROUP.read_text(encoding="ascii")))
    return min(MOST_MEMORY_BYTES, min(there_is) // _SHARE)
