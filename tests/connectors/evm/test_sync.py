"""Syncs of a wallet into raw: once and again, killed, limited, reorganized, with nodes that disagree."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from connectors.evm import syncing
from connectors.evm.checkpoints import History
from connectors.evm.ranges import Blocks
from connectors.raw import RawStore, verify
from support.chain.anvil import anvil, rpc
from support.chain.gate import TRACES, gate
from support.chain.scenario import ALICE, BOB, ETHER, Story, begin
from support.chain.wallet import balances, booked, sums, wallet

NOW = datetime(2026, 11, 24, 2, tzinfo=UTC)
TOMORROW = NOW + timedelta(days=1)
ROOT = Path(__file__).parents[3]


@pytest.fixture
def young() -> Iterator[Story]:
    """A chain of its own, on which Alice and Bob have been sent some coins."""
    with anvil() as url:
        yield begin(url)


def test_sync__whole_history__rows_add_up_to_the_balances_kept(story: Story, tmp_path: Path) -> None:
    store = RawStore(tmp_path)
    report = wallet(story.url).sync(store, now=NOW)
    assert report.errors == []
    held, moved = balances(store), sums(store)
    rebasing = story.named["rebasing"].address.lower()
    assert held["ETH"] == sum(int(rpc(story.url, "eth_getBalance", owner, "latest"), 16) for owner in (ALICE, BOB))
    assert {asset: amount for asset, amount in moved.items() if amount and asset != rebasing} == {
        asset: amount for asset, amount in held.items() if asset != rebasing
    }
    assert held[rebasing] != moved[rebasing]
    spans = store.covered("wallet", "transactions")
    assert set(spans) == {"coins", "internal", "tokens", "rewards"}
    assert all(len(parts) == 1 for parts in spans.values())


def test_sync__again_with_nothing_new__asks_little_and_writes_no_row(story: Story, tmp_path: Path) -> None:
    store = RawStore(tmp_path)
    wallet(story.url).sync(store, now=NOW)
    before = sums(store)
    report = wallet(story.url).sync(store, now=TOMORROW)
    assert report.errors == []
    assert [stream.rows for stream in report.streams] == [0, len(balances(store)), 1]
    assert report.streams[0].requests <= 12  # choosing the node and the way, the height, one hash
    assert sums(store) == before


def test_sync__later_blocks__are_read_behind_the_ones_known(young: Story, tmp_path: Path) -> None:
    store = RawStore(tmp_path)
    wallet(young.url).sync(store, now=NOW)
    young.send(ALICE, to=young.web3.to_checksum_address(BOB), value=ETHER)
    young.send(ALICE, to=young.funder, value=ETHER)
    report = wallet(young.url).sync(store, now=TOMORROW)
    assert report.streams[0].rows == 2
    assert sums(store)["ETH"] == balances(store)["ETH"]
    marks = History(store, "wallet").marks
    assert [mark.blocks for mark in marks] == [Blocks(0, 2), Blocks(3, 4)]
    assert [file.gaps for file in store.files("wallet", "transactions")] == [(), ()]


def test_sync__confirmations__leave_the_newest_blocks_for_later(young: Story, tmp_path: Path) -> None:
    rpc(young.url, "anvil_mine", hex(20))
    young.send(ALICE, to=young.funder, value=ETHER)
    store = RawStore(tmp_path)
    wallet(young.url, confirmations=5).sync(store, now=NOW)
    assert sums(store)["ETH"] == balances(store)["ETH"] == 105 * ETHER
    rpc(young.url, "anvil_mine", hex(5))
    wallet(young.url, confirmations=5).sync(store, now=TOMORROW)
    assert sums(store)["ETH"] == balances(store)["ETH"] < 104 * ETHER


def test_sync__reorganization__is_noticed_by_hash_and_read_again(young: Story, tmp_path: Path) -> None:
    """Ten blocks deep at most, where no block is left for later: deeper than the depth."""
    store = RawStore(tmp_path)
    rpc(young.url, "anvil_mine", hex(10))
    wallet(young.url).sync(store, now=NOW)
    snapshot = rpc(young.url, "evm_snapshot")
    gone = young.send(ALICE, to=young.funder, value=ETHER)
    rpc(young.url, "anvil_mine", hex(3))
    wallet(young.url).sync(store, now=NOW + timedelta(hours=1))
    assert gone in booked(store)
    rpc(young.url, "evm_revert", snapshot)
    rpc(young.url, "anvil_mine", hex(2), hex(30))
    came = young.send(BOB, to=young.web3.to_checksum_address(ALICE), value=ETHER)
    rpc(young.url, "anvil_mine", hex(4))
    report = wallet(young.url).sync(store, now=TOMORROW)
    assert report.errors == []
    assert gone not in booked(store)
    assert came in booked(store)
    assert sums(store)["ETH"] == balances(store)["ETH"]
    again = wallet(young.url).sync(store, now=TOMORROW + timedelta(days=1))
    assert again.streams[0].rows == 0


def test_sync__node_that_is_behind_what_raw_has__takes_nothing_back(young: Story, tmp_path: Path) -> None:
    """It agrees as far as it goes; the night after it has other blocks there, and then they count."""
    store = RawStore(tmp_path)
    rpc(young.url, "anvil_mine", hex(10))
    snapshot = rpc(young.url, "evm_snapshot")
    gone = young.send(ALICE, to=young.funder, value=ETHER)
    rpc(young.url, "anvil_mine", hex(3))
    wallet(young.url).sync(store, now=NOW)
    rpc(young.url, "evm_revert", snapshot)
    report = wallet(young.url).sync(store, now=NOW + timedelta(hours=1))
    assert "it is late, or still syncing" in report.errors[0]
    assert report.is_worth_retrying
    assert gone in booked(store)
    rpc(young.url, "anvil_mine", hex(9), hex(30))
    assert wallet(young.url).sync(store, now=TOMORROW).errors == []
    assert gone not in booked(store)
    assert sums(store)["ETH"] == balances(store)["ETH"] == 105 * ETHER


def test_sync__the_later_of_two_nodes__is_passed_over(young: Story, tmp_path: Path) -> None:
    store = RawStore(tmp_path)
    with gate(young.url, every_nth_late=1, late_blocks=1) as late:
        young.send(ALICE, to=young.funder, value=ETHER)
        report = wallet(late.url, young.url).sync(store, now=NOW)
    assert report.errors == []
    assert sums(store)["ETH"] == balances(store)["ETH"] < 104 * ETHER


def test_sync__anvil_reorg__moves_transactions_to_other_blocks(young: Story, tmp_path: Path) -> None:
    store = RawStore(tmp_path)
    rpc(young.url, "anvil_mine", hex(5))
    young.send(ALICE, to=young.funder, value=ETHER)
    rpc(young.url, "anvil_mine", hex(2))
    wallet(young.url).sync(store, now=NOW)
    rpc(young.url, "anvil_reorg", 6, [])
    rpc(young.url, "anvil_mine", hex(3))
    report = wallet(young.url).sync(store, now=TOMORROW)
    assert report.errors == []
    assert sums(store)["ETH"] == balances(store)["ETH"] == 105 * ETHER


def test_sync__address_added_and_removed__reads_its_history_and_takes_it_back(story: Story, tmp_path: Path) -> None:
    alone, both = RawStore(tmp_path / "alone"), RawStore(tmp_path / "both")
    wallet(story.url, owned=[ALICE]).sync(alone, now=NOW)
    wallet(story.url).sync(both, now=NOW)
    store = RawStore(tmp_path / "changing")
    wallet(story.url, owned=[ALICE]).sync(store, now=NOW)
    wallet(story.url).sync(store, now=NOW + timedelta(hours=1))
    assert booked(store).keys() == booked(both).keys()
    assert sums(store) == sums(both)
    wallet(story.url, owned=[ALICE]).sync(store, now=TOMORROW)
    assert booked(store).keys() == booked(alone).keys()


def test_sync__node_that_sees_more_than_the_one_before__closes_the_gap(story: Story, tmp_path: Path) -> None:
    store = RawStore(tmp_path)
    with gate(story.url, hidden=TRACES, state_from=story.height() - 1) as poor:
        wallet(poor.url).sync(store, now=NOW)
    *_, file = store.files("wallet", "transactions")
    assert [gap.scope for gap in file.gaps] == ["internal"]
    assert "internal" not in store.covered("wallet", "transactions")
    report = wallet(story.url).sync(store, now=TOMORROW)
    assert report.errors == []
    assert sums(store)["ETH"] == balances(store)["ETH"]
    assert "internal" in store.covered("wallet", "transactions")


def test_sync__plain_full_node__reads_old_ranges_without_old_states(
    story: Story, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(syncing, "FIRST_PART", 8)
    monkeypatch.setattr(syncing, "_GROWTH", 1)
    store = RawStore(tmp_path)
    with gate(story.url, hidden=TRACES, state_from=story.height() - 1) as plain:
        report = wallet(plain.url).sync(store, now=NOW)
    assert report.errors == []
    assert len(list(store.files("wallet", "transactions"))) > 10
    wrapped = story.named["WETH9"].address.lower()
    assert sums(store)[wrapped] == balances(store)[wrapped] > 0


def test_sync__node_that_knows_only_some_old_balances__names_what_is_not_proven(story: Story, tmp_path: Path) -> None:
    store = RawStore(tmp_path)
    with gate(story.url, hidden=TRACES, state_gone=range(20, 60)) as patchy:
        report = wallet(patchy.url).sync(store, now=NOW)
    assert report.errors == []
    *_, file = store.files("wallet", "transactions")
    assert {gap.scope for gap in file.gaps} == {"coins", "internal", "rewards"}
    wallet(story.url).sync(store, now=TOMORROW)
    assert sums(store)["ETH"] == balances(store)["ETH"]


def test_sync__start_block_behind_the_first_coins__names_what_was_held_before(story: Story, tmp_path: Path) -> None:
    store = RawStore(tmp_path)
    wallet(story.url, start_block=50).sync(store, now=NOW)
    first, *_ = store.files("wallet", "transactions")
    (gap,) = first.gaps
    assert gap.scope == "coins"
    assert f"{ALICE} held " in gap.reason
    assert "start_block" in gap.reason


def test_sync__coins_given_by_the_first_block__are_told_as_an_opening_lot(young: Story, tmp_path: Path) -> None:
    """Nothing is before it, so no earlier start could show where its 10,000 coins came from."""
    store, owner = RawStore(tmp_path), young.funder.lower()
    wallet(young.url, owned=[owner]).sync(store, now=NOW)
    first, *_ = store.files("wallet", "transactions")
    (gap,) = first.gaps
    assert gap.scope == "coins"
    assert gap.reason == (
        f"{owner} held {10_000 * ETHER} wei, given by the first block: "
        "tell its cost with lotkeeper resolve --opening-lot"
    )


def test_sync__since_a_day__starts_with_the_first_block_of_it(story: Story, tmp_path: Path) -> None:
    height = story.height() - 20
    block = rpc(story.url, "eth_getBlockByNumber", hex(height), False)
    since = datetime.fromtimestamp(int(block["timestamp"], 16), UTC)
    store = RawStore(tmp_path)
    wallet(story.url, since=since).sync(store, now=NOW)
    assert min(mark.blocks.first for mark in History(store, "wallet").marks if mark.blocks) == height


@pytest.mark.parametrize(
    "rules",
    [
        {"most_blocks": 7},
        {"every_nth_limited": 3},
        {"most_in_batch": 3},
        {"most_in_batch": 1, "most_blocks": 20, "hidden": TRACES},
    ],
    ids=["short_ranges", "rate_limit", "small_batches", "one_by_one_on_a_plain_node"],
)
def test_sync__node_with_limits__has_the_same_in_the_end(
    story: Story, tmp_path: Path, rules: dict[str, object]
) -> None:
    free, limited = RawStore(tmp_path / "free"), RawStore(tmp_path / "limited")
    wallet(story.url).sync(free, now=NOW)
    with gate(story.url, **rules) as node:
        report = wallet(node.url).sync(limited, now=NOW)
        assert report.errors == []
        assert report.requests == node.requests
    assert sums(limited) == sums(free)
    assert balances(limited) == balances(free)


@pytest.mark.parametrize(("hidden", "untold"), [((), []), (TRACES, [37 + 41])], ids=["traces", "plain"])
def test_sync__node_without_receipts_of_a_whole_block__has_the_same_rewards(
    story: Story, tmp_path: Path, hidden: tuple[str, ...], untold: list[int]
) -> None:
    """Alice made four blocks with a send of 21,000 gas in each, three of them at a tip of 1 gwei.

    Without traces two payments that Bob got in one block are the block's too.
    """
    store = RawStore(tmp_path)
    with gate(story.url, hidden=("eth_getBlockReceipts", *hidden)) as node:
        assert wallet(node.url).sync(store, now=NOW).errors == []
        assert node.asked["eth_getBlockReceipts"] > 0
    given = [row for name, row in booked(store).items() if name.startswith("block-")]
    amounts = [int(posting["quantity"]) for row in given for posting in row["postings"]]
    assert amounts == [*untold, *[21_000 * 10**9] * 3]
    assert sums(store)["ETH"] == balances(store)["ETH"]


def test_sync__rate_limit_without_end__keeps_what_was_read_and_says_so(story: Story, tmp_path: Path) -> None:
    with gate(story.url, every_nth_limited=1) as node:
        report = wallet(node.url).sync(RawStore(tmp_path), now=NOW)
    assert "limits how often it may be asked" in report.errors[0]
    assert report.is_worth_retrying
    assert node.url not in report.errors[0]


def test_sync__nodes_of_different_chains__are_an_error_and_nothing_is_read(story: Story, tmp_path: Path) -> None:
    store = RawStore(tmp_path)
    with gate(story.url, genesis="0x" + "99" * 32) as stranger:
        report = wallet(story.url, stranger.url).sync(store, now=NOW)
    assert "different first blocks" in report.errors[0]
    assert not list(store.files("wallet", "transactions"))
    with anvil("--chain-id", "5") as other:
        report = wallet(other).sync(store, now=NOW)
    assert "is on chain 5, and this account is on test (chain 31337)" in report.errors[0]
    assert not report.is_worth_retrying


def test_sync__one_node_down__uses_the_other(story: Story, tmp_path: Path) -> None:
    store = RawStore(tmp_path)
    report = wallet("http://127.0.0.1:9", story.url).sync(store, now=NOW)
    assert report.errors == []
    assert sums(store)["ETH"] == balances(store)["ETH"]


def test_sync__no_node_answers__fails_and_has_nothing(tmp_path: Path) -> None:
    store = RawStore(tmp_path)
    report = wallet("http://127.0.0.1:9/v3/secret-key").sync(store, now=NOW)
    assert [stream.outcome for stream in report.streams] == ["failed", "failed", "failed"]
    assert report.is_worth_retrying
    assert "secret-key" not in str(report.errors)
    assert not list(store.files("wallet", "transactions"))


def test_sync__killed_again_and_again__goes_on_and_has_everything_once(story: Story, tmp_path: Path) -> None:
    whole, store = RawStore(tmp_path / "whole"), RawStore(tmp_path / "killed")
    wallet(story.url).sync(whole, now=NOW)
    program = [sys.executable, str(Path(__file__).with_name("killable_sync.py"))]
    environment = os.environ | {"PYTHONPATH": f"{ROOT}:{ROOT / 'tests'}"}
    folder = tmp_path / "killed" / "wallet" / "transactions"
    kills = 0
    with gate(story.url, slow_seconds=0.01) as node:
        for _ in range(4):
            before = len(list(folder.glob("*.parquet")))
            process = subprocess.Popen([*program, node.url, str(store.root), NOW.isoformat()], env=environment)
            deadline = time.monotonic() + 60
            while len(list(folder.glob("*.parquet"))) < before + 3 and time.monotonic() < deadline:
                time.sleep(0.005)
            process.send_signal(signal.SIGKILL)
            kills += process.wait() == -signal.SIGKILL
    assert kills >= 2
    assert 0 < len(booked(store)) < len(booked(whole))
    report = wallet(story.url).sync(store, now=TOMORROW)
    assert report.errors == []
    assert booked(store).keys() == booked(whole).keys()
    assert sums(store) == sums(whole)
    for file in store.files("wallet", "transactions"):
        verify(file.path)
    assert all(len(parts) == 1 for parts in store.covered("wallet", "transactions").values())
