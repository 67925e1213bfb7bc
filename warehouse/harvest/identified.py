"""Units that the identification journal names for the coming sales: they go before the order of any method. Pure.

An identification without a transaction is for what is sold next from its account, in the order in which it was written
down; one for a transfer, for a certain transaction, or that would not count today leaves the order of sales as it is.

Belongs here: which identified units go first, and lots in the order in which a sale then consumes them. Does not belong
here: the orders of methods (`order.py`), which sale an identification counted for (`warehouse/lots/naming.py`).
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, NamedTuple, Protocol, TypeVar

from warehouse.exact import QUANTITY_PLACES, to_units
from warehouse.harvest.order import Orderable, sale_order
from warehouse.settings import BookSettings
from warehouse.tax.countries import country_of

Row = Mapping[str, Any]
Key = tuple[str, str]


class Named(NamedTuple):
    """Units (10^-18) of a lot that go at the next sale."""

    lot_id: str
    units: int


class Held(Orderable, Protocol):
    """A lot of which `quantity` units (10^-18) can be sold."""

    @property
    def quantity(self) -> int:
        """Units that are left of it."""
        ...


HeldT = TypeVar("HeldT", bound=Held)


@dataclass(frozen=True, slots=True)
class Waiting:
    """Identifications that nothing has used yet. `first`: by account and coin, in the order in which they go.

    `others` are the accounts and coins of which something else is identified, which no coming sale has to honour.
    """

    first: Mapping[Key, Sequence[Named]]
    others: frozenset[Key]


def waiting_of(rows: Iterable[Row], settings: BookSettings, *, today: date) -> Waiting:
    """What rows of `read_reserved_lots`, in their order, mean for a sale on the local date `today`."""
    told_since = country_of(settings.jurisdiction).record_rules.broker_told_since
    has_to_be_told = (
        {account.name for account in settings.accounts if account.is_broker}
        if told_since is not None and today >= told_since
        else set()
    )
    first: defaultdict[Key, list[Named]] = defaultdict(list)
    others = set()
    for row in rows:
        key = (row["account"], row["asset"])
        is_untold = row["account"] in has_to_be_told and not row["is_broker_told"]
        if row["purpose"] != "sale" or row["transaction_id"] is not None or row["state"] == "later" or is_untold:
            others.add(key)
        else:
            first[key].append(Named(row["lot_id"], to_units(row["quantity"], QUANTITY_PLACES)))
    return Waiting(dict(first), frozenset(others))


def named_units(quantities: Mapping[str, int], named: Iterable[Named]) -> list[Named]:
    """What of `named` is really there, lot by lot in order, where a lot has `quantities` units."""
    left = dict(quantities)
    there = []
    for lot_id, units in named:
        taken = min(units, left.get(lot_id, 0))
        if taken:
            left[lot_id] -= taken
            there.append(Named(lot_id, taken))
    return there


def parts_in_order(
    lots: Sequence[HeldT], method: str, named: Iterable[Named], *, price: int | None, today: date
) -> list[tuple[HeldT, int]]:
    """The lots as a sale consumes them: units that are `named`, then the rest of each in the order of `method`.

    `lots` are of one asset in one account and have arrived; their ids differ.
    """
    by_id = {lot.lot_id: lot for lot in lots}
    left = {lot.lot_id: lot.quantity for lot in lots}
    parts = []
    for lot_id, units in named_units(left, named):
        left[lot_id] -= units
        parts.append((by_id[lot_id], units))
    ordered = sale_order(lots, method, price=price, today=today)
    return parts + [(lot, left[lot.lot_id]) for lot in ordered if left[lot.lot_id]]
