"""How fast lots are matched: every method, beside FIFO in SQL and beside only reading the events, as ratios in one run.

    python -m benchmarks.lots --events 1000000 --growth 10000 100000 1000000 10000000

Three things are timed: the walk (which lot goes to which sale at what cost, exact in 128 bits, from arrays to arrays,
with the sorting that its method needs); the match (from an Arrow table of events, checked, to the four tables of the
answer); the command (`lotkeeper match`, from Parquet to Parquet, the interpreter's start included).

Belongs here: timing the lot engine on made-up events (`generator.py`). Does not belong here: other engines' lots
(`rival.py`), the build of a book.
"""

import argparse
import os
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

import duckdb
import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from benchmarks.generator import events_table
from warehouse.lots.columns import columns_of
from warehouse.lots.engine import facts_of, match_lots
from warehouse.lots.events import checked_events
from warehouse.lots.identification import named_lots
from warehouse.lots.machines import Compiled
from warehouse.lots.plan import lots_of, plan_of
from warehouse.lots.policy import Method, Policy
from warehouse.lots.run import lots_in_order, run

METHODS: tuple[Method, ...] = ("fifo", "lifo", "hifo", "lofo", "min_tax")
GROWN: tuple[Method, ...] = ("fifo", "hifo")
REPEATS = 3
SMALL = 60_000

FIFO_IN_SQL = """
CREATE OR REPLACE TABLE acquired AS
SELECT account, asset, event_id, total - quantity AS low, total AS high FROM (
    SELECT *, sum(quantity) OVER (PARTITION BY account, asset ORDER BY occurred_at, event_id) AS total
    FROM read_parquet($path) WHERE kind = 'acquire');
CREATE OR REPLACE TABLE disposed AS
SELECT account, asset, event_id, total - quantity AS low, total AS high FROM (
    SELECT *, sum(quantity) OVER (PARTITION BY account, asset ORDER BY occurred_at, event_id) AS total
    FROM read_parquet($path) WHERE kind = 'dispose');
CREATE OR REPLACE TABLE slices AS
SELECT d.event_id AS disposal, a.event_id AS lot, least(a.high, d.high) - greatest(a.low, d.low) AS quantity
FROM disposed AS d JOIN acquired AS a
    ON a.account = d.account AND a.asset = d.asset AND a.low < d.high AND d.low < a.high;
"""
"""FIFO by running totals: quantities only, and a sale may take what is bought later. A comparison, not an engine."""


class TimedMachine(Compiled):
    """The compiled machine with a clock on its walk."""

    def __init__(self) -> None:
        super().__init__()
        self.seconds = 0.0
        walk = self.walk

        def timed(*arguments: object) -> int:
            start = time.perf_counter()
            step: int = walk(*arguments)
            self.seconds += time.perf_counter() - start
            return step

        self.walk = timed


def fastest(work: Callable[[], object]) -> float:
    """Seconds of the fastest of a few turns."""
    return min(_seconds(work) for _ in range(REPEATS))


def walk_seconds(events: pa.Table, method: Method) -> float:
    """Seconds of the walk and of ranking lots for it, the fastest of a few turns."""
    policy = Policy(default_method=method)
    columns = columns_of(checked_events(events), policy.time_zone, None)
    lot_event = lots_of(columns)
    named, facts = named_lots(columns, policy, lot_event), facts_of(columns, policy, lot_event)
    plan = plan_of(columns, policy, lot_event, named, chosen=np.ones(len(columns.kind), np.bool_))
    turns = []
    for _ in range(REPEATS):
        machine = TimedMachine()
        run(plan, facts, (named.lot, named.quantity), machine)
        turns.append(machine.seconds + _seconds(lambda: lots_in_order(plan, facts, Compiled())))
    return min(turns)


def command(events: Path) -> None:
    """Run `lotkeeper match` on a file."""
    program = Path(sys.executable).parent / "lotkeeper"
    subprocess.run([program, "match", events, "--output", events.parent / "answer"], check=True, capture_output=True)


