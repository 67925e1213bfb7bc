"""Coinbase, answered from a folder of its own wire format: api.coinbase.com, Advanced Trade (v3) and accounts (v2).

The folder's files stand at the endpoint's path behind `/api/v3/brokerage/` or `/v2/` and hold all its rows, not a
page, in any order. A file that is not there is an empty answer. Numbers are strings as on the wire; times are
`"2025-01-31T23:59:59Z"`, with up to nine digits of a second.

- `products.json`: array of `{"product_id", "price", "base_increment", "quote_increment", "price_increment",
  "base_min_size", "base_max_size", "quote_min_size", "quote_max_size", "base_name", "quote_name", "status",
  "trading_disabled", "product_type", "base_currency_id", "quote_currency_id", "alias", "alias_to"}`
- `currencies.json`: array of fiat `{"id", "name", "min_size"}`; `currencies/crypto.json`: array of `{"asset_id",
  "code", "name", "color", "sort_index", "exponent", "type"}`; `exchange-rates.json`: object `{"currency", "rates"}`
- `accounts.json`: array, one per currency, of `{"uuid", "name", "currency", "available_balance": {"value",
  "currency"}, "default", "active", "created_at", "updated_at", "deleted_at", "type", "ready", "hold": {"value",
  "currency"}}`; `type` is `ACCOUNT_TYPE_CRYPTO` or `ACCOUNT_TYPE_FIAT`. Without `available_balance` it is what the
  account's transactions add up to
- `accounts/<uuid>/transactions.json`: array of `{"id", "type", "status", "amount": {"amount", "currency"},
  "native_amount", "description", "created_at", "updated_at", "resource", "resource_path", "network", "to", "from",
  "advanced_trade_fill", "trade", "buy", "sell"}`; `amount` is signed and is all that the account gained or lost.
  `type` is `send`, `buy`, `sell`, `trade`, `advanced_trade_fill`, `fiat_deposit`, `fiat_withdrawal`,
  `staking_reward`, `interest`, `inflation_reward`, `staking_transfer`, ...
- `accounts/<uuid>/deposits.json`, `accounts/<uuid>/withdrawals.json`: fiat only, arrays of `{"id", "status",
  "payment_method", "transaction", "user_reference", "created_at", "updated_at", "resource", "resource_path",
  "committed", "amount", "fee", "subtotal"}`
- `orders/historical/fills.json`: array of `{"entry_id", "trade_id", "order_id", "trade_time", "trade_type", "price",
  "size", "commission", "product_id", "sequence_timestamp", "liquidity_indicator", "size_in_quote", "user_id",
  "side"}`; `commission` is in the quote currency
- `products/<product id>/candles/<granularity>.json`: array of `{"start", "low", "high", "open", "close", "volume"}`,
  `start` in Unix seconds, daily in `products/BTC-USD/candles/ONE_DAY.json`
- `product_book/<product id>.json`: object `{"bids", "asks"}` of arrays of `{"price", "size"}`, the best first
- `key_permissions.json`, `transaction_summary.json`: objects. Absent, they are: a key that may view and nothing else,
  and the fees of the first step

Belongs here: which endpoints there are and how they refuse. Does not belong here: paging (`coinbase_pages.py`), keys
(`coinbase_key.py`), HTTP, faults, what rows mean.
"""

import re
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any

from connectors.replay import coinbase_pages as pages
from connectors.replay.coinbase_key import is_signed
from connectors.replay.coinbase_pages import RefusedError
from connectors.replay.venue import Answer, Clock, Files, History, Request, Row, json_answer, read_folder, utc_now

_V3 = "/api/v3/brokerage/"
_V2 = "/v2/"
_UNAUTHORIZED = Answer(401, b"Unauthorized\n", {"Content-Type": "text/plain; charset=utf-8"})
_ACCOUNT = re.compile(r"accounts/(?P<account>[^/]+)/(?P<what>transactions|deposits|withdrawals)")
_CANDLES = re.compile(r"market/products/(?P<product>[^/]+)/candles")

_VIEWER = {
    "can_view": True,
    "can_trade": False,
    "can_transfer": False,
    "portfolio_uuid": "00000000-0000-0000-0000-000000000000",
    "portfolio_type": "DEFAULT",
}
_FIRST_STEP = {
    "total_volume": 0,
    "total_fees": 0,
    "fee_tier": {
        "pricing_tier": "Intro 1",
        "usd_from": "0",
        "usd_to": "1000",
        "taker_fee_rate": "0.012",
        "maker_fee_rate": "0.006",
    },
}


