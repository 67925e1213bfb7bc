"""`lotkeeper sql`: a read-only look at the published file, for people and for scripts.

Belongs here: the prompt and asking. Does not belong here: any query of our own.
"""

import sys
from typing import Annotated

import duckdb
import typer
from rich.console import Console

from pipelines.commands.options import ConfigOption, load
from pipelines.commands.printing import Format, FormatOption, write_rows
from pipelines.commands.published import open_published


def sql(
    config: ConfigOption = None,
    query: Annotated[str | None, typer.Option("-c", "--command", help="Run this and leave.")] = None,
    output_format: FormatOption = Format.table,
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
