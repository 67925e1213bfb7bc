"""Lines of a ledger that tell one event together: the two legs of a conversion, a purchase and what was paid.

Legs come on different pages, or from different wallets of the account. A leg is held until another with the opposite
sign has come; what no other leg joins until the stream ended is kept as it is.

Belongs here: bringing legs together. Does not belong here: what tells legs from other lines.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from connectors.exchange.paging import Entry, time_of
from connectors.exchange.reading import Reader, id_of, read_all, transaction
from connectors.records import Posting, Transaction

EDGE_MS = 60_000
"""Legs of one event lie closer together than this."""


@dataclass(frozen=True, slots=True)
class Leg:
    """One line of an event that other lines tell too; `group` is what they share."""

    group: str
    entry: Entry
    postings: list[Posting]


@dataclass(slots=True)
class _Group:
    legs: dict[str, Leg] = field(default_factory=dict)
    is_at_edge: bool = False

    @property
    def is_whole(self) -> bool:
        principal = [posting for leg in self.legs.values() for posting in leg.postings if posting.role == "principal"]
        return any(posting.quantity.startswith("-") for posting in principal) and any(
            not posting.quantity.startswith("-") for posting in principal
        )


class Grouping:
    """A reading in which some rows are legs. `leg_of` tells a leg, or `None` for a row that `read` understands.

    `alone` makes a record of a leg that needs no other, `None` where it does.
    """

    def __init__(
        self,
        leg_of: Callable[[Entry], Leg | None],
        read: Reader,
        *,
        alone: Callable[[Leg], Transaction | None] = lambda _: None,
    ) -> None:
        self._leg_of = leg_of
        self._read = read
        self._alone = alone
        self._groups: dict[str, _Group] = {}
        self._open: set[str] = set()

    def take(self, rows: Iterable[Entry], *, edge_ms: int | None) -> list[Transaction]:
        """Records of the rows that stand alone and of the groups that are whole now; a whole group may still grow."""
        alone: list[Entry] = []
        grown: dict[str, _Group] = {}
        for row in rows:
            leg = self._leg_of(row)
            if leg is None:
                alone.append(row)
                continue
            group = self._groups.setdefault(leg.group, _Group())
            group.legs[id_of(row)] = leg
            group.is_at_edge = group.is_at_edge or (edge_ms is not None and time_of(row) < edge_ms + EDGE_MS)
            grown[leg.group] = group
            (self._open.discard if group.is_whole else self._open.add)(leg.group)
        whole = [_record(name, group) for name, group in grown.items() if group.is_whole]
        return read_all(alone, self._read) + whole

    def held(self) -> list[int]:
        """The instants of legs whose other side has not come."""
        return [time_of(leg.entry) for name in self._open for leg in self._groups[name].legs.values()]

    def finish(self) -> list[Transaction]:
        """The legs that nothing joined: as `alone` understands a single one, else as `unknown`.

        Not those at the edge of what was asked: their other side lies before it, and raw has both already.
        """
        records = []
        for name in sorted(self._open):
            group = self._groups[name]
            if group.is_at_edge:
                continue
            only = next(iter(group.legs.values())) if len(group.legs) == 1 else None
            records.append((self._alone(only) if only else None) or _record(name, group))
        return records


def _record(name: str, group: _Group) -> Transaction:
    legs = sorted(group.legs.values(), key=lambda leg: (time_of(leg.entry), id_of(leg.entry)))
    together = {
        "id": name,
        "timestamp": time_of(legs[0].entry),
        "info": legs[0].entry.get("info") if len(legs) == 1 else [leg.entry.get("info") for leg in legs],
    }
    return transaction(
        together,
        "trade" if group.is_whole else "unknown",
        [posting for leg in legs for posting in leg.postings],
        identifier=name,
        description="conversion" if group.is_whole else "one side of a conversion",
    )
