"""Products and shares of exact decimals, column by column: Arrow decimal128 in, Python integers inside, decimal128 out.

DuckDB turns a quotient of decimals into a DOUBLE and overflows on their product, so SQL stores, adds, compares and
joins, and what must be multiplied or divided comes through here. A value that is not known (null) stays so.

Belongs here: arithmetic on columns. Does not belong here: what is multiplied by what.
"""

from collections.abc import Callable, Sequence
from itertools import starmap
from typing import TypeAlias

import numpy as np
import pyarrow as pa

from warehouse.exact import PRICE_PLACES, QUANTITY_PLACES, USD_PLACES, divide_half_even

QUANTITY = pa.decimal128(38, QUANTITY_PLACES)
"""Units of an asset, and prices of one unit."""

MONEY = pa.decimal128(38, USD_PLACES)
"""Amounts in the book's base currency."""

_LIMIT = 10**38
_PRODUCT_TO_MONEY = 10 ** (QUANTITY_PLACES + PRICE_PLACES - USD_PLACES)

Column: TypeAlias = pa.Array | pa.ChunkedArray


def multiply(quantity: Column, price: Column) -> pa.Array:
    """`quantity` times `price` (both `QUANTITY`) as `MONEY`, each row rounded half to even at the eighth decimal.

    Raises `OverflowError` where an amount needs more than 38 digits.
    """
    return _combine(lambda left, right: divide_half_even(left * right, _PRODUCT_TO_MONEY), (quantity, price), MONEY)


def share(value: Column, part: Column, whole: Column) -> pa.Array:
    """`value` times `part` over `whole`, with the type of `value`; `part` and `whole` are of one type.

    Rounded half to even at the last decimal of `value`. Raises `ZeroDivisionError` for a whole of zero.
    """
    return _combine(lambda of, some, every: _signed_divide(of * some, every), (value, part, whole), value.type)


def split(value: int, weights: Sequence[int]) -> list[int]:
    """`value` in parts that are to each other as `weights`; the last part takes what rounding leaves.

    The parts add up to `value` exactly. Raises `ZeroDivisionError` where the weights add up to zero.
    """
    whole = sum(weights)
    parts = [_signed_divide(value * weight, whole) for weight in weights[:-1]]
    return [*parts, value - sum(parts)]


def to_integers(column: Column) -> list[int]:
    """The unscaled integers of a decimal128 column; a null reads as 0, so look at the column's validity first."""
    array = column.combine_chunks() if isinstance(column, pa.ChunkedArray) else column
    if len(array) == 0:
        return []
    limbs = np.frombuffer(array.buffers()[1], dtype=np.int64).reshape(-1, 2)[array.offset : array.offset + len(array)]
    low, high = limbs[:, 0], limbs[:, 1]
    if array.null_count:
        valid = np.asarray(array.is_valid())
        low, high = np.where(valid, low, 0), np.where(valid, high, 0)
    if np.array_equal(high, low >> 63):
        return low.tolist()  # type: ignore[no-any-return]
    return [(upper << 64) | lower for upper, lower in zip(high.tolist(), low.view(np.uint64).tolist(), strict=True)]


def from_integers(integers: Sequence[int], kind: pa.Decimal128Type, valid: np.ndarray | None = None) -> pa.Array:
    """A decimal128 column of type `kind` from unscaled integers; `valid` marks the rows that are not null.

    Raises `OverflowError` where an integer has more than 38 digits.
    """
    if integers and (max(integers) >= _LIMIT or min(integers) <= -_LIMIT):
        raise OverflowError(f"an amount has more digits than {kind} holds")
    content = b"".join([integer.to_bytes(16, "little", signed=True) for integer in integers])
    mask = None if valid is None else pa.py_buffer(np.packbits(valid, bitorder="little"))
    return pa.Array.from_buffers(kind, len(integers), [mask, pa.py_buffer(content)])


def _combine(function: Callable[..., int], columns: Sequence[Column], kind: pa.Decimal128Type) -> pa.Array:
    valid = np.ones(len(columns[0]), dtype=bool)
    for column in columns:
        if column.null_count:
            valid &= np.asarray(column.is_valid())
    rows = zip(*(to_integers(column) for column in columns), strict=True)
    if valid.all():
        return from_integers(list(starmap(function, rows)), kind)
    known = valid.tolist()
    integers = [function(*row) if is_known else 0 for row, is_known in zip(rows, known, strict=True)]
    return from_integers(integers, kind, valid)


def _signed_divide(numerator: int, denominator: int) -> int:
    return divide_half_even(-numerator, -denominator) if denominator < 0 else divide_half_even(numerator, denominator)
