"""Products and shares of decimal columns, against Python's fractions."""

from decimal import Decimal
from fractions import Fraction

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from warehouse.columns import MONEY, QUANTITY, from_integers, multiply, share, split, to_integers
from warehouse.exact import from_units

_UNITS = st.integers(min_value=-(10**30), max_value=10**30)


def _nearest(number: Fraction) -> int:
    """The nearest integer, a tie to the even one: what Python's own round does for a fraction."""
    return round(number)


@settings(max_examples=100, deadline=None)
@given(st.lists(st.none() | st.integers(min_value=-(10**38) + 1, max_value=10**38 - 1), max_size=20))
def test_integers__there_and_back__are_the_same(integers: list[int | None]) -> None:
    column = pa.array([None if i is None else from_units(i, 18) for i in integers], QUANTITY)
    assert to_integers(column) == [0 if i is None else i for i in integers]
    known = [i for i in integers if i is not None]
    assert from_integers(known, QUANTITY).equals(column.drop_null())


@settings(max_examples=100, deadline=None)
@given(st.lists(st.tuples(_UNITS, st.integers(min_value=0, max_value=10**22)), max_size=10))
def test_multiply__any_quantities_and_prices__is_the_exact_product_rounded_once(rows: list[tuple[int, int]]) -> None:
    quantities = from_integers([quantity for quantity, _ in rows], QUANTITY)
    prices = from_integers([price for _, price in rows], QUANTITY)
    expected = [_nearest(Fraction(quantity * price, 10**28)) for quantity, price in rows]
    if any(abs(value) >= 10**38 for value in expected):
        with pytest.raises(OverflowError):
            multiply(quantities, prices)
    else:
        assert to_integers(multiply(quantities, prices)) == expected


@settings(max_examples=100, deadline=None)
@given(_UNITS, _UNITS, _UNITS.filter(bool))
def test_share__of_any_value__is_the_exact_share_rounded_once(value: int, part: int, whole: int) -> None:
    expected = _nearest(Fraction(value * part, whole))
    if abs(expected) < 10**38:
        columns = [
            from_integers([number], kind) for number, kind in ((value, MONEY), (part, QUANTITY), (whole, QUANTITY))
        ]
        assert to_integers(share(*columns)) == [expected]


@settings(max_examples=100, deadline=None)
@given(_UNITS, st.lists(st.integers(min_value=0, max_value=10**30), min_size=1, max_size=6).filter(any))
def test_split__by_any_weights__adds_up(value: int, weights: list[int]) -> None:
    parts = split(value, weights)
    assert sum(parts) == value
    for part, weight in zip(parts[:-1], weights[:-1], strict=True):
        assert part == _nearest(Fraction(value * weight, sum(weights)))


def test_multiply__a_null_on_either_side__is_null() -> None:
    one = pa.array([Decimal(1), None, Decimal(1)], QUANTITY)
    other = pa.array([Decimal(2), Decimal(2), None], QUANTITY)
    assert multiply(one, other).to_pylist() == [Decimal("2.00000000"), None, None]


def test_multiply__a_slice_of_a_chunked_column__reads_its_own_rows() -> None:
    column = pa.chunked_array([pa.array([Decimal(1), Decimal(2)], QUANTITY), pa.array([Decimal(3)], QUANTITY)]).slice(1)
    assert to_integers(column) == [2 * 10**18, 3 * 10**18]
