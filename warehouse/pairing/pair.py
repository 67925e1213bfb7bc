"""Pairs among departures and arrivals: by hash first, then by address, amount and time. Pure.

Belongs here: the order of the rules, and how sure each pair is. Does not belong here: which ends fit (`candidates.py`),
which are chosen (`choice.py`), reading and storing (`warehouse/ledger/transfers.py`).
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

from warehouse.pairing.candidates import FEW_DIGITS, candidates_by_hash, candidates_by_time, fit
from warehouse.pairing.choice import Candidate, Choice, choose
from warehouse.pairing.ends import (
    ADDRESS,
    AMOUNT_LESS_FEE,
    BATCH,
    HASH_AND_FEE,
    ODD_AMOUNT,
    PART_BY_HASH,
    ROUND_AMOUNT,
    ROUNDED,
    SPLIT,
    SURE_ADDRESS,
    SURE_HASH,
    UNCLEAR_ADDRESS,
    UNCLEAR_AMOUNT,
    UNCLEAR_HASH,
    UNCLEAR_LESS_FEE,
    UNCLEAR_SUM,
    End,
    Part,
    Places,
    Rule,
)
from warehouse.pairing.plausible import significant_digits

_MOST_BY_HASH = 10
_SOON_US = 24 * 3_600_000_000

_SHARED_ADDRESSES = frozenset({"XRP", "XLM", "EOS", "ATOM", "HBAR", "ALGO", "TON", "STX", "KAVA", "LUNA", "BNB"})
"""Coins that a venue receives at one address for everybody, told apart by a memo: an address there proves little."""


def pair_ends(ends: Iterable[End], places: Places, *, apart: frozenset[tuple[str, str]] = frozenset()) -> list[Part]:
    """The parts of every pair. No end is in two pairs, and a pair of several ends has several on one side only.

    `apart` are departures and arrivals, by posting, of which it is known that they are not one movement.
    """
    places = replace(places, apart=apart)
    by_asset: dict[str, list[End]] = defaultdict(list)
    for end in sorted(ends, key=_order):
        by_asset[end.asset].append(end)
    parts: list[Part] = []
    for _, members in sorted(by_asset.items()):
        places = replace(places, told=_told(members))
        found = _by_hash(members, places)
        found += _by_time(_without(members, found), places)
        found += _only_parts(_without(members, found), apart)
        parts += found
    return parts


def _told(members: Iterable[End]) -> dict[str, frozenset[str]]:
    """The accounts whose arrivals tell an address: of a venue its own, which is where a departure to it goes."""
    told: dict[str, set[str]] = defaultdict(set)
    for end in members:
        if not end.is_departure and end.address is not None:
            told[end.address].add(end.account)
    return {address: frozenset(accounts) for address, accounts in told.items()}


def _without(members: Sequence[End], parts: Iterable[Part]) -> list[End]:
    taken = {name for part in parts for name in (part.from_id, part.to_id)}
    return [end for end in members if end.posting_id not in taken]


def _groups(members: Sequence[End]) -> Iterator[tuple[list[End], list[End]]]:
    """The departures and arrivals of each hash that has both."""
    groups: dict[str, tuple[list[End], list[End]]] = defaultdict(lambda: ([], []))
    for end in members:
        if end.tx_hash is not None:
            groups[end.tx_hash][not end.is_departure].append(end)
    yield from (group for _, group in sorted(groups.items()) if all(group))


def _by_hash(members: Sequence[End], places: Places) -> list[Part]:
    """Pairs within each hash, sums included. Of a great many ends the equal quantities are paired first."""
    bare = [end for end in members if end.is_departure and end.tx_hash is None]
    parts: list[Part] = []
    for departures, arrivals in _groups(members):
        found: list[Part] = []
        if max(len(departures), len(arrivals)) > _MOST_BY_HASH:
            found = _equal_quantities(departures, arrivals, places.apart)
        left, come = _without(departures, found), _without(arrivals, found)
        choices = choose(candidates_by_hash(left[:_MOST_BY_HASH], come[:_MOST_BY_HASH], places))
        explained = sum(len(choice.candidate.arrivals) for choice in choices)
        for choice in choices:
            rule = _hash_rule(choice, bare, is_all_explained=explained == len(come))
            found += _parts(choice.candidate, rule)
        parts += found
    return parts


def _hash_rule(choice: Choice, bare: Sequence[End], *, is_all_explained: bool) -> Rule:
    """How sure a pair of one hash is.

    Another departure of that day from the same account, of which no hash is told, may belong to the same transaction:
    then it may be what arrived, or a part of it.
    """
    candidate = choice.candidate
    first = candidate.departures[0]
    others = [end for end in bare if end.account == first.account and abs(end.at_us - first.at_us) <= _SOON_US]
    if not choice.is_clear:
        return UNCLEAR_HASH
    if candidate.is_exact and len(candidate.ends) == 2:  # noqa: PLR2004 -- a departure and an arrival
        arrived = candidate.arrivals[0].quantity
        fits = (fit(end.asset, end.quantity, arrived, listed_fee=end.listed_fee) for end in others)
        return SURE_HASH if not any(fits) else UNCLEAR_HASH
    is_sure = is_all_explained and not others and not candidate.is_disputed
    return HASH_AND_FEE if is_sure else UNCLEAR_HASH


def _equal_quantities(
    departures: Sequence[End], arrivals: Sequence[End], apart: frozenset[tuple[str, str]]
) -> list[Part]:
    """Pairs of equal quantity: sure where each side has one account, so that it makes no difference which is which."""
    parts: list[Part] = []
    for quantity in sorted({end.quantity for end in departures}, reverse=True):
        out = [end for end in departures if end.quantity == quantity]
        back = [end for end in arrivals if end.quantity == quantity]
        is_one_way = len({end.account for end in out}) == 1 == len({end.account for end in back})
        rule = SURE_HASH if is_one_way else UNCLEAR_HASH
        parts += [
            Part(left.posting_id, came.posting_id, quantity, 0, rule)
            for left, came in zip(out, back, strict=False)
            if (left.posting_id, came.posting_id) not in apart
        ]
    return parts


def _only_parts(members: Sequence[End], apart: frozenset[tuple[str, str]]) -> list[Part]:
    """Arrivals that are less than what left by the same hash: the rest went elsewhere."""
    return [
        Part(departures[0].posting_id, end.posting_id, end.quantity, 0, PART_BY_HASH)
        for departures, arrivals in _groups(members)
        if len(departures) == 1 and sum(end.quantity for end in arrivals) < departures[0].quantity
        for end in arrivals
        if (departures[0].posting_id, end.posting_id) not in apart
    ]


def _order(end: End) -> tuple[int, str]:
    return end.at_us, end.posting_id


def _by_time(members: Sequence[End], places: Places) -> list[Part]:
    departures = [end for end in members if end.is_departure]
    arrivals = [end for end in members if not end.is_departure]
    if not departures or not arrivals:
        return []
    choices = choose(candidates_by_time(departures, arrivals, places))
    return [part for choice in choices for part in _parts(choice.candidate, _rule(choice))]


def _rule(choice: Choice) -> Rule:
    """The rule that a choice without a common hash stands on."""
    candidate, is_clear = choice.candidate, choice.is_clear
    if candidate.has_address:
        return _address_rule(candidate, is_clear=is_clear)
    if len(candidate.ends) > 2:  # noqa: PLR2004 -- a departure and an arrival
        rule = SPLIT if len(candidate.arrivals) > 1 else BATCH
        return rule if is_clear and candidate.is_exact else replace(rule, confidence=UNCLEAR_SUM)
    if candidate.is_rounded:
        return ROUNDED
    if not candidate.is_exact:
        return AMOUNT_LESS_FEE if is_clear else UNCLEAR_LESS_FEE
    if not is_clear or candidate.is_disputed:
        return UNCLEAR_AMOUNT
    return ODD_AMOUNT if significant_digits(candidate.arrivals[0].quantity) > FEW_DIGITS else ROUND_AMOUNT


def _address_rule(candidate: Candidate, *, is_clear: bool) -> Rule:
    """An address and the exact quantity are evidence, unless everybody's coins arrive at that address."""
    if not is_clear or candidate.is_rounded:
        return UNCLEAR_ADDRESS
    ends = candidate.ends
    is_soon = max(end.at_us for end in ends) - min(end.at_us for end in ends) <= _SOON_US
    is_sure = candidate.is_exact and is_soon and ends[0].asset not in _SHARED_ADDRESSES
    return SURE_ADDRESS if is_sure else ADDRESS


def _parts(candidate: Candidate, rule: Rule) -> list[Part]:
    """One part for each end on the side of several. The fee goes with the largest."""
    if len(candidate.departures) == 1 and len(candidate.arrivals) == 1:
        departure, arrival = candidate.departures[0], candidate.arrivals[0]
        quantity = min(departure.quantity, arrival.quantity)
        return [Part(departure.posting_id, arrival.posting_id, quantity, candidate.fee, rule)]
    several = candidate.arrivals if len(candidate.departures) == 1 else candidate.departures
    largest = max(several, key=lambda end: (end.quantity, end.posting_id))
    parts = []
    for end in several:
        fee = candidate.fee if end is largest else 0
        if end.is_departure:
            parts.append(Part(end.posting_id, candidate.arrivals[0].posting_id, end.quantity - fee, fee, rule))
        else:
            parts.append(Part(candidate.departures[0].posting_id, end.posting_id, end.quantity, fee, rule))
    return parts
