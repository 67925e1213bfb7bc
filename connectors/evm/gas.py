"""What gas costs on a chain now, as one node tells it: of one unit, and for the data of one transaction.

Belongs here: asking, and what of an answer is believed. Does not belong here: how much gas a sale takes.
"""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from connectors.evm.chains import Chain
from connectors.evm.hexes import number
from connectors.evm.node import Node
from connectors.evm.tokens import number_in
from connectors.records import GasConditions
from connectors.sync import SourceAnswerError, SourceError, SourceUnavailableError

_BLOCKS = 21
"""So many blocks tell what is paid on top of the base fee: some minutes on Ethereum, and the middle one is one."""
_MIDDLE = 50
_MOST_WEI = 1 << 64
"""Nobody pays 18 coins for a unit of gas, or for one transaction's data: from there on an answer is not believed."""
ORACLE = "0x420000000000000000000000000000000000000f"
"""Where chains of the OP stack have their GasPriceOracle."""
_UPPER_BOUND = "0xf1c7a58b"
"""getL1FeeUpperBound(uint256): the most that the data of a transaction of so many bytes costs."""
TRANSACTION_BYTES = 500
"""A swap by way of a third coin is a selector and nine words (292 bytes) in an envelope of some 120; rounded up."""


def read_gas(node: Node, chain: Chain, *, height: int, now: datetime) -> GasConditions:
    """What the node tells. Does not raise for what it does: where it tells no price, `why_not` says so."""
    price: int | None = None
    why_not: str | None = None
    for method, ask in _QUESTIONS.items():
        try:
            price, why_not = _believed(method, ask(node)), None
            break
        except SourceError as error:
            why_not = str(error)
            if isinstance(error, SourceUnavailableError):
                break
    data_fee = _data_fee(node, height) if chain.takes_data_fee and price is not None else None
    return GasConditions(
        coin=chain.coin,
        price_wei=None if price is None else str(price),
        takes_data_fee=chain.takes_data_fee,
        data_fee_wei=None if data_fee is None else str(data_fee),
        why_not=why_not,
        checked_at=now,
    )


def _by_history(node: Node) -> int:
    """The base fee of the next block, and the middle of what the blocks before it were paid on top."""
    told = node.ask("eth_feeHistory", hex(_BLOCKS), "latest", [_MIDDLE])
    bases, rewards, used = (_rows(told, name) for name in ("baseFeePerGas", "reward", "gasUsedRatio"))
    if not (len(bases) - 1 == len(rewards) == len(used)) or not all(isinstance(row, list) and row for row in rewards):
        raise SourceAnswerError(f"{node.label} answered eth_feeHistory without the fees of its blocks")
    # a block with nothing in it says that nothing is paid
    tips = sorted(number(paid[0]) for paid, share in zip(rewards, used, strict=True) if share)
    return number(bases[-1]) + (tips[len(tips) // 2] if tips else 0)


def _rows(told: Any, name: str) -> list[Any]:
    rows = told.get(name) if isinstance(told, dict) else None
    return rows if isinstance(rows, list) else []


def _by_price(node: Node) -> int:
    return number(node.ask("eth_gasPrice"))


_QUESTIONS: dict[str, Callable[[Node], int]] = {"eth_feeHistory": _by_history, "eth_gasPrice": _by_price}


def _believed(method: str, price: int) -> int:
    if not 0 < price < _MOST_WEI:
        raise SourceAnswerError(f"the node told by {method} that a unit of gas costs {price} wei")
    return price


def _data_fee(node: Node, height: int) -> int | None:
    """What the data of one transaction costs at most; `None` where no oracle tells it."""
    question: dict[str, Any] = {"to": ORACLE, "data": f"{_UPPER_BOUND}{TRANSACTION_BYTES:064x}"}
    try:
        told = number_in(node.ask("eth_call", question, hex(height)))
    except (SourceError, ValueError):
        return None
    return told if told is not None and told < _MOST_WEI else None
