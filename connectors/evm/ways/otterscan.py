"""`ots_searchTransactionsAfter` of Erigon, Reth and their kin: an address's transactions, page by page.

Belongs here: that way. Does not belong here: what contracts moved (`operations.py`).
"""

from collections.abc import Collection, Mapping

from connectors.evm.found import Found, Sight
from connectors.evm.hexes import number
from connectors.evm.node import Node, is_offered
from connectors.evm.ranges import Blocks
from connectors.sync import SourceAnswerError

PAGE = 250
_SMALLEST_PAGE = 25  # Otterscan's own


class OtterscanWay:
    """Transactions in which an address took part, by the node's index of calls."""

    name = "otterscan"
    late_blocks = 0
    blind: Mapping[Sight, str] = {
        "tokens": "the index of calls tells no logs",
        "rewards": "the index of calls tells no block rewards and validators' withdrawals",
    }

    def __init__(self, node: Node) -> None:
        self._node = node
        self._page = PAGE

    @classmethod
    def probe(cls, node: Node) -> "OtterscanWay | None":
        """The way, if this node offers it."""
        return cls(node) if is_offered(node.answers([("ots_getApiLevel", ())])[0]) else None

    def find(self, owned: Collection[str], blocks: Blocks) -> Found:
        """What concerns `owned` within `blocks`."""
        found = Found()
        for owner in sorted(owned):
            found.touching |= self._search(owner, blocks)
        return found

    def _search(self, owner: str, blocks: Blocks) -> set[str]:
        hashes: set[str] = set()
        after = blocks.first - 1
        while after < blocks.last:
            page = self._ask(owner, max(after, 0))
            rows = {row["hash"].lower(): number(row["blockNumber"]) for row in page["txs"]}
            hashes |= {tx_hash for tx_hash, block in rows.items() if block in blocks}
            newest = max(rows.values(), default=after)
            if page["firstPage"]:
                break
            if newest <= after:
                raise SourceAnswerError(
                    f"{self._node.label} says that there are more transactions of an address behind block {after} and "
                    "gives none of them"
                )
            after = newest
        return hashes

    def _ask(self, owner: str, after: int) -> dict[str, list[dict[str, str]]]:
        """A page; a node that takes smaller pages only is asked for those."""
        answer = self._node.answers([("ots_searchTransactionsAfter", (owner, after, self._page))])[0]
        if isinstance(answer, Exception) and self._page > _SMALLEST_PAGE:
            self._page = _SMALLEST_PAGE
            return self._ask(owner, after)
        if isinstance(answer, Exception):
            raise answer
        if not isinstance(answer, dict):
            raise SourceAnswerError(f"{self._node.label} answered a search with something that is no page")
        return answer
