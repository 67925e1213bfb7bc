"""Answers that look whole and are not: of nodes that are late, lists that are cut, pages of gateways, late indexes.

In the end a sync has the same as from a good node, or it failed, said why, and kept nothing wrong.
"""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from connectors.evm import ranges
from connectors.evm.node import Node
from connectors.evm.refusals import StateMissingError
from connectors.evm.wrappers import Wrappers
from connectors.raw import RawStore
from support.chain.gate import TRACES, gate
from support.chain.indexed import Indexed
from support.chain.scenario import ALICE, BOB, Story
from support.chain.wallet import balances, booked, sums, wallet

NOW = datetime(2026, 11, 24, 2, tzinfo=UTC)


@pytest.fixture(scope="module")
def expected(story: Story, tmp_path_factory: pytest.TempPathFactory) -> RawStore:
    """What a good node tells."""
    store = RawStore(tmp_path_factory.mktemp("good"))
    assert wallet(story.url).sync(store, now=NOW).errors == []
    return store


def _same(store: RawStore, expected: RawStore) -> bool:
    return sums(store) == sums(expected) and balances(store) == balances(expected)


@pytest.mark.parametrize("late", [2, 3, 5, 7])
@pytest.mark.parametrize("hidden", [(), ("trace_filter",), TRACES], ids=["trace_filter", "otterscan", "balances"])
def test_sync__one_of_several_nodes_behind_an_address_is_late__fails_or_has_everything(
    story: Story, expected: RawStore, tmp_path: Path, late: int, hidden: tuple[str, ...]
) -> None:
    """The newest thing that happened lies 100 blocks before the late node's head, or behind it."""
    store = RawStore(tmp_path)
    with gate(story.url, every_nth_late=late, late_blocks=100, hidden=hidden) as served:
        reports = [wallet(served.url).sync(store, now=NOW + timedelta(hours=hour)) for hour in range(6)]
    for report in reports:
        assert not report.errors or report.is_worth_retrying, report.errors
    known = booked(expected)
    assert booked(store).keys() <= known.keys() | {name for name in booked(store) if name.startswith("block")}
    assert wallet(story.url).sync(store, now=NOW + timedelta(days=1)).errors == []
    assert _same(store, expected)


@pytest.mark.parametrize("times", [1, 3])
def test_sync__a_late_node_lists_logs__is_asked_again(
    story: Story, expected: RawStore, tmp_path: Path, times: int
) -> None:
    """Its list lacks tokens, and no balance of coins would tell."""
    store = RawStore(tmp_path)
    with gate(story.url, late_for=("eth_getLogs", times), late_blocks=100) as served:
        assert wallet(served.url).sync(store, now=NOW).errors == []
        assert served.late_for == ("eth_getLogs", 0)
    assert _same(store, expected)


def test_sync__only_late_nodes_list_logs__fails_and_keeps_nothing(story: Story, tmp_path: Path) -> None:
    store = RawStore(tmp_path)
    with gate(story.url, late_for=("eth_getLogs", 1000), late_blocks=100) as served:
        report = wallet(served.url).sync(store, now=NOW)
    assert "a node behind that address is late" in report.errors[0]
    assert report.is_worth_retrying
    assert not list(store.files("wallet", "transactions"))


def test_sync__a_node_that_is_always_late__says_that_it_is(story: Story, tmp_path: Path) -> None:
    """It tells the height of another one, and then has no block there."""
    store = RawStore(tmp_path)
    height = hex(story.height())
    with gate(story.url, every_nth_late=1, methods={"eth_blockNumber": lambda: height}) as served:
        report = wallet(served.url).sync(store, now=NOW)
    assert report.is_worth_retrying
    assert not list(store.files("wallet", "transactions"))


def test_sync__pages_of_a_gateway_in_between__are_asked_again(story: Story, expected: RawStore, tmp_path: Path) -> None:
    store = RawStore(tmp_path)
    with gate(story.url, every_nth_page=4) as served:
        assert wallet(served.url).sync(store, now=NOW).errors == []
    assert _same(store, expected)


def test_sync__a_gateways_page_and_nothing_else__fails_and_has_nothing(story: Story, tmp_path: Path) -> None:
    store = RawStore(tmp_path)
    with gate(story.url, every_nth_page=1) as served:
        report = wallet(served.url).sync(store, now=NOW)
    assert "cut short or no JSON" in report.errors[0]
    assert report.is_worth_retrying
    assert not list(store.files("wallet", "transactions"))


def test_sync__lists_cut_without_a_word__are_read_in_parts(
    story: Story, expected: RawStore, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ranges, "ROUND_ROWS", 10)
    store = RawStore(tmp_path)
    with gate(story.url, most_rows=10, hidden=("ots_",)) as served:
        assert wallet(served.url).sync(store, now=NOW).errors == []
    assert _same(store, expected)


def test_sync__receipts_of_a_block_that_are_not_there__are_an_error(story: Story, tmp_path: Path) -> None:
    with gate(story.url, methods={"eth_getBlockReceipts": lambda _: None}) as served:
        report = wallet(served.url).sync(RawStore(tmp_path), now=NOW)
    assert "does not have the receipts of block" in report.errors[0]
    assert report.is_worth_retrying


def test_wrapper__that_the_node_does_not_tell__is_an_error_and_not_none(story: Story) -> None:
    weth = story.named["WETH9"].address.lower()
    height = story.height()
    with gate(story.url) as served:
        node = Node(served.url, sleep=lambda _: None)
        assert Wrappers(node, height=height).among({weth}) == {weth}
        served.state_gone = range(height, height + 1)
        with pytest.raises(StateMissingError):
            Wrappers(node, height=height).among({weth})
        node.close()


@pytest.mark.parametrize("way", ["alchemy", "index"])
def test_sync__an_index_that_was_late__is_asked_again_the_next_night(
    story: Story, indexed: Indexed, expected: RawStore, tmp_path: Path, way: str
) -> None:
    """On the first night it did not know yet of tokens sent by strangers, which no balance of coins shows."""
    tokens = [row for row in indexed.rows if row["kind"].startswith("erc")]
    told = {row["hash"] for row in tokens if row["to"] == BOB and row["from"] != ALICE}

    def offered(index: Indexed) -> dict[str, Any]:
        if way == "index":
            return {"pages": index.etherscan}
        return {"methods": {"alchemy_getAssetTransfers": index.alchemy}}

    late = Indexed.__new__(Indexed)
    late.rows = [row for row in indexed.rows if row["hash"] not in told or row not in tokens]
    late.miners = indexed.miners
    store = RawStore(tmp_path)
    for night, index in enumerate((late, indexed)):
        with gate(story.url, hidden=TRACES, **offered(index)) as served:
            account = wallet(served.url, index_url=served.url if way == "index" else None, way=way)
            assert account.sync(store, now=NOW + timedelta(days=night)).errors == []
        assert (sums(store) == sums(expected)) is bool(night)
    assert _same(store, expected)
