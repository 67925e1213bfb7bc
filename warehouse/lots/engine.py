"""Matching disposals to lots. Pure: no clock, no database, no logging.

Belongs here: the walk over events from an Arrow table to an Arrow answer. Does not belong here: prices, what a trade's
fee belongs to, or what tax follows.
"""

from datetime import datetime
from decimal import Decimal
from typing import Any

import pyarrow as pa

from warehouse.exact import divide_half_even, from_units, to_units
from warehouse.lots.events import KINDS, UNTAXED_PURPOSES, checked_events
from warehouse.lots.holding import local_date, term_of
from warehouse.lots.policy import Policy
from warehouse.lots.results import DISPOSALS, LOT_MOVES, OPEN_LOTS, PROBLEMS, Matched


def match_lots(events: pa.Table, *, policy: Policy, until: datetime | None = None) -> Matched:
    """Match every disposal and transfer in `events` (schema `EVENTS`, rows in any order) to lots under `policy`.

    Events happen by `occurred_at`; at one instant acquisitions come before transfers before disposals, then `event_id`
    decides. With `until`, events after that instant have not happened yet. Raises `InvalidEvents` for a table that
    breaks its shape, `ValueError` for a policy that can not be carried out.
    """
    rows = checked_events(events).to_pylist()
    rows = [row for row in rows if until is None or row["occurred_at"] <= until]
    rows.sort(key=lambda row: (row["occurred_at"], KINDS.index(row["kind"]), row["event_id"]))
    walk = _Walk(policy)
    for row in rows:
        walk.step(row)
    return walk.answer()


