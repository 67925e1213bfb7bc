"""Made-up Binance accounts in the venue's wire format, as large as wanted, in memory.

Belongs here: rows for tests and benchmarks. Does not belong here: the sample book.
"""

from typing import Any

from .times import START, Files, times_ms


def binance_markets(bases: tuple[str, ...] = ("BTC", "ETH", "LTC", "DOGE", "BNB")) -> Files:
    """`exchangeInfo` and coins for each base against USDT, and for ETH, LTC and BNB against BTC."""
    pairs = [(base, "USDT") for base in bases] + [(base, "BTC") for base in ("ETH", "LTC", "BNB") if base in bases]
    return {
        "exchangeInfo": {
            "timezone": "UTC",
            "symbols": [
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
                for base, quote in pairs
            ],
        },
        "capital/config/getall": [
            {
                "coin": coin,
                "name": coin,
                "isLegalMoney": False,
                "trading": True,
                "depositAllEnable": True,
                "withdrawAllEnable": True,
                "free": "0",
                "locked": "0",
                "networkList": [],
            }
            for coin in (*bases, "USDT")
        ],
    }


def binance_fill(number: int, at_ms: int, *, symbol: str = "BTCUSDT") -> Files:
    """One fill as `myTrades` has it; its commission is 0.1 % of what was bought, in the base asset."""
    price, quantity = 20_000 + number % 50_000, 100_000 + number % 900_000  # in 0.1 and in 1e-8
    quote = price * quantity  # in 1e-9
    return {
        "symbol": symbol,
        "id": 1_000_000 + number,
        "orderId": 9_000_000 + number // 3,
        "orderListId": -1,
        "price": f"{price // 10}.{price % 10}0000000",
        "qty": f"0.{quantity:08d}",
        "quoteQty": f"{quote // 10**9}.{quote % 10**9 // 10:08d}",
        "commission": f"0.{quantity // 1000:08d}",
        "commissionAsset": symbol.removesuffix("USDT").removesuffix("BTC") or "BTC",
        "time": at_ms,
        "isBuyer": True,
        "isMaker": number % 2 == 0,
        "isBestMatch": True,
    }


def binance_history(fills: int, **times: Any) -> Files:
    """A Binance account of `fills` fills over all its symbols, and the deposit that paid for them."""
    files = binance_markets()
    symbols = [info["symbol"] for info in files["exchangeInfo"]["symbols"]]
    for number, at in enumerate(times_ms(fills, **times)):
        symbol = symbols[number % len(symbols)]
        files.setdefault(f"myTrades/{symbol}", []).append(binance_fill(number, at, symbol=symbol))
    files["capital/deposit/hisrec"] = [
        {
            "id": "1",
            "amount": "9000000",
            "coin": "USDT",
            "network": "ETH",
            "status": 1,
            "address": "0x1",
            "addressTag": "",
            "txId": "0xfeed",
            "insertTime": int(START.timestamp() * 1000) - 86_400_000,
            "transferType": 0,
            "confirmTimes": "12/12",
            "unlockConfirm": 12,
            "walletType": 0,
        }
    ]
    return files
