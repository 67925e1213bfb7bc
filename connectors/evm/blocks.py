"""What a block itself says of some addresses: transactions that name them, withdrawals, who is paid for it. Pure.

Belongs here: reading one block. Does not belong here: what its transactions moved (`effects.py`).
"""

from collections.abc import Collection, Iterable, Mapping
from datetime import UTC, datetime
from typing import Any

from connectors.evm.hexes import address, number
from connectors.evm.movements import Movement, MovementKind

Json = Mapping[str, Any]
_GWEI = 10**9
_ETHER = 10**18
_MAINNET = 1
_STATIC_REWARDS = ((4_370_000, 5 * _ETHER), (7_280_000, 3 * _ETHER), (15_537_394, 2 * _ETHER))
"""Ethereum: what a block paid before the height, until the Merge (Byzantium, Constantinople, Paris)."""


def instant_of(block: Json) -> datetime:
    """When the block was made."""
    return instant(number(block["timestamp"]))


def instant(seconds: int) -> datetime:
    """The instant of a block's timestamp."""
    return datetime.fromtimestamp(seconds, tz=UTC)


def transactions_of(block: Json, owned: Collection[str]) -> set[str]:
    """The hashes of the transactions in a block with full transactions that name one of `owned`."""
    return {
        transaction["hash"].lower()
        for transaction in block["transactions"]
        if address(transaction["from"]) in owned or address(transaction.get("to")) in owned
    }


def concerns(block: Json, owned: Collection[str]) -> bool:
    """Whether the block gives something to one of `owned` without a transaction."""
    return address(block["miner"]) in owned or any(
        address(withdrawal["address"]) in owned for withdrawal in block.get("withdrawals") or ()
    )


def gifts_of(block: Json, receipts: Iterable[Json], *, chain_id: int, owned: Collection[str]) -> list[Movement]:
    """What the block gave to `owned` without a transaction. `receipts` are needed where it paid one of them."""
    height = number(block["number"])
    gifts = [
        given("withdrawal", height, (place,), address(withdrawal["address"]), number(withdrawal["amount"]) * _GWEI)
        for place, withdrawal in enumerate(block.get("withdrawals") or ())
        if address(withdrawal["address"]) in owned and number(withdrawal["amount"])
    ]
    reward = _reward(block, receipts, chain_id) if address(block["miner"]) in owned else 0
    if reward:
        gifts.append(given("block_reward", height, (0,), address(block["miner"]), reward))
    return gifts


def given(kind: MovementKind, height: int, position: tuple[int, ...], target: str | None, amount: int) -> Movement:
    """Coins that came from nobody."""
    return Movement(
        kind=kind,
        block_number=height,
        position=position,
        tx_hash=None,
        contract=None,
        token_id=None,
        from_address=None,
        to_address=target,
        amount=amount,
    )


def _reward(block: Json, receipts: Iterable[Json], chain_id: int) -> int:
    base = number(block.get("baseFeePerGas") or "0x0")
    tips = sum(
        (number(receipt["effectiveGasPrice"]) - base) * number(receipt["gasUsed"])
        for receipt in receipts
        if receipt.get("effectiveGasPrice") is not None
    )
    if chain_id != _MAINNET or number(block.get("difficulty") or "0x0") == 0:
        return tips
    height = number(block["number"])
    static = next((amount for before, amount in _STATIC_REWARDS if height < before), 0)
    return tips + static + static // 32 * len(block.get("uncles") or ())
