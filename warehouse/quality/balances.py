"""`quality.balances`: the latest balances by the venues' own word, beside the sums of the postings.

Belongs here: the comparison. Does not belong here: explaining a difference.
"""

from collections import defaultdict
from datetime import datetime
from decimal import Decimal

import pyarrow as pa
import pyarrow.parquet as pq

from connectors.raw import RawFile
from connectors.records import untold_in
from warehouse.exact import QUANTITY_PLACES, from_units, to_units
from warehouse.ledger.quantities import plain_quantity
from warehouse.raw_files import current_files
from warehouse.schema import create_tables, drop_tables, store_rows
from warehouse.steps import Book, Check, Step

BALANCES_STREAM = "balances"
UNTOLD = "the contract does not tell what is held: not compared"

_SNAPSHOTS = pa.schema([("account", pa.string()), ("checked_at", pa.timestamp("us", tz="UTC"))])
_HELD = pa.schema(
    [("account", pa.string()), ("asset", pa.string()), ("quantity", pa.decimal128(38, 18)), ("note", pa.string())]
)

_COMPARE = """
INSERT INTO quality.balances BY NAME
WITH computed AS (
    SELECT l.account, l.asset, sum(l.quantity) AS quantity
    FROM ledger.legs AS l JOIN snapshots AS s ON s.account = l.account AND l.occurred_at <= s.checked_at
    GROUP BY l.account, l.asset
), compared AS (
    SELECT account, asset, coalesce(c.quantity, 0) AS computed_quantity, h.note,
        CASE WHEN h.note IS NULL THEN coalesce(h.quantity, 0) END AS venue_quantity
    FROM computed AS c FULL JOIN held AS h USING (account, asset)
)
SELECT *, venue_quantity - computed_quantity AS difference
FROM compared JOIN snapshots USING (account)
WHERE computed_quantity <> 0 OR venue_quantity <> 0 OR note <> $untold
ORDER BY account, asset
"""


def build_balances(book: Book) -> None:
    """Make `quality.balances` for the accounts whose venue tells a balance.

    A balance that the books can not hold exactly is not compared, and its row says so; nor is one that its source does
    not tell, which has a row only where the books hold something. Raises `connectors.raw.RawFileError` for a file that
    is not what was written.
    """
    create_tables(book.connection, "730_balances.sql")
    snapshots: list[dict[str, object]] = []
    held: list[dict[str, object]] = []
    for account in sorted(account.name for account in book.settings.accounts):
        files = current_files(book.raw_root, account, BALANCES_STREAM)
        files = [file for file in files if file.fetched_at <= book.as_of]
        if files:
            checked_at, quantities, notes = read_snapshot(files[-1], book)
            snapshots.append({"account": account, "checked_at": checked_at})
            held += [
                {"account": account, "asset": asset, "quantity": quantities.get(asset), "note": notes.get(asset)}
                for asset in sorted({*quantities, *notes})
            ]
    store_rows(book.connection, "snapshots", pa.Table.from_pylist(snapshots, schema=_SNAPSHOTS))
    store_rows(book.connection, "held", pa.Table.from_pylist(held, schema=_HELD))
    book.connection.execute(_COMPARE, {"untold": UNTOLD})
    drop_tables(book.connection, "snapshots", "held")


def read_snapshot(file: RawFile, book: Book) -> tuple[datetime, dict[str, Decimal], dict[str, str]]:
    """When the venue was asked, the units of each asset over all states, and why some can not be told."""
    units: dict[str, int] = defaultdict(int)
    notes = {book.settings.aliases.get(asset, asset): UNTOLD for asset in untold_in(file.extra)}
    rows = pq.read_table(file.path).to_pylist()
    for row in rows:
        plain = plain_quantity(row["quantity"])
        asset = book.settings.aliases.get(row["asset"], row["asset"])
        if plain is None:
            notes[asset] = f"the venue holds {row['quantity']}, which the books can not hold exactly: not compared"
            continue
        units[asset] += to_units(Decimal(plain), QUANTITY_PLACES)
    checked_at = max((row["checked_at"] for row in rows), default=file.fetched_at)
    quantities = {asset: from_units(total, QUANTITY_PLACES) for asset, total in units.items() if asset not in notes}
    return checked_at, quantities, notes


BALANCES = Step(
    tables=("quality.balances",),
    needs=("raw", "ledger.legs", "ledger.spam"),
    description="Sets what each venue says it holds beside what the postings add up to.",
    run=build_balances,
    checks=(
        Check(
            name="balances_agree",
            table="quality.balances",
            description="Every venue holds what its postings add up to; spam, whose events may be forged, apart.",
            query=(
                "SELECT account, asset, computed_quantity, venue_quantity, difference, checked_at "
                "FROM quality.balances ANTI JOIN ledger.spam USING (asset) WHERE difference <> 0 "
                "ORDER BY account, asset"
            ),
            is_blocking=False,
        ),
    ),
)
