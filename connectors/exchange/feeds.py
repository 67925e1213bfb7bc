"""What a venue offers, cut into feeds: one walk with one coverage of its own each.

Belongs here: the shapes between a venue, which knows how to ask, and the connector, which knows what is missing.
Does not belong here: any venue's ways.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

from connectors.exchange.account import ExchangeAccount
from connectors.exchange.client import Client
from connectors.exchange.paging import Entry, Piece, Reach
from connectors.exchange.reading import Reader, read_all
from connectors.exchange.rules import Stream
from connectors.raw import RawStore
from connectors.records import Balance, Transaction


class Reading(Protocol):
    """Makes records of rows. Rows that tell one event together are held until the others have come."""

    def take(self, rows: Iterable[Entry], *, edge_ms: int | None) -> list[Transaction]:
        """The records of `rows` that are whole. Before `edge_ms` nothing was asked this time, if it is set."""
        ...

    def held(self) -> list[int]:
        """The instants of the rows that wait for others."""
        ...

    def finish(self) -> list[Transaction]:
        """What still waits when the stream ended, as it is."""
        ...


class RowByRow:
    """The reading of rows that each tell an event of their own."""

    def __init__(self, read: Reader) -> None:
        self._read = read

    def take(self, rows: Iterable[Entry], *, edge_ms: int | None) -> list[Transaction]:  # noqa: ARG002 -- the protocol's
        """One record a row."""
        return read_all(rows, self._read)

    def held(self) -> list[int]:
        """Nothing ever waits."""
        return []

    def finish(self) -> list[Transaction]:
        """Nothing ever waits."""
        return []


@dataclass(frozen=True, slots=True)
class Feed:
    """One walk of a stream. `scope` names its coverage; `since` is the earliest instant that the venue answers for.

    With `to_the_end` only the first gap is asked, from its start to now: the walk can not stop earlier.
    """

    scope: str
    walk: Callable[[Reach], Iterator[Piece]]
    reading: Reading
    since: datetime | None = None
    to_the_end: bool = False


@dataclass(slots=True)
class Session:
    """One sync of one account, as its venue sees it.

    `touched` are the assets seen in anything so far, `held` those of the latest balances, `failed` the streams that
    could not be asked this time.
    """

    account: ExchangeAccount
    client: Client
    store: RawStore
    now: datetime
    touched: set[str] = field(default_factory=set)
    held: set[str] = field(default_factory=set)
    failed: set[str] = field(default_factory=set)


class VenueFeeds(Protocol):
    """A venue, as the connector needs it."""

    def feeds(self, stream: Stream) -> Iterable[Feed]:
        """The feeds of a stream, found while earlier ones are walked. Raises `NotOfferedError`."""
        ...

    def balances(self) -> tuple[Sequence[Balance], str]:
        """What the account holds, and the payload that says so. Raises `NotOfferedError`."""
        ...
