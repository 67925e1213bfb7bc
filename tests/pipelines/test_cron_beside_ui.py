"""Cron's `lotkeeper sync` beside a running `lotkeeper up`, killed and started again while the UI's own jobs run.

Of those jobs only the sync is launched: the daemon starts the build after it by itself.
"""

import os
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from support.command import lotkeeper
from support.sample import published_rows
from support.served import served

BIN = Path(sys.executable).parent
WAIT_SECONDS = 240
ENDED = {"SUCCESS", "FAILURE", "CANCELED"}


@pytest.fixture
def config(sample_copy: Path) -> Iterator[Path]:
    """The lotkeeper.toml of a sample book that is synced and that `lotkeeper up` serves."""
    with served(sample_copy, port=3950, wait_seconds=WAIT_SECONDS):
        yield sample_copy


def _wait(is_there: Callable[[], object], tell: Callable[[], str]) -> None:
    deadline = time.monotonic() + WAIT_SECONDS
    while not is_there():
        assert time.monotonic() < deadline, tell()
        time.sleep(0.3)


def _runs(config: Path) -> list[tuple[str, str]]:
    """Job and status of each of the UI's runs, as Dagster keeps them."""
    (path,) = (config.parent / "data" / "dagster").rglob("runs.db")
    with sqlite3.connect(f"file:{path}?mode=ro", uri=True, timeout=30) as runs:
        return list(runs.execute("SELECT pipeline_name, status FROM runs ORDER BY id"))


def _books(config: Path) -> dict[str, list[str]]:
    rows = published_rows(config)
    rows.pop("tax.year_history")
    return rows


@pytest.mark.timeout(1500)  # six nights and Dagster's own start
def test_cron__killed_and_started_again_beside_the_uis_own_jobs__costs_nothing(config: Path) -> None:
    before = _books(config)
    home = config.parent / "data" / "dagster"
    launch = [BIN / "dagster", "job", "launch", "-m", "pipelines.definitions", "-j", "sync"]
    environment = {**os.environ, "DAGSTER_HOME": str(home), "LOTKEEPER_CONFIG": str(config)}
    night = [BIN / "lotkeeper", "sync", "--config", config]
    with subprocess.Popen(
        launch, env=environment, cwd=home, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    ) as launched:
        with subprocess.Popen(night, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as killed:
            _wait(lambda: list((config.parent / "data" / "build").iterdir()) or killed.poll() is not None, lambda: "")
            killed.kill()
        assert _books(config) == before
        again = lotkeeper("sync", "--config", config)
        launched.wait(timeout=WAIT_SECONDS)
    said = " ".join((again.stdout + again.stderr).split())
    assert "Traceback" not in said
    assert again.returncode == 0 or "being synced by another process" in said, said
    _wait(
        lambda: (
            [job for job, _ in _runs(config)] == ["sync", "build"] and {status for _, status in _runs(config)} <= ENDED
        ),
        lambda: str(_runs(config)),
    )
    assert [job for job, _ in _runs(config)] == ["sync", "build"]
    assert _runs(config)[1] == ("build", "SUCCESS")
    assert _books(config) == before
    last = lotkeeper("sync", "--config", config)
    assert last.returncode == 0, last.stdout + last.stderr
    assert _books(config) == before
    data = config.parent / "data"
    assert [path.name for path in data.iterdir() if path.name.endswith(".tmp")] == []
    records = [line for path in data.glob("*.jsonl") for line in path.read_text(encoding="utf-8").splitlines()]
    assert len(records) == len(set(records))
