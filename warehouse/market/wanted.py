"""Which prices the books need: what connectors are asked to fetch.

Belongs here: the list. Does not belong here: fetching, or which of several prices counts.
"""

from datetime import date, datetime

import duckdb

_NEEDED = """
WITH money_trades AS (
    SELECT transaction_number
    FROM ledger.legs WHERE kind IN ('trade', 'wrap', 'keep_basis') AND role = 'principal'
    GROUP BY transaction_number
    HAVING count(DISTINCT asset) FILTER (NOT is_cash) = 1 AND bool_or(is_cash)
), needed AS (
    SELECT l.asset, l.occurred_at, l.tx_hash, l.is_cash
    FROM ledger.legs AS l LEFT JOIN money_trades AS m USING (transaction_number)
    WHERE l.kind <> 'opening' AND (m.transaction_number IS NULL OR l.is_cash OR l.role = 'fee')
    UNION ALL
    SELECT DISTINCT worth_asset, occurred_at, NULL, NULL FROM ledger.legs WHERE worth_asset IS NOT NULL
), bait AS (
    SELECT asset FROM ledger.legs GROUP BY asset HAVING count(*) = count(*) FILTER (mark = 'bait')
)
"""
_WANTED = f"""
{_NEEDED}, held AS (
    SELECT asset, $as_of AS occurred_at FROM ledger.legs GROUP BY asset HAVING sum(quantity) <> 0
)
SELECT asset, min(timezone('UTC', occurred_at))::DATE AS first_date
FROM (SELECT asset, occurred_at FROM needed UNION ALL FROM held)
WHERE asset <> $base_currency AND asset NOT IN (FROM bait) AND occurred_at <= $as_of
GROUP BY asset ORDER BY asset
"""
_EVENTS = f"""
{_NEEDED}
SELECT DISTINCT asset, occurred_at, tx_hash
FROM needed
WHERE tx_hash IS NOT NULL AND NOT is_cash AND asset NOT IN (FROM bait) AND occurred_at <= $as_of
ORDER BY ALL
"""


def wanted_prices(
    connection: duckdb.DuckDBPyConnection, as_of: datetime, *, base_currency: str = "USD"
) -> list[tuple[str, date]]:
    """Each asset that needs prices, with the first UTC day it needs one, in order of assets.

    A coin that was only ever traded for money needs prices only while it is held: the money values its trades. What is
    held is wanted up to `as_of`, from the day before which a price counts as recent. Nobody is asked about bait.
    """
    rows = connection.sql(_WANTED, params={"as_of": as_of, "base_currency": base_currency}).fetchall()
    return [(asset, first_date) for asset, first_date in rows]


def wanted_events(connection: duckdb.DuckDBPyConnection, as_of: datetime) -> list[tuple[str, datetime, str]]:
    """Each asset that is to be valued at an instant of which a transaction's hash is known, with both, in order."""
    return connection.sql(_EVENTS, params={"as_of": as_of}).fetchall()
