"""What selling would take right now: the account's fee, the venue's minimum order and the order book.

One market for each asset that is held: against the dollar where there is one, else against what stands for it.

Belongs here: choosing markets, asking, and reading answers. Does not belong here: what a sale would cost.
"""

from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from typing import Any

from connectors.exchange.client import Client
from connectors.exchange.errors import NotOfferedError, UnknownMarketError
from connectors.exchange.reading import UnreadableRowError, exact
from connectors.records import MarketConditions
from connectors.sync import SourceAnswerError, SourceRefusedError

QUOTES = ("USD", "USDT", "USDC", "FDUSD", "EUR")
"""What an asset is sold for, the first that has an active market."""

MOST_LEVELS = 100

TakerRates = Mapping[str, Decimal]


def markets_of(exchange: Any, assets: Iterable[str]) -> dict[str, Any]:
    """The spot market to sell each asset in, by asset; an asset without one is not there."""
    chosen = {}
    for asset in sorted(set(assets)):
        for quote in QUOTES:
            market = (exchange.markets or {}).get(f"{asset}/{quote}")
            if market and market.get("spot") and market.get("active") is not False:
                chosen[asset] = market
                break
    return chosen


def ask_books(client: Client, markets: Mapping[str, Any], rates: TakerRates) -> list[MarketConditions]:
    """The conditions of each market, one question each; a market that the venue knows no more is left out."""
    found = []
    for asset, market in markets.items():
        symbol = market["symbol"]
        try:
            book = client.call(f"the order book of {symbol}", client.exchange.fetch_order_book, symbol)
        except UnknownMarketError:
            continue
        rate = rates.get(symbol)
        found.append(
            MarketConditions(
                asset=asset,
                market=symbol,
                quote=market["quote"],
                taker_rate=None if rate is None else format(rate, "f"),
                minimum_quantity=_limit(market, "amount"),
                minimum_value=_limit(market, "cost"),
                bids=_levels(book["bids"], is_best_highest=True),
                asks=_levels(book["asks"], is_best_highest=False),
            )
        )
    return found


def unified_rates(client: Client, markets: Mapping[str, Any]) -> TakerRates:
    """The account's taker fees by market, as ccxt unifies them; none where the venue or the key does not tell."""
    exchange = client.exchange
    symbols = [market["symbol"] for market in markets.values()]
    try:
        if exchange.has.get("fetchTradingFees") is True:
            told = client.call("trading fees", exchange.fetch_trading_fees)
        elif exchange.has.get("fetchTradingFee") is True:
            told = {
                symbol: client.call(f"the trading fee of {symbol}", exchange.fetch_trading_fee, symbol)
                for symbol in symbols
            }
        else:
            return {}
    except (NotOfferedError, SourceRefusedError):
        return {}
    rates = {symbol: read_number((told.get(symbol) or {}).get("taker")) for symbol in symbols}
    return {symbol: rate for symbol, rate in rates.items() if rate is not None}


def read_number(value: Any) -> Decimal | None:
    """The number that a venue wrote, `None` where it wrote none. Raises `SourceAnswerError`."""
    try:
        return exact(value)
    except UnreadableRowError as error:
        raise SourceAnswerError(f"a number of the market can not be read: {error}") from error


def _limit(market: Mapping[str, Any], name: str) -> str | None:
    """A least order. ccxt read it into a float with the markets, whose shortest form has the venue's digits again."""
    least = ((market.get("limits") or {}).get(name) or {}).get("min")
    return None if not least else format(Decimal(repr(least) if isinstance(least, float) else str(least)), "f")


def _levels(rows: Sequence[Sequence[Any]], *, is_best_highest: bool) -> list[tuple[str, str]]:
    """Price and quantity of each level, the best first: ccxt sorts texts as texts."""
    levels = []
    for row in rows:
        price, quantity = read_number(row[0]), read_number(row[1])
        if price is None or quantity is None or price <= 0 or quantity < 0:
            raise SourceAnswerError(f"an order book has a level that is not understood: {row}")
        levels.append((price, quantity))
    levels.sort(key=lambda level: level[0], reverse=is_best_highest)
    return [(format(price, "f"), format(quantity, "f")) for price, quantity in levels[:MOST_LEVELS]]
