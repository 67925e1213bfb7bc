"""Binance, answered from a folder of its own wire format: api.binance.com, spot and sapi.

The folder's files stand at the endpoint's path behind its version (`/sapi/v1/capital/deposit/hisrec` is
`capital/deposit/hisrec.json`) and hold all its rows, not a page, in any order. A file that is not there is an empty
answer. Numbers are strings as on the wire, ids numbers, times Unix milliseconds unless said otherwise.

- `exchangeInfo.json`: object with `symbols`, an array of `{"symbol", "status", "baseAsset", "baseAssetPrecision",
  "quoteAsset", "quotePrecision", "quoteAssetPrecision", "orderTypes", "isSpotTradingAllowed", "filters", "permissions",
  "permissionSets", ...}`
- `capital/config/getall.json`: array of coins `{"coin", "name", "isLegalMoney", "trading", "depositAllEnable",
  "withdrawAllEnable", "networkList", ...}`
- `myTrades/<SYMBOL>.json`: array of `{"symbol", "id", "orderId", "orderListId", "price", "qty", "quoteQty",
  "commission", "commissionAsset", "time", "isBuyer", "isMaker", "isBestMatch"}`; `id` grows with `time`
- `capital/deposit/hisrec.json`: array of `{"id", "amount", "coin", "network", "status", "address", "addressTag",
  "txId", "insertTime", "completeTime", "transferType", "confirmTimes", "unlockConfirm", "walletType"}`; `status` is a
  number: 0 pending, 6 credited but locked, 1 success
- `capital/withdraw/history.json`: array of `{"id", "amount", "transactionFee", "coin", "status", "address", "txId",
  "applyTime", "network", "transferType", "info", "confirmNo", "walletType", "txKey", "completeTime"}`; both times
  are `"2025-01-31 23:59:59"` in UTC; `status` is a number: 6 completed, 4 processing, 5 failure, 1 canceled; `amount`
  is what arrives, the fee comes on top
- `fiat/orders/0.json` (deposits), `fiat/orders/1.json` (withdrawals): arrays of `{"orderNo", "fiatCurrency",
  "indicatedAmount", "amount", "totalFee", "method", "status", "createTime", "updateTime"}`; `status` is `Successful`,
  `Processing`, `Failed`, `Finished`, `Expired`, ...; `amount` is what arrives, the fee comes on top
- `asset/assetDividend.json`: array of rewards `{"id", "amount", "asset", "divTime", "enInfo", "tranId"}`
- `convert/tradeFlow.json`: array of `{"quoteId", "orderId", "orderStatus", "fromAsset", "fromAmount", "toAsset",
  "toAmount", "ratio", "inverseRatio", "createTime"}`
- `asset/dribblet.json`: array of dust conversions to BNB `{"operateTime", "totalTransferedAmount",
  "totalServiceChargeAmount", "transId", "userAssetDribbletDetails": [{"transId", "serviceChargeAmount", "amount",
  "operateTime", "transferedAmount", "fromAsset"}]}`; `transferedAmount` is BNB before its `serviceChargeAmount`
- `klines/<interval>/<SYMBOL>.json`: array of `[open time, open, high, low, close, volume, close time, quote volume,
  trades, taker base, taker quote, "0"]`, daily in `klines/1d/BTCUSDT.json`
- `depth/<SYMBOL>.json`: object `{"bids", "asks"}` of arrays of `[price, quantity]`, the best first
- `simple-earn/locked/position.json`: array of `{"positionId", "asset", "amount", "purchaseTime", "duration",
  "deliverDate", "redeemPeriod", "redeemingAmt", "partialAmtDeliverDate", "canRedeemEarly", "autoSubscribe", ...}`
- `account.json`: object with `balances`, an array of `{"asset", "free", "locked"}`. Absent, it is what all rows above
  add up to, without what is in locked products
- `account/apiRestrictions.json`, `system/status.json`, `asset/tradeFee.json`: absent, they are: a key that may read and
  nothing else, normal, and 0.1 % for every symbol

Belongs here: how Binance pages, bounds its windows, signs and refuses. Does not belong here: HTTP, faults, what rows
mean.
"""

import hmac
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from connectors.replay import binance_pages as pages
from connectors.replay.binance_balances import balances
from connectors.replay.binance_pages import Parameters, RefusedError, number
from connectors.replay.venue import Answer, Clock, Files, History, Request, Row, json_answer, read_folder, utc_now

_MOST_RECEIVE_WINDOW_MS = 60_000
_TRADES = "myTrades/"
_INTERVALS = ("1s", "1m", "3m", "5m", "15m", "30m", "1h", "2h", "4h", "6h", "8h", "12h", "1d", "3d", "1w", "1M")

_READER = {
    "ipRestrict": False,
    "createTime": 0,
    "enableReading": True,
    "enableWithdrawals": False,
    "enableInternalTransfer": False,
    "enableMargin": False,
    "enableFutures": False,
    "permitsUniversalTransfer": False,
    "enableVanillaOptions": False,
    "enableFixApiTrade": False,
    "enableFixReadOnly": False,
    "enableSpotAndMarginTrading": False,
    "enablePortfolioMarginTrading": False,
}


