"""`lotkeeper sync`: the night's work in one process, for cron.

Belongs here: its options and exit code. Does not belong here: the work.
"""

import typer

from pipelines.commands.options import AsOfOption, ConfigOption, clock, load


def sync(config: ConfigOption = None, as_of: AsOfOption = None) -> None:
    """Sync every account, then rebuild and publish the books.

    An account that fails does not stop the others; what is published says which numbers rest on it. Exit code 1 when
    an account failed or the books were not published.
    """
    from pipelines.night import run_night  # noqa: PLC0415 - brings Dagster, which other commands need not wait for

    configuration = load(config)
    if not run_night(configuration, now=clock(configuration, as_of)):
        raise typer.Exit(1)
