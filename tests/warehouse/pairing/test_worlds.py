"""Made-up people whose truth is known: what the books make of what their sources tell. See `benchmarks/worlds.py`."""

from collections import Counter
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from benchmarks.pairing import AS_OF, count_pairs, write_world
from benchmarks.worlds import PRICES, START, World, make_world
from connectors.raw import RawStore
from connectors.records import Price, prices_table
from warehouse.build import STEPS, check_step, stop_where_blocked
from warehouse.connection import open_warehouse
from warehouse.ledger.legs import LEGS
from warehouse.ledger.transfers import TRANSFERS
from warehouse.steps import Book

_WORLDS = 12
_WHOLE_BOOKS = 4


def test_pairs__of_many_worlds__are_never_false_where_sure_and_hardly_ever_missed() -> None:
    counts: Counter[tuple[str, str]] = Counter()
    for seed in range(5000, 5000 + _WORLDS):
        counts += count_pairs(seed)
    false = {rule: number for (rule, truth), number in counts.items() if truth == "false"}
    assert not {rule for rule in false if rule.startswith("sure")}, false
    found = sum(counts["found", grade] for grade in ("sure", "booked", "proposed"))
    assert found >= Decimal("0.99") * (found + counts["found", "not found"])
    assert counts["found", "sure"] > found // 3


def _books(world: World, folder: Path) -> dict[str, list[tuple[Any, ...]]]:
    """The built book of a world: balances, gains by sale, and the assets that any listed problem is about."""
    settings = write_world(world, folder)
    prices = [Price(asset, START, price, "world") for asset, price in PRICES.items()]
    RawStore(folder).append(prices_table(prices), account="prices", stream="daily", fetched_at=AS_OF, source="world")
    with open_warehouse(Path(":memory:"), threads=1) as connection:
        book = Book(connection, folder, settings, AS_OF)
        for step in STEPS:
            step.run(book)
            stop_where_blocked(check_step(connection, step))
        return {
            "balances": connection.execute(
                "SELECT account, asset, sum(quantity) FROM ledger.legs WHERE NOT is_cash GROUP BY ALL"
            ).fetchall(),
            "gains": connection.execute(
                "SELECT transaction_id, asset, sum(quantity), sum(gain_usd), min(acquired_at) FROM lots.disposals "
                "WHERE kind = 'sale' GROUP BY ALL"
            ).fetchall(),
            "problems": connection.execute("SELECT DISTINCT asset FROM quality.problems").fetchall(),
        }


@pytest.mark.parametrize("seed", range(_WHOLE_BOOKS))
def test_books__of_a_world_told_with_faults__are_true_or_the_difference_is_listed(tmp_path: Path, seed: int) -> None:
    told, true = make_world(seed), make_world(seed, is_plain=True)
    books = {name: _books(world, tmp_path / name) for name, world in (("told", told), ("true", true))}
    doubtful = {asset for (asset,) in books["told"]["problems"]}
    true_gains = {row[0]: row[1:] for row in books["true"]["gains"]}
    for transaction_id, asset, *gain in books["told"]["gains"]:
        assert (asset, *gain) == true_gains[transaction_id] or asset in doubtful, transaction_id
    missing = true_gains.keys() - {row[0] for row in books["told"]["gains"]}
    assert {true_gains[name][0] for name in missing} <= doubtful or told.lost


def test_books__of_a_world_told_without_faults__pair_every_transfer(tmp_path: Path) -> None:
    world = make_world(3, is_plain=True)
    with open_warehouse(Path(":memory:"), threads=1) as connection:
        book = Book(connection, tmp_path, write_world(world, tmp_path), AS_OF)
        for step in (LEGS, TRANSFERS):
            step.run(book)
        booked = connection.execute(
            "SELECT from_posting_id, to_posting_id FROM ledger.transfers WHERE is_confirmed"
        ).fetchall()
    assert set(booked) == world.pairs
