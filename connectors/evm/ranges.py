"""Ranges of blocks, and asking over one in as few parts as the node takes.

Belongs here: cutting, and learning how much a node takes. Does not belong here: what is asked.
"""

from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from connectors.evm.node import Call, Node, is_too_large
from connectors.evm.refusals import NodeRefusalError
from connectors.sync import SourceAnswerError

PARTS_AT_ONCE = 8
_PATIENCE = 16


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

    A part that is too large is asked again in halves. Raises `SourceError`.
    """
    todo = deque(reach.parts(blocks))
    rows: list[Any] = []
    while todo:
        parts = [todo.popleft() for _ in range(min(PARTS_AT_ONCE, len(todo)))]
        asked = [(part, call) for part in parts for call in calls(part)]
        answers = node.answers([call for _, call in asked], at_once=len(asked) // len(parts))
        too_large = {part for (part, _), answer in zip(asked, answers, strict=True) if is_too_large(answer)}
        for (part, call), answer in zip(asked, answers, strict=True):
            if part in too_large:
                continue
            if isinstance(answer, NodeRefusalError):
                raise answer
            if not isinstance(answer, list):
                raise SourceAnswerError(f"{node.label} answered {call[0]} with something that is no list")
            rows += answer
        for part in sorted(too_large, reverse=True):
            if len(part) == 1:
                raise SourceAnswerError(
                    f"{node.label} finds the single block {part.first} too large for one answer, so there is no way "
                    "to read it there. Use another node"
                )
            reach.refused(part)
            todo.appendleft(part)
        if too_large:
            todo = deque(smaller for part in todo for smaller in reach.parts(part))
        else:
            reach.took()
    return rows
