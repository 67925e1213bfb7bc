"""How well what two sources tell is recognized, in made-up worlds whose truth is known.

    python -m benchmarks.telling --worlds 1000

In each world two accounts of `benchmarks/worlds.py` are told again by a file of their own: exactly (to the second), or
rounded (fewer digits, cut to the minute), of a part of the time, with rows left out, the venue's ids or hashes in some,
and rows that the account itself has lost. Some trades were filled in several equal parts within a second. Half of the
worlds say `same_as`. Prints by rule how many pairs are true, and how many events the books then have
too often or not at all.
"""

import argparse
import tempfile
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from decimal import ROUND_DOWN, ROUND_HALF_UP, Decimal
from pathlib import Path
from random import Random

from benchmarks.pairing import AS_OF
from benchmarks.worlds import DAYS, START, World, make_world
from connectors.raw import RawStore
from connectors.records import Posting, Transaction, transactions_table
from warehouse.connection import open_warehouse
from warehouse.ledger.legs import LEGS
from warehouse.settings import AccountSettings, BookSettings
from warehouse.steps import Book

_KINDS = {"kraken": "exchange", "binance": "exchange", "old": "csv", "phone": "csv", "cold": "evm", "warm": "evm"}
_COPIES = """
SELECT transaction_id, kept_transaction_id, rule, is_confirmed, is_applied FROM ledger.duplicates WHERE rule <> 'stream'
"""


