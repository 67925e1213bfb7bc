"""Carries: lots that become lots of other assets without a sale, each with its cost and age.

Coins go into a pool and its token comes back, or the other way round. Which lots go is found by the walk, as of any
disposal; the table of events is then rewritten: what a carry brings becomes one acquisition for each lot that it took,
with that lot's cost and date. What a carry takes may have come from an earlier one, so they are rewritten in rounds:
in each, all carries before which no other waits that brings what they take. The walk itself knows no carries, and a
table without any is not touched.

Shares: what came is shared among the coins given by their values, and within a coin by quantity. Where several coins
come, their values say how much of what was given each of them stands for: what once was that coin goes back to it
first, and the rest fills up the others, so that liquidity taken out again at once gives the same lots. Cost goes with
the units; the last part takes the remainder. A part that comes to no unit gives its cost to the part after it (or
the last one that has units).

Belongs here: the order of carries, and sharing. Does not belong here: which lot goes (`walk.py`), or what is a carry.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from warehouse.exact import EXACT, QUANTITY_PLACES, USD_PLACES, divide_half_even, from_units, to_units
from warehouse.lots.events import EVENTS
from warehouse.lots.results import CARRIED, PROBLEMS, Matched

ORIGIN = "carried"
"""The origin of the lots that carries make, but for what was inherited."""

_ALWAYS_LONG = "inheritance"
_UNSHARED = "what the coins of this side were worth is not known, so how they share cost or units is not known"
_TWO_BASES = "a gift that had lost value has two bases, and a carry can not keep both"

_FINE = 10**36
"""What is shared where several coins go and several come."""

_Row = dict[str, Any]


@dataclass(frozen=True, slots=True)
class CarriedOver:
    """Events without what carries bring, but with the lots made of it; rows of `CARRIED` and `PROBLEMS`."""

    events: pa.Table
    carried: pa.Table
    problems: pa.Table


@dataclass(slots=True)
class _Carry:
    """One carry: its rows, what goes and what comes, each by event id."""

    name: str
    at: datetime
    given: list[_Row] = field(default_factory=list)
    brought: list[_Row] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class _Part:
    """Units of one lot that a carry took (`lot_id` None: for which no lot was found); `cost` None: not known.

    `source` is the coin that the lot was before a carry made it.
    """

    event: _Row
    lot_id: str | None
    quantity: int
    cost: int | None
    acquired_at: datetime
    origin: str
    source: str | None


def has_carries(events: pa.Table) -> bool:
    """Whether any event belongs to a carry."""
    return bool(events.column("carry").null_count < len(events))


def carry_over(events: pa.Table, match: Callable[[pa.Table], Matched], *, until: datetime | None) -> CarriedOver:
    """Rewrite checked `events` so that no carry is left to be worked out; `match` matches a table without one.

    Carries after `until` have not happened: what they would bring is left out.
    """
    is_leg = pc.is_valid(events.column("carry"))
    is_brought = pc.and_(is_leg, pc.equal(events.column("kind"), "acquire"))
    rest = events.filter(pc.invert(is_brought))
    pending = _carries(events.filter(is_leg).to_pylist(), until)
    made: list[pa.Table] = []
    rows: list[_Row] = []
    problems: list[_Row] = []
    while pending:
        ready, pending = _ready(pending)
        assets = pa.array(sorted({row["asset"] for carry in ready for row in carry.given}), pa.string())
        table = pa.concat_tables([rest, *made])
        table = table.filter(pc.is_in(table.column("asset"), assets))
        sources = {row["lot_id"]: row["from_asset"] for row in reversed(rows) if row["quantity"]}
        parts = _parts(ready, table, match(table), sources, problems)
        lots = [lot for carry in ready for lot in _brought(carry, parts[carry.name], rows, problems)]
        made.append(pa.Table.from_pylist(lots, schema=EVENTS))
    carried = pa.Table.from_pylist(rows, schema=CARRIED)
    by_time = [(name, "ascending") for name in ("asset", "carried_at", "lot_id", "event_id", "from_lot_id")]
    return CarriedOver(
        events=pa.concat_tables([rest, *made]),
        carried=carried.take(pc.sort_indices(carried, by_time)),
        problems=pa.Table.from_pylist(problems, schema=PROBLEMS),
    )


def carried_lots(carried: pa.Table) -> list[dict[str, Any]]:
    """The lots that carries made, from rows of `CARRIED`: as acquisitions."""
    lots: dict[str, _Row] = {}
    for row in carried.to_pylist():
        lot = lots.setdefault(
            row["lot_id"],
            {
                "event_id": row["lot_id"], "kind": "acquire", "quantity": row["lot_quantity"], "value_usd": Decimal(0),
                "origin": row["origin"],
            },
        )  # fmt: skip
        is_known = lot["value_usd"] is not None and row["cost_usd"] is not None
        lot["value_usd"] = EXACT.add(lot["value_usd"], row["cost_usd"]) if is_known else None
    return list(lots.values())


def _carries(legs: Iterable[_Row], until: datetime | None) -> list[_Carry]:
    """In the order in which they happen: by instant, then word."""
    carries: dict[str, _Carry] = {}
    for leg in sorted(legs, key=lambda row: row["event_id"]):
        carry = carries.setdefault(leg["carry"], _Carry(leg["carry"], leg["occurred_at"]))
        (carry.brought if leg["kind"] == "acquire" else carry.given).append(leg)
    happened = [carry for carry in carries.values() if until is None or carry.at <= until]
    return sorted(happened, key=lambda carry: (carry.at, carry.name))


def _ready(pending: Sequence[_Carry]) -> tuple[list[_Carry], list[_Carry]]:
    """Those that no earlier one brings anything of what they take, and the others. The first is always ready."""
    ready: list[_Carry] = []
    waiting: list[_Carry] = []
    coming: set[str] = set()
    for carry in pending:
        waits = any(row["asset"] in coming for row in carry.given)
        (waiting if waits else ready).append(carry)
        coming |= {row["asset"] for row in carry.brought}
    return ready, waiting


def _parts(
    ready: Sequence[_Carry], table: pa.Table, matched: Matched, sources: Mapping[str, str], problems: list[_Row]
) -> dict[str, list[_Part]]:
    """What each carry takes, by its word: disposal by disposal, in the order in which lots were taken."""
    names = pa.array([row["event_id"] for carry in ready for row in carry.given], pa.string())
    slices: dict[str, list[_Row]] = defaultdict(list)
    for row in matched.disposals.filter(pc.is_in(matched.disposals.column("event_id"), names)).to_pylist():
        slices[row["event_id"]].append(row)
    lots = _lots(table, {row["lot_id"] for rows in slices.values() for row in rows})
    parts: dict[str, list[_Part]] = defaultdict(list)
    for carry in ready:
        for event in carry.given:
            missing = to_units(event["quantity"], QUANTITY_PLACES)
            for row in slices[event["event_id"]]:
                lot, units = lots[row["lot_id"]], to_units(row["quantity"], QUANTITY_PLACES)
                cost = None if row["cost_usd"] is None else to_units(row["cost_usd"], USD_PLACES)
                if _has_two_bases(lot):
                    cost = None
                    problems.append(_problem("carry_gift", event, _TWO_BASES, quantity=row["quantity"]))
                origin = _ALWAYS_LONG if lot["origin"] == _ALWAYS_LONG else ORIGIN
                source = sources.get(row["lot_id"])
                parts[carry.name].append(_Part(event, row["lot_id"], units, cost, row["acquired_at"], origin, source))
                missing -= units
            if missing:
                parts[carry.name].append(_Part(event, None, missing, None, carry.at, ORIGIN, None))
    return parts


def _lots(table: pa.Table, names: set[str]) -> dict[str, _Row]:
    rows = table.select(["event_id", "origin", "value_usd", "fair_value_usd"])
    rows = rows.filter(pc.is_in(rows.column("event_id"), pa.array(sorted(names), pa.string())))
    return {row["event_id"]: row for row in rows.to_pylist()}


def _has_two_bases(lot: _Row) -> bool:
    fair, cost = lot["fair_value_usd"], lot["value_usd"]
    return lot["origin"] == "gift" and fair is not None and cost is not None and fair < cost


def _brought(carry: _Carry, parts: Sequence[_Part], rows: list[_Row], problems: list[_Row]) -> Iterable[_Row]:
    """The acquisitions that stand for what one carry brings; adds where they come from, and what is not known."""
    given, brought = _values(carry.given, problems), _values(carry.brought, problems)
    if given is None or brought is None:
        for leg in carry.brought:
            lot = _acquisition(leg, (1, 1), to_units(leg["quantity"], QUANTITY_PLACES), None, (carry.at, ORIGIN))
            yield lot
            rows += [_row(carry, leg, part, lot, None, None) for part in parts]
        return
    shares = _assigned(parts, _masses(carry, parts, given), carry.brought, brought)
    costs = _costs(parts, shares)
    for coin, leg in enumerate(carry.brought):
        own = [share for share in shares if share[1] == coin]
        units = _split(to_units(leg["quantity"], QUANTITY_PLACES), [mass for _, _, mass in own])
        homes = _homes(units)
        lots: dict[int, _Row] = {}
        for home in sorted(set(homes)):
            joined = [costs[share[0], coin] for share, to in zip(own, homes, strict=True) if to == home]
            cost = None if None in joined else sum(amount for amount in joined if amount is not None)
            part = parts[own[home][0]]
            place = len(lots) + 1, len(set(homes))
            lots[home] = _acquisition(leg, place, units[home], cost, (part.acquired_at, part.origin))
            yield lots[home]
        rows += [
            _row(carry, leg, parts[place], lots[home], amount, costs[place, coin])
            for (place, _, _), home, amount in zip(own, homes, units, strict=True)
        ]


def _masses(carry: _Carry, parts: Sequence[_Part], values: Sequence[int]) -> list[int]:
    """How much of the carry each part is: units where one coin is on a side, else of a whole fine enough."""
    if len(carry.given) == 1:
        return [part.quantity for part in parts]
    whole = to_units(carry.brought[0]["quantity"], QUANTITY_PLACES) if len(carry.brought) == 1 else _FINE
    masses: list[int] = []
    for event, share in zip(carry.given, _split(whole, values), strict=True):
        masses += _split(share, [part.quantity for part in parts if part.event is event])
    return masses


def _assigned(
    parts: Sequence[_Part], masses: Sequence[int], brought: Sequence[_Row], values: Sequence[int]
) -> list[tuple[int, int, int]]:
    """(part, coin, how much of the part) by coin, then part. Every part and every coin is in it, if only with nothing.

    What came from a coin goes back to it as far as its value reaches, the rest fills up the others.
    """
    left, room = list(masses), _split(sum(masses), values)
    shares: dict[tuple[int, int], int] = {}
    for is_home in (True, False):
        for coin, leg in enumerate(brought):
            for place, part in enumerate(parts):
                if is_home and part.source != leg["asset"]:
                    continue
                amount = min(left[place], room[coin])
                if amount:
                    shares[place, coin] = shares.get((place, coin), 0) + amount
                    left[place] -= amount
                    room[coin] -= amount
    for place in set(range(len(parts))) - {place for place, _ in shares}:
        shares[place, 0] = 0
    for coin in set(range(len(brought))) - {coin for _, coin in shares}:
        shares[0, coin] = 0
    return sorted(((place, coin, mass) for (place, coin), mass in shares.items()), key=lambda share: share[1::-1])


def _costs(parts: Sequence[_Part], shares: Iterable[tuple[int, int, int]]) -> dict[tuple[int, int], int | None]:
    """What each part brings along to each coin."""
    by_part: dict[int, list[tuple[int, int]]] = defaultdict(list)
    for place, coin, mass in shares:
        by_part[place].append((coin, mass))
    costs: dict[tuple[int, int], int | None] = {}
    for place, own in by_part.items():
        whole = parts[place].cost
        split = [None] * len(own) if whole is None else _split(whole, [mass for _, mass in own])
        costs |= {(place, coin): cost for (coin, _), cost in zip(own, split, strict=True)}
    return costs


def _values(legs: Sequence[_Row], problems: list[_Row]) -> list[int] | None:
    """By what the legs of one side share; `None` where that is not known. One leg needs no value."""
    if len(legs) == 1:
        return [1]
    unknown = [leg for leg in legs if leg["value_usd"] is None]
    if unknown or not any(leg["value_usd"] for leg in legs):
        problems += [_problem("carry_unshared", leg, _UNSHARED, quantity=leg["quantity"]) for leg in unknown or legs]
        return None
    return [to_units(leg["value_usd"], USD_PLACES) for leg in legs]


def _split(total: int, weights: Sequence[int]) -> list[int]:
    """`total` (from 0 on) by weight, each running sum rounded half to even: the parts add up to it, none is negative.

    Where nothing weighs anything, the last part takes it all.
    """
    whole, begun, taken = sum(weights), 0, 0
    if not whole:
        return [0] * (len(weights) - 1) + [total]
    shares = []
    for weight in weights:
        begun += weight
        upto = divide_half_even(total * begun, whole)
        shares.append(upto - taken)
        taken = upto
    return shares


def _homes(units: Sequence[int]) -> list[int]:
    """For each part the place of the part that takes its cost: itself, or where it has no unit, a neighbour."""
    homes = [0] * len(units)
    home = max(place for place, amount in enumerate(units) if amount)
    for place in reversed(range(len(units))):
        if units[place]:
            home = place
        homes[place] = home
    return homes


def _acquisition(leg: _Row, place: tuple[int, int], units: int, cost: int | None, age: tuple[datetime, str]) -> _Row:
    """One lot of what a carry brings, the first of `place` out of the second, as an event; `age` is date and origin."""
    number, count = place
    return {
        **leg,
        "event_id": f"{leg['event_id']}/{number:0{len(str(count))}d}",
        "quantity": from_units(units, QUANTITY_PLACES),
        "value_usd": None if cost is None else from_units(cost, USD_PLACES),
        "acquired_at": age[0],
        "origin": age[1],
    }


def _row(carry: _Carry, leg: _Row, part: _Part, lot: _Row, units: int | None, cost: int | None) -> _Row:
    return {
        "carry": carry.name,
        "event_id": part.event["event_id"],
        "from_lot_id": part.lot_id,
        "from_asset": part.event["asset"],
        "from_quantity": from_units(part.quantity, QUANTITY_PLACES),
        "lot_id": lot["event_id"],
        "lot_quantity": lot["quantity"],
        "asset": leg["asset"],
        "account": leg["account"],
        "acquired_at": lot["acquired_at"],
        "quantity": None if units is None else from_units(units, QUANTITY_PLACES),
        "cost_usd": None if cost is None else from_units(cost, USD_PLACES),
        "carried_at": carry.at,
        "origin": lot["origin"],
    }


def _problem(problem: str, leg: _Row, detail: str, *, quantity: Any) -> _Row:
    return {
        "problem": problem,
        "event_id": leg["event_id"],
        "account": leg["account"],
        "asset": leg["asset"],
        "quantity": quantity,
        "value_usd": None,
        "occurred_at": leg["occurred_at"],
        "detail": detail,
    }
