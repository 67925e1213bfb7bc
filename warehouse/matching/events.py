"""`lots.events`: postings and transfers as what the lot engine understands.

Belongs here: which posting acquires, disposes or moves, and what a fee belongs to. Does not belong here: market
values (`warehouse/ledger/postings.py`), matching (`warehouse/lots`).
"""

from itertools import groupby

import duckdb
import numpy as np
import pyarrow as pa

from warehouse.columns import MONEY, from_integers, share, split, to_integers
from warehouse.schema import create_tables, drop_tables, fetch_query, run_query, store_rows
from warehouse.steps import Book, Check, Step
from warehouse.tax.countries import country_of

_WITHHELD = """
SELECT event_id, abs(value_usd) AS value, withheld_quantity, abs(quantity) AS quantity
FROM departures WHERE is_withheld
"""

_SHARED_SIDES = """
SELECT a.transaction_number, a.asset, a.side,
    CASE a.side WHEN 'given' THEN e.proceeds_value ELSE e.cost_value END AS value, abs(a.principal_value) AS weight
FROM exchange_assets AS a JOIN exchanges AS e USING (transaction_number)
WHERE (a.side = 'given' AND e.given_coins > 1)
    OR (a.side = 'received' AND e.received_coins > 1 AND e.shape = 'purchase')
ORDER BY a.transaction_number, a.side, a.asset
"""


_SWAPS_BEFORE_2025 = """
SELECT a.transaction_number, a.asset, e.paid_fees AS value, a.principal_value AS weight
FROM exchange_assets AS a JOIN exchanges AS e USING (transaction_number)
WHERE a.side = 'received' AND e.shape = 'swap' AND e.paid_fees IS DISTINCT FROM 0
    AND year(timezone($time_zone, e.occurred_at)) < 2025
ORDER BY a.transaction_number, a.asset
"""


def build_events(book: Book) -> None:
    """Make `lots.events` from `ledger.postings`, `ledger.transfers` and what the person decided of costs and dates."""
    connection = book.connection
    create_tables(connection, "300_events.sql")
    run_query(connection, "find_movements.sql")
    store_rows(connection, "withheld_values", _withheld_values(connection))
    run_query(connection, "insert_single_events.sql")
    connection.execute("SET VARIABLE liquidity = $liquidity", {"liquidity": book.settings.lots.liquidity})
    run_query(connection, "insert_carry_events.sql")
    _check_carries(book)
    run_query(connection, "find_exchanges.sql")
    if book.settings.lots.trade_fee_before_2025 != "given":
        store_rows(connection, "moved_fees", _moved_fees(book))
        run_query(connection, "move_fees.sql")
    store_rows(connection, "shared_values", _shared_values(connection))
    run_query(connection, "insert_exchange_events.sql")
    connection.execute("SET VARIABLE is_us = $is_us", {"is_us": book.settings.jurisdiction == "US"})
    run_query(connection, "apply_decided_values.sql")
    drop_tables(
        connection, "exchange_kinds", "income_kinds", "leaving_kinds", "decided_kinds", "unvalued_kinds", "kept_back",
        "movements", "departures",
        "withheld_values", "loose_fees", "departing_fees", "exchange_assets", "exchange_heads", "exchanges",
        "shared_values", "moved_fees", "carry_assets", "carries",
    )  # fmt: skip


def _check_carries(book: Book) -> None:
    """Raises `ValueError` where basis is kept through an exchange and the country's law does not know that."""
    country = country_of(book.settings.jurisdiction)
    if not country.leaves_choices:
        query = "SELECT min(carry_id) FROM lots.events WHERE carry_id IS NOT NULL"
        ((carry_id,),) = book.connection.execute(query).fetchall()
        if carry_id is not None:
            raise ValueError(f"the law of {country.name} knows no such choice: take keep_basis of {carry_id} back")


def _withheld_values(connection: duckdb.DuckDBPyConnection) -> pa.Table:
    """What the part of a transfer that never arrived was worth: its share of what left."""
    rows = fetch_query(connection, _WITHHELD)
    return rows.select(["event_id"]).append_column(
        "value", share(rows["value"], rows["withheld_quantity"], rows["quantity"])
    )


