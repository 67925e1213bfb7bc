"""How the books write a number into a sentence.

Belongs here: numbers in words of tables. Does not belong here: how pages and commands show them.
"""

from decimal import Decimal


def plain_number(number: Decimal) -> str:
    """All its digits, without idle zeros and without an exponent."""
    text = f"{number:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text
