"""Single transactions as their source tells them, before anything is decided about them.

Belongs here: finding them in raw. Does not belong here: what is decided (`overrides.py`), and booking them.
"""

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from pathlib import Path

import duckdb
import pyarrow as pa

from connectors.records import TRANSACTIONS
from warehouse.connection import open_warehouse
from warehouse.decisions import fingerprint
from warehouse.ledger.quantities import plain_quantity
from warehouse.market.currencies import is_cash
from warehouse.raw_files import transaction_files, view_rows
from warehouse.schema import drop_tables, fetch_query, run_query, store_rows
from warehouse.settings import BookSettings

_TOLD = """
SELECT w.transaction_id, r.kind, r.occurred_at, r.postings
FROM wanted_transactions AS w
JOIN raw_rows AS r USING (account, stream, id) ANTI JOIN older_versions USING (raw_file, file_row_number)
WHERE r.status = 'final'
"""

_WANTED = pa.schema([(name, pa.string()) for name in ("transaction_id", "account", "stream", "id")])


@dataclass(frozen=True, slots=True)
class Moved:
    """One posting as told, under the name that the books use for its asset."""

    place: int
    asset: str
    quantity: Decimal
    is_money: bool


@dataclass(frozen=True, slots=True)
class Told:
    """One transaction as its source tells it: its principal postings."""

    transaction_id: str
    kind: str
    occurred_at: datetime
    fingerprint: str
    moved: tuple[Moved, ...]


def transaction_parts(transaction_id: str) -> dict[str, str]:
    """The account, stream and id that make up a transaction's id. Raises `ValueError` where it has not three parts."""
    account, stream, name = transaction_id.split("/", 2)
    return {"account": account, "stream": stream, "id": name}


def find_told(raw_root: Path, transaction_id: str, settings: BookSettings) -> Told | None:
    """One transaction, from the raw files as they are now; `None` where none of that id is to be booked.

    Raises `connectors.raw.RawFileError` for a file that is not what was written.
    """
    account = transaction_parts(transaction_id)["account"]
    with open_warehouse(Path(":memory:")) as connection:
        view_rows(connection, transaction_files(raw_root, [account]), "raw_rows", TRANSACTIONS)
        run_query(connection, "find_older_versions.sql")
        return read_told(connection, [transaction_id], settings).get(transaction_id)


def read_told(
    connection: duckdb.DuckDBPyConnection, transaction_ids: Collection[str], settings: BookSettings
) -> dict[str, Told]:
    """The transactions of these ids that are to be booked; needs `raw_rows` and `older_versions`."""
    if not transaction_ids:
        return {}
    rows = [{"transaction_id": name, **transaction_parts(name)} for name in sorted(transaction_ids)]
    store_rows(connection, "wanted_transactions", pa.Table.from_pylist(rows, schema=_WANTED))
    found = {told.transaction_id: told for told in _told(connection, settings)}
    drop_tables(connection, "wanted_transactions")
    return found


def _told(connection: duckdb.DuckDBPyConnection, settings: BookSettings) -> Iterator[Told]:
    for row in fetch_query(connection, _TOLD).to_pylist():
        postings = [(part["asset"], part["quantity"], part["role"]) for part in row["postings"]]
        moved = []
        for place, (written, quantity, role) in enumerate(postings, 1):
            asset, plain = settings.aliases.get(written, written), plain_quantity(quantity)
            if role == "principal" and plain is not None:
                is_money = is_cash(asset, base_currency=settings.base_currency)
                moved.append(Moved(place, asset, Decimal(plain), is_money))
        yield Told(
            row["transaction_id"],
            row["kind"],
            row["occurred_at"],
            fingerprint(row["transaction_id"], kind=row["kind"], occurred_at=row["occurred_at"], postings=postings),
            tuple(moved),
        )
