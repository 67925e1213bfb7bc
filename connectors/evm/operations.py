"""What contracts moved within a transaction, from the three ways in which nodes tell it. Pure reading, and one asking.

A frame that failed moved nothing, and neither did what it called: a parent's failure is looked for everywhere.

Belongs here: traces into operations. Does not belong here: the transaction's own value, tokens, and which transactions
are looked at.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from connectors.evm.hexes import address, number
from connectors.evm.node import Call, Node, is_offered
from connectors.evm.refusals import NodeRefusalError
from connectors.sync import SourceUnavailableError

Teller = Literal["trace_transaction", "debug_traceTransaction", "ots_getInternalOperations"]
TELLERS: tuple[Teller, ...] = ("trace_transaction", "debug_traceTransaction", "ots_getInternalOperations")
"""Best first: an Otterscan node does not say which frames failed."""

_MOVING = frozenset({"call", "create", "create2"})
_NO_TRANSACTION = "0x" + "0" * 64


@dataclass(frozen=True, slots=True)
class Operation:
    """Coins that a contract moved. `place` is the trace address, or the running number where none is told."""

    place: tuple[int, ...]
    from_address: str | None
    to_address: str | None
    amount: int
    is_self_destruct: bool = False


Operations = Mapping[str, Sequence[Operation]]
"""By transaction hash, in lower case."""


def find_teller(node: Node) -> Teller | None:
    """The best method of this node that tells what a transaction's contracts moved."""
    answers = node.answers([_call(teller, _NO_TRANSACTION) for teller in TELLERS], at_once=1)
    return next((teller for teller, answer in zip(TELLERS, answers, strict=True) if is_offered(answer)), None)


def ask_operations(node: Node, teller: Teller, hashes: Iterable[str]) -> dict[str, list[Operation]]:
    """What contracts moved in each of the transactions. Raises `SourceError`."""
    wanted = sorted(hashes)
    answers = node.answers([_call(teller, tx_hash) for tx_hash in wanted])
    told = {}
    for tx_hash, answer in zip(wanted, answers, strict=True):
        if isinstance(answer, NodeRefusalError):
            raise answer
        if answer is None:
            raise SourceUnavailableError(
                f"{node.label} has no traces of transaction {tx_hash}, which it has in a block"
            )
        told[tx_hash] = read_operations(teller, answer)
    return told


def read_operations(teller: Teller, answer: Any) -> list[Operation]:
    """The operations in the answer of `teller` about one transaction."""
    if teller == "trace_transaction":
        return operations_of_traces(answer)
    if teller == "debug_traceTransaction":
        return list(_of_frame(answer, ()))
    return list(_of_otterscan(answer))


def operations_of_traces(traces: Sequence[Mapping[str, Any]]) -> list[Operation]:
    """The operations in all traces of one transaction, in Parity's form."""
    failed = {tuple(trace["traceAddress"]) for trace in traces if trace.get("error")}
    return [
        operation
        for trace in traces
        if not any(tuple(trace["traceAddress"][:depth]) in failed for depth in range(len(trace["traceAddress"]) + 1))
        for operation in operation_of_trace(trace)
    ]


def operation_of_trace(trace: Mapping[str, Any]) -> list[Operation]:
    """The operation of one trace that did not fail; none where it moved no coins within the transaction."""
    place, action = tuple(trace["traceAddress"]), trace["action"]
    if trace["type"] == "suicide":
        amount, source, target = action["balance"], action["address"], action["refundAddress"]
    elif not place:
        return []
    elif trace["type"] == "call" and action.get("callType", "call") == "call":
        amount, source, target = action["value"], action["from"], action["to"]
    elif trace["type"] == "create":
        amount, source, target = action["value"], action["from"], (trace.get("result") or {}).get("address")
    else:
        return []
    if number(amount) == 0:
        return []
    return [Operation(place, address(source), address(target), number(amount), trace["type"] == "suicide")]


def _of_frame(frame: Mapping[str, Any], place: tuple[int, ...]) -> Iterator[Operation]:
    """Of a frame of `callTracer` and all below it."""
    if frame.get("error"):
        return
    kind = str(frame["type"]).lower()
    amount = number(frame.get("value") or "0x0")
    if amount and kind == "selfdestruct":
        yield Operation(place, address(frame["from"]), address(frame.get("to")), amount, is_self_destruct=True)
    elif amount and place and kind in _MOVING:
        yield Operation(place, address(frame["from"]), address(frame.get("to")), amount)
    for number_, call in enumerate(frame.get("calls") or ()):
        yield from _of_frame(call, (*place, number_))


def _of_otterscan(answer: Sequence[Mapping[str, Any]]) -> Iterator[Operation]:
    """Otterscan tells value transfers, self-destructs and creations in order; anvil the transaction's own value too."""
    for place, told in enumerate(answer):
        amount = number(told["value"])
        if amount:
            yield Operation(
                (place,), address(told["from"]), address(told["to"]), amount, is_self_destruct=number(told["type"]) == 1
            )


def _call(teller: Teller, tx_hash: str) -> Call:
    return (teller, (tx_hash, {"tracer": "callTracer"}) if teller == "debug_traceTransaction" else (tx_hash,))
