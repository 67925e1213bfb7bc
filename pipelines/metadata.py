"""What a look at a table tells: its rows, its columns with their comments, and its first rows.

Belongs here: describing tables of the warehouse to people. Does not belong here: making them.
"""

from dataclasses import dataclass
from typing import Any

import duckdb

from pipelines.highlights import Highlights, read_highlights

PREVIEW_ROWS = 10


@dataclass(frozen=True, slots=True)
class Column:
    """A column as the warehouse declares it; `comment` is its `COMMENT ON`."""

    name: str
    type: str
    comment: str


@dataclass(frozen=True, slots=True)
class TableDescription:
    """A table (`schema.name`) as people look at it."""

    table: str
    comment: str
    row_count: int
    columns: tuple[Column, ...]
    preview: tuple[tuple[Any, ...], ...]
    highlights: Highlights | None = None


def describe_table(connection: duckdb.DuckDBPyConnection, table: str) -> TableDescription:
    """Describe `table` (`schema.name`). Raises `duckdb.CatalogException` when it is not there."""
    schema, _, name = table.partition(".")
    columns = connection.execute(
        "SELECT column_name, data_type, comment FROM duckdb_columns() "
        "WHERE schema_name = ? AND table_name = ? ORDER BY column_index",
        [schema, name],
    ).fetchall()
    relation = f'"{schema}"."{name}"'
    comment = connection.execute(
        "SELECT comment FROM duckdb_tables() WHERE schema_name = $1 AND table_name = $2 "
        "UNION ALL SELECT comment FROM duckdb_views() WHERE schema_name = $1 AND view_name = $2",
        [schema, name],
    ).fetchone()
    return TableDescription(
        table=table,
        comment=(comment and comment[0]) or "",
        row_count=count_rows(connection, table),
        columns=tuple(Column(name, type_, comment or "") for name, type_, comment in columns),
        preview=tuple(connection.execute(f"SELECT * FROM {relation} LIMIT {PREVIEW_ROWS}").fetchall()),
        highlights=read_highlights(connection, table),
    )


def has_table(connection: duckdb.DuckDBPyConnection, table: str) -> bool:
    """Whether `table` (`schema.name`) is there."""
    return bool(
        connection.execute(
            "SELECT 1 FROM information_schema.tables WHERE table_schema = ? AND table_name = ?", table.split(".")
        ).fetchall()
    )


def count_rows(connection: duckdb.DuckDBPyConnection, table: str) -> int:
    """How many rows `table` (`schema.name`) has. Raises `duckdb.CatalogException` when it is not there."""
    schema, _, name = table.partition(".")
    counted = connection.execute(f'SELECT count(*) FROM "{schema}"."{name}"').fetchone()
    assert counted is not None  # noqa: S101 - count always answers one row
    return int(counted[0])


def markdown_table(columns: tuple[str, ...], rows: tuple[tuple[Any, ...], ...]) -> str:
    """The rows as a markdown table; `""` in place of nothing."""
    lines = ["| " + " | ".join(columns) + " |", "|" + " --- |" * len(columns)]
    lines += ["| " + " | ".join(_cell(value) for value in row) + " |" for row in rows]
    return "\n".join(lines)


def _cell(value: Any) -> str:
    return "" if value is None else str(value).replace("|", "\\|").replace("\n", " ")
