"""The step that makes `harvest.history` and `harvest.nights`, and the file that the record is kept in.

Belongs here: reading and adding to the file, carrying rows into the table. Does not belong here: what a line says
(`record.py`).
"""

from datetime import UTC
from io import BytesIO
from pathlib import Path
from typing import Any

import pyarrow as pa

from warehouse.connection import open_warehouse
from warehouse.harvest.history.record import (
    COLUMNS,
    Night,
    RecordError,
    belongs_into,
    nights_to_show,
    read_lines,
    write_line,
)
from warehouse.publish import replace_file
from warehouse.queries import select_rows
from warehouse.schema import create_tables, drop_tables, fetch_query, insert_rows, run_query, store_rows
from warehouse.steps import Book, Check, Step

_NIGHT_LIST = pa.schema(
    [("night_date", pa.date32()), ("as_of", pa.timestamp("us", tz="UTC")), ("is_present", pa.bool_())]
)


def build_history(book: Book) -> None:
    """Make both tables of the record's nights and of this build's own. Raises `RecordError`."""
    create_tables(book.connection, "620_history.sql")
    zone = book.settings.time_zone
    nights = nights_to_show(read_record(book.settings.record_path), as_of=book.as_of, zone=zone)
    present = Night(book.as_of, tuple(select_rows(book.connection, "sum_present_candidates").to_pylist()))
    shown = [*nights, present]
    night_list = [{"night_date": n.day(zone), "as_of": n.as_of, "is_present": n is present} for n in shown]
    rows = [
        {**row, "night_date": night.day(zone), "as_of": night.as_of, "is_present": night is present}
        for night in shown
        for row in night.rows
    ]
    shape = fetch_query(book.connection, "SELECT * FROM harvest.history").schema
    insert_rows(book.connection, "harvest.history", pa.Table.from_pylist(rows, schema=shape))
    store_rows(book.connection, "night_list", pa.Table.from_pylist(night_list, schema=_NIGHT_LIST))
    run_query(book.connection, "insert_nights.sql")
    drop_tables(book.connection, "night_list")


def read_record(path: Path | None) -> list[Night]:
    """The nights of the file; none where there is no file. Raises `RecordError` naming the file and line."""
    if path is None or not path.exists():
        return []
    try:
        return read_lines(path.read_text(encoding="utf-8"))
    except UnicodeDecodeError as error:
        raise RecordError(f"{path}: not UTF-8: {error}") from error
    except RecordError as error:
        raise RecordError(f"{path}, {error}") from error


def record_night(path: Path, built: Path) -> None:
    """Add the night of the built file to the record at `path`, whole before and after. Raises `RecordError`."""
    with open_warehouse(built, read_only=True) as connection:
        rows = select_rows(connection, "read_present_night").to_pylist()
        planned = select_rows(connection, "read_planned_sales").to_pylist()
    night = Night(
        rows[0]["as_of"].astimezone(UTC),
        tuple({name: row[name] for name in COLUMNS} for row in rows if row["account"]),
        tuple(_planned(row) for row in planned),
    )
    nights = read_record(path)
    if belongs_into(nights, night):
        replace_file(path, BytesIO("".join(write_line(one) for one in [*nights, night]).encode()))


def _planned(row: dict[str, Any]) -> dict[str, Any]:
    """A row of `read_planned_sales` as the record keeps it."""
    lots = tuple((lot["lot_id"], lot["quantity"], lot["term"]) for lot in row["lots"])
    return {**row, "deadline_at": row["deadline_at"].astimezone(UTC), "lots": lots}


_PRESENT_IS_THE_CANDIDATES = """
SELECT c.lots, h.lots AS lots_in_history, c.usd, h.usd AS usd_in_history
FROM (SELECT count(*) AS lots, coalesce(sum(unrealized_usd), 0) AS usd FROM harvest.candidates) AS c,
     (SELECT coalesce(sum(lot_count), 0) AS lots, coalesce(sum(unrealized_usd), 0) AS usd
      FROM harvest.history WHERE is_present) AS h
WHERE c.lots <> h.lots OR c.usd <> h.usd
"""

HISTORY = Step(
    tables=("harvest.history", "harvest.nights"),
    needs=("harvest.candidates",),
    description="Sets tonight's candidates beside those that the record keeps of the nights before.",
    run=build_history,
    checks=(
        Check(
            name="tonight_is_the_candidates",
            table="harvest.history",
            description="The rows of this build add up to its candidates.",
            query=_PRESENT_IS_THE_CANDIDATES,
            is_blocking=True,
        ),
    ),
)
