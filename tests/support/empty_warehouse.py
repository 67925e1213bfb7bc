"""A warehouse with every table and no rows, and rows for the tables that a test fills by hand.

Belongs here: what several rooms' tests need to begin at a table instead of at raw files. Does not belong here: a whole
built book.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pyarrow as pa

from warehouse.connection import open_warehouse
from warehouse.lots.holding import local_date
from warehouse.schema import create_tables, fetch_query, insert_rows, schema_files
from warehouse.settings import BookSettings
from warehouse.steps import Book, Check


@contextmanager
def empty_book(settings: BookSettings, *, as_of: datetime) -> Iterator[Book]:
    """A book whose warehouse has every table of `warehouse/schema/`, empty, in memory."""
    with open_warehouse(Path(":memory:")) as connection:
        create_tables(connection, *(path.name for path in schema_files()))
        yield Book(connection=connection, raw_root=Path("nowhere"), settings=settings, as_of=as_of)


def fill(book: Book, table: str, *rows: dict[str, Any]) -> None:
    """Append `rows` to `table`; columns that no row names are NULL."""
    shape = fetch_query(book.connection, f"SELECT * FROM {table}").schema
    insert_rows(book.connection, table, pa.Table.from_pylist(list(rows), schema=shape))


def failing_rows(book: Book, check: Check) -> list[dict[str, Any]]:
    """The rows that fail `check`: none, and it holds."""
    return fetch_query(book.connection, check.query).to_pylist()


def instant(text: str) -> datetime:
    """`2026-01-05` or `2026-01-05T12:30` as an instant in UTC."""
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def open_lot(lot_id: str, acquired: str, quantity: str, cost: str | None, **changes: Any) -> dict[str, Any]:
    """A row of `lots.open_lots`: BTC in kraken unless `changes` say otherwise."""
    row = {
        "lot_id": lot_id,
        "asset": "BTC",
        "account": "kraken",
        "acquired_at": instant(acquired),
        "quantity": Decimal(quantity),
        "cost_usd": None if cost is None else Decimal(cost),
        "unit_cost_usd": None if cost is None else round(Decimal(cost) / Decimal(quantity), 12),
        "is_in_transit": False,
    }
    return {**row, **changes}


def fill_open_lots(book: Book, *rows: dict[str, Any], origin: str = "trade") -> None:
    """Append `rows` to `lots.open_lots` and the lots, of the sum of their rows, to `lots.lots`."""
    fill(book, "lots.open_lots", *rows)
    whole: dict[str, dict[str, Any]] = {}
    for row in rows:
        lot = whole.setdefault(row["lot_id"], {**row, "quantity": 0, "cost_usd": Decimal(0)})
        lot["quantity"] += row["quantity"]
        lot["cost_usd"] = None if row["cost_usd"] is None else lot["cost_usd"] + row["cost_usd"]
    columns = ("lot_id", "asset", "account", "acquired_at", "quantity", "cost_usd")
    fill(
        book,
        "lots.lots",
        *({**{name: lot[name] for name in columns}, "origin": origin, "transaction_id": "t"} for lot in whole.values()),
    )


def price(asset: str, usd: str, at: str, **changes: Any) -> dict[str, Any]:
    """A row of `market.prices`."""
    row = {"asset": asset, "at": instant(at), "price_usd": Decimal(usd), "source": "kraken", "is_interpolated": False}
    return {**row, **changes}


def coverage(account: str, last_success: str | None, **changes: Any) -> dict[str, Any]:
    """A row of `quality.coverage`: the trades of `account`, complete."""
    row = {
        "account": account,
        "stream": "trades",
        "outcome": "ok" if last_success else "never",
        "is_complete": last_success is not None,
        "is_stale": last_success is None,
        "last_success_at": None if last_success is None else instant(last_success),
        "last_error": None,
    }
    return {**row, **changes}


def disposal(disposal_id: str, disposed: str, proceeds: str | None, cost: str | None, **changes: Any) -> dict[str, Any]:
    """A row of `lots.disposals`: a short-term sale of one BTC in kraken; the gain is what proceeds and cost say."""
    gain = None if proceeds is None or cost is None else Decimal(proceeds) - Decimal(cost)
    row = {
        "disposal_id": disposal_id,
        "transaction_id": disposal_id,
        "event_id": disposal_id,
        "lot_id": "lot",
        "account": "kraken",
        "asset": "BTC",
        "quantity": Decimal(1),
        "acquired_at": instant("2022-01-05"),
        "disposed_at": instant(disposed),
        "proceeds_usd": None if proceeds is None else Decimal(proceeds),
        "cost_usd": None if cost is None else Decimal(cost),
        "gain_usd": gain,
        "term": "short",
        "tax_year": int(disposed[:4]),
        "method": "fifo",
        "kind": "sale",
        "is_taxable": True,
        "cost_basis": "cost",
    }
    return {**row, **changes}


def income(transaction_id: str, received: str, value: str | None, **changes: Any) -> dict[str, Any]:
    """A row of `tax.income`: one KAS mined."""
    row = {
        "posting_id": f"{transaction_id}#1",
        "transaction_id": transaction_id,
        "account": "kraken",
        "asset": "KAS",
        "quantity": Decimal(1),
        "received_at": instant(received),
        "kind": "mining",
        "value_usd": None if value is None else Decimal(value),
        "tax_year": int(received[:4]),
    }
    return {**row, **changes}


def shortfall(problem: str, occurred: str, value: str | None = None, **changes: Any) -> dict[str, Any]:
    """A row of `lots.shortfalls`: one BTC in kraken."""
    row = {
        "problem": problem,
        "event_id": f"{problem}-{occurred}",
        "account": "kraken",
        "asset": "BTC",
        "quantity": Decimal(1),
        "value_usd": None if value is None else Decimal(value),
        "occurred_at": instant(occurred),
        "tax_year": local_date(instant(occurred), ZoneInfo("America/New_York")).year,
        "detail": problem,
    }
    return {**row, **changes}


def problem(kind: str, account: str, asset: str | None, **changes: Any) -> dict[str, Any]:
    """A row of `quality.problems`."""
    row = {"problem_id": f"{kind}:{account}/{asset}", "problem": kind, "account": account, "asset": asset}
    return {**row, "detail": kind, **changes}
