"""When a transaction is liquidity: a pool's own two coins for its token, made for us or sent back to its contract."""

from datetime import UTC, datetime
from typing import Any

import pytest

from connectors.evm.movements import Happening, Movement, Token, TransactionFacts
from connectors.evm.pairs import liquidity_of, suspects

ME, ROUTER, POOL, WETH, SIX, OTHER = (f"0x{digit * 40}" for digit in "123456")
COINS = (frozenset({WETH, None}), frozenset({SIX}))
TOKENS = {
    POOL: Token(POOL, "UNI-V2", "Uniswap V2", 18, COINS),
    **{name: Token(name, "T", "T", 18) for name in (WETH, SIX, OTHER)},
}


def _move(contract: str | None, source: str | None, target: str | None, amount: int, **more: Any) -> Movement:
    kind = "native" if contract is None else "erc20"
    return Movement(**{  # type: ignore[arg-type]
        "kind": kind, "block_number": 1, "position": (0,), "tx_hash": "0xaa", "contract": contract, "token_id": None,
        "from_address": source, "to_address": target, "amount": amount, **more,
    })  # fmt: skip


def _found(*movements: Movement) -> tuple[str | None, set[str]]:
    facts = TransactionFacts(
        "0xaa", 1, "0xbb", datetime(2024, 1, 1, tzinfo=UTC), 0, ME, ROUTER, None, None, 0, False, (), "{}"
    )  # fmt: skip
    happening = Happening(facts, movements)
    net: dict[tuple[str | None, int | None], int] = {}
    for each in movements:
        key = each.contract, each.token_id
        net[key] = net.get(key, 0) + each.amount * ((each.to_address == ME) - (each.from_address == ME))
    return liquidity_of(happening, {key: n for key, n in net.items() if n}, TOKENS, {ME}), suspects(happening, {ME})


ETH_IN, SIX_IN = _move(None, ME, ROUTER, 5), _move(SIX, ME, POOL, 7)
MADE = _move(POOL, None, ME, 6)
GIVEN = _move(POOL, ME, POOL, 6)
ETH_OUT, SIX_OUT = _move(None, ROUTER, ME, 5), _move(SIX, ROUTER, ME, 7)


@pytest.mark.parametrize(
    "movements",
    [
        (ETH_IN, SIX_IN, MADE),
        (ETH_IN, SIX_IN, MADE, _move(None, ROUTER, ME, 2)),  # the router gives back what was too much
        (_move(WETH, ME, POOL, 5), SIX_IN, MADE),
        (GIVEN, ETH_OUT, SIX_OUT),
    ],
)
def test_liquidity__both_coins_for_the_pools_token__is_known(movements: tuple[Movement, ...]) -> None:
    assert _found(*movements) == (POOL, {POOL})


@pytest.mark.parametrize(
    "movements",
    [
        (ETH_IN, MADE),  # one coin only: half of it was swapped by somebody
        (ETH_IN, SIX_IN, _move(POOL, ROUTER, ME, 6)),  # bought, not made
        (ETH_IN, SIX_IN, MADE, _move(OTHER, ROUTER, ME, 1)),  # something else came too
        (ETH_IN, _move(OTHER, ME, POOL, 7), MADE),  # not the pool's coin
        (_move(POOL, ME, ROUTER, 6), ETH_OUT, SIX_OUT),  # sold to somebody
        (GIVEN, ETH_OUT, _move(SIX, ME, POOL, 7)),  # one coin came and one went
        (ETH_IN, SIX_IN, _move(OTHER, None, ME, 6)),  # made for us, and no pool's token
        (ETH_IN, _move(WETH, ME, POOL, 5), SIX_IN, MADE),  # one coin in two forms
        (ETH_IN, _move(SIX, ME, POOL, 1, kind="erc721", token_id=7), MADE),
    ],
)
def test_liquidity__anything_else__is_a_trade(movements: tuple[Movement, ...]) -> None:
    assert _found(*movements)[0] is None


def test_suspects__of_a_wrapped_coin__are_none() -> None:
    assert _found(_move(None, ME, WETH, 5), _move(WETH, None, ME, 5))[1] == set()
