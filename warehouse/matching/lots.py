"""`lots.lots`, `lots.open_lots`, `lots.lot_moves`, `lots.disposals`: the events matched by the lot engine, and stored.

Belongs here: what goes to the engine and where its answer is kept, and the checks that hold the books together. Does
not belong here: which lot goes first (`warehouse/lots`).
"""

from typing import cast

from warehouse.lots.engine import match_lots
from warehouse.lots.policy import Method, MethodSince, Policy
from warehouse.matching.checks import LOT_CHECKS
from warehouse.schema import create_tables, drop_tables, fetch_query, insert_rows, store_rows
from warehouse.settings import BookSettings
from warehouse.steps import Book, Step

_EVENTS = """
SELECT event_id, occurred_at, account, asset, event AS kind, quantity, value_usd, to_account,
    CASE WHEN fee_quantity > 0 THEN fee_quantity END AS fee_quantity, arrived_at,
    CASE WHEN event = 'acquire' THEN kind END AS origin,
    CASE WHEN event = 'dispose' THEN kind END AS purpose
FROM lots.events WHERE event <> 'unexplained'
"""

_LOTS = """
INSERT INTO lots.lots BY NAME
SELECT event_id AS lot_id, asset, account, occurred_at AS acquired_at, quantity, value_usd AS cost_usd, kind AS origin,
    transaction_id
FROM lots.events WHERE event = 'acquire'
"""

_DISPOSALS = """
INSERT INTO lots.disposals BY NAME
SELECT *, regexp_replace(event_id, '#[0-9]+$', '') AS transaction_id,
    kind NOT IN ('gift_out', 'donation', 'lost', 'theft') AS is_taxable
FROM matched_disposals
"""


def policy_of(settings: BookSettings) -> Policy:
    """The choices about lots in the settings. Raises `ValueError` for a method that there is not."""
    return Policy(
        methods={account.name: (MethodSince(cast("Method", account.lot_method)),) for account in settings.accounts},
        time_zone=settings.time_zone,
    )


def build_lots(book: Book) -> None:
    """Match `lots.events` up to the book's clock, and store what the engine answers.

    Raises `ValueError` for a method that there is not.
    """
    connection = book.connection
    create_tables(connection, "310_lots.sql")
    matched = match_lots(fetch_query(connection, _EVENTS), policy=policy_of(book.settings), until=book.as_of)
    connection.execute(_LOTS)
    insert_rows(connection, "lots.open_lots", matched.open_lots)
    insert_rows(connection, "lots.lot_moves", matched.lot_moves)
    insert_rows(connection, "lots.shortfalls", matched.problems)
    store_rows(connection, "matched_disposals", matched.disposals)
    connection.execute(_DISPOSALS)
    drop_tables(connection, "matched_disposals")


LOTS = Step(
    tables=("lots.lots", "lots.open_lots", "lots.lot_moves", "lots.disposals", "lots.shortfalls"),
    needs=("lots.events",),
    description="Matches every disposal and transfer to lots, in the order of the account's method.",
    run=build_lots,
    checks=LOT_CHECKS,
)
