"""Where a figure comes from: from a disposal, a lot or a transfer down to postings and the row as it was received.

The answer is a tree of plain values. Lists are cut at `MOST`, and say how much was left out.

Belongs here: walking the tables of a published file. Does not belong here: how a tree is shown.
"""

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

import duckdb

from warehouse.decisions import OPENING_STREAM
from warehouse.evidence import find_evidence
from warehouse.ledger.told import transaction_parts

MOST = 20
"""How many of a kind are shown below one node."""

Row = dict[str, Any]


@dataclass(slots=True)
class Node:
    """One thing: what it is, what is known of it (NULL is left out), and what it rests on."""

    title: str
    facts: Row = field(default_factory=dict)
    children: list["Node"] = field(default_factory=list)

    def as_json(self) -> Row:
        """The tree as plain objects."""
        return {"title": self.title, **self.facts, "rests_on": [child.as_json() for child in self.children]}


class Explainer:
    """Explains ids of one published file; `raw_root` is where its evidence lies."""

    def __init__(self, connection: duckdb.DuckDBPyConnection, raw_root: Path) -> None:
        self._connection = connection
        self._raw_root = raw_root

    def explain(self, name: str) -> Node | None:
        """The tree of a problem, disposal, lot (of a candidate too), transfer, event, posting or transaction.

        `None` where the book has nothing of that id. Of an id that names several, the first of that order.
        """
        return (
            self._problem(name)
            or self._disposal(name)
            or self._lot(name)
            or self._transfer(name)
            or self._event(name)
            or self._transaction(self._transaction_of(name) or name)
            or self._left_out(name)
            or self._set_aside(name)
            or self._ignored(name)
        )

    def _problem(self, name: str) -> Node | None:
        for row in self._rows("SELECT * FROM quality.problems WHERE problem_id = ?", name):
            node = Node(
                "problem", _facts(row, "problem_id", "problem", "detail", "quantity", "stake_usd", "occurred_at")
            )
            about = row["event_id"] or row["transaction_id"]
            below = None if about is None else self.explain(about)
            causes = self._rows(
                "SELECT detail, transaction_id FROM quality.causes WHERE problem_id = ? ORDER BY place", name
            )
            told = self._list(causes, lambda cause: Node("may be explained by", _facts(cause, *cause)))
            return _with(node, [*told, *([below] if below else [])])
        return None

    def _disposal(self, name: str) -> Node | None:
        for row in self._rows("SELECT * FROM lots.disposals WHERE disposal_id = ?", name):
            node = Node("disposal of a part of a lot", _facts(row, *_DISPOSAL))
            lot = self._lot(row["lot_id"], until=row["disposed_at"])
            sale = self._transaction(row["transaction_id"], title="disposed of in this transaction")
            found = [*([lot] if lot else []), *([sale] if sale else []), *self._identified(row["event_id"])]
            return _with(node, [*found, *self._doubts(row)])
        return None

    def _doubts(self, disposal: Row) -> list[Node]:
        """What the disposal rests on that is not known or not decided."""
        rows = self._rows(
            "SELECT reason, via, from_at FROM quality.doubts "
            "WHERE account = ? AND asset = ? AND (from_at IS NULL OR from_at <= ?) "
            "ORDER BY from_at NULLS FIRST, doubt_id",
            *(disposal[name] for name in ("account", "asset", "disposed_at")),
        )
        return self._list(rows, lambda row: Node("in doubt, since it rests on this", _facts(row, *row)))

    def _identified(self, event_id: str) -> list[Node]:
        rows = self._rows("SELECT * FROM lots.identification_uses WHERE event_id = ?", event_id)
        return self._list(rows, lambda row: Node("lots identified before the sale", _facts(row, *row)))

    def _lot(self, name: str, *, until: datetime | None = None) -> Node | None:
        """A lot with where it went; of one that a disposal consumed, only how it came there `until` then."""
        for row in self._rows("SELECT * FROM lots.lots WHERE lot_id = ?", name):
            node = Node("lot", _facts(row, *row))
            made = self._transaction(row["transaction_id"], title="acquired in this transaction")
            moves = self._rows("SELECT * FROM lots.lot_moves WHERE lot_id = ? ORDER BY moved_at, event_id", name)
            origin = self._carried_from(name)
            if until is not None:
                moves = [move for move in moves if move["moved_at"] <= until]
                carried = self._list(moves, lambda move: Node("moved", _facts(move, *_MOVE)))
                return _with(node, [*([made] if made else []), *origin, *carried])
            sold = self._rows("SELECT * FROM lots.disposals WHERE lot_id = ? ORDER BY disposed_at, disposal_id", name)
            held = self._rows("SELECT * FROM harvest.lot_values WHERE lot_id = ? ORDER BY account", name)
            return _with(
                node,
                [
                    *([made] if made else []),
                    *origin,
                    *self._list(moves, lambda move: Node("moved", _facts(move, *_MOVE))),
                    *self._list(sold, lambda sale: Node("disposed of in part", _facts(sale, *_DISPOSAL))),
                    *self._list(held, lambda part: Node("still held", _facts(part, *_HELD))),
                ],
            )
        return None

    def _carried_from(self, name: str) -> list[Node]:
        """Of a lot with the cost and age of lots of another coin, each of those, back to what was acquired."""
        rows = self._rows("SELECT * FROM lots.carried WHERE lot_id = ? ORDER BY from_lot_id", name)

        def source(row: Row) -> Node:
            node = Node("carried over from another coin, nothing realized", _facts(row, *_CARRIED))
            lot = self._lot(row["from_lot_id"], until=row["carried_at"]) if row["from_lot_id"] else None
            return _with(node, [lot] if lot else [])

        return self._list(rows, source)

    def _transfer(self, name: str) -> Node | None:
        rows = self._rows("SELECT * FROM ledger.transfers WHERE transfer_id = ? OR to_posting_id = ?", name, name)
        for row in rows:
            node = Node("transfer between own accounts", _facts(row, *row))
            ends = (("left in", row["from_posting_id"]), ("arrived in", row["to_posting_id"]))
            found = [self._transaction(self._transaction_of(end), title=title) for title, end in ends]
            lots = self._rows("SELECT * FROM lots.lot_moves WHERE event_id = ? ORDER BY lot_id", row["transfer_id"])
            carried = self._list(lots, lambda move: Node("carried", _facts(move, "lot_id", "quantity", "cost_usd")))
            return _with(node, [*carried, *(end for end in found if end)])
        return None

    def _event(self, name: str) -> Node | None:
        for row in self._rows("SELECT * FROM lots.events WHERE event_id = ? AND event <> 'acquire'", name):
            node = Node(_EVENTS[row["event"]], _facts(row, *_EVENT))
            slices = self._rows("SELECT * FROM lots.disposals WHERE event_id = ? ORDER BY disposal_id", name)
            short = self._rows("SELECT * FROM lots.shortfalls WHERE event_id = ? ORDER BY problem", name)
            moves = self._rows("SELECT * FROM lots.lot_moves WHERE event_id = ? ORDER BY lot_id", name)
            made = self._transaction(row["transaction_id"], title="in this transaction")
            return _with(
                node,
                [
                    *self._list(slices, lambda part: self._disposal(part["disposal_id"])),
                    *self._list(
                        short, lambda part: Node("found no lot", _facts(part, "problem", "quantity", "detail"))
                    ),
                    *self._list(moves, lambda move: Node("moved", _facts(move, "lot_id", *_MOVE))),
                    *([made] if made else []),
                ],
            )
        return None

    def _transaction(self, name: str, *, title: str = "transaction") -> Node | None:
        rows = self._rows("SELECT * FROM ledger.postings WHERE transaction_id = ? ORDER BY place", name)
        if not rows:
            return None
        node = Node(
            title, _facts(rows[0], "transaction_id", "account", "kind", "occurred_at", "tx_hash", "counterparty")
        )
        postings = [Node("posting", _facts(row, *_POSTING)) for row in rows]
        decided = self._rows(
            "SELECT * FROM ledger.overrides WHERE transaction_id = ? OR other_transaction_id = ?", name, name
        )
        raw = self._evidence(rows[0]["raw_file"], transaction_parts(name)["id"], rows[0]["stream"])
        told = self._rows(
            "SELECT * FROM ledger.duplicates WHERE kept_transaction_id = ? OR (transaction_id = ? AND NOT is_applied) "
            "ORDER BY duplicate_id", name, name
        )  # fmt: skip
        return _with(
            node,
            [
                *postings,
                *(Node("decided in overrides.toml", _facts(row, *_DECIDED)) for row in decided),
                raw,
                *self._list(told, lambda row: self._told_again(row, name)),
            ],
        )

    def _told_again(self, row: Row, name: str) -> Node:
        """The other row that tells the event of the transaction `name`, or seems to."""
        if row["transaction_id"] == name:
            return Node("seems to tell the same event as", _facts(row, "kept_transaction_id", *_TOLD_AGAIN))
        title = "told by this row too" if row["is_confirmed"] else "seems to be told by this row too"
        node = Node(title, _facts(row, "transaction_id", *_TOLD_AGAIN))
        parts = transaction_parts(row["transaction_id"])
        return _with(node, [self._evidence(row["raw_file"], parts["id"], parts["stream"])])

    def _left_out(self, name: str) -> Node | None:
        """A row that is not booked because another one tells its event: that one, which shows both."""
        rows = self._rows("SELECT * FROM ledger.duplicates WHERE transaction_id = ? AND is_applied", name)
        if not rows:
            return None
        node = Node("not booked: another row tells this event", _facts(rows[0], "transaction_id", *_TOLD_AGAIN))
        return _with(
            node, self._list(rows, lambda row: self._transaction(row["kept_transaction_id"], title="booked as"))
        )

    def _set_aside(self, name: str) -> Node | None:
        query = "SELECT * FROM quality.quarantine WHERE account || '/' || stream || '/' || id = ?"
        for row in self._rows(query, name):
            node = Node("row that could not be booked", _facts(row, "account", "stream", "id", "occurred_at", "reason"))
            return _with(node, [self._evidence(row["raw_file"], row["id"], row["stream"])])
        return None

    def _ignored(self, name: str) -> Node | None:
        for row in self._rows("SELECT * FROM ledger.overrides WHERE override_id = ? OR transaction_id = ?", name, name):
            return Node("decided in overrides.toml", _facts(row, "override_id", *_DECIDED))
        return None

    def _transaction_of(self, posting_id: str) -> str:
        rows = self._rows("SELECT transaction_id FROM ledger.postings WHERE posting_id = ?", posting_id)
        return str(rows[0]["transaction_id"]) if rows else ""

    def _evidence(self, raw_file: str, row_id: str, stream: str) -> Node:
        if stream == OPENING_STREAM:
            return Node("by your own word", {"file": raw_file})
        found = find_evidence(self._raw_root, raw_file, row_id)
        facts = {"raw_file": str(found.path), "source": found.source, "fetched_at": found.fetched_at}
        known = {key: value for key, value in facts.items() if value is not None}
        if found.problem is not None:
            return Node("evidence", {**known, "problem": found.problem})
        return Node("evidence, as it was received", {**known, "payload": _parsed(found.payload)})

    def _rows(self, query: str, *parameters: str | datetime) -> list[Row]:
        answer = self._connection.execute(query, list(parameters))
        names = [column[0] for column in answer.description or []]
        return [dict(zip(names, row, strict=True)) for row in answer.fetchall()]

    @staticmethod
    def _list(rows: Sequence[Row], make: Callable[[Row], Node | None]) -> list[Node]:
        nodes = [node for node in map(make, rows[:MOST]) if node is not None]
        return [*nodes, Node(f"and {len(rows) - MOST:,} more")] if len(rows) > MOST else nodes