def compare(count: int) -> None:
    """Print seconds of each way to match `count` events, and how many times reading the events that is."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "events.parquet"
        pq.write_table(events_table(count), path)
        events = pq.read_table(path)
        reading = fastest(lambda: pq.read_table(path))
        print(f"\n{count:,} events, 20 assets, 2 accounts; reading them takes {reading:.3f} s")
        print(f"{'':28}{'seconds':>10}{'events/s':>14}{'x reading':>12}{'x SQL':>8}")

        def in_sql() -> None:
            with duckdb.connect(config={"threads": 1}) as connection:
                for statement in FIFO_IN_SQL.split(";")[:-1]:
                    connection.execute(statement, {"path": str(path)} if "$path" in statement else None)

        sql = _seconds(in_sql)
        _row("fifo in DuckDB, no cost", sql, count, reading, sql)
        for method in METHODS:
            _row(f"walk, {method}", walk_seconds(events, method), count, reading, sql)
        for method in METHODS:
            policy = Policy(default_method=method)
            _row(f"match, {method}", fastest(partial(match_lots, events, policy=policy)), count, reading, sql)
        _row("lotkeeper match, fifo", fastest(lambda: command(path)), count, reading, sql)


def grow(counts: list[int]) -> None:
    """Print how everything grows, and what `lotkeeper match` needs of memory, each size in a process of its own."""
    print(f"\n{'us/event':>12}{'walk':>20}{'match':>20}{'command':>10}")
    print(f"{'events':>12}{'fifo':>10}{'hifo':>10}{'fifo':>10}{'hifo':>10}{'fifo':>10}{'MB':>8}")
    for count in counts:
        subprocess.run([sys.executable, "-m", "benchmarks.lots", "--one", str(count)], check=True)


def one(count: int) -> None:
    """One line of `grow`."""
    match_lots(events_table(SMALL), policy=Policy())
    events = events_table(count)
    seconds = [walk_seconds(events, method) for method in GROWN]
    seconds += [fastest(partial(match_lots, events, policy=Policy(default_method=method))) for method in GROWN]
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "events.parquet"
        pq.write_table(events, path)
        seconds.append(_seconds(lambda: command(path)))
        watched = [sys.executable, "-m", "benchmarks.lots", "--memory", path]
        memory = int(subprocess.run(watched, check=True, capture_output=True, text=True).stdout)
    print(f"{count:>12,}" + "".join(f"{part / count * 1e6:>10.3f}" for part in seconds) + f"{memory:>8,}", flush=True)


def start_up() -> None:
    """Print what the first match costs on a machine that never compiled it, and on one that did."""
    with tempfile.TemporaryDirectory() as cache:
        first = [sys.executable, "-m", "benchmarks.lots", "--first"]
        for what in ("compiling", "from the cache"):
            done = subprocess.run(
                first, check=True, capture_output=True, text=True, env={**os.environ, "NUMBA_CACHE_DIR": cache}
            )
            print(f"first match of {SMALL:,} events in a process, {what}: {float(done.stdout):.2f} s")


def _seconds(work: Callable[[], object]) -> float:
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def _row(name: str, seconds: float, count: int, reading: float, sql: float) -> None:
    print(f"{name:28}{seconds:>10.3f}{count / seconds:>14,.0f}{seconds / reading:>12.1f}{seconds / sql:>8.3f}")


def main() -> None:
    """Compare and grow by the arguments."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--events", type=int, default=1_000_000)
    parser.add_argument("--growth", type=int, nargs="*", default=[10_000, 100_000, 1_000_000, 10_000_000])
    parser.add_argument("--one", type=int, help=argparse.SUPPRESS)
    parser.add_argument("--memory", type=Path, help=argparse.SUPPRESS)
    parser.add_argument("--first", action="store_true", help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.one:
        one(arguments.one)
    elif arguments.memory:
        command(arguments.memory)  # from a process that is small itself: a child begins with its parent's pages
        print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss // 1024)
    elif arguments.first:
        print(_seconds(lambda: match_lots(events_table(SMALL), policy=Policy())))
    else:
        start_up()
        compare(arguments.events)
        grow(arguments.growth)


if __name__ == "__main__":
    main()
