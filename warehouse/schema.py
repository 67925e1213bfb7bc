"""Running the SQL files of the warehouse: DDL from `warehouse/schema/`, queries from `warehouse/queries/`.

Belongs here: running those files, and handing Arrow tables over. Does not belong here: columns, or what fills them.
"""

from pathlib import Path

import duckdb
import pyarrow as pa

_SCHEMA = Path(__file__).parent / "schema"
_QUERIES = Path(__file__).parent / "queries"


def schema_files() -> list[Path]:
    """Every DDL file in the order of their numbers."""
    return sorted(_SCHEMA.glob("*.sql"))


def create_tables(connection: duckdb.DuckDBPyConnection, *names: str) -> None:
    """Run the DDL files `names` (`"100_legs.sql"`), which drop and make anew the tables of one step, empty.

    In one transaction: each of the comments on columns would else be one of its own.
    """
    connection.begin()
    try:
        for name in names:
            connection.execute((_SCHEMA / name).read_text(encoding="utf-8"))
    except BaseException:
        connection.rollback()
        raise
    connection.commit()


def run_query(connection: duckdb.DuckDBPyConnection, name: str) -> None:
    """Run the statements of the query file `name` (`"insert_legs.sql"`)."""
    connection.execute((_QUERIES / name).read_text(encoding="utf-8"))


def fetch_query(connection: duckdb.DuckDBPyConnection, query: str) -> pa.Table:
    """The rows that `query` selects, as an Arrow table."""
    return connection.sql(query).to_arrow_table()


def store_rows(connection: duckdb.DuckDBPyConnection, table: str, rows: pa.Table) -> None:
    """Make the temporary `table` of the rows of an Arrow table."""
    _with_rows(connection, rows, f"CREATE OR REPLACE TEMP TABLE {table} AS SELECT * FROM rows_from_arrow")


def insert_rows(connection: duckdb.DuckDBPyConnection, table: str, rows: pa.Table) -> None:
    """Append the rows of an Arrow table to `table`, column by name."""
    _with_rows(connection, rows, f"INSERT INTO {table} BY NAME SELECT * FROM rows_from_arrow")


def drop_tables(connection: duckdb.DuckDBPyConnection, *tables: str) -> None:
    """Drop temporary tables that a step no longer needs."""
    for table in tables:
        connection.execute(f"DROP TABLE IF EXISTS temp.{table}")


def _with_rows(connection: duckdb.DuckDBPyConnection, rows: pa.Table, statement: str) -> None:
    connection.register("rows_from_arrow", rows)
    try:
        connection.execute(statement)
    finally:
        connection.unregister("rows_from_arrow")


def table_comments() -> dict[str, str]:
    """What each table (`schema.table`) is, as its `COMMENT ON` says."""
    connection = duckdb.connect(":memory:")
    try:
        create_tables(connection, *(path.name for path in schema_files()))
        rows = connection.execute("SELECT schema_name || '.' || table_name, comment FROM duckdb_tables()").fetchall()
    finally:
        connection.close()
    return dict(rows)
