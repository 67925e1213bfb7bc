"""What a key may do, as far as its venue tells, and whether it may do too much.

A key for bookkeeping reads. One that can withdraw is refused unless the configuration says otherwise: whoever gets
hold of it gets the coins.

Belongs here: questions about keys. Does not belong here: anything about what the account holds.
"""

import time
from collections.abc import Callable, Mapping
from contextlib import closing
from datetime import datetime
from typing import Any

from connectors.exchange.account import Answer, ExchangeAccount, KeyCheck
from connectors.exchange.client import Client
from connectors.exchange.errors import NotOfferedError
from connectors.exchange.venues import open_client
from connectors.sync import SourceAnswerError, SourceError

_May = tuple[Answer, Answer, Answer]
"""Read, trade, withdraw."""


def check_key(account: ExchangeAccount, *, now: datetime, sleep: Callable[[float], None] = time.sleep) -> KeyCheck:
    """Ask the venue what the key may do; where it has no such question, whether it may read balances."""
    try:
        with closing(open_client(account, now=now, sleep=sleep)) as client:
            return _check(account, client)
    except NotOfferedError as told:
        return KeyCheck(account.name, account.exchange, note=str(told))
    except SourceError as error:
        return KeyCheck(account.name, account.exchange, problem=str(error))


def _check(account: ExchangeAccount, client: Client) -> KeyCheck:
    client.load_markets()
    reads, trades, withdraws = _ask(client)
    if reads != "no":
        client.call("balances", client.exchange.fetch_balance)
        reads = "yes"
    return KeyCheck(
        account.name,
        account.exchange,
        can_read=reads,
        can_trade=trades,
        can_withdraw=withdraws,
        problem=_problem(account, client, reads, withdraws),
        note=_note(account, client, trades, withdraws),
    )


def _problem(account: ExchangeAccount, client: Client, reads: Answer, withdraws: Answer) -> str | None:
    name = client.exchange.name
    if reads == "no":
        return f"The key of account {account.name!r} may not read. Give it permission to read in {name}'s settings."
    if withdraws == "yes" and not account.allow_withdrawal_keys:
        return (
            f"The key of account {account.name!r} can withdraw. Make a key at {name} that may only read, or set "
            "allow_withdrawal_keys = true for this account if you accept that."
        )
    return None


def _note(account: ExchangeAccount, client: Client, trades: Answer, withdraws: Answer) -> str | None:
    if withdraws == "unknown":
        return f"{client.exchange.name} does not tell what a key may do: make sure that this one may only read."
    if trades == "yes":
        return f"The key of account {account.name!r} can trade, which is more than is needed."
    return None


def _ask(client: Client) -> _May:
    question = _QUESTIONS.get(client.exchange.id)
    if question is None:
        return "unknown", "unknown", "unknown"
    try:
        return question(client)
    except (AttributeError, LookupError, TypeError) as error:
        raise SourceAnswerError(
            f"{client.exchange.name} describes the key in a way that is not understood ({type(error).__name__})"
        ) from error


def _kraken(client: Client) -> _May:
    answer = client.call("the key's permissions", client.exchange.privatePostGetApiKeyInfo)
    held = {str(word).lower() for word in answer["result"]["permissions"]}
    return (
        _answer("query-funds" in held),
        _answer(bool(held & {"modify-trades", "modify-orders", "trade", "create-orders"})),
        _answer(any("withdraw" in word for word in held)),
    )


def _binance(client: Client) -> _May:
    answer = client.call("the key's permissions", client.exchange.sapiGetAccountApiRestrictions)
    trades = (
        "enableSpotAndMarginTrading",
        "enableMargin",
        "enableFutures",
        "enableVanillaOptions",
        "enableFixApiTrade",
    )
    return (
        _answer(answer["enableReading"]),
        _answer(any(answer.get(name) for name in trades)),
        _answer(answer["enableWithdrawals"]),
    )


def _coinbase(client: Client) -> _May:
    answer = client.call("the key's permissions", client.exchange.v3PrivateGetBrokerageKeyPermissions)
    return _answer(answer["can_view"]), _answer(answer["can_trade"]), _answer(answer["can_transfer"])


def _bybit(client: Client) -> _May:
    answer = client.call("the key's permissions", client.exchange.privateGetV5UserQueryApi)["result"]
    held: Mapping[str, Any] = answer["permissions"]
    is_read_only = str(answer.get("readOnly")) == "1"
    trades = any(held.get(name) for name in ("Spot", "ContractTrade", "Options", "Derivatives"))
    return "yes", _answer(trades and not is_read_only), _answer("Withdraw" in (held.get("Wallet") or ()))


def _kucoin(client: Client) -> _May:
    answer = client.call("the key's permissions", client.exchange.privateGetUserApiKey)["data"]
    held = str(answer["permission"]).lower()
    return _answer("general" in held), _answer("spot" in held or "futures" in held), _answer("withdraw" in held)


def _bitfinex(client: Client) -> _May:
    rows = client.call("the key's permissions", client.exchange.privatePostAuthRPermissions)
    held = {row[0]: (bool(row[1]), bool(row[2])) for row in rows}
    return (
        _answer(held["history"][0] and held["wallets"][0]),
        _answer(held["orders"][1]),
        _answer(held["withdraw"][1]),
    )


_QUESTIONS: Mapping[str, Callable[[Client], _May]] = {
    "kraken": _kraken,
    "binance": _binance,
    "coinbase": _coinbase,
    "bybit": _bybit,
    "kucoin": _kucoin,
    "bitfinex": _bitfinex,
}
"""Venues that tell, by their ccxt id."""


def _answer(value: Any) -> Answer:
    return "yes" if value else "no"
