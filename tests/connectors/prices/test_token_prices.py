"""Tokens that no venue lists, priced in the pools of a real chain, then by an index on loopback; each says so."""

import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, date, datetime
from decimal import Decimal
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from connectors.evm.naming import ContractName
from connectors.prices.llama import LlamaPrices
from connectors.prices.pools import PoolChain, PoolPrices
from connectors.prices.routes import Close
from connectors.sync import SourceAnswerError, SourceUnavailableError
from support.chain.anvil import anvil, rpc
from support.chain.scenario import ETHER, FAR, Story, begin
from support.price_markets import days, kraken_files

FROG = "0x" + "f0" * 20
NAME = f"FROG-{FROG}@ethereum"
START = 1_700_000_000


def _in_dollars(prices: dict[str, str]) -> Any:
    def hub(asset: str, _at: int) -> Close | None:
        return Close(Decimal(prices[asset]), f"kraken {asset}/USD") if asset in prices else None

    return hub


@pytest.fixture(scope="module")
def pools() -> Iterator[Story]:
    """A token with 6 decimals beside 200 ETH, one with 24 beside 100; 10 days later the first has another price."""
    with anvil() as url:
        story = begin(url)
        weth = story.deploy("WETH9")
        factory = story.deploy("UniswapV2Factory", story.funder)
        router = story.deploy("UniswapV2Router02", factory.address, weth.address)
        story.deploy("Token", "Six", "SIX", 6, 10**15, 0, label="six")
        story.deploy("Token", "Fine", "FINE", 24, 10**33, 0, label="fine")
        story.deploy("Token", "Unpooled", "NONE", 18, 10**24, 0, label="unpooled")
        for name, amount, ether in (("six", 400_000 * 10**6, 200), ("fine", 50 * 10**24, 100)):
            story.send(story.funder, story.call(name, "approve", router.address, FAR))
            token = story.named[name].address
            add = story.call("UniswapV2Router02", "addLiquidityETH", token, amount, 0, 0, story.funder, FAR)
            story.send(story.funder, add, value=ether * ETHER)
        rpc(url, "evm_increaseTime", 10 * 86400)
        path = [weth.address, story.named["six"].address]
        swap = story.call("UniswapV2Router02", "swapExactETHForTokens", 0, path, story.funder, FAR)
        story.send(story.funder, swap, value=100 * ETHER)
        rpc(url, "evm_increaseTime", 10 * 86400)
        rpc(url, "evm_mine")
        yield story


def _asked(story: Story, least: str = "10000", kind: str = "v2") -> PoolPrices:
    chain = PoolChain(
        name="test",
        coin="ETH",
        url=story.url,
        tokens={story.named["WETH9"].address.lower(): "WETH"},
        factories={f"uniswap {kind}": story.named[f"Uniswap{kind.upper()}Factory"].address.lower()},
    )
    return PoolPrices([chain], least_usd=Decimal(least))


def _token(story: Story, name: str, below: int = 0) -> ContractName:
    return ContractName("test", story.named[name].address.lower(), below)


def test_pool__before_and_after_a_swap__tells_the_reserves_of_the_block_before_each_instant(pools: Story) -> None:
    """400,000 SIX beside 200 ETH at 3,000: 1.5 each. 100 ETH in, 0.3 % fee: out 400000 * 99.7 / 299.7, then 300 ETH."""
    instants = [START + 5 * 86400, START + 15 * 86400]
    told = _asked(pools).tell(_token(pools, "six"), instants, _in_dollars({"ETH": "3000"}))
    out = 400_000 * 10**6 * 997 * 100 * ETHER // (200 * ETHER * 1000 + 997 * 100 * ETHER)
    left = Decimal(400_000 * 10**6 - out) / 10**6
    assert told.closes[instants[0]].price == Decimal("1.5")
    assert abs(told.closes[instants[1]].price - 300 * 3000 / left) < Decimal("1e-17")
    assert told.answered == set(instants)
    source = told.closes[instants[0]].source
    assert source.startswith("uniswap v2 pool 0x")
    assert source.endswith("\N{MULTIPLICATION SIGN}kraken ETH/USD")


def test_pool__of_a_token_with_24_decimals__prices_what_the_books_count_as_one(pools: Story) -> None:
    """50 FINE beside 100 ETH at 3,000: 6,000 each, and 0.006 for a millionth of one."""
    told = _asked(pools).tell(_token(pools, "fine", below=6), [START + 5 * 86400], _in_dollars({"ETH": "3000"}))
    assert [close.price for close in told.closes.values()] == [Decimal("0.006")]


