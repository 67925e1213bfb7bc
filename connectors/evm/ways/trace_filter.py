"""`trace_filter` of Erigon, Nethermind, Reth and their kin: every frame from or to an address, two questions a range.

Belongs here: that way. Does not belong here: reading traces (`operations.py`).
"""

from collections import defaultdict
from collections.abc import Collection, Mapping
from typing import Any

from connectors.evm.found import Found, Sight
from connectors.evm.hexes import number
from connectors.evm.node import Call, Node, is_offered
from connectors.evm.operations import ask_operations, operations_of_traces
from connectors.evm.ranges import Blocks, Reach, ask_over

_DEEP = 2


class TraceFilterWay:
    """Transactions and the value within them, by the node's index of traces."""

    name = "trace_filter"
    late_blocks = 0
    blind: Mapping[Sight, str] = {
        "tokens": "traces tell no logs",
        "rewards": "traces tell no block rewards and validators' withdrawals",
    }

    def __init__(self, node: Node) -> None:
        self._node = node
        self._reach = Reach()

    @classmethod
    def probe(cls, node: Node) -> "TraceFilterWay | None":
        """The way, if this node offers it."""
        answer = node.answers([("trace_filter", ({"fromBlock": "0x1", "toBlock": "0x1"},))])[0]
        return cls(node) if is_offered(answer) else None

    def find(self, owned: Collection[str], blocks: Blocks) -> Found:
        """What concerns `owned` within `blocks`."""
        told = ask_over(self._node, blocks, self._reach, lambda part: _calls(part, owned))
        found = Found(blocks={number(trace["blockNumber"]) for trace in told if trace["type"] == "reward"})
        traces: dict[str, dict[tuple[int, ...], Mapping[str, Any]]] = defaultdict(dict)
        for trace in told:
            if trace["type"] != "reward":
                traces[trace["transactionHash"].lower()][tuple(trace["traceAddress"])] = trace
        found.touching = set(traces)
        deep = {tx_hash for tx_hash, frames in traces.items() if any(_may_be_void(frame) for frame in frames.values())}
        found.operations = {
            tx_hash: operations_of_traces(list(frames.values()))
            for tx_hash, frames in traces.items()
            if tx_hash not in deep
        }
        found.operations |= ask_operations(self._node, "trace_transaction", deep)
        return found


def _calls(blocks: Blocks, owned: Collection[str]) -> list[Call]:
    span = {"fromBlock": hex(blocks.first), "toBlock": hex(blocks.last)}
    return [("trace_filter", (span | {side: sorted(owned)},)) for side in ("fromAddress", "toAddress")]


def _may_be_void(trace: Mapping[str, Any]) -> bool:
    """Whether a frame moves value, and one above it, which was not asked for, may have failed."""
    action = trace["action"]
    amount = action.get("balance" if trace["type"] == "suicide" else "value") or "0x0"
    return len(trace["traceAddress"]) >= _DEEP and not trace.get("error") and number(amount) > 0