def _moved_fees(book: Book) -> pa.Table:
    """What each coin received in a swap before 2025 bears of its fees: all of them, or half.

    Reg. 1.1001-7(b)(2) and 1.1012-1(h)(2) put them wholly on the coin given, for trades on or after 2025-01-01 only.
    """
    parameters = {"time_zone": book.settings.time_zone.key}
    rows = book.connection.sql(_SWAPS_BEFORE_2025, params=parameters).to_arrow_table()
    keys = rows["transaction_number"].to_pylist()
    is_known = [row["value"] is not None and row["weight"] is not None for row in rows.to_pylist()]
    values, weights = to_integers(rows["value"]), to_integers(rows["weight"])
    moved: list[int | None] = []
    for _, group in groupby(range(len(keys)), key=keys.__getitem__):
        side = list(group)
        borne = values[side[0]] if book.settings.lots.trade_fee_before_2025 == "received" else values[side[0]] // 2
        is_shared = all(is_known[row] for row in side) and any(weights[row] for row in side)
        moved += split(borne, [weights[row] for row in side]) if is_shared else [None] * len(side)
    valid = np.array([part is not None for part in moved], np.bool_)
    column = from_integers([part or 0 for part in moved], MONEY, valid)
    return rows.select(["transaction_number", "asset"]).append_column("value", column)


def _shared_values(connection: duckdb.DuckDBPyConnection) -> pa.Table:
    """What each of several coins given, or bought, in one exchange brought or cost: by their values, to the last unit.

    A side of which one coin has no value, or all are worth nothing, is left out: how it is shared is not known.
    """
    rows = fetch_query(connection, _SHARED_SIDES)
    keys = list(zip(rows["transaction_number"].to_pylist(), rows["side"].to_pylist(), strict=True))
    known = rows["value"].is_valid().to_pylist(), rows["weight"].is_valid().to_pylist()
    values, weights = to_integers(rows["value"]), to_integers(rows["weight"])
    taken: list[int] = []
    shares: list[int] = []
    for _, group in groupby(range(len(keys)), key=keys.__getitem__):
        side = list(group)
        if all(known[0][row] and known[1][row] for row in side) and any(weights[row] for row in side):
            taken += side
            shares += split(values[side[0]], [weights[row] for row in side])
    chosen = rows.select(["transaction_number", "asset"]).take(pa.array(taken, pa.int64()))
    return chosen.append_column("value", from_integers(shares, MONEY))


EVENTS = Step(
    tables=("lots.events",),
    needs=("ledger.legs", "ledger.postings", "ledger.transfers", "ledger.overrides"),
    description="Says of every coin in every transaction whether it was acquired, disposed of or moved, and at what.",
    run=build_events,
    checks=(
        Check(
            name="event_ids_are_unique",
            table="lots.events",
            description="Every event is there once.",
            query="SELECT event_id, count(*) AS times FROM lots.events GROUP BY event_id HAVING count(*) > 1",
            is_blocking=True,
        ),
        Check(
            name="events_move_what_was_posted",
            table="lots.events",
            description="For each account and asset the events add up to the postings.",
            query="""
                SELECT account, asset, sum(posted) AS posted, sum(told) AS told FROM (
                    SELECT account, asset, quantity AS posted, 0 AS told FROM ledger.postings WHERE NOT is_cash
                    UNION ALL
                    SELECT account, asset, 0, CASE WHEN event IN ('acquire', 'unexplained') THEN quantity
                        ELSE -quantity - coalesce(fee_quantity, 0) END FROM lots.events WHERE account <> 'outside'
                    UNION ALL
                    SELECT to_account, asset, 0, quantity FROM lots.events
                    WHERE event = 'transfer' AND to_account <> 'outside'
                ) GROUP BY account, asset HAVING sum(posted) <> sum(told) ORDER BY ALL
            """,
            is_blocking=True,
        ),
    ),
)
