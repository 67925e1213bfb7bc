"""`ledger.duplicates`: events that several sources tell, each kept once.

Source by source, the best first, what one tells is held against what better ones told of the same account: sure rules
in SQL (`queries/match_by_*.sql`), one to one, then what is near (`warehouse/telling/near.py`). What is applied leaves
`ledger.legs`, before anything else looks at it; which source may tell of which account is in
`warehouse/telling/relations.py`.

Belongs here: the table, and taking copies out. Does not belong here: the rules, and what becomes of proposals.
"""

from decimal import Decimal
from typing import Any

import duckdb
import pyarrow as pa

from warehouse.schema import create_tables, drop_tables, fetch_query, run_query, store_rows
from warehouse.settings import BookSettings
from warehouse.steps import Book, Check
from warehouse.telling.near import LEAST_TO_LEAVE_OUT, Event, Pair, pair_events
from warehouse.telling.relations import Relation, ranked, relations

_NAMES = """
CREATE OR REPLACE TEMP TABLE event_names AS
WITH told_rows AS (
    SELECT r.account || '/' || r.stream || '/' || r.id AS transaction_id, r.*, t.is_file
    FROM raw_rows AS r ANTI JOIN older_versions USING (raw_file, file_row_number)
    JOIN (FROM told_accounts WHERE is_compared) AS t ON t.source = r.account
    WHERE r.status = 'final'
), named AS (
    SELECT transaction_id, account, is_file, false AS is_order, unnest(regexp_extract_all(
        CASE WHEN is_file THEN concat_ws(' ', description, tx_hash) ELSE id END, '[A-Za-z0-9_-]{6,}'
    )) AS name
    FROM told_rows
    UNION ALL
    SELECT transaction_id, account, false, true, unnest(list_filter(
        json_extract_string(payload, ['$.ordertxid', '$.orderId', '$.order_id', '$.orderid', '$.ordId']),
        lambda name: length(name) >= 6
    ))
    FROM told_rows WHERE NOT is_file AND kind = 'trade' AND json_valid(payload)
)
SELECT DISTINCT transaction_id, name, is_order FROM named
SEMI JOIN (
    SELECT name FROM named WHERE NOT is_file OR regexp_matches(name, '[0-9]')
    GROUP BY name HAVING min(account) <> max(account)
) USING (name)
"""
"""The names by which sources call their events: of a venue its ids and the ids of its orders, of a file what looks like
an id in its description or hash: not a word without any digit."""

_ALIKE = """
WITH moved AS (SELECT DISTINCT source, account, moved FROM told_events),
days AS (SELECT DISTINCT source, account, shape, second // 86_400 AS day FROM told_events)
SELECT source, account FROM moved
UNION
SELECT a.source, b.account FROM moved AS a JOIN moved AS b USING (moved) WHERE a.account <> b.account
UNION
SELECT a.source, b.account FROM days AS a JOIN days AS b USING (shape, day) WHERE a.account <> b.account
"""
"""Which sources are worth holding against which accounts: what they moved is alike, of another account on some day."""

_EVENTS = "SELECT transaction_id, kind, at_us, moved, fees FROM {table} ORDER BY transaction_number"

_UNCLEAR = 50
"""Confidence, in hundredths, where another reading is as good."""

_ALIKE_WITHIN_A_MINUTE = 80
_DAY = 86_400
_MINUTE = 60

_ACCOUNTS = pa.schema(
    [
        ("source", pa.string()),
        ("account", pa.string()),
        ("rank", pa.int32()),
        ("is_file", pa.bool_()),
        ("is_compared", pa.bool_()),
    ]
)
_PAIRS = pa.schema(
    [
        ("transaction_id", pa.string()),
        ("other_id", pa.string()),
        ("source", pa.string()),
        ("rule", pa.string()),
        ("confidence", pa.decimal128(3, 2)),
        ("is_confirmed", pa.bool_()),
        ("is_applied", pa.bool_()),
    ]
)


def drop_duplicates(book: Book) -> None:
    """Make `ledger.duplicates`, and take the copies out of `ledger.legs`.

    Needs `ledger.legs` with every row, `ledger.overrides`, `told_accounts`, `raw_rows` and `older_versions`.
    """
    connection = book.connection
    create_tables(connection, "107_duplicates.sql")
    run_query(connection, "collect_told_events.sql")
    alike = {(source, account) for source, account in connection.execute(_ALIKE).fetchall()}
    held = [each for each in relations(book.settings.accounts) if (each.source, each.account) in alike]
    if held:
        connection.execute(_NAMES)
    for relation in held:
        _match(connection, relation, has_names=_count(connection, "event_names") > 0)
    run_query(connection, "insert_duplicates.sql")
    drop_tables(
        connection, "compared_transactions", "told_events", "two_events", "copies", "event_names", "fresh", "known",
        "near_fresh", "near_known", "near_pairs", "kept_events", "told_pairs",
        "told_besides",
    )  # fmt: skip


def told_accounts(settings: BookSettings) -> pa.Table:
    """Each `source` with the `account` that it tells of, its `rank`, and whether it is a file and has others beside."""
    held = relations(settings.accounts)
    compared = {relation.source for relation in held}
    heard = {relation.account for relation in held}
    rows = [
        {
            "source": account.name,
            "account": account.tells_of,
            "rank": rank,
            "is_file": account.kind == "csv",
            "is_compared": account.name in compared or account.tells_of in heard,
        }
        for rank, account in enumerate(ranked(settings.accounts))
    ]
    return pa.Table.from_pylist(rows, schema=_ACCOUNTS)


