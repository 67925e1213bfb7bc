"""From valued lots (rows of `harvest.lot_values`) to the holdings that a plan may sell. Pure.

A lot that is blocked is not planned, and where sales go in order neither is what lies behind it: a sale that reached
it would consume the blocked one. A lot to review is planned, and its reasons stand on the line.

Belongs here: what may be planned, in which order. Does not belong here: why a lot is blocked (`doubts.py`).
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import takewhile
from typing import Any, NamedTuple, cast

from warehouse.exact import PRICE_PLACES, QUANTITY_PLACES, USD_PLACES, divide_half_even, from_units, to_units
from warehouse.harvest.identified import Key, Waiting, named_units
from warehouse.harvest.plan.holdings import Holding, PlanLot, TradeCost

Row = Mapping[str, Any]

_LOOK = "lots.identifications shows them"


@dataclass(frozen=True, slots=True)
class Portfolio:
    """The holdings, and what of the losses in the book is left out of the plan because of a blocked lot.

    `notes` say in words what goes before the order of the accounts.
    """

    holdings: tuple[Holding, ...]
    left_out_lots: int
    left_out_loss_usd: Decimal
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Market:
    """What selling one asset in one account takes, and how much of it can be sold now (`None`: all)."""

    cost: TradeCost
    sellable: int | None = None


def markets_of(rows: Iterable[Row]) -> dict[Key, Market]:
    """By account and asset what rows of `harvest.trading_costs` say; their rates are for all that can be sold."""
    return {
        (row["account"], row["asset"]): Market(
            TradeCost(
                sell_rate=row["sell_rate"],
                buy_rate=row["buy_rate"],
                fixed=to_units(row["fixed_usd"] + row["buy_fixed_usd"], USD_PLACES),
                minimum_quantity=to_units(row["minimum_quantity"] or Decimal(0), QUANTITY_PLACES),
                minimum_value=to_units(row["minimum_value_usd"] or Decimal(0), USD_PLACES),
            ),
            to_units(row["reachable_quantity"], QUANTITY_PLACES),
        )
        for row in rows
    }


def with_identified(rows: Iterable[Row], waiting: Waiting) -> list[Row]:
    """The rows, each with its units that go first (`identified`: places in line and units).

    Where something of the coin there is identified that a sale could use up against its purpose, or is not there any
    more, it becomes a reason to look first.
    """
    known = list(rows)
    quantities: defaultdict[Key, dict[str, int]] = defaultdict(dict)
    for row in known:
        if not row["is_in_transit"]:
            quantities[row["account"], row["asset"]][row["lot_id"]] = to_units(row["quantity"], QUANTITY_PLACES)
    places: defaultdict[tuple[str, str, str], list[tuple[int, int]]] = defaultdict(list)
    doubts: defaultdict[Key, list[str]] = defaultdict(list)
    for key, named in waiting.first.items():
        there = named_units(quantities[key], named)
        for place, (lot_id, units) in enumerate(there):
            places[*key, lot_id].append((place, units))
        if sum(part.units for part in there) < sum(part.units for part in named):
            doubts[key].append(f"lots of {key[1]} in {key[0]} are identified that are not there: {_LOOK}")
    for account, asset in waiting.others:
        doubts[account, asset].append(
            f"lots of {asset} in {account} are identified for a transfer or for one transaction, or the broker was "
            f"not told: a sale may use them up ({_LOOK})"
        )
    return [
        {
            **row,
            "identified": [] if row["is_in_transit"] else places[row["account"], row["asset"], row["lot_id"]],
            "reasons": [*row["reasons"], *doubts[row["account"], row["asset"]]],
        }
        for row in known
    ]


def portfolio(
    rows: Iterable[Row], *, markets: Mapping[Key, Market], default: Market, is_freed: bool = False
) -> Portfolio:
    """The holdings of `rows`, in the order in which each account sells.

    `markets` are by account and asset, `default` is for those that are in none. Accounts whose method is `specific`
    name their lots freely, and with `is_freed` so do all: what an identification before the sale opens. Units that
    are identified already (`with_identified`) go before all others in any case.
    """
    groups: defaultdict[Key, list[Row]] = defaultdict(list)
    for row in rows:
        groups[row["account"], row["asset"]].append(row)
    holdings: list[Holding] = []
    left_out: list[Row] = []
    notes: list[str] = []
    for (account, asset), group in sorted(groups.items()):
        is_ordered = not is_freed and group[0]["method"] != "specific"
        parts = _parts([row for row in group if not row["is_in_transit"]])
        named = [part.units for part in parts if part.is_identified]
        front = len(named)
        if named:
            units = f"{from_units(sum(named), QUANTITY_PLACES).normalize():f}"
            notes.append(f"{units} {asset} in {account} is identified already: a sale there is of that first")
        usable = _before_blocked(parts if is_ordered else parts[:front])
        if not is_ordered and len(usable) == front:
            usable += [part for part in parts[front:] if part.row["status"] != "blocked"]
        used = {id(part.row) for part in usable}
        left_out += [row for row in group if id(row) not in used]
        market = markets.get((account, asset), default)
        if usable:
            holdings.append(
                Holding(
                    account=account,
                    asset=asset,
                    price=to_units(usable[0].row["price_usd"], PRICE_PLACES),
                    lots=tuple(_lot(part) for part in usable),
                    is_ordered=is_ordered,
                    identified=min(front, len(usable)),
                    cost=market.cost,
                    sellable=market.sellable,
                )
            )
    losses = [-row["unrealized_usd"] for row in left_out if (row["unrealized_usd"] or 0) < 0]
    return Portfolio(tuple(holdings), len(losses), sum(losses, Decimal(0)), tuple(notes))


class _Part(NamedTuple):
    """Units of one lot that stand together in the line, and their cost."""

    row: Row
    units: int
    cost: int | None
    is_identified: bool


def _parts(rows: Iterable[Row]) -> list[_Part]:
    """The lots of one account and coin in the order in which a sale consumes them: identified units, then the rest."""
    first: list[tuple[int, _Part]] = []
    rest: list[tuple[int, _Part]] = []
    for row in rows:
        quantity = units_left = to_units(row["quantity"], QUANTITY_PLACES)
        cost = cost_left = None if row["cost_usd"] is None else to_units(row["cost_usd"], USD_PLACES)
        for place, units in row.get("identified", ()):
            part_cost = None if cost is None else divide_half_even(cost * units, quantity)
            units_left -= units
            if cost_left is not None and part_cost is not None:
                part_cost = part_cost if units_left else cost_left
                cost_left -= part_cost
            first.append((place, _Part(row, units, part_cost, is_identified=True)))
        if units_left:
            before = to_units(row["sell_first_quantity"], QUANTITY_PLACES) + quantity - units_left
            rest.append((before, _Part(row, units_left, cost_left, is_identified=False)))
    return [part for line in (first, rest) for _, part in sorted(line, key=lambda item: item[0])]


def _before_blocked(parts: Sequence[_Part]) -> list[_Part]:
    return list(takewhile(lambda part: part.row["status"] != "blocked", parts))


def _lot(part: _Part) -> PlanLot:
    row = part.row
    return PlanLot(
        lot_id=row["lot_id"],
        quantity=part.units,
        cost=cast("int", part.cost),  # a lot without one is blocked
        term=row["term"],
        long_from=row["long_from_date"],
        doubts=tuple(row["reasons"]),
    )
