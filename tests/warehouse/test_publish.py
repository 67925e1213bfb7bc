"""Publishing: whoever reads, holds or kills, the public file is always one whole build."""

import os
import stat
import subprocess
import sys
import threading
from pathlib import Path

import duckdb
import pytest

from warehouse.connection import open_warehouse
from warehouse.publish import publish

_READER = """
import sys, duckdb
connection = duckdb.connect(sys.argv[1], read_only=True)
print(connection.execute("SELECT value FROM numbers").fetchall()[0][0], flush=True)
for line in sys.stdin:
    print(connection.execute("SELECT min(value), max(value), count(*) FROM numbers").fetchall()[0], flush=True)
"""


def _write(path: Path, value: int, rows: int = 1000) -> Path:
    path.unlink(missing_ok=True)
    with open_warehouse(path) as connection:
        connection.execute(f"CREATE TABLE numbers AS SELECT {value} AS value FROM range({rows})")
    return path


def test_publish__a_first_build__is_there_for_its_owner_only(tmp_path: Path) -> None:
    public = tmp_path / "data" / "book.duckdb"
    publish(_write(tmp_path / "private.duckdb", 1), public)
    assert stat.S_IMODE(public.stat().st_mode) == 0o600
    assert [path.name for path in public.parent.iterdir()] == ["book.duckdb"]
    with open_warehouse(public, read_only=True) as connection:
        assert connection.execute("SELECT DISTINCT value FROM numbers").fetchall() == [(1,)]


def test_publish__a_reader_in_another_process__neither_blocks_nor_sees_the_new_file(tmp_path: Path) -> None:
    public = tmp_path / "book.duckdb"
    publish(_write(tmp_path / "private.duckdb", 1), public)
    with subprocess.Popen(
        [sys.executable, "-c", _READER, str(public)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as reader:
        assert reader.stdin is not None
        assert reader.stdout is not None
        assert reader.stdout.readline() == "1\n"
        publish(_write(tmp_path / "private.duckdb", 2), public)
        reader.stdin.write("again\n")
        reader.stdin.flush()
        assert reader.stdout.readline() == "(1, 1, 1000)\n"
        reader.stdin.close()
    with open_warehouse(public, read_only=True) as connection:
        assert connection.execute("SELECT DISTINCT value FROM numbers").fetchall() == [(2,)]


def test_publish__readers_that_come_and_go_all_the_while__see_one_whole_build(tmp_path: Path) -> None:
    public = tmp_path / "book.duckdb"
    publish(_write(tmp_path / "private.duckdb", 0), public)
    done = threading.Event()
    seen: list[tuple[int, int, int]] = []

    def read() -> None:
        while not done.is_set():
            # Each open is of the file's present inode, as another process would see it.
            link = tmp_path / f"held-{len(seen)}.duckdb"
            os.link(public, link)
            with open_warehouse(link, read_only=True) as connection:
                seen.extend(connection.execute("SELECT min(value), max(value), count(*) FROM numbers").fetchall())
            link.unlink()

    reader = threading.Thread(target=read)
    reader.start()
    for value in range(1, 15):
        publish(_write(tmp_path / "private.duckdb", value), public)
    done.set()
    reader.join()
    assert seen
    assert all(least == most and count == 1000 for least, most, count in seen)


def test_publish__a_private_file_that_somebody_writes__leaves_the_public_one(tmp_path: Path) -> None:
    public = tmp_path / "book.duckdb"
    publish(_write(tmp_path / "private.duckdb", 1), public)
    before = public.read_bytes()
    script = (
        "import sys, duckdb\nconnection = duckdb.connect(sys.argv[1])\nprint('open', flush=True)\nsys.stdin.readline()"
    )
    private = _write(tmp_path / "private.duckdb", 2)
    with subprocess.Popen(
        [sys.executable, "-c", script, str(private)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as writer:
        assert writer.stdout is not None
        assert writer.stdout.readline() == "open\n"
        with pytest.raises(duckdb.IOException):
            publish(private, public)
        writer.communicate("\n")
    assert public.read_bytes() == before
    assert sorted(path.name for path in tmp_path.iterdir()) == ["book.duckdb", "private.duckdb"]
