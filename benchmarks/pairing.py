"""How well transfers are paired, with the settings as they come, in made-up worlds whose truth is known.

    python -m benchmarks.pairing --worlds 1000

Prints of each rule how many of its pairs are true, and how many of the true pairs were found by a sure rule, booked as
a proposal, or only proposed. A true pair counts where both of its ends are told by some source.
"""

import argparse
import tempfile
import time
from collections import Counter
from datetime import timedelta
from pathlib import Path

from benchmarks.worlds import DAYS, START, World, make_world
from connectors.raw import RawStore
from connectors.records import transactions_table
from warehouse.connection import open_warehouse
from warehouse.ledger.legs import LEGS
from warehouse.ledger.transfers import TRANSFERS
from warehouse.settings import AccountSettings, BookSettings
from warehouse.steps import Book

AS_OF = START + timedelta(days=DAYS + 30)

_PAIRS = """
SELECT from_posting_id, to_posting_id, rule, confidence, is_confirmed, is_booked FROM ledger.transfers
"""

_LOOKS = """
SELECT posting_id, (account, asset, quantity, tx_hash) FROM ledger.legs WHERE kind IN ('deposit', 'withdrawal')
"""
"""Two ends that look the same in all of this can be told apart by nobody, and the books are the same with either."""


def write_world(world: World, root: Path) -> BookSettings:
    """Write what the sources tell as raw files, and say what the configuration would."""
    for (account, stream), rows in world.rows.items():
        RawStore(root).append(
            transactions_table(rows), account=account, stream=stream, fetched_at=AS_OF, source="world"
        )
    accounts = tuple(AccountSettings(name, "exchange", addresses=world.addresses(name)) for name in world.sources)
    return BookSettings(accounts=accounts, aliases=world.aliases)


def count_pairs(seed: int) -> Counter[tuple[str, str]]:
    """Of one world: each rule's true and false pairs, and how each true pair was found."""
    world = make_world(seed)
    counts: Counter[tuple[str, str]] = Counter()
    with tempfile.TemporaryDirectory() as folder, open_warehouse(Path(":memory:"), threads=1) as connection:
        book = Book(connection, Path(folder), write_world(world, Path(folder)), AS_OF)
        for step in (LEGS, TRANSFERS):
            step.run(book)
        found = connection.execute(_PAIRS).fetchall()
        looks = dict(connection.execute(_LOOKS).fetchall())
    true = Counter((looks[left], looks[came]) for left, came in world.pairs)
    for left, came, rule, confidence, is_confirmed, is_booked in found:
        pair = looks[left], looks[came]
        grade = "sure" if is_confirmed else "booked" if is_booked else "proposed"
        counts[f"{grade:8} {rule:16} {confidence}", "true" if true[pair] else "false"] += 1
        if true[pair]:
            true[pair] -= 1
            counts["found", grade] += 1
    counts["found", "not found"] += true.total()
    return counts


def main() -> None:
    """Print the figures."""
    parser = argparse.ArgumentParser(description="Count true and false pairs in made-up worlds.")
    parser.add_argument("--worlds", type=int, default=1000)
    worlds = parser.parse_args().worlds
    start = time.perf_counter()
    counts: Counter[tuple[str, str]] = Counter()
    for seed in range(worlds):
        counts += count_pairs(seed)
    print(f"{worlds} worlds in {time.perf_counter() - start:.0f} s")
    print(f"{'':34}{'true':>8}{'false':>8}")
    for rule in sorted({rule for rule, _ in counts if rule != "found"}):
        print(f"{rule:34}{counts[rule, 'true']:>8,}{counts[rule, 'false']:>8,}")
    grades = {grade: number for (name, grade), number in counts.items() if name == "found"}
    every = sum(grades.values())
    print(f"{every:,} true pairs: " + ", ".join(f"{number:,} {grade}" for grade, number in sorted(grades.items())))
    print(f"found or proposed: {100 * (1 - grades.get('not found', 0) / every):.2f} %")


if __name__ == "__main__":
    main()
