"""What one cell of the file may say: an instant, an amount, a currency. Pure.

Belongs here: the texts that are understood, and what is expected where one is not. Does not belong here: which
cells a row needs, or what they mean together.
"""

import re
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from functools import lru_cache

_SHOWN_CHARACTERS = 80
_YEARS = range(2000, 2100)

_INSTANT = re.compile(
    r"(?P<year>\d{4})-(?P<month>\d\d)-(?P<day>\d\d)"
    r"(?:[T ](?P<hour>\d\d):(?P<minute>\d\d)(?::(?P<second>\d\d)(?:[.,](?P<fraction>\d{1,9}))?)?"
    r" ?(?:Z|UTC|GMT|(?P<sign>[+-])(?P<hours>\d\d):?(?P<minutes>\d\d)?)?)?",
    re.ASCII | re.IGNORECASE,
)
_INSTANT_EXPECTED = (
    "a date and time as 2024-01-31 13:45, 2024-01-31 13:45:10 UTC or 2024-01-31T13:45:10+02:00, "
    f"of the years {_YEARS[0]} to {_YEARS[-1]}"
)

_AMOUNT = re.compile(r"\+?(?:\d{1,60}(?:\.\d{0,60})?|\.\d{1,60})(?:[eE][+-]?\d{1,2})?", re.ASCII)
_AMOUNT_EXPECTED = "an amount in digits with a decimal point and no thousands separator, as 1234.5"


class CellError(Exception):
    """A cell does not say what its column needs: `column`, `expected` and `found` go into the reason."""

    def __init__(self, column: str, expected: str, found: str) -> None:
        shown = found if len(found) <= _SHOWN_CHARACTERS else found[:_SHOWN_CHARACTERS] + "…"
        super().__init__(f"column {column}: expected {expected}, found {shown!r}")


def read_instant(column: str, text: str) -> datetime:
    """The UTC instant of a stripped cell: UTC unless it carries an offset, midnight unless it carries a time.

    Digits after the microsecond are cut off. Raises `CellError` for anything that two readers could take for two
    instants (01/02/2024), and for names of time zones.
    """
    match = _INSTANT.fullmatch(text)
    if match is None:
        raise CellError(column, _INSTANT_EXPECTED, text)
    year, month, day, hour, minute, second, fraction, sign, hours, minutes = match.groups()
    offset = timedelta(hours=int(hours or 0), minutes=int(minutes or 0))
    try:
        local = datetime(
            int(year),
            int(month),
            int(day),
            int(hour or 0),
            int(minute or 0),
            int(second or 0),
            int((fraction or "")[:6].ljust(6, "0")),
            tzinfo=UTC,
        )
        instant = local if sign is None else local + offset if sign == "-" else local - offset
    except (ValueError, OverflowError):
        raise CellError(column, _INSTANT_EXPECTED, text) from None
    if instant.year not in _YEARS or offset >= timedelta(days=1):
        raise CellError(column, _INSTANT_EXPECTED, text)
    return instant


def read_amount(column: str, text: str) -> str:
    """The amount of a stripped cell as plain decimal digits with nothing rounded; `"0"` where it writes any zero.

    Raises `CellError` for a minus sign: the column says the direction already, so a sign could mean two things.
    """
    if _AMOUNT.fullmatch(text) is None:
        expected = _AMOUNT_EXPECTED
        if text.startswith(("-", "\N{MINUS SIGN}", "(")):
            expected += ", without a sign (its column says whether it was sent, received or paid as a fee)"
        raise CellError(column, expected, text)
    amount = Decimal(text)
    return f"{amount:f}" if amount else "0"


@lru_cache(maxsize=4096)
def read_currency(column: str, text: str) -> str:
    """The asset of a stripped cell. A code in small letters only is taken for the same in capitals (`btc`, BTC).

    Raises `CellError` for an empty cell, one without any letter (a number that slipped a column), and one of
    several words.
    """
    if not any(letter.isalpha() for letter in text) or len(text.split()) != 1:
        raise CellError(column, "a currency's code, as BTC", text)
    return text.upper() if text.islower() else text
