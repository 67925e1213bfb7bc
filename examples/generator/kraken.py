"""The events of an account as Kraken answers them: the files that `connectors/replay/kraken.py` serves.

Belongs here: Kraken's names, numbers and ids. Does not belong here: what happened.
"""

from collections import defaultdict
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

from generator.chance import fraction, hex_hash, letters, whole
from generator.events import Amount, Event
from generator.market import LAST_DAY, Market
from generator.venues import KRAKEN_ASSETS, KRAKEN_PAIRS, MAKER_FEE, TAKER_FEE, Pair, pair_of

Files = dict[str, Any]

_MOST_CANDLES = 720
_METHODS = {
    "USD": "Wire Transfer (Domestic)",
    "BTC": "Bitcoin",
    "ETH": "Ether (Hex)",
    "LTC": "Litecoin",
    "DOGE": "Dogecoin",
    "ETC": "Ether Classic (Hex)",
    "XMR": "Monero",
    "KAS": "Kaspa",
    "SC": "Siacoin",
    "USDT": "Tether USD (ERC20)",
}


def kraken_files(events: list[Event], market: Market) -> Files:
    """File name to content, for the events of one account in the order of time."""
    ledger: dict[str, Any] = {}
    trades: dict[str, Any] = {}
    moves: dict[str, list[Any]] = {"deposit": [], "withdrawal": []}
    balances: dict[str, Decimal] = defaultdict(Decimal)
    for event in events:
        reference = _reference(event)
        rows = _ledger_rows(event, reference, balances)
        ledger.update(rows)
        if event.kind == "trade":
            trades[reference] = _trade(event, list(rows))
        elif event.kind in moves:
            moves[event.kind].append(_transaction(event, reference))
    return {
        "Assets.json": {name: _asset(*about) for name, *about in KRAKEN_ASSETS.values()},
        "AssetPairs.json": {pair.id: _pair(pair) for pair in KRAKEN_PAIRS},
        "TradesHistory.json": trades,
        "Ledgers.json": ledger,
        "DepositStatus.json": moves["deposit"],
        "WithdrawStatus.json": moves["withdrawal"],
        "BalanceEx.json": {
            KRAKEN_ASSETS[asset][0]: {"balance": _fixed(asset, quantity), "hold_trade": _fixed(asset, Decimal(0))}
            for asset, quantity in sorted(balances.items())
        },
        **{f"OHLC/1440/{pair.id}.json": _candles(pair, market) for pair in KRAKEN_PAIRS if pair.quote == "USD"},
        **{f"Depth/{pair.id}.json": _order_book(pair, market) for pair in KRAKEN_PAIRS if pair.quote == "USD"},
    }


def _reference(event: Event) -> str:
    shapes = {"trade": ("T", (5, 5, 6)), "deposit": ("Q", (6, 6, 6)), "withdrawal": ("A", (6, 6, 6))}
    first, lengths = shapes.get(event.kind, ("R", (6, 6, 6)))
    return first + letters(f"reference {event.key}", *lengths)


def _ledger_rows(event: Event, reference: str, balances: dict[str, Decimal]) -> dict[str, Any]:
    """One row for each asset that moved; a fee in one of them stands in that asset's row."""
    rows: dict[str, Any] = {}
    for amount, row_type, subtype in _legs(event):
        fee = event.fee.quantity if event.fee and event.fee.asset == amount.asset else Decimal(0)
        balances[amount.asset] += amount.quantity - fee
        if balances[amount.asset] < 0:
            raise ValueError(f"{event.key}: {amount.asset} at Kraken falls to {balances[amount.asset]}")
        rows["L" + letters(f"ledger {event.key} {amount.asset}", 5, 5, 6)] = {
            "refid": reference,
            "time": _seconds(event),
            "type": row_type,
            "subtype": subtype,
            "aclass": "currency",
            "asset": KRAKEN_ASSETS[amount.asset][0],
            "amount": _fixed(amount.asset, amount.quantity),
            "fee": _fixed(amount.asset, fee),
            "balance": _fixed(amount.asset, balances[amount.asset]),
        }
    return rows


def _legs(event: Event) -> list[tuple[Amount, str, str]]:
    received = event.received
    sent = Amount(-event.sent.quantity, event.sent.asset) if event.sent else None
    legs: list[tuple[Amount | None, str, str]]
    match event.kind:
        case "trade":
            base, quote = (sent, received) if received and received.asset == (event.pair or "")[1] else (received, sent)
            legs = [(base, "trade", "tradespot"), (quote, "trade", "tradespot")]
        case "instant":
            legs = [(sent, "spend", ""), (received, "receive", "")]
        case "stake":
            legs = [(sent, "earn", "allocation"), (received, "earn", "allocation")]
        case "reward":
            legs = [(received, "earn", "reward")]
        case "deposit":
            legs = [(received, "deposit", "")]
        case "withdrawal":
            legs = [(sent, "withdrawal", "")]
        case _:
            raise ValueError(f"Kraken has no way to say {event.kind}: {event.key}")
    return [(amount, row_type, subtype) for amount, row_type, subtype in legs if amount]


