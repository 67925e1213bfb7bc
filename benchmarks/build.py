"""How long the warehouse build takes from raw to published, for books of growing size.

    python -m benchmarks.build 10000 100000 1000000

Each step has its seconds by the clock and, beside them, of the processor (of all cores together): on a busy machine the
latter tell what a free one takes. Peak memory is that of the whole process, in each line up to the end of that step.

Each size is a made-up book (seeded) of two exchange accounts and twenty coins over three years: purchases and sales for
money, swaps, third-coin fees, rewards, and transfers between the accounts; most of what is bought is sold again. Each
build runs in a process of its own, so that its memory is its own.
"""

import argparse
import itertools
import json
import resource
import subprocess
import sys
import tempfile
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import numpy as np
import pyarrow as pa

from connectors.raw import RawStore, Window
from connectors.records import PRICES, TRANSACTIONS
from connectors.windows import Span

SEED = 20261124
START = datetime(2023, 11, 24, tzinfo=UTC)
DAYS = 1095
AS_OF = START + timedelta(days=DAYS)
COINS = [f"C{number:02}" for number in range(19)] + ["BNB"]
FILE_ROWS = 50_000
KINDS = ("purchase", "sale", "swap", "reward", "transfer")


def write_book(root: Path, size: int) -> None:
    """Write the raw files of a book of `size` transactions, and its daily prices."""
    random = np.random.default_rng(SEED)
    store = RawStore(root)
    instants = np.sort(random.integers(0, DAYS * 86_400_000, size)) * 1000 + int(START.timestamp()) * 1_000_000
    kinds = random.choice(KINDS, size, p=[0.40, 0.37, 0.10, 0.10, 0.03])
    first, second = random.integers(0, 19, size), random.integers(0, 19, size)
    units = random.integers(1_000, 2_000_000_000, size)
    sides = random.integers(0, 2, size).astype(bool)
    rows: dict[tuple[str, str], list[dict[str, object]]] = {}
    columns = zip(
        instants.tolist(), kinds.tolist(), first.tolist(), second.tolist(), units.tolist(), sides.tolist(), strict=True
    )
    for number, (at, kind, coin, other, unit, side) in enumerate(columns):
        account = "kraken" if side else "binance"
        coins = (COINS[coin], COINS[(coin + 1 + other % 18) % 19])
        for stream, row in _rows(number, at, kind, coins=coins, unit=unit, account=account):
            rows.setdefault(stream, []).append(row)
    for (account, stream), every in sorted(rows.items()):
        for start in range(0, len(every), FILE_ROWS):
            store.append(
                pa.Table.from_pylist(every[start : start + FILE_ROWS], schema=TRANSACTIONS),
                account=account,
                stream=stream,
                fetched_at=AS_OF,
                source="benchmark",
                windows=[Window(Span(START, AS_OF))],
            )
    prices = [
        {
            "asset": coin,
            "at": START + timedelta(days=day + 1),
            "price_usd": f"{price / 100:.2f}",
            "source": "benchmark",
            "is_interpolated": False,
        }
        for coin in COINS
        for day, price in enumerate(random.integers(1_000, 100_000, DAYS).tolist())
    ]
    store.append(
        pa.Table.from_pylist(prices, schema=PRICES),
        account="prices",
        stream="benchmark",
        fetched_at=AS_OF,
        source="benchmark",
    )


def _rows(
    number: int, at: int, kind: str, *, coins: tuple[str, str], unit: int, account: str
) -> list[tuple[tuple[str, str], dict[str, object]]]:
    coin, other = coins
    quantity, cash = f"{unit / 1e8:.8f}", f"{unit * 37 / 1e8:.2f}"
    sold, small = f"{unit * 0.95 / 1e8:.8f}", f"{unit / 4e8:.8f}"
    if kind == "purchase":
        fee = ("USD", f"-{unit / 1e9:.4f}") if number % 3 else (coin, f"-{unit / 1e11:.11f}")
        return [((account, "trades"), _row(number, at, "trade", (coin, quantity), ("USD", f"-{cash}"), fee=fee))]
    if kind == "sale":
        fee = ("USD", f"-{unit / 1e9:.4f}") if number % 4 else ("BNB", f"-{unit / 1e13:.13f}")
        return [((account, "trades"), _row(number, at, "trade", (coin, f"-{sold}"), ("USD", cash), fee=fee))]
    if kind == "swap":
        fee = (other, f"-{unit / 1e11:.11f}")
        return [((account, "trades"), _row(number, at, "trade", (coin, f"-{small}"), (other, quantity), fee=fee))]
    if kind == "reward":
        return [((account, "ledger"), _row(number, at, "reward", ("BNB", f"{unit / 1e10:.10f}")))]
    target = "binance" if account == "kraken" else "kraken"
    sent = _row(number, at, "withdrawal", (coin, f"-{small}"), fee=(coin, "-0.0001"), tx_hash=f"0x{number:064x}")
    arrived = _row(number, at + 600_000_000, "deposit", (coin, small), tx_hash=f"0x{number:064x}")
    return [((account, "withdrawals"), sent), ((target, "deposits"), arrived)]


