"""Who may import whom: pipelines → connectors, pipelines → warehouse, and nothing else; pure rooms stay pure."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
SHARED_BY_LOWER_ROOMS = {"connectors.records", "connectors.raw", "connectors.windows"}
SLOW = {"ccxt", "web3"}
PURE = ["warehouse/lots", "warehouse/tax/us", "warehouse/harvest"]
IMPURE = {"duckdb", "logging", "structlog", "dagster", "requests", "socket", "subprocess"}


def _files(room: str) -> list[Path]:
    return sorted((ROOT / room).rglob("*.py"))


def _imports(path: Path, *, only_at_top: bool = False) -> Iterator[str]:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    for node in tree.body if only_at_top else ast.walk(tree):
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


@pytest.mark.parametrize(
    "path", [*_files("connectors"), *_files("pipelines"), *_files("warehouse")], ids=lambda path: str(path.relative_to(ROOT))
)  # fmt: skip
def test_slow_libraries__are_imported_only_where_they_are_used(path: Path) -> None:
    for module in _imports(path, only_at_top=True):
        assert module.partition(".")[0] not in SLOW, f"{path} imports {module} when it is imported itself"
