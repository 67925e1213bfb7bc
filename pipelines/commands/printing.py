"""How answers are printed: for people as tables, for scripts as CSV or JSON.

Belongs here: formats and the look of figures. Does not belong here: any query.
"""

import csv
import json
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Annotated, Any, TextIO

import typer
from rich.console import Console
from rich.table import Table
from rich.text import Text

UNLIMITED_WIDTH = 10_000
_CENT = Decimal("0.01")


class Format(StrEnum):
    """How an answer is printed."""

    table = "table"
    csv = "csv"
    json = "json"


FormatOption = Annotated[
    Format, typer.Option("--format", help="Figures in csv and json keep every digit; in json they are strings.")
]


@dataclass(frozen=True, slots=True)
class Shown:
    """A column of a table for people: its heading, the field it shows and how."""

    heading: str
    field: str
    text: Callable[[Any], Text]
    is_number: bool = False


def write_rows(stream: TextIO, columns: Sequence[str], rows: Sequence[Sequence[Any]], output_format: Format) -> None:
    """Print rows exactly: a plain table, CSV with a header, or a JSON list of objects."""
    if output_format is Format.csv:
        writer = csv.writer(stream, lineterminator="\n")
        writer.writerow(columns)
        writer.writerows([["" if value is None else exact(value) for value in row] for row in rows])
    elif output_format is Format.json:
        objects = [dict(zip(columns, row, strict=True)) for row in rows]
        stream.write(json.dumps(objects, default=exact, ensure_ascii=False, indent=2) + "\n")
    else:
        table = Table(*columns)
        for row in rows:
            table.add_row(*[Text("" if value is None else exact(value)) for value in row])
        console(stream).print(table)


def show_rows(title: str, shown: Sequence[Shown], rows: Sequence[dict[str, Any]]) -> None:
    """Print rows as a table for people: figures rounded for the eye only."""
    table = Table(title=title, title_justify="left")
    for column in shown:
        table.add_column(column.heading, justify="right" if column.is_number else "left", no_wrap=column.is_number)
    for row in rows:
        table.add_row(*[column.text(row[column.field]) for column in shown])
    console(sys.stdout).print(table)


def console(stream: TextIO) -> Console:
    """A console on `stream` that does not cut tables short where nobody looks at a screen."""
    return Console(file=stream, width=None if stream.isatty() else UNLIMITED_WIDTH, highlight=False)


def exact(value: Any) -> str:
    """The value as text with every digit that it has."""
    if isinstance(value, Decimal):
        return f"{value:f}"
    if isinstance(value, datetime | date):
        return value.isoformat()
    if isinstance(value, list):
        return "; ".join(exact(part) for part in value)
    return str(value)


def plain(value: Any) -> Text:
    """Text as it is; nothing for nothing."""
    return Text("" if value is None else exact(value))


def day(value: datetime | None) -> Text:
    """The day of an instant as the value's own zone has it."""
    return Text("" if value is None else f"{value:%Y-%m-%d}")


def units(value: Decimal | None) -> Text:
    """A quantity without the zeros behind it."""
    if value is None:
        return Text("")
    text = f"{value:,f}"
    return Text(text.rstrip("0").rstrip(".") if "." in text else text)


def usd(value: Decimal | None) -> Text:
    """An amount in cents, a loss in red; `?` where it is not known."""
    if value is None:
        return Text("?", style="yellow")
    return Text(f"{value.quantize(_CENT):,}", style="red" if value < 0 else "")


def price(value: Decimal | None) -> Text:
    """A price with as many digits as tell it apart; `?` where there is none."""
    if value is None:
        return Text("?", style="yellow")
    digits = 2 if abs(value) >= 1 else 8
    return Text(f"{value:,.{digits}f}")


def status(value: str) -> Text:
    """A candidate's status in its colour."""
    return Text(value, style={"ready": "green", "review": "yellow", "blocked": "red"}.get(value, ""))
