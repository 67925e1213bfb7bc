"""A country's law put over what the lot engine does and answers.

Where a law matches disposals with acquisitions of all accounts and a pool, the engine says which coins left and which
are still there, where: quantities stay as it says. What a disposal may deduct, and what the coins still there cost, is
by the law: each event's share of its day, each open lot's share of the pool. Shares are by quantity, and the last
takes the remainder.

Belongs here: carrying tables to the rule and back. Does not belong here: the rule (`warehouse/tax/<country>/`), what it
says of pools and methods (`policies.py`).
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

import numpy as np
import pyarrow as pa

from warehouse.columns import from_integers, split, to_integers
from warehouse.exact import QUANTITY_PLACES, USD_PLACES, divide_half_even, from_units
from warehouse.lots.calendar import Calendar
from warehouse.lots.events import QUANTITY, USD
from warehouse.lots.holding import local_date, local_days
from warehouse.lots.policy import Policy
from warehouse.lots.results import Matched
from warehouse.tax.shares import Acquired, Disposed, Matching, ShareMatcher

MATCHED = "matched"
"""The `cost_basis` of a disposal whose cost is by the law and not its lot's own."""

_LOST = frozenset({"lost", "theft"})
_UNIT_COST_SCALE = 10**28
_LARGEST = 10**38


@dataclass(frozen=True, slots=True)
class Shares:
    """The engine's answer with the law's costs, and the rows of `lots.share_matches` and `lots.share_pools`."""

    matched: Matched
    matches: list[dict[str, Any]]
    pools: list[dict[str, Any]]


def with_tax_years(problems: pa.Table, policy: Policy) -> pa.Table:
    """The engine's problems, each with the tax year it lies in."""
    instants_us = problems["occurred_at"].cast(pa.int64()).to_numpy()
    years = policy.calendar.tax_years(local_days(instants_us, policy.time_zone))
    return problems.append_column("tax_year", pa.array(years))


def put_shares(acquisitions: pa.Table, matched: Matched, *, match_shares: ShareMatcher, policy: Policy) -> Shares:
    """Match each asset by the law and restate what the engine answered.

    `acquisitions` are the rows of `lots.lots`.
    """
    acquired: dict[str, list[Acquired]] = defaultdict(list)
    quantities, costs = _known(acquisitions["quantity"]), _known(acquisitions["cost_usd"])
    assets, instants = acquisitions["asset"].to_pylist(), acquisitions["acquired_at"].to_pylist()
    for asset, at, quantity, cost in zip(assets, instants, quantities, costs, strict=True):
        acquired[asset].append(Acquired(local_date(at, policy.time_zone), quantity or 0, cost))
    disposed = _disposed(matched.disposals, policy)
    matchings = {asset: match_shares(parts, disposed.get(asset, ())) for asset, parts in sorted(acquired.items())}
    restated = replace(
        matched,
        disposals=_restated_disposals(matched.disposals, matchings),
        open_lots=_restated_open_lots(matched.open_lots, matchings),
        lot_moves=_without_costs(matched.lot_moves),
    )
    return Shares(
        matched=restated,
        matches=[row for asset, matching in matchings.items() for row in _match_rows(asset, matching, policy.calendar)],
        pools=[_pool_row(asset, acquired[asset], matching) for asset, matching in matchings.items()],
    )


def _disposed(disposals: pa.Table, policy: Policy) -> dict[str, list[Disposed]]:
    """Each asset's disposals, one for each event: the units that found a lot."""
    quantities = _known(disposals["quantity"])
    names = ("event_id", "asset", "disposed_at", "kind")
    whole: dict[str, tuple[str, date, bool, int]] = {}
    for event, asset, at, kind, quantity in zip(
        *(disposals[name].to_pylist() for name in names), quantities, strict=True
    ):
        before = whole[event][3] if event in whole else 0
        whole[event] = (asset, local_date(at, policy.time_zone), kind in _LOST, before + (quantity or 0))
    by_asset: dict[str, list[Disposed]] = defaultdict(list)
    for event, (asset, day, is_lost, quantity) in whole.items():
        by_asset[asset].append(Disposed(event, day, quantity, is_lost=is_lost))
    return by_asset


