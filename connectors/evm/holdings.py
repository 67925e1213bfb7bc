"""What the addresses hold at one block: coins and every token that ever moved, in the contracts' own units.

Belongs here: asking. Does not belong here: how assets are called.
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass

from connectors.evm.hexes import number, topic_of
from connectors.evm.node import Node
from connectors.evm.tokens import BALANCE_OF, BALANCE_OF_ID, OWNER_OF, call_contracts, number_in

TokenKey = tuple[str, str, int | None]
"""Kind, contract, number."""


@dataclass(frozen=True, slots=True)
class Holdings:
    """Amounts in smallest units over all addresses; `unanswered` are tokens whose contract does not tell."""

    coins: int
    tokens: dict[TokenKey, int]
    unanswered: tuple[TokenKey, ...]


def read_holdings(node: Node, owned: Collection[str], tokens: Iterable[TokenKey], *, height: int) -> Holdings:
    """What `owned` hold together after block `height`. Raises `SourceError`."""
    owners = sorted(owned)
    coins = sum(map(number, node.ask_all([("eth_getBalance", (owner, hex(height))) for owner in owners])))
    questions = [
        (token, owner, data) for token in sorted(tokens, key=_order) for owner, data in _questions(token, owners)
    ]
    answers = call_contracts(node, [(token[1], data) for token, _, data in questions], height)
    held: dict[TokenKey, int] = {}
    unanswered: dict[TokenKey, None] = {}
    for (token, owner, _), answer in zip(questions, answers, strict=True):
        told = number_in(answer)
        if told is None:
            unanswered[token] = None
        elif owner is not None:
            held[token] = held.get(token, 0) + told
        else:
            held[token] = int(f"0x{told:040x}" in owned)
    return Holdings(coins, {token: held[token] for token in held if token not in unanswered}, tuple(unanswered))


def _questions(token: TokenKey, owners: Collection[str]) -> list[tuple[str | None, str]]:
    """Who is asked for, and the call's data; `None` where the contract is asked who owns the token."""
    kind, _, token_id = token
    if kind == "erc721":
        return [(None, f"{OWNER_OF}{token_id:064x}")]
    if kind == "erc1155":
        return [(owner, f"{BALANCE_OF_ID}{topic_of(owner)[2:]}{token_id:064x}") for owner in owners]
    return [(owner, BALANCE_OF + topic_of(owner)[2:]) for owner in owners]


def _order(token: TokenKey) -> tuple[str, str, int]:
    return token[0], token[1], token[2] or 0