def tell_again(world: World, seed: int, *, is_rounded: bool) -> dict[str, str]:
    """Let two accounts be told by a file each as well; the account of each file. `world.copies` gets what is repeated.

    A row that only the file still tells is taken from its account, and is no copy.
    """
    random = Random(seed)
    files = {f"{account}_file": account for account in random.sample(sorted(_KINDS), 2)}
    for file, account in files.items():
        start = START + timedelta(days=random.randint(0, DAYS // 2))
        lost_before = START + timedelta(days=random.choice([0, 0, 60, 200]))
        told: list[Transaction] = []
        for stream in sorted(stream for name, stream in world.rows if name == account):
            rows = _filled(random, world.rows[account, stream])
            kept = [row for row in rows if _at(row) >= lost_before]
            for row in rows:
                if _at(row) < start or _happens(random, 0.05):
                    continue
                again = _again(random, row, f"{file}-{len(told)}", is_rounded=is_rounded)
                told.append(again)
                if _at(row) >= lost_before:
                    world.copies[f"{file}/transactions/{again.id}"] = f"{account}/{stream}/{row.id}"
            world.rows[account, stream] = kept
        world.rows[file, "transactions"] = told
    return files


def _happens(random: Random, chance: float) -> bool:
    return random.random() < chance


def _at(row: Transaction) -> datetime:
    assert row.occurred_at is not None
    return row.occurred_at


def _filled(random: Random, rows: Sequence[Transaction]) -> list[Transaction]:
    """The rows, some of the trades filled two or three times within their second."""
    filled: list[Transaction] = []
    for row in rows:
        times = random.choice([2, 3]) if row.kind == "trade" and _happens(random, 0.2) else 1
        filled += [replace(row, id=f"{row.id}-{part}AB") for part in range(times)]
    return filled


def _again(random: Random, row: Transaction, name: str, *, is_rounded: bool) -> Transaction:
    """The row as a file tells it."""
    at = _at(row)
    postings = [part for part in row.postings if part.role == "principal" or _happens(random, 0.8)]
    if is_rounded:
        way = random.choice([ROUND_DOWN, ROUND_HALF_UP])
        postings = [Posting(part.asset, _cut(part.quantity, way), part.role) for part in postings]
    return replace(
        row,
        id=name,
        occurred_at=at.replace(microsecond=0) if not is_rounded else at.replace(second=0, microsecond=0),
        postings=postings,
        payload=f'{{"id": "{name}"}}',
        tx_hash=row.tx_hash if _happens(random, 0.5) else None,
        counterparty=None,
        description=f"told as {row.id}" if _happens(random, 0.2) else None,
    )


def _cut(quantity: str, way: str) -> str:
    """To five significant digits and no fewer than four decimals."""
    number = Decimal(quantity)
    places = min(-4, number.adjusted() - 4) if number else -4
    return f"{number.quantize(Decimal(1).scaleb(places), way):f}"


def count_copies(seed: int) -> Counter[tuple[str, str]]:
    """Of one world: the true and false pairs of each rule, and how many events are booked too often or not at all."""
    is_rounded, is_said = seed % 2 == 1, seed % 4 < 2  # noqa: PLR2004 -- each of four ways in turn
    world = make_world(seed)
    files = tell_again(world, seed, is_rounded=is_rounded)
    accounts = [AccountSettings(name, kind, venue=name) for name, kind in _KINDS.items()]
    accounts += [
        AccountSettings(file, "csv", same_as=account if is_said else None) for file, account in sorted(files.items())
    ]
    settings = BookSettings(accounts=tuple(accounts), aliases=world.aliases)
    with tempfile.TemporaryDirectory() as folder, open_warehouse(Path(":memory:"), threads=1) as connection:
        for (account, stream), rows in world.rows.items():
            RawStore(Path(folder)).append(
                transactions_table(rows), account=account, stream=stream, fetched_at=AS_OF, source="world"
            )
        LEGS.run(Book(connection, Path(folder), settings, AS_OF))
        found = connection.execute(_COPIES).fetchall()
        booked = {name for (name,) in connection.execute("SELECT DISTINCT transaction_id FROM ledger.legs").fetchall()}
    return _judged(world, found, booked, "said" if is_said else "not said", "rounded" if is_rounded else "exact")


def _judged(
    world: World, found: Sequence[tuple[str, str, str, bool, bool]], booked: set[str], said: str, manner: str
) -> Counter[tuple[str, str]]:
    looks = {
        f"{account}/{stream}/{row.id}": (account, row.kind, row.occurred_at, tuple(row.postings), row.tx_hash)
        for (account, stream), rows in world.rows.items()
        for row in rows
    }

    def truth(name: str) -> object:
        """What a row tells of, the same for parts of a fill that nobody can tell apart."""
        return looks[world.copies.get(name, name)]

    counts: Counter[tuple[str, str]] = Counter()
    for copy, kept, rule, is_confirmed, is_applied in found:
        grade = "sure" if is_confirmed else "left out" if is_applied else "asked"
        is_true = truth(copy) == truth(kept)
        counts[f"{said:8} {manner:7} {grade:8} {rule}", "true" if is_true else "false"] += 1
    true = Counter(truth(name) for name in looks if name not in world.copies)
    have = Counter(truth(name) for name in booked)
    asked = Counter(truth(copy) for copy, _, _, _, is_applied in found if not is_applied)
    counts["events", "true"] += true.total()
    counts["copies", f"{said} {manner}"] += len(world.copies)
    counts["lost", f"{said} {manner}"] += (true - have).total()
    counts["booked twice", f"{said} {manner}"] += (have - true).total()
    counts["booked twice unasked", f"{said} {manner}"] += (have - true - asked).total()
    return counts


def main() -> None:
    """Print the figures."""
    parser = argparse.ArgumentParser(description="Count true and false copies in made-up worlds.")
    parser.add_argument("--worlds", type=int, default=1000)
    worlds = parser.parse_args().worlds
    start = time.perf_counter()
    counts: Counter[tuple[str, str]] = Counter()
    for seed in range(worlds):
        counts += count_copies(seed)
    print(f"{worlds} worlds in {time.perf_counter() - start:.0f} s, {counts['events', 'true']:,} events")
    print(f"{'':40}{'true':>8}{'false':>8}")
    for name in sorted({name for name, truth in counts if truth in {"true", "false"} and name != "events"}):
        print(f"{name:40}{counts[name, 'true']:>8,}{counts[name, 'false']:>8,}")
    for name in ("copies", "lost", "booked twice", "booked twice unasked"):
        each = {manner: number for (kind, manner), number in counts.items() if kind == name}
        print(f"{name}: {sum(each.values()):,}", ", ".join(f"{each[manner]:,} {manner}" for manner in sorted(each)))


if __name__ == "__main__":
    main()
