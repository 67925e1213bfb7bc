"""The events of an account as Binance answers them: the files that `connectors/replay/binance.py` serves.

Belongs here: Binance's names, numbers and ids. Does not belong here: what happened.
"""

from collections import defaultdict
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

from generator.binance_market import candles, coin, coins, network_of, order_book, symbol
from generator.chance import hex_hash, whole
from generator.events import Amount, Event
from generator.market import Market
from generator.venues import BINANCE_PAIRS, pair_of

Files = dict[str, Any]

_OPENED = datetime(2024, 1, 1, tzinfo=UTC)


def binance_files(events: list[Event], market: Market) -> Files:
    """File name to content, for the events of one account in the order of time."""
    by_kind: dict[str, list[Event]] = defaultdict(list)
    for event in events:
        by_kind[event.kind].append(event)
    files: Files = {
        "exchangeInfo.json": {"timezone": "UTC", "serverTime": 0, "symbols": [symbol(pair) for pair in BINANCE_PAIRS]},
        "capital/config/getall.json": [coin(name) for name in sorted(coins())],
        "capital/deposit/hisrec.json": [_deposit(event) for event in by_kind["deposit"]],
        "capital/withdraw/history.json": [_withdrawal(event) for event in by_kind["withdrawal"]],
        "asset/assetDividend.json": [_dividend(event) for event in by_kind["reward"]],
        "convert/tradeFlow.json": [_conversion(event) for event in by_kind["conversion"]],
        "asset/dribblet.json": _dust(by_kind["dust"]),
        "account.json": _account(events),
    }
    for pair in BINANCE_PAIRS:
        trades = [event for event in by_kind["trade"] if event.pair == (pair.base, pair.quote)]
        if trades:
            files[f"myTrades/{pair.id}.json"] = [_trade(event, number) for number, event in enumerate(trades)]
        if pair.quote == "USDT":
            files[f"klines/1d/{pair.id}.json"] = candles(pair, market)
        if pair.quote == "USDT" and not pair.until:
            files[f"depth/{pair.id}.json"] = order_book(pair, market)
    return files


def _trade(event: Event, number: int) -> dict[str, Any]:
    base, quote = event.pair or ("", "")
    amounts = {amount.asset: amount.quantity for amount in (event.received, event.sent) if amount}
    fee = event.fee or Amount(Decimal(0), quote)
    pair_id = pair_of("binance", base, quote).id
    first = whole(f"first id {pair_id}", 10**7, 10**9)
    return {
        "symbol": pair_id,
        "id": first + int((event.at - _OPENED).total_seconds()) * 3 + number,
        "orderId": whole(f"order {event.order}", 10**9, 10**10 - 1),
        "orderListId": -1,
        "price": f"{event.price:.8f}",
        "qty": f"{amounts[base]:.8f}",
        "quoteQty": f"{amounts[quote]:.8f}",
        "commission": f"{fee.quantity:.8f}",
        "commissionAsset": fee.asset,
        "time": _milliseconds(event),
        "isBuyer": event.received is not None and event.received.asset == base,
        "isMaker": event.is_maker,
        "isBestMatch": True,
    }


def _deposit(event: Event) -> dict[str, Any]:
    quantity, coin = event.received or Amount(Decimal(0), "")
    return {
        "id": f"{whole(f'deposit {event.key}', 10**17, 10**18 - 1)}",
        "amount": _short(quantity),
        "coin": coin,
        "network": network_of(coin),
        "status": 1,
        "address": hex_hash(f"address {event.account} {coin}")[:34],
        "addressTag": "",
        "txId": event.tx_hash,
        "insertTime": _milliseconds(event),
        "completeTime": _milliseconds(event) + 60_000,
        "transferType": 0,
        "confirmTimes": "12/12",
        "unlockConfirm": 12,
        "walletType": 0,
    }