def _trade(event: Event, ledger_ids: list[str]) -> dict[str, Any]:
    base, quote = event.pair or ("", "")
    pair = pair_of("kraken", base, quote)
    is_buy = event.received is not None and event.received.asset == base
    amounts = {amount.asset: amount.quantity for amount in (event.received, event.sent) if amount}
    fee = event.fee.quantity if event.fee else Decimal(0)
    cost_decimals = 5 if quote == "USD" else 10
    return {
        "ordertxid": "O" + letters(f"order {event.order}", 5, 5, 6),
        "postxid": "TKH2SE-M7IF5-CFI7LT",
        "pair": pair.id,
        "time": _seconds(event),
        "type": "buy" if is_buy else "sell",
        "ordertype": "limit" if event.is_maker else "market",
        "price": f"{event.price:.{max(pair.price_decimals, 5)}f}",
        "cost": f"{amounts[quote]:.{cost_decimals}f}",
        "fee": f"{fee:.{cost_decimals}f}",
        "vol": f"{amounts[base]:.8f}",
        "margin": f"{0:.{cost_decimals}f}",
        "leverage": "0",
        "misc": "",
        "trade_id": whole(f"trade id {event.key}", 30_000_000, 99_999_999),
        "maker": event.is_maker,
        "ledgers": ledger_ids,
    }


def _transaction(event: Event, reference: str) -> dict[str, Any]:
    amount = event.received or event.sent
    if amount is None:
        raise ValueError(f"{event.key} moves nothing")
    fee = event.fee.quantity if event.fee else Decimal(0)
    return {
        "method": _METHODS[amount.asset],
        "aclass": "currency",
        "asset": KRAKEN_ASSETS[amount.asset][0],
        "refid": reference,
        "txid": event.tx_hash or f"{whole(event.key, 10**7, 10**8 - 1)}",
        "info": hex_hash(f"address {event.account} {amount.asset}")[:34],
        "amount": _fixed(amount.asset, amount.quantity),
        "fee": _fixed(amount.asset, fee),
        "time": int(event.at.timestamp()),
        "status": "Success",
        "network": _METHODS[amount.asset].partition(" (")[0],
    }


def _candles(pair: Pair, market: Market) -> list[Any]:
    rows: list[Any] = []
    day = max(LAST_DAY - timedelta(days=_MOST_CANDLES - 1), market.first_day(pair.base))
    while day <= LAST_DAY:
        candle = market.candle(pair.base, pair.quote, day, pair.price_decimals)
        average = (candle.open + candle.high + candle.low + candle.close) / 4
        prices = [
            f"{price:.{pair.price_decimals}f}"
            for price in (candle.open, candle.high, candle.low, candle.close, average)
        ]
        count = 400 + int(fraction(f"count {pair.id} {day}") * 9000)
        rows.append([_midnight(day), *prices, f"{candle.volume:.8f}", count])
        day += timedelta(days=1)
    return rows


def _order_book(pair: Pair, market: Market) -> dict[str, Any]:
    bids, asks = market.order_book(pair.base, pair.quote, pair.price_decimals)
    at = _midnight(LAST_DAY + timedelta(days=1))
    return {
        name: [[f"{price:.{pair.price_decimals}f}", f"{units:.3f}", at] for price, units in levels]
        for name, levels in (("asks", asks), ("bids", bids))
    }


def _asset(altname: str, decimals: int) -> dict[str, Any]:
    return {
        "aclass": "currency",
        "altname": altname,
        "decimals": decimals,
        "display_decimals": min(decimals, 5),
        "status": "enabled",
    }


def _pair(pair: Pair) -> dict[str, Any]:
    base, base_name, _ = KRAKEN_ASSETS[pair.base]
    quote, quote_name, _ = KRAKEN_ASSETS[pair.quote]
    return {
        "altname": base_name + quote_name,
        "wsname": f"{base_name}/{quote_name}",
        "aclass_base": "currency",
        "base": base,
        "aclass_quote": "currency",
        "quote": quote,
        "lot": "unit",
        "cost_decimals": 5 if pair.quote == "USD" else 10,
        "pair_decimals": pair.price_decimals,
        "lot_decimals": 8,
        "lot_multiplier": 1,
        "leverage_buy": [],
        "leverage_sell": [],
        "fees": [[0, float(TAKER_FEE["kraken"] * 100)]],
        "fees_maker": [[0, float(MAKER_FEE["kraken"] * 100)]],
        "fee_volume_currency": "ZUSD",
        "margin_call": 80,
        "margin_stop": 40,
        "ordermin": pair.least,
        "costmin": "0.5" if pair.quote == "USD" else "0.00002",
        "tick_size": f"{Decimal(1).scaleb(-pair.price_decimals):f}",
        "status": "online",
    }


def _fixed(asset: str, quantity: Decimal) -> str:
    return f"{quantity:.{KRAKEN_ASSETS[asset][2]}f}"


def _seconds(event: Event) -> float:
    return int(event.at.timestamp()) + event.at.microsecond // 1000 / 1000


def _midnight(day: date) -> int:
    return int(datetime(day.year, day.month, day.day, tzinfo=UTC).timestamp())
