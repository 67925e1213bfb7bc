"""The step that makes `tax.year_history`, and the file that the record is kept in.

Belongs here: reading and adding to the file, carrying rows into the table. Does not belong here: what a line says and
what differs (`record.py`).
"""

from dataclasses import replace
from datetime import datetime
from io import BytesIO
from pathlib import Path
from typing import Any

import pyarrow as pa

from warehouse.connection import open_warehouse
from warehouse.publish import replace_file
from warehouse.schema import create_tables, fetch_query, insert_rows
from warehouse.steps import Book, Check, Step
from warehouse.tax.history.inputs import inputs_hash, read_inputs
from warehouse.tax.history.record import (
    TOTALS,
    Build,
    YearChange,
    YearRecordError,
    read_lines,
    write_line,
    year_changes,
)

_YEARS = f"SELECT tax_year, {', '.join(TOTALS)} FROM tax.year_summary ORDER BY tax_year"


def build_year_history(book: Book) -> None:
    """Make `tax.year_history` of the record's builds and of this one. Raises `YearRecordError`."""
    create_tables(book.connection, "550_year_history.sql")
    inputs = read_inputs(book.raw_root, book.settings)
    rows = fetch_query(book.connection, _YEARS).to_pylist()
    years = {row.pop("tax_year"): row for row in rows}
    present = Build(None, book.as_of, inputs, inputs_hash(inputs), years)
    record = book.settings.year_record_path
    builds = [*read_record(record), present]
    changes = [_row(change, is_present=change.build is present) for change in year_changes(builds)]
    shape = fetch_query(book.connection, "SELECT * FROM tax.year_history").schema
    insert_rows(book.connection, "tax.year_history", pa.Table.from_pylist(changes, schema=shape))
    line = pa.table({"line": [write_line(present)]})
    insert_rows(book.connection, "tax.year_history_line", line)


def read_record(path: Path | None) -> list[Build]:
    """The builds of the file; none where there is no file. Raises `YearRecordError` naming the file and line."""
    if path is None or not path.exists():
        return []
    try:
        return read_lines(path.read_text(encoding="utf-8"))
    except (UnicodeDecodeError, YearRecordError) as error:
        raise YearRecordError(f"{path}, {error}") from error


def record_years(path: Path, built: Path, *, published_at: datetime) -> None:
    """Add the published build to the record at `path`, whole before and after; what stands there is not touched."""
    with open_warehouse(built, read_only=True) as connection:
        lines = connection.execute("SELECT line FROM tax.year_history_line").fetchall()
    (build,) = read_lines(lines[0][0])
    before = path.read_bytes() if path.exists() else b""
    replace_file(path, BytesIO(before + write_line(replace(build, published_at=published_at)).encode()))


def _row(change: YearChange, *, is_present: bool) -> dict[str, Any]:
    build = change.build
    return {
        **dict.fromkeys(TOTALS),
        **(change.totals or {}),
        "build_number": change.build_number,
        "published_at": build.published_at,
        "as_of": build.as_of,
        "tax_year": change.tax_year,
        "is_present": is_present,
        "is_changed": change.is_changed,
        "changes": list(change.changes),
        "causes": list(change.causes),
        "inputs_hash": build.inputs_hash,
        "program": build.inputs.code,
    }


_PRESENT_IS_THE_SUMMARY = """
SELECT tax_year, y.net_gain_usd, h.net_gain_usd AS net_gain_in_history_usd, y.ordinary_income_usd
FROM tax.year_summary AS y
FULL JOIN (FROM tax.year_history WHERE is_present AND is_proven IS NOT NULL) AS h USING (tax_year)
WHERE y.net_gain_usd IS DISTINCT FROM h.net_gain_usd OR y.ordinary_income_usd IS DISTINCT FROM h.ordinary_income_usd
ORDER BY tax_year
"""

YEAR_HISTORY = Step(
    tables=("tax.year_history", "tax.year_history_line"),
    needs=("raw", "raw.prices", "tax.year_summary"),
    description="Sets this build's tax years beside those of the builds before, with what differed between them.",
    run=build_year_history,
    checks=(
        Check(
            name="present_is_the_summary",
            table="tax.year_history",
            description="The rows of this build are its tax years.",
            query=_PRESENT_IS_THE_SUMMARY,
            is_blocking=True,
        ),
    ),
)
