"""The proof by balances: for every address, what was found adds up to what the node says it holds; and what it lacks.

Between two blocks an address that is no contract can lose coins by its own transactions only, and each of them counts
up its nonce. So if neither its balance nor its nonce changed beyond what was found, nothing more happened. Where they
did, halving the range finds the blocks in which they did: the same search that finds everything on a node without any
index. For a contract the proof has a hole: what came and went unseen between two blocks that were looked at.

Belongs here: the search. Does not belong here: what is done about a block found (`remainders.py`).
"""

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass

from connectors.evm.hexes import number
from connectors.evm.movements import TOKEN_KINDS, Happening
from connectors.evm.node import Node
from connectors.evm.ranges import Blocks


@dataclass(frozen=True, slots=True)
class State:
    """Balance and nonce of one address after one block."""

    balance: int
    nonce: int

    def __sub__(self, other: "State") -> "State":
        return State(self.balance - other.balance, self.nonce - other.nonce)


NOTHING = State(0, 0)


class Explained:
    """What happenings explain of balances and nonces, as sums up to each block."""

    def __init__(self, happenings: Iterable[Happening], owned: Collection[str]) -> None:
        changes: dict[str, dict[int, State]] = {owner: defaultdict(lambda: NOTHING) for owner in owned}
        for happening in happenings:
            height = happening.facts.block_number
            if happening.facts.tx_hash is not None and happening.facts.from_address in changes:
                _add(changes[happening.facts.from_address], height, State(0, 1))
            for movement in happening.movements:
                if movement.kind in TOKEN_KINDS:
                    continue
                if movement.from_address in changes:
                    _add(changes[movement.from_address], height, State(-movement.amount, 0))
                if movement.to_address in changes:
                    _add(changes[movement.to_address], height, State(movement.amount, 0))
        self._heights = {owner: sorted(by_height) for owner, by_height in changes.items()}
        self._sums: dict[str, list[State]] = {}
        for owner, by_height in changes.items():
            total = NOTHING
            self._sums[owner] = [NOTHING]
            for height in self._heights[owner]:
                total = State(total.balance + by_height[height].balance, total.nonce + by_height[height].nonce)
                self._sums[owner].append(total)

    def until(self, owner: str, height: int) -> State:
        """What is explained of `owner` up to and with block `height`."""
        return self._sums[owner][bisect_right(self._heights[owner], height)]


class States:
    """Balances and nonces by block, each asked once."""

    def __init__(self, node: Node) -> None:
        self._node = node
        self._known: dict[tuple[str, int], State] = {}

    def learn(self, wanted: Iterable[tuple[str, int]]) -> None:
        """Ask for what is not known yet. Raises `SourceError`: `StateMissingError` on a node without old states."""
        news = [each for each in dict.fromkeys(wanted) if each not in self._known]
        answers = self._node.ask_all(
            [
                call
                for owner, height in news
                for call in (
                    ("eth_getBalance", (owner, hex(height))),
                    ("eth_getTransactionCount", (owner, hex(height))),
                )
            ]
        )
        for place, each in enumerate(news):
            self._known[each] = State(number(answers[2 * place]), number(answers[2 * place + 1]))

    def at(self, owner: str, height: int) -> State:
        """The state of `owner` after block `height`, which was learned before."""
        return self._known[owner, height]

    def forget(self, before: int) -> None:
        """Let go of what lies before block `before`."""
        self._known = {(owner, height): state for (owner, height), state in self._known.items() if height >= before}


def unexplained(states: States, explained: Explained, owned: Collection[str], blocks: Blocks) -> dict[int, set[str]]:
    """The blocks in which an address changed beyond what is explained, with the addresses that did.

    The state before `blocks.first` is taken as it is. Raises `SourceError`.
    """
    before = max(blocks.first - 1, 0)

    def rest(owner: str, height: int) -> State:
        return states.at(owner, height) - explained.until(owner, height)

    found: dict[int, set[str]] = defaultdict(set)
    open_parts = [(owner, before, blocks.last) for owner in sorted(owned) if before < blocks.last]
    states.learn((owner, height) for owner, *ends in open_parts for height in ends)
    while open_parts:
        halves: list[tuple[str, int, int]] = []
        for owner, low, high in open_parts:
            if rest(owner, low) == rest(owner, high):
                continue
            if high - low == 1:
                found[high].add(owner)
            else:
                middle = (low + high) // 2
                halves += [(owner, low, middle), (owner, middle, high)]
        states.learn((owner, low) for owner, low, _ in halves)
        states.learn((owner, high) for owner, _, high in halves)
        open_parts = halves
    return dict(found)


def _add(by_height: dict[int, State], height: int, change: State) -> None:
    old = by_height[height]
    by_height[height] = State(old.balance + change.balance, old.nonce + change.nonce)
