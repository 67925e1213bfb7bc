"""Rules for the whole suite.

Belongs here: what holds for every test. Does not belong here: fixtures of one room.
"""

import os
from collections.abc import Generator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import settings

ROOT = Path(__file__).parent
LONG = {
    "pipelines", "test_any_book.py", "test_build.py", "test_liquidity_book.py", "test_wallet_book.py", "test_worlds.py",
}  # fmt: skip

settings.register_profile("lotkeeper", deadline=None, print_blob=True, derandomize="CI" in os.environ)
settings.load_profile("lotkeeper")


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
