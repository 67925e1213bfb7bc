"""The build: every step in order, each followed by its checks.

Belongs here: the order, and what happens when a check fails. Does not belong here: what any step makes.
"""

import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

import duckdb

from warehouse.connection import open_warehouse, threads_for_build
from warehouse.harvest.costs.steps import TRADING_COSTS
from warehouse.harvest.history.steps import HISTORY
from warehouse.harvest.plan.steps import PLAN
from warehouse.harvest.repurchase.steps import REPURCHASE
from warehouse.harvest.scores.steps import SCORES
from warehouse.harvest.steps import CANDIDATES
from warehouse.ledger.legs import LEGS
from warehouse.ledger.postings import POSTINGS
from warehouse.ledger.transfers import TRANSFERS
from warehouse.market.prices import PRICES_STEP
from warehouse.market.spam import SPAM
from warehouse.matching.events import EVENTS
from warehouse.matching.identifications import IDENTIFICATIONS
from warehouse.matching.income import INCOME
from warehouse.matching.lots import LOTS
from warehouse.publish import publish
from warehouse.quality.balances import BALANCES
from warehouse.quality.coverage import COVERAGE
from warehouse.quality.differences import BALANCE_DIFFERENCES
from warehouse.quality.doubts import DOUBTS
from warehouse.quality.problems import PROBLEMS
from warehouse.settings import BookSettings
from warehouse.steps import Book, Check, Step
from warehouse.tax.form_1099da import FORM_1099DA
from warehouse.tax.form_8949 import FORM_8949
from warehouse.tax.history.steps import YEAR_HISTORY
from warehouse.tax.income_totals import INCOME_TOTALS
from warehouse.tax.schedule_d import SCHEDULE_D
from warehouse.tax.steps import YEAR_SUMMARY
from warehouse.tax.wash_sale_shadow import WASH_SALES

STEPS: tuple[Step, ...] = (
    LEGS,
    COVERAGE,
    PRICES_STEP,
    SPAM,
    BALANCES,
    TRANSFERS,
    POSTINGS,
    EVENTS,
    IDENTIFICATIONS,
    LOTS,
    INCOME,
    BALANCE_DIFFERENCES,
    PROBLEMS,
    DOUBTS,
    INCOME_TOTALS,
    WASH_SALES,
    YEAR_SUMMARY,
    YEAR_HISTORY,
    FORM_1099DA,
    FORM_8949,
    SCHEDULE_D,
    TRADING_COSTS,
    CANDIDATES,
    HISTORY,
    REPURCHASE,
    PLAN,
    SCORES,
)

_SHOWN_ROWS = 10


class BlockingCheckError(Exception):
    """A check that must hold does not, so nothing is published. The message shows the first rows that fail it."""


@dataclass(frozen=True, slots=True)
class CheckResult:
    """A check with the rows that fail it, of which at most ten are kept; none, and it holds."""

    check: Check
    failing: int
    rows: tuple[dict[str, Any], ...]


@dataclass(slots=True)
class BuildResult:
    """What was built: rows of each table, seconds of each step (by its first table), and every check's result."""

    published: Path
    rows: dict[str, int] = field(default_factory=dict)
    seconds: dict[str, float] = field(default_factory=dict)
    checks: list[CheckResult] = field(default_factory=list)


def build(
    *,
    raw_root: Path,
    private: Path,
    public: Path,
    settings: BookSettings,
    as_of: datetime,
    on_step: Callable[[Step], None] | None = None,
) -> BuildResult:
    """Build the warehouse from nothing in the file `private` and publish it as `public`.

    `on_step` is called before each step. Raises `BlockingCheckError`, and what the steps raise; then `public` is as it
    was and `private` is left to look at.
    """
    result = BuildResult(public)
    private.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    private.unlink(missing_ok=True)
    with open_warehouse(private, threads=threads_for_build(raw_root)) as connection:
        book = Book(connection=connection, raw_root=raw_root, settings=settings, as_of=as_of)
        for step in STEPS:
            if on_step is not None:
                on_step(step)
            start = time.perf_counter()
            step.run(book)
            results = check_step(connection, step)
            stop_where_blocked(results)
            result.checks += results
            result.seconds[step.tables[0]] = time.perf_counter() - start
            for table in step.tables:
                result.rows[table] = _count(connection, table)
    start = time.perf_counter()
    publish(private, public)
    private.unlink()
    result.seconds["publish"] = time.perf_counter() - start
    return result


def check_step(connection: duckdb.DuckDBPyConnection, step: Step) -> list[CheckResult]:
    """How each check of a step went; none of them raises."""
    results = []
    for check in step.checks:
        rows = connection.sql(check.query).to_arrow_table()
        results.append(CheckResult(check, rows.num_rows, tuple(rows.slice(0, _SHOWN_ROWS).to_pylist())))
    return results


def stop_where_blocked(results: Iterable[CheckResult]) -> None:
    """Raise `BlockingCheckError` for the first blocking check that does not hold."""
    for result in results:
        if result.check.is_blocking and result.failing:
            lines = "\n".join(f"  {row}" for row in result.rows)
            raise BlockingCheckError(
                f"{result.check.table}: {result.check.name} does not hold ({result.failing} rows). "
                f"{result.check.description}\n{lines}"
            )


def _count(connection: duckdb.DuckDBPyConnection, table: str) -> int:
    return int(connection.sql(f"SELECT count(*) FROM {table}").fetchall()[0][0])
