"""What gas costs, asked of a real node: whole, lamed, lying, gone."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest
from eth_utils import keccak

from connectors.evm.gas import ORACLE
from connectors.raw import RawStore
from connectors.sync import SyncReport
from support.chain.anvil import anvil, rpc
from support.chain.gate import gate
from support.chain.scenario import ALICE, ETHER, FAR, Story, begin
from support.chain.wallet import wallet
from warehouse.harvest.costs.gas import COIN_WORK, TOKEN_WORK

NOW = datetime(2026, 11, 24, 2, tzinfo=UTC)
GWEI = 10**9
DAY = 24 * 60 * 60


@pytest.fixture
def young() -> Iterator[Story]:
    """A chain of its own."""
    with anvil() as url:
        yield begin(url)


def told_by(url: str, folder: Path) -> tuple[dict[str, Any], SyncReport]:
    """The row that a sync leaves, and its report, which has no error whatever the node said of gas."""
    store = RawStore(folder)
    report = wallet(url).sync(store, now=NOW)
    assert report.errors == []
    assert report.streams[-1].stream == "gas_conditions"
    (file,) = store.files("wallet", "gas_conditions")
    (row,) = pq.read_table(file.path).to_pylist()
    assert (row["coin"], row["checked_at"], file.mode) == ("ETH", NOW, "snapshot")
    return row, report


def test_gas__fee_history__is_the_next_base_fee_and_the_middle_tip(young: Story, tmp_path: Path) -> None:
    """Three blocks with tips of 1, 7 and 3 gwei, and an empty one behind them."""
    rpc(young.url, "anvil_mine", hex(30))
    for tip in (1, 7, 3):
        fees = {"maxPriorityFeePerGas": tip * GWEI, "maxFeePerGas": 100 * GWEI}
        young.send(young.funder, to=young.funder, value=1, **fees)
    rpc(young.url, "anvil_mine", hex(1))
    rpc(young.url, "anvil_setNextBlockBaseFeePerGas", hex(20 * GWEI))
    rpc(young.url, "anvil_mine", hex(1))
    row, report = told_by(young.url, tmp_path)
    # an empty block lowers the base fee by an eighth: 17.5 gwei comes next
    assert row["price_wei"] == str(17_500_000_000 + 3 * GWEI)
    assert row["why_not"] is None
    assert report.streams[-1].requests == 2  # one for the price, one for an oracle that is not there


def test_gas__node_without_fee_history__is_its_gas_price(young: Story, tmp_path: Path) -> None:
    with gate(young.url, hidden=("eth_feeHistory",)) as node:
        row, _ = told_by(node.url, tmp_path)
    assert row["price_wei"] == str(int(rpc(young.url, "eth_gasPrice"), 16))


HISTORIES: dict[str, Callable[..., Any]] = {
    "nothing": lambda *_: None,
    "no_tips": lambda *_: {"baseFeePerGas": ["0x1", "0x1"], "gasUsedRatio": [0.5]},
    "rows_that_do_not_fit": lambda *_: {"baseFeePerGas": ["0x1"], "gasUsedRatio": [0.5], "reward": [["0x1"]]},
    "empty_rows": lambda *_: {"baseFeePerGas": ["0x1", "0x1"], "gasUsedRatio": [0.5], "reward": [[]]},
    "words": lambda *_: {"baseFeePerGas": ["0x1", "dear"], "gasUsedRatio": [0.5], "reward": [["0x1"]]},
    "for_nothing": lambda *_: {"baseFeePerGas": ["0x0", "0x0"], "gasUsedRatio": [0.5], "reward": [["0x0"]]},
    "beyond_belief": lambda *_: {"baseFeePerGas": ["0x0", hex(1 << 64)], "gasUsedRatio": [0.5], "reward": [["0x0"]]},
}


@pytest.mark.parametrize("history", HISTORIES.values(), ids=HISTORIES)
def test_gas__history_that_is_not_believed__is_the_gas_price(
    young: Story, tmp_path: Path, history: Callable[..., Any]
) -> None:
    with gate(young.url, methods={"eth_feeHistory": history, "eth_gasPrice": lambda: "0x77359400"}) as node:
        row, _ = told_by(node.url, tmp_path)
    assert row["price_wei"] == "2000000000"


def test_gas__node_that_tells_neither__is_kept_with_its_words_and_fails_nothing(young: Story, tmp_path: Path) -> None:
    with gate(young.url, hidden=("eth_feeHistory", "eth_gasPrice")) as node:
        row, report = told_by(node.url, tmp_path)
    assert (row["price_wei"], row["data_fee_wei"]) == (None, None)
    assert "the method eth_gasPrice does not exist" in row["why_not"]
    assert {stream.outcome for stream in report.streams} == {"ok"}


def test_gas__node_that_goes_away__is_kept_as_not_answered(young: Story, tmp_path: Path) -> None:
    with gate(young.url) as node:

        def vanish(*_: Any) -> None:
            node.is_down = True
            raise ConnectionAbortedError

        node.methods["eth_feeHistory"] = vanish
        row, _ = told_by(node.url, tmp_path)
    assert row["price_wei"] is None
    assert "did not answer in 8 attempts" in row["why_not"]


def test_gas__oracle_of_the_chain__tells_what_data_costs(young: Story, tmp_path: Path) -> None:
    """It answers 0x1234 wei to the question for 500 bytes (0x1f4), and fails at any other."""
    asked = keccak(text="getL1FeeUpperBound(uint256)")[:4].hex()
    code = f"6101f46004351463{asked}60003560e01c1416601c5760006000fd5b61123460005260206000f3"
    rpc(young.url, "anvil_setCode", ORACLE, f"0x{code}")
    row, _ = told_by(young.url, tmp_path)
    assert (row["takes_data_fee"], row["data_fee_wei"]) == (True, str(0x1234))


def test_gas__chain_without_an_oracle__tells_no_data_fee(young: Story, tmp_path: Path) -> None:
    row, _ = told_by(young.url, tmp_path)
    assert (row["takes_data_fee"], row["data_fee_wei"]) == (True, None)


def test_gas__what_sales_really_take_on_a_chain__is_within_what_is_stated(young: Story) -> None:
    """A token over two pools that have long been in use, and a wrapped coin that is unwrapped and sent."""
    weth = young.deploy("WETH9").address
    factory = young.deploy("UniswapV2Factory", young.funder).address
    router = young.deploy("UniswapV2Router02", factory, weth).address
    coins = [young.deploy("Token", name, name, 18, 10**27, 0, label=name).address for name in ("ONE", "TWO")]
    alice = young.web3.to_checksum_address(ALICE)
    for name, coin in zip(("ONE", "TWO"), coins, strict=True):
        young.send(young.funder, young.call(name, "approve", router, FAR))
        add = young.call("UniswapV2Router02", "addLiquidityETH", coin, 1000 * ETHER, 0, 0, young.funder, FAR)
        young.send(young.funder, add, value=10 * ETHER)
    young.send(young.funder, young.call("ONE", "transfer", alice, 10 * ETHER))
    path = [coins[0], weth, coins[1]]
    swap_for = partial(young.call, "UniswapV2Router02", "swapExactTokensForTokens", 10 * ETHER, 0, path)
    rpc(young.url, "evm_increaseTime", DAY)
    young.send(young.funder, swap_for(young.funder, FAR))  # a pool's first trade opens the sums of its prices
    rpc(young.url, "evm_increaseTime", DAY)
    swap = swap_for(alice, FAR)
    taken = _gas(young, young.send(ALICE, young.call("ONE", "approve", router, FAR)), young.send(ALICE, swap))
    assert TOKEN_WORK.gas // 2 < taken <= TOKEN_WORK.gas
    young.send(ALICE, young.call("WETH9", "deposit"), value=ETHER)
    moves = young.send(ALICE, young.call("WETH9", "withdraw", ETHER)), young.send(ALICE, to=young.funder, value=ETHER)
    assert COIN_WORK.gas // 2 < _gas(young, *moves) <= COIN_WORK.gas


def _gas(story: Story, *hashes: str) -> int:
    receipts = [rpc(story.url, "eth_getTransactionReceipt", name) for name in hashes]
    assert {receipt["status"] for receipt in receipts} == {"0x1"}
    return sum(int(receipt["gasUsed"], 16) for receipt in receipts)
