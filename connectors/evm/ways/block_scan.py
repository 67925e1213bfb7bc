"""A plain full node: every block of the range is read, and what names an address in it is kept.

Belongs here: that way. Does not belong here: reading the transactions it finds.
"""

from collections.abc import Collection, Mapping
from typing import Any

from connectors.evm.blocks import concerns, transactions_of
from connectors.evm.found import Found, Sight
from connectors.evm.node import Call, Node
from connectors.evm.ranges import Blocks
from connectors.sync import SourceUnavailableError

HELD_AT_ONCE = 400
BLOCKS_AT_ONCE = 25


class BlockScanWay:
    """Transactions, withdrawals and rewards, by reading every block."""

    name = "block_scan"
    late_blocks = 0
    blind: Mapping[Sight, str] = {
        "internal": "a block does not tell what contracts moved within its transactions, and this node has no traces",
        "tokens": "logs are asked for by topic",
    }

    def __init__(self, node: Node) -> None:
        self._node = node

    def find(self, owned: Collection[str], blocks: Blocks) -> Found:
        """What concerns `owned` within `blocks`."""
        found = Found()
        for part in blocks.cut(HELD_AT_ONCE):
            heights = range(part.first, part.last + 1)
            calls = [("eth_getBlockByNumber", (hex(height), True)) for height in heights]
            for height, block in zip(heights, self._answers(calls), strict=True):
                if block is None:
                    raise SourceUnavailableError(f"{self._node.label} does not have block {height}")
                found.touching |= transactions_of(block, owned)
                if concerns(block, owned):
                    found.blocks.add(height)
        return found

    def _answers(self, calls: list[Call]) -> list[Any]:
        answers = self._node.answers(calls, at_once=BLOCKS_AT_ONCE)
        for answer in answers:
            if isinstance(answer, Exception):
                raise answer
        return answers
