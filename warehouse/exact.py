"""Exact arithmetic on `Decimal`: a context that refuses to round, and the way to integers and back. Pure.

Belongs here: what every room needs so that no digit is lost unseen. Does not belong here: what the numbers mean.
"""

from decimal import Context, Decimal, DivisionByZero, Inexact, InvalidOperation, Overflow

EXACT = Context(prec=200, traps=[Inexact, InvalidOperation, DivisionByZero, Overflow])
"""Python's default context rounds sums to 28 digits silently; this one raises `decimal.Inexact` instead.

Use as `with localcontext(EXACT):`. 200 digits hold any product of three stored quantities.
"""

QUANTITY_PLACES = 18
PRICE_PLACES = 18
USD_PLACES = 8


def to_units(value: Decimal, places: int) -> int:
    """`value` as an integer of units of 10^-`places`. Raises `decimal.Inexact` where it has more decimals."""
    return int(EXACT.to_integral_exact(EXACT.scaleb(value, places)))


def from_units(units: int, places: int) -> Decimal:
    """The decimal of `units` units of 10^-`places`, with exactly that many decimals."""
    return EXACT.scaleb(Decimal(units), -places)


def divide_half_even(numerator: int, denominator: int) -> int:
    """The integer nearest to `numerator / denominator` (`denominator` > 0), a tie going to the even one."""
    quotient, rest = divmod(numerator, denominator)
    twice = 2 * rest
    return quotient + (twice > denominator or (twice == denominator and quotient % 2 == 1))
