"""Tokens that no venue lists, priced in the pools of a real chain, then by an index on loopback; each says so."""

import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from connectors.evm.naming import ContractName
from connectors.prices.fetcher import WantedEvent
from connectors.prices.llama import LlamaPrices
from connectors.prices.pools import PoolChain, PoolPrices
from connectors.prices.routes import Close
from connectors.sync import SourceAnswerError, SourceUnavailableError
from support.chain import uniswap_v3
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
    """A token with 6 decimals beside 200 ETH, one with 24 beside 100; 10 days later the first has another price.

    The first has a pool of version 3 too.
    """
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
        _open_version_3(story)
        rpc(url, "evm_increaseTime", 10 * 86400)
        uniswap_v3.swap_in(story, story.funder, ["WETH9", "six"], 10 * ETHER, value=10 * ETHER)
        path = [weth.address, story.named["six"].address]
        swap = story.call("UniswapV2Router02", "swapExactETHForTokens", 0, path, story.funder, FAR)
        story.send(story.funder, swap, value=100 * ETHER)
        rpc(url, "evm_increaseTime", 10 * 86400)
        rpc(url, "evm_mine")
        yield story


def _open_version_3(story: Story) -> None:
    """125,000 SIX beside 50 ETH; and 100 ETH beside a token, for more of it only than it says that they are worth."""
    uniswap_v3.deploy(story)
    hollow = story.deploy("Token", "Hollow", "HOL", 18, 10**27, 0, label="hollow")
    for name, amounts in (("six", (125_000 * 10**6, 50 * ETHER)), ("hollow", (ETHER, ETHER))):
        story.send(story.funder, story.call(name, "approve", story.named[uniswap_v3.POSITIONS].address, FAR))
        uniswap_v3.open_pool(story, name, amounts)
    uniswap_v3.mint(story, story.funder, "six", (125_000 * 10**6, 50 * ETHER))
    is_first = int(hollow.address, 16) < int(story.named["WETH9"].address, 16)
    ticks = (-6000, -600) if is_first else (600, 6000)
    uniswap_v3.mint(story, story.funder, "hollow", (0, 100 * ETHER), ticks=ticks)


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


@pytest.mark.parametrize(("least", "is_priced"), [("149999", True), ("150001", False)])
def test_pool__of_version_3__tells_its_root_while_it_holds_enough(
    pools: Story,
    least: str,
    is_priced: bool,  # noqa: FBT001
) -> None:
    """125,000 SIX beside 50 ETH at 3,000: 1.2 each, and the pool holds 150,000 of what has a price."""
    told = _asked(pools, least, "v3").tell(_token(pools, "six"), [START + 5 * 86400], _in_dollars({"ETH": "3000"}))
    assert [abs(close.price - Decimal("1.2")) < Decimal("1e-15") for close in told.closes.values()] == [
        True
    ] * is_priced


def test_pool__of_version_3_after_a_swap__tells_the_price_that_it_left(pools: Story) -> None:
    """10 ETH in, 0.3 % fee: liquidity over all prices keeps 50 * 125,000, so its ETH count as 59.97."""
    told = _asked(pools, kind="v3").tell(_token(pools, "six"), [START + 15 * 86400], _in_dollars({"ETH": "3000"}))
    (close,) = told.closes.values()
    expected = Decimal("59.97") ** 2 / (50 * 125_000) * 3000
    assert abs(close.price / expected - 1) < Decimal("1e-9")
    assert close.source.startswith("uniswap v3 pool 0x")


def test_pool__of_version_3_with_nothing_at_its_price__is_not_believed(pools: Story) -> None:
    """It holds 100 ETH, all of it for another price than the one that it tells."""
    at = START + 15 * 86400
    weth = pools.named["WETH9"]
    pool = pools.call("UniswapV3Factory", "getPool", pools.named["hollow"].address, weth.address, 3000).call()
    assert weth.functions.balanceOf(pool).call() > 99 * ETHER
    told = _asked(pools, least="1", kind="v3").tell(_token(pools, "hollow"), [at], _in_dollars({"ETH": "3000"}))
    assert (told.closes, told.answered) == ({}, {at})


