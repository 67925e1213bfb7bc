"""A history larger than memory is kept and built all the same."""

import os
import subprocess
import sys
from pathlib import Path

import duckdb

PROGRAM = Path(__file__).with_name("limited_memory.py")
ROOT = Path(__file__).parents[2]
MEGABYTES = 720


def _run(work: str, megabytes: int, folder: Path) -> str:
    done = subprocess.run(
        [sys.executable, str(PROGRAM), work, str(megabytes), str(folder)],
        env=os.environ | {"PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def _books(file: Path) -> dict[str, list[tuple[object, ...]]]:
    with duckdb.connect(file, read_only=True) as connection:
        tables = connection.execute("SELECT schema_name || '.' || table_name FROM duckdb_tables()").fetchall()
        return {table: sorted(connection.execute(f"FROM {table}").fetchall(), key=str) for (table,) in tables}


def test_history__twice_the_memory_there_is__is_kept_and_built_as_with_all_of_it(tmp_path: Path) -> None:
    told = int(_run("keep", MEGABYTES, tmp_path))
    assert told > 1.9 * MEGABYTES * 1_000_000
    _run("build", MEGABYTES, tmp_path)
    assert list((tmp_path / "build").iterdir()) == []
    limited = _books(tmp_path / "book.duckdb")
    _run("build", 0, tmp_path)
    assert limited == _books(tmp_path / "book.duckdb")
    assert len(limited["ledger.postings"]) == 92_000
    assert len(limited["lots.disposals"]) >= 20_000
