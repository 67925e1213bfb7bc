"""Nights of a wallet as Dagster runs them, beside another account: its node goes away, its chain is reorganized."""

from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import dagster as dg
import duckdb
import pytest

from connectors.evm import node
from pipelines.assets import raw
from pipelines.configuration import read_configuration
from pipelines.definitions import build_defs
from pipelines.jobs import BUILD, SYNC
from support.chain.anvil import anvil, rpc
from support.chain.gate import Gate, gate
from support.chain.scenario import ALICE, BOB, ETHER, Story, begin

BOOK = """\
as_of = {now}
[taxpayer]
time_zone = "America/New_York"
[prices]
venues = []
[[account]]
name = "cold"
kind = "evm"
chain = "testchain"
chain_id = 31337
confirmations = 0
rpc_url = "{url}"
addresses = {addresses}
[[account]]
name = "old_exchange"
kind = "csv"
path = "old_exchange.csv"
"""
CSV = """\
Date,Sent Amount,Sent Currency,Received Amount,Received Currency,Fee Amount,Fee Currency,Net Worth Amount,\
Net Worth Currency,Label,Description,TxHash
2023-11-01 10:00:00,30000,USD,1,BTC,,,,,,,
"""
FIRST, SECOND, THIRD = "2023-11-20T02:00:00Z", "2023-11-21T18:00:00Z", "2023-11-22T02:00:00Z"


@dataclass(frozen=True)
class Night:
    """How one night went, and what was published by it."""

    sync: dg.ExecuteInProcessResult
    build: dg.ExecuteInProcessResult
    published: Path

    def rows(self, query: str) -> list[tuple[Any, ...]]:
        """Rows of the published file."""
        with duckdb.connect(self.published, read_only=True) as connection:
            return connection.execute(query).fetchall()

    def synced(self) -> set[str]:
        """The accounts that are green."""
        return {event.asset_key.path[-1] for event in self.sync.get_asset_materialization_events()}

    def moved(self) -> set[str]:
        """The hashes of what the wallet's ledger has."""
        return {tx_hash for (tx_hash,) in self.rows("SELECT tx_hash FROM ledger.postings WHERE account = 'cold'")}

    def difference(self) -> Decimal:
        """Between what was computed of the wallet's coins and what the chain says, to the wei."""
        ((difference,),) = self.rows("SELECT difference FROM quality.balances WHERE account = 'cold' AND asset = 'ETH'")
        return Decimal(difference)


class Nights:
    """A book with a wallet, whose node is behind a door."""

    def __init__(self, folder: Path, story: Story, door: Gate, instance: dg.DagsterInstance) -> None:
        self.config = folder / "lotkeeper.toml"
        self.story = story
        self.door = door
        self._instance = instance
        (folder / "old_exchange.csv").write_text(CSV, encoding="utf-8")

    def night(self, now: str) -> Night:
        """Both jobs, with the clock at `now`. The wallet's node is asked at the door."""
        text = BOOK.format(now=now, url=self.door.url, addresses=[ALICE, BOB])
        self.config.write_text(text, encoding="utf-8")
        jobs = build_defs(read_configuration(self.config))
        sync, build = (
            jobs.resolve_job_def(name).execute_in_process(instance=self._instance, raise_on_error=False)
            for name in (SYNC, BUILD)
        )
        return Night(sync, build, self.config.parent / "data" / "lotkeeper.duckdb")


@pytest.fixture
def nights(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Nights]:
    """Nothing waits between attempts."""
    monkeypatch.setattr(node, "_wait", lambda _state: 0.0)
    monkeypatch.setattr(raw, "_RETRIES", dg.RetryPolicy(max_retries=1, delay=0))
    with ExitStack() as stack:
        instance = stack.enter_context(dg.instance_for_test())
        story = begin(stack.enter_context(anvil()))
        yield Nights(tmp_path, story, stack.enter_context(gate(story.url)), instance)


def test_nights__node_down_and_a_reorganization__red_and_stale_then_right_again(nights: Nights) -> None:
    story = nights.story
    rpc(story.url, "anvil_mine", hex(5))
    snapshot = rpc(story.url, "evm_snapshot")
    gone = story.send(ALICE, to=story.funder, value=ETHER)
    rpc(story.url, "anvil_mine", hex(3))
    first = nights.night(FIRST)
    assert first.sync.success
    assert first.build.success
    assert first.synced() == {"cold", "old_exchange"}
    assert gone in first.moved()
    assert first.difference() == 0

    nights.door.is_down = True
    second = nights.night(SECOND)
    assert not second.sync.success
    assert second.build.success
    assert second.synced() == {"old_exchange"}
    assert [event.step_key for event in second.sync.all_events if event.is_step_failure] == ["raw__cold"]
    assert [event.step_key for event in second.sync.all_events if event.is_step_up_for_retry] == ["raw__cold"]
    ((is_stale, succeeded, error),) = second.rows(
        "SELECT is_stale, last_success_at, last_error FROM quality.coverage "
        "WHERE account = 'cold' AND stream = 'transactions'"
    )
    assert is_stale
    assert succeeded >= datetime.fromisoformat(FIRST)
    assert "did not answer in 8 attempts" in error
    assert gone in second.moved()  # what is known stays

    nights.door.is_down = False
    rpc(story.url, "evm_revert", snapshot)
    rpc(story.url, "anvil_mine", hex(2), hex(30))
    came = story.send(BOB, to=story.funder, value=ETHER)
    rpc(story.url, "anvil_mine", hex(6))
    third = nights.night(THIRD)
    assert third.sync.success
    assert third.build.success
    assert third.synced() == {"cold", "old_exchange"}
    assert gone not in third.moved()
    assert came in third.moved()
    assert third.difference() == 0
    assert third.rows("SELECT DISTINCT is_stale FROM quality.coverage WHERE account = 'cold'") == [(False,)]
    assert third.rows("SELECT count(*) FROM ledger.postings WHERE account = 'old_exchange'") == [(2,)]
