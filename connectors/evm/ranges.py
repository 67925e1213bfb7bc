"""Ranges of blocks, and asking over one in as few parts as the node takes.

A list that lacks something looks as one that is whole. So with every part its last block is asked for: behind one
address there may be several nodes, and one that is late knows nothing of new blocks and says so with an empty list. And
a list as long as nodes cut lists to is not believed.

Belongs here: cutting, and learning how much a node takes. Does not belong here: what is asked.
"""

from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from connectors.evm.node import Call, Node, is_too_large
from connectors.evm.refusals import NodeRefusalError
from connectors.sync import SourceAnswerError, SourceUnavailableError

PARTS_AT_ONCE = 8
ROUND_ROWS = 1000
"""Lists are cut to a multiple of this by nodes that do not say so."""
_PATIENCE = 16
_MOST_LATE = 8
"""So often one part may come from a node that is late."""


@dataclass(frozen=True, slots=True, order=True)
class Blocks:
    """The blocks from `first` to `last`, both included."""

    first: int
    last: int

    def __len__(self) -> int:
        return self.last - self.first + 1

    def __contains__(self, block: int) -> bool:
        return self.first <= block <= self.last

    def cut(self, size: int) -> Iterator["Blocks"]:
        """Consecutive parts of at most `size` blocks."""
        for first in range(self.first, self.last + 1, size):
            yield Blocks(first, min(first + size - 1, self.last))


def joined(parts: Iterable[Blocks]) -> list[Blocks]:
    """The same blocks as the fewest ranges, in order."""
    ranges: list[Blocks] = []
    for part in sorted(parts):
        if part.last < part.first:
            continue
        if ranges and part.first <= ranges[-1].last + 1:
            ranges[-1] = Blocks(ranges[-1].first, max(ranges[-1].last, part.last))
        else:
            ranges.append(part)
    return ranges


def without(whole: Blocks, taken: Iterable[Blocks]) -> list[Blocks]:
    """What of `whole` no range of `taken` holds, in order."""
    rest: list[Blocks] = []
    at = whole.first
    for part in joined(taken):
        if part.first > whole.last:
            break
        if part.first > at:
            rest.append(Blocks(at, part.first - 1))
        at = max(at, part.last + 1)
    if at <= whole.last:
        rest.append(Blocks(at, whole.last))
    return rest


class Reach:
    """How many blocks a node takes in one question, learned from what it refuses."""

    def __init__(self) -> None:
        self._most: int | None = None
        self._successes = 0

    def parts(self, blocks: Blocks) -> Iterator[Blocks]:
        """`blocks` in parts that the node should take."""
        return blocks.cut(self._most or len(blocks))

    def refused(self, blocks: Blocks) -> None:
        """Learn that so many blocks were too many."""
        half = max(1, len(blocks) // 2)
        self._most = half if self._most is None else min(self._most, half)
        self._successes = 0

    def took(self) -> None:
        """After many parts that went well try larger ones: one crowded stretch of the chain is not all of it."""
        self._successes += 1
        if self._most is not None and self._successes >= _PATIENCE:
            self._most, self._successes = self._most * 2, 0


def ask_over(node: Node, blocks: Blocks, reach: Reach, calls: Callable[[Blocks], Sequence[Call]]) -> list[Any]:
    """The answers to `calls(part)` over parts that make up `blocks`, joined: every answer is a list.

    A part that is too large is asked again in halves, one that a late node answered as it is. Raises `SourceError`.
    """
    todo = deque(reach.parts(blocks))
    rows: list[Any] = []
    times_late = 0
    while todo:
        parts = [todo.popleft() for _ in range(min(PARTS_AT_ONCE, len(todo)))]
        asked = [(part, call) for part in parts for call in (*calls(part), _block_call(part.last))]
        answers = node.answers([call for _, call in asked], at_once=len(asked) // len(parts))
        told = list(zip(asked, answers, strict=True))
        too_large = {part for (part, _), answer in told if is_too_large(answer) or _is_cut(part, answer)}
        late = {part for (part, call), answer in told if call == _block_call(part.last) and answer is None}
        times_late = times_late + 1 if late else 0
        if times_late > _MOST_LATE:
            raise SourceUnavailableError(
                f"{node.label} answered about block {max(late).last} and then did not have it: a node behind that "
                "address is late, so what it tells may lack something. Nothing of that range was kept"
            )
        rows += _rows(node, [each for each in told if each[0][0] not in too_large | late])
        for part in sorted(too_large, reverse=True):
            if len(part) == 1:
                raise SourceAnswerError(
                    f"{node.label} finds the single block {part.first} too large for one answer, so there is no way "
                    "to read it there. Use another node"
                )
            reach.refused(part)
            todo.appendleft(part)
        todo.extendleft(sorted(late - too_large, reverse=True))
        if too_large:
            todo = deque(smaller for part in todo for smaller in reach.parts(part))
        else:
            reach.took()
    return rows


def _rows(node: Node, told: Sequence[tuple[tuple[Blocks, Call], Any]]) -> list[Any]:
    rows: list[Any] = []
    for (part, call), answer in told:
        if isinstance(answer, NodeRefusalError):
            raise answer
        if call == _block_call(part.last):
            continue
        if not isinstance(answer, list):
            raise SourceAnswerError(f"{node.label} answered {call[0]} with something that is no list")
        rows += answer
    return rows


def _block_call(height: int) -> Call:
    return "eth_getBlockByNumber", (hex(height), False)


def _is_cut(part: Blocks, answer: Any) -> bool:
    """Whether a list may have been cut to a round number of rows; of a single block there is no way to know."""
    return isinstance(answer, list) and len(part) > 1 and len(answer) > 0 and len(answer) % ROUND_ROWS == 0
