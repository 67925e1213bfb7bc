"""The tables of what was said of lots, when, and what came of it: methods, pools, identifications and their uses.

Belongs here: from the journal and the settings to those tables. Does not belong here: the rules (`warehouse/lots`),
matching.
"""

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any

import pyarrow as pa

from warehouse.lots.holding import local_date
from warehouse.lots.journal import Entry, NamedLots, StandingOrder
from warehouse.lots.methods import order_reason
from warehouse.lots.naming import Leaving, Use, name_lots
from warehouse.matching.journal_file import read_journal
from warehouse.matching.policies import accounts_since, check_frozen, periods_of, pool_of, record_rules
from warehouse.schema import create_tables, fetch_query, insert_rows
from warehouse.settings import BookSettings
from warehouse.steps import Book, Check, Step

_LEAVING = """
SELECT event_id, transaction_id, occurred_at, account, asset, quantity,
    CASE event WHEN 'dispose' THEN 'sale' ELSE 'transfer' END AS purpose
FROM lots.events
WHERE event = 'transfer' OR (event = 'dispose' AND kind <> 'fee')
"""


def build_identifications(book: Book) -> None:
    """Make the four tables. Raises `JournalError` where the journal or the frozen allocation does not hold."""
    connection, settings = book.connection, book.settings
    create_tables(connection, "305_identifications.sql")
    entries = read_journal(settings.lots.journal_path)
    check_frozen(settings, entries)
    known = [entry for entry in entries if entry.identified_at <= book.as_of]
    methods = _methods(settings, known, book.as_of)
    current = {row["account"]: row["reason"] for row in methods if row["is_current"]}
    uses = _uses(book, known) if any(isinstance(entry.statement, NamedLots) for entry in known) else []
    by_number = {use.entry.number: use for use in uses}
    rows = [row for entry in entries for row in _rows(entry, by_number.get(entry.number), current, book.as_of)]
    given = [
        {"entry_number": use.entry.number, "event_id": event_id, "lot_id": lot_id, "quantity": quantity}
        for use in uses
        for event_id, lot_id, quantity in use.given
    ]
    pool = {"rule": pool_of(settings).rule, "accounts_since": accounts_since(settings, book.as_of)}
    for table, told in (
        ("lots.pools", [pool]),
        ("lots.methods", methods),
        ("lots.identifications", rows),
        ("lots.identification_uses", given),
    ):
        shape = fetch_query(connection, f"SELECT * FROM {table}").schema
        insert_rows(connection, table, pa.Table.from_pylist(told, schema=shape))


def _methods(settings: BookSettings, entries: Sequence[Entry], as_of: datetime) -> list[dict[str, Any]]:
    rows = []
    for account, periods in periods_of(settings, entries).items():
        begun = [period for period in periods if period.since is None or period.since <= as_of]
        rows += [
            {
                "account": account,
                "since": period.since,
                "method": period.method,
                "reason": period.reason,
                "wanted_method": period.wanted,
                "is_current": period is begun[-1],
            }
            for period in periods
        ]
    return rows


def _uses(book: Book, entries: Sequence[Entry]) -> list[Use]:
    told_since = record_rules(book.settings).broker_told_since
    brokers = {account.name for account in book.settings.accounts if account.is_broker}

    def needs_broker(account: str, occurred_at: datetime) -> bool:
        is_due = told_since is not None and local_date(occurred_at, book.settings.time_zone) >= told_since
        return account in brokers and is_due

    events = (
        Leaving(**row) for row in fetch_query(book.connection, _LEAVING).to_pylist() if row["occurred_at"] <= book.as_of
    )
    return name_lots(entries, events, needs_broker=needs_broker)


def _rows(entry: Entry, use: Use | None, current: dict[str, str], as_of: datetime) -> Iterator[dict[str, Any]]:
    """The journal's rows of one entry; `current` gives the reason for the method that holds in each account."""
    statement = entry.statement
    row: dict[str, Any] = {
        "entry_number": entry.number,
        "identified_at": entry.identified_at,
        "kind": entry.kind,
        "note": entry.note,
        "previous_hash": entry.previous_hash,
        "hash": entry.hash,
        "state": "frozen" if entry.identified_at <= as_of else "later",
    }
    if isinstance(statement, StandingOrder):
        state = "in_force" if current.get(statement.account) == order_reason(entry) else "replaced"
        row |= {
            "account": statement.account,
            "method": statement.method,
            "is_broker_told": statement.is_broker_told,
            "state": state if entry.identified_at <= as_of else "later",
        }
    if not isinstance(statement, NamedLots):
        yield row
        return
    for place, (lot_id, quantity) in enumerate(statement.picks):
        yield row | {
            "account": statement.account,
            "purpose": statement.purpose,
            "asset": statement.asset,
            "lot_id": lot_id,
            "quantity": quantity,
            "used_quantity": 0 if use is None else use.used[place],
            "transaction_id": statement.transaction_id,
            "expires_at": statement.expires_at,
            "is_broker_told": statement.is_broker_told,
            "state": "later" if use is None else _state(use, place, as_of),
        }


def _state(use: Use, place: int, as_of: datetime) -> str:
    used, quantity = use.used[place], use.statement.picks[place][1]
    if used == quantity:
        return "used"
    if use.refusal is not None:
        return use.refusal
    if use.statement.expires_at is not None and use.statement.expires_at <= as_of:
        return "expired"
    return "partly_used" if used else "waiting"


IDENTIFICATIONS = Step(
    tables=("lots.methods", "lots.pools", "lots.identifications", "lots.identification_uses"),
    needs=("lots.events",),
    description="Says which lot method holds where and why, and which identified units go to which sale.",
    run=build_identifications,
    checks=(
        Check(
            name="chosen_methods_hold",
            table="lots.methods",
            description="Every account goes by the method chosen for it: where needed, it was recorded in time.",
            query="""
                SELECT account, wanted_method, method, reason FROM lots.methods
                WHERE is_current AND method <> wanted_method ORDER BY account
            """,
            is_blocking=False,
        ),
        Check(
            name="identifications_were_in_time",
            table="lots.identifications",
            description="No identification was made after the sale that it names, or without telling the broker.",
            query="""
                SELECT entry_number, identified_at, account, asset, lot_id, state FROM lots.identifications
                WHERE state IN ('late', 'untold') ORDER BY entry_number, lot_id
            """,
            is_blocking=False,
        ),
    ),
)
