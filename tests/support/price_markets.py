"""Made-up spot markets with daily candles, in the wire format of three venues.

Belongs here: candles for tests of prices. Does not belong here: accounts, and what a close means.
"""

from collections.abc import Iterable, Mapping
from datetime import UTC, date, datetime, timedelta
from typing import Any

Closes = Mapping[datetime, str]
"""The close of each candle by its opening."""

_KRAKEN_NAMES = {"BTC": "XBT", "DOGE": "XDG"}


def days(first: date, closes: Iterable[str | None]) -> dict[datetime, str]:
    """One daily candle after the other from `first` on; `None` leaves a day out."""
    start = datetime(first.year, first.month, first.day, tzinfo=UTC)
    return {start + timedelta(days=number): close for number, close in enumerate(closes) if close is not None}


def hours(first: datetime, closes: Iterable[str]) -> dict[datetime, str]:
    """One hourly candle after the other from `first` on."""
    return {first + timedelta(hours=number): close for number, close in enumerate(closes)}


def kraken_files(markets: Mapping[str, Closes], *, hourly: Mapping[str, Closes] | None = None) -> dict[str, Any]:
    """A Kraken whose markets are `BTC/USD`, ... with these candles."""
    named = {symbol: tuple(_KRAKEN_NAMES.get(code, code) for code in symbol.split("/")) for symbol in markets}
    codes = {code for pair in named.values() for code in pair}
    files: dict[str, Any] = {
        "Assets": {
            code: {"aclass": "currency", "altname": code, "decimals": 10, "display_decimals": 5, "status": "enabled"}
            for code in codes
        },
        "AssetPairs": {
            base + quote: {
                "altname": base + quote,
                "wsname": f"{base}/{quote}",
                "aclass_base": "currency",
                "base": base,
                "aclass_quote": "currency",
                "quote": quote,
                "lot": "unit",
                "pair_decimals": 5,
                "cost_decimals": 5,
                "lot_decimals": 8,
                "lot_multiplier": 1,
                "leverage_buy": [],
                "leverage_sell": [],
                "fees": [[0, 0.4]],
                "fees_maker": [[0, 0.25]],
                "fee_volume_currency": "ZUSD",
                "margin_call": 80,
                "margin_stop": 40,
                "ordermin": "0.0001",
                "costmin": "0.5",
                "tick_size": "0.00001",
                "status": "online",
            }
            for base, quote in named.values()
        },
    }
    for minutes, told in ((1440, markets), (60, hourly or {})):
        for symbol, closes in told.items():
            files[f"OHLC/{minutes}/{''.join(named[symbol])}"] = [
                [int(at.timestamp()), close, close, close, close, close, "1.5", 3] for at, close in closes.items()
            ]
    return files


def binance_files(markets: Mapping[str, Closes]) -> dict[str, Any]:
    """A Binance whose markets are `KAS/USDT`, ... with these daily candles."""
    files: dict[str, Any] = {"exchangeInfo": {"timezone": "UTC", "symbols": []}}
    for symbol, closes in markets.items():
        base, quote = symbol.split("/")
        files["exchangeInfo"]["symbols"].append(
            {
                "symbol": base + quote,
                "status": "TRADING",
                "baseAsset": base,
                "baseAssetPrecision": 8,
                "quoteAsset": quote,
                "quotePrecision": 8,
                "quoteAssetPrecision": 8,
                "orderTypes": ["LIMIT", "MARKET"],
                "isSpotTradingAllowed": True,
                "isMarginTradingAllowed": False,
                "filters": [],
                "permissions": [],
                "permissionSets": [["SPOT"]],
            }
        )
        files[f"klines/1d/{base}{quote}"] = [_kline(at, close) for at, close in closes.items()]
    return files


def _kline(at: datetime, close: str) -> list[Any]:
    opened = int(at.timestamp()) * 1000
    return [opened, close, close, close, close, "1.5", opened + 86_399_999, "1.5", 3, "1", "1", "0"]


def coinbase_files(markets: Mapping[str, Closes]) -> dict[str, Any]:
    """A Coinbase whose markets are `BTC/USD`, ... with these daily candles."""
    files: dict[str, Any] = {"products": []}
    for symbol, closes in markets.items():
        base, quote = symbol.split("/")
        files["products"].append(
            {
                "product_id": f"{base}-{quote}",
                "price": "1",
                "base_increment": "0.00000001",
                "quote_increment": "0.01",
                "price_increment": "0.01",
                "base_min_size": "0.00000001",
                "base_max_size": "3400",
                "quote_min_size": "1",
                "quote_max_size": "150000000",
                "base_name": base,
                "quote_name": quote,
                "status": "online",
                "trading_disabled": False,
                "product_type": "SPOT",
                "base_currency_id": base,
                "quote_currency_id": quote,
                "alias": "",
                "alias_to": [],
            }
        )
        files[f"products/{base}-{quote}/candles/ONE_DAY"] = [
            {
                "start": str(int(at.timestamp())),
                "low": close,
                "high": close,
                "open": close,
                "close": close,
                "volume": "1",
            }
            for at, close in closes.items()
        ]
    return files
