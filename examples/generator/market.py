"""The made-up market: daily candles after monthly anchor prices, and the price of a moment inside its day's candle.

The anchors (`anchors.csv`, US dollars on the first of a month) follow the shape that these markets had up to late 2025
and are invented after it; what lies between is a straight line with seeded noise. Only `+ - * /` and rounding are used,
so the digits are the same on every machine.

Belongs here: prices. Does not belong here: which venue lists what, and how it writes a candle.
"""

import csv
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import ROUND_HALF_EVEN, Decimal
from itertools import pairwise
from pathlib import Path

from generator.chance import fraction, noise

FIRST_DAY = date(2023, 12, 25)
LAST_DAY = date(2026, 11, 20)

_MEMORY = 0.92  # how much of a day's noise is left on the next day
_DAILY_NOISE = {"USD": 0.0, "USDT": 0.0004, "USDC": 0.0002, "BTC": 0.013, "ETH": 0.018, "BNB": 0.015}
_OTHER_NOISE = 0.024
_CENTS, _MOST_DECIMALS = 2, 9
_ENOUGH_IN_CENTS = 100.0
_STABLE = {"USD": 1.0, "USDT": 1.0002, "USDC": 0.9999}


_LEVELS = 20
_LARGE_ORDERS, _SMALL_ORDERS = 4000.0, 250.0

Level = tuple[Decimal, Decimal]
"""Price and units of an order."""


@dataclass(frozen=True, slots=True)
class Candle:
    """One UTC day of a pair, in units of the quote for one unit of the base, rounded to the pair's price decimals."""

    day: date
    open: Decimal
    high: Decimal
    low: Decimal
    close: Decimal
    volume: Decimal


class Market:
    """Prices of every coin of the book."""

    def __init__(self, anchors: Path) -> None:
        with anchors.open(newline="") as file:
            rows = list(csv.DictReader(file))
        self._anchors: dict[str, list[tuple[date, float]]] = {}
        for row in rows:
            month = date.fromisoformat(f"{row.pop('month')}-01")
            for asset, price in row.items():
                if price:
                    self._anchors.setdefault(asset, []).append((month, float(price)))
        self._closes: dict[str, dict[date, float]] = {}

    def first_day(self, asset: str) -> date:
        """The first day on which `asset` has a price."""
        return FIRST_DAY if asset in _STABLE else max(FIRST_DAY, self._anchors[asset][0][0])

    def close(self, asset: str, day: date) -> float:
        """The last price of `asset` in US dollars on the UTC `day`. Raises `KeyError` before it was traded."""
        if asset not in self._closes:
            self._closes[asset] = self._all_closes(asset)
        return self._closes[asset][day]

    def candle(self, base: str, quote: str, day: date, decimals: int) -> Candle:
        """The candle of `base` in `quote`; it opens where the day before closed."""
        before = max(day - timedelta(days=1), self.first_day(base) - timedelta(days=1))
        opened = self.close(base, before) / self.close(quote, before)
        closed = self.close(base, day) / self.close(quote, day)
        spread = _DAILY_NOISE.get(base, _OTHER_NOISE)
        key = f"candle {base}/{quote} {day}"
        high = max(opened, closed) * (1.0 + spread * (0.1 + fraction(f"{key} high")))
        low = min(opened, closed) * (1.0 - spread * (0.1 + fraction(f"{key} low")))
        turnover_usd = 2e6 + 3e7 * fraction(f"{key} volume")
        return Candle(
            day,
            rounded(opened, decimals),
            rounded(high, decimals),
            rounded(low, decimals),
            rounded(closed, decimals),
            rounded(turnover_usd / self.close(base, day), 3),
        )

    def price_at(self, base: str, quote: str, at: datetime, decimals: int) -> Decimal:
        """What `base` cost in `quote` at the instant `at`: between the low and the high of its day's candle."""
        candle = self.candle(base, quote, at.astimezone(UTC).date(), decimals)
        passed = (at.hour * 3600 + at.minute * 60 + at.second) / 86400.0
        opened, closed, high, low = (float(x) for x in (candle.open, candle.close, candle.high, candle.low))
        way = opened + (closed - opened) * passed
        price = way + (high - low) * 0.3 * (fraction(f"price {base}/{quote} {at}") - 0.5)
        return min(candle.high, max(candle.low, rounded(price, decimals)))

    def order_book(self, base: str, quote: str, decimals: int) -> tuple[list[Level], list[Level]]:
        """Bids and asks as the last day ends, the best first: the farther from the close, the larger the orders."""
        middle = self.close(base, LAST_DAY) / self.close(quote, LAST_DAY)
        step = middle * _DAILY_NOISE.get(base, _OTHER_NOISE) * 0.03
        size_usd = _LARGE_ORDERS if base in _DAILY_NOISE else _SMALL_ORDERS
        sides: dict[int, list[Level]] = {-1: [], 1: []}
        for side, levels in sides.items():
            distance = 0.0
            for number in range(_LEVELS):
                key = f"book {base}/{quote} {side} {number}"
                distance += step * (0.5 + fraction(f"{key} step")) + 1.0 / 10**decimals
                units = size_usd * (1.0 + number) * (0.2 + fraction(f"{key} size")) / self.close(base, LAST_DAY)
                levels.append((rounded(middle + side * distance, decimals), rounded(units, 8)))
        return sides[-1], sides[1]

    def _all_closes(self, asset: str) -> dict[date, float]:
        closes: dict[date, float] = {}
        spread = _DAILY_NOISE.get(asset, _OTHER_NOISE)
        wobble = 0.0
        day = self.first_day(asset) - timedelta(days=1)
        while day <= LAST_DAY + timedelta(days=1):
            wobble = _MEMORY * wobble + spread * noise(f"close {asset} {day}")
            closes[day] = self._anchored(asset, day) * (1.0 + wobble)
            day += timedelta(days=1)
        return closes

    def _anchored(self, asset: str, day: date) -> float:
        if asset in _STABLE:
            return _STABLE[asset]
        anchors = self._anchors[asset]
        for (start, first), (end, second) in pairwise(anchors):
            if day < end:
                passed = max((day - start).days, 0)
                return first + (second - first) * passed / (end - start).days
        return anchors[-1][1]


def rounded(number: float, decimals: int) -> Decimal:
    """`number` to `decimals` places, halves to even."""
    return Decimal(repr(number)).quantize(Decimal(1).scaleb(-decimals), rounding=ROUND_HALF_EVEN)


def usd_decimals(price: float) -> int:
    """How many decimals a price in dollars is written with, so that it keeps five digits or so."""
    decimals = _CENTS
    while price < _ENOUGH_IN_CENTS and decimals < _MOST_DECIMALS:
        price *= 10.0
        decimals += 1
    return decimals
