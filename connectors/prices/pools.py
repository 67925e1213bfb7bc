"""What a token was worth in the pools of its own chain: their state after the last block before an instant or an event.

An event's own block is never looked at: its own swap moved the pool, and whoever puts one before and one behind it in
the same block too. Whoever wants another price at the end of a block has to leave it to everyone until the next.

A pool is believed only while it holds enough of something that has a price of its own: a pool with little in it can be
set to any price by anyone. Among several the one that holds the most counts.

Belongs here: asking pools. Does not belong here: when they are asked, and what else prices a token.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal, localcontext
from typing import Any

from connectors.evm.hexes import NOBODY, address_in, number, topic_of
from connectors.evm.known_names import pool_factories, well_known_tokens
from connectors.evm.movements import Token
from connectors.evm.naming import ContractName
from connectors.evm.node import Node
from connectors.evm.tokens import call_contracts, read_tokens
from connectors.prices.pool_states import Pool, State, read_states
from connectors.prices.routes import Close
from connectors.prices.tokens import DIGITS, Events, HubClose, Told, price_of

_GET_PAIR, _GET_POOL, _FEES = "0xe6a43905", "0x1698ee82", (100, 500, 3000, 10_000)
_HUBS = ("USDC", "USDT", "DAI")
_TIMES = "\N{MULTIPLICATION SIGN}"


@dataclass(frozen=True, slots=True)
class PoolChain:
    """A chain whose pools may be asked: its name, its own coin, a node, and what the user says of its contracts."""

    name: str
    coin: str
    url: str
    tokens: Mapping[str, str] = field(default_factory=dict)
    factories: Mapping[str, str] = field(default_factory=dict)
    """By kind, as `pool_factories`; what stands here is used beside those that are known."""


class PoolPrices:
    """The pools of the chains that wallets of the book are on. `least_usd` is what a pool must hold of its quote."""

    name = "pools"

    def __init__(self, chains: Sequence[PoolChain], *, least_usd: Decimal) -> None:
        self._chains = {chain.name: chain for chain in chains}
        self._least = least_usd
        self._nodes: dict[str, Node] = {}
        self._times: dict[str, dict[int, int]] = {}
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
        node = self._node(self._chains[token.chain])
        heights = _heights(node, instants, self._times.setdefault(token.chain, {}))
        return self._told(token, heights, hub)

    def tell_events(self, token: ContractName, events: Events, hub: HubClose) -> Told:
        """The price in the best pool after the block before each event's own. Raises `SourceError`.

        Of several events at one instant the first counts. One whose transaction is not in a block of that instant, as
        an exchange tells it later or it is of another chain, has no price.
        """
        node = self._node(self._chains[token.chain])
        heights = _blocks_before(node, events, self._times.setdefault(token.chain, {}))
        told = self._told(token, heights, hub)
        return Told(told.closes, told.answered | (events.keys() - heights.keys()))

    def _told(self, token: ContractName, heights: Mapping[int, int], hub: HubClose) -> Told:
        """The best price after each block that stands for an instant, and of which instants all was asked."""
        if not heights:
            return Told({}, frozenset())
        chain = self._chains[token.chain]
        node = self._node(chain)
        last = max(heights.values())
        pools = self._pools(node, chain, token.contract, last)
        contracts = read_tokens(node, {token.contract, *(pool.quote for pool in pools)}, height=last)
        decimals = contracts[token.contract].decimals
        pools = [pool for pool in pools if contracts[pool.quote].decimals is not None]
        if decimals is None or not pools:
            return Told({}, frozenset(heights))
        states = read_states(node, pools, sorted(set(heights.values())))
        closes: dict[int, Close] = {}
        unpriced: set[int] = set()
        for at, height in heights.items():
            best = self._least
            for pool in pools:
                state, price = states.get((pool, height)), hub(pool.hub, at)
                if price is None:
                    unpriced.add(at)
                elif state is not None:
                    scale = decimals - token.below - (contracts[pool.quote].decimals or 0)
                    value, close = _valued(pool, state, price, height=height, scale=scale, contracts=contracts)
                    if close is not None and value >= best:
                        best, closes[at] = value, close
        return Told(closes, frozenset(closes.keys() | (heights.keys() - unpriced)))

    def _node(self, chain: PoolChain) -> Node:
        if chain.name not in self._nodes:
            self._nodes[chain.name] = Node(chain.url, label=f"the node of {chain.name}")
        return self._nodes[chain.name]

    def _pools(self, node: Node, chain: PoolChain, contract: str, height: int) -> list[Pool]:
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
            Pool(kind, pool, quote, quotes[quote], is_token_first=contract < quote)
            for (kind, _, quote, _), answer in zip(asked, answers, strict=True)
            if (pool := _address(answer)) is not None
        ]


def _valued(
    pool: Pool, state: State, hub: Close, *, height: int, scale: int, contracts: Mapping[str, Token]
) -> tuple[Decimal, Close | None]:
    """What the pool's quote is worth in the base currency, and the price of one unit in it, if anything is left of it.

    `scale` is how many decimals a unit has more than the quote.
    """
    with localcontext() as context:
        context.prec = DIGITS
        value = Decimal(state.held).scaleb(-(contracts[pool.quote].decimals or 0)) * hub.price
        price = price_of(Decimal(state.top) / Decimal(state.bottom) * hub.price * Decimal(10) ** scale)
    source = f"{pool.kind} pool {pool.address} at block {height}{_TIMES}{hub.source}"
    return value, None if price is None else Close(price, source)


def _pool_questions(kind: str, contract: str, quote: str) -> list[str]:
    ends = topic_of(contract)[2:] + topic_of(quote)[2:]
    if kind == "uniswap v2":
        return [_GET_PAIR + ends]
    return [f"{_GET_POOL}{ends}{fee:064x}" for fee in _FEES]


def _address(answer: Any) -> str | None:
    told = answer if isinstance(answer, str) and len(answer) == len(topic_of(NOBODY)) else None
    return None if told is None else address_in(told)


def _heights(node: Node, instants: Sequence[int], times: dict[int, int]) -> dict[int, int]:
    """The last block at or before each instant; an instant that the chain has not reached is left out.

    `times` of blocks are known and added to.
    """
    last = number(node.ask("eth_blockNumber"))
    _learn(node, times, {0, last})
    ranges = {at: (0, last) for at in instants if times[0] <= at <= times[last]}
    while any(high - low > 1 for low, high in ranges.values()):
        middles = {at: (low + high) // 2 for at, (low, high) in ranges.items() if high - low > 1}
        _learn(node, times, set(middles.values()))
        for at, middle in middles.items():
            low, high = ranges[at]
            ranges[at] = (middle, high) if times[middle] <= at else (low, middle)
    return {at: high if times[high] <= at else low for at, (low, high) in ranges.items()}


def _blocks_before(node: Node, events: Events, times: dict[int, int]) -> dict[int, int]:
    """The block before the first one that holds a transaction of each instant."""
    asked = [(at, tx_hash) for at, hashes in sorted(events.items()) for tx_hash in sorted(hashes)]
    told = node.ask_all([("eth_getTransactionByHash", (tx_hash,)) for _, tx_hash in asked])
    blocks = [
        (at, number(transaction["blockNumber"]))
        for (at, _), transaction in zip(asked, told, strict=True)
        if transaction is not None and transaction.get("blockNumber") is not None
    ]
    _learn(node, times, {block for _, block in blocks})
    found: dict[int, int] = {}
    for at, block in blocks:
        if times[block] == at:
            found[at] = min(block - 1, found.get(at, block))
    return found


def _learn(node: Node, times: dict[int, int], wanted: set[int]) -> None:
    heights = sorted(wanted - times.keys())
    blocks = node.ask_all([("eth_getBlockByNumber", (hex(height), False)) for height in heights])
    times |= {height: number(block["timestamp"]) for height, block in zip(heights, blocks, strict=True)}
