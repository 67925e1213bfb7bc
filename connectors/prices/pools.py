"""What a token was worth in the pools of its own chain: their state after the last block before an instant.

A pool is believed only while it holds enough of something that has a price of its own: a pool with little in it can be
set to any price by anyone. Among several the one that holds the most counts.

Belongs here: asking pools. Does not belong here: when they are asked, and what else prices a token.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal, localcontext
from typing import Any

from connectors.evm.hexes import NOBODY, address_in, number, topic_of, words
from connectors.evm.known_names import pool_factories, well_known_tokens
from connectors.evm.movements import Token
from connectors.evm.naming import ContractName
from connectors.evm.node import Node
from connectors.evm.tokens import BALANCE_OF, call_contracts, number_in, read_tokens
from connectors.prices.routes import Close
from connectors.prices.tokens import DIGITS, HubClose, Told, price_of

_GET_PAIR, _GET_RESERVES = "0xe6a43905", "0x0902f1ac"
_GET_POOL, _SLOT0, _FEES = "0x1698ee82", "0x3850c7bd", (100, 500, 3000, 10_000)
_HUBS = ("USDC", "USDT", "DAI")
_TIMES = "\N{MULTIPLICATION SIGN}"
_ROOT_BITS = 96


@dataclass(frozen=True, slots=True)
class PoolChain:
    """A chain whose pools may be asked: its name, its own coin, a node, and what the user says of its contracts."""

    name: str
    coin: str
    url: str
    tokens: Mapping[str, str] = field(default_factory=dict)
    factories: Mapping[str, str] = field(default_factory=dict)
    """By kind, as `pool_factories`; what stands here is used beside those that are known."""


@dataclass(frozen=True, slots=True)
class _Pool:
    kind: str
    address: str
    quote: str
    hub: str
    is_token_first: bool


class PoolPrices:
    """The pools of the chains that wallets of the book are on. `least_usd` is what a pool must hold of its quote."""

    name = "pools"

    def __init__(self, chains: Sequence[PoolChain], *, least_usd: Decimal) -> None:
        self._chains = {chain.name: chain for chain in chains}
        self._least = least_usd
        self._nodes: dict[str, Node] = {}
        self.hubs = tuple(dict.fromkeys([*(chain.coin for chain in chains), *_HUBS]))

    @property
    def requests(self) -> int:
        """Requests so far."""
        return sum(node.requests for node in self._nodes.values())

    def covers(self, token: ContractName) -> bool:
        """Whether a node of the token's chain may be asked."""
        return token.chain in self._chains

    def tell(self, token: ContractName, instants: Sequence[int], hub: HubClose) -> Told:
        """The price in the best pool after the last block before each instant. Raises `SourceError`.

        Instants behind the node's last block, and those at which a quote has no price, are not answered. The node needs
        the states of old blocks.
        """
        chain = self._chains[token.chain]
        node = self._node(chain)
        heights = _heights(node, instants)
        pools = self._pools(node, chain, token.contract, max(heights.values(), default=0))
        if not heights or not pools:
            return Told({}, frozenset(heights))
        contracts = read_tokens(node, {token.contract, *(pool.quote for pool in pools)}, height=max(heights.values()))
        closes = {}
        for at, height in heights.items():
            found = [
                (value, close)
                for pool in pools
                if (told := self._look(node, pool, contracts, token, height=height, hub=hub(pool.hub, at))) is not None
                for value, close in (told,)
            ]
            if found:
                closes[at] = max(found, key=lambda each: each[0])[1]
        unpriced = {at for at in heights if any(hub(pool.hub, at) is None for pool in pools)}
        return Told(closes, frozenset(closes.keys() | (heights.keys() - unpriced)))

    def _node(self, chain: PoolChain) -> Node:
        if chain.name not in self._nodes:
            self._nodes[chain.name] = Node(chain.url, label=f"the node of {chain.name}")
        return self._nodes[chain.name]

    def _pools(self, node: Node, chain: PoolChain, contract: str, height: int) -> list[_Pool]:
        """Every pool of the token with something that has a price of its own."""
        meant = {**well_known_tokens(chain.name), **chain.tokens}
        quotes = {
            quote: chain.coin if asset == f"W{chain.coin}" else asset
            for quote, asset in meant.items()
            if asset in {f"W{chain.coin}", *_HUBS} and quote != contract
        }
        factories = [*pool_factories(chain.name).items(), *chain.factories.items()]
        asked = [
            (kind, factory, quote, data)
            for kind, factory in factories
            for quote in quotes
            for data in _pool_questions(kind, contract, quote)
        ]
        answers = call_contracts(node, [(factory, data) for _, factory, _, data in asked], height)
        return [
            _Pool(kind, pool, quote, quotes[quote], is_token_first=contract < quote)
            for (kind, _, quote, _), answer in zip(asked, answers, strict=True)
            if (pool := _address(answer)) is not None
        ]

    def _look(
        self,
        node: Node,
        pool: _Pool,
        contracts: Mapping[str, Token],
        token: ContractName,
        *,
        height: int,
        hub: Close | None,
    ) -> tuple[Decimal, Close] | None:
        """What the pool's quote is worth in the base currency, and the price in it; `None` if it is not believed."""
        quote_decimals, decimals = contracts[pool.quote].decimals, contracts[token.contract].decimals
        if hub is None or quote_decimals is None or decimals is None:
            return None
        state = _state(node, pool, height)
        if state is None:
            return None
        held, top, bottom = state
        with localcontext() as context:
            context.prec = DIGITS
            value = Decimal(held).scaleb(-quote_decimals) * hub.price
            if value < self._least:
                return None
            unit = decimals - token.below  # what the books call one
            price = price_of(Decimal(top) / Decimal(bottom) * hub.price * Decimal(10) ** (unit - quote_decimals))
        if price is None:
            return None
        return value, Close(price, f"{pool.kind} pool {pool.address} at block {height}{_TIMES}{hub.source}")


