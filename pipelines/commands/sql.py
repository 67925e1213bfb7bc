"""`lotkeeper sql`: a read-only look at the published file, for people and for scripts.

Belongs here: the prompt and the ways of printing an answer. Does not belong here: any query of our own.
"""

import csv
import json
import sys
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Annotated, Any, TextIO

import duckdb
import typer
from rich.console import Console
from rich.table import Table
from rich.text import Text

from pipelines.commands.options import ConfigOption, load
from pipelines.commands.published import open_published

UNLIMITED_WIDTH = 10_000


class Format(StrEnum):
    """How an answer is printed."""

    table = "table"
    csv = "csv"
    json = "json"


def sql(
    config: ConfigOption = None,
    query: Annotated[str | None, typer.Option("-c", "--command", help="Run this and leave.")] = None,
    output_format: Annotated[
        Format, typer.Option("--format", help="Decimals are exact; in JSON they are strings.")
    ] = Format.table,
) -> None:
    """Query the published warehouse with SQL: read-only, and never in the way of a sync.

    Without -c it prompts; end a query with a semicolon, leave with Ctrl-D.
    """
    with open_published(load(config)) as connection:
        if query is not None:
            if not _answer(connection, query, output_format):
                raise typer.Exit(1)
            return
        _converse(connection, output_format)


def _converse(connection: duckdb.DuckDBPyConnection, output_format: Format) -> None:
    if sys.stdin.isatty():
        import readline  # noqa: F401, PLC0415 - importing it gives input() history and editing

        Console().print("read-only; end a query with ; and leave with Ctrl-D. Tables: SHOW ALL TABLES;", style="dim")
    lines: list[str] = []
    while True:
        try:
            lines.append(input(("lots> " if not lines else "  ... ") if sys.stdin.isatty() else ""))
        except EOFError:
            break
        except KeyboardInterrupt:
            lines = []
            continue
        if lines[-1].rstrip().endswith(";"):
            _answer(connection, "\n".join(lines), output_format)
            lines = []
    if "".join(lines).strip():
        _answer(connection, "\n".join(lines), output_format)


def _answer(connection: duckdb.DuckDBPyConnection, query: str, output_format: Format) -> bool:
    try:
        cursor = connection.execute(query)
        columns = [column[0] for column in cursor.description or []]
        rows = cursor.fetchall()
    except duckdb.Error as error:
        Console(stderr=True, soft_wrap=True).print(str(error), style="red", markup=False, highlight=False)
        return False
    write_rows(sys.stdout, columns, rows, output_format)
    return True


def write_rows(stream: TextIO, columns: list[str], rows: list[tuple[Any, ...]], output_format: Format) -> None:
    """Print rows: a rich table, CSV with a header, or a JSON list of objects. Decimals keep every digit."""
    if output_format is Format.csv:
        writer = csv.writer(stream, lineterminator="\n")
        writer.writerow(columns)
        writer.writerows([["" if value is None else _text(value) for value in row] for row in rows])
    elif output_format is Format.json:
        objects = [dict(zip(columns, row, strict=True)) for row in rows]
        stream.write(json.dumps(objects, default=_text, ensure_ascii=False, indent=2) + "\n")
    else:
        table = Table(*columns)
        for row in rows:
            table.add_row(*[Text("" if value is None else _text(value)) for value in row])
        Console(file=stream, width=None if stream.isatty() else UNLIMITED_WIDTH).print(table)


def _text(value: Any) -> str:
    if isinstance(value, Decimal):
        return f"{value:f}"
    if isinstance(value, datetime | date):
        return value.isoformat()
    return str(value)