def test_pool__of_version_3__tells_its_root_and_what_it_holds(pools: Story) -> None:
    """A unit of SIX for 4 * 10^8 wei: one for 0.0004 ETH, at 3,000 for 1.2. The pool holds 50 WETH, worth 150,000."""
    token, weth = pools.named["six"].address, pools.named["WETH9"].address
    is_first = token.lower() < weth.lower()
    pool = pools.deploy("SlotPool", 20_000 * 2**96 if is_first else 2**96 // 20_000)
    pools.deploy("SlotFactory", pool.address, 3000, label="UniswapV3Factory")
    pools.send(pools.funder, pools.call("WETH9", "deposit"), value=50 * ETHER)
    pools.send(pools.funder, pools.call("WETH9", "transfer", pool.address, 50 * ETHER))
    at = int(rpc(pools.url, "eth_getBlockByNumber", "latest", False)["timestamp"], 16)
    for least, priced in (("150000", True), ("150001", False)):
        told = _asked(pools, least, "v3").tell(_token(pools, "six"), [at], _in_dollars({"ETH": "3000"}))
        assert [abs(close.price - Decimal("1.2")) < Decimal("1e-15") for close in told.closes.values()] == [
            True
        ] * priced


@pytest.mark.parametrize("name", ["six", "unpooled"])
def test_pool__too_small_or_not_there__is_no_price_and_is_certain(pools: Story, name: str) -> None:
    at = START + 5 * 86400
    told = _asked(pools, least="600001").tell(_token(pools, name), [at], _in_dollars({"ETH": "3000"}))
    assert (told.closes, told.answered) == ({}, {at})


def test_pool__before_it_was_made_or_behind_the_chain__is_no_price(pools: Story) -> None:
    instants = [START - 86400, START + 100 * 86400]
    told = _asked(pools).tell(_token(pools, "six"), instants, _in_dollars({"ETH": "3000"}))
    assert told.closes == {}
    assert told.answered == set()


def test_pool__whose_quote_has_no_price__stays_open(pools: Story) -> None:
    told = _asked(pools).tell(_token(pools, "six"), [START + 5 * 86400], _in_dollars({}))
    assert (told.closes, told.answered) == ({}, set())


@contextmanager
def _index(
    prices: dict[str, Sequence[tuple[int, str, str]]], statuses: Sequence[int] = ()
) -> Iterator[tuple[str, list[Any]]]:
    """DefiLlama's `batchHistorical`: rows of time, price and confidence; `statuses` come before it answers."""
    asked: list[Any] = []
    waiting = list(statuses)

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            parts = urlsplit(self.path)
            assert parts.path == "/batchHistorical"
            asked.append(json.loads(parse_qs(parts.query)["coins"][0]))
            rows = {
                coin: {
                    "symbol": "X",
                    "prices": "["
                    + ",".join(
                        f'{{"timestamp":{at},"price":{price},"confidence":{sure}}}' for at, price, sure in prices[coin]
                    )
                    + "]",
                }
                for coin in asked[-1]
                if coin in prices
            }
            told = ",".join(f'"{coin}":{{"symbol":"X","prices":{row["prices"]}}}' for coin, row in rows.items())
            self.send_response(waiting.pop(0) if waiting else 200)
            self.end_headers()
            self.wfile.write(f'{{"coins":{{{told}}}}}'.encode())

        def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 -- the base class's name
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}", asked
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def _llama(url: str) -> LlamaPrices:
    return LlamaPrices(url=url, sleep=lambda _seconds: None)


def test_index__price__is_taken_digit_by_digit_from_the_nearest_sure_row() -> None:
    rows = [(START + 9000, "3", "0.99"), (START + 60, "0.123456789012345678", "0.99"), (START, "9", "0.5")]
    with _index({f"ethereum:{FROG}": rows}) as (url, asked):
        told = _llama(url).tell(ContractName("ethereum", FROG, 0), [START, START + 86400], _in_dollars({}))
    assert told.closes == {START: Close(Decimal("0.123456789012345678"), f"defillama ethereum:{FROG}")}
    assert told.answered == {START, START + 86400}
    assert asked == [{f"ethereum:{FROG}": [START, START + 86400]}]


def test_index__busy_twice__is_asked_again() -> None:
    with _index({f"ethereum:{FROG}": [(START, "2", "0.99")]}, statuses=[429, 503]) as (url, asked):
        told = _llama(url).tell(ContractName("ethereum", FROG, 6), [START], _in_dollars({}))
    assert [close.price for close in told.closes.values()] == [Decimal("0.000002")]
    assert len(asked) == 3


@pytest.mark.parametrize(("statuses", "error"), [([503] * 5, SourceUnavailableError), ([400], SourceAnswerError)])
def test_index__that_does_not_answer__is_an_error_and_not_no_price(statuses: list[int], error: type[Exception]) -> None:
    with _index({}, statuses=statuses) as (url, _), pytest.raises(error, match="defillama"):
        _llama(url).tell(ContractName("ethereum", FROG, 0), [START], _in_dollars({}))


def test_fetch__a_token_that_no_venue_lists__is_asked_of_the_index_once(prices: Any) -> None:
    prices.open("kraken", kraken_files({"BTC/USD": days(date(2026, 3, 1), ["1"] * 10)}))
    closes = [int(datetime(2026, 3, day, tzinfo=UTC).timestamp()) for day in range(2, 12)]
    with _index({f"ethereum:{FROG}": [(at, f"0.{number + 1}", "0.99") for number, at in enumerate(closes)]}) as (
        url,
        asked,
    ):
        for _ in range(2):
            report = prices.fetch((NAME, date(2026, 3, 1)), sources=[_llama(url)])
            assert [(asset.outcome, asset.missing) for asset in report.assets] == [("ok", 0)]
        assert len(asked) == 1
    assert prices.prices(NAME)[date(2026, 3, 2)] == "0.200000000000000000"
    assert {source for _, _, source in prices.rows(NAME)} == {f"defillama ethereum:{FROG}"}


def test_fetch__an_index_that_fails__leaves_the_token_open(prices: Any) -> None:
    prices.open("kraken", kraken_files({"BTC/USD": days(date(2026, 3, 1), ["1"] * 10)}))
    with _index({}, statuses=[503] * 5) as (url, _):
        report = prices.fetch((NAME, date(2026, 3, 1)), sources=[_llama(url)])
    assert [asset.outcome for asset in report.assets] == ["failed"]
    assert len(report.errors) == 1
    assert "defillama" in report.errors[0]
