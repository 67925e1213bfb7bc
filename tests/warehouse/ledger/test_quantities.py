"""Which written quantities fit the books, against Python's own decimals."""

import re
from decimal import Context, Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from warehouse.ledger.quantities import PLAIN, plain_quantity


@pytest.mark.parametrize(
    ("text", "plain"),
    [
        ("1e-8", "0.00000001"),
        ("+5", "5.0"),
        (".5", "0.5"),
        ("-0.10", "-0.1"),
        ("1E+3", "1000.0"),
        ("0.1234567890123456780000", "0.123456789012345678"),
        ("00012", "12.0"),
        ("0e-30", "0"),
        ("99999999999999999999.999999999999999999", "99999999999999999999.999999999999999999"),
    ],
)
def test_plain_quantity__text_that_fits__is_written_as_digits(text: str, plain: str) -> None:
    assert plain_quantity(text) == plain


@pytest.mark.parametrize(
    "text",
    ["0.1234567890123456789", "100000000000000000000", "1e-19", "1e20", "-1e21", "nan", "Infinity", "1,5", "", "abc"],
)
def test_plain_quantity__text_that_can_not_be_held__is_none(text: str) -> None:
    assert plain_quantity(text) is None


@settings(max_examples=300, deadline=None)
@given(st.decimals(allow_nan=False, allow_infinity=False, places=None))
def test_plain_quantity__any_decimal__is_the_same_number_or_does_not_fit(number: Decimal) -> None:
    plain = plain_quantity(str(number))
    exponent = Context(prec=2000).normalize(number).as_tuple().exponent
    assert isinstance(exponent, int)
    if plain is None:
        assert number != 0
        assert exponent < -18 or abs(number) >= Decimal(10) ** 20
    else:
        assert Decimal(plain) == number
        assert re.fullmatch(PLAIN, plain)
