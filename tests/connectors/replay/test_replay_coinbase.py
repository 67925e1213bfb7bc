"""The real ccxt class against a replayed Coinbase. Expected: Coinbase's API documents and the rows that were put in."""

import base64
from datetime import UTC, datetime
from typing import Any

import ccxt
import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519

from connectors.replay.coinbase import Coinbase
from support.venues.coinbase_history import (
    COINBASE_BTC,
    COINBASE_USD,
    coinbase_fill,
    coinbase_history,
    coinbase_markets,
    coinbase_transaction,
)

AT = 1_700_000_000_000
"""2023-11-14T22:13:20Z in milliseconds."""
DAY = 86_400

KEY_NAME = "organizations/1/apiKeys/2"

Connect = Any


def _clock(at_ms: int) -> Any:
    return lambda: datetime.fromtimestamp(at_ms / 1000, tz=UTC)


def _pem() -> str:
    return (
        ec.generate_private_key(ec.SECP256R1())
        .private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.TraditionalOpenSSL,
            serialization.NoEncryption(),
        )
        .decode()
    )


def _ed25519() -> str:
    key = ed25519.Ed25519PrivateKey.generate()
    return base64.b64encode(key.private_bytes_raw() + key.public_key().public_bytes_raw()).decode()


def test_coinbase_fills__250_of_them__come_by_100_newest_first(connect: Connect) -> None:
    files = coinbase_history(250)
    exchange = connect("coinbase", Coinbase(files))
    exchange.load_markets()
    page = exchange.v3PrivateGetBrokerageOrdersHistoricalFills({"limit": 250})
    assert [fill["entry_id"] for fill in page["fills"]] == [f"entry-{number:06d}" for number in range(249, 149, -1)]
    trades = exchange.fetch_my_trades(params={"paginate": True})
    assert {trade["id"] for trade in trades} == {f"trade-{number:06d}" for number in range(250)}
    rows = {row["trade_id"]: row for row in files["orders/historical/fills"]}
    for trade in trades:
        assert trade["amount"] == rows[trade["id"]]["size"]
        assert trade["fee"] == {"cost": "0.0123456789", "currency": "USD"}


def test_coinbase_fills__window__includes_its_start_and_excludes_its_end(connect: Connect) -> None:
    files = coinbase_markets() | {"orders/historical/fills": [coinbase_fill(n, AT + n * 1000) for n in range(5)]}
    exchange = connect("coinbase", Coinbase(files))
    window = {
        "start_sequence_timestamp": "2023-11-14T22:13:21.000123Z",
        "end_sequence_timestamp": "2023-11-14T22:13:23.000123Z",
    }
    page = exchange.v3PrivateGetBrokerageOrdersHistoricalFills(window)
    assert [fill["entry_id"] for fill in page["fills"]] == ["entry-000002", "entry-000001"]
    assert page["cursor"] == ""


def test_coinbase_fills__by_product_and_order__are_filtered(connect: Connect) -> None:
    exchange = connect("coinbase", Coinbase(coinbase_history(7)))
    exchange.load_markets()
    assert len(exchange.fetch_my_trades("BTC/USD")) == 7
    query = exchange.v3PrivateGetBrokerageOrdersHistoricalFills
    assert query({"product_ids": ["ETH-USD", "SOL-USD"]})["fills"] == []
    assert len(query({"product_ids": ["ETH-USD", "BTC-USD"]})["fills"]) == 7
    assert [fill["entry_id"] for fill in query({"order_ids": ["order-000002"]})["fills"]] == ["entry-000006"]


def test_coinbase_fills__later_than_now__are_not_shown(connect: Connect) -> None:
    files = coinbase_markets() | {"orders/historical/fills": [coinbase_fill(n, AT + n * 1000) for n in range(5)]}
    exchange = connect("coinbase", Coinbase(files, now=_clock(AT + 1500)))
    assert [trade["id"] for trade in exchange.fetch_my_trades()] == ["trade-000000", "trade-000001"]


