"""Integers of units and back, and the rounding of a tie."""

from decimal import Decimal, Inexact
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from warehouse.exact import divide_half_even, from_units, to_units


@given(st.integers(-(10**38), 10**38), st.integers(0, 18))
def test_units__there_and_back__are_the_same(units: int, places: int) -> None:
    assert to_units(from_units(units, places), places) == units


def test_to_units__more_decimals_than_places__is_refused() -> None:
    with pytest.raises(Inexact):
        to_units(Decimal("0.0000000000000000001"), 18)


def test_to_units__more_digits_than_the_default_context_holds__keeps_them() -> None:
    assert to_units(Decimal("12345678901234567890.123456789012345678"), 18) == 12345678901234567890123456789012345678


@given(st.integers(-(10**60), 10**60), st.integers(1, 10**30))
def test_divide_half_even__any_fraction__rounds_as_python_rounds_fractions(numerator: int, denominator: int) -> None:
    assert divide_half_even(numerator, denominator) == round(Fraction(numerator, denominator))


@pytest.mark.parametrize(("numerator", "expected"), [(1, 0), (3, 2), (5, 2), (-1, 0), (-3, -2), (-5, -2)])
def test_divide_half_even__halves__go_to_the_even_one(numerator: int, expected: int) -> None:
    assert divide_half_even(numerator, 2) == expected
