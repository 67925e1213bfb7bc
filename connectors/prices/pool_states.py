"""What pools held and at which price after given blocks: their own answers, read.

What a pool of version 3 has lies in ranges of prices. Its price can be moved at no cost where nothing lies, however
much it has elsewhere: so what it holds counts only as far as it lies at the price that it tells.

Belongs here: the two kinds of pools and their calls. Does not belong here: which pools there are, and whether they hold
enough to be believed (`pools.py`).
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from connectors.evm.hexes import topic_of, words
from connectors.evm.node import Node
from connectors.evm.tokens import BALANCE_OF, call_contracts_at, number_in

_GET_RESERVES, _SLOT0, _LIQUIDITY = "0x0902f1ac", "0x3850c7bd", "0x1a686502"
_ROOT_BITS = 96


@dataclass(frozen=True, slots=True)
class Pool:
    """A pool of a token with `quote`, which has the price of the asset `hub`. The token is its first or its second."""

    kind: str
    address: str
    quote: str
    hub: str
    is_token_first: bool


@dataclass(frozen=True, slots=True)
class State:
    """What a pool holds of its quote at its price, and that price as the fraction `top / bottom`, in smallest units."""

    held: int
    top: int
    bottom: int


def read_states(node: Node, pools: Sequence[Pool], heights: Iterable[int]) -> dict[tuple[Pool, int], State]:
    """The states of all pools after all those blocks, as far as there was something in them. Raises `SourceError`."""
    asked = [(pool, height) for height in heights for pool in pools]
    calls = [(contract, data, height) for pool, height in asked for contract, data in _questions(pool)]
    answers = iter(call_contracts_at(node, calls))
    states = {}
    for pool, height in asked:
        state = _state(pool, [next(answers) for _ in _questions(pool)])
        if state is not None:
            states[pool, height] = state
    return states


def _questions(pool: Pool) -> list[tuple[str, str]]:
    if pool.kind == "uniswap v2":
        return [(pool.address, _GET_RESERVES)]
    return [(pool.address, _SLOT0), (pool.address, _LIQUIDITY), (pool.quote, BALANCE_OF + topic_of(pool.address)[2:])]


def _state(pool: Pool, answers: Sequence[Any]) -> State | None:
    told = words(answers[0] or "")
    if pool.kind == "uniswap v2":
        if len(told) < 2 or not told[0] or not told[1]:  # noqa: PLR2004 -- both reserves
            return None
        of_token, of_quote = told[:2] if pool.is_token_first else told[1::-1]
        return State(of_quote, of_quote, of_token)
    liquidity, balance = number_in(answers[1]), number_in(answers[2])
    if not liquidity or not balance or not told or not told[0]:
        return None
    root = told[0]
    top, bottom = root**2, 1 << (2 * _ROOT_BITS)
    at_price = liquidity * root >> _ROOT_BITS if pool.is_token_first else (liquidity << _ROOT_BITS) // root
    held = min(balance, at_price)
    return State(held, top, bottom) if pool.is_token_first else State(held, bottom, top)
