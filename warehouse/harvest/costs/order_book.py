"""What selling a quantity into an order book brings, and what buying it back takes. Pure and exact.

Belongs here: walking the levels. Does not belong here: fees as told, whether the book is too old, words.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import ROUND_CEILING, Context, Decimal
from fractions import Fraction

Level = tuple[Decimal, Decimal]
"""Price of one unit and units at that price."""

_RATE = Decimal(1).scaleb(-18)
_UP = Context(prec=60, rounding=ROUND_CEILING)


@dataclass(frozen=True, slots=True)
class OrderBook:
    """Orders of others, the best first: `bids` want to buy, `asks` to sell."""

    bids: Sequence[Level]
    asks: Sequence[Level]

    @property
    def middle(self) -> Fraction:
        """The price between the best of both sides; the best bid where nobody sells. There must be a bid."""
        best_bid = Fraction(self.bids[0][0])
        return (best_bid + Fraction(self.asks[0][0])) / 2 if self.asks else best_bid


@dataclass(frozen=True, slots=True)
class Walk:
    """Filling an order from the best level on: units that were filled, and what they came to."""

    filled: Fraction
    amount: Fraction

    @property
    def average(self) -> Fraction:
        """The price of one unit that was filled."""
        return self.amount / self.filled


def walk(levels: Sequence[Level], quantity: Decimal) -> Walk:
    """Fill `quantity` as far as the levels go."""
    left, amount = Fraction(quantity), Fraction(0)
    for price, units in levels:
        taken = min(left, Fraction(units))
        amount += taken * Fraction(price)
        left -= taken
        if not left:
            break
    return Walk(Fraction(quantity) - left, amount)


def sell_rate(book: OrderBook, quantity: Decimal, fee: Decimal) -> Decimal | None:
    """The share of the value at the middle price that selling costs, with the fee; `None` where nobody buys.

    Of a quantity larger than the book, the share for what the book takes. Rounded up to 18 decimals.
    """
    sold = walk(book.bids, quantity)
    if not sold.filled:
        return None
    return _rate(1 - sold.average / book.middle * (1 - Fraction(fee)))


def buy_rate(book: OrderBook, quantity: Decimal, fee: Decimal) -> Decimal | None:
    """The share of the value at the middle price that buying back costs on top; `None` where nobody sells."""
    bought = walk(book.asks, quantity)
    if not bought.filled or not book.bids:
        return None
    return _rate(bought.average / book.middle * (1 + Fraction(fee)) - 1)


def rounded(number: Fraction, places: int) -> Decimal:
    """`number` to `places` decimals, half to even."""
    return Decimal(round(number * 10**places)).scaleb(-places, _UP)


def _rate(share: Fraction) -> Decimal:
    return (_UP.divide(Decimal(share.numerator), Decimal(share.denominator))).quantize(_RATE, context=_UP)
