"""Rules for the whole suite, and the one night of the sample book that many tests look at.

Belongs here: what holds for every test. Does not belong here: fixtures of one room.
"""

import os
import shutil
from collections.abc import Generator
from pathlib import Path
from typing import Any

import pytest
from filelock import FileLock
from hypothesis import settings

from support.command import lotkeeper
from support.sample import copy_sample

ROOT = Path(__file__).parent
LONG = {
    "pipelines", "test_any_book.py", "test_build.py", "test_liquidity_book.py", "test_wallet_book.py", "test_worlds.py",
}  # fmt: skip

settings.register_profile("lotkeeper", deadline=None, print_blob=True, derandomize="CI" in os.environ)
settings.load_profile("lotkeeper")


@pytest.fixture(scope="session")
def sample_night(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The sample book after one night, made once for all processes of a run; its lotkeeper.toml.

    Nobody writes in its folder: a test that changes anything works on a copy.
    """
    base = tmp_path_factory.getbasetemp()
    book = (base.parent if "PYTEST_XDIST_WORKER" in os.environ else base) / "sample"
    config = book / "lotkeeper.toml"
    with FileLock(f"{book}.lock"):
        if not (book / "data" / "report.html").exists():
            shutil.rmtree(book, ignore_errors=True)
            copy_sample(book)
            done = lotkeeper("sync", "--config", config)
            assert done.returncode == 0, done.stdout + done.stderr
    return config


@pytest.fixture
def sample_copy(sample_night: Path, tmp_path: Path) -> Path:
    """A copy of the sample book after one night, for one test to change; its lotkeeper.toml."""
    shutil.copytree(sample_night.parent, tmp_path / "book")
    return tmp_path / "book" / sample_night.name


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """What runs whole nights begins first: a long file that begins last leaves the other processes without work."""
    items.sort(key=lambda item: not LONG.intersection(item.path.relative_to(ROOT).parts))


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """In CI a skipped test is a failed one: what it needs was to be installed."""
    report = yield
    if report.skipped and "CI" in os.environ and not hasattr(report, "wasxfail"):
        report.outcome = "failed"
        report.longrepr = f"{item.nodeid} was skipped in CI: {report.longrepr}"
    return report


def pytest_terminal_summary(terminalreporter: Any) -> None:
    """Say loudly which tests did not run, and why."""
    skipped = terminalreporter.stats.get("skipped", [])
    if skipped:
        terminalreporter.section("NOT RUN ON THIS MACHINE", sep="!", red=True, bold=True)
        for report in skipped:
            terminalreporter.write_line(f"{report.nodeid}: {report.longrepr[2]}")
