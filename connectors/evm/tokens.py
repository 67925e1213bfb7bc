"""What tokens say of themselves, and how much of them an address holds.

Belongs here: asking contracts. Does not belong here: whether to believe their names (`decoding.py`).
"""

from collections.abc import Iterable, Sequence
from typing import Any

from connectors.evm.hexes import text_in, words
from connectors.evm.movements import Token
from connectors.evm.node import Call, Node
from connectors.evm.refusals import ExecutionFailedError, NodeRefusalError

SYMBOL, NAME, DECIMALS, TOTAL_SUPPLY = "0x95d89b41", "0x06fdde03", "0x313ce567", "0x18160ddd"
BALANCE_OF, OWNER_OF, BALANCE_OF_ID = "0x70a08231", "0x6352211e", "0x00fdd58e"
_MOST_DECIMALS = 255


def read_tokens(node: Node, contracts: Iterable[str], *, height: int) -> dict[str, Token]:
    """What each contract answers at block `height`. Raises `SourceError` where the node does not answer."""
    wanted = sorted(set(contracts))
    answers = call_contracts(
        node, [(contract, data) for contract in wanted for data in (SYMBOL, NAME, DECIMALS)], height
    )
    tokens = {}
    for place, contract in enumerate(wanted):
        symbol, name, decimals = answers[3 * place : 3 * place + 3]
        tokens[contract] = Token(contract, text_in(symbol), text_in(name), _decimals(decimals))
    return tokens


def call_contracts(node: Node, questions: Sequence[tuple[str, str]], height: int) -> list[Any]:
    """What the contracts answer to each (contract, data) at block `height`; `None` where the contract fails.

    Raises `SourceError` where it is the node that fails.
    """
    return call_contracts_at(node, [(contract, data, height) for contract, data in questions])


def call_contracts_at(node: Node, questions: Sequence[tuple[str, str, int]]) -> list[Any]:
    """As `call_contracts`, with a block for each question."""
    calls: list[Call] = [
        ("eth_call", ({"to": contract, "data": data}, hex(height))) for contract, data, height in questions
    ]
    answers = node.answers(calls)
    for answer in answers:
        if isinstance(answer, NodeRefusalError) and not isinstance(answer, ExecutionFailedError):
            raise answer
    return [None if isinstance(answer, ExecutionFailedError) else answer for answer in answers]


def number_in(data: Any) -> int | None:
    """The one number that a contract returned, `None` if it returned none."""
    told = words(data) if isinstance(data, str) else []
    return told[0] if len(told) == 1 else None


def _decimals(data: Any) -> int | None:
    told = number_in(data)
    return told if told is not None and told <= _MOST_DECIMALS else None
