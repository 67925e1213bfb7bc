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
_WRAPPED_WIDTH = 24
"""From this many characters on, words may go on in the next line of a cell."""


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
    """Print rows for people, figures rounded for the eye only: as a table, or row by row where a table has no room."""
    out = console(sys.stdout)
    texts = [[column.text(row[column.field]) for column in shown] for row in rows]
    if _width(shown, texts) > out.width:
        out.print(title, style="italic")
        for number, cells in enumerate(texts, 1):
            out.print(_block(number, shown, cells))
        return
    table = Table(title=title, title_justify="left")
    for column in shown:
        table.add_column(column.heading, justify="right" if column.is_number else "left", no_wrap=column.is_number)
    for cells in texts:
        table.add_row(*cells)
    out.print(table)


def tell_more(rows: Sequence[object], limit: int) -> None:
    """Say how many rows a table that shows the first `limit` leaves out, if any."""
    if len(rows) > limit:
        console(sys.stdout).print(f"{len(rows) - limit:,} more: --limit {len(rows)} shows them all")


def _width(shown: Sequence[Shown], texts: Sequence[Sequence[Text]]) -> int:
    """The least width of a table that cuts no figure short; words may be wrapped from `_WRAPPED_WIDTH` on."""
    total = 1
    for place, column in enumerate(shown):
        longest = max([Text(column.heading).cell_len, *(cells[place].cell_len for cells in texts)])
        total += 3 + (longest if column.is_number else min(longest, _WRAPPED_WIDTH))
    return total


def _block(number: int, shown: Sequence[Shown], cells: Sequence[Text]) -> Text:
    """A row as a few lines: short words first, then each figure under its name, then what is long."""
    pairs = [(column, cell) for column, cell in zip(shown, cells, strict=True) if cell.plain]
    head = [cell for column, cell in pairs if not column.is_number and cell.cell_len <= _WRAPPED_WIDTH]
    figures = [Text.assemble((f"{column.heading} ", "dim"), cell) for column, cell in pairs if column.is_number]
    long = [cell for column, cell in pairs if not column.is_number and cell.cell_len > _WRAPPED_WIDTH]
    lines = [Text("  ").join(head), Text(", ").join(figures), *long]
    return Text("\n   ").join([Text.assemble((f"{number}. ", "bold"), lines[0]), *(line for line in lines[1:] if line)])


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