def _state(node: Node, pool: _Pool, height: int) -> tuple[int, int, int] | None:
    """What the pool holds of its quote, and its price as a fraction, both in smallest units.

    `None` where there is no such pool yet, or nothing is in it.
    """
    if pool.kind == "uniswap v2":
        told = words(call_contracts(node, [(pool.address, _GET_RESERVES)], height)[0] or "")
        if len(told) < 2 or not told[0] or not told[1]:  # noqa: PLR2004 -- both reserves
            return None
        of_token, of_quote = (told[0], told[1]) if pool.is_token_first else (told[1], told[0])
        return of_quote, of_quote, of_token
    questions = [(pool.address, _SLOT0), (pool.quote, BALANCE_OF + topic_of(pool.address)[2:])]
    slot, balance = call_contracts(node, questions, height)
    held, told = number_in(balance), words(slot or "")
    if not held or not told or not told[0]:
        return None
    top, bottom = told[0] ** 2, 1 << (2 * _ROOT_BITS)
    return (held, top, bottom) if pool.is_token_first else (held, bottom, top)


def _pool_questions(kind: str, contract: str, quote: str) -> list[str]:
    ends = topic_of(contract)[2:] + topic_of(quote)[2:]
    if kind == "uniswap v2":
        return [_GET_PAIR + ends]
    return [f"{_GET_POOL}{ends}{fee:064x}" for fee in _FEES]


def _address(answer: Any) -> str | None:
    told = answer if isinstance(answer, str) and len(answer) == len(topic_of(NOBODY)) else None
    return None if told is None else address_in(told)


def _heights(node: Node, instants: Sequence[int]) -> dict[int, int]:
    """The last block at or before each instant; an instant that the chain has not reached is left out."""
    last = number(node.ask("eth_blockNumber"))
    times = _times(node, [0, last])
    ranges = {at: (0, last) for at in instants if times[0] <= at <= times[last]}
    while any(high - low > 1 for low, high in ranges.values()):
        middles = {at: (low + high) // 2 for at, (low, high) in ranges.items() if high - low > 1}
        times |= _times(node, sorted(set(middles.values()) - times.keys()))
        for at, middle in middles.items():
            low, high = ranges[at]
            ranges[at] = (middle, high) if times[middle] <= at else (low, middle)
    return {at: high if times[high] <= at else low for at, (low, high) in ranges.items()}


def _times(node: Node, heights: Sequence[int]) -> dict[int, int]:
    blocks = node.ask_all([("eth_getBlockByNumber", (hex(height), False)) for height in heights])
    return {height: number(block["timestamp"]) for height, block in zip(heights, blocks, strict=True)}
