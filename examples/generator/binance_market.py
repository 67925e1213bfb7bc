"""What Binance says of its markets: symbols, coins and daily candles.

Belongs here: public answers. Does not belong here: an account.
"""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

from generator.chance import fraction
from generator.market import LAST_DAY, Market
from generator.venues import BINANCE_PAIRS, Pair

_NETWORKS = {"USDT": "ETH", "USDC": "ETH", "BNB": "BSC"}


def candles(pair: Pair, market: Market) -> list[Any]:
    """Every daily candle of `pair`, from the first day of the sample's prices to the last."""
    rows: list[Any] = []
    day = market.first_day(pair.base)
    while day <= (pair.until or LAST_DAY):
        candle = market.candle(pair.base, pair.quote, day, pair.price_decimals)
        prices = [f"{price:.8f}" for price in (candle.open, candle.high, candle.low, candle.close)]
        opened = _midnight_milliseconds(day)
        turnover = candle.volume * candle.close
        buyers = Decimal(repr(round(0.4 + 0.2 * fraction(f"buyers {pair.id} {day}"), 3)))
        rows.append(
            [
                opened,
                *prices,
                f"{candle.volume:.8f}",
                opened + 86_399_999,
                f"{turnover:.8f}",
                900 + int(fraction(f"count {pair.id} {day}") * 90_000),
                f"{candle.volume * buyers:.8f}",
                f"{turnover * buyers:.8f}",
                "0",
            ]
        )
        day += timedelta(days=1)
    return rows


def order_book(pair: Pair, market: Market) -> dict[str, Any]:
    """The orders of `pair` as the last day ends."""
    bids, asks = market.order_book(pair.base, pair.quote, pair.price_decimals)
    return {
        name: [[f"{price:.8f}", f"{units:.8f}"] for price, units in levels]
        for name, levels in (("bids", bids), ("asks", asks))
    }


def symbol(pair: Pair) -> dict[str, Any]:
    """The entry of `pair` in exchangeInfo."""
    return {
        "symbol": pair.id,
        "status": "BREAK" if pair.until else "TRADING",
        "baseAsset": pair.base,
        "baseAssetPrecision": 8,
        "quoteAsset": pair.quote,
        "quotePrecision": 8,
        "quoteAssetPrecision": 8,
        "baseCommissionPrecision": 8,
        "quoteCommissionPrecision": 8,
        "orderTypes": ["LIMIT", "LIMIT_MAKER", "MARKET", "STOP_LOSS_LIMIT", "TAKE_PROFIT_LIMIT"],
        "isSpotTradingAllowed": True,
        "isMarginTradingAllowed": False,
        "filters": [
            {
                "filterType": "PRICE_FILTER",
                "minPrice": f"{Decimal(1).scaleb(-pair.price_decimals):.8f}",
                "maxPrice": "1000000.00000000",
                "tickSize": f"{Decimal(1).scaleb(-pair.price_decimals):.8f}",
            },
            {
                "filterType": "LOT_SIZE",
                "minQty": f"{Decimal(1).scaleb(-pair.step):.8f}",
                "maxQty": "9000000.00000000",
                "stepSize": f"{Decimal(1).scaleb(-pair.step):.8f}",
            },
            {"filterType": "NOTIONAL", "minNotional": f"{Decimal(pair.least):.8f}"},
        ],
        "permissions": [],
        "permissionSets": [["SPOT"]],
    }


def coin(name: str) -> dict[str, Any]:
    """The entry of a coin in capital/config/getall."""
    network = network_of(name)
    return {
        "coin": name,
        "name": name,
        "isLegalMoney": False,
        "trading": True,
        "depositAllEnable": True,
        "withdrawAllEnable": True,
        "free": "0",
        "locked": "0",
        "networkList": [
            {
                "network": network,
                "coin": name,
                "name": network,
                "isDefault": True,
                "depositEnable": True,
                "withdrawEnable": True,
                "withdrawFee": "0.001",
                "withdrawMin": "0.002",
                "withdrawIntegerMultiple": "0.00000001",
                "contractAddress": "",
            }
        ],
    }


def coins() -> set[str]:
    """Every coin of a market of the sample."""
    return {name for pair in BINANCE_PAIRS for name in (pair.base, pair.quote)}


def network_of(coin_name: str) -> str:
    """The network on which a coin comes and goes."""
    return _NETWORKS.get(coin_name, coin_name)


def _midnight_milliseconds(day: date) -> int:
    return int(datetime(day.year, day.month, day.day, tzinfo=UTC).timestamp()) * 1000