def _withdrawal(event: Event) -> dict[str, Any]:
    quantity, coin = event.sent or Amount(Decimal(0), "")
    fee = event.fee.quantity if event.fee else Decimal(0)
    return {
        "id": hex_hash(f"withdrawal {event.key}")[:32],
        "amount": _short(quantity),
        "transactionFee": _short(fee),
        "coin": coin,
        "status": 6,
        "address": hex_hash(f"address {event.counterparty} {coin}")[:34],
        "txId": event.tx_hash,
        "applyTime": f"{event.at:%Y-%m-%d %H:%M:%S}",
        "network": network_of(coin),
        "transferType": 0,
        "info": "",
        "confirmNo": 12,
        "walletType": 0,
        "txKey": "",
        "completeTime": f"{event.at + timedelta(minutes=4):%Y-%m-%d %H:%M:%S}",
    }


def _dividend(event: Event) -> dict[str, Any]:
    quantity, asset = event.received or Amount(Decimal(0), "")
    number = whole(f"dividend {event.key}", 10**10, 10**11 - 1)
    return {
        "id": number,
        "amount": f"{quantity:.8f}",
        "asset": asset,
        "divTime": _milliseconds(event) // 1000 * 1000,
        "enInfo": event.note or "Flexible",
        "tranId": number + 7,
    }


def _conversion(event: Event) -> dict[str, Any]:
    given, asset = event.sent or Amount(Decimal(0), "")
    taken, target = event.received or Amount(Decimal(0), "")
    return {
        "quoteId": hex_hash(f"quote {event.key}")[:32],
        "orderId": whole(f"conversion {event.key}", 10**17, 10**18 - 1),
        "orderStatus": "SUCCESS",
        "fromAsset": asset,
        "fromAmount": _short(given),
        "toAsset": target,
        "toAmount": _short(taken),
        "ratio": f"{taken / given:.10f}",
        "inverseRatio": f"{given / taken:.10f}",
        "createTime": _milliseconds(event),
    }


def _dust(events: list[Event]) -> list[dict[str, Any]]:
    """One entry for each conversion of several coins; the charge is taken from what is transferred."""
    batches: dict[str, list[Event]] = defaultdict(list)
    for event in events:
        batches[event.order].append(event)
    entries = []
    for order, parts in batches.items():
        number = whole(f"dust {order}", 10**10, 10**11 - 1)
        details = [
            {
                "transId": number,
                "serviceChargeAmount": f"{part.fee.quantity:.8f}",
                "amount": _short(part.sent.quantity),
                "operateTime": _milliseconds(part),
                "transferedAmount": f"{part.received.quantity:.8f}",
                "fromAsset": part.sent.asset,
            }
            for part in parts
            if part.received and part.sent and part.fee
        ]
        charge = sum((part.fee.quantity for part in parts if part.fee), Decimal(0))
        gross = sum((part.received.quantity for part in parts if part.received), Decimal(0))
        entries.append(
            {
                "operateTime": _milliseconds(parts[0]),
                "totalTransferedAmount": f"{gross:.8f}",
                "totalServiceChargeAmount": f"{charge:.8f}",
                "transId": number,
                "userAssetDribbletDetails": details,
            }
        )
    return entries


def _account(events: list[Event]) -> dict[str, Any]:
    balances = dict.fromkeys(sorted(coins()), Decimal(0))
    for event in events:
        for quantity, asset in event.movements:
            balances[asset] += quantity
    return {
        "makerCommission": 10,
        "takerCommission": 10,
        "canTrade": False,
        "canWithdraw": False,
        "canDeposit": True,
        "accountType": "SPOT",
        "updateTime": _milliseconds(events[-1]),
        "balances": [
            {"asset": asset, "free": f"{quantity:.8f}", "locked": "0.00000000"} for asset, quantity in balances.items()
        ],
        "permissions": ["SPOT"],
    }


def _short(quantity: Decimal) -> str:
    return f"{quantity.normalize():f}"


def _milliseconds(event: Event) -> int:
    return int(event.at.timestamp()) * 1000 + event.at.microsecond // 1000
