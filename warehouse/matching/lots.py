"""`lots.lots`, `lots.open_lots`, `lots.lot_moves`, `lots.disposals`: the events matched by the lot engine, and stored.

Belongs here: what goes to the engine and where its answer is kept, and the checks that hold the books together. Does
not belong here: which lot goes first (`warehouse/lots`).
"""

from datetime import datetime

import pyarrow as pa
import pyarrow.compute as pc

from warehouse.lots.engine import match_lots
from warehouse.lots.policy import Policy
from warehouse.lots.results import Matched
from warehouse.matching.checks import LOT_CHECKS
from warehouse.matching.policies import policy_of
from warehouse.matching.shares import put_shares, with_tax_years
from warehouse.queries import select_rows
from warehouse.schema import create_tables, drop_tables, fetch_query, insert_rows, store_rows
from warehouse.steps import Book, Step
from warehouse.tax.countries import country_of
from warehouse.tax.shares import ShareMatcher

_METHODS = "SELECT account, since, method FROM lots.methods ORDER BY account, since NULLS FIRST"

_LOTS = """
INSERT INTO lots.lots BY NAME
SELECT event_id AS lot_id, asset, account, coalesce(acquired_at, occurred_at) AS acquired_at, quantity,
    value_usd AS cost_usd, kind AS origin, transaction_id
FROM lots.events WHERE event = 'acquire' AND carry_id IS NULL
UNION ALL BY NAME
SELECT lot_id, asset, account, acquired_at, lot_quantity AS quantity,
    CASE WHEN count(cost_usd) = count(*) THEN sum(cost_usd) END AS cost_usd, origin, carry_id AS transaction_id
FROM lots.carried GROUP BY ALL
"""

_UNTAXED = frozenset({"carried"})
"""What realizes nothing in any country."""

_DISPOSALS = """
INSERT INTO lots.disposals BY NAME
SELECT *, regexp_replace(event_id, '#[0-9]+(~[0-9]+)?$', '') AS transaction_id,
    list_position($untaxed, kind) IS NULL AS is_taxable
FROM matched_disposals
"""

_ACQUISITIONS = "SELECT asset, acquired_at, quantity, cost_usd FROM lots.lots ORDER BY acquired_at, lot_id"

_NAME_STARTS = 13
"""Where the name of a carry begins in the word that `read_engine_events` gives it, behind the place that sorts it."""

_ALLOCATIONS = """
INSERT INTO lots.allocations BY NAME
SELECT m.asset, m.lot_id, l.acquired_at, m.from_account AS account_before, m.to_account AS account_after, m.quantity,
    m.cost_usd, m.moved_at AS allocated_at
FROM lots.lot_moves AS m JOIN lots.lots AS l USING (lot_id)
WHERE m.reason = 'allocation'
ORDER BY m.asset, l.acquired_at, m.lot_id, m.to_account
"""


def build_lots(book: Book) -> None:
    """Match `lots.events` up to the book's clock, and store what the engine answers, by the law of the book's country.

    Raises `ValueError` for a choice about lots that the country's law does not know.
    """
    connection = book.connection
    create_tables(connection, "310_lots.sql")
    country = country_of(book.settings.jurisdiction)
    methods: dict[str, list[tuple[datetime | None, str]]] = {}
    for account, since, method in connection.execute(_METHODS).fetchall():
        methods.setdefault(account, []).append((since, method))
    policy = policy_of(book.settings, methods)
    matched = match_lots(select_rows(connection, "read_engine_events"), policy=policy, until=book.as_of)
    insert_rows(connection, "lots.carried", _named(matched.carried))
    connection.execute(_LOTS)
    if country.match_shares is not None:
        matched = _store_shares(book, matched, country.match_shares, policy)
    insert_rows(connection, "lots.open_lots", matched.open_lots)
    insert_rows(connection, "lots.lot_moves", matched.lot_moves)
    insert_rows(connection, "lots.shortfalls", with_tax_years(matched.problems, policy))
    store_rows(connection, "matched_disposals", matched.disposals)
    connection.execute(_DISPOSALS, {"untaxed": sorted(country.untaxed_kinds | _UNTAXED)})
    connection.execute(_ALLOCATIONS)
    drop_tables(connection, "matched_disposals")


def _named(carried: pa.Table) -> pa.Table:
    """What carries did, each by its transaction."""
    names = pc.utf8_slice_codeunits(carried["carry"], _NAME_STARTS)
    return carried.drop_columns("carry").append_column("carry_id", names)


def _store_shares(book: Book, matched: Matched, match_shares: ShareMatcher, policy: Policy) -> Matched:
    """Store what the law matches with what, and answer with its costs instead of the lots' own."""
    shares = put_shares(fetch_query(book.connection, _ACQUISITIONS), matched, match_shares=match_shares, policy=policy)
    for table, rows in (("lots.share_matches", shares.matches), ("lots.share_pools", shares.pools)):
        shape = fetch_query(book.connection, f"SELECT * FROM {table}").schema
        insert_rows(book.connection, table, pa.Table.from_pylist(rows, schema=shape))
    return shares.matched


LOTS = Step(
    tables=(
        "lots.lots",
        "lots.open_lots",
        "lots.lot_moves",
        "lots.disposals",
        "lots.share_matches",
        "lots.share_pools",
        "lots.shortfalls",
        "lots.allocations",
        "lots.carried",
    ),
    needs=("lots.events", "lots.methods", "lots.identifications", "lots.identification_uses"),
    description="Matches every disposal and transfer to lots, in the order of the account's method.",
    run=build_lots,
    checks=LOT_CHECKS,
)