def test_coinbase_ledger__more_than_a_page__by_25_or_by_the_last_id(connect: Connect) -> None:
    exchange = connect("coinbase", Coinbase(coinbase_history(0, transactions=230)))
    assert len(exchange.fetch_ledger("BTC")) == 25
    assert len(exchange.fetch_ledger("BTC", limit=500)) == 100
    seen, after = [], None
    for _ in range(3):
        asked = {"account_id": COINBASE_BTC, "limit": 100} | ({"starting_after": after} if after else {})
        page = exchange.v2PrivateGetAccountsAccountIdTransactions(asked)
        seen += [row["id"] for row in page["data"]]
        after = page["pagination"]["next_starting_after"]
        assert (page["pagination"]["next_uri"] is None) == (after is None)
    assert after is None
    assert seen == [f"transaction-{number:06d}" for number in range(229, -1, -1)]


def test_coinbase_ledger__oldest_first__when_asked(connect: Connect) -> None:
    exchange = connect("coinbase", Coinbase(coinbase_history(0, transactions=3)))
    page = exchange.v2PrivateGetAccountsAccountIdTransactions({"account_id": COINBASE_BTC, "order": "asc"})
    assert [row["id"] for row in page["data"]] == [f"transaction-{number:06d}" for number in range(3)]


def test_coinbase_ledger__of_no_account__is_refused(connect: Connect) -> None:
    exchange = connect("coinbase", Coinbase(coinbase_markets()))
    with pytest.raises(ccxt.ExchangeError, match="not_found"):
        exchange.v2PrivateGetAccountsAccountIdTransactions({"account_id": "nobody"})


def test_coinbase_deposits__are_fiat_only(connect: Connect) -> None:
    deposit = {
        "id": "deposit-1",
        "status": "completed",
        "created_at": "2023-11-14T22:13:20Z",
        "updated_at": "2023-11-15T22:13:20Z",
        "resource": "deposit",
        "committed": True,
        "amount": {"amount": "100.00", "currency": "USD"},
        "subtotal": {"amount": "99.00", "currency": "USD"},
        "fee": {"amount": "1.00", "currency": "USD"},
    }
    files = coinbase_history(0, transactions=2) | {f"accounts/{COINBASE_USD}/deposits": [deposit]}
    exchange = connect("coinbase", Coinbase(files))
    assert exchange.fetch_deposits("BTC") == []
    (read,) = exchange.fetch_deposits("USD")
    assert (read["id"], read["amount"], read["fee"]) == ("deposit-1", "99", {"cost": "1.00", "currency": "USD"})
    assert exchange.fetch_withdrawals("USD") == []


def test_coinbase_balance__without_its_value__is_what_completed_transactions_add_up_to(connect: Connect) -> None:
    rows = [
        coinbase_transaction(1, AT, kind="buy", amount="1.50000000"),
        coinbase_transaction(2, AT + 1000, kind="send", amount="-0.50010000"),
        coinbase_transaction(3, AT + 2000, kind="send", amount="9") | {"status": "pending"},
        coinbase_transaction(4, AT + 9000, kind="buy", amount="7"),
    ]
    venue = Coinbase(coinbase_markets() | {f"accounts/{COINBASE_BTC}/transactions": rows}, now=_clock(AT + 5000))
    exchange = connect("coinbase", venue)
    for v3 in (False, True):
        total = exchange.fetch_balance({"v3": v3})["total"]
        assert {asset: float(quantity) for asset, quantity in total.items()} == {"BTC": 0.9999, "USD": 0.0}