class Binance:
    """A Binance spot account. Without a `secret` any signature is accepted.

    `checks_clock` makes a request whose `timestamp` is outside its `recvWindow` of `now` be refused. The histories may
    be added to; `trades` is by symbol.
    """

    def __init__(
        self,
        files: Files,
        *,
        now: Clock = utc_now,
        api_key: str | None = None,
        secret: str | None = None,
        checks_clock: bool = False,
    ) -> None:
        self._files = files
        self._now = now
        self._api_key = api_key
        self._secret = secret
        self._checks_clock = checks_clock
        self.trades = {
            name.removeprefix(_TRADES): History(files[name], lambda row: row["time"])
            for name in files
            if name.startswith(_TRADES)
        }
        self.deposits = History(files.get("capital/deposit/hisrec", ()), lambda row: row["insertTime"])
        self.withdrawals = History(files.get("capital/withdraw/history", ()), pages.apply_time_ms)
        self.fiat_deposits = History(files.get("fiat/orders/0", ()), lambda row: row["createTime"])
        self.fiat_withdrawals = History(files.get("fiat/orders/1", ()), lambda row: row["createTime"])
        self.dividends = History(files.get("asset/assetDividend", ()), lambda row: row["divTime"])
        self.conversions = History(files.get("convert/tradeFlow", ()), lambda row: row["createTime"])
        self.dust = History(files.get("asset/dribblet", ()), lambda row: row["operateTime"])
        self._symbols: dict[str, Row] = {
            info["symbol"]: info for info in files.get("exchangeInfo", {}).get("symbols", ())
        }
        self._public: dict[str, Callable[[Parameters], Any]] = {
            "/api/v3/ping": lambda _: {},
            "/api/v3/time": lambda _: {"serverTime": self._now_ms()},
            "/api/v3/exchangeInfo": self._exchange_info,
            "/api/v3/klines": self._candles,
            "/api/v3/depth": self._order_book,
            "/fapi/v1/exchangeInfo": lambda _: {"symbols": []},
            "/dapi/v1/exchangeInfo": lambda _: {"symbols": []},
            "/sapi/v1/system/status": lambda _: files.get("system/status", {"status": 0, "msg": "normal"}),
        }
        self._private: dict[str, Callable[[Parameters], Any]] = {
            "/api/v3/account": self._account,
            "/api/v3/myTrades": self._trades_page,
            "/sapi/v1/account/apiRestrictions": lambda _: self._restrictions(),
            "/sapi/v1/capital/config/getall": lambda _: files.get("capital/config/getall", []),
            "/sapi/v1/capital/deposit/hisrec": lambda asked: pages.transfers_page(
                self.deposits, asked, now_ms=self._now_ms(), names=("coin", "status", "txId")
            ),
            "/sapi/v1/capital/withdraw/history": lambda asked: pages.transfers_page(
                self.withdrawals, asked, now_ms=self._now_ms(), names=("coin", "status", "withdrawOrderId")
            ),
            "/sapi/v1/fiat/orders": self._fiat_page,
            "/sapi/v1/asset/assetDividend": lambda asked: pages.dividends_page(
                self.dividends, asked, now_ms=self._now_ms()
            ),
            "/sapi/v1/convert/tradeFlow": lambda asked: pages.conversions_page(
                self.conversions, asked, now_ms=self._now_ms()
            ),
            "/sapi/v1/asset/dribblet": lambda asked: pages.dust_page(self.dust, asked, now_ms=self._now_ms()),
            "/sapi/v1/asset/tradeFee": self._trade_fees,
            "/sapi/v1/simple-earn/locked/position": self._positions_page,
            "/sapi/v1/margin/allPairs": lambda _: [],
            "/sapi/v1/margin/isolated/allPairs": lambda _: [],
        }

    @classmethod
    def load(
        cls, folder: Path, *, now: Clock = utc_now, api_key: str | None = None, secret: str | None = None
    ) -> "Binance":
        """The account in `folder`. Raises `ReplayDataError`."""
        return cls(read_folder(folder), now=now, api_key=api_key, secret=secret)

    def answer(self, request: Request) -> Answer:
        """Binance refuses with a status of 400 or 401 and `{"code", "msg"}`."""
        try:
            if request.path in self._public:
                return json_answer(self._public[request.path](request.query))
            if request.path in self._private:
                asked = self._checked(request)
                return json_answer(self._private[request.path](asked))
        except RefusedError as refusal:
            return json_answer({"code": refusal.code, "msg": str(refusal)}, status=refusal.status)
        return json_answer({"status": 404, "error": "Not Found", "path": request.path}, status=404)

    def _checked(self, request: Request) -> Parameters:
        """The parameters of a request that may be answered. `signature` is HMAC-SHA256 of the query before it."""
        key = request.headers.get("x-mbx-apikey")
        if not key:
            raise RefusedError(401, -2014, "API-key format invalid.")
        signed, _, signature = request.raw_query.rpartition("&signature=")
        if self._secret is not None:
            expected = hmac.digest(self._secret.encode(), (signed + request.body).encode(), "sha256").hex()
            if not hmac.compare_digest(expected, signature):
                raise RefusedError(400, -1022, "Signature for this request is not valid.")
        if self._api_key not in (None, key) or not self._restrictions()["enableReading"]:
            raise RefusedError(401, -2015, "Invalid API-key, IP, or permissions for action.")
        if self._checks_clock:
            window = min(number(request.query, "recvWindow", 5000), _MOST_RECEIVE_WINDOW_MS)
            if abs(self._now_ms() - number(request.query, "timestamp", 0)) > window:
                raise RefusedError(400, -1021, "Timestamp for this request is outside of the recvWindow.")
        return request.query

    def _now_ms(self) -> int:
        return int(self._now().timestamp() * 1000)

    def _restrictions(self) -> Row:
        restrictions: Row = self._files.get("account/apiRestrictions", _READER)
        return restrictions

    def _symbol(self, asked: Parameters) -> str:
        if not asked.get("symbol"):
            raise pages.malformed("symbol")
        if asked["symbol"] not in self._symbols:
            raise RefusedError(400, -1121, "Invalid symbol.")
        return asked["symbol"]

    def _exchange_info(self, asked: Parameters) -> Row:
        symbols = [self._symbols[self._symbol(asked)]] if "symbol" in asked else list(self._symbols.values())
        frame = {"timezone": "UTC", "serverTime": self._now_ms(), "rateLimits": [], "exchangeFilters": []}
        return frame | {**self._files.get("exchangeInfo", {}), "symbols": symbols}

    def _candles(self, asked: Parameters) -> Any:
        symbol, interval = self._symbol(asked), asked.get("interval", "")
        if interval not in _INTERVALS:
            raise RefusedError(400, -1120, "Invalid interval.")
        return pages.candles_page(self._files.get(f"klines/{interval}/{symbol}", ()), asked, now_ms=self._now_ms())

    def _order_book(self, asked: Parameters) -> Row:
        book = self._files.get(f"depth/{self._symbol(asked)}", {"bids": [], "asks": []})
        most = int(asked.get("limit", "100"))
        return {"lastUpdateId": self._now_ms(), "bids": book["bids"][:most], "asks": book["asks"][:most]}

    def _trades_page(self, asked: Parameters) -> list[Row]:
        history = self.trades.get(self._symbol(asked))
        return [] if history is None else pages.trades_page(history, asked, now_ms=self._now_ms())

    def _fiat_page(self, asked: Parameters) -> Row:
        histories = {"0": self.fiat_deposits, "1": self.fiat_withdrawals}
        if asked.get("transactionType") not in histories:
            raise pages.malformed("transactionType")
        return pages.fiat_page(histories[asked["transactionType"]], asked, now_ms=self._now_ms())

    def _trade_fees(self, asked: Parameters) -> list[Row]:
        fees = self._files.get(
            "asset/tradeFee",
            [{"symbol": name, "makerCommission": "0.001", "takerCommission": "0.001"} for name in self._symbols],
        )
        return [fee for fee in fees if asked.get("symbol", fee["symbol"]) == fee["symbol"]]

    def _positions_page(self, asked: Parameters) -> Row:
        rows = self._files.get("simple-earn/locked/position", [])
        size, page = pages.Limit(10, 100).of(asked, "size"), max(number(asked, "current", 1), 1)
        return {"rows": rows[(page - 1) * size : page * size], "total": len(rows)}

    def _account(self, asked: Parameters) -> Row:
        account = {
            "makerCommission": 10,
            "takerCommission": 10,
            "buyerCommission": 0,
            "sellerCommission": 0,
            "canTrade": self._restrictions()["enableSpotAndMarginTrading"],
            "canWithdraw": self._restrictions()["enableWithdrawals"],
            "canDeposit": True,
            "updateTime": self._now_ms(),
            "accountType": "SPOT",
            "permissions": ["SPOT"],
            "balances": self._files["account"]["balances"] if "account" in self._files else self._balances(),
        }
        if asked.get("omitZeroBalances", "false").lower() == "true":
            account["balances"] = [row for row in account["balances"] if float(row["free"]) or float(row["locked"])]
        return {**self._files.get("account", {}), **account}

    def _balances(self) -> list[Row]:
        return balances(
            symbols={name: (info["baseAsset"], info["quoteAsset"]) for name, info in self._symbols.items()},
            trades=(row for history in self.trades.values() for row in self._shown(history)),
            deposits=self._shown(self.deposits),
            withdrawals=self._shown(self.withdrawals),
            fiat_deposits=self._shown(self.fiat_deposits),
            fiat_withdrawals=self._shown(self.fiat_withdrawals),
            dividends=self._shown(self.dividends),
            conversions=self._shown(self.conversions),
            dust=self._shown(self.dust),
            positions=self._files.get("simple-earn/locked/position", []),
        )

    def _shown(self, history: History) -> Iterator[Row]:
        return iter(history.between(None, self._now_ms()))
