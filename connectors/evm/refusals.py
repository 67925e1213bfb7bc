"""What nodes say instead of an answer, told apart by their words: every client and every provider has its own.

Belongs here: telling refusals apart. Does not belong here: what is done about one.
"""

import re
from typing import Any

from connectors.sync import SourceError


class NodeRefusalError(SourceError):
    """The node answered with an error that asking again does not change."""


class RangeTooLargeError(NodeRefusalError):
    """The answer would be too long, or the range of blocks is more than this node takes at once."""


class MethodMissingError(NodeRefusalError):
    """The node does not know the method, or does not offer it to us."""


class StateMissingError(NodeRefusalError):
    """The node no longer has the state of that block: it is no archive node."""


class ExecutionFailedError(NodeRefusalError):
    """The node ran the call, and the contract failed."""


class RateLimitError(Exception):
    """Too much was asked at a time. Told to nobody outside: it is waited for. `seconds` as the node wished."""

    def __init__(self, seconds: float | None = None) -> None:
        super().__init__("the node's rate limit")
        self.seconds = seconds


RANGED = frozenset({"eth_getLogs", "trace_filter"})
"""Methods that are asked about a range of blocks."""
_STATEFUL = frozenset({"eth_getBalance", "eth_getTransactionCount", "eth_getCode", "eth_call"})
_EXECUTION_CODES = frozenset({3, -32015})
_MISSING_CODES = frozenset({-32601, -32004})
_RATE_CODES = frozenset({429, -32029, -32090, -32097})

_EXECUTION = re.compile(
    r"revert|invalid opcode|out of gas|stack (under|over)flow|invalid jump|vm execution|opcode 0x|evm error|"
    r"invalidfeopcode|opcodenotfound|stackunderflow|invalidjump",
    re.IGNORECASE,
)
_RATE = re.compile(
    r"rate.?limit|too many requests|compute units per second|throttl|capacity (limit|exceeded)|requests? per second|"
    r"max calls per sec|limit exceeded for your|request limit reached",
    re.IGNORECASE,
)
_TOO_LARGE = re.compile(
    r"block range|ranges? over|range (is )?(too|exceed)|more than \d+ (results|logs)|too many (results|logs|blocks)|"
    r"response (size|is too (large|big))|result (set )?(is )?too large|exceeds? (the )?(max|limit|range)|"
    r"limited to (a )?\d|query timeout|timed out|timeout|max(imum)? (block )?range|request entity too large|reduce",
    re.IGNORECASE,
)
_STATE = re.compile(
    r"missing trie node|state (is )?(not|un)\s?available|state .{0,80}not (found|available)|historical state|prun|"
    r"archive|header not found|no state|distance to target block",
    re.IGNORECASE,
)
_MISSING = re.compile(
    r"method .{0,60}(not (found|supported|available|allowed|enabled)|does not exist|is disabled)|unsupported method|"
    r"not whitelisted|unknown method|no such method|not (available|supported) on|upgrade your|is not available",
    re.IGNORECASE,
)


def refusal(method: str, error: Any, *, node: str) -> NodeRefusalError | RateLimitError:
    """What the JSON-RPC error object `error` says of a call of `method`."""
    code = error.get("code") if isinstance(error, dict) else None
    words = str(error.get("message", "")) if isinstance(error, dict) else str(error)
    told = f"{node} answered {method} with an error: {words[:300] or 'without a word'} (code {code})"
    if code in _EXECUTION_CODES or (method in {"eth_call", "eth_estimateGas"} and _EXECUTION.search(words)):
        return ExecutionFailedError(told)
    if code in _RATE_CODES or _RATE.search(words):
        return RateLimitError()
    return _lasting(method, code, words)(told)


def _lasting(method: str, code: Any, words: str) -> type[NodeRefusalError]:
    """What is said depends on what was asked: a state, a range and a method can each be "not available"."""
    if code in _MISSING_CODES:
        return MethodMissingError
    if method in _STATEFUL and _STATE.search(words):
        return StateMissingError
    if method in RANGED and _TOO_LARGE.search(words):
        return RangeTooLargeError
    if _MISSING.search(words):
        return MethodMissingError
    if code == -32005 or _TOO_LARGE.search(words):  # noqa: PLR2004 -- limit exceeded: of results, where no rate is named
        return RangeTooLargeError
    return NodeRefusalError