def _match(connection: duckdb.DuckDBPyConnection, relation: Relation, *, has_names: bool) -> None:
    connection.execute(
        "SET VARIABLE rank = (SELECT rank FROM told_accounts WHERE source = $source)", {"source": relation.source}
    )
    for name in ("source", "account", "is_told"):
        connection.execute(f"SET VARIABLE {name} = $value", {"value": getattr(relation, name)})
    run_query(connection, "open_told_events.sql")
    if has_names:
        run_query(connection, "match_by_id.sql")
    run_query(connection, "match_by_hash.sql")
    if relation.is_told:
        run_query(connection, "match_by_content.sql")
    if has_names:
        run_query(connection, "match_by_order.sql")
    connection.execute("SET VARIABLE span = $span", {"span": _DAY if relation.is_told else _MINUTE})
    run_query(connection, "find_near_events.sql")
    apart = connection.execute("SELECT transaction_id, other_id FROM two_events").fetchall()
    pairs = pair_events(_events(connection, "near_fresh"), _events(connection, "near_known"), apart=frozenset(apart))
    rows = [row for pair in pairs if (row := _near_row(pair, relation)) is not None]
    store_rows(connection, "near_pairs", pa.Table.from_pylist(rows, schema=_PAIRS))
    connection.execute("INSERT INTO copies BY NAME FROM near_pairs")


def _count(connection: duckdb.DuckDBPyConnection, table: str) -> int:
    return int(connection.sql(f"SELECT count(*) FROM {table}").fetchall()[0][0])


def _events(connection: duckdb.DuckDBPyConnection, table: str) -> list[Event]:
    columns = fetch_query(connection, _EVENTS.format(table=table)).to_pydict()
    return [
        Event(transaction_id, kind, at_us, _movements(moved), _movements(fees))
        for transaction_id, kind, at_us, moved, fees in zip(*columns.values(), strict=True)
    ]


def _movements(text: str) -> tuple[tuple[str, int], ...]:
    """`"BTC 1.000000000000000000, USD -10.000000000000000000"` as assets and units of 10^-18."""
    parts = (part.rpartition(" ") for part in text.split(", ")) if text else ()
    return tuple((asset, int(quantity.replace(".", ""))) for asset, _, quantity in parts)


def _near_row(pair: Pair, relation: Relation) -> dict[str, Any] | None:
    """The row of `copies`. In accounts that nobody says are one, only what is alike within a minute is worth one."""
    rule, confidence = pair.likeness.rule, pair.likeness.confidence
    if not relation.is_told and confidence < _ALIKE_WITHIN_A_MINUTE:
        return None
    is_applied = relation.is_told and pair.is_clear and confidence >= LEAST_TO_LEAVE_OUT
    if not relation.is_told:
        rule = "unlinked"
    return {
        "transaction_id": pair.event.transaction_id,
        "other_id": pair.other.transaction_id,
        "source": relation.source,
        "rule": rule,
        "confidence": Decimal(confidence if pair.is_clear else min(confidence, _UNCLEAR)).scaleb(-2),
        "is_confirmed": is_applied and relation.rounds and rule in {"rounded", "time"},
        "is_applied": is_applied,
    }


DUPLICATE_CHECKS = (
    Check(
        name="what_is_left_out_is_booked_elsewhere",
        table="ledger.duplicates",
        description="No event that was taken for told twice is in the books twice, and none is in them not at all.",
        query="""
            SELECT transaction_id, kept_transaction_id, rule FROM ledger.duplicates
            WHERE kept_transaction_id NOT IN (SELECT transaction_id FROM ledger.legs)
                OR is_applied = (transaction_id IN (SELECT transaction_id FROM ledger.legs))
            ORDER BY ALL
        """,
        is_blocking=True,
    ),
    Check(
        name="nothing_surely_the_same_moved_otherwise",
        table="ledger.duplicates",
        description="What is left out for sure moved to the last digit what is booked in its place, one for one.",
        query="""
            SELECT transaction_id, kept_transaction_id, rule, moved, kept_moved FROM ledger.duplicates
            WHERE is_applied AND rule IN ('id', 'tx_hash', 'content') AND moved <> kept_moved
            UNION ALL
            SELECT transaction_id, string_agg(kept_transaction_id, ', '), any_value(rule), any_value(moved),
                any_value(kept_moved)
            FROM ledger.duplicates WHERE is_applied AND rule <> 'order'
            GROUP BY transaction_id HAVING count(*) > 1
            ORDER BY ALL
        """,
        is_blocking=True,
    ),
    Check(
        name="everything_told_twice_is_sure",
        table="ledger.duplicates",
        description="No event only seems to be told twice and waits to be confirmed.",
        query="""
            SELECT occurred_at, transaction_id, kept_transaction_id, moved, kept_moved, rule, confidence, is_applied
            FROM ledger.duplicates WHERE NOT is_confirmed ORDER BY occurred_at, duplicate_id
        """,
        is_blocking=False,
    ),
)