def _events(story: Story, *, to: str) -> dict[int, set[str]]:
    """The transactions to a contract by their block's time."""
    found: dict[int, set[str]] = {}
    for height in range(story.height() + 1):
        block = rpc(story.url, "eth_getBlockByNumber", hex(height), True)
        for row in block["transactions"]:
            if row["to"] == story.named[to].address.lower():
                found.setdefault(int(block["timestamp"], 16), set()).add(row["hash"])
    return found


def test_event__that_moves_the_pool__has_the_price_that_its_block_began_with(pools: Story) -> None:
    """The swap of 100 ETH moves 1.5 to more than twice as much: it is valued at 1.5."""
    swaps = {at: hashes for at, hashes in _events(pools, to="UniswapV2Router02").items() if at > START + 86400}
    told = _asked(pools).tell_events(_token(pools, "six"), swaps, _in_dollars({"ETH": "3000"}))
    ((at, close),) = told.closes.items()
    ((_, (tx_hash,)),) = swaps.items()
    height = int(rpc(pools.url, "eth_getTransactionByHash", tx_hash)["blockNumber"], 16)
    assert close.price == Decimal("1.5")
    assert f" at block {height - 1}" in close.source
    assert told.answered == {at}


def test_events__of_one_token__are_asked_in_few_requests(pools: Story) -> None:
    source = _asked(pools)
    events = _events(pools, to="WETH9") | _events(pools, to="UniswapV2Router02")
    source.tell_events(_token(pools, "six"), events, _in_dollars({"ETH": "3000"}))
    assert source.requests <= 5  # transactions, blocks, the pools, what tokens say, states


def test_event__of_another_chain_or_another_time__has_no_price(pools: Story) -> None:
    (swap,) = (hashes for at, hashes in _events(pools, to="UniswapV2Router02").items() if at > START + 86400)
    events = {START: {"0x" + "12" * 32}, START + 86400: swap}
    told = _asked(pools).tell_events(_token(pools, "six"), events, _in_dollars({"ETH": "3000"}))
    assert (told.closes, told.answered) == ({}, events.keys())


def test_event__whose_quote_has_no_price_yet__stays_open(pools: Story) -> None:
    told = _asked(pools).tell_events(_token(pools, "six"), _events(pools, to="UniswapV2Router02"), _in_dollars({}))
    assert (told.closes, told.answered) == ({}, set())


def test_fetch__events_of_a_token_that_only_pools_price__are_priced_once_when_their_day_is_over(
    pools: Story, prices: Any
) -> None:
    """At 3,000 on the day of the swap; the token's close of that day is the price that the swap left."""
    ((at, hashes),) = ((at, each) for at, each in _events(pools, to="UniswapV2Router02").items() if at > START + 86400)
    swapped = datetime.fromtimestamp(at, UTC)
    prices.open("kraken", kraken_files({"ETH/USD": days(swapped.date() - timedelta(days=3), ["3000"] * 10)}))
    asset = f"SIX-{_token(pools, 'six').contract}@test"
    wanted = (asset, swapped.date() - timedelta(days=1))
    events = [WantedEvent(asset, swapped, tx_hash) for tx_hash in hashes]
    prices.now = swapped + timedelta(hours=1)
    prices.fetch(wanted, sources=[_asked(pools)], events=events)
    assert swapped not in {instant for instant, *_ in prices.rows(asset)}
    prices.next_night(2)
    prices.fetch(wanted, sources=[_asked(pools)], events=events)
    told = {instant: (price, source) for instant, price, source in prices.rows(asset)}
    assert Decimal(told[swapped][0]) == Decimal("1.5")
    assert told[swapped][1].startswith("uniswap v2 pool 0x")
    close = datetime.combine(swapped.date() + timedelta(days=1), time(), tzinfo=UTC)
    assert Decimal(told[close][0]) > 3
    source = _asked(pools)
    prices.fetch(wanted, sources=[source], events=events)
    assert source.requests == 0


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
