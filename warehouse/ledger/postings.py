"""`ledger.postings`: the legs with their values.

Every product and quotient of money is taken in `warehouse.columns`, outside SQL. The value of a trade stands on one
piece of evidence for both of its sides (`queries/value_trades.sql`); everything else is worth its own price
(`queries/find_market_values.sql`).

Belongs here: values. Does not belong here: whose cost a fee is (`warehouse/matching`), or any tax.
"""

from itertools import groupby

import duckdb
import pyarrow as pa

from warehouse.columns import MONEY, from_integers, multiply, share, split, to_integers
from warehouse.market.currencies import STABLECOINS
from warehouse.schema import create_tables, drop_tables, fetch_query, run_query, store_rows
from warehouse.steps import Book, Check, Step

_SHARED_SIDES = """
WITH sides AS (
    SELECT transaction_number, asset, quantity > 0 AS is_received, side_value, market_value,
        count(market_value) OVER (PARTITION BY transaction_number, quantity > 0) AS known,
        sum(market_value) OVER (PARTITION BY transaction_number, quantity > 0) AS total
    FROM asset_values WHERE side_coins > 1 AND side_value IS NOT NULL
), counted AS (
    SELECT *, count(*) OVER (PARTITION BY transaction_number, is_received) AS coins FROM sides
)
SELECT transaction_number, asset, is_received, side_value, market_value FROM counted
WHERE known = coins AND total <> 0
ORDER BY transaction_number, is_received, asset
"""

_PARTIAL_LEGS = """
SELECT transaction_number, place, quantity, coin_quantity, coin_value, source, is_interpolated
FROM coin_legs WHERE NOT is_whole AND coin_value IS NOT NULL
"""


def build_postings(book: Book) -> None:
    """Make `ledger.postings` from `ledger.legs` and `market.prices`.

    Raises `OverflowError` where a value needs more than 38 digits.
    """
    connection = book.connection
    create_tables(connection, "120_postings.sql")
    connection.execute("SET VARIABLE base_currency = $base", {"base": book.settings.base_currency})
    store_rows(connection, "stablecoins", pa.table({"asset": sorted(STABLECOINS)}))
    run_query(connection, "find_market_values.sql")
    store_rows(connection, "market_values", _market_values(connection))
    run_query(connection, "value_trades.sql")
    store_rows(connection, "split_values", _split_values(connection))
    run_query(connection, "value_coin_legs.sql")
    store_rows(connection, "leg_shares", _leg_shares(connection))
    run_query(connection, "collect_leg_values.sql")
    run_query(connection, "insert_postings.sql")
    drop_tables(
        connection, "trade_kinds", "simple_trades", "unpriced_legs", "needed_prices", "found_prices", "priced_legs",
        "market_values", "stablecoins", "told_values", "told_legs",
        "trade_assets", "trades", "trade_evidence", "trade_sides", "asset_values",
        "split_values", "coin_legs", "leg_shares", "leg_values",
    )  # fmt: skip


def _market_values(connection: duckdb.DuckDBPyConnection) -> pa.Table:
    legs = fetch_query(connection, "SELECT * FROM priced_legs")
    return legs.select(["transaction_number", "place", "source", "is_interpolated"]).append_column(
        "market_value", multiply(legs["quantity"], legs["price_usd"])
    )


def _split_values(connection: duckdb.DuckDBPyConnection) -> pa.Table:
    """What each of several coins on one side of a trade is worth: the side's value by the coins' own market values."""
    sides = fetch_query(connection, _SHARED_SIDES)
    numbers, received = sides["transaction_number"].to_pylist(), sides["is_received"].to_pylist()
    totals, weights = to_integers(sides["side_value"]), to_integers(sides["market_value"])
    values: list[int] = []
    for _, group in groupby(range(len(numbers)), key=lambda row: (numbers[row], received[row])):
        rows = list(group)
        values += split(totals[rows[0]], [weights[row] for row in rows])
    return sides.select(["transaction_number", "asset"]).append_column("value", from_integers(values, MONEY))


def _leg_shares(connection: duckdb.DuckDBPyConnection) -> pa.Table:
    """What a fee in a coin of the trade is worth, and each of several postings of one coin: its share of the coin's."""
    legs = fetch_query(connection, _PARTIAL_LEGS)
    return legs.select(["transaction_number", "place", "source", "is_interpolated"]).append_column(
        "value", share(legs["coin_value"], legs["quantity"], legs["coin_quantity"])
    )


POSTINGS = Step(
    tables=("ledger.postings",),
    needs=("ledger.legs", "ledger.spam", "market.prices"),
    description="Gives every posting its value and says which evidence it stands on.",
    run=build_postings,
    checks=(
        Check(
            name="every_leg_is_posted",
            table="ledger.postings",
            description="Postings and legs are the same movements: none lost, none doubled, none changed.",
            query=(
                "SELECT account, asset, sum(posted) AS posted, sum(moved) AS moved, sum(postings) AS surplus FROM ("
                "SELECT account, asset, quantity AS posted, 0 AS moved, 1 AS postings FROM ledger.postings UNION ALL "
                "SELECT account, asset, 0, quantity, -1 FROM ledger.legs) "
                "GROUP BY account, asset HAVING sum(posted) <> sum(moved) OR sum(postings) <> 0"
            ),
            is_blocking=True,
        ),
    ),
)
