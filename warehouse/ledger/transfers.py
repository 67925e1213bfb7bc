"""`ledger.transfers`: withdrawals paired with the deposits they became.

One departure and one arrival of one hash and one quantity are paired in SQL, where most are; what is left is weighed by
`warehouse/pairing`.

Belongs here: the step, reading ends and storing pairs. Does not belong here: the rules, or moving lots.
"""

import duckdb
import pyarrow as pa

from warehouse.columns import QUANTITY, from_integers, to_integers
from warehouse.pairing.ends import End, Part, Places, plain_address
from warehouse.pairing.pair import pair_ends
from warehouse.schema import create_tables, drop_tables, fetch_query, run_query, store_rows
from warehouse.settings import BookSettings
from warehouse.steps import Book, Check, Step

_UNPAIRED = """
SELECT posting_id, account, asset, quantity, at_us, is_departure, tx_hash, is_chain_hash, address, listed_fee
FROM unpaired_ends ORDER BY posting_id
"""


def build_transfers(book: Book) -> None:
    """Make `ledger.transfers` from `ledger.legs` and the pairs that the person told."""
    connection = book.connection
    create_tables(connection, "110_transfers.sql")
    run_query(connection, "find_transfer_ends.sql")
    parts = pair_ends(_unpaired_ends(connection), _places(book.settings), apart=_other_movements(connection))
    store_rows(connection, "found_parts", _parts_table(parts))
    run_query(connection, "insert_transfers.sql")
    drop_tables(
        connection, "transfer_ends", "told_pairs", "other_movements", "open_ends", "hash_pairs", "unpaired_ends",
        "found_parts",
    )  # fmt: skip


def _unpaired_ends(connection: duckdb.DuckDBPyConnection) -> list[End]:
    rows = fetch_query(connection, _UNPAIRED)
    exact = {name: to_integers(rows[name]) for name in ("quantity", "listed_fee")}
    columns = [rows[name].to_pylist() if name not in exact else exact[name] for name in rows.column_names]
    addresses = rows.column_names.index("address")
    columns[addresses] = [plain_address(address) for address in columns[addresses]]
    return [End(*row) for row in zip(*columns, strict=True)]


def _other_movements(connection: duckdb.DuckDBPyConnection) -> frozenset[tuple[str, str]]:
    return frozenset(connection.execute("SELECT from_posting_id, to_posting_id FROM other_movements").fetchall())


def _places(settings: BookSettings) -> Places:
    addresses: dict[str, frozenset[str]] = {}
    for account in settings.accounts:
        own = frozenset(address for address in map(plain_address, account.addresses) if address)
        if own:
            addresses[account.tells_of] = addresses.get(account.tells_of, frozenset()) | own
    return Places(addresses, {account.tells_of: account.chain for account in settings.accounts if account.chain})


def _parts_table(parts: list[Part]) -> pa.Table:
    return pa.table(
        {
            "from_posting_id": pa.array([part.from_id for part in parts], pa.string()),
            "to_posting_id": pa.array([part.to_id for part in parts], pa.string()),
            "quantity": from_integers([part.quantity for part in parts], QUANTITY),
            "fee_quantity": from_integers([part.fee for part in parts], QUANTITY),
            "rule": pa.array([part.rule.name for part in parts], pa.string()),
            "confidence": from_integers([part.rule.confidence for part in parts], pa.decimal128(3, 2)),
            "is_confirmed": pa.array([part.rule.is_confirmed for part in parts], pa.bool_()),
            "is_booked": pa.array([part.rule.is_booked for part in parts], pa.bool_()),
        }
    )


TRANSFERS = Step(
    tables=("ledger.transfers",),
    needs=("ledger.legs", "ledger.overrides"),
    description="Pairs what left one own account with what arrived in another, and says by which rule and how sure.",
    run=build_transfers,
    checks=(
        Check(
            name="no_end_is_used_twice",
            table="ledger.transfers",
            description="Of no withdrawal moves more than left, and of no deposit comes more than arrived.",
            query="""
                SELECT posting_id, any_value(l.quantity) AS posted, sum(used) AS used FROM (
                    SELECT from_posting_id AS posting_id, -(quantity + fee_quantity) AS used FROM ledger.transfers
                    UNION ALL SELECT to_posting_id, quantity FROM ledger.transfers
                ) LEFT JOIN ledger.legs AS l USING (posting_id)
                GROUP BY posting_id
                HAVING any_value(l.quantity) IS NULL OR abs(sum(used)) > abs(any_value(l.quantity))
                    OR sign(sum(used)) <> sign(any_value(l.quantity))
                ORDER BY posting_id
            """,
            is_blocking=True,
        ),
        Check(
            name="each_part_is_there_once",
            table="ledger.transfers",
            description="A pair of postings is told once, and by one rule where a posting is in several pairs.",
            query="""
                SELECT transfer_id, from_posting_id, to_posting_id FROM ledger.transfers
                QUALIFY count(*) OVER (PARTITION BY from_posting_id, to_posting_id) > 1
                    OR count(*) OVER (PARTITION BY transfer_id) > 1
                    OR (count(*) OVER (PARTITION BY from_posting_id) > 1
                        AND count(*) OVER (PARTITION BY to_posting_id) > 1)
                ORDER BY ALL
            """,
            is_blocking=True,
        ),
        Check(
            name="every_pair_is_sure",
            table="ledger.transfers",
            description="No pair is only a proposal that waits to be confirmed.",
            query="""
                SELECT left_at, from_account, to_account, asset, quantity, fee_quantity, rule, confidence, is_booked
                FROM ledger.transfers WHERE NOT is_confirmed ORDER BY left_at, transfer_id
            """,
            is_blocking=False,
        ),
    ),
)
