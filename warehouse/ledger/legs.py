"""`ledger.legs`, `ledger.overrides` and `quality.quarantine`: every event once, apart, exact or set aside.

Of several versions of a row (the same account, stream and id) the newest fetched counts. What is `pending`,
`canceled` or a `mirror` of another stream is not booked. A row with a quantity that the books can not hold exactly is
set aside whole. What overrides.toml says of a row's kind is applied before anything else looks at it
(`warehouse/ledger/overrides.py`), and what several sources tell is left in once (`warehouse/ledger/duplicates.py`).

Belongs here: from files to postings. Does not belong here: values, pairing, anything of tax.
"""

import duckdb
import pyarrow as pa

from connectors.records import TRANSACTIONS
from warehouse.ledger.duplicates import DUPLICATE_CHECKS, drop_duplicates, told_accounts
from warehouse.ledger.overrides import OVERRIDE_CHECKS, apply_overrides
from warehouse.ledger.quantities import PLAIN, plain_quantity
from warehouse.market.currencies import is_cash
from warehouse.raw_files import transaction_files, view_rows
from warehouse.schema import create_tables, drop_tables, run_query, store_rows
from warehouse.settings import BookSettings
from warehouse.steps import Book, Check, Step


def build_legs(book: Book) -> None:
    """Make the four tables from the raw files of the accounts in the settings, and from what the person decided.

    Raises `connectors.raw.RawFileError` for a file that is not what was written.
    """
    connection = book.connection
    create_tables(connection, "100_legs.sql", "105_overrides.sql", "710_quarantine.sql")
    files = transaction_files(book.raw_root, [account.name for account in book.settings.accounts])
    view_rows(connection, files, "raw_rows", TRANSACTIONS)
    connection.execute("SET VARIABLE as_of = $as_of", {"as_of": book.as_of})
    run_query(connection, "find_older_versions.sql")
    apply_overrides(book)
    store_rows(connection, "told_accounts", told_accounts(book.settings))
    run_query(connection, "number_transactions.sql")
    store_rows(connection, "asset_names", _asset_names(connection, book.settings))
    store_rows(connection, "odd_quantities", _odd_quantities(connection))
    run_query(connection, "insert_legs.sql")
    drop_duplicates(book)
    drop_tables(
        connection,
        "told_accounts",
        "booked",
        "older_versions",
        "unfit",
        "marked",
        "odd_quantities",
        "asset_names",
        "decided_events",
        "opening_rows",
    )


def _asset_names(connection: duckdb.DuckDBPyConnection, settings: BookSettings) -> pa.Table:
    """Each asset as it was `written`, the `asset` that the settings say it means, and whether that `is_cash`."""
    rejected = connection.sql("SELECT DISTINCT unnest(assets) FROM raw_rows WHERE status = 'rejected'").fetchall()
    worths = connection.sql("SELECT DISTINCT worth_asset FROM booked WHERE worth_asset IS NOT NULL").fetchall()
    written = sorted({*_distinct(connection, "asset"), *(row[0] for row in (*rejected, *worths))})
    named = [settings.aliases.get(asset, asset) for asset in written]
    cash = [is_cash(asset, base_currency=settings.base_currency) for asset in named]
    return pa.table([written, named, cash], schema=_ASSET_NAMES)


def _odd_quantities(connection: duckdb.DuckDBPyConnection) -> pa.Table:
    """Each quantity `written` in another way than digits that fit, and as such digits (`plain`), null if impossible."""
    written = _distinct(connection, "quantity", f"WHERE NOT regexp_full_match(quantity, '{PLAIN}')")
    return pa.table([written, [plain_quantity(text) for text in written]], schema=_ODD_QUANTITIES)


def _distinct(connection: duckdb.DuckDBPyConnection, column: str, condition: str = "") -> list[str]:
    rows = f"(SELECT unnest(postings, recursive := true) FROM booked) {condition}"
    return [row[0] for row in connection.sql(f"SELECT DISTINCT {column} FROM {rows}").fetchall()]


_ASSET_NAMES = pa.schema([("written", pa.string()), ("asset", pa.string()), ("is_cash", pa.bool_())])
_ODD_QUANTITIES = pa.schema([("written", pa.string()), ("plain", pa.string())])

LEGS = Step(
    tables=("ledger.legs", "ledger.duplicates", "ledger.overrides", "quality.quarantine"),
    needs=("raw",),
    description="Takes every event once, whoever tells it, apart into postings; sets aside what does not fit exactly.",
    run=build_legs,
    checks=(
        Check(
            name="posting_ids_are_unique",
            table="ledger.legs",
            description="Every posting is there once.",
            query="SELECT posting_id, count(*) AS times FROM ledger.legs GROUP BY posting_id HAVING count(*) > 1",
            is_blocking=True,
        ),
        Check(
            name="nothing_is_quarantined",
            table="quality.quarantine",
            description="Every row that was received could be booked.",
            query="SELECT account, stream, id, reason FROM quality.quarantine ORDER BY ALL",
            is_blocking=False,
        ),
        *DUPLICATE_CHECKS,
        *OVERRIDE_CHECKS,
    ),
)
