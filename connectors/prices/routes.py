"""By which market a coin is priced, in which order markets are tried, and what a close is worth along the way. Pure.

Belongs here: routes and their arithmetic. Does not belong here: asking a venue, and what is known already.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_EVEN, Decimal, localcontext

from connectors.records import exact_quantity

HUBS = ("USD", "USDT", "USDC", "BTC", "EUR", "ETH")
"""What a coin without a market against the base currency is priced through, in order.

A hub has a price of its own, from its own market: none is taken for one dollar. A hub is priced through the hubs
before it only, so no chain runs in a circle.
"""

_TIMES = "\N{MULTIPLICATION SIGN}"
_DECIMALS = Decimal(1).scaleb(-18)
_DIGITS = 120
"""Digits kept while multiplying: more than two prices have together, so only the last step rounds."""


@dataclass(frozen=True, slots=True)
class Close:
    """The price of one unit in the base currency, and the venue and markets that it comes from."""

    price: Decimal
    source: str


@dataclass(frozen=True, slots=True)
class Route:
    """One market of one venue. `hub` is what its quote is priced by, `None` where that is the base currency itself.

    `is_inverse` is a market that quotes the other way round: USD/JPY for the yen.
    """

    venue: str
    symbol: str
    hub: str | None = None
    is_inverse: bool = False

    def close(self, quoted: str, hub: Close | None) -> Close | None:
        """What a candle's close makes: exact, then rounded half to even to 18 decimals. `None` where it is no price.

        `quoted` is the venue's own text; `hub` the price of the route's hub at the same instant.
        """
        number = exact_quantity(quoted)
        if number is None or number <= 0:
            return None
        with localcontext() as context:
            context.prec = _DIGITS
            value = 1 / number if self.is_inverse else number
            if hub is not None:
                value *= hub.price
            price = value.quantize(_DECIMALS, rounding=ROUND_HALF_EVEN)
        return Close(price, self._source(hub)) if price > 0 else None

    def _source(self, hub: Close | None) -> str:
        own = f"{self.venue} {'1÷' if self.is_inverse else ''}{self.symbol}"
        return own if hub is None else own + _TIMES + hub.source.removeprefix(f"{self.venue} ")


def routes_of(asset: str, *, base: str, venues: Sequence[str], aliases: Mapping[str, str]) -> Iterator[Route]:
    """Every market that could price `asset`, the best first, whether or not a venue has it.

    Against the base currency on each venue in order, the same the other way round, then through each hub on each
    venue in order. A market may carry one of the coin's other names: `aliases` says which names mean which asset.
    """
    names = [asset, *(name for name, meant in aliases.items() if meant == asset and name != asset)]
    for venue in venues:
        for name in names:
            yield Route(venue, f"{name}/{base}")
    for venue in venues:
        for name in names:
            yield Route(venue, f"{base}/{name}", is_inverse=True)
    usable = HUBS[: HUBS.index(asset)] if asset in HUBS else HUBS
    for hub in usable:
        if hub == base:
            continue
        for venue in venues:
            for name in names:
                yield Route(venue, f"{name}/{hub}", hub=hub)
