"""`ledger.transfers`: withdrawals paired with the deposits they became.

Belongs here: the step; its rules stand in `queries/pair_transfers.sql`. Does not belong here: moving lots.
"""

from warehouse.schema import create_tables, drop_tables, run_query
from warehouse.steps import Book, Check, Step


def build_transfers(book: Book) -> None:
    """Make `ledger.transfers` from `ledger.legs`."""
    create_tables(book.connection, "110_transfers.sql")
    run_query(book.connection, "pair_transfers.sql")
    drop_tables(book.connection, "transfer_ends", "ends_by_hash", "pairs", "unpaired_ends", "candidates")


TRANSFERS = Step(
    tables=("ledger.transfers",),
    needs=("ledger.legs",),
    description="Pairs what left one own account with what arrived in another.",
    run=build_transfers,
    kinds=("sql", "duckdb"),
    checks=(
        Check(
            name="each_end_is_in_one_transfer",
            table="ledger.transfers",
            description="No withdrawal and no deposit is part of two transfers.",
            query=(
                "SELECT posting_id, count(*) AS times FROM (SELECT from_posting_id AS posting_id FROM ledger.transfers "
                "UNION ALL SELECT to_posting_id FROM ledger.transfers) GROUP BY posting_id HAVING count(*) > 1"
            ),
            is_blocking=True,
        ),
    ),
)
