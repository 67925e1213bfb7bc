"""The five-line summary of a built or published warehouse.

Belongs here: reading the rows that the summary needs. Does not belong here: its words (`summary.py`).
"""

from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import duckdb

from warehouse.harvest.summary import CandidateRow, summarize
from warehouse.queries import select_rows


def summary_lines(connection: duckdb.DuckDBPyConnection, *, as_of: datetime, time_zone: ZoneInfo) -> list[str]:
    """Five lines on the harvest candidates in the file that `connection` has open."""
    candidates = [_row(row) for row in select_rows(connection, "list_candidates").to_pylist()]
    open_lots = [_row(row) for row in select_rows(connection, "list_lot_values").to_pylist()]
    return summarize(candidates, open_lots, as_of=as_of, time_zone=time_zone)


def _row(row: dict[str, Any]) -> CandidateRow:
    return CandidateRow(**{name: row[name] for name in CandidateRow.__dataclass_fields__})
