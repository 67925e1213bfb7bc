"""Rows of tables for the pure rules: decimals as integers of their smallest unit, and back.

Belongs here: carrying numbers without a digit lost. Does not belong here: what they mean.
"""

from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import pyarrow as pa

from warehouse.columns import to_integers
from warehouse.exact import QUANTITY_PLACES, USD_PLACES, from_units


def integer_rows(table: pa.Table) -> Iterator[dict[str, Any]]:
    """The rows, with decimals as integers of their smallest unit."""
    columns = {}
    for name in table.column_names:
        column = table[name]
        if pa.types.is_decimal(column.type):
            known = column.is_valid().to_pylist()
            pairs = zip(to_integers(column), known, strict=True)
            columns[name] = [number if is_known else None for number, is_known in pairs]
        else:
            columns[name] = column.to_pylist()
    for values in zip(*columns.values(), strict=True):
        yield dict(zip(columns, values, strict=True))


def usd(units: int | None) -> Decimal | None:
    """The amount of `units` of 10^-8 USD; `None` stays so."""
    return None if units is None else from_units(units, USD_PLACES)


def quantity(units: int) -> Decimal:
    """The quantity of `units` of 10^-18."""
    return from_units(units, QUANTITY_PLACES)
