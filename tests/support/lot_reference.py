"""A slow lot engine on `Fraction`, written from the rules and not from the fast one, to compare the fast one with.

It sorts all lots anew for every sale, shares cost and proceeds without rounding, and knows nothing of Arrow.

Belongs here: what the rules say, as plainly as can be. Does not belong here: speed.
"""

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import date, datetime
from fractions import Fraction
from itertools import pairwise
from typing import Any
from zoneinfo import ZoneInfo

UNTAXED = {"gift_out", "donation", "lost", "theft"}


@dataclass
class Lot:
    """Some units of one acquisition; `part` tells apart units of one lot whose cost was changed on the way."""

    lot_id: str
    number: int | Fraction
    acquired_at: datetime
    bought: Fraction
    paid: Fraction | None
    origin: str | None
    gift_value: Fraction | None
    gift_date: date
    held: Fraction
    cost: Fraction | None
    part: int = 0


@dataclass
class Reference:
    """`method` is a function of (account, date). `pool` is a function of account."""

    method: Any
    zone: ZoneInfo
    is_universal: bool = False
    fee_to_basis: bool = False
    pools: dict[Any, list[Lot]] = field(default_factory=lambda: defaultdict(list))
    disposals: list[tuple[Any, ...]] = field(default_factory=list)
    moves: list[tuple[Any, ...]] = field(default_factory=list)
    missing: dict[str, Fraction] = field(default_factory=dict)
    parts: int = 0
    sources: dict[str, str] = field(default_factory=dict)
    has_dust: bool = False
    rows: list[dict[str, Any]] = field(default_factory=list)

    def run(self, events: list[dict[str, Any]]) -> None:
        turns = {"acquire": 0, "arrive": 1, "transfer": 2, "carry": 3, "dispose": 4}
        happenings = []
        carries: dict[str, list[dict[str, Any]]] = defaultdict(list)
        for event in sorted(events, key=lambda event: event["event_id"]):
            if event.get("carry"):
                carries[event["carry"]].append(event)
        for name, legs in carries.items():
            happenings.append((legs[0]["occurred_at"], turns["carry"], name, legs))
        for event in events:
            if event.get("carry"):
                continue
            happenings.append((event["occurred_at"], turns[event["kind"]], event["event_id"], event))
            arrived = event.get("arrived_at")
            if event["kind"] == "transfer" and arrived and arrived > event["occurred_at"] and not self.is_universal:
                happenings.append((arrived, turns["arrive"], event["event_id"], event))
        self.rows = events
        happenings.sort(key=lambda one: one[:3])
        for number, (when, turn, _, event) in enumerate(happenings):
            getattr(self, "_" + next(name for name, value in turns.items() if value == turn))(number, when, event)

    def _pool(self, account: str, asset: str) -> list[Lot]:
        return self.pools["" if self.is_universal else account, asset]

    def _acquire(self, number: int, when: datetime, event: dict[str, Any]) -> None:
        quantity, value = Fraction(event["quantity"]), event["value_usd"]
        paid = None if value is None else Fraction(value)
        fair = event.get("fair_value_usd") if event.get("origin") == "gift" else None
        pool = self._pool(event["account"], event["asset"])
        pool.append(
            Lot(
                event["event_id"], number, event.get("acquired_at") or when, quantity, paid, event.get("origin"),
                None if fair is None or paid is None or Fraction(fair) >= paid else Fraction(fair),
                when.astimezone(self.zone).date(), quantity, paid,
            )
        )  # fmt: skip
        self._average(pool, event["account"], when)

    def _arrive(self, _number: int, when: datetime, event: dict[str, Any]) -> None:
        for lot in self.pools.pop((event["event_id"], "in transit"), []):
            self._put(self._pool(event["to_account"], event["asset"]), lot)
        self._average(self._pool(event["to_account"], event["asset"]), event["to_account"], when)

    def _transfer(self, _number: int, when: datetime, event: dict[str, Any]) -> None:  # noqa: C901, PLR0912 -- the rules in a row
        day = when.astimezone(self.zone).date()
        source = self._pool(event["account"], event["asset"])
        moved = []
        if not self.is_universal or self.fee_to_basis:
            moved = self._take(event, source, Fraction(event["quantity"]), day, None)
        if not self.is_universal:
            for lot, _ in _rows(moved):
                self.moves.append((event["event_id"], lot.lot_id, lot.held, lot.cost))
        is_at_home = event["to_account"] == event["account"] and (event.get("arrived_at") or when) == when
        if is_at_home and not self.fee_to_basis:
            for lot, _ in moved:
                self._put(source, lot)
            moved = []
        if event.get("fee_quantity"):
            fee = Fraction(event["fee_quantity"])
            plain = {**event, "lots": None}
            if self.fee_to_basis:
                spent = [lot.cost for lot, _ in self._take(plain, source, fee, day, None)]
                total = sum(lot.held for lot, _ in moved)
                for lot, _ in moved:
                    unknown = lot.cost is None or None in spent
                    lot.cost = None if unknown else lot.cost + sum(spent) * lot.held / total
                    self.parts += 1
                    lot.part = self.parts
            else:
                self._sell(plain, source, fee, day, "transfer_fee")
        if self.is_universal:
            target = source
        elif event.get("arrived_at") and event["arrived_at"] > when:
            target = self.pools[event["event_id"], "in transit"]
        else:
            target = self._pool(event["to_account"], event["asset"])
        for lot, _ in moved:
            self._put(target, lot)
        if self.is_universal or (event.get("arrived_at") or when) <= when:
            self._average(target, event["to_account"], when)

    def _carry(self, number: int, when: datetime, legs: list[dict[str, Any]]) -> None:
        """What the disposals give becomes lots of what the acquisitions bring.

        Units are shared in whole 10^-18, each running sum rounded half to even; costs are not rounded.
        """
        given = [leg for leg in legs if leg["kind"] == "dispose"]
        brought = [leg for leg in legs if leg["kind"] == "acquire"]
        parts: list[Lot] = []
        sizes: list[int] = []
        day = when.astimezone(self.zone).date()
        for leg in given:
            taken = _rows(
                self._take(leg, self._pool(leg["account"], leg["asset"]), Fraction(leg["quantity"]), day, None)
            )
            for lot, how in taken:
                start = lot.acquired_at.astimezone(self.zone).date()
                is_long = lot.origin == "inheritance" or is_long_term(start, day)
                term = "long" if is_long else "short"
                self.disposals.append((leg["event_id"], lot.lot_id, lot.held, None, lot.cost, term, how, "cost"))
            own = [lot for lot, _ in taken]
            lacking = Fraction(leg["quantity"]) - sum(lot.held for lot in own)
            if lacking:
                self.missing[leg["event_id"]] = lacking
                own.append(Lot(f"{leg['event_id']}/none", -1, when, lacking, None, None, None, day, lacking, None))
            parts += own
            sizes.append(len(own))
        if any(len(side) > 1 and not _all_worth(side) for side in (given, brought)):
            for leg in brought:
                self._settle(
                    number, leg, [(Lot("", -1, when, Fraction(1), None, None, None, day, Fraction(1), None), 1, 1)]
                )
            return
        for leg, share in self._dealt(given, brought, parts, sizes):
            self._settle(number, leg, share)

    def _dealt(
        self, given: list[dict[str, Any]], brought: list[dict[str, Any]], parts: list[Lot], sizes: list[int]
    ) -> list[tuple[dict[str, Any], list[tuple[Lot, int, int]]]]:
        """For each coin brought, the parts that go to it: how much of each, and out of how much."""
        if len(given) == 1:
            weights = [int(part.held * 10**18) for part in parts]
        else:
            whole = int(Fraction(brought[0]["quantity"]) * 10**18)
            weights, first = [], 0
            for size, share in zip(sizes, _in_units(whole, [Fraction(leg["value_usd"]) for leg in given]), strict=True):
                weights += _in_units(share, [part.held for part in parts[first : first + size]])
                first += size
        sides = [Fraction(1)] if len(brought) == 1 else [Fraction(leg["value_usd"]) for leg in brought]
        wanted = dict(enumerate(_in_units(sum(weights), sides)))
        left = dict(enumerate(weights))
        dealt: dict[tuple[int, int], int] = {}
        pairs = [(coin, part) for coin in wanted for part in left]
        at_home = [pair for pair in pairs if self.sources.get(parts[pair[1]].lot_id) == brought[pair[0]]["asset"]]
        for coin, part in at_home + pairs:
            units = min(wanted[coin], left[part])
            wanted[coin] -= units
            left[part] -= units
            dealt[coin, part] = dealt.get((coin, part), 0) + units
        self.has_dust |= 0 in weights or any(
            not any(dealt[coin, part] for part in left) for coin in range(len(brought))
        )
        return [
            (leg, [(lot, dealt[coin, place], weights[place]) for place, lot in enumerate(parts) if dealt[coin, place]])
            for coin, leg in enumerate(brought)
        ]

    def _settle(self, number: int, leg: dict[str, Any], shares: list[tuple[Lot, int, int]]) -> None:
        """Lots of one coin that a carry brings."""
        pool = self._pool(leg["account"], leg["asset"])
        quantities = _in_units(int(Fraction(leg["quantity"]) * 10**18), [Fraction(units) for _, units, _ in shares])
        for place, ((lot, units, whole), quantity) in enumerate(zip(shares, quantities, strict=True)):
            lot_id = f"{leg['event_id']}/{place + 1:0{len(str(len(shares)))}d}"
            self.has_dust |= quantity == 0
            gift = lot.gift_value is not None
            cost = None if lot.cost is None or gift else lot.cost * units / whole
            self.sources[lot_id] = next(
                (row["asset"] for row in self.rows if row["event_id"] == lot.lot_id.partition("/")[0]), ""
            )
            held = Fraction(quantity, 10**18)
            day = leg["occurred_at"].astimezone(self.zone).date()
            origin = "inheritance" if lot.origin == "inheritance" else None
            more = Lot(
                lot_id, number + Fraction(place, 10**6), lot.acquired_at, held, cost, origin, None, day, held, cost
            )
            pool.append(more)
        self._average(pool, leg["account"], leg["occurred_at"])

    def _average(self, pool: list[Lot], account: str, when: datetime) -> None:
        """Under `average`, every unit of a pool costs the same."""
        if pool and self.method(account, when) == "average":
            unknown = any(lot.cost is None for lot in pool)
            unit = None if unknown else sum(lot.cost for lot in pool) / sum(lot.held for lot in pool)
            for lot in pool:
                lot.cost = None if unit is None else unit * lot.held

    def _dispose(self, _number: int, when: datetime, event: dict[str, Any]) -> None:
        pool = self._pool(event["account"], event["asset"])
        day = when.astimezone(self.zone).date()
        self._sell(event, pool, Fraction(event["quantity"]), day, event.get("purpose") or "sale")

    def _sell(self, event: dict[str, Any], pool: list[Lot], quantity: Fraction, day: date, kind: str) -> None:
        value = event["value_usd"]
        proceeds = None if value is None or kind in UNTAXED else Fraction(value)
        price = None if proceeds is None else proceeds / quantity
        sold = Fraction(0)
        for lot, how in _rows(self._take(event, pool, quantity, day, price)):
            sold += lot.held
            share = None if price is None else price * lot.held
            cost, start = lot.cost, lot.acquired_at.astimezone(self.zone).date()
            basis = "cost"
            if lot.gift_value is not None and cost is not None and share is not None and share <= cost:
                low = lot.gift_value * lot.held / lot.bought
                if share < low:
                    cost, start, basis = low, lot.gift_date, "gift_loss"
                else:
                    cost, basis = share, "gift_neither"
            is_long = lot.origin == "inheritance" or is_long_term(start, day)
            if lot.origin == "inheritance" and basis == "gift_loss":
                is_long = is_long_term(start, day)
            self.disposals.append(
                (event["event_id"], lot.lot_id, lot.held, share, cost, "long" if is_long else "short", how, basis)
            )
        if sold < quantity:
            self.missing[event["event_id"]] = quantity - sold

    def _take(
        self, event: dict[str, Any], pool: list[Lot], quantity: Fraction, day: date, price: Fraction | None
    ) -> list[tuple[Lot, str]]:
        """Take units; the parts as lots of their own, with the method that picked each."""
        method = self.method(event["account"], event["occurred_at"])
        taken: list[tuple[Lot, str]] = []
        self._average(pool, event["account"], event["occurred_at"])

        def cut(lot: Lot, part: Fraction, how: str) -> None:
            cost = None if lot.cost is None else lot.cost * part / lot.held
            piece = Lot(**{**vars(lot), "held": part, "cost": cost})
            lot.cost = None if lot.cost is None else lot.cost - cost
            lot.held -= part
            if taken and taken[-1][0].part == lot.part and taken[-1][0].lot_id == lot.lot_id and taken[-1][1] == how:
                _join(taken[-1][0], piece)
            else:
                taken.append((piece, how))

        for lot_id, limit in event.get("lots") or ():
            for lot in sorted(pool, key=lambda lot: lot.part):
                left = quantity - sum(piece.held for piece, _ in taken)
                if lot.lot_id == lot_id and lot.held and left:
                    cut(lot, min(left, lot.held, left if limit is None else Fraction(limit)), "specific")
        key = {
            "fifo": lambda lot: (lot.acquired_at, lot.number),
            "specific": lambda lot: (lot.acquired_at, lot.number),
            "average": lambda lot: (lot.acquired_at, lot.number),
            "lifo": lambda lot: (-lot.acquired_at.timestamp(), -lot.number),
            "hifo": lambda lot: (lot.paid is None, -(lot.paid or 0) / lot.bought, lot.acquired_at, lot.number),
            "lofo": lambda lot: (lot.paid is None, (lot.paid or 0) / lot.bought, lot.acquired_at, lot.number),
            "min_tax": lambda lot: least_taxed(lot, day, price, self.zone),
        }[method]
        for lot in sorted((lot for lot in pool if lot.held), key=lambda lot: (key(lot), lot.part)):
            left = quantity - sum(piece.held for piece, _ in taken)
            if left:
                cut(lot, min(left, lot.held), "fifo" if method == "specific" else method)
        pool[:] = [lot for lot in pool if lot.held]
        return taken

    def _put(self, pool: list[Lot], lot: Lot) -> None:
        """One entry per lot in a pool, and per part of it with a cost of its own."""
        for other in pool:
            if (other.lot_id, other.part) == (lot.lot_id, lot.part):
                _join(other, lot)
                return
        pool.append(lot)


