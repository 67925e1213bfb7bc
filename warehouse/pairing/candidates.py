"""Which departures may have become which arrivals, and how well they fit. Pure.

One to one by amount, net of a plausible fee, and time; one departure as several arrivals in one account (a split), and
several departures from one account as one arrival (a batch).

Belongs here: finding and weighing candidates. Does not belong here: choosing among them (`choice.py`).
"""

from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations
from math import log1p

from warehouse.pairing.choice import Candidate
from warehouse.pairing.ends import End, Places
from warehouse.pairing.plausible import SKEW_US, is_rounded, longest_us, most_fee, significant_digits, usual_us

NEAREST = 8
"""How many arrivals of one departure are weighed, and how many ends a sum is sought among: the nearest in time."""
MOST_PARTS = 4
FEW_DIGITS = 3
"""A quantity of no more digits is a round one, that two movements may share by chance."""
_BETWEEN_PARTS_US = 24 * 3_600_000_000

_EXACT, _LISTED_FEE, _LESS_FEE, _ROUNDED = 400, 350, 250, 150
_ADDRESS, _TIME, _DIGIT, _PART = 300, 300, 75, 60


@dataclass(frozen=True, slots=True)
class Fit:
    """How `departed` became `arrived`: the fee between them, and how well that fits, without regard to time."""

    fee: int
    likeness: int
    is_exact: bool
    is_rounded: bool = False


