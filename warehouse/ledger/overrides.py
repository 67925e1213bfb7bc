"""`ledger.overrides`: each decision of the person held against the event that it was made for.

A decision counts only while its event is the one that it was made for, by fingerprint, and only where it fits it: a
departure can not be a gift received. Everything else is listed with its reason and changes nothing. What is applied
here is what a transaction *was*, whether it is booked, and opening lots; costs and dates are applied to lots
(`warehouse/matching/events.py`), prices to prices, pairs to transfers, and what is one event to what is told twice
(`duplicates.py`), all from this table.

Belongs here: the rows of the table. Does not belong here: reading overrides.toml, and what fits what (`fitting.py`).
"""

import hashlib
import json
from collections.abc import Callable
from functools import partial
from typing import Any

import pyarrow as pa

from connectors.records import TRANSACTIONS
from warehouse.decisions import OPENING_STREAM, EventOverride, OpeningLot, PairOverride, PriceOverride, SameOverride
from warehouse.ledger.fitting import RefusedError, ends_of, fitting, lapsed_row, one_event_of
from warehouse.ledger.told import Moved, Told, read_told, transaction_parts
from warehouse.schema import fetch_query, insert_rows, store_rows
from warehouse.settings import BookSettings
from warehouse.steps import Book, Check

OVERRIDES_NAME = "overrides.toml"


def apply_overrides(book: Book) -> None:
    """Fill `ledger.overrides`, and leave `decided_events` and `opening_rows` for what is booked.

    Needs `raw_rows` and `older_versions`.
    """
    overrides = book.settings.overrides
    wanted = {event.transaction_id for event in overrides.events}
    for pair in overrides.pairs:
        wanted |= {pair.from_transaction_id, pair.to_transaction_id}
    for same in overrides.sames:
        wanted |= {same.transaction_id, same.other_transaction_id}
    told = read_told(book.connection, wanted, book.settings)
    events = [_event_row(event, told) for event in overrides.events]
    rows = [
        *events,
        *(_pair_row(pair, told) for pair in overrides.pairs),
        *(_same_row(same, told) for same in overrides.sames),
        *(_price_row(price, book.settings) for price in overrides.prices),
        *(_lot_row(lot, book.settings) for lot in overrides.opening_lots),
    ]
    holders = {account.name: account.tells_of for account in book.settings.accounts}
    rows = [{**row, "account": holders.get(row.get("account") or "", row.get("account"))} for row in rows]
    shape = fetch_query(book.connection, "SELECT * FROM ledger.overrides").schema
    insert_rows(book.connection, "ledger.overrides", pa.Table.from_pylist(rows, schema=shape))
    decided = [
        {**transaction_parts(row["transaction_id"]), "kind": row["kind"], "is_ignored": row["override"] == "ignore"}
        for row in events
        if row["state"] == "applied"
    ]
    store_rows(book.connection, "decided_events", pa.Table.from_pylist(decided, schema=_DECIDED))
    opening = [_opening_row(lot) for lot in overrides.opening_lots]
    store_rows(book.connection, "opening_rows", pa.Table.from_pylist(opening, schema=_OPENING))


def _event_row(event: EventOverride, told: dict[str, Told]) -> dict[str, Any]:
    override = "ignore" if event.is_ignored else "event"
    row = {
        "override_id": event.override_id,
        "override": override,
        "transaction_id": event.transaction_id,
        "account": _account_of(event.transaction_id),
        "asset": event.asset,
        "value_usd": event.value_usd,
        "acquired_at": event.acquired_at,
        "fair_value_usd": event.fair_value_usd,
        "note": event.note,
        "line": event.line,
    }
    found = told.get(event.transaction_id)
    lapsed = lapsed_row(event.transaction_id, event.fingerprint, found)
    if found is None or lapsed is not None:
        return {**row, **(lapsed or {})}
    row |= {"told_kind": found.kind, "occurred_at": found.occurred_at}
    try:
        kind, moved = fitting(event, found)
    except RefusedError as refused:
        return {**row, "state": "refused", "detail": str(refused)}
    place = None if moved is None else f"{event.transaction_id}#{moved.place}"
    row |= {"kind": kind, "posting_id": place}
    if moved is not None:
        row |= {"asset": moved.asset, "quantity": moved.quantity}
    return {**row, "state": "applied", "detail": _event_detail(event, found, kind)}


def _event_detail(event: EventOverride, found: Told, kind: str | None) -> str:
    if event.is_ignored:
        return f"this {found.kind} is not booked"
    parts = [f"this {found.kind} is taken for {kind}"] if kind else []
    parts += ["with the cost or value given"] if event.value_usd is not None else []
    parts += [f"acquired on {event.acquired_at:%Y-%m-%d}"] if event.acquired_at else []
    return ", ".join(parts)


