"""What a block gave without a transaction, as rows for the books: rewards, and validators' withdrawals. Pure.

Belongs here: what such a movement is. Does not belong here: transactions (`decoding.py`).
"""

from typing import Literal

from connectors.evm.movements import Happening, Movement, Tokens
from connectors.evm.naming import Names, quantity
from connectors.records import Kind, Posting, Transaction

ValidatorRule = Literal["by_amount", "reward", "deposit"]
"""`by_amount`: small ones are rewards, large ones are the stake coming back with what is beyond it. `reward` and
`deposit`: all of them are."""

_ETHER = 10**18
LEAST_STAKE = 8 * _ETHER
"""No validator goes with less than half its stake, and none is paid so much at once before it does."""
STAKE = 32 * _ETHER
MERGE = {"ethereum": 15_537_394, "gnosis": 25_349_537, "sepolia": 1_450_409}
"""The first block of each chain that nobody mined. A chain that is not here has only had validators or a sequencer."""

_NO_TOKENS: Tokens = {}


def rows_of_block(
    happening: Happening, *, owned: frozenset[str], names: Names, chain: str, rule: ValidatorRule
) -> list[Transaction]:
    """One row for each movement, or two where a withdrawal is stake and reward at once.

    Coins of which the node can not tell the transaction are `unknown`: that they came is certain, why is not.
    """
    rows = []
    for each in happening.movements:
        sign = (each.to_address in owned) - (each.from_address in owned)
        for kind, amount in _parts(each, chain, rule):
            if sign:
                rows.append(_row(happening, each, kind, sign * amount, names))
    return rows


def _parts(movement: Movement, chain: str, rule: ValidatorRule) -> list[tuple[Kind, int]]:
    amount = movement.amount
    if movement.kind == "block_reward":
        return [("mining" if movement.block_number < MERGE.get(chain, 0) else "reward", amount)]
    if movement.kind != "withdrawal":
        return [("unknown", amount)]
    if rule != "by_amount":
        return [(rule, amount)]
    if amount < LEAST_STAKE:
        return [("reward", amount)]
    parts: list[tuple[Kind, int]] = [("deposit", min(amount, STAKE)), ("reward", amount - STAKE)]
    return [(kind, part) for kind, part in parts if part > 0]


def _row(happening: Happening, movement: Movement, kind: Kind, amount: int, names: Names) -> Transaction:
    facts = happening.facts
    coin = names.coin(None, _NO_TOKENS)
    place = ".".join(map(str, movement.position))
    owner = movement.to_address if amount > 0 else movement.from_address
    told = {"block_reward": "block reward", "withdrawal": "withdrawal of a validator"}.get(movement.kind, "coins moved")
    return Transaction(
        id=f"block:{facts.block_number}:{movement.kind}:{place}:{owner}:{kind}",
        kind=kind,
        occurred_at=facts.occurred_at,
        postings=[Posting(coin.asset, quantity(amount, coin.decimals))],
        payload=facts.payload,
        description="; ".join([f"{told} in block {facts.block_number}", *happening.notes]),
        order=facts.order,
    )
