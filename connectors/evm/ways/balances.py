"""A plain archive node: nothing tells of an address, but its balance and nonce at every block do.

The work is the proof that every way is held to (`proof.py`): here it starts with what logs found, and finds the rest.

Belongs here: saying so. Does not belong here: the bisection.
"""

from collections.abc import Collection, Mapping

from connectors.evm.found import Found, Sight
from connectors.evm.ranges import Blocks

_BY_BALANCE = "no index of this node tells of transactions; only balances do"


class BalancesWay:
    """Finds nothing by itself."""

    name = "balances"
    late_blocks = 0
    blind: Mapping[Sight, str] = {
        "coins": _BY_BALANCE,
        "internal": _BY_BALANCE,
        "tokens": _BY_BALANCE,
        "rewards": _BY_BALANCE,
    }

    def find(self, owned: Collection[str], blocks: Blocks) -> Found:  # noqa: ARG002 -- the protocol's
        """Nothing: the proof by balances finds it."""
        return Found()
