"""The queries of `warehouse/queries/` that answer something: their rows as an Arrow table.

Belongs here: finding and asking them. Does not belong here: what they ask, and the statements that fill tables
(`schema.py`).
"""

from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa

_FOLDER = Path(__file__).parent / "queries"


def load_query(name: str) -> str:
    """The text of `<name>.sql`. Raises `FileNotFoundError` where there is none."""
    return (_FOLDER / f"{name}.sql").read_text(encoding="utf-8")


def select_rows(connection: duckdb.DuckDBPyConnection, name: str, parameters: dict[str, Any] | None = None) -> pa.Table:
    """What `<name>.sql` answers; its `$parameters` are filled from `parameters`."""
    return connection.sql(load_query(name), params=parameters).to_arrow_table()