def _row(
    number: int,
    at: int,
    kind: str,
    *moved: tuple[str, str],
    fee: tuple[str, str] | None = None,
    tx_hash: str | None = None,
) -> dict[str, object]:
    postings = [{"asset": asset, "quantity": quantity, "role": "principal"} for asset, quantity in moved]
    if fee is not None:
        postings.append({"asset": fee[0], "quantity": fee[1], "role": "fee"})
    payload = {"id": f"TX{number:012}", "time": at, "postings": postings, "misc": "", "pair": moved[0][0]}
    return {
        "id": f"TX{number:012}",
        "kind": kind,
        "status": "final",
        "occurred_at": at,
        "order": 0,
        "postings": postings,
        "tx_hash": tx_hash,
        "payload": json.dumps(payload),
    }


def build_once(folder: Path) -> dict[str, object]:
    """Build the book in `folder` and say what it took: seconds by step, in all, from the start, and peak memory."""
    started = time.perf_counter()
    from warehouse.build import build  # noqa: PLC0415 -- importing is part of what is timed
    from warehouse.settings import AccountSettings, BookSettings  # noqa: PLC0415

    imported = time.perf_counter()
    accounts = tuple(AccountSettings(name, "exchange", venue=name) for name in ("binance", "kraken"))
    marks: list[tuple[str, float, float, int]] = []

    def mark(name: str) -> None:
        used = resource.getrusage(resource.RUSAGE_SELF)
        marks.append((name, time.perf_counter(), used.ru_utime + used.ru_stime, used.ru_maxrss // 1024))

    result = build(
        on_step=lambda step: mark(step.tables[0]),
        raw_root=folder / "raw",
        private=folder / "build" / "private.duckdb",
        public=folder / "book.duckdb",
        settings=BookSettings(accounts=accounts, time_zone=ZoneInfo("America/New_York")),
        as_of=AS_OF,
    )
    mark("end")
    steps = {one[0]: (other[1] - one[1], other[2] - one[2], other[3]) for one, other in itertools.pairwise(marks)}
    return {
        "import_seconds": imported - started,
        "build_seconds": time.perf_counter() - imported,
        "peak_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024,
        "cpu_seconds": marks[-1][2] - marks[0][2],
        "steps": steps,
        "publish_seconds": result.seconds["publish"],
        "rows": result.rows,
        "published_mb": (folder / "book.duckdb").stat().st_size >> 20,
        "failing": {check.check.name: check.failing for check in result.checks if check.failing},
    }


def main() -> None:
    """Print one block for each size asked for."""
    parser = argparse.ArgumentParser(description="Time the warehouse build.")
    parser.add_argument("sizes", nargs="*", type=int, default=[10_000, 100_000, 1_000_000])
    parser.add_argument("--folder", type=Path, help="build the book that is there, in this process")
    arguments = parser.parse_args()
    if arguments.folder is not None:
        print(json.dumps(build_once(arguments.folder)))
        return
    for size in arguments.sizes:
        with tempfile.TemporaryDirectory() as name:
            folder = Path(name)
            write_book(folder / "raw", size)
            command = [sys.executable, "-m", "benchmarks.build", "--folder", name]
            started = time.perf_counter()
            answer = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True)
            _print(size, time.perf_counter() - started, json.loads(answer.stdout))


def _print(size: int, seconds: float, told: dict[str, object]) -> None:
    print(
        f"{size:>9,} transactions: {told['build_seconds']:.2f} s (process {seconds:.2f} s, "
        f"of the processor {told['cpu_seconds']:.2f} s), "
        f"{told['peak_mb']:,} MB at most, published {told['published_mb']:,} MB"
    )
    for name, (clock, processor, peak) in dict(told["steps"]).items():  # type: ignore[call-overload]
        print(f"    {name:<22} {clock:8.2f} s {processor:8.2f} s of CPU {peak:7,} MB")
    print(f"    of the last, publishing {told['publish_seconds']:.2f} s")
    print(f"    warnings: {told['failing']}")


if __name__ == "__main__":
    main()