def _restated_disposals(disposals: pa.Table, matchings: dict[str, Matching]) -> pa.Table:
    events, assets = disposals["event_id"].to_pylist(), disposals["asset"].to_pylist()
    quantities, proceeds = _known(disposals["quantity"]), _known(disposals["proceeds_usd"])
    slices: dict[str, list[int]] = defaultdict(list)
    for place, event in enumerate(events):
        slices[event].append(place)
    costs: list[int | None] = [None] * len(events)
    for event, places in slices.items():
        whole = matchings[assets[places[0]]].costs[event]
        if whole is not None:
            for place, cost in zip(places, split(whole, [quantities[place] or 0 for place in places]), strict=True):
                costs[place] = cost
    gains = [
        None if cost is None or brought is None else brought - cost
        for cost, brought in zip(costs, proceeds, strict=True)
    ]
    count = len(events)
    return _with(
        disposals,
        cost_usd=_money(costs),
        gain_usd=_money(gains),
        term=pa.nulls(count, pa.string()),
        cost_basis=pa.array([MATCHED] * count, pa.string()),
    )


def _restated_open_lots(open_lots: pa.Table, matchings: dict[str, Matching]) -> pa.Table:
    assets, quantities = open_lots["asset"].to_pylist(), [quantity or 0 for quantity in _known(open_lots["quantity"])]
    places_of: dict[str, list[int]] = defaultdict(list)
    for place, asset in enumerate(assets):
        places_of[asset].append(place)
    costs: list[int | None] = [None] * len(assets)
    for asset, places in places_of.items():
        matching = matchings[asset]
        held = [quantities[place] for place in places]
        if sum(held) != matching.pool_quantity:
            raise AssertionError(f"{asset}: the open lots hold {sum(held)} units, the pool {matching.pool_quantity}")
        if matching.pool_cost is not None:
            for place, cost in zip(places, split(matching.pool_cost, held), strict=True):
                costs[place] = cost
    units = [_unit_cost(cost, quantity) for cost, quantity in zip(costs, quantities, strict=True)]
    return _with(open_lots, cost_usd=_money(costs), unit_cost_usd=_column(units, QUANTITY))


def _without_costs(lot_moves: pa.Table) -> pa.Table:
    """What moved has no cost of its own where the coins of all accounts are one pool."""
    return _with(lot_moves, cost_usd=pa.nulls(len(lot_moves), USD))


def _match_rows(asset: str, matching: Matching, calendar: Calendar) -> Iterable[dict[str, Any]]:
    for place, match in enumerate(matching.matches, start=1):
        yield {
            "asset": asset,
            "place": place,
            "disposed_date": match.day,
            "tax_year": calendar.tax_year(match.day),
            "rule": match.rule,
            "acquired_date": match.acquired,
            "quantity": from_units(match.quantity, QUANTITY_PLACES),
            "cost_usd": None if match.cost is None else from_units(match.cost, USD_PLACES),
            "pool_quantity": None if match.pool_quantity is None else from_units(match.pool_quantity, QUANTITY_PLACES),
            "pool_cost_usd": None if match.pool_cost is None else from_units(match.pool_cost, USD_PLACES),
        }


def _pool_row(asset: str, acquired: Sequence[Acquired], matching: Matching) -> dict[str, Any]:
    is_known = all(part.cost is not None for part in acquired)
    return {
        "asset": asset,
        "quantity": from_units(matching.pool_quantity, QUANTITY_PLACES),
        "cost_usd": None if matching.pool_cost is None else from_units(matching.pool_cost, USD_PLACES),
        "acquired_quantity": from_units(sum(part.quantity for part in acquired), QUANTITY_PLACES),
        "acquired_cost_usd": from_units(sum(part.cost or 0 for part in acquired), USD_PLACES) if is_known else None,
    }


def _unit_cost(cost: int | None, quantity: int) -> int | None:
    unit = None if cost is None else divide_half_even(cost * _UNIT_COST_SCALE, quantity)
    return None if unit is None or abs(unit) >= _LARGEST else unit


def _known(column: pa.ChunkedArray) -> list[int | None]:
    """The unscaled integers of a decimal column, `None` where it has none."""
    valid = column.is_valid().to_pylist()
    return [number if is_known else None for number, is_known in zip(to_integers(column), valid, strict=True)]


def _money(amounts: Sequence[int | None]) -> pa.Array:
    return _column(amounts, USD)


def _column(numbers: Sequence[int | None], kind: pa.Decimal128Type) -> pa.Array:
    valid = np.array([number is not None for number in numbers], dtype=bool)
    return from_integers([number or 0 for number in numbers], kind, valid)


def _with(table: pa.Table, **columns: pa.Array) -> pa.Table:
    for name, column in columns.items():
        table = table.set_column(table.schema.get_field_index(name), name, column)
    return table
