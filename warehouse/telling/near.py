"""Near-duplicates: what one source seems to tell as another did, but rounded, cut, or with its fee elsewhere. Pure.

Belongs here: how alike two events are, and which of several belongs to which. Does not belong here: what is sure
(`queries/match_by_*.sql`), and what the books do about it (`warehouse/ledger/duplicates.py`).
"""

from bisect import bisect_left, bisect_right
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from operator import attrgetter

Movement = tuple[str, int]
"""An asset and its signed units of 10^-18."""

_PLACES = 18
_SECOND_US = 1_000_000
_MINUTE_US = 60 * _SECOND_US
_DAY_US = 24 * 60 * _MINUTE_US
_ZONE_US = 15 * _MINUTE_US
_WIDEST_ZONE_US = 14 * 60 * _MINUTE_US
_LEAST_PART = 100
"""A rounded amount may be off by one part in so many, or it is little evidence."""

LEAST_TO_LEAVE_OUT = 60
"""Confidence below which two events are only asked about."""


@dataclass(frozen=True)
class Event:
    """What a source tells: `moved` are its principal movements, `fees` what was charged, each in order."""

    transaction_id: str
    kind: str
    at_us: int
    moved: tuple[Movement, ...]
    fees: tuple[Movement, ...] = ()

    @cached_property
    def shape(self) -> tuple[tuple[str, bool], ...]:
        """Which coins moved which way."""
        return tuple(sorted((asset, units > 0) for asset, units in self.moved))

    @cached_property
    def net(self) -> Mapping[str, int]:
        """What moved with what was charged, by asset."""
        sums: Counter[str] = Counter()
        for asset, units in (*self.moved, *self.fees):
            sums[asset] += units
        return {asset: units for asset, units in sums.items() if units}


@dataclass(frozen=True, slots=True)
class Likeness:
    """In what two events differ (`rule`) and how sure it is all the same that they are one, in hundredths."""

    rule: str
    confidence: int


@dataclass(frozen=True, slots=True)
class Pair:
    """Two events that seem to be one. `is_clear`: no other reading is as good."""

    event: Event
    other: Event
    likeness: Likeness
    is_clear: bool


def likeness(event: Event, other: Event) -> Likeness | None:
    """How alike two events of one account are; `None` where they are not."""
    distance = abs(event.at_us - other.at_us)
    is_soon = distance <= _MINUTE_US
    is_same_kind = event.kind == other.kind
    if event.moved == other.moved:
        return _equal_amounts(event, other, distance, is_same_kind=is_same_kind)
    if not is_same_kind:
        return None
    if is_soon and event.net == other.net:
        return Likeness("fee", 85)
    is_that_day = _is_that_day(event, other)
    if not (is_soon or is_that_day) or not _is_rounded(event, other, least_part=1):
        return None
    if not _is_rounded(event, other, least_part=_LEAST_PART):
        return Likeness("rounded", 50)
    return Likeness("rounded", 90 if distance < _SECOND_US else 80 if is_soon else 60)