def _with(node: Node, children: Sequence[Node]) -> Node:
    node.children += children
    return node


def _facts(row: Row, *names: str) -> Row:
    return {name: row[name] for name in names if row[name] is not None}


def _parsed(payload: str | None) -> Any:
    """A payload of JSON as values, with its numbers as they were written; anything else as it is."""
    try:
        return json.loads(payload or "", parse_float=str, parse_int=str)
    except json.JSONDecodeError:
        return payload


_TOLD_AGAIN = ("account", "kind", "occurred_at", "moved", "rule", "confidence", "is_confirmed", "is_applied", "differs")
_EVENTS = {
    "dispose": "disposal",
    "transfer": "transfer of lots",
    "unexplained": "coins that came in without a known cost or age",
}
_EVENT = ("event_id", "kind", "account", "to_account", "asset", "quantity", "value_usd", "fee_quantity", "occurred_at")
_MOVE = ("from_account", "to_account", "quantity", "cost_usd", "moved_at", "reason", "event_id")
_CARRIED = (
    "carry_id", "from_lot_id", "from_asset", "from_quantity", "quantity", "cost_usd", "acquired_at", "carried_at",
)  # fmt: skip
_POSTING = ("posting_id", "role", "asset", "quantity", "value_usd", "price_source")
_HELD = (
    "account", "quantity", "cost_usd", "price_usd", "price_at", "source", "unrealized_usd", "term", "long_from_date",
    "status", "reasons",
)  # fmt: skip
_DISPOSAL = (
    "disposal_id", "account", "asset", "quantity", "kind", "acquired_at", "disposed_at", "proceeds_usd", "cost_usd",
    "gain_usd", "term", "tax_year", "method", "cost_basis",
)  # fmt: skip
_DECIDED = (
    "override", "state", "detail", "told_kind", "kind", "value_usd", "acquired_at", "fair_value_usd", "note", "line",
)  # fmt: skip
