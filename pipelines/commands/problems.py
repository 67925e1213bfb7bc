"""`lotkeeper problems`: what needs a decision, most money first, with the commands that resolve it.

Belongs here: showing `quality.problems`. Does not belong here: finding problems, and which command resolves which
(`answers.py`).
"""

import sys
from typing import Any

import typer
from rich.console import Console
from rich.text import Text

from pipelines.answers import answers_of
from pipelines.commands.options import SHOWN_ROWS, ConfigOption, LimitOption, load
from pipelines.commands.printing import Format, FormatOption, console, tell_more, usd, write_rows
from pipelines.commands.published import open_published
from warehouse.queries import select_rows

_COLUMNS = (
    "problem_id", "problem", "account", "asset", "quantity", "stake_usd", "occurred_at", "since_at", "likely_cause",
    "transaction_id", "event_id", "detail",
)  # fmt: skip


def problems(
    config: ConfigOption = None,
    limit: LimitOption = SHOWN_ROWS,
    output_format: FormatOption = Format.table,
) -> None:
    """List what stands between the books and a proven figure, most money first, and how to resolve each.

    What you alone know stands in capitals in a command: put it in before you run it. Exit code 1 while there is any.
    """
    configuration = load(config)
    with open_published(configuration) as connection:
        rows = select_rows(connection, "list_open_decisions").to_pylist()
    named = None if config is None else str(config)
    if output_format is not Format.table:
        values = [
            [*(row[name] for name in _COLUMNS), [answer.command for answer in answers_of(row, config=named)]]
            for row in rows
        ]
        write_rows(sys.stdout, (*_COLUMNS, "commands"), values, output_format)
    else:
        _show(rows, limit, named)
    if rows:
        raise typer.Exit(1)


def _show(rows: list[dict[str, Any]], limit: int, config: str | None) -> None:
    out = console(sys.stdout)
    if not rows:
        out.print("nothing needs a decision")
        return
    for number, row in enumerate(rows[:limit], 1):
        _show_problem(out, number, row, config)
    tell_more(rows, limit)


def _show_problem(out: Console, number: int, row: dict[str, Any], config: str | None) -> None:
    day = "" if row["occurred_at"] is None else f" on {row['occurred_at']:%Y-%m-%d}"
    head = Text.assemble((f"{number}. {row['problem'].replace('_', ' ')}", "bold"), f"{day}, at stake ")
    head.append_text(usd(row["stake_usd"]))
    out.print(head)
    out.print(Text(f"   {row['detail']}."), soft_wrap=True)
    answers = answers_of(row, config=config)
    width = max((len(answer.case) for answer in answers), default=0)
    for answer in answers:
        out.print(Text.assemble((f"   {answer.case:<{width}}  ", "dim"), (answer.command, "cyan")), soft_wrap=True)
    out.print()
