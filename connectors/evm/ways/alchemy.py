"""`alchemy_getAssetTransfers`: the transfers of an address from Alchemy's own index, page by page.

It tells no failed transaction, so the gas of those is found by the nonce or is a gap.

Belongs here: that way. Does not belong here: reading the transactions it names.
"""

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping
from typing import Any

from connectors.evm.found import LATE_BLOCKS, Found, Sight
from connectors.evm.hexes import address, number
from connectors.evm.node import Node, is_offered
from connectors.evm.operations import Operation
from connectors.evm.ranges import Blocks
from connectors.evm.refusals import NodeRefusalError
from connectors.sync import SourceAnswerError

_METHOD = "alchemy_getAssetTransfers"
_CATEGORIES = ("external", "internal", "erc20", "erc721", "erc1155")
_PAGE = "0x3e8"
_MOST_PAGES = 100_000


class AlchemyWay:
    """Transactions, the value within them and tokens, by an index that knows no failures."""

    name = "alchemy"
    late_blocks = LATE_BLOCKS

    def __init__(self, node: Node, categories: tuple[str, ...]) -> None:
        self._node = node
        self._categories = categories
        self.blind: Mapping[Sight, str] = {
            "coins": "alchemy_getAssetTransfers tells no failed transactions, which cost gas",
            "rewards": "alchemy_getAssetTransfers tells no block rewards and validators' withdrawals",
        }
        if "internal" not in categories:
            self.blind = {**self.blind, "internal": "alchemy_getAssetTransfers tells no internal transfers here"}

    @classmethod
    def probe(cls, node: Node) -> "AlchemyWay | None":
        """The way, if this node offers it: with internal transfers where the chain has them indexed."""
        for categories in (_CATEGORIES, tuple(each for each in _CATEGORIES if each != "internal")):
            question = {"fromBlock": "0x0", "toBlock": "0x1", "category": list(categories), "maxCount": "0x1"}
            answer = node.answers([(_METHOD, (question,))])[0]
            if not is_offered(answer):
                return None
            if not isinstance(answer, NodeRefusalError):
                return cls(node, categories)
        return None

    def find(self, owned: Collection[str], blocks: Blocks) -> Found:
        """What concerns `owned` within `blocks`."""
        found = Found()
        operations: dict[str, dict[str, Operation]] = defaultdict(dict)
        for owner in sorted(owned):
            for side in ("fromAddress", "toAddress"):
                for row in self._rows(owner, side, blocks):
                    tx_hash, category = row["hash"].lower(), row["category"]
                    (found.touching if category in {"external", "internal"} else found.logged).add(tx_hash)
                    if category == "internal":
                        operations[tx_hash][row["uniqueId"]] = _operation(row)
        found.logged -= found.touching
        if "internal" in self._categories:
            found.operations = {tx_hash: _in_order(operations.get(tx_hash, {})) for tx_hash in found.touching}
        return found

    def _rows(self, owner: str, side: str, blocks: Blocks) -> Iterator[Mapping[str, Any]]:
        question = {
            "fromBlock": hex(blocks.first),
            "toBlock": hex(blocks.last),
            side: owner,
            "category": list(self._categories),
            "excludeZeroValue": False,
            "withMetadata": False,
            "maxCount": _PAGE,
        }
        for _ in range(_MOST_PAGES):
            page = self._node.ask(_METHOD, question)
            if not isinstance(page, dict):
                raise SourceAnswerError(f"{self._node.label} answered {_METHOD} with something that is no page")
            yield from page["transfers"]
            if not page.get("pageKey"):
                return
            question["pageKey"] = page["pageKey"]
        raise SourceAnswerError(f"{self._node.label} gave {_MOST_PAGES} pages of {_METHOD} and no last one")


def _operation(row: Mapping[str, Any]) -> Operation:
    return Operation((), address(row["from"]), address(row["to"]), number(row["rawContract"]["value"]))


def _in_order(told: Mapping[str, Operation]) -> list[Operation]:
    """The operations by their ids, numbered: their trace addresses are not told."""
    return [
        Operation((place,), told[key].from_address, told[key].to_address, told[key].amount)
        for place, key in enumerate(sorted(told))
        if told[key].amount
    ]
