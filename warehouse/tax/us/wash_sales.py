"""Wash sales: which losses a rule like IRC 1091 disallows, and where the disallowed loss goes. Pure, exact integers.

The rule (IRC 1091; Reg. 1.1091-1; Pub. 550 ch. 4): a loss is disallowed as far as the same thing was bought within 30
days before or after the sale. Losses go in the order of the sales, on one day in the order in which the sold units were
acquired; replacements go in the order in which they were bought; each unit replaces one unit once. The disallowed loss
joins the cost of its replacement, and the time the sold units were held joins its holding period (IRC 1223(3)).

Units bought before the sale replace only while they are still held at the end of its day: what is sold is not its own
replacement (Rev. Rul. 56-602). Of a lot that replaced something in part, the units that did not are sold first.

Belongs here: the rule in words, and on plain values. Does not belong here: the walk that carries it out
(`wash_walk.py`), whether it is law for an asset (`wash_sale_law.py`), and purchases of a spouse or in a retirement
account, which the books do not hold.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import NamedTuple

import numpy as np

from warehouse.lots.limbs import Limbs, integers_of, limbs_of_integers
from warehouse.lots.machines import Machine
from warehouse.tax.us.wash_columns import Ints, LotColumns, SaleColumns, settle_columns
from warehouse.tax.us.wash_walk import WINDOW_DAYS

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
EPOCH_DATE = _EPOCH.date()
"""Day 0 of days that are counted."""

WINDOW = timedelta(days=WINDOW_DAYS)


@dataclass(frozen=True, slots=True)
class Bought:
    """A lot that was bought or swapped for: what can replace something sold.

    `group` names what counts as the same thing; `bought_date` is in the taxpayer's time zone. Quantities are integers
    of 10^-18 units, money integers of 10^-8 of the base currency.
    """

    lot_id: str
    group: str
    bought_at: datetime
    bought_date: date
    quantity: int
    cost: int | None


@dataclass(frozen=True, slots=True)
class Sold:
    """Units of one lot in one disposal. `gain` is signed, `None` where it is not known or nothing is realized.

    `is_covered`: whether the rule is applied to it. `acquired_*` are those of the lot, whatever its origin.
    `short_date` is the date of the short sale that it closes: the 30 days are those around that date (IRC 1091(e)).
    """

    disposal_id: str
    group: str
    lot_id: str
    acquired_at: datetime
    acquired_date: date
    sold_at: datetime
    sold_date: date
    quantity: int
    gain: int | None
    is_covered: bool = True
    short_date: date | None = None


@dataclass(frozen=True, slots=True)
class WashSale:
    """Units of a loss that one lot replaces.

    `loss` is what those units lost, with what was disallowed before and joined their cost; `disallowed` the same
    amount, as it joins the replacement. `basis` is the cost of the replacing units with it, `None` where not known;
    `tacked_days` are added to their holding period.
    """

    disposal_id: str
    replacement_lot_id: str
    quantity: int
    disallowed: int
    basis: int | None
    tacked_days: int


@dataclass(frozen=True, slots=True)
class SoldPart:
    """Units of one disposal that were alike: what replaced something before is apart from what did not.

    `added_cost` joined their cost and `tacked_days` their holding period when they replaced something; `disallowed` is
    what of their own loss is disallowed.
    """

    disposal_id: str
    quantity: int
    added_cost: int
    tacked_days: int
    disallowed: int


class Settled(NamedTuple):
    """Every wash sale, and the parts of each disposal that a wash sale changes, in the order in which they sold."""

    washes: list[WashSale]
    parts: list[SoldPart]


def wash_sales(sold: Iterable[Sold], bought: Iterable[Bought]) -> list[WashSale]:
    """The part of each covered loss that was replaced, sale by sale and replacement by replacement."""
    return settle(sold, bought).washes


def settle(sold: Iterable[Sold], bought: Iterable[Bought], *, machine: Machine | None = None) -> Settled:
    """The wash sales, and what becomes of every disposal that is one or sells what replaced something.

    `sold` needs every disposal of the lots in `bought`, gains too. Lots that nothing can be replaced with (income,
    gifts) stay out of `bought`. `machine` forces one of `warehouse/lots/machines.py`. Raises `ValueError` where more
    was sold of a lot than it had.
    """
    sales, lots = list(sold), list(bought)
    groups = {sale.group for sale in sales} | {lot.group for lot in lots}
    codes = {group: code for code, group in enumerate(sorted(groups))}
    places = {lot.lot_id: place for place, lot in enumerate(lots)}
    washes, parts = settle_columns(
        SaleColumns(
            group=_ints(codes[sale.group] for sale in sales),
            rank=_ranks([sale.disposal_id for sale in sales]),
            lot=_ints(places.get(sale.lot_id, -1) for sale in sales),
            at=_instants(sale.sold_at for sale in sales),
            day=_days(sale.sold_date for sale in sales),
            middle=_days(sale.short_date or sale.sold_date for sale in sales),
            acquired_at=_instants(sale.acquired_at for sale in sales),
            acquired_day=_days(sale.acquired_date for sale in sales),
            quantity=_limbs(sale.quantity for sale in sales),
            gain=_limbs(sale.gain or 0 for sale in sales),
            may_wash=np.array([sale.gain is not None and sale.is_covered for sale in sales], np.bool_),
        ),
        LotColumns(
            group=_ints(codes[lot.group] for lot in lots),
            rank=_ranks([lot.lot_id for lot in lots]),
            at=_instants(lot.bought_at for lot in lots),
            day=_days(lot.bought_date for lot in lots),
            quantity=_limbs(lot.quantity for lot in lots),
            cost=_limbs(lot.cost or 0 for lot in lots),
            has_cost=np.array([lot.cost is not None for lot in lots], np.bool_),
        ),
        machine=machine,
    )
    columns = (washes.quantity, washes.disallowed, washes.basis)
    rows = zip(washes.sale.tolist(), washes.lot.tolist(), *map(integers_of, columns), washes.tacked_days, strict=True)
    columns = (parts.quantity, parts.added_cost, parts.disallowed)
    part_rows = zip(parts.sale.tolist(), *map(integers_of, columns), parts.tacked_days, strict=True)
    return Settled(
        [
            WashSale(
                disposal_id=sales[sale].disposal_id,
                replacement_lot_id=lots[lot].lot_id,
                quantity=quantity,
                disallowed=disallowed,
                basis=None if lots[lot].cost is None else basis,
                tacked_days=int(tacked_days),
            )
            for sale, lot, quantity, disallowed, basis, tacked_days in rows
        ],
        [
            SoldPart(sales[sale].disposal_id, quantity, added, int(tacked_days), disallowed)
            for sale, quantity, added, disallowed, tacked_days in part_rows
        ],
    )


def _ints(numbers: Iterable[int]) -> Ints:
    return np.fromiter(numbers, np.int64)


def _ranks(names: Sequence[str]) -> Ints:
    ranks = np.empty(len(names), np.int64)
    ranks[sorted(range(len(names)), key=names.__getitem__)] = np.arange(len(names))
    return ranks


def _instants(instants: Iterable[datetime]) -> Ints:
    return _ints((instant - _EPOCH) // timedelta(microseconds=1) for instant in instants)


def _days(dates: Iterable[date]) -> Ints:
    return _ints((each - EPOCH_DATE).days for each in dates)


def _limbs(numbers: Iterable[int]) -> Limbs:
    return limbs_of_integers(list(numbers))
