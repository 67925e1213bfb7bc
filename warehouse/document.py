"""docs/tables.md from the comments on the tables: `python -m warehouse.document` writes it anew.

Belongs here: putting comments into a page. Does not belong here: the comments, which stand in `warehouse/schema/`.
"""

from pathlib import Path

import duckdb

from warehouse.schema import create_tables, schema_files

PAGE = Path(__file__).parents[1] / "docs" / "tables.md"

_INTRODUCTION = """# Tables

Written by `python -m warehouse.document` from the comments in `warehouse/schema/`; the published file carries the same
comments (`SELECT table_name, comment FROM duckdb_tables()`, `DESCRIBE`). Quantities are in units of the asset, money
(`_usd`) is in the base currency of the book, instants (`_at`) are in UTC. Every amount is an exact decimal.
"""

_ROOMS = {
    "ledger": "What happened.",
    "market": "What things were worth.",
    "lots": "What is owned, and what was realized.",
    "tax": "What a year comes to.",
    "harvest": "What could be sold at a loss.",
    "quality": "How far all of it can be trusted.",
}


def tables_page() -> str:
    """The page: every table of every schema with its columns, types and comments."""
    connection = duckdb.connect(":memory:")
    try:
        create_tables(connection, *(path.name for path in schema_files()))
        parts = [_INTRODUCTION]
        for schema, words in _ROOMS.items():
            parts.append(f"## {schema}\n\n{words}\n")
            parts += [_table(connection, schema, name, comment) for name, comment in _tables(connection, schema)]
        return "\n".join(parts)
    finally:
        connection.close()


def _tables(connection: duckdb.DuckDBPyConnection, schema: str) -> list[tuple[str, str]]:
    return connection.execute(
        "SELECT table_name, coalesce(comment, '') FROM duckdb_tables() WHERE schema_name = $schema ORDER BY table_oid",
        {"schema": schema},
    ).fetchall()


def _table(connection: duckdb.DuckDBPyConnection, schema: str, name: str, comment: str) -> str:
    columns = connection.execute(
        "SELECT column_name, data_type, coalesce(comment, '') FROM duckdb_columns() "
        "WHERE schema_name = $schema AND table_name = $name ORDER BY column_index",
        {"schema": schema, "name": name},
    ).fetchall()
    lines = [f"### {schema}.{name}", "", comment, "", "| column | type | |", "|---|---|---|"]
    lines += [f"| `{column}` | {kind} | {_cell(text)} |" for column, kind, text in columns]
    return "\n".join([*lines, ""])


def _cell(text: str) -> str:
    return text.replace("|", "\\|").replace("\n", " ")


def main() -> None:
    """Write the page."""
    PAGE.parent.mkdir(exist_ok=True)
    PAGE.write_text(tables_page(), encoding="utf-8")


if __name__ == "__main__":
    main()
