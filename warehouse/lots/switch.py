"""One pool per asset seen by account: its lots put where the units are, at a change of pools or just to be shown.

Belongs here: balances, whether an allocation was made in time, and the way to `allocation.py` and back. Does not belong
here: how an allocation fills accounts.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from warehouse.lots.allocation import OpenLot, Placing, place_lots
from warehouse.lots.answer import merged, table_of
from warehouse.lots.columns import ACQUIRED, TRANSFERRED, Columns, Flags
from warehouse.lots.events import INSTANT, QUANTITY, USD
from warehouse.lots.holding import local_date
from warehouse.lots.limbs import Limbs, decimals_of, integers_of, limbs_of_integers
from warehouse.lots.plan import Parts, Rows
from warehouse.lots.policy import Allocation, Policy, SpecificAllocation, day_begins
from warehouse.lots.results import LOT_MOVES, PROBLEMS
from warehouse.lots.run import LotFacts


@dataclass(frozen=True, slots=True)
class Placed:
    """Lots in accounts: the open parts, the account each came from, and what did not fit, by asset."""

    parts: Parts
    home: npt.NDArray[np.int32]
    placings: dict[str, Placing]


def place_parts(
    columns: Columns, lot_event: Rows, facts: LotFacts, parts: Parts, chosen: Flags, allocations: dict[str, Allocation]
) -> Placed:
    """Put the open parts of pools without accounts where the units are after the `chosen` events, asset by asset."""
    parts = merged(parts, np.lexsort((parts.lot, facts.acquired_us[parts.lot])))
    balances = _balances(columns, chosen)
    event = lot_event[parts.lot]
    asset, home = columns.asset[event], columns.account[event]
    ids = columns.texts("event_id").take(pa.array(event)).to_pylist()
    units, costs = integers_of(parts.quantity), integers_of(parts.cost)
    accounts = columns.accounts.to_pylist()
    codes = {account: code for code, account in enumerate(accounts)}
    placings: dict[str, Placing] = {}
    rows: list[tuple[int, str, int, int | None]] = []
    for code in sorted({*asset.tolist(), *balances}):
        places = np.flatnonzero(asset == code).tolist()
        lots = [
            OpenLot(ids[place], accounts[home[place]], units[place], costs[place] if known else None, rank)
            for rank, (place, known) in enumerate(zip(places, parts.is_known[places].tolist(), strict=True))
        ]
        name = columns.assets[code].as_py()
        held = {accounts[account]: amount for account, amount in balances.get(code, {}).items()}
        placing = place_lots(lots, held, allocations.get(name))
        placings[name] = placing
        rows += [(places[place], account, amount, cost) for place, account, amount, cost in placing.parts]
    source = np.array([row[0] for row in rows], np.int64)
    return Placed(
        parts=Parts(
            lot=parts.lot[source],
            account=np.array([codes[row[1]] for row in rows], np.int32),
            quantity=limbs_of_integers([row[2] for row in rows]),
            cost=limbs_of_integers([row[3] or 0 for row in rows]),
            is_known=parts.is_known[source],
            is_transit=np.zeros(len(rows), np.bool_),
        ),
        home=home[source],
        placings=placings,
    )


def timely_allocations(columns: Columns, policy: Policy, before: Flags) -> tuple[dict[str, Allocation], list[str]]:
    """The policy's allocation for each asset for which it was made in time, and the assets for which it was not.

    Rev. Proc. 2024-28 section 5.02: specific units before the first sale or transfer of the asset in the new pools, a
    rule before they begin.
    """
    allocation, since = policy.allocation, policy.pool.since
    if allocation is None or since is None:
        return {}, []
    in_time, late = {}, []
    leaves = ~before & (columns.kind != ACQUIRED)
    for code, name in enumerate(columns.assets.to_pylist()):
        if isinstance(allocation, SpecificAllocation):
            times = columns.time_us[leaves & (columns.asset == code)]
            made = pa.scalar(allocation.completed_at, INSTANT).cast(pa.int64()).as_py()
            is_timely = len(times) == 0 or made < int(times.min())
        else:
            is_timely = local_date(allocation.described_at, policy.time_zone) < since
        if is_timely:
            in_time[name] = allocation
        else:
            late.append(name)
    return in_time, late


def allocation_moves(columns: Columns, lot_event: Rows, placed: Placed, policy: Policy) -> pa.Table:
    """Schema `LOT_MOVES`: every part of every lot, from where it was acquired to where it lies now."""
    parts, event = placed.parts, lot_event[placed.parts.lot]
    count = len(event)
    order = np.lexsort((parts.account, parts.lot))
    return table_of(
        LOT_MOVES,
        event_id=pa.nulls(count, pa.string()),
        lot_id=columns.texts("event_id").take(pa.array(event[order])),
        asset=columns.assets.take(pa.array(columns.asset[event[order]])),
        from_account=columns.accounts.take(pa.array(placed.home[order])),
        to_account=columns.accounts.take(pa.array(parts.account[order])),
        quantity=decimals_of(parts.quantity[order], QUANTITY),
        cost_usd=decimals_of(parts.cost[order], USD, parts.is_known[order]),
        moved_at=pa.array([day_begins(policy.pool.since, policy.time_zone)] * count, INSTANT),
        reason=pa.array(["allocation"] * count, pa.string()),
    )


def allocation_problems(placed: Placed, late: list[str], policy: Policy) -> pa.Table:
    """Schema `PROBLEMS`: what an allocation left over or could not fill, and those that came too late."""
    rows: list[tuple[str, str, str, int | None, str]] = []
    for asset, placing in placed.placings.items():
        for problem, amounts, detail in (
            ("allocation_unmet", placing.short, "units are held here for which no lot is left"),
            ("allocation_excess", placing.excess, "lots are left here for which no account holds units"),
            ("allocation_overdrawn", placing.overdrawn, "more units left here than ever came: history is missing"),
        ):
            rows += [(problem, account, asset, units, detail) for account, units in amounts.items()]
    detail = "the allocation was made too late for this asset and was not used"
    rows += [("allocation_late", "", asset, None, detail) for asset in late]
    count = len(rows)
    amounts = decimals_of(limbs_of_integers([row[3] or 0 for row in rows]), QUANTITY)
    return table_of(
        PROBLEMS,
        problem=pa.array([row[0] for row in rows], pa.string()),
        event_id=pa.nulls(count, pa.string()),
        account=pa.array([row[1] for row in rows], pa.string()),
        asset=pa.array([row[2] for row in rows], pa.string()),
        quantity=pc.if_else(
            pa.array([row[3] is not None for row in rows], pa.bool_()), amounts, pa.nulls(count, QUANTITY)
        ),
        value_usd=pa.nulls(count, USD),
        occurred_at=pa.array([day_begins(policy.pool.since, policy.time_zone)] * count, INSTANT),
        detail=pa.array([row[4] for row in rows], pa.string()),
    )


def _balances(columns: Columns, chosen: Flags) -> dict[int, dict[int, int]]:
    """Units by asset and account (codes) after the chosen events, exactly; coins under way count where they go."""
    is_new, is_move = columns.kind == ACQUIRED, columns.kind == TRANSFERRED
    count = len(columns.accounts)
    keys = columns.asset.astype(np.int64) * count + columns.account
    goals = columns.asset.astype(np.int64) * count + columns.to_account
    plus = [(keys, columns.quantity, chosen & is_new), (goals, columns.quantity, chosen & is_move)]
    minus = [(keys, columns.quantity, chosen & ~is_new), (keys, columns.fee, chosen & is_move)]
    sums: dict[int, int] = {}
    for sign, terms in ((1, plus), (-1, minus)):
        for key, amounts, rows in terms:
            _add(sums, sign, key[rows], amounts[rows])
    balances: dict[int, dict[int, int]] = {}
    for place, units in sorted(sums.items()):
        balances.setdefault(place // count, {})[place % count] = units
    return balances


def _add(sums: dict[int, int], sign: int, keys: npt.NDArray[np.int64], amounts: Limbs) -> None:
    """Add numbers from 0 by key, in digits of 32 bits whose sums fit 64."""
    names, places = np.unique(keys, return_inverse=True)
    digits = np.ascontiguousarray(amounts).view(np.uint32).reshape(-1, 4)
    totals = np.zeros((len(names), 4), np.int64)
    np.add.at(totals, places, digits.astype(np.int64))
    for name, total in zip(names.tolist(), totals.tolist(), strict=True):
        sums[name] = sums.get(name, 0) + sign * sum(digit << 32 * place for place, digit in enumerate(total))
