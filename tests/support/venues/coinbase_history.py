"""Made-up Coinbase users in the venue's wire format, as large as wanted, in memory.

Belongs here: rows for tests and benchmarks. Does not belong here: the sample book.
"""

from datetime import UTC, datetime
from typing import Any

from .times import Files, times_ms

COINBASE_BTC = "8f6a0c0e-3f3f-5b7e-9a68-000000000001"
COINBASE_USD = "8f6a0c0e-3f3f-5b7e-9a68-000000000002"


def coinbase_markets() -> Files:
    """BTC-USD, its currencies, and an account of each."""
    return {
        "products": [
            {
                "product_id": "BTC-USD",
                "price": "40000",
                "base_increment": "0.00000001",
                "quote_increment": "0.01",
                "price_increment": "0.01",
                "base_min_size": "0.00000001",
                "base_max_size": "3400",
                "quote_min_size": "1",
                "quote_max_size": "150000000",
                "base_name": "Bitcoin",
                "quote_name": "US Dollar",
                "status": "online",
                "trading_disabled": False,
                "product_type": "SPOT",
                "base_currency_id": "BTC",
                "quote_currency_id": "USD",
                "alias": "",
                "alias_to": [],
            }
        ],
        "currencies": [{"id": "USD", "name": "US Dollar", "min_size": "0.01"}],
        "currencies/crypto": [
            {
                "asset_id": "5b71fc48",
                "code": "BTC",
                "name": "Bitcoin",
                "exponent": 8,
                "type": "crypto",
                "sort_index": 100,
            }
        ],
        "exchange-rates": {"currency": "USD", "rates": {"BTC": "0.000025", "USD": "1.0"}},
        "accounts": [
            _coinbase_account(COINBASE_BTC, "BTC", "ACCOUNT_TYPE_CRYPTO"),
            _coinbase_account(COINBASE_USD, "USD", "ACCOUNT_TYPE_FIAT"),
        ],
    }


def _coinbase_account(uuid: str, currency: str, kind: str) -> Files:
    return {
        "uuid": uuid,
        "name": f"{currency} Wallet",
        "currency": currency,
        "default": True,
        "active": True,
        "created_at": "2023-12-01T00:00:00Z",
        "updated_at": "2023-12-01T00:00:00Z",
        "deleted_at": None,
        "type": kind,
        "ready": True,
    }


def coinbase_fill(number: int, at_ms: int) -> Files:
    """One fill as `orders/historical/fills` has it."""
    at = datetime.fromtimestamp(at_ms // 1000, tz=UTC).strftime("%Y-%m-%dT%H:%M:%S") + f".{at_ms % 1000:03d}"
    return {
        "entry_id": f"entry-{number:06d}",
        "trade_id": f"trade-{number:06d}",
        "order_id": f"order-{number // 3:06d}",
        "trade_time": at + "Z",
        "trade_type": "FILL",
        "price": f"{2000 + number % 5000}.50",
        "size": f"0.{100_000 + number % 900_000:08d}",
        "commission": "0.0123456789",
        "product_id": "BTC-USD",
        "sequence_timestamp": at + "123Z",
        "liquidity_indicator": "MAKER" if number % 2 else "TAKER",
        "size_in_quote": False,
        "user_id": "3333",
        "side": "BUY",
    }


def coinbase_transaction(number: int, at_ms: int, *, kind: str = "staking_reward", amount: str = "0.00010000") -> Files:
    """One transaction of the BTC account."""
    at = datetime.fromtimestamp(at_ms // 1000, tz=UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    return {
        "id": f"transaction-{number:06d}",
        "type": kind,
        "status": "completed",
        "amount": {"amount": amount, "currency": "BTC"},
        "native_amount": {"amount": "4.00", "currency": "USD"},
        "description": None,
        "created_at": at,
        "updated_at": at,
        "resource": "transaction",
        "resource_path": f"/v2/accounts/{COINBASE_BTC}/transactions/transaction-{number:06d}",
    }


def coinbase_history(fills: int, transactions: int = 0, **times: Any) -> Files:
    """A Coinbase user of `fills` fills and `transactions` rewards."""
    return coinbase_markets() | {
        "orders/historical/fills": [coinbase_fill(number, at) for number, at in enumerate(times_ms(fills, **times))],
        f"accounts/{COINBASE_BTC}/transactions": [
            coinbase_transaction(number, at) for number, at in enumerate(times_ms(transactions, seed=2, **times))
        ],
    }