def _join(lot: Lot, more: Lot) -> None:
    lot.held += more.held
    lot.cost = None if lot.cost is None or more.cost is None else lot.cost + more.cost


def _all_worth(side: list[dict[str, Any]]) -> bool:
    values = [leg["value_usd"] for leg in side]
    return None not in values and any(values)


def _in_units(whole: int, weights: list[Fraction]) -> list[int]:
    """`whole` by weight: each running sum rounded half to even."""
    sums = [sum(weights[:end], Fraction(0)) for end in range(len(weights) + 1)]
    ends = [round(whole * upto / sums[-1]) for upto in sums] if sums[-1] else [0] * len(weights) + [whole]
    return [end - start for start, end in pairwise(ends)]


def _rows(taken: list[tuple[Lot, str]]) -> list[tuple[Lot, str]]:
    """One row for neighbouring parts of one lot."""
    rows: list[tuple[Lot, str]] = []
    for lot, how in taken:
        if rows and rows[-1][0].lot_id == lot.lot_id and rows[-1][1] == how:
            _join(rows[-1][0], lot)
        else:
            rows.append((Lot(**vars(lot)), how))
    return rows


def is_long_term(acquired: date, disposed: date) -> bool:
    """Held for more than one year, the day after acquisition being the first (Pub. 550 ch. 4)."""
    first = date.fromordinal(acquired.toordinal() + 1)
    try:
        return disposed >= first.replace(year=first.year + 1)
    except ValueError:
        return disposed >= date(first.year + 1, 3, 1)


def least_taxed(lot: Lot, day: date, price: Fraction | None, zone: ZoneInfo) -> tuple[Any, ...]:
    """Short loss, long loss, long gain, short gain; the dearest first, unknown costs last of their term."""
    is_long = lot.origin == "inheritance" or is_long_term(lot.acquired_at.astimezone(zone).date(), day)
    is_loss = price is not None and lot.cost is not None and lot.cost / lot.held > price
    group = {(True, False): 0, (True, True): 1, (False, True): 2, (False, False): 3}[is_loss, is_long]
    if lot.paid is None:
        group = 2 if is_long else 3
    return group, lot.paid is None, -(lot.paid or 0) / lot.bought, lot.acquired_at, lot.number
