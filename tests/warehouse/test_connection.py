"""With how many threads a build works, and that opening its file once more changes nothing of that."""

import os
from pathlib import Path

import duckdb
import pytest

from warehouse import connection
from warehouse.connection import open_warehouse, threads_for_build


def _threads(session: duckdb.DuckDBPyConnection) -> int:
    rows = session.execute("SELECT current_setting('threads')").fetchall()
    return int(rows[0][0])


@pytest.mark.parametrize(
    ("bytes_of_files", "cores", "threads"),
    [((), 8, 1), ((19_999_999,), 8, 1), ((20_000_000,), 8, 2), ((30_000_000, 30_000_000), 8, 4), ((10**9,), 8, 8)],
)
def test_threads__of_a_build__are_more_with_more_evidence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, bytes_of_files: tuple[int, ...], cores: int, threads: int
) -> None:
    for number, size in enumerate(bytes_of_files):
        path = tmp_path / f"account{number}" / "trades" / "file.parquet"
        path.parent.mkdir(parents=True)
        path.touch()
        os.truncate(path, size)
    monkeypatch.setattr(os, "cpu_count", lambda: cores)
    monkeypatch.setattr(connection, "memory_for_duckdb", lambda: 3_000_000_000)
    assert threads_for_build(tmp_path) == threads
    monkeypatch.setattr(connection, "memory_for_duckdb", lambda: 200_000_000)
    assert threads_for_build(tmp_path) == 1


def test_open__once_more_while_a_build_has_it_open__leaves_its_threads(tmp_path: Path) -> None:
    with open_warehouse(tmp_path / "book.duckdb", threads=1) as build:
        with open_warehouse(tmp_path / "book.duckdb") as step:
            assert _threads(step) == 1
        assert _threads(build) == 1
