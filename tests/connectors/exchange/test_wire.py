"""Text to exact values and back, and secrets kept out of text."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.exchange.wire import CutAnswerError, exact_float, hide, read_json, shorten


@given(st.decimals(allow_nan=False, allow_infinity=False, places=18))
def test_json_number__any_digits__is_the_same_number_as_text(number: Decimal) -> None:
    """What ccxt makes of it is `str`, which must be the number itself."""
    assert Decimal(str(exact_float(format(number, "f")))) == number


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("0.1", "0.1"),
        ("0.1234567890123456789", "0.1234567890123456789"),
        ("1e-8", "1e-08"),
        ("1688667796.8802", "1688667796.8802"),
    ],
)
def test_json_number__with_a_fraction__keeps_its_digits(text: str, told: str) -> None:
    assert str(read_json(f"[{text}]")[0]) == told


@pytest.mark.parametrize("body", ['{"error":[],"result":{"tra', "[1, 2", '{"a": nul'])
def test_json__that_breaks_off__is_no_answer(body: str) -> None:
    with pytest.raises(CutAnswerError, match="breaks off"):
        read_json(body)


@pytest.mark.parametrize("body", ["", "<html>", "OK"])
def test_text__that_is_not_json__has_no_value(body: str) -> None:
    assert read_json(body) is None


def test_secrets__also_as_urls_write_them__are_hidden() -> None:
    assert hide("key=a%2Fb%3D%3D&x=a/b==", ["a/b=="]) == "key=***&x=***"


def test_secrets__that_are_words_of_every_text__are_left() -> None:
    assert hide("an error", ["an", ""]) == "an error"


def test_error_text__of_a_whole_page__is_cut_to_a_line() -> None:
    assert shorten("a\n  b") == "a b"
    assert len(shorten("x" * 5000)) == 401
