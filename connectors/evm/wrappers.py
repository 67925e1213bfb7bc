"""Which contracts wrap the chain's own coin (WETH and its kin), found out by asking, not by name.

WETH writes Deposit and Withdrawal where others write Transfer; so do vaults of all kinds, for other things. A wrapper
is who holds as many coins as it has given out tokens: WETH9's total supply is its balance.

Belongs here: that question. Does not belong here: what wrapping means for tax.
"""

from collections.abc import Iterable

from connectors.evm.hexes import number, words
from connectors.evm.node import Node
from connectors.evm.refusals import NodeRefusalError
from connectors.evm.tokens import TOTAL_SUPPLY


class Wrappers:
    """What is known so far of one chain, by the contracts' state at block `height`."""

    def __init__(self, node: Node, *, height: int) -> None:
        self._node = node
        self._height = height
        self._known: dict[str, bool] = {}

    def among(self, suspects: Iterable[str]) -> set[str]:
        """Those of `suspects` that are wrappers. Raises `SourceError`."""
        wanted = sorted(set(suspects))
        news = [contract for contract in wanted if contract not in self._known]
        at = hex(self._height)
        answers = self._node.answers(
            [
                call
                for contract in news
                for call in (
                    ("eth_getBalance", (contract, at)),
                    ("eth_call", ({"to": contract, "data": TOTAL_SUPPLY}, at)),
                )
            ]
        )
        for place, contract in enumerate(news):
            held, supply = answers[2 * place : 2 * place + 2]
            if isinstance(held, NodeRefusalError):
                raise held
            self._known[contract] = isinstance(supply, str) and number(held) > 0 and words(supply)[:1] == [number(held)]
        return {contract for contract in wanted if self._known[contract]}
