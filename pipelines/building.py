"""Building the warehouse: one step, or all of them, on a private file that is published at the end.

Every build has a file of its own, named by its id, so two builds can not disturb each other. A step that runs alone
starts from a copy of what is published.

Belongs here: files, order, and what a step's outcome is. Does not belong here: what any step computes, and Dagster.
"""

import shutil
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path

import duckdb
from filelock import FileLock

from connectors.prices.fetcher import PriceReport, Wanted, WantedEvent
from connectors.raw import RawStore, make_private
from connectors.sync import Progress, no_progress
from pipelines.configuration import Configuration, Paths
from pipelines.metadata import TableDescription, count_rows, describe_table, has_table
from pipelines.report.content import read_content
from pipelines.sources import book_settings, price_fetcher
from pipelines.syncing import only_one
from warehouse.build import STEPS, CheckResult, check_step, stop_where_blocked
from warehouse.connection import open_warehouse, threads_for_build
from warehouse.harvest.history.steps import record_night
from warehouse.market.wanted import wanted_events, wanted_prices
from warehouse.publish import publish, remove_unfinished, replace_file
from warehouse.steps import Book, Step
from warehouse.tax.history.steps import record_years

ABANDONED_AFTER_SECONDS = 24 * 60 * 60
OTHERS_PRICES_SECONDS = 15 * 60
"""How long a build waits while another one fetches prices: most of what it wants is there afterwards."""

PRICES_ACCOUNT = "prices"
PRICES_NEED = "raw.prices"
FIRST_STEP = STEPS[0]


class StorageError(Exception):
    """The disk or the memory did not suffice for a build. Says which file, and what the system said."""


@dataclass(frozen=True, slots=True)
class StepOutcome:
    """What a step made, how its checks went, and how many rows the published tables had before."""

    step: Step
    tables: tuple[TableDescription, ...]
    checks: tuple[CheckResult, ...]
    seconds: float
    rows_before: dict[str, int] = field(default_factory=dict)


def private_path(paths: Paths, build_id: str) -> Path:
    """The file of one build."""
    return paths.build / f"{build_id}.duckdb"


def run_step(
    step: Step,
    *,
    configuration: Configuration,
    build_id: str,
    as_of: datetime,
    rows_before: Mapping[str, int] | None = None,
) -> StepOutcome:
    """Build the tables of one step and check them. A failed check is in the outcome, not raised.

    `rows_before` are the rows of the published tables where they were counted already. Raises `StorageError` where the
    disk or the memory does not suffice.
    """
    paths = configuration.paths
    _prepare(paths, build_id, is_first=step is FIRST_STEP)
    started = time.perf_counter()
    with _room_for(paths), open_warehouse(private_path(paths, build_id)) as connection:
        step.run(Book(connection, paths.raw, book_settings(configuration), as_of))
        checks = tuple(check_step(connection, step))
        tables = tuple(describe_table(connection, table) for table in step.tables)
    seconds = time.perf_counter() - started
    with _room_for(paths):
        counts = _rows_published(paths, step.tables) if rows_before is None else rows_before
    before = {table: counts[table] for table in step.tables if table in counts}
    return StepOutcome(step, tables, checks, seconds, before)


@contextmanager
def build_open(paths: Paths, build_id: str) -> Iterator[None]:
    """Keep a build's file open, so that none of its steps reads it anew. Raises `StorageError`."""
    with (
        _room_for(paths),
        open_warehouse(private_path(paths, build_id), threads=threads_for_build(paths.raw)),
    ):
        yield


def fetch_prices(
    configuration: Configuration, *, build_id: str, now: datetime, progress: Progress = no_progress
) -> PriceReport:
    """Ask the configured venues for the closes that the book wants and raw does not have."""
    with open_warehouse(private_path(configuration.paths, build_id)) as connection:
        wanted = wanted_prices(connection, now, base_currency=configuration.country.base_currency)
        events = wanted_events(connection, now)
    with only_one(configuration.paths.raw, PRICES_ACCOUNT, wait_seconds=OTHERS_PRICES_SECONDS):
        return price_fetcher(configuration).fetch(
            RawStore(configuration.paths.raw),
            wanted=[Wanted(asset, first_date) for asset, first_date in wanted],
            events=[WantedEvent(*event) for event in events],
            now=now,
            progress=progress,
        )


