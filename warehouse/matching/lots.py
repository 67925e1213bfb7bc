"""`lots.lots`, `lots.open_lots`, `lots.lot_moves`, `lots.disposals`: the events matched by the lot engine, and stored.

Belongs here: what goes to the engine and where its answer is kept, and the checks that hold the books together. Does
not belong here: which lot goes first (`warehouse/lots`).
"""

from datetime import datetime

from warehouse.lots.engine import match_lots
from warehouse.matching.checks import LOT_CHECKS
from warehouse.matching.policies import policy_of
from warehouse.schema import create_tables, drop_tables, fetch_query, insert_rows, store_rows
from warehouse.steps import Book, Step

_EVENTS = """
WITH identified AS (
    SELECT event_id, string_agg(lot_id || ':' || u.quantity, ' ' ORDER BY entry_number, lot_id) AS lots,
        max(identified_at) AS identified_at, bool_and(is_broker_told) AS is_broker_told
    FROM lots.identification_uses AS u JOIN lots.identifications USING (entry_number, lot_id)
    GROUP BY event_id
)
SELECT event_id, occurred_at, account, asset, event AS kind, quantity, value_usd, to_account, acquired_at,
    CASE WHEN event = 'acquire' AND kind = 'gift' THEN fair_value_usd END AS fair_value_usd,
    CASE WHEN fee_quantity > 0 THEN fee_quantity END AS fee_quantity, arrived_at,
    CASE WHEN event = 'acquire' THEN kind END AS origin,
    CASE WHEN event = 'dispose' THEN kind END AS purpose,
    lots, identified_at, is_broker_told
FROM lots.events LEFT JOIN identified USING (event_id)
WHERE event <> 'unexplained'
"""

_METHODS = "SELECT account, since, method FROM lots.methods ORDER BY account, since NULLS FIRST"

_LOTS = """
INSERT INTO lots.lots BY NAME
SELECT event_id AS lot_id, asset, account, coalesce(acquired_at, occurred_at) AS acquired_at, quantity,
    value_usd AS cost_usd, kind AS origin, transaction_id
FROM lots.events WHERE event = 'acquire'
"""

_DISPOSALS = """
INSERT INTO lots.disposals BY NAME
SELECT *, regexp_replace(event_id, '#[0-9]+$', '') AS transaction_id,
    kind NOT IN ('gift_out', 'donation', 'lost', 'theft') AS is_taxable
FROM matched_disposals
"""


_ALLOCATIONS = """
INSERT INTO lots.allocations BY NAME
SELECT m.asset, m.lot_id, l.acquired_at, m.from_account AS account_before, m.to_account AS account_after, m.quantity,
    m.cost_usd, m.moved_at AS allocated_at
FROM lots.lot_moves AS m JOIN lots.lots AS l USING (lot_id)
WHERE m.reason = 'allocation'
ORDER BY m.asset, l.acquired_at, m.lot_id, m.to_account
"""


def build_lots(book: Book) -> None:
    """Match `lots.events` up to the book's clock, and store what the engine answers."""
    connection = book.connection
    create_tables(connection, "310_lots.sql")
    methods: dict[str, list[tuple[datetime | None, str]]] = {}
    for account, since, method in connection.execute(_METHODS).fetchall():
        methods.setdefault(account, []).append((since, method))
    policy = policy_of(book.settings, methods)
    matched = match_lots(fetch_query(connection, _EVENTS), policy=policy, until=book.as_of)
    connection.execute(_LOTS)
    insert_rows(connection, "lots.open_lots", matched.open_lots)
    insert_rows(connection, "lots.lot_moves", matched.lot_moves)
    insert_rows(connection, "lots.shortfalls", matched.problems)
    store_rows(connection, "matched_disposals", matched.disposals)
    connection.execute(_DISPOSALS)
    connection.execute(_ALLOCATIONS)
    drop_tables(connection, "matched_disposals")


LOTS = Step(
    tables=(
        "lots.lots",
        "lots.open_lots",
        "lots.lot_moves",
        "lots.disposals",
        "lots.shortfalls",
        "lots.allocations",
    ),
    needs=("lots.events", "lots.methods", "lots.identifications", "lots.identification_uses"),
    description="Matches every disposal and transfer to lots, in the order of the account's method.",
    run=build_lots,
    checks=LOT_CHECKS,
)
