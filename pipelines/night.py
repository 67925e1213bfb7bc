"""The night's work in one process: sync, build, publish, shown on a terminal and told to Dagster.

Belongs here: running it and showing how it goes. Does not belong here: what a sync or a build does.
"""

import uuid
from contextlib import closing
from datetime import datetime

from rich.console import Console
from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

from connectors.prices.fetcher import PriceReport
from connectors.raw import RawFileError
from connectors.sync import SyncReport
from pipelines.alerting import Told, tell_what_is_new
from pipelines.building import StepOutcome, StorageError, build_all
from pipelines.commands.summary import print_summary
from pipelines.configuration import Configuration
from pipelines.history import History
from pipelines.sources import book_settings
from pipelines.syncing import AccountBusyError, sync_accounts
from warehouse.build import STEPS, BlockingCheckError
from warehouse.harvest.history.record import RecordError
from warehouse.lots.journal import JournalError
from warehouse.market.price_file import PriceFileError
from warehouse.tax.history.record import YearRecordError

_TOLD = (
    BlockingCheckError,
    RawFileError,
    PriceFileError,
    JournalError,
    RecordError,
    YearRecordError,
    AccountBusyError,
    StorageError,
    OSError,
)
"""What keeps the books from being published and says in its words where and what to do."""


def run_night(configuration: Configuration, *, now: datetime) -> bool:
    """Sync and build with progress on the terminal; whether everything went well.

    Raises `ConfigurationError` for a mistake in overrides.toml, and for an address of alerts that is not set, before
    any source is asked.
    """
    book_settings(configuration)
    configuration.secret(configuration.alerts.url)
    console = Console()
    with closing(History(configuration)) as history:
        synced = _sync(console, configuration, now, history)
        unpublished = _build(console, configuration, now, history)
        if unpublished is None:
            print_summary(console, configuration, as_of=now)
            console.print(f"Report: {configuration.paths.report}", markup=False, highlight=False, soft_wrap=True)
        told = tell_what_is_new(configuration, now=now, unpublished=unpublished)
        history.record_alerts(told)
    _show_new(console, told)
    for failure in history.failures[:1]:
        console.print(f"not everything is in Dagster's history: {failure}", style="red", markup=False, soft_wrap=True)
    return synced and unpublished is None and told.undelivered is None and not history.failures


def _show_new(console: Console, told: Told) -> None:
    if told.new:
        console.print(f"\nNew since the last night{', and sent' if told.is_sent else ''}:")
    for line in told.lines:
        console.print(line, markup=False, highlight=False, soft_wrap=True)
    if told.undelivered:
        console.print(told.undelivered, style="red", markup=False, highlight=False, soft_wrap=True)


def _sync(console: Console, configuration: Configuration, now: datetime, history: History) -> bool:
    failed = False
    with _progress(console) as progress:
        tasks = {
            account.name: progress.add_task(account.name, total=None, what="waiting")
            for account in configuration.accounts
        }

        def show(account: str, stream: str, rows: int) -> None:
            progress.update(tasks[account], what=f"{stream}: {rows:,} rows")

        for name, result in sync_accounts(configuration, now=now, progress=show):
            history.record_sync(name, result)
            errors = result.errors if isinstance(result, SyncReport) else [str(result)]
            failed = failed or bool(errors)
            progress.update(tasks[name], total=1, completed=1, what=_ended(result))
            for error in errors:
                progress.console.print(f"{name}: {error}", style="red", markup=False, highlight=False, soft_wrap=True)
    return not failed


def _ended(result: SyncReport | Exception) -> str:
    if not isinstance(result, SyncReport):
        return "[red]failed[/red]"
    done = f"{result.rows:,} new rows, {result.requests:,} requests"
    return f"[red]failed in part[/red], {done}" if result.errors else f"[green]done[/green], {done}"


def _build(console: Console, configuration: Configuration, now: datetime, history: History) -> str | None:
    """Build and publish; why nothing was published, or `None`."""
    with _progress(console) as progress:
        task = progress.add_task("build", total=len(STEPS), what="")

        def on_step(outcome: StepOutcome) -> None:
            history.record_step(outcome)
            progress.update(task, advance=1, what=", ".join(outcome.step.tables))
            for check in outcome.checks:
                if check.failing and not check.check.is_blocking:
                    progress.console.print(
                        f"{check.check.table}: {check.check.description} {_rows(check.failing)} not.",
                        style="yellow", markup=False, highlight=False, soft_wrap=True,
                    )  # fmt: skip

        def on_prices(report: PriceReport) -> None:
            history.record_prices(report)
            for error in report.errors:
                progress.console.print(f"prices: {error}", style="red", markup=False, highlight=False, soft_wrap=True)

        def show_prices(_account: str, source: str, rows: int) -> None:
            progress.update(task, what=f"prices from {source}: {rows:,} rows")

        try:
            build_all(
                configuration,
                build_id=f"sync-{uuid.uuid4().hex}",
                as_of=now,
                on_step=on_step,
                on_prices=on_prices,
                progress=show_prices,
            )
        except _TOLD as error:
            console.print(str(error), style="red", markup=False, highlight=False, soft_wrap=True)
            console.print("Nothing was published; what was published before stays.", style="red")
            return str(error)
        history.record_published()
        progress.update(task, what="published")
    return None


def _rows(count: int) -> str:
    return "1 row does" if count == 1 else f"{count:,} rows do"


def _progress(console: Console) -> Progress:
    return Progress(
        SpinnerColumn(finished_text="•"),
        TextColumn("{task.description}"),
        TextColumn("{task.fields[what]}"),
        TimeElapsedColumn(),
        console=console,
    )
