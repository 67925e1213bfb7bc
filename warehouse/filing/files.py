"""Every file of a year's filing, as names and bytes, from the published tables.

Belongs here: which files there are, and reading the tables for them. Does not belong here: any file's content, or
writing to disk (`pipelines/commands/forms.py`).
"""

import csv
import io
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

import duckdb
import pyarrow as pa

from warehouse.filing.program_files import form_csv, turbotax_csv
from warehouse.filing.return_page import ReturnYear, write_return_page
from warehouse.filing.schedule import write_schedule
from warehouse.filing.statement import write_statement
from warehouse.filing.txf import txf_warnings, write_txf
from warehouse.lots.holding import local_date
from warehouse.queries import select_rows
from warehouse.settings import BookSettings
from warehouse.tax.us.digital_asset_question import answer_question
from warehouse.tax.us.form_8949 import is_digital_asset

_TABLES = ("form_8949", "form_8949_gaps", "schedule_d", "income", "income_totals", "form_1099da", "form_1099da_match")
_DRAFT = "NOT READY TO BE FILED: return.md says why."
_WHAT = {
    "return.md": "this page",
    "form-8949-statement.pdf": "the rows of Form 8949 with totals by page and box, to attach",
    "schedule-d.pdf": "Schedule D and the carryover worksheet, to copy from",
    "form-8949.csv": "the rows in the form's columns, for TaxAct, FreeTaxUSA, H&R Block and preparers",
    "turbotax.csv": "the rows as TurboTax's list of crypto gains; without codes, gains right",
    "form-8949.txf": "the rows as TXF v042, for desktop programs; see the warnings in section 4",
    "tables/": "the tables behind all this as CSV, with every digit",
}


@dataclass(frozen=True, slots=True)
class Filing:
    """The files of one year, why it is not ready to be filed (`missing`, else none), and what to mind in using them."""

    files: dict[str, bytes]
    row_count: int
    missing: tuple[str, ...]
    warnings: tuple[str, ...]


def filing_of(
    connection: duckdb.DuckDBPyConnection, *, tax_year: int, settings: BookSettings, made_at: datetime
) -> Filing:
    """The files of `tax_year` from a published warehouse. `made_at` is the date that they bear.

    Raises `ValueError` for a year before the first or after the last of the book, naming those there are.
    """
    tables = {name: _year_of(connection, name, tax_year) for name in _TABLES}
    rows = {name: table.to_pylist() for name, table in tables.items()}
    schedule = rows["schedule_d"]
    if not schedule:
        found = connection.sql("SELECT min(tax_year), max(tax_year) FROM tax.schedule_d").fetchall()[0]
        known = "it has no US tax years" if found[0] is None else f"it has {found[0]} to {found[1]}"
        raise ValueError(f"this book has nothing of tax year {tax_year}; {known}")
    missing = tuple(_missing(rows, is_over=tax_year < local_date(made_at, settings.time_zone).year))
    draft = _DRAFT if missing else ""
    form = rows["form_8949"]
    warnings = tuple(txf_warnings(form))
    page = ReturnYear(
        tax_year=tax_year,
        rows=form,
        gaps=rows["form_8949_gaps"],
        schedule=schedule,
        income=rows["income_totals"],
        matches=rows["form_1099da_match"],
        answer=answer_question(_counts(connection, tax_year, settings)),
        settings=settings,
        is_ready=not missing,
        warnings=warnings,
        files=tuple(_WHAT.items()),
    )
    files = {
        "return.md": write_return_page(page).encode(),
        "form-8949-statement.pdf": write_statement(form, tax_year=tax_year, made_at=made_at, draft=draft),
        "schedule-d.pdf": write_schedule(schedule, tax_year=tax_year, made_at=made_at, draft=draft),
        "form-8949.csv": form_csv(form).encode(),
        "turbotax.csv": turbotax_csv(form).encode(),
        "form-8949.txf": write_txf(form, written_on=local_date(made_at, settings.time_zone)).encode(),
        **{f"tables/{name}.csv": _exact_csv(table) for name, table in tables.items()},
    }
    return Filing(files, len(form), missing, warnings)


def _missing(rows: dict[str, list[dict[str, Any]]], *, is_over: bool) -> Iterator[str]:
    """In words, why the year is not ready to be filed."""
    if not is_over:
        yield "the year is not over"
    if rows["form_8949_gaps"]:
        yield f"sales are kept apart from the form: {len(rows['form_8949_gaps']):,}"
    elif not all(line["is_proven"] for line in rows["schedule_d"]):
        yield "the carryover rests on a year of which something is missing"
    unvalued = sum(row["unvalued_count"] for row in rows["income_totals"])
    if unvalued:
        yield f"income without a known value: {unvalued:,} times"


def _year_of(connection: duckdb.DuckDBPyConnection, name: str, tax_year: int) -> pa.Table:
    query = f"SELECT * FROM tax.{name} WHERE tax_year = $tax_year ORDER BY ALL"
    if name == "form_8949":
        query = query.replace("ORDER BY ALL", "ORDER BY box, place")
    if name == "schedule_d":
        query = query.replace("ORDER BY ALL", "ORDER BY form DESC, place")
    return connection.sql(query, params={"tax_year": tax_year}).to_arrow_table()


def _counts(connection: duckdb.DuckDBPyConnection, tax_year: int, settings: BookSettings) -> dict[str, int]:
    not_digital = [asset for asset, name in settings.asset_classes.items() if not is_digital_asset(name)]
    parameters = {"tax_year": tax_year, "time_zone": settings.time_zone.key, "not_digital": not_digital}
    counts: dict[str, int] = select_rows(connection, "count_digital_asset_events", parameters).to_pylist()[0]
    return counts


def _exact_csv(table: pa.Table) -> bytes:
    """The rows with every digit; a list's parts are divided by semicolons."""
    stream = io.StringIO()
    writer = csv.writer(stream, lineterminator="\n")
    writer.writerow(table.column_names)
    writer.writerows([_cell(value) for value in row.values()] for row in table.to_pylist())
    return stream.getvalue().encode()


def _cell(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, Decimal):
        return f"{value:f}"
    if isinstance(value, list):
        return "; ".join(_cell(part) for part in value)
    return value.isoformat() if hasattr(value, "isoformat") else str(value)
