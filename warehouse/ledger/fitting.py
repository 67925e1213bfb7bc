"""Whether a decision of the person fits the event that it was made for. Pure.

Belongs here: what an arrival or a departure can be, which posting is meant, when a decision has lapsed. Does not belong
here: tables (`overrides.py`).
"""

from decimal import Decimal
from fractions import Fraction

from warehouse.decisions import KINDS_BOTH, KINDS_IN, KINDS_OUT, NOT_FOR_MONEY, EventOverride
from warehouse.exact import QUANTITY_PLACES
from warehouse.ledger.told import Moved, Told
from warehouse.pairing.plausible import most_fee
from warehouse.words import plain_number

_MOST_LOST_ON_THE_WAY = 5
"""A transfer that loses more than one in this many units, and more than venues take, is not one: its fee would be sold
coins."""


class RefusedError(Exception):
    """The decision does not fit its event; the message says why."""


def fitting(event: EventOverride, found: Told) -> tuple[str | None, Moved | None]:
    """The kind and the posting that `event` means. Raises `RefusedError` where it does not fit what was told."""
    if event.is_ignored:
        return None, None
    if event.acquired_at is not None and event.acquired_at > found.occurred_at:
        raise RefusedError(f"acquired_at is after the coins came in, {found.occurred_at:%Y-%m-%d %H:%M} UTC")
    if event.kind in KINDS_BOTH:
        _check_exchange(event.kind, [each for each in found.moved if each.quantity])
        return KINDS_BOTH[event.kind], None
    moved = _meant(event, found)
    return _kind(event, moved), moved


def _check_exchange(kind: str, moved: list[Moved]) -> None:
    """Whether coins were given for coins. Raises `RefusedError` where they were not."""
    if len({each.quantity > 0 for each in moved}) < 2:  # noqa: PLR2004 -- something left and something came in
        raise RefusedError(f"nothing was exchanged, so it can not be {kind!r}")
    if kind == "keep_basis" and any(each.is_money for each in moved):
        raise RefusedError("money has no cost to keep: what was bought or sold for it is no 'keep_basis'")
    assets = [each.asset for each in moved]
    if kind == "keep_basis" and any(len({e.quantity > 0 for e in moved if e.asset == asset}) > 1 for asset in assets):
        raise RefusedError("one coin both left and came in: its cost can not be kept in another one")


def _meant(event: EventOverride, found: Told) -> Moved:
    """The posting that `event` is about: the one coin that came in, or what moved one way."""
    moved = [each for each in found.moved if each.quantity]
    if event.kind is None:
        moved = [
            each for each in moved if each.quantity > 0 and not each.is_money and event.asset in {None, each.asset}
        ]
        assets = sorted({each.asset for each in moved})
        if len(assets) > 1:
            raise RefusedError(f"several coins came in ({', '.join(assets)}): say which one with asset")
    elif len({each.quantity > 0 for each in moved}) > 1:
        raise RefusedError(
            f"something came in and something left: an exchange can be {', '.join(KINDS_BOTH)}, not {event.kind!r}"
        )
    elif len(moved) > 1 and (event.value_usd is not None or event.acquired_at is not None):
        raise RefusedError(f"{len(moved)} movements in one transaction: a cost, value or date can not be given to all")
    if not moved:
        raise RefusedError(f"no {event.asset or 'coin'} moved that this could be about")
    return moved[0]


def _kind(event: EventOverride, moved: Moved) -> str | None:
    if event.kind is None:
        return None
    is_arrival = moved.quantity > 0
    kinds = KINDS_IN if is_arrival else KINDS_OUT
    if event.kind not in kinds:
        raise RefusedError(
            f"{'came in' if is_arrival else 'left'}, so it can be {', '.join(kinds)}, not {event.kind!r}"
        )
    if event.kind == "gift" and not is_arrival and (event.value_usd is not None or event.acquired_at is not None):
        raise RefusedError("a gift that was made has no cost or date to give: it takes those of its lots along")
    if moved.is_money and event.kind in NOT_FOR_MONEY:
        raise RefusedError(f"{moved.asset} is money, which has no lots: it can not be {event.kind!r}")
    return kinds[event.kind]


def ends_of(left: Told, arrived: Told, *, is_transfer: bool) -> tuple[Moved, Moved]:
    """The two postings of a pair. Raises `RefusedError` where they can not be the ends of one transfer."""
    ends = [
        (departure, arrival)
        for departure in left.moved
        for arrival in arrived.moved
        if departure.quantity < 0 < arrival.quantity and departure.asset == arrival.asset and not departure.is_money
    ]
    if not ends:
        raise RefusedError("no coin left in the first and came in with the second")
    departure, arrival = ends[0]
    if is_transfer and arrival.quantity > -departure.quantity:
        raise RefusedError(f"more {arrival.asset} came in than left")
    gone, came = -departure.quantity, arrival.quantity
    if is_transfer and not is_one_movement(arrival.asset, gone, came):
        raise RefusedError(
            f"{plain_number(gone)} {arrival.asset} left and {plain_number(came)} came in: the "
            f"{plain_number(gone - came)} between them would count as a fee, which is more than a transfer takes. If "
            "it arrived in several parts, or elsewhere, say 'own' of each end instead"
        )
    return departure, arrival


def is_one_movement(asset: str, left: Decimal, arrived: Decimal) -> bool:
    """Whether what left may be what arrived, less a fee: up to a fifth, or what venues take at most if that is more."""
    departed, came = (int(Fraction(quantity) * 10**QUANTITY_PLACES) for quantity in (left, arrived))
    return 0 <= departed - came <= max(most_fee(asset, departed), departed // _MOST_LOST_ON_THE_WAY)


def one_event_of(one: Told, other: Told, *, is_same: bool) -> tuple[Moved, Moved]:
    """The first posting of two transactions. Raises `RefusedError` where they can not be one event."""
    if one.transaction_id == other.transaction_id:
        raise RefusedError("this is one transaction: name the other one that tells the same event")
    ways = [sorted({(each.asset, each.quantity > 0) for each in told.moved if each.quantity}) for told in (one, other)]
    if is_same and ways[0] != ways[1]:
        moved = (", ".join(f"{'+' if came else '-'}{asset}" for asset, came in way) or "nothing" for way in ways)
        raise RefusedError(f"one moved {next(moved)} and the other {next(moved)}: these are two events")
    if not one.moved or not other.moved:
        raise RefusedError("one of them moves nothing but a fee: ignore it instead")
    return one.moved[0], other.moved[0]


def lapsed_row(transaction_id: str, expected: str, found: Told | None) -> dict[str, str] | None:
    """What the row of a decision says whose event is gone or another one; `None` where it is the same."""
    if found is None:
        return {"state": "gone", "detail": f"there is no booked transaction {transaction_id} any more"}
    if found.fingerprint != expected:
        return {
            "state": "changed",
            "detail": f"{transaction_id} is not what it was when this was decided: its fingerprint is now "
            f"{found.fingerprint}. Look at it, and decide again",
        }
    return None
