"""The command line: which commands there are, and what their exit codes mean.

Belongs here: registering commands and turning errors into one line and a code. Does not belong here: what a command
does (one file each in `commands/`).
"""

import sys

import typer
from rich.console import Console

from pipelines.commands import (
    candidates,
    check,
    explain,
    forms,
    gains,
    identify,
    init,
    match,
    problems,
    replay,
    resolve,
    scores,
    sql,
    sync,
    up,
    what_if,
)
from pipelines.configuration import ConfigurationError

EXIT_CODES = (
    "Exit codes: 0 all is well; 1 something failed or needs you (it says what); "
    "2 the command or the configuration can not be used as it stands."
)

app = typer.Typer(
    name="lotkeeper",
    help=(
        "Crypto tax lots: syncs your accounts, builds a DuckDB warehouse of lots, and shows gains and harvest "
        "candidates. It only reads; it never trades."
    ),
    epilog=EXIT_CODES,
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode="rich",
    pretty_exceptions_enable=False,
)
app.command("init")(init.init)
app.command("check")(check.check)
app.command("sync")(sync.sync)
app.command("up")(up.up)
app.command("sql")(sql.sql)
app.command("candidates")(candidates.candidates)
app.command("scores")(scores.scores)
app.command("gains")(gains.gains)
app.command("forms")(forms.forms)
app.command("identify")(identify.identify)
app.command("explain")(explain.explain)
app.command("problems")(problems.problems)
app.command("resolve")(resolve.resolve)
app.command("match")(match.match)
app.command("replay")(replay.replay)
app.add_typer(what_if.app, name="what-if")


def main() -> None:
    """Run the command line; what the user can mend is one message on stderr and exit code 2."""
    try:
        app()
    except ConfigurationError as error:
        Console(stderr=True, soft_wrap=True).print(str(error), style="red", markup=False, highlight=False)
        sys.exit(2)
