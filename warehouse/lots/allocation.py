"""From one pool per asset to a pool per account: which lots lie where on the day of the change. Pure.

Rev. Proc. 2024-28 lets a taxpayer who kept one pool allocate unused basis to the accounts that hold as many units: by
naming units, or by a rule. Either must be made in time and is final. What an allocation leaves open, and a book without
one, is settled in place: lots stay in the account where they were acquired as far as that account has units, the rest
fill up the other accounts by name, the earliest first.

Belongs here: putting lots into accounts. Does not belong here: what was sold before, or is sold after.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from warehouse.exact import divide_half_even, to_units
from warehouse.lots.policy import GlobalAllocation, SpecificAllocation

_EXACT_KEY = 256
"""Bits by which a cost is scaled before it is divided: more than tell any two costs per unit apart."""


@dataclass(slots=True)
class OpenLot:
    """What is left of a lot: `units` in 10^-18, `cost` in 10^-8 USD (`None` if unknown), and where it was acquired.

    `rank` orders lots by acquisition.
    """

    lot_id: str
    home: str
    units: int
    cost: int | None
    rank: int


@dataclass(slots=True)
class Placing:
    """Parts of lots in accounts, (place in the lots given, account, units, cost), and what did not fit.

    By account: `short` is units held without lots; `excess` lots beyond all units, left in their home account;
    `overdrawn` units that more left than ever came.
    """

    parts: list[tuple[int, str, int, int | None]] = field(default_factory=list)
    short: dict[str, int] = field(default_factory=dict)
    excess: dict[str, int] = field(default_factory=dict)
    overdrawn: dict[str, int] = field(default_factory=dict)


def place_lots(
    lots: Sequence[OpenLot], balances: Mapping[str, int], allocation: SpecificAllocation | GlobalAllocation | None
) -> Placing:
    """Put the lots of one asset into accounts whose balances (in units) they are to make up.

    A lot's cost is shared over its parts by running totals rounded half to even, so it is conserved.
    """
    desk = _Desk(lots, balances)
    if isinstance(allocation, SpecificAllocation):
        places = {lot.lot_id: place for place, lot in enumerate(lots)}
        for lot_id, account, quantity in allocation.units:
            if lot_id in places:
                desk.give(places[lot_id], account, to_units(quantity, 18))
    if isinstance(allocation, GlobalAllocation):
        order = _ordered(lots, allocation.order)
        others = sorted(set(balances) - set(allocation.accounts))
        desk.fill(order, [*allocation.accounts, *others])
    in_time = _ordered(lots, "fifo")
    for place in in_time:
        desk.give(place, lots[place].home, lots[place].units)
    desk.fill(in_time, sorted(balances))
    return desk.placing()


def _ordered(lots: Sequence[OpenLot], order: str) -> list[int]:
    """Places of the lots in an order; unknown costs last."""
    sign = {"fifo": 1, "lifo": -1, "hifo": -1, "lofo": 1}[order]

    def key(place: int) -> tuple[bool, int, int]:
        lot = lots[place]
        if order in ("fifo", "lifo"):
            return False, 0, sign * lot.rank
        unit = 0 if lot.cost is None else (lot.cost << _EXACT_KEY) // lot.units
        return lot.cost is None, sign * unit, lot.rank

    return sorted(range(len(lots)), key=key)


class _Desk:
    """What is still to be placed, and where there is still room."""

    def __init__(self, lots: Sequence[OpenLot], balances: Mapping[str, int]) -> None:
        self.lots = lots
        self.left = [lot.units for lot in lots]
        self.overdrawn = {account: -units for account, units in sorted(balances.items()) if units < 0}
        self.room = {account: units for account, units in balances.items() if units > 0}
        self.given: defaultdict[tuple[int, str], int] = defaultdict(int)

    def give(self, place: int, account: str, units: int) -> None:
        """As many of these units as the lot has and the account has room for."""
        units = min(units, self.left[place], self.room.get(account, 0))
        if units > 0:
            self.left[place] -= units
            self.room[account] -= units
            self.given[place, account] += units

    def fill(self, order: Iterable[int], accounts: Sequence[str]) -> None:
        """Accounts in their order take lots in theirs."""
        waiting = [account for account in accounts if self.room.get(account, 0)]
        for place in order:
            while waiting and self.left[place]:
                self.give(place, waiting[0], self.left[place])
                if not self.room[waiting[0]]:
                    waiting.pop(0)

    def placing(self) -> Placing:
        """The answer; what has no room stays at home."""
        short = {account: units for account, units in sorted(self.room.items()) if units}
        placing = Placing(short=short, overdrawn=self.overdrawn)
        for place, units in enumerate(self.left):
            if units:
                home = self.lots[place].home
                self.given[place, home] += units
                placing.excess[home] = placing.excess.get(home, 0) + units
        start: defaultdict[int, int] = defaultdict(int)
        for (place, account), units in sorted(self.given.items()):
            lot, low = self.lots[place], start[place]
            start[place] = high = low + units
            cost = lot.cost
            if cost is not None:
                cost = divide_half_even(cost * high, lot.units) - divide_half_even(cost * low, lot.units)
            placing.parts.append((place, account, units, cost))
        return placing
