"""The user's own prices: a CSV of `asset,at,price_usd`, or `price_gbp`, `price_eur` in a book of that currency.

Belongs here: reading that file and naming what is wrong in it. Does not belong here: what wins over what.
"""

import csv
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pyarrow as pa

from connectors.records import PRICES
from warehouse.ledger.quantities import plain_quantity

SOURCE = "prices.csv"


class PriceFileError(ValueError):
    """The user's price file says something that is no price. Names line, column and what was expected."""


def read_price_file(path: Path, *, base_currency: str = "USD") -> pa.Table:
    """The rows of the file at `path`, schema `connectors.records.PRICES`.

    The column of prices names its currency, which must be the book's: prices in another one are refused.

    `at` is a day (`2025-03-01`: the close of that day, UTC) or an instant, in UTC unless it carries an offset. Raises
    `PriceFileError`; `OSError` where the file can not be read.
    """
    with path.open(encoding="utf-8-sig", newline="") as file:
        reader = csv.reader(file)
        header = [name.strip() for name in next(reader, [])]
        price_column = f"price_{base_currency.lower()}"
        if sorted(header) != sorted(("asset", "at", price_column)):
            raise PriceFileError(
                f"{path}, line 1: the columns are {','.join(header) or 'missing'}. Expected "
                f"asset,at,{price_column}: the book is kept in {base_currency}"
            )
        rows = [
            _read_row(path, reader.line_num, header, [cell.strip() for cell in cells], price_column)
            for cells in reader
            if any(cell.strip() for cell in cells)
        ]
    lines: dict[tuple[object, object], object] = {}
    for row in rows:
        first = lines.setdefault((row["asset"], row["at"]), row["line"])
        if first != row["line"]:
            raise PriceFileError(
                f"{path}, line {row['line']}: {row['asset']} already has a price at this instant, in line {first}"
            )
    return pa.Table.from_pylist([{**row, "source": SOURCE, "is_interpolated": False} for row in rows], schema=PRICES)


def _read_row(path: Path, line: int, header: list[str], cells: list[str], price_column: str) -> dict[str, object]:
    if len(cells) != len(header):
        raise PriceFileError(f"{path}, line {line}: {len(cells)} columns. Expected {len(header)}")
    row = dict(zip(header, cells, strict=True))
    if not row["asset"]:
        raise PriceFileError(f"{path}, line {line}, column asset: empty. Expected a symbol such as BTC")
    at = _read_instant(row["at"])
    if at is None:
        raise PriceFileError(
            f"{path}, line {line}, column at: {row['at']!r}. Expected a day (2025-03-01) or an instant "
            "(2025-03-01T12:00:00Z)"
        )
    price = plain_quantity(row[price_column])
    if price is None or price.startswith("-"):
        raise PriceFileError(
            f"{path}, line {line}, column {price_column}: {row[price_column]!r}. Expected a decimal of at most 18 "
            "decimals that is not negative, such as 64123.5"
        )
    return {"line": line, "asset": row["asset"], "at": at, "price_usd": price}


def _read_instant(text: str) -> datetime | None:
    try:
        day = date.fromisoformat(text)
    except ValueError:
        pass
    else:
        return datetime(day.year, day.month, day.day, tzinfo=UTC) + timedelta(days=1)
    try:
        instant = datetime.fromisoformat(text)
    except ValueError:
        return None
    return instant.replace(tzinfo=UTC) if instant.utcoffset() is None else instant.astimezone(UTC)