class _Walk:
    def __init__(self, policy: Policy) -> None:
        self.policy = policy
        self.held: dict[tuple[str, str], list[dict[str, Any]]] = {}
        self.disposals: list[dict[str, Any]] = []
        self.moves: list[dict[str, Any]] = []
        self.problems: list[dict[str, Any]] = []

    def step(self, row: dict[str, Any]) -> None:
        if row["kind"] != "transfer" and row["value_usd"] is None and row["purpose"] not in UNTAXED_PURPOSES:
            self.problem("unknown_value", row, row["quantity"], None, f"the value of this {row['kind']} is unknown")
        if row["kind"] == "acquire":
            self.hold(
                row["account"],
                {
                    "lot_id": row["event_id"],
                    "asset": row["asset"],
                    "acquired_at": row["acquired_at"] or row["occurred_at"],
                    "whole": to_units(row["quantity"], 18),
                    "start": 0,
                    "end": to_units(row["quantity"], 18),
                    "cost": None if row["value_usd"] is None else to_units(row["value_usd"], 8),
                    "origin": row["origin"],
                },
            )
        elif row["kind"] == "dispose":
            self.dispose(row, to_units(row["quantity"], 18), row["value_usd"], row["purpose"] or "sale")
        else:
            self.transfer(row)

    def hold(self, account: str, piece: dict[str, Any]) -> None:
        pieces = self.held.setdefault((account, piece["asset"]), [])
        pieces.append(piece)
        pieces.sort(key=lambda one: (one["acquired_at"], one["lot_id"], one["start"]))

    def take(self, account: str, asset: str, quantity: int) -> list[dict[str, Any]]:
        taken = []
        pieces = self.held.setdefault((account, asset), [])
        while quantity and pieces:
            piece = pieces[0]
            part = dict(piece, end=min(piece["end"], piece["start"] + quantity))
            quantity -= part["end"] - part["start"]
            piece["start"] = part["end"]
            if piece["start"] == piece["end"]:
                pieces.pop(0)
            taken.append(part)
        return taken

    def dispose(self, row: dict[str, Any], quantity: int, value: Decimal | None, kind: str) -> None:
        total = None if value is None or kind in UNTAXED_PURPOSES else to_units(value, 8)
        day = local_date(row["occurred_at"], self.policy.time_zone)
        done = 0
        for number, part in enumerate(self.take(row["account"], row["asset"], quantity), 1):
            size = part["end"] - part["start"]
            proceeds = _between(total, done, done + size, quantity)
            cost = _between(part["cost"], part["start"], part["end"], part["whole"])
            done += size
            term = term_of(local_date(part["acquired_at"], self.policy.time_zone), day)
            self.disposals.append(
                {
                    "disposal_id": f"{row['event_id']}/{number}",
                    "event_id": row["event_id"],
                    "lot_id": part["lot_id"],
                    "account": row["account"],
                    "asset": row["asset"],
                    "quantity": from_units(size, 18),
                    "acquired_at": part["acquired_at"],
                    "disposed_at": row["occurred_at"],
                    "proceeds_usd": _usd(proceeds),
                    "cost_usd": _usd(cost),
                    "gain_usd": None if cost is None or proceeds is None else _usd(proceeds - cost),
                    "term": "long" if part["origin"] == "inheritance" else term,
                    "tax_year": day.year,
                    "method": "fifo",
                    "kind": kind,
                    "cost_basis": "cost",
                }
            )
        if done < quantity:
            share = _usd(_between(total, done, quantity, quantity))
            self.problem("missing_basis", row, from_units(quantity - done, 18), share, "no lots are left to sell from")

    def transfer(self, row: dict[str, Any]) -> None:
        quantity = to_units(row["quantity"], 18)
        for part in self.take(row["account"], row["asset"], quantity):
            size = part["end"] - part["start"]
            quantity -= size
            self.hold(row["to_account"], part)
            self.moves.append(
                {
                    "event_id": row["event_id"],
                    "lot_id": part["lot_id"],
                    "asset": row["asset"],
                    "from_account": row["account"],
                    "to_account": row["to_account"],
                    "quantity": from_units(size, 18),
                    "cost_usd": _usd(_between(part["cost"], part["start"], part["end"], part["whole"])),
                    "moved_at": row["occurred_at"],
                    "reason": "transfer",
                }
            )
        if quantity:
            self.problem("missing_lots", row, from_units(quantity, 18), None, "no lots are left to move")
        if row["fee_quantity"]:
            self.dispose(row, to_units(row["fee_quantity"], 18), row["value_usd"], "transfer_fee")

    def problem(self, problem: str, row: dict[str, Any], quantity: Decimal, usd: Decimal | None, detail: str) -> None:
        self.problems.append(
            {
                "problem": problem,
                "event_id": row["event_id"],
                "account": row["account"],
                "asset": row["asset"],
                "quantity": quantity,
                "value_usd": usd,
                "occurred_at": row["occurred_at"],
                "detail": detail,
            }
        )

    def answer(self) -> Matched:
        lots: dict[tuple[str, str, str], dict[str, Any]] = {}
        for (account, asset), pieces in sorted(self.held.items(), key=lambda item: (item[0][1], item[0][0])):
            for part in pieces:
                cost = _between(part["cost"], part["start"], part["end"], part["whole"])
                lot = lots.setdefault((asset, account, part["lot_id"]), dict(part, account=account, units=0, total=0))
                lot["units"] += part["end"] - part["start"]
                lot["total"] = None if cost is None else lot["total"] + cost
        open_lots = [
            {
                "lot_id": lot["lot_id"],
                "asset": lot["asset"],
                "account": lot["account"],
                "acquired_at": lot["acquired_at"],
                "quantity": from_units(lot["units"], 18),
                "cost_usd": _usd(lot["total"]),
                "is_in_transit": False,
                "unit_cost_usd": None
                if lot["total"] is None
                else from_units(divide_half_even(lot["total"] * 10**28, lot["units"]), 18),
            }
            for lot in lots.values()
        ]
        return Matched(
            disposals=pa.Table.from_pylist(self.disposals, schema=DISPOSALS),
            open_lots=pa.Table.from_pylist(open_lots, schema=OPEN_LOTS),
            lot_moves=pa.Table.from_pylist(self.moves, schema=LOT_MOVES),
            problems=pa.Table.from_pylist(self.problems, schema=PROBLEMS),
        )


def _between(total: int | None, start: int, end: int, whole: int) -> int | None:
    """The share of `total` that falls on units `start` to `end` of `whole`: running totals rounded half to even."""
    if total is None:
        return None
    return divide_half_even(total * end, whole) - divide_half_even(total * start, whole)


def _usd(units: int | None) -> Decimal | None:
    return None if units is None else from_units(units, 8)