def test_coinbase_accounts__more_than_a_page__come_by_49(connect: Connect) -> None:
    (account, *_) = coinbase_markets()["accounts"]
    accounts = [account | {"uuid": f"account-{number:03d}"} for number in range(120)]
    exchange = connect("coinbase", Coinbase(coinbase_markets() | {"accounts": accounts}))
    first = exchange.v3PrivateGetBrokerageAccounts()
    assert (len(first["accounts"]), first["has_next"]) == (49, True)
    rest = exchange.v3PrivateGetBrokerageAccounts({"limit": 250, "cursor": first["cursor"]})
    assert (len(rest["accounts"]), rest["has_next"], rest["cursor"]) == (71, False, "")
    assert rest["accounts"][0]["uuid"] == "account-049"


def test_coinbase_candles__span__is_at_most_350(connect: Connect) -> None:
    first = 1_600_000_000 // DAY * DAY
    values = {"low": "0.5", "high": "2.0", "open": "1.0", "close": "1.5", "volume": "10"}
    days = [{"start": str(first + number * DAY), **values} for number in range(400)]
    exchange = connect("coinbase", Coinbase(coinbase_markets() | {"products/BTC-USD/candles/ONE_DAY": days}))
    candles = exchange.fetch_ohlcv("BTC/USD", "1d", since=first * 1000)
    assert candles[0] == [first * 1000, "1.0", "2.0", "0.5", "1.5", "10"]
    assert candles[-1][0] == (first + 299 * DAY) * 1000
    wide = {"product_id": "BTC-USD", "granularity": "ONE_DAY", "start": str(first), "end": str(first + 351 * DAY)}
    with pytest.raises(ccxt.BadRequest, match="less than 350"):
        exchange.v3PublicGetBrokerageMarketProductsProductIdCandles(wide)


@pytest.mark.parametrize("make", [_pem, _ed25519, lambda: "an older key's secret"])
def test_coinbase_key__right__is_answered(connect: Connect, make: Any) -> None:
    secret = make()
    name = KEY_NAME if "PRIVATE KEY" in secret else "key"
    exchange = connect(
        "coinbase", Coinbase(coinbase_history(1, 1), api_key=name, secret=secret), key=name, secret=secret
    )
    assert len(exchange.fetch_my_trades(limit=5)) == 1
    assert len(exchange.fetch_ledger("BTC", limit=5)) == 1
    assert exchange.v3PrivateGetBrokerageKeyPermissions()["can_transfer"] is False


@pytest.mark.parametrize("make", [_pem, _ed25519, lambda: "an older key's secret"])
def test_coinbase_key__wrong__is_refused(connect: Connect, make: Any) -> None:
    right = make()
    wrong = make() if right != make() else "not that one"
    name = KEY_NAME if "PRIVATE KEY" in right else "key"
    exchange = connect("coinbase", Coinbase(coinbase_markets(), api_key=name, secret=right), key=name, secret=wrong)
    with pytest.raises(ccxt.AuthenticationError):
        exchange.v3PrivateGetBrokerageAccounts()
    with pytest.raises(ccxt.AuthenticationError):
        exchange.v2PrivateGetAccounts()


def test_coinbase_key__that_may_not_view__is_refused(connect: Connect) -> None:
    files = coinbase_markets() | {"key_permissions": {"can_view": False, "can_trade": True, "can_transfer": True}}
    exchange = connect("coinbase", Coinbase(files))
    assert exchange.v3PrivateGetBrokerageKeyPermissions()["can_transfer"] is True
    with pytest.raises(ccxt.PermissionDenied):
        exchange.v3PrivateGetBrokerageAccounts()
    with pytest.raises(ccxt.AuthenticationError, match="invalid_scope"):
        exchange.v2PrivateGetAccounts()


def test_coinbase__time_and_fees__are_answered(connect: Connect) -> None:
    exchange = connect("coinbase", Coinbase(coinbase_markets(), now=_clock(AT)))
    assert exchange.fetch_time() == AT
    assert exchange.fetch_time({"method": "v3PublicGetBrokerageTime"}) == AT
    assert exchange.fetch_trading_fees()["BTC/USD"]["taker"] == "0.012"
