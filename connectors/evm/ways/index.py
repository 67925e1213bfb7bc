"""An index API (Etherscan, Blockscout): lists of an address's transactions, transfers, rewards and withdrawals.

Belongs here: that way. Does not belong here: paging (`index_api.py`), reading the transactions that it names.
"""

from collections import defaultdict
from collections.abc import Collection, Mapping
from typing import Any

from connectors.evm.found import LATE_BLOCKS, Found, Sight
from connectors.evm.hexes import address, number
from connectors.evm.index_api import IndexApi
from connectors.evm.operations import Operation
from connectors.evm.ranges import Blocks

_OPTIONAL: dict[str, Sight] = {
    "txlistinternal": "internal",
    "tokennfttx": "tokens",
    "token1155tx": "tokens",
    "getminedblocks": "rewards",
    "txsBeaconWithdrawal": "rewards",
}
_TOKENS = ("tokentx", "tokennfttx", "token1155tx")
_BLOCKS = ("getminedblocks", "txsBeaconWithdrawal")


class IndexWay:
    """Everything that an index tells of an address."""

    name = "index"
    late_blocks = LATE_BLOCKS

    def __init__(self, api: IndexApi, missing: Collection[str]) -> None:
        self._api = api
        self._missing = frozenset(missing)
        self.blind: Mapping[Sight, str] = {_OPTIONAL[action]: f"the index API has no {action}" for action in missing}

    @classmethod
    def probe(cls, api: IndexApi, owner: str) -> "IndexWay":
        """The way, with what this API does not know left out. Raises `SourceError` if it does not answer."""
        return cls(api, [action for action in _OPTIONAL if not api.offers(action, owner)])

    def find(self, owned: Collection[str], blocks: Blocks) -> Found:
        """What concerns `owned` within `blocks`."""
        found = Found()
        operations: dict[str, dict[tuple[Any, ...], Operation]] = defaultdict(dict)
        for owner in sorted(owned):
            found.touching |= {row["hash"].lower() for row in self._api.rows("txlist", owner, blocks)}
            for action in self._offered(_TOKENS):
                found.logged |= {row["hash"].lower() for row in self._api.rows(action, owner, blocks)}
            for action in self._offered(_BLOCKS):
                found.blocks |= {int(row["blockNumber"]) for row in self._api.rows(action, owner, blocks)}
            for action in self._offered(("txlistinternal",)):
                for row in self._api.rows(action, owner, blocks):
                    tx_hash = str(row.get("hash") or row["transactionHash"]).lower()
                    found.touching.add(tx_hash)
                    if str(row.get("isError", "0")) == "0" and number(row["value"]):
                        operation = _operation(row)
                        told = (tx_hash, operation.from_address, operation.to_address, str(operation.amount))
                        key = (row.get("traceId") or row.get("index"), *told)
                        operations[tx_hash][key] = operation
        found.logged -= found.touching
        if "txlistinternal" not in self._missing:
            found.operations = {tx_hash: list(operations.get(tx_hash, {}).values()) for tx_hash in found.touching}
        return found

    def _offered(self, actions: Collection[str]) -> list[str]:
        return [action for action in actions if action not in self._missing]


def _operation(row: Mapping[str, Any]) -> Operation:
    told = str(row.get("traceId") or row.get("index") or "")
    return Operation(
        tuple(int(part) for part in told.split("_") if part.isdigit()),
        address(row["from"]),
        address(row.get("to")) or address(row.get("contractAddress")),
        number(row["value"]),
        row.get("type") in {"suicide", "selfdestruct"},
    )
