"""Made-up Kraken accounts in the venue's wire format, as large as wanted, in memory.

Belongs here: rows for tests and benchmarks. Does not belong here: the sample book.
"""

from typing import Any

from .times import START, Files, times_ms

_KRAKEN_ASSETS = {
    "XXBT": ("XBT", 10),
    "XETH": ("ETH", 10),
    "XLTC": ("LTC", 10),
    "XXDG": ("XDG", 8),
    "SOL": ("SOL", 10),
    "ETH.S": ("ETH.S", 10),
    "DOT.F": ("DOT.F", 10),
    "ZUSD": ("USD", 4),
    "ZEUR": ("EUR", 4),
}
_KRAKEN_PAIRS = {
    "XXBTZUSD": ("XBTUSD", "XXBT", "ZUSD"),
    "XETHZUSD": ("ETHUSD", "XETH", "ZUSD"),
    "XETHXXBT": ("ETHXBT", "XETH", "XXBT"),
    "XLTCZUSD": ("LTCUSD", "XLTC", "ZUSD"),
    "XDGUSD": ("XDGUSD", "XXDG", "ZUSD"),
    "SOLUSD": ("SOLUSD", "SOL", "ZUSD"),
}
_FEE_STEPS = [[0, 0.4], [10000, 0.35], [50000, 0.24]]


def kraken_markets() -> Files:
    """`Assets` and `AssetPairs` with Kraken's odd names: XXBT, XXDG, ETH.S."""
    return {
        "Assets": {
            asset: {
                "aclass": "currency",
                "altname": altname,
                "decimals": decimals,
                "display_decimals": 5,
                "status": "enabled",
            }
            for asset, (altname, decimals) in _KRAKEN_ASSETS.items()
        },
        "AssetPairs": {
            pair: {
                "altname": altname,
                "wsname": altname[:3] + "/" + altname[3:],
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
                "fees": _FEE_STEPS,
                "fees_maker": _FEE_STEPS,
                "fee_volume_currency": "ZUSD",
                "margin_call": 80,
                "margin_stop": 40,
                "ordermin": "0.0001",
                "costmin": "0.5",
                "tick_size": "0.00001",
                "status": "online",
            }
            for pair, (altname, base, quote) in _KRAKEN_PAIRS.items()
        },
    }


def kraken_trade(number: int, at_ms: int, *, pair: str = "XXBTZUSD", side: str = "buy") -> Files:
    """One trade as `TradesHistory` has it; its fee is 0.25 % of its cost."""
    price, volume = 20_000 + number % 50_000, 100_000 + number % 900_000  # in 0.1 and in 1e-8
    cost = price * volume  # in 1e-9
    return {
        "ordertxid": f"O{number // 3:05d}-AAAAA-AAAAAA",
        "postxid": "TKH2SE-M7IF5-CFI7LT",
        "pair": pair,
        "time": at_ms / 1000,
        "type": side,
        "ordertype": "limit",
        "price": f"{price // 10}.{price % 10}0000",
        "cost": f"{cost // 10**9}.{cost % 10**9 // 10**4:05d}",
        "fee": f"{cost // 400 // 10**9}.{cost // 400 % 10**9 // 10**4:05d}",
        "vol": f"0.{volume:08d}",
        "margin": "0.00000",
        "leverage": "0",
        "misc": "",
        "trade_id": 50_000_000 + number,
        "maker": number % 2 == 0,
    }


def kraken_history(trades: int, **times: Any) -> Files:
    """A Kraken account of `trades` trades and the deposit that paid for them; no ledger rows for the trades."""
    pairs = [pair for pair, (_, _, quote) in _KRAKEN_PAIRS.items() if quote == "ZUSD"]
    rows = {
        f"T{number:05X}-{number % 100_000:05d}-AAAAAA": kraken_trade(number, at, pair=pairs[number % len(pairs)])
        for number, at in enumerate(times_ms(trades, **times))
    }
    paid = {"aclass": "currency", "asset": "ZUSD", "amount": "9000000.0000", "fee": "0.0000"}
    at = START.timestamp() - 86_400
    return kraken_markets() | {
        "TradesHistory": rows,
        "Ledgers": {
            "LDEPOS-AAAAA-AAAAAA": {"refid": "QDEPOS-1", "time": at, "type": "deposit", "subtype": "", **paid}
            | {"balance": "9000000.0000"}
        },
        "DepositStatus": [
            {"method": "Bank", "refid": "QDEPOS-1", "txid": "1", "info": "wire", "time": int(at), **paid}
            | {"status": "Success"}
        ],
    }
