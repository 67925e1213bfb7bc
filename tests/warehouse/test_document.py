"""docs/tables.md is what the comments say, and every table and column has one."""

from pathlib import Path

from warehouse.connection import open_warehouse
from warehouse.document import PAGE, tables_page
from warehouse.schema import create_tables, schema_files


def test_tables_page__as_committed__is_what_the_comments_say() -> None:
    assert PAGE.read_text(encoding="utf-8") == tables_page(), "write it anew: python -m warehouse.document"


def test_schema__every_table_and_column__has_a_comment() -> None:
    with open_warehouse(Path(":memory:")) as connection:
        create_tables(connection, *(path.name for path in schema_files()))
        bare = connection.execute(
            "SELECT schema_name || '.' || table_name FROM duckdb_tables() WHERE comment IS NULL UNION ALL "
            "SELECT schema_name || '.' || table_name || '.' || column_name FROM duckdb_columns() "
            "WHERE comment IS NULL AND NOT internal"
        ).fetchall()
    assert bare == []


def test_schema__money_quantities_and_instants__have_the_types_that_their_names_say() -> None:
    with open_warehouse(Path(":memory:")) as connection:
        create_tables(connection, *(path.name for path in schema_files()))
        rows = connection.execute(
            "SELECT table_name, column_name, data_type FROM duckdb_columns() WHERE NOT internal"
        ).fetchall()
    for table, column, kind in rows:
        assert kind not in ("FLOAT", "DOUBLE"), (table, column)
        if column == "unit_cost_usd" or column.endswith(("price_usd", "quantity")):
            assert kind == "DECIMAL(38,18)", (table, column)
        elif column.endswith("_usd"):
            assert kind == "DECIMAL(38,8)", (table, column)
        elif column.endswith("_at"):
            assert kind == "TIMESTAMP WITH TIME ZONE", (table, column)
        elif column.endswith("_date"):
            assert kind == "DATE", (table, column)
        elif column.startswith(("is_", "has_")):
            assert kind == "BOOLEAN", (table, column)
