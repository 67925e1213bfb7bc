"""Which sales answer a planned one. Pure.

A line of a plan stands until the next plan, at most until its deadline. Sales of its coin in its account in that time
are of it; a sale of the coin in another account answers it where its own account did not sell all of it. No sale
answers two lines. A line that nothing answered and that the next plan has again goes on there.

Belongs here: windows, which sale is of which line. Does not belong here: what it came to (`scoring.py`).
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from itertools import pairwise
from typing import Any

Line = Mapping[str, Any]
Key = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Fill:
    """One sale as it was booked. Gains are `None` where they are not proven, `fee_usd` where it is not its alone.

    `lots` are units by lot, `method` is what chose them.
    """

    event_id: str
    account: str
    asset: str
    sold_at: datetime
    quantity: Decimal
    proceeds_usd: Decimal | None
    fee_usd: Decimal | None
    short_gain_usd: Decimal | None
    long_gain_usd: Decimal | None
    tax_year: int
    method: str
    lots: Mapping[str, Decimal]


@dataclass(slots=True)
class PlannedSale:
    """A line as it was planned at `planned_at`, a row of the record, and the sales that answer it.

    It stands until `ends_at`. `first_planned_at` and `first_price_usd` are of the first of the plans in a row that had
    it. `is_carried`: nothing answered it and the next plan has it again. `is_open`: that next plan is the one of now.
    """

    line: Line
    planned_at: datetime
    ends_at: datetime
    first_planned_at: datetime
    first_price_usd: Decimal
    fills: list[Fill] = field(default_factory=list)
    is_carried: bool = False
    is_open: bool = False

    @property
    def key(self) -> Key:
        """Account and coin."""
        return self.line["account"], self.line["asset"]

    @property
    def sold_quantity(self) -> Decimal:
        """Units that were sold."""
        return sum((fill.quantity for fill in self.fills), Decimal(0))

    def holds_at(self, at: datetime) -> bool:
        """Whether a sale at `at` is in time."""
        return self.planned_at < at <= self.ends_at and at < self.line["deadline_at"]


def answered(
    plans: Sequence[tuple[datetime, Sequence[Line]]], fills: Sequence[Fill], *, now: datetime, present: Sequence[Line]
) -> list[PlannedSale]:
    """Every line of `plans`, which are in the order of time and no later than `now`, with the sales that answer it.

    `present` are the lines of the plan that is made now. Lines that go on in the next plan are left out.
    """
    nights = [_lines(plans, place, now) for place in range(len(plans))]
    _give(nights, sorted(fills, key=lambda fill: (fill.sold_at, fill.event_id)))
    for sales, following in pairwise(nights):
        later = {sale.key: sale for sale in following}
        for sale in sales:
            again = later.get(sale.key)
            if not sale.fills and again is not None and again.line["deadline_at"] == sale.line["deadline_at"]:
                sale.is_carried = True
                again.first_planned_at, again.first_price_usd = sale.first_planned_at, sale.first_price_usd
    still = {(line["account"], line["asset"]) for line in present}
    for sale in nights[-1] if nights else ():
        sale.is_open = not sale.fills and sale.key in still and now < sale.line["deadline_at"]
    return [sale for sales in nights for sale in sales if not sale.is_carried]


def _lines(plans: Sequence[tuple[datetime, Sequence[Line]]], place: int, now: datetime) -> list[PlannedSale]:
    planned_at, lines = plans[place]
    until = plans[place + 1][0] if place + 1 < len(plans) else now
    return [
        PlannedSale(
            line=line,
            planned_at=planned_at,
            ends_at=min(until, line["deadline_at"]),
            first_planned_at=planned_at,
            first_price_usd=line["price_usd"],
        )
        for line in lines
    ]


def _give(nights: Sequence[Sequence[PlannedSale]], fills: Sequence[Fill]) -> None:
    """Give each sale to one line: of its own account first, what is left to lines of its coin that are not done."""
    own: defaultdict[Key, list[PlannedSale]] = defaultdict(list)
    of_coin: defaultdict[str, list[PlannedSale]] = defaultdict(list)
    for sales in nights:
        for sale in sales:
            own[sale.key].append(sale)
            of_coin[sale.key[1]].append(sale)
    left = []
    for fill in fills:
        found = next((sale for sale in own[fill.account, fill.asset] if sale.holds_at(fill.sold_at)), None)
        if found is None:
            left.append(fill)
        else:
            found.fills.append(fill)
    for fill in left:
        for sale in of_coin[fill.asset]:
            if sale.holds_at(fill.sold_at) and sale.sold_quantity < sale.line["sell_quantity"]:
                sale.fills.append(fill)
                break
