"""What goes wrong around the program: after each fault nothing is lost or double, and what is published is whole."""

import random
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from support.command import lotkeeper
from support.sample import published_rows
from support.small_disk import fill, small_disk

LOTKEEPER = Path(sys.executable).parent / "lotkeeper"
KILLS = 3


def _books(config: Path) -> dict[str, list[str]]:
    """What is published, but for the record of how each night found the years: a night more is a line more."""
    rows = published_rows(config)
    rows.pop("tax.year_history")
    return rows


@pytest.mark.parametrize("leave_bytes", [0, 300_000, 20_000_000])
def test_disk_full__at_sync_build_or_publishing__is_said_and_costs_nothing(
    sample_night: Path, tmp_path: Path, leave_bytes: int
) -> None:
    with small_disk(tmp_path / "disk", 100) as disk:
        config = disk / "book" / sample_night.name
        shutil.copytree(sample_night.parent, disk / "book")
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
    sample_copy: Path,
) -> None:
    before = _books(sample_copy)
    moments = random.Random(20261124)
    for _ in range(KILLS):
        with subprocess.Popen(
            [LOTKEEPER, "sync", "--config", sample_copy], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        ) as night:
            time.sleep(moments.uniform(1, 9))
            night.kill()
        assert _books(sample_copy) == before
    done = lotkeeper("sync", "--config", sample_copy)
    assert done.returncode == 0, done.stdout + done.stderr
    assert _books(sample_copy) == before


@pytest.mark.timeout(1200)
def test_killed__inside_publishing__each_file_is_whole_and_the_next_night_makes_up_for_it(sample_copy: Path) -> None:
    data = sample_copy.parent / "data"
    before, page, lines = _books(sample_copy), (data / "report.html").read_bytes(), _record_lines(data)
    for moment, is_replaced in (
        ("shutil.copyfileobj", False),  # a copy is begun
        ("pipelines.building.replace_file", True),  # the file has its name, the page not
        ("pipelines.building.record_night", True),
        ("pipelines.building.record_years", True),
    ):
        inode = (data / "lotkeeper.duckdb").stat().st_ino
        done = lotkeeper("sync", "--config", sample_copy, killed_at=moment)
        assert done.returncode == -signal.SIGKILL
        assert ((data / "lotkeeper.duckdb").stat().st_ino != inode) is is_replaced
        assert _books(sample_copy) == before
        assert moment != "pipelines.building.replace_file" or (data / "report.html").read_bytes() == page
        assert (data / "report.html").read_bytes().rstrip().endswith(b"</html>")
        assert _record_lines(data) == lines
    assert lotkeeper("sync", "--config", sample_copy).returncode == 0
    assert _books(sample_copy) == before
    after = _record_lines(data)
    assert [after[name][: len(kept)] for name, kept in lines.items()] == list(lines.values())
    assert all(len(set(now)) == len(now) for now in after.values())
    assert [path.name for path in data.iterdir() if path.name.endswith(".tmp")] == []


def _record_lines(data: Path) -> dict[str, list[str]]:
    return {path.name: path.read_text(encoding="utf-8").splitlines() for path in sorted(data.glob("*.jsonl"))}


def test_two_nights_at_once__each_ends_and_nothing_is_double(sample_copy: Path) -> None:
    before = _books(sample_copy)
    nights = [
        subprocess.Popen(
            [LOTKEEPER, "sync", "--config", sample_copy], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
        )
        for _ in range(2)
    ]
    told = [night.communicate(timeout=300)[0] for night in nights]
    for night, said in zip(nights, told, strict=True):
        assert "Traceback" not in said
        assert night.returncode == 0 or "being synced by another process" in said.replace("\n", " ")
    assert _books(sample_copy) == before


def test_raw_file_cut_short__is_named_and_put_back__the_next_night_is_right(sample_copy: Path) -> None:
    before = _books(sample_copy)
    cut = min((sample_copy.parent / "data" / "raw" / "binance" / "trades").glob("*.parquet"))
    content = cut.read_bytes()
    cut.write_bytes(content[: len(content) // 2])
    done = lotkeeper("sync", "--config", sample_copy)
    assert done.returncode == 1
    assert cut.name in done.stdout.replace("\n", "")
    assert "Traceback" not in done.stdout + done.stderr
    assert _books(sample_copy) == before
    cut.write_bytes(content)
    assert lotkeeper("sync", "--config", sample_copy).returncode == 0
    assert _books(sample_copy) == before
