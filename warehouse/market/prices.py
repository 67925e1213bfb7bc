"""`market.prices`: one price for each asset and instant, fetched, the user's own, which wins, or decided.

Belongs here: which of several prices counts. Does not belong here: fetching them, or what they are applied to.
"""

import pyarrow as pa

from connectors.records import PRICES
from warehouse.market.price_file import read_price_file
from warehouse.raw_files import price_files, view_rows
from warehouse.schema import create_tables, drop_tables, run_query, store_rows
from warehouse.steps import Book, Step


def build_prices(book: Book) -> None:
    """Make `market.prices`.

    Raises `connectors.raw.RawFileError` for a raw file that is not what was written, and
    `warehouse.market.price_file.PriceFileError` for a user's file that says something else than prices.
    """
    connection = book.connection
    create_tables(connection, "200_prices.sql")
    view_rows(connection, price_files(book.raw_root, base_currency=book.settings.base_currency), "raw_prices", PRICES)
    path = book.settings.prices_path
    store_rows(
        connection,
        "own_prices",
        PRICES.empty_table() if path is None else read_price_file(path, base_currency=book.settings.base_currency),
    )
    aliases = book.settings.aliases
    store_rows(
        connection,
        "asset_aliases",
        pa.table(
            [list(aliases), list(aliases.values())],
            schema=pa.schema([("written", pa.string()), ("asset", pa.string())]),
        ),
    )
    connection.execute("SET VARIABLE as_of = $as_of", {"as_of": book.as_of})
    run_query(connection, "insert_prices.sql")
    drop_tables(connection, "own_prices", "asset_aliases")


PRICES_STEP = Step(
    tables=("market.prices",),
    needs=("raw.prices", "ledger.overrides"),
    description="Brings fetched prices, the user's own prices.csv and decided ones together; the user's win.",
    run=build_prices,
)