class Coinbase:
    """A Coinbase user. Without a `secret` any signature is accepted.

    `fills` and, by account and kind (`transactions`, `deposits`, `withdrawals`), `movements` may be added to.
    """

    def __init__(
        self, files: Files, *, now: Clock = utc_now, api_key: str | None = None, secret: str | None = None
    ) -> None:
        self._files = files
        self._now = now
        self._api_key = api_key
        self._secret = secret
        self.fills = History(files.get("orders/historical/fills", ()), pages.fill_time)
        self.movements = {
            (found["account"], found["what"]): History(files[name], pages.created_time)
            for name in files
            if (found := _ACCOUNT.fullmatch(name))
        }
        self._accounts: dict[str, Row] = {account["uuid"]: account for account in files.get("accounts", ())}
        self._public: dict[str, Callable[[Request], Any]] = {
            _V3 + "time": lambda _: self._server_time(),
            _V3 + "market/products": self._products,
            _V3 + "market/product_book": self._order_book,
            _V2 + "time": lambda _: {"data": {"iso": self._iso_now(), "epoch": int(self._now().timestamp())}},
            _V2 + "currencies": lambda _: {"data": files.get("currencies", [])},
            _V2 + "currencies/crypto": lambda _: {"data": files.get("currencies/crypto", [])},
            _V2 + "exchange-rates": lambda _: {"data": files.get("exchange-rates", {"currency": "USD", "rates": {}})},
        }
        self._private: dict[str, Callable[[Request], Any]] = {
            _V3 + "products": self._products,
            _V3 + "accounts": lambda asked: pages.accounts_page(self._shown_accounts(), asked.query),
            _V3 + "orders/historical/fills": lambda asked: pages.fills_page(self.fills, asked, now=self._instant()),
            _V3 + "transaction_summary": lambda _: files.get("transaction_summary", _FIRST_STEP),
            _V3 + "key_permissions": lambda _: self._permissions(),
            _V2 + "accounts": lambda asked: pages.resources_page(
                [_as_wallet(account) for account in self._shown_accounts()], asked
            ),
        }

    @classmethod
    def load(
        cls, folder: Path, *, now: Clock = utc_now, api_key: str | None = None, secret: str | None = None
    ) -> "Coinbase":
        """The user in `folder`. Raises `ReplayDataError`."""
        return cls(read_folder(folder), now=now, api_key=api_key, secret=secret)

    def answer(self, request: Request) -> Answer:
        """v3 refuses with `{"error", "error_details", "message"}`, v2 with `{"errors": [{"id", "message"}]}`."""
        try:
            return self._public_answer(request) or self._private_answer(request)
        except RefusedError as refusal:
            return refusal.as_v3() if request.path.startswith(_V3) else refusal.as_v2()

    def _public_answer(self, request: Request) -> Answer | None:
        if request.path in self._public:
            return json_answer(self._public[request.path](request))
        if found := _CANDLES.fullmatch(request.path.removeprefix(_V3)):
            return json_answer(self._candles(found["product"], request))
        return None

    def _private_answer(self, request: Request) -> Answer:
        if not is_signed(request, api_key=self._api_key, secret=self._secret):
            return self._unauthorized(request)
        if not self._permissions()["can_view"] and not request.path.endswith("key_permissions"):
            raise RefusedError(403, "PERMISSION_DENIED", "Missing required scopes")
        if request.path in self._private:
            return json_answer(self._private[request.path](request))
        if found := _ACCOUNT.fullmatch(request.path.removeprefix(_V2)):
            return json_answer(self._movements(found["account"], found["what"], request))
        raise RefusedError(404, "not_found", "Not found")

    def _unauthorized(self, request: Request) -> Answer:
        if request.path.startswith(_V3):
            return _UNAUTHORIZED
        return RefusedError(401, "authentication_error", "invalid api key").as_v2()

    def _instant(self) -> float:
        return self._now().timestamp()

    def _iso_now(self) -> str:
        return f"{self._now():%Y-%m-%dT%H:%M:%SZ}"

    def _server_time(self) -> Row:
        instant = self._instant()
        return {"iso": self._iso_now(), "epochSeconds": str(int(instant)), "epochMillis": str(int(instant * 1000))}

    def _permissions(self) -> Row:
        permissions: Row = self._files.get("key_permissions", _VIEWER)
        return permissions

    def _products(self, request: Request) -> Row:
        wanted = request.query.get("product_type", "SPOT")
        products = [product for product in self._files.get("products", ()) if product["product_type"] == wanted]
        return {"products": products, "num_products": len(products)}

    def _candles(self, product: str, request: Request) -> Row:
        if all(known["product_id"] != product for known in self._files.get("products", ())):
            raise RefusedError(404, "NOT_FOUND", "valid product_id is required")
        candles = self._files.get(f"products/{product}/candles/{request.query.get('granularity', '')}", ())
        return pages.candles_page(candles, request.query, now=self._instant())

    def _order_book(self, request: Request) -> Row:
        product = request.query.get("product_id", "")
        if all(known["product_id"] != product for known in self._files.get("products", ())):
            raise RefusedError(404, "NOT_FOUND", "valid product_id is required")
        book = self._files.get(f"product_book/{product}", {"bids": [], "asks": []})
        return {"pricebook": {"product_id": product, **book, "time": self._iso_now()}}

    def _movements(self, account: str, what: str, request: Request) -> Row:
        if account not in self._accounts:
            raise RefusedError(404, "not_found", "Not found")
        history = self.movements.get((account, what))
        rows = list(reversed(history.between(None, self._instant()))) if history else []
        return pages.resources_page(rows, request)

    def _shown_accounts(self) -> list[Row]:
        return [
            {"hold": {"value": "0", "currency": account["currency"]}}
            | {"available_balance": {"value": self._total(uuid), "currency": account["currency"]}}
            | account
            for uuid, account in self._accounts.items()
        ]

    def _total(self, account: str) -> str:
        history = self.movements.get((account, "transactions"))
        rows = history.between(None, self._instant()) if history else ()
        done = (Decimal(row["amount"]["amount"]) for row in rows if row["status"] == "completed")
        return f"{sum(done, Decimal(0)):f}"


def _as_wallet(account: Row) -> Row:
    """An account as v2 has it."""
    kind = "fiat" if account["type"] == "ACCOUNT_TYPE_FIAT" else "wallet"
    total = Decimal(account["available_balance"]["value"]) + Decimal(account["hold"]["value"])
    return {
        "id": account["uuid"],
        "name": account["name"],
        "primary": account.get("default", False),
        "type": kind,
        "currency": {
            "code": account["currency"],
            "name": account["currency"],
            "type": kind.replace("wallet", "crypto"),
        },
        "balance": {"amount": f"{total:f}", "currency": account["currency"]},
        "created_at": account.get("created_at"),
        "updated_at": account.get("updated_at"),
        "resource": "account",
        "resource_path": f"/v2/accounts/{account['uuid']}",
    }