def _pair_row(pair: PairOverride, told: dict[str, Told]) -> dict[str, Any]:
    names = (pair.from_transaction_id, pair.to_transaction_id)
    row = _row_of_two(
        pair, names, (pair.from_fingerprint, pair.to_fingerprint), told, partial(ends_of, is_transfer=pair.is_transfer)
    )
    words = f"these are {'' if pair.is_transfer else 'not '}two ends of one transfer"
    return {"detail": words, **row, "override": "pair" if pair.is_transfer else "not_pair"}


def _same_row(same: SameOverride, told: dict[str, Told]) -> dict[str, Any]:
    names = (same.transaction_id, same.other_transaction_id)
    row = _row_of_two(
        same, names, (same.fingerprint, same.other_fingerprint), told, partial(one_event_of, is_same=same.is_same)
    )
    words = f"these are {'one event, told twice' if same.is_same else 'two events that look alike'}"
    return {"detail": words, **row, "override": "same" if same.is_same else "not_same"}


def _row_of_two(
    decision: PairOverride | SameOverride,
    names: tuple[str, str],
    fingerprints: tuple[str, str],
    told: dict[str, Told],
    fit: Callable[[Told, Told], tuple[Moved, Moved]],
) -> dict[str, Any]:
    """What is decided of two transactions, as long as both are what they were and `fit` finds the postings meant."""
    row: dict[str, Any] = {
        "override_id": decision.override_id,
        "transaction_id": names[0],
        "other_transaction_id": names[1],
        "account": _account_of(names[0]),
        "note": decision.note,
        "line": decision.line,
    }
    one, other = (told.get(name) for name in names)
    lapsed = lapsed_row(names[0], fingerprints[0], one) or lapsed_row(names[1], fingerprints[1], other)
    if one is None or other is None or lapsed is not None:
        return {**row, **(lapsed or {})}
    try:
        moved, other_moved = fit(one, other)
    except RefusedError as refused:
        return {**row, "state": "refused", "detail": str(refused)}
    return {
        **row,
        "state": "applied",
        "posting_id": f"{one.transaction_id}#{moved.place}",
        "other_posting_id": f"{other.transaction_id}#{other_moved.place}",
        "asset": moved.asset,
        "quantity": moved.quantity,
        "occurred_at": one.occurred_at,
        "told_kind": one.kind,
    }


def _account_of(transaction_id: str) -> str:
    return transaction_id.partition("/")[0]


def _price_row(price: PriceOverride, settings: BookSettings) -> dict[str, Any]:
    asset = settings.aliases.get(price.asset, price.asset)
    return {
        "override_id": price.override_id,
        "override": "price",
        "state": "applied",
        "detail": f"the price of {asset} at this instant",
        "asset": asset,
        "occurred_at": price.at,
        "price_usd": price.price_usd,
        "note": price.note,
        "line": price.line,
    }


def _lot_row(lot: OpeningLot, settings: BookSettings) -> dict[str, Any]:
    return {
        "override_id": lot.override_id,
        "override": "opening_lot",
        "state": "applied",
        "detail": "a lot that no source tells of",
        "transaction_id": lot.transaction_id,
        "posting_id": f"{lot.transaction_id}#1",
        "account": lot.account,
        "asset": settings.aliases.get(lot.asset, lot.asset),
        "quantity": lot.quantity,
        "occurred_at": lot.acquired_at,
        "kind": OPENING_STREAM,
        "value_usd": lot.cost_usd,
        "acquired_at": lot.acquired_at,
        "note": lot.note,
        "line": lot.line,
    }


def _opening_row(lot: OpeningLot) -> dict[str, Any]:
    payload = json.dumps([lot.account, lot.asset, lot.acquired_at.isoformat(), str(lot.quantity), str(lot.cost_usd)])
    return {
        "account": lot.account,
        "stream": OPENING_STREAM,
        "id": lot.lot_name,
        "kind": OPENING_STREAM,
        "occurred_at": lot.acquired_at,
        "postings": [{"asset": lot.asset, "quantity": f"{lot.quantity:f}", "role": "principal"}],
        "raw_file": OVERRIDES_NAME,
        "payload_hash": hashlib.sha256(payload.encode()).hexdigest()[:32],
    }


_NAMES = [("account", pa.string()), ("stream", pa.string()), ("id", pa.string())]
_DECIDED = pa.schema([*_NAMES, ("kind", pa.string()), ("is_ignored", pa.bool_())])
_OPENING = pa.schema(
    [
        *_NAMES,
        ("kind", pa.string()),
        ("occurred_at", pa.timestamp("us", tz="UTC")),
        ("postings", TRANSACTIONS.field("postings").type),
        ("tx_hash", pa.string()),
        ("counterparty", pa.string()),
        ("raw_file", pa.string()),
        ("payload_hash", pa.string()),
    ]
)

OVERRIDE_CHECKS = (
    Check(
        name="override_ids_are_unique",
        table="ledger.overrides",
        description="Nothing is decided twice.",
        query="SELECT override_id, count(*) AS times FROM ledger.overrides GROUP BY override_id HAVING count(*) > 1",
        is_blocking=True,
    ),
)
