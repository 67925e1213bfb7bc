"""From valued lots (rows of `harvest.lot_values`) to the holdings that a plan may sell. Pure.

A lot that is blocked is not planned, and where sales go in order neither is what lies behind it: a sale that reached
it would consume the blocked one. A lot to review is planned, and its reasons stand on the line.

Belongs here: what may be planned, in which order. Does not belong here: why a lot is blocked (`doubts.py`).
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from warehouse.exact import PRICE_PLACES, QUANTITY_PLACES, USD_PLACES, to_units
from warehouse.harvest.plan.holdings import Holding, PlanLot, TradeCost

Row = Mapping[str, Any]
Key = tuple[str, str]

_GO = "they go before these (lotkeeper identify shows them)"


@dataclass(frozen=True, slots=True)
class Portfolio:
    """The holdings, and what of the losses in the book is left out of the plan because of a blocked lot."""

    holdings: tuple[Holding, ...]
    left_out_lots: int
    left_out_loss_usd: Decimal


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
                fixed=to_units(row["fixed_usd"], USD_PLACES),
                minimum_quantity=to_units(row["minimum_quantity"] or Decimal(0), QUANTITY_PLACES),
                minimum_value=to_units(row["minimum_value_usd"] or Decimal(0), USD_PLACES),
            ),
            to_units(row["reachable_quantity"], QUANTITY_PLACES),
        )
        for row in rows
    }


def with_identified(rows: Iterable[Row], reserved: Iterable[Row]) -> list[Row]:
    """The rows, with a reason to look first where lots of the coin there are identified and wait for a sale.

    Those lots would go before the account's order. `reserved` are rows of `read_reserved_lots`.
    """
    waiting = {(row["account"], row["asset"]) for row in reserved}
    return [
        {
            **row,
            "reasons": [*row["reasons"], f"lots of {row['asset']} in {row['account']} are identified already: {_GO}"],
        }
        if (row["account"], row["asset"]) in waiting
        else row
        for row in rows
    ]


def portfolio(
    rows: Iterable[Row], *, markets: Mapping[Key, Market], default: Market, is_freed: bool = False
) -> Portfolio:
    """The holdings of `rows`, in the order in which each account sells.

    `markets` are by account and asset, `default` is for those that are in none. Accounts whose method is `specific`
    name their lots freely, and with `is_freed` so do all: what an identification before the sale opens.
    """
    groups: defaultdict[Key, list[Row]] = defaultdict(list)
    for row in rows:
        groups[row["account"], row["asset"]].append(row)
    holdings = []
    left_out: list[Row] = []
    for (account, asset), group in sorted(groups.items()):
        there = sorted((row for row in group if not row["is_in_transit"]), key=lambda row: row["sell_first_quantity"])
        is_ordered = not is_freed and group[0]["method"] != "specific"
        usable = _before_blocked(there) if is_ordered else [row for row in there if row["status"] != "blocked"]
        used = {id(row) for row in usable}
        left_out += [row for row in group if id(row) not in used]
        market = markets.get((account, asset), default)
        if usable:
            holdings.append(
                Holding(
                    account=account,
                    asset=asset,
                    price=to_units(usable[0]["price_usd"], PRICE_PLACES),
                    lots=tuple(_lot(row) for row in usable),
                    is_ordered=is_ordered,
                    cost=market.cost,
                    sellable=market.sellable,
                )
            )
    losses = [-row["unrealized_usd"] for row in left_out if (row["unrealized_usd"] or 0) < 0]
    return Portfolio(tuple(holdings), len(losses), sum(losses, Decimal(0)))


def _before_blocked(rows: list[Row]) -> list[Row]:
    for place, row in enumerate(rows):
        if row["status"] == "blocked":
            return rows[:place]
    return rows


def _lot(row: Row) -> PlanLot:
    return PlanLot(
        lot_id=row["lot_id"],
        quantity=to_units(row["quantity"], QUANTITY_PLACES),
        cost=to_units(row["cost_usd"], USD_PLACES),
        term=row["term"],
        long_from=row["long_from_date"],
        doubts=tuple(row["reasons"]),
    )
