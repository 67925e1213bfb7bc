"""The sample book, for tests that run the whole line on it.

Belongs here: copying it away from the tree, and reading what was published. Does not
belong here: what is in it.
"""

import shutil
from pathlib import Path

import duckdb

EXAMPLES = Path(__file__).parent.parent.parent / "examples"

VOLATILE = {
    # the moments at which a source was asked, and files named after them
    "quality.coverage": {"last_success_at", "last_attempt_at", "covered_to"},
    "ledger.legs": {"raw_file"},
    "ledger.postings": {"raw_file"},
}


def copy_sample(folder: Path) -> Path:
    """Copy the sample book without anything that was made from it; returns its lotkeeper.toml."""
    shutil.copytree(EXAMPLES, folder, dirs_exist_ok=True, ignore=shutil.ignore_patterns("data", "__pycache__"))
    return folder / "lotkeeper.toml"


def published_rows(config: Path) -> dict[str, list[str]]:
    """Every table of the published file as sorted lines, without the columns that tell when a source was asked.

    `tax.year_history` tells builds apart, in the order of their accounts too: what it says is not of the books.
    """
    rows = {}
    with duckdb.connect(config.parent / "data" / "lotkeeper.duckdb", read_only=True) as connection:
        for schema, table in connection.execute("SELECT schema_name, table_name FROM duckdb_tables()").fetchall():
            name = f"{schema}.{table}"
            if name.startswith("tax.year_history"):
                rows[name] = ["told apart"]
                continue
            volatile = sorted(VOLATILE.get(name, set()) & _columns(connection, name))
            excluded = f"EXCLUDE ({', '.join(volatile)})" if volatile else ""
            rows[name] = sorted(str(row) for row in connection.execute(f"SELECT * {excluded} FROM {name}").fetchall())
    return rows


def _columns(connection: duckdb.DuckDBPyConnection, table: str) -> set[str]:
    return {column[0] for column in connection.execute(f"SELECT * FROM {table} LIMIT 0").description or []}
