"""Who may import whom: pipelines → connectors, pipelines → warehouse, and nothing else; pure rooms stay pure."""

import ast
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
SHARED_BY_LOWER_ROOMS = {"connectors.records", "connectors.raw", "connectors.windows"}
PURE_ROOMS = ("warehouse/lots", "warehouse/tax", "warehouse/harvest")
IMPURE = {"duckdb", "logging", "structlog", "dagster", "requests", "socket", "subprocess", "time"}


def _files(room: str) -> list[Path]:
    return sorted((ROOT / room).rglob("*.py"))


def _pure_files() -> list[Path]:
    """The pure rooms; a step.py at their door, which carries tables in and out, is not part of the room."""
    return [path for room in PURE_ROOMS for path in _files(room) if path.name != "steps.py"]


def _imports(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module


def _is_in(module: str, room: str) -> bool:
    return module == room or module.startswith(f"{room}.")


@pytest.mark.parametrize("path", _files("connectors"), ids=lambda path: str(path.relative_to(ROOT)))
def test_connectors__import_no_table_and_no_dagster(path: Path) -> None:
    for module in _imports(path):
        assert not any(_is_in(module, room) for room in ("warehouse", "pipelines", "duckdb", "dagster")), module


@pytest.mark.parametrize("path", _files("warehouse"), ids=lambda path: str(path.relative_to(ROOT)))
def test_warehouse__imports_no_network_and_no_dagster(path: Path) -> None:
    for module in _imports(path):
        assert not any(_is_in(module, room) for room in ("pipelines", "dagster", "ccxt", "requests")), module
        assert not _is_in(module, "connectors") or module in SHARED_BY_LOWER_ROOMS, module


@pytest.mark.parametrize("path", _pure_files(), ids=lambda path: str(path.relative_to(ROOT)))
def test_pure_rooms__import_no_clock_no_database_no_log(path: Path) -> None:
    for module in _imports(path):
        assert module.partition(".")[0] not in IMPURE, module


@pytest.mark.parametrize(
    ("module", "slow"),
    [
        ("pipelines.cli", {"ccxt", "web3", "numba", "dagster"}),
        ("pipelines.definitions", {"ccxt", "web3", "numba"}),
        ("connectors.evm.connector", {"ccxt", "web3", "numba"}),
    ],
)
def test_slow_libraries__modules_that_need_not_wait__do_not_import_them(module: str, slow: set[str]) -> None:
    """`import ccxt` takes seconds and 90 MB: only what talks to a venue pays for it."""
    code = f"import sys, {module}; print(*sorted({slow} & set(sys.modules)))"
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, check=True, timeout=120, capture_output=True, text=True
    )
    assert done.stdout.split() == []
