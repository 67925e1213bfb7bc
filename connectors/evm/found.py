"""What a way of finding says, and what every way is.

Belongs here: the protocol. Does not belong here: any one way (`ways/`), and reading what was found (`reading.py`).
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Literal, Protocol

from connectors.evm.operations import Operation
from connectors.evm.ranges import Blocks

Sight = Literal["coins", "internal", "tokens", "rewards"]
"""What can move value for an address: its own and others' transactions with their gas; contracts within a transaction;
tokens; block rewards and validators' withdrawals, which no transaction tells."""
LATE_BLOCKS = 20_000
"""What an index apart from the node may be behind it."""
SIGHTS: tuple[Sight, ...] = ("coins", "internal", "tokens", "rewards")


@dataclass(slots=True)
class Found:
    """What concerns some addresses in some blocks.

    `touching` are the transactions in which an address itself took part, `logged` those of which only a token's log
    names one, `blocks` those that gave something without a transaction. For the transactions in `operations` the way
    told itself what contracts moved in them.
    """

    touching: set[str] = field(default_factory=set)
    logged: set[str] = field(default_factory=set)
    blocks: set[int] = field(default_factory=set)
    operations: dict[str, list[Operation]] = field(default_factory=dict)

    def add(self, other: "Found") -> None:
        """Take in what another one says."""
        self.touching |= other.touching
        self.logged |= other.logged
        self.blocks |= other.blocks
        self.operations |= other.operations


class Way(Protocol):
    """One way of finding what concerns addresses. A failure is an exception, never something left out."""

    name: str
    blind: Mapping[Sight, str]
    """What it does not find completely by itself, and why. Others find it, or it is a gap that is named. A way that is
    not blind for tokens is not helped by logs."""

    late_blocks: int
    """So many of the newest blocks it may not know completely yet; they are found again the next time."""

    def find(self, owned: Collection[str], blocks: Blocks) -> Found:
        """What concerns `owned` within `blocks`. Raises `SourceError`."""
        ...
