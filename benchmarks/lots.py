"""How fast lots are matched: every method, beside FIFO in SQL and beside only reading the events, as ratios in one run.

    python -m benchmarks.lots --events 1000000 --growth 10000 100000 1000000

Belongs here: timing the lot engine on made-up events (`generator.py`). Does not belong here: the build of a book.
"""

import argparse
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

import duckdb
import pyarrow.parquet as pq

from benchmarks.generator import events_table
from warehouse.lots.engine import match_lots
from warehouse.lots.policy import Method, Policy

METHODS: tuple[Method, ...] = ("fifo", "lifo", "hifo", "lofo", "min_tax")
GROWN: tuple[Method, ...] = ("fifo", "hifo")
REPEATS = 3

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


def fastest(work: Callable[[], object]) -> float:
    """Seconds of the fastest of a few turns."""
    times = []
    for _ in range(REPEATS):
        start = time.perf_counter()
        work()
        times.append(time.perf_counter() - start)
    return min(times)


def compare(count: int) -> None:
    """Print seconds of each way to match `count` events, and how many times reading the events that is."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "events.parquet"
        pq.write_table(events_table(count), path)
        events = pq.read_table(path)
        reading = fastest(lambda: pq.read_table(path))
        print(f"\n{count:,} events, 20 assets, 2 accounts; reading them takes {reading:.3f} s")
        print(f"{'':24}{'seconds':>10}{'events/s':>14}{'x reading':>12}{'x SQL':>8}")

        def in_sql() -> None:
            with duckdb.connect(config={"threads": 1}) as connection:
                for statement in FIFO_IN_SQL.split(";")[:-1]:
                    connection.execute(statement, {"path": str(path)} if "$path" in statement else None)

        sql = fastest(in_sql)
        _row("fifo in DuckDB, no cost", sql, count, reading, sql)
        for method in METHODS:
            policy = Policy(default_method=method)
            _row(method, fastest(partial(match_lots, events, policy=policy)), count, reading, sql)
        command = [str(Path(sys.executable).parent / "lotkeeper"), "match", str(path), "--output", folder + "/answer"]
        whole = fastest(lambda: subprocess.run(command, check=True, capture_output=True))
        _row("lotkeeper match, fifo", whole, count, reading, sql)


def grow(counts: list[int]) -> None:
    """Print how long fifo and hifo take as books grow, and what one process needs of memory."""
    print(f"\n{'events':>12}{'fifo s':>10}{'hifo s':>10}{'fifo us/event':>16}{'hifo us/event':>16}{'MB at most':>12}")
    for count in counts:
        events = events_table(count)
        seconds = [fastest(partial(match_lots, events, policy=Policy(default_method=method))) for method in GROWN]
        memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
        each = "".join(f"{part / count * 1e6:>16.2f}" for part in seconds)
        print(f"{count:>12,}" + "".join(f"{part:>10.2f}" for part in seconds) + each + f"{memory:>12,}")


def _row(name: str, seconds: float, count: int, reading: float, sql: float) -> None:
    print(f"{name:24}{seconds:>10.3f}{count / seconds:>14,.0f}{seconds / reading:>12.1f}{seconds / sql:>8.2f}")


def main() -> None:
    """Compare and grow by the arguments."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--events", type=int, default=1_000_000)
    parser.add_argument("--growth", type=int, nargs="*", default=[10_000, 100_000, 1_000_000])
    arguments = parser.parse_args()
    start = time.perf_counter()
    match_lots(events_table(60_000), policy=Policy())
    print(f"first call in this process, its compiled code loaded or made: {time.perf_counter() - start:.2f} s")
    compare(arguments.events)
    grow(arguments.growth)


if __name__ == "__main__":
    main()
