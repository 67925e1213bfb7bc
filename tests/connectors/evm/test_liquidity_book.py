"""Liquidity on a real chain, through the connector into a built book, sold or with its basis kept.

The pool holds 500 ETH and 1,000,000 SIX, so that 1 ETH is 2,000 SIX. Alice has 100 ETH (bought at 1,500 each) and 4,000
SIX (at 0.90). She puts in 1 ETH and 2,000 SIX (sending 1.5 ETH, of which the router gives back a half), takes half out,
somebody else changes the price with 50 ETH, and she takes out the rest. The book's prices stay at 2,000 and 1. All
blocks have one second, as those of a fast chain may: only their numbers tell what came first.
"""

from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path

import duckdb
import pytest
from web3 import Web3

from support.chain.anvil import anvil, contracts, rpc
from support.chain.scenario import ALICE, ETHER, FAR, Story, begin
from support.command import lotkeeper

BOOK = """\
as_of = 2023-11-20T00:00:00Z
[taxpayer]
time_zone = "America/New_York"
[prices]
venues = []
file = "prices.csv"
pools = false
{more}
[[account]]
name = "cold"
kind = "evm"
chain = "testchain"
chain_id = 31337
confirmations = 0
"""


@pytest.fixture(scope="module")
def pool() -> Iterator[Story]:
    with anvil() as url:
        story = begin(url)
        rpc(url, "anvil_setBlockTimestampInterval", 0)
        alice = Web3.to_checksum_address(ALICE)
        weth = story.deploy("WETH9").address
        factory = story.deploy("UniswapV2Factory", story.funder).address
        router = story.deploy("UniswapV2Router02", factory, weth).address
        six = story.deploy("Token", "Six", "SIX", 6, 10**15, 0, label="six").address
        story.send(story.funder, story.call("six", "approve", router, FAR))
        add = story.call("UniswapV2Router02", "addLiquidityETH", six, 10**12, 0, 0, story.funder, FAR)
        story.send(story.funder, add, value=500 * ETHER)
        story.send(story.funder, story.call("six", "transfer", alice, 4000 * 10**6))
        story.send(ALICE, story.call("six", "approve", router, FAR))
        add = story.call("UniswapV2Router02", "addLiquidityETH", six, 2000 * 10**6, 0, 0, alice, FAR)
        story.send(ALICE, add, value=3 * ETHER // 2)
        pair = story.call("UniswapV2Factory", "getPair", weth, six).call()
        story.named["pair"] = story.web3.eth.contract(pair, abi=contracts()["UniswapV2Pair"][0])
        story.send(ALICE, story.call("pair", "approve", router, FAR))
        half = story.call("pair", "balanceOf", alice).call() // 2
        story.send(ALICE, story.call("UniswapV2Router02", "removeLiquidityETH", six, half, 0, 0, alice, FAR))
        swap = story.call("UniswapV2Router02", "swapExactETHForTokens", 0, [weth, six], story.funder, FAR)
        story.send(story.funder, swap, value=50 * ETHER)
        rest = story.call("pair", "balanceOf", alice).call()
        story.send(ALICE, story.call("UniswapV2Router02", "removeLiquidityETH", six, rest, 0, 0, alice, FAR))
        yield story


def _build(story: Story, folder: Path, liquidity: str) -> duckdb.DuckDBPyConnection:
    """The published book, once the two arrivals were said to be bought."""
    folder.mkdir()
    six = f"SIX-{story.named['six'].address.lower()}@testchain"
    more = f'[wallets]\nliquidity = "{liquidity}"\n'
    config = folder / "lotkeeper.toml"
    text = BOOK.format(more=more) + f'rpc_url = "{story.url}"\naddresses = ["{ALICE}"]\n'
    config.write_text(text, encoding="utf-8")
    prices = f"asset,at,price_usd\nETH,2023-11-15T00:00:00Z,2000\n{six},2023-11-15T00:00:00Z,1\n"
    (folder / "prices.csv").write_text(prices, encoding="utf-8")
    _run("sync", "--config", str(config))
    with duckdb.connect(folder / "data" / "lotkeeper.duckdb", read_only=True) as connection:
        arrived = dict(
            connection.execute(
                "SELECT asset, transaction_id FROM ledger.postings WHERE kind = 'deposit' ORDER BY asset"
            ).fetchall()
        )
    for asset, cost, day in (("ETH", "150000", "2022-01-01"), (six, "3600", "2022-06-01")):
        bought = ("--as", "bought", "--cost", cost, "--acquired", day)
        _run("resolve", arrived[asset], *bought, "--config", str(config))
    _run("sync", "--config", str(config))
    return duckdb.connect(folder / "data" / "lotkeeper.duckdb", read_only=True)


def _run(*words: str) -> None:
    done = lotkeeper(*words)
    assert done.returncode == 0, done.stdout + done.stderr


def test_liquidity__on_a_chain_with_basis_kept__carries_cost_and_age_there_and_back(
    pool: Story, tmp_path: Path
) -> None:
    """Half out: by age, the half of the pool's token that was ETH (1,500), shared by what came: 1,000 and 1,000.

    The rest out: the half that was SIX (1,800). What came is worth more in ETH than in SIX, so SIX takes its cost back
    as far as its value reaches, and ETH takes the rest.
    """
    with _build(pool, tmp_path / "book", "keep_basis") as connection:
        marked = connection.execute(
            "SELECT count(DISTINCT transaction_id), count(DISTINCT asset) FROM ledger.legs WHERE mark = 'liquidity'"
        ).fetchall()
        assert marked == [(3, 1)]
        assert connection.execute("SELECT count(DISTINCT occurred_at) FROM ledger.postings").fetchall() == [(1,)]
        moved = connection.execute(
            "SELECT split_part(asset, '-', 1), list(abs(quantity) ORDER BY occurred_at, transaction_number) "
            "FROM ledger.postings WHERE kind = 'trade' AND role = 'principal' GROUP BY asset ORDER BY 1"
        ).fetchall()
        (_, (given, back, rest)), (_, (six_given, six_back, six_rest)), _ = moved
        assert (given, six_given) == (Decimal(1), Decimal(2000))  # the half that came back at once is in no posting
        lots = connection.execute(
            "SELECT split_part(asset, '-', 1), strftime(acquired_at, '%Y-%m'), sum(quantity), sum(cost_usd) "
            "FROM lots.lots WHERE origin = 'carried' AND asset NOT LIKE 'UNI%' GROUP BY ALL ORDER BY ALL"
        ).fetchall()
        value, six_value = rest * 2000, six_rest
        six_cost = 1800 * six_value / (value + six_value)
        expected = {
            ("ETH", "2022-01"): (back, Decimal(750)),
            ("ETH", "2022-06"): (rest, 1800 - six_cost),
            ("SIX", "2022-01"): (six_back, Decimal(750)),
            ("SIX", "2022-06"): (six_rest, six_cost),
        }
        assert value > six_value
        assert {row[:2] for row in lots} == expected.keys()
        for asset, month, quantity, cost in lots:
            assert abs(quantity - expected[asset, month][0]) < Decimal("1e-9"), asset
            assert abs(cost - expected[asset, month][1]) < Decimal("1e-5"), asset
        ((gone,),) = connection.execute("SELECT sum(cost_usd) FROM lots.disposals WHERE is_taxable").fetchall()
        ((left,),) = connection.execute("SELECT sum(cost_usd) FROM lots.open_lots").fetchall()
        assert gone + left == Decimal(153600)
        kinds = connection.execute("SELECT DISTINCT kind FROM lots.disposals WHERE is_taxable").fetchall()
        assert kinds == [("fee",)]  # gas, and nothing else
        ((notes,),) = connection.execute("SELECT notes FROM tax.year_summary WHERE tax_year = 2023").fetchall()
        assert any("liquidity was booked without a sale, as configured (3 transactions)" in note for note in notes)
        assert connection.execute("SELECT count(*) FROM quality.balances WHERE difference <> 0").fetchall() == [(0,)]


def test_liquidity__on_a_chain_by_default__is_sold_at_its_value(pool: Story, tmp_path: Path) -> None:
    """Putting in: 1 ETH that cost 1,500 and 2,000 SIX that cost 1,800, for 4,000: 700, but for gas."""
    with _build(pool, tmp_path / "book", "trade") as connection:
        assert connection.execute("SELECT count(*) FROM lots.carried").fetchall() == [(0,)]
        ((gain,),) = connection.execute(
            "SELECT sum(gain_usd) FROM lots.disposals WHERE kind = 'swap' AND transaction_id = "
            "(SELECT transaction_id FROM lots.lots WHERE asset LIKE 'UNI%')"
        ).fetchall()
        assert abs(gain - 700) < Decimal(5)
