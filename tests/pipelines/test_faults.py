"""What goes wrong around the program: after each fault nothing is lost or double, and what is published is whole."""

import os
import random
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from support.command import lotkeeper
from support.sample import copy_sample, published_rows
from support.small_disk import fill, small_disk

ROOT = Path(__file__).parents[2]
LOTKEEPER = Path(sys.executable).parent / "lotkeeper"
KILLS = 3
KILLED_AT = """
import importlib, os, signal, sys
module, name = sys.argv.pop(1).rsplit(".", 1)
setattr(importlib.import_module(module), name, lambda *_, **__: os.kill(os.getpid(), signal.SIGKILL))
from pipelines.cli import main
main()
"""


@pytest.fixture(scope="module")
def first_night(tmp_path_factory: pytest.TempPathFactory) -> Path:
    config = copy_sample(tmp_path_factory.mktemp("faults"))
    assert lotkeeper("sync", "--config", config).returncode == 0
    return config


def _books(config: Path) -> dict[str, list[str]]:
    """What is published, but for the record of how each night found the years: a night more is a line more."""
    rows = published_rows(config)
    rows.pop("tax.year_history")
    return rows


@pytest.fixture
def book(first_night: Path, tmp_path: Path) -> Path:
    shutil.copytree(first_night.parent, tmp_path / "book")
    return tmp_path / "book" / first_night.name


@pytest.mark.parametrize("leave_bytes", [0, 300_000, 20_000_000])
def test_disk_full__at_sync_build_or_publishing__is_said_and_costs_nothing(
    first_night: Path, tmp_path: Path, leave_bytes: int
) -> None:
    with small_disk(tmp_path / "disk", 100) as disk:
        config = disk / "book" / first_night.name
        shutil.copytree(first_night.parent, disk / "book")
        before = _books(config)
        filler = fill(disk, leave_bytes=leave_bytes)
        done = lotkeeper("sync", "--config", config)
        assert done.returncode == 1
        assert "Traceback" not in done.stdout + done.stderr
        assert "o space left" in (done.stdout + done.stderr).replace("\n", " ")
        assert "what was published before stays" in done.stdout.replace("\n", " ")
        assert _books(config) == before
        filler.unlink()
        if leave_bytes == 0:  # the other two leave no more behind than this one
            done = lotkeeper("sync", "--config", config)
            assert done.returncode == 0, done.stdout + done.stderr
            assert _books(config) == before
        assert [path.name for path in (config.parent / "data" / "build").iterdir()] == []


def test_killed__at_random_moments_of_a_night__what_is_published_is_whole_and_the_next_night_is_right(
    book: Path,
) -> None:
    before = _books(book)
    moments = random.Random(20261124)
    for _ in range(KILLS):
        with subprocess.Popen(
            [LOTKEEPER, "sync", "--config", book], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        ) as night:
            time.sleep(moments.uniform(1, 9))
            night.kill()
        assert _books(book) == before
    done = lotkeeper("sync", "--config", book)
    assert done.returncode == 0, done.stdout + done.stderr
    assert _books(book) == before


@pytest.mark.timeout(1200)
def test_killed__inside_publishing__each_file_is_whole_and_the_next_night_makes_up_for_it(book: Path) -> None:
    data = book.parent / "data"
    before, page, lines = _books(book), (data / "report.html").read_bytes(), _record_lines(data)
    for moment, is_replaced in (
        ("shutil.copyfileobj", False),  # a copy is begun
        ("pipelines.building.replace_file", True),  # the file has its name, the page not
        ("pipelines.building.record_night", True),
        ("pipelines.building.record_years", True),
    ):
        inode = (data / "lotkeeper.duckdb").stat().st_ino
        done = subprocess.run(
            [sys.executable, "-c", KILLED_AT, moment, "sync", "--config", book],
            env=os.environ | {"PYTHONPATH": str(ROOT)}, stdout=subprocess.DEVNULL, check=False,
        )  # fmt: skip
        assert done.returncode == -signal.SIGKILL
        assert ((data / "lotkeeper.duckdb").stat().st_ino != inode) is is_replaced
        assert _books(book) == before
        assert moment != "pipelines.building.replace_file" or (data / "report.html").read_bytes() == page
        assert (data / "report.html").read_bytes().rstrip().endswith(b"</html>")
        assert _record_lines(data) == lines
    assert lotkeeper("sync", "--config", book).returncode == 0
    assert _books(book) == before
    after = _record_lines(data)
    assert [after[name][: len(kept)] for name, kept in lines.items()] == list(lines.values())
    assert all(len(set(now)) == len(now) for now in after.values())
    assert [path.name for path in data.iterdir() if path.name.endswith(".tmp")] == []


def _record_lines(data: Path) -> dict[str, list[str]]:
    return {path.name: path.read_text(encoding="utf-8").splitlines() for path in sorted(data.glob("*.jsonl"))}


def test_two_nights_at_once__each_ends_and_nothing_is_double(book: Path) -> None:
    before = _books(book)
    nights = [
        subprocess.Popen(
            [LOTKEEPER, "sync", "--config", book], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
        )
        for _ in range(2)
    ]
    told = [night.communicate(timeout=300)[0] for night in nights]
    for night, said in zip(nights, told, strict=True):
        assert "Traceback" not in said
        assert night.returncode == 0 or "being synced by another process" in said.replace("\n", " ")
    assert _books(book) == before


def test_raw_file_cut_short__is_named_and_put_back__the_next_night_is_right(book: Path) -> None:
    before = _books(book)
    cut = min((book.parent / "data" / "raw" / "binance" / "trades").glob("*.parquet"))
    content = cut.read_bytes()
    cut.write_bytes(content[: len(content) // 2])
    done = lotkeeper("sync", "--config", book)
    assert done.returncode == 1
    assert cut.name in done.stdout.replace("\n", "")
    assert "Traceback" not in done.stdout + done.stderr
    assert _books(book) == before
    cut.write_bytes(content)
    assert lotkeeper("sync", "--config", book).returncode == 0
    assert _books(book) == before