def publish_build(configuration: Configuration, *, build_id: str, as_of: datetime) -> None:
    """Replace the published file by this build's and the report page by its page, and remove the private file.

    Each is replaced in one step. The page is written first, so a build whose page can not be written is not published.
    What could be harvested tonight joins the record of nights, what the tax years come to the record of builds. Another
    build that publishes at the same time is waited for: both add to the same records.
    """
    paths = configuration.paths
    path = private_path(paths, build_id)
    page = write_report(configuration, path, as_of=as_of)
    make_private(paths.published.parent)
    with FileLock(paths.published.with_name(f".{paths.published.name}.lock"), mode=0o600):
        for public in (paths.published, paths.report, paths.record, paths.year_record):
            remove_unfinished(public)  # what a killed process left: only who holds the lock replaces these
        publish(path, paths.published)
        replace_file(paths.report, BytesIO(page.encode()))
        record_night(paths.record, path)
        record_years(paths.year_record, path, published_at=datetime.now(UTC))
    path.unlink()


def write_report(configuration: Configuration, file: Path, *, as_of: datetime) -> str:
    """The report page on a built file whose connections are closed."""
    from pipelines.report.page import render_page  # noqa: PLC0415 - brings Bokeh, which only publishing waits for

    settings = book_settings(configuration)
    with open_warehouse(file, read_only=True) as connection:
        content = read_content(
            connection,
            config=configuration.path,
            published=configuration.paths.published,
            as_of=as_of,
            zone=settings.time_zone,
            base_currency=settings.base_currency,
            country=configuration.country,
        )
    return render_page(content)


def build_all(
    configuration: Configuration,
    *,
    build_id: str,
    as_of: datetime,
    on_step: Callable[[StepOutcome], None],
    on_prices: Callable[[PriceReport], None],
    progress: Progress = no_progress,
) -> None:
    """Every step in order, the prices fetched once before the first that needs them; then publish.

    Raises `BlockingCheckError` at the first blocking check that fails: what was published before stays.
    """
    paths = configuration.paths
    private = private_path(paths, build_id)
    first_priced = next(step for step in STEPS if PRICES_NEED in step.needs)
    try:
        with _room_for(paths):
            rows_before = _rows_published(paths, [table for step in STEPS for table in step.tables])
        _prepare(paths, build_id, is_first=True)
        with build_open(paths, build_id):
            for step in STEPS:
                if step is first_priced:
                    on_prices(fetch_prices(configuration, build_id=build_id, now=as_of, progress=progress))
                outcome = run_step(
                    step, configuration=configuration, build_id=build_id, as_of=as_of, rows_before=rows_before
                )
                on_step(outcome)
                stop_where_blocked(outcome.checks)
        with _room_for(paths):
            publish_build(configuration, build_id=build_id, as_of=as_of)
    finally:
        for left in (private, private.with_name(f"{private.name}.wal")):
            left.unlink(missing_ok=True)


@contextmanager
def _room_for(paths: Paths) -> Iterator[None]:
    """What DuckDB says when it can not write, as an error that says where and what to do."""
    try:
        yield
    except (
        duckdb.IOException,
        duckdb.TransactionException,
        duckdb.FatalException,
    ) as error:
        raise StorageError(
            f"the build in {paths.build} could not go on: {error}. Make room on that disk, or stop what holds the file"
        ) from error
    except (duckdb.OutOfMemoryException, MemoryError) as error:
        raise StorageError(
            f"the memory did not suffice for the build in {paths.build} ({str(error) or 'none left'}). "
            "Stop what else runs here, or build on a machine with more: raw and the configuration are all it takes"
        ) from error


def _prepare(paths: Paths, build_id: str, *, is_first: bool) -> None:
    make_private(paths.build)
    private = private_path(paths, build_id)
    if private.exists():
        return
    _remove_abandoned(paths)
    if is_first:
        return
    if not paths.published.is_file():
        raise FileNotFoundError(
            f"{paths.published} is not there: nothing was built yet, so this table can not be built by itself. "
            "Run the whole build job first"
        )
    shutil.copyfile(paths.published, private)
    private.chmod(0o600)


def _remove_abandoned(paths: Paths) -> None:
    """Files of builds that were killed, and what DuckDB spilled for them: a day is longer than any build takes."""
    for left in paths.build.iterdir():
        if time.time() - left.stat().st_mtime <= ABANDONED_AFTER_SECONDS:
            continue
        if left.is_dir():
            shutil.rmtree(left, ignore_errors=True)
        else:
            left.unlink(missing_ok=True)


def _rows_published(paths: Paths, tables: Iterable[str]) -> dict[str, int]:
    if not paths.published.is_file():
        return {}
    with open_warehouse(paths.published, read_only=True) as connection:
        return {table: count_rows(connection, table) for table in tables if has_table(connection, table)}