def fit(
    asset: str, departed: int, arrived: int, *, listed_fee: int, parts: int = 1, is_same_hash: bool = False
) -> Fit | None:
    """How well the two quantities fit, one of them a sum of `parts`; `None` where no plausible fee lies between."""
    digits = _DIGIT * min(significant_digits(arrived) - 1, 4)
    fee = departed - arrived
    if fee == 0:
        return Fit(0, _EXACT + digits, is_exact=True)
    if 0 < fee == listed_fee:
        return Fit(fee, _LISTED_FEE + digits, is_exact=True)
    most = most_fee(asset, departed, is_same_hash=is_same_hash)
    if 0 < fee <= most:
        return Fit(fee, _LESS_FEE - 100 * fee // most, is_exact=False)
    if is_rounded(departed, arrived, parts=parts) or is_rounded(arrived, departed, parts=parts):
        return Fit(max(fee, 0), _ROUNDED + digits, is_exact=False, is_rounded=True)
    return None


def candidates_by_time(departures: Sequence[End], arrivals: Sequence[End], places: Places) -> list[Candidate]:
    """Every candidate among ends of one asset that no hash joins, single ones first.

    An end is weighed against the `NEAREST` in time that fit. Two different hashes of one chain are two movements.
    """
    by_time = sorted(arrivals, key=_when)
    times = [end.at_us for end in by_time]
    near: dict[str, list[End]] = {}
    found: list[Candidate] = []
    has_single: set[str] = set()
    for departure in sorted(departures, key=_when):
        around = _around(departure, by_time, times, places)
        near[departure.posting_id] = around
        for candidate in _singles(departure, around, places):
            found.append(candidate)
            if candidate.is_exact and significant_digits(candidate.arrivals[0].quantity) > FEW_DIGITS:
                has_single.update(end.posting_id for end in candidate.ends)
    found += _splits(departures, near, has_single, places)
    found += _batches(departures, near, has_single, places)
    return found


def candidates_by_hash(departures: Sequence[End], arrivals: Sequence[End], places: Places) -> list[Candidate]:
    """Every candidate among ends of one asset and one hash, whatever the time between them."""
    found = [
        candidate
        for departure in departures
        for arrival in arrivals
        for candidate in _summed((departure,), (arrival,), places, is_same_hash=True)
    ]
    for parts in _sums(arrivals):
        for departure in departures:
            found += _summed((departure,), parts, places, is_same_hash=True)
    for parts in _sums(departures):
        for arrival in arrivals:
            found += _summed(parts, (arrival,), places, is_same_hash=True)
    return found


def _when(end: End) -> tuple[int, str]:
    return end.at_us, end.posting_id


def _around(departure: End, by_time: Sequence[End], times: Sequence[int], places: Places) -> list[End]:
    """The arrivals in other accounts that its time allows and no hash forbids."""
    own = places.chains.get(departure.account)
    longest = max(longest_us(departure.asset, (own, chain)) for chain in {None, *places.chains.values()})
    first = bisect_left(times, departure.at_us - SKEW_US)
    last = bisect_right(times, departure.at_us + longest)
    return [end for end in by_time[first:last] if _may_be(departure, end, places)]


def _may_be(departure: End, arrival: End, places: Places) -> bool:
    if departure.account == arrival.account:
        return False
    chains = (places.chains.get(departure.account), places.chains.get(arrival.account))
    if arrival.at_us - departure.at_us > longest_us(departure.asset, chains):
        return False
    if not (departure.is_chain_hash and arrival.is_chain_hash) or departure.tx_hash == arrival.tx_hash:
        return True
    return None not in chains and chains[0] != chains[1]


def _singles(departure: End, around: Sequence[End], places: Places) -> list[Candidate]:
    found = [
        candidate for arrival in around for candidate in _summed((departure,), (arrival,), places, is_same_hash=False)
    ]
    found.sort(key=lambda candidate: (-candidate.likeness, candidate.arrivals[0].posting_id))
    return found[:NEAREST]


def _splits(
    departures: Sequence[End], near: dict[str, list[End]], has_single: set[str], places: Places
) -> Iterator[Candidate]:
    for departure in departures:
        if departure.posting_id in has_single:
            continue
        by_account: dict[str, list[End]] = defaultdict(list)
        for arrival in near[departure.posting_id]:
            if arrival.quantity < departure.quantity and arrival.posting_id not in has_single:
                by_account[arrival.account].append(arrival)
        for parts in by_account.values():
            for chosen in _sums(parts[:NEAREST]):
                yield from _summed((departure,), chosen, places, is_same_hash=False)


def _batches(
    departures: Sequence[End], near: dict[str, list[End]], has_single: set[str], places: Places
) -> Iterator[Candidate]:
    groups: dict[tuple[str, str], list[End]] = defaultdict(list)
    arrivals: dict[str, End] = {}
    for departure in departures:
        for arrival in near[departure.posting_id]:
            names = departure.posting_id, arrival.posting_id
            if departure.quantity < arrival.quantity and has_single.isdisjoint(names):
                groups[arrival.posting_id, departure.account].append(departure)
                arrivals[arrival.posting_id] = arrival
    for (posting_id, _), parts in groups.items():
        nearest = sorted(parts, key=lambda end: (-end.at_us, end.posting_id))[:NEAREST]
        for chosen in _sums(nearest):
            yield from _summed(chosen, (arrivals[posting_id],), places, is_same_hash=False)


def _sums(parts: Sequence[End]) -> Iterator[tuple[End, ...]]:
    """Two to `MOST_PARTS` of the parts, and all of them, that are less than a day apart."""
    for size in range(2, min(len(parts), MOST_PARTS) + 1):
        for chosen in combinations(parts, size):
            times = [end.at_us for end in chosen]
            if max(times) - min(times) <= _BETWEEN_PARTS_US:
                yield chosen
    if len(parts) > MOST_PARTS:
        yield tuple(parts)


def _summed(
    departures: tuple[End, ...], arrivals: tuple[End, ...], places: Places, *, is_same_hash: bool
) -> Iterator[Candidate]:
    """The candidate that these ends make, if their sums fit."""
    asset = departures[0].asset
    if any((left.posting_id, came.posting_id) in places.apart for left in departures for came in arrivals):
        return
    fitted = fit(
        asset,
        sum(end.quantity for end in departures),
        sum(end.quantity for end in arrivals),
        listed_fee=sum(end.listed_fee for end in departures),
        parts=max(len(departures), len(arrivals)),
        is_same_hash=is_same_hash,
    )
    if fitted is None:
        return
    parts = len(departures) + len(arrivals) - 2
    if parts and fitted.fee >= max(end.quantity for end in departures):
        return
    has_address = all(agree(departure, arrival, places) for departure in departures for arrival in arrivals)
    is_disputed = any(disagree(departure, arrival, places) for departure in departures for arrival in arrivals)
    likeness = fitted.likeness - _PART * parts + (_ADDRESS if has_address else -_ADDRESS if is_disputed else 0)
    if not is_same_hash:
        gap = max(abs(arrival.at_us - departure.at_us) for departure in departures for arrival in arrivals)
        likeness += _time_likeness(asset, gap)
        if any(departure.tx_hash == arrival.tx_hash is not None for departure in departures for arrival in arrivals):
            likeness += _ADDRESS
    yield Candidate(
        departures,
        arrivals,
        fitted.fee,
        likeness,
        fitted.is_exact,
        has_address,
        is_disputed=is_disputed,
        is_rounded=fitted.is_rounded,
    )


def agree(departure: End, arrival: End, places: Places) -> bool:
    """Whether an address says so: both tell the same one, or one tells an address of the other's account."""
    told = departure.address is not None and departure.address == arrival.address
    to = departure.address in places.addresses.get(arrival.account, frozenset())
    return told or to or arrival.address in places.addresses.get(departure.account, frozenset())


def disagree(departure: End, arrival: End, places: Places) -> bool:
    """Whether the departure tells an address that is not where the arrival came, as far as that is told."""
    if departure.address is None or agree(departure, arrival, places):
        return False
    is_elsewhere = arrival.account not in places.told.get(departure.address, {arrival.account})
    return is_elsewhere or arrival.account in places.addresses


def _time_likeness(asset: str, gap_us: int) -> int:
    """From `_TIME` at once down to 0 after the longest time; by the logarithm, as such times are spread."""
    usual, longest = usual_us(asset), longest_us(asset, (None, None))
    return round(_TIME * max(0.0, 1 - log1p(gap_us / usual) / log1p(longest / usual)))
