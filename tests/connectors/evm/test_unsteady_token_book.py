"""A token whose contract does not keep to what it says, from its node into the published book."""

from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import pytest
from web3 import Web3

from support.chain.anvil import anvil
from support.chain.book import wallet_book
from support.chain.scenario import ALICE, ETHER, Story, begin
from support.command import lotkeeper
from warehouse.quality.balances import BALANCES


@pytest.fixture
def young() -> Iterator[Story]:
    with anvil() as url:
        story = begin(url)
        story.deploy("Unsteady")
        yield story


def _ask(story: Story, folder: Path, *queries: str) -> list[list[tuple[Any, ...]]]:
    """Sync the book of Alice and ask the published file."""
    done = lotkeeper("sync", "--config", wallet_book(folder, story.url, addresses=[ALICE]))
    assert done.returncode == 0, done.stdout + done.stderr
    with duckdb.connect(folder / "data" / "lotkeeper.duckdb", read_only=True) as connection:
        return [connection.execute(query).fetchall() for query in queries]


def test_sync__events_that_a_strangers_contract_forges__are_no_difference(young: Story, tmp_path: Path) -> None:
    """It says that Alice sent 77 of what she never had."""
    alice, funder = Web3.to_checksum_address(ALICE), young.funder
    young.send(funder, young.call("Unsteady", "forge", alice, funder, 77 * ETHER))
    spam, balances, differences, failing = _ask(
        young,
        tmp_path,
        "SELECT mark, movements FROM ledger.spam",
        "SELECT computed_quantity, venue_quantity, difference FROM quality.balances WHERE asset <> 'ETH'",
        "SELECT count(*) FROM quality.balance_differences",
        BALANCES.checks[0].query,
    )
    assert spam == [("unasked", 1)]
    assert balances == [(Decimal(-77), Decimal(0), Decimal(77))]
    assert differences == [(0,)]
    assert failing == []


def test_sync__a_token_that_does_not_tell_what_is_held__is_no_difference(young: Story, tmp_path: Path) -> None:
    """100 came and 40 went; then its contract stops answering who holds what."""
    young.send(young.funder, young.call("Unsteady", "transfer", Web3.to_checksum_address(ALICE), 100 * ETHER))
    young.send(ALICE, young.call("Unsteady", "transfer", young.funder, 40 * ETHER))
    young.send(young.funder, young.call("Unsteady", "mute"))
    balances, differences = _ask(
        young,
        tmp_path,
        "SELECT computed_quantity, venue_quantity, difference, note FROM quality.balances WHERE asset <> 'ETH'",
        "SELECT count(*) FROM quality.balance_differences",
    )
    assert balances == [(Decimal(60), None, None, "the contract does not tell what is held: not compared")]
    assert differences == [(0,)]
