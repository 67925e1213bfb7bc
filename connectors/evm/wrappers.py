"""Which contracts wrap the chain's own coin (WETH and its kin), found out by asking, not by name.

WETH writes Deposit and Withdrawal where others write Transfer; so do vaults of all kinds, for other things. A wrapper
is who holds as many coins as it has given out tokens: WETH9's total supply is its balance.

Belongs here: that question. Does not belong here: what wrapping means for tax.
"""

from collections.abc import Iterable

from connectors.evm.hexes import number, words
from connectors.evm.node import Node
from connectors.evm.tokens import TOTAL_SUPPLY, call_contracts


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
        balances = self._node.ask_all([("eth_getBalance", (contract, hex(self._height))) for contract in news])
        supplies = call_contracts(self._node, [(contract, TOTAL_SUPPLY) for contract in news], self._height)
        for contract, told, supply in zip(news, balances, supplies, strict=True):
            held = number(told)
            self._known[contract] = held > 0 and words(supply or "")[:1] == [held]
        return {contract for contract in wanted if self._known[contract]}
