"""Which tokens are liquidity of a Uniswap V2 pool (or of its many copies), found out by asking, not by name.

The token of such a pool is the pool itself: it answers which two coins it holds, and its factory knows it as the pool
of just these. It is asked only about tokens that could be: made for one of ours, or sent to their own contract, while
at least two other things moved.

Positions of V3 and V4 are not tokens of this kind: they are one of a kind, and stay trades.

Belongs here: that question, and whether a transaction put liquidity in or took it out. Does not belong here: what that
means for tax.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass

from connectors.evm.hexes import NOBODY, topic_of, words
from connectors.evm.movements import Happening, Movement, Token
from connectors.evm.node import Node
from connectors.evm.tokens import call_contracts
from connectors.evm.wrappers import Wrappers

TOKEN_0, TOKEN_1, FACTORY, GET_RESERVES, GET_PAIR = "0x0dfe1681", "0xd21220a7", "0xc45a0155", "0x0902f1ac", "0xe6a43905"
_RESERVES = 3
_COINS = 2

Coins = tuple[frozenset[str | None], frozenset[str | None]]
"""For each of a pool's two coins the contracts that it may be in a wallet; `None` is the chain's own coin."""


@dataclass(frozen=True, slots=True)
class Pairs:
    """Asks contracts at block `height`. `wrappers` tells which tokens are the chain's own coin."""

    node: Node
    wrappers: Wrappers
    height: int

    def among(self, suspects: Iterable[str]) -> dict[str, Coins]:
        """Those of `suspects` that are pools, with their coins. Raises `SourceError`."""
        wanted = sorted(set(suspects))
        told = call_contracts(
            self.node,
            [(each, data) for each in wanted for data in (TOKEN_0, TOKEN_1, FACTORY, GET_RESERVES)],
            self.height,
        )
        claims: dict[str, tuple[str, str, str]] = {}
        for place, contract in enumerate(wanted):
            one, other, factory, reserves = told[4 * place : 4 * place + 4]
            addresses = [_address(answer) for answer in (one, other, factory)]
            if None not in addresses and isinstance(reserves, str) and len(words(reserves)) == _RESERVES:
                claims[contract] = addresses[0] or "", addresses[1] or "", addresses[2] or ""
        known = call_contracts(
            self.node,
            [(factory, GET_PAIR + _argument(one) + _argument(other)) for one, other, factory in claims.values()],
            self.height,
        )
        proven = {
            contract: claim[:2]
            for (contract, claim), answer in zip(claims.items(), known, strict=True)
            if _address(answer) == contract
        }
        wrapped = self.wrappers.among({coin for coins in proven.values() for coin in coins}) if proven else set()
        return {contract: (_forms(one, wrapped), _forms(other, wrapped)) for contract, (one, other) in proven.items()}


def suspects(happening: Happening, owned: Collection[str]) -> set[str]:
    """The tokens that may be liquidity that was given or taken."""
    moved = {(each.contract, each.token_id) for each in happening.movements if each.kind not in {"gas", "l2_fee"}}
    if len(moved) <= _COINS:
        return set()
    return {each.contract for each in happening.movements if each.contract and _is_made_or_returned(each, owned)}


def liquidity_of(
    happening: Happening,
    net: Mapping[tuple[str | None, int | None], int],
    tokens: Mapping[str, Token],
    owned: Collection[str],
) -> str | None:
    """The contract of the pool's token, where the whole transaction is its two coins for it, or it for them."""
    for (contract, token_id), amount in net.items():
        token = None if contract is None or token_id is not None else tokens.get(contract)
        if token is None or token.pair is None:
            continue
        is_proven = any(each.contract == contract and _is_made_or_returned(each, owned) for each in happening.movements)
        others = {key: change for key, change in net.items() if key != (contract, None)}
        is_exchange = all((change < 0) == (amount > 0) and number is None for (_, number), change in others.items())
        coins = [{coin for coin, _ in others if coin in forms} for forms in token.pair]
        is_both = len(others) == _COINS and all(len(found) == 1 for found in coins) and coins[0] != coins[1]
        if is_proven and is_exchange and is_both:
            return contract
    return None


def _is_made_or_returned(movement: Movement, owned: Collection[str]) -> bool:
    """Made for one of ours out of nothing, or sent by one of ours to its own contract, as it is to be given back."""
    if movement.kind != "erc20":
        return False
    is_made = movement.from_address is None and movement.to_address in owned
    return is_made or (movement.from_address in owned and movement.to_address == movement.contract)


def _forms(contract: str, wrapped: Collection[str]) -> frozenset[str | None]:
    return frozenset({contract, None} if contract in wrapped else {contract})


def _address(answer: object) -> str | None:
    told = words(answer) if isinstance(answer, str) else []
    found = f"0x{told[0]:040x}" if len(told) == 1 and told[0] < 1 << 160 else NOBODY
    return None if found == NOBODY else found


def _argument(contract: str) -> str:
    return topic_of(contract).removeprefix("0x")
