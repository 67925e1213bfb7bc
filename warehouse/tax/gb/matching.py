"""Matching disposals of one token with acquisitions, as the law of the United Kingdom does. Pure, in exact integers.

TCGA 1992 ss. 104 to 106A, as HMRC applies them to tokens (CRYPTO22250 to 22257), over all wallets of a person:

1. All acquisitions of a day are one, all disposals of a day are one; those of the same day are matched first.
2. What is left of a disposal is matched with acquisitions of the 30 days after it: the earliest disposal first, with
   the earliest acquisition.
3. What is left then comes from the section 104 pool, at its average cost. What no rule matched joins the pool.

A cost is shared by quantity, and whoever takes the last unit takes the remainder: what the disposals may deduct and
what the pool holds add up to what was paid, to the last unit. Unknown costs make the pool's cost unknown until it is
empty. Coins that were lost or taken are no disposal: they leave the pool at its average and are matched with nothing.

Belongs here: the rules. Does not belong here: proceeds, tax, where events come from.
"""

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from warehouse.exact import divide_half_even
from warehouse.tax.shares import Acquired, Disposed, Match, Matching

SAME_DAY, THIRTY_DAYS, POOL, LOST = "same_day", "thirty_days", "section_104", "lost"
WINDOW = timedelta(days=30)


def match_shares(acquired: Sequence[Acquired], disposed: Sequence[Disposed]) -> Matching:
    """Match everything that happened to one asset. Raises `ValueError` where more is disposed of than was acquired."""
    parcels = _parcels(acquired)
    left: dict[date, int] = defaultdict(int)
    lost: dict[date, int] = defaultdict(int)
    for disposal in disposed:
        (lost if disposal.is_lost else left)[disposal.day] += disposal.quantity
    matches = _matched_by_day(parcels, left)
    pool = _Pool()
    for day in sorted({*parcels, *left, *lost}):
        if day in parcels:
            pool.add(parcels[day])
        if left.get(day):
            matches.append(pool.take(day, left[day], POOL))
        if day in lost:
            matches.append(pool.take(day, lost[day], LOST))
    order = {rule: place for place, rule in enumerate((SAME_DAY, THIRTY_DAYS, POOL, LOST))}
    matches.sort(key=lambda match: (match.day, order[match.rule], match.acquired or match.day))
    _assert_conserved(acquired, disposed, matches, pool)
    return Matching(tuple(matches), _cost_of_events(disposed, matches), pool.quantity, pool.cost)


@dataclass(slots=True)
class _Parcel:
    """What was acquired on one day, of which the first `taken` units are matched."""

    quantity: int
    cost: int | None
    taken: int = 0

    @property
    def left(self) -> int:
        return self.quantity - self.taken

    def take(self, quantity: int) -> int | None:
        """The cost of the next `quantity` units."""
        before = self._cost_through(self.taken)
        self.taken += quantity
        through = self._cost_through(self.taken)
        return None if before is None or through is None else through - before

    def _cost_through(self, quantity: int) -> int | None:
        return None if self.cost is None else divide_half_even(self.cost * quantity, self.quantity)


@dataclass(slots=True)
class _Pool:
    """The section 104 holding; `cost` is `None` while something in it has no known cost."""

    quantity: int = 0
    cost: int | None = 0

    def add(self, parcel: _Parcel) -> None:
        quantity = parcel.left
        if quantity:
            cost = parcel.take(quantity)
            self.cost = None if cost is None or self.cost is None else self.cost + cost
            self.quantity += quantity

    def take(self, day: date, quantity: int, rule: str) -> Match:
        if quantity > self.quantity:
            raise ValueError(
                f"on {day} {quantity} units (10^-18) are disposed of beyond what was acquired: {self.quantity} are left"
            )
        cost = None if self.cost is None else divide_half_even(self.cost * quantity, self.quantity)
        self.quantity -= quantity
        if self.quantity == 0:
            self.cost = 0
        elif self.cost is not None and cost is not None:
            self.cost -= cost
        return Match(day, rule, None, quantity, cost, self.quantity, self.cost)


def _parcels(acquired: Iterable[Acquired]) -> dict[date, _Parcel]:
    parcels: dict[date, _Parcel] = {}
    for part in acquired:
        day = parcels.setdefault(part.day, _Parcel(0, 0))
        day.quantity += part.quantity
        day.cost = None if day.cost is None or part.cost is None else day.cost + part.cost
    return parcels


def _matched_by_day(parcels: dict[date, _Parcel], left: dict[date, int]) -> list[Match]:
    """Rules 1 and 2; takes what they match off `parcels` and `left`."""
    matches = []
    days = sorted(parcels)
    for day in sorted(left):
        if day in parcels:
            matches += _match(day, SAME_DAY, parcels, day, left)
    for day in sorted(left):
        for later in days[bisect_right(days, day) : bisect_right(days, day + WINDOW)]:
            matches += _match(day, THIRTY_DAYS, parcels, later, left)
    return matches


def _match(day: date, rule: str, parcels: dict[date, _Parcel], bought: date, left: dict[date, int]) -> list[Match]:
    quantity = min(left[day], parcels[bought].left)
    if not quantity:
        return []
    left[day] -= quantity
    return [Match(day, rule, bought, quantity, parcels[bought].take(quantity))]


def _cost_of_events(disposed: Sequence[Disposed], matches: Sequence[Match]) -> dict[str, int | None]:
    """Each event's share, by quantity, of what its day's disposals may deduct; the last takes the remainder."""
    groups: dict[tuple[date, bool], list[Disposed]] = defaultdict(list)
    for disposal in disposed:
        groups[disposal.day, disposal.is_lost].append(disposal)
    known: dict[tuple[date, bool], list[int | None]] = defaultdict(list)
    for match in matches:
        known[match.day, match.rule == LOST].append(match.cost)
    costs: dict[str, int | None] = {}
    for key, events in groups.items():
        parts = known[key]
        whole = sum(event.quantity for event in events)
        cost = sum(part for part in parts if part is not None)
        start = 0
        for event in events:
            end = start + event.quantity
            share = divide_half_even(cost * end, whole) - divide_half_even(cost * start, whole)
            costs[event.event_id] = None if None in parts else share
            start = end
    return costs


def _assert_conserved(
    acquired: Sequence[Acquired], disposed: Sequence[Disposed], matches: Sequence[Match], pool: _Pool
) -> None:
    bought, sold = sum(part.quantity for part in acquired), sum(part.quantity for part in disposed)
    matched = sum(match.quantity for match in matches)
    if not matched == sold == bought - pool.quantity:
        raise AssertionError(f"{bought} units bought, {sold} sold, {matched} matched and {pool.quantity} in the pool")
    paid = sum(part.cost or 0 for part in acquired)
    used = sum(match.cost or 0 for match in matches) + (pool.cost or 0)
    if paid != used and all(part.cost is not None for part in acquired):
        raise AssertionError(f"{paid} paid, {used} deducted or in the pool")