def _equal_amounts(event: Event, other: Event, distance: int, *, is_same_kind: bool) -> Likeness | None:
    if not is_same_kind:
        return Likeness("kind", 75) if distance <= _MINUTE_US else None
    has_other_fee = bool(event.fees and other.fees) and event.fees != other.fees
    if distance <= _MINUTE_US:
        return Likeness("fee", 80) if has_other_fee else Likeness("time", 95 if distance < _SECOND_US else 88)
    if _is_that_day(event, other):
        return Likeness("time", 70)
    offset = (distance + _ZONE_US // 2) // _ZONE_US * _ZONE_US
    is_zone = offset <= _WIDEST_ZONE_US and abs(distance - offset) < _SECOND_US
    return Likeness("zone", 55) if is_zone else None


def _is_that_day(event: Event, other: Event) -> bool:
    """Whether one of them tells the day only, and the other happened on it."""
    days = [each.at_us // _DAY_US for each in (event, other)]
    return days[0] == days[1] and any(each.at_us % _DAY_US == 0 for each in (event, other))


def _is_rounded(event: Event, other: Event, *, least_part: int) -> bool:
    """Whether every amount of one is that of the other with fewer decimals, off by no more than the part given."""
    if event.shape != other.shape or len(event.moved) != len(other.moved):
        return False
    return all(
        asset == other_asset and _is_rounding(units, other_units, least_part)
        for (asset, units), (other_asset, other_units) in zip(event.moved, other.moved, strict=True)
    )


def _is_rounding(units: int, other: int, least_part: int) -> bool:
    if units == other:
        return True
    unit = 10 ** (_PLACES - min(_decimals(units), _decimals(other)))
    return abs(units - other) < unit and abs(units - other) * least_part <= min(abs(units), abs(other))


def _decimals(units: int) -> int:
    text = f"{abs(units):0{_PLACES + 1}d}"
    return len(text[-_PLACES:].rstrip("0"))


def pair_events(
    events: Iterable[Event], others: Iterable[Event], *, apart: frozenset[tuple[str, str]] = frozenset()
) -> list[Pair]:
    """The pairs of `events` of one source with `others`, each in one pair at most, the likest first.

    `apart` are pairs of transactions of which the person said that they are two events.
    """
    candidates: dict[int, list[tuple[Event, Event, Likeness]]] = defaultdict(list)
    for event, other in _neighbours(list(events), list(others)):
        found = None if (event.transaction_id, other.transaction_id) in apart else likeness(event, other)
        if found is not None:
            candidates[found.confidence].append((event, other, found))
    taken: set[str] = set()
    pairs: list[Pair] = []
    for confidence in sorted(candidates, reverse=True):
        chosen = list(_choose([each for each in candidates[confidence] if _is_free(each, taken)]))
        taken |= {name for pair in chosen for name in (pair.event.transaction_id, pair.other.transaction_id)}
        pairs += chosen
    return sorted(pairs, key=lambda pair: (pair.event.at_us, pair.event.transaction_id))


def _is_free(candidate: tuple[Event, Event, Likeness], taken: set[str]) -> bool:
    return candidate[0].transaction_id not in taken and candidate[1].transaction_id not in taken


def _neighbours(events: Sequence[Event], others: Sequence[Event]) -> Iterator[tuple[Event, Event]]:
    """Pairs of the same coins and ways whose times could be one; of equal amounts also in another time zone."""
    by_shape = _Timeline((other.shape, other) for other in others)
    by_moved = _Timeline((other.moved, other) for other in others)
    for event in sorted(events, key=attrgetter("at_us", "transaction_id")):
        midnight = event.at_us // _DAY_US * _DAY_US
        is_day = event.at_us == midnight
        last = midnight + _DAY_US - 1 if is_day else event.at_us + _MINUTE_US
        found = [
            *by_shape.between(event.shape, event.at_us - _MINUTE_US, last),
            *by_shape.between(event.shape, midnight, midnight),
            *by_moved.between(event.moved, event.at_us - _WIDEST_ZONE_US, event.at_us + _WIDEST_ZONE_US),
        ]
        yield from ((event, other) for other in {other.transaction_id: other for other in found}.values())


class _Timeline:
    """Events by a key, each key's in order of time."""

    def __init__(self, events: Iterable[tuple[object, Event]]) -> None:
        self._events: dict[object, list[Event]] = defaultdict(list)
        for key, event in events:
            self._events[key].append(event)
        for members in self._events.values():
            members.sort(key=attrgetter("at_us", "transaction_id"))

    def between(self, key: object, first_us: int, last_us: int) -> list[Event]:
        """Those of `key` from the one instant to the other, both included."""
        members = self._events.get(key, [])
        start = bisect_left(members, first_us, key=attrgetter("at_us"))
        return members[start : bisect_right(members, last_us, key=attrgetter("at_us"))]


def _choose(candidates: Sequence[tuple[Event, Event, Likeness]]) -> Iterator[Pair]:
    """Of candidates that are equally like, those that fit one to one, and of twins one after the other."""
    left: dict[str, int] = Counter(event.transaction_id for event, _, _ in candidates)
    right: dict[str, int] = Counter(other.transaction_id for _, other, _ in candidates)
    twins = _twins(candidates)
    taken: set[str] = set()
    for event, other, found in sorted(candidates, key=lambda each: (abs(each[0].at_us - each[1].at_us), _ids(each))):
        if event.transaction_id in taken or other.transaction_id in taken:
            continue
        taken |= {event.transaction_id, other.transaction_id}
        is_only = left[event.transaction_id] == right[other.transaction_id] == 1
        yield Pair(event, other, found, is_clear=is_only or (event.transaction_id, other.transaction_id) in twins)


def _ids(candidate: tuple[Event, Event, Likeness]) -> tuple[str, str]:
    return candidate[0].transaction_id, candidate[1].transaction_id


def _twins(candidates: Sequence[tuple[Event, Event, Likeness]]) -> set[tuple[str, str]]:
    """Candidates between events and no fewer others of the same amounts: it makes no difference which is which."""
    groups: dict[object, list[tuple[Event, Event, Likeness]]] = defaultdict(list)
    for candidate in candidates:
        groups[candidate[0].moved, candidate[0].at_us // _DAY_US].append(candidate)
    twins: set[tuple[str, str]] = set()
    for group in groups.values():
        events = {event.transaction_id: event for event, _, _ in group}
        others = {other.transaction_id: other for _, other, _ in group}
        is_whole = len(group) == len(events) * len(others)
        if is_whole and len(events) <= len(others) and len({other.moved for other in others.values()}) == 1:
            twins |= {_ids(candidate) for candidate in group}
    return twins
