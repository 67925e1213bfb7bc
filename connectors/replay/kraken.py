"""Kraken, answered from a folder of its own wire format: api.kraken.com, REST version 0.

The folder's files stand at the endpoint's name and hold what that endpoint answers under `result`, whole (all rows,
not a page), in any order. A file that is not there is an empty answer. Numbers and names are as on the wire
(`"0.0010000000"`, `XXBT`, `ZUSD`, `XXBTZUSD`, staked `ETH.S`, `DOT.F`, `XBT.M`), times are Unix seconds.

- `Assets.json`: object, asset id to `{"aclass", "altname", "decimals", "display_decimals", "status"}`
- `AssetPairs.json`: object, pair id to `{"altname", "wsname", "aclass_base", "base", "aclass_quote", "quote", "lot",
  "pair_decimals", "cost_decimals", "lot_decimals", "lot_multiplier", "leverage_buy", "leverage_sell", "fees",
  "fees_maker", "fee_volume_currency", "margin_call", "margin_stop", "ordermin", "costmin", "tick_size", "status"}`
- `TradesHistory.json`: object, trade id (`TXXXXX-XXXXX-XXXXXX`) to `{"ordertxid", "postxid", "pair", "time", "type",
  "ordertype", "price", "cost", "fee", "vol", "margin", "leverage", "misc", "trade_id", "maker", "ledgers"}`;
  `pair` is the pair id, `fee` is in the quote asset
- `Ledgers.json`: object, ledger id (`LXXXXX-XXXXX-XXXXXX`) to `{"refid", "time", "type", "subtype", "aclass", "asset",
  "amount", "fee", "balance"}`: two rows for each trade (`refid` is the trade's id; the row of the asset that pays the
  fee carries it), one for each deposit, withdrawal (`amount` negative), staking reward (`"type": "staking"`, or `earn`
  with subtype `reward`), and two for each `transfer` or `earn` move between spot and staked names
- `DepositStatus.json`, `WithdrawStatus.json`: arrays of `{"method", "aclass", "asset", "refid", "txid", "info",
  "amount", "fee", "time", "status", "network"}`; `status` is `Success`, `Settled`, `Pending` or `Failure`; `refid` is
  also the `refid` of its ledger row
- `OHLC/<minutes>/<pair id>.json`: array of `[time, open, high, low, close, vwap, volume, count]`, daily in
  `OHLC/1440/XXBTZUSD.json`
- `Depth/<pair id>.json`: object `{"asks", "bids"}` of arrays of `[price, volume, time]`, the best first
- `BalanceEx.json`: object, asset id to `{"balance", "hold_trade"}`. Absent, it is what `Ledgers.json` adds up to
- `EarnAllocations.json`, `EarnStrategies.json`: objects with `items`. Absent, nothing is told to be staked
- `GetApiKeyInfo.json`, `SystemStatus.json`, `TradeVolume.json`: objects. Absent, they are: a key that may query and
  nothing else, online, and the first step of each pair's fees

Belongs here: how Kraken pages, filters, signs and refuses. Does not belong here: HTTP, faults, what rows mean.
"""

import base64
import hashlib
import hmac
import json
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl

from connectors.replay.kraken_pages import (
    DEPOSIT_PAGE_ROWS,
    WITHDRAWAL_PAGE_ROWS,
    Parameters,
    RefusedError,
    history_page,
    row_time,
    transfers_page,
)
from connectors.replay.venue import (
    Answer,
    Clock,
    Files,
    History,
    ReplayDataError,
    Request,
    Row,
    json_answer,
    read_folder,
    utc_now,
)

CANDLE_ROWS = 720
"""The newest candles are all that OHLC has, whatever `since` says."""

READ_PERMISSIONS = ("query-funds", "query-open-trades", "query-closed-trades", "query-ledger")
_NEEDED_PERMISSION = {
    "Balance": "query-funds",
    "BalanceEx": "query-funds",
    "DepositStatus": "query-funds",
    "WithdrawStatus": "query-funds",
    "TradeVolume": "query-funds",
    "Earn/Allocations": "query-funds",
    "Earn/Strategies": "query-funds",
    "TradesHistory": "query-closed-trades",
    "Ledgers": "query-ledger",
}


class Kraken:
    """A Kraken account. `secret` is the API secret in base64; without one any signature is accepted.

    `trades`, `ledger`, `deposits` and `withdrawals` may be added to; a trade's and an entry's id stands in it as `id`.
    """

    def __init__(
        self, files: Files, *, now: Clock = utc_now, api_key: str | None = None, secret: str | None = None
    ) -> None:
        self._files = files
        self._now = now
        self._api_key = api_key
        self._secret = secret
        self.trades = History(_with_ids(files, "TradesHistory"), row_time)
        self.ledger = History(_with_ids(files, "Ledgers"), row_time)
        self.deposits = History(files.get("DepositStatus", ()), row_time)
        self.withdrawals = History(files.get("WithdrawStatus", ()), row_time)
        self._assets: Row = files.get("Assets", {})
        self._pairs: Row = files.get("AssetPairs", {})
        self._asset_ids = _ids(self._assets, ("altname",))
        self._pair_ids = _ids(self._pairs, ("altname", "wsname"))
        self._public: dict[str, Callable[[Parameters], Any]] = {
            "Time": self._server_time,
            "SystemStatus": self._system_status,
            "Assets": self._chosen_assets,
            "AssetPairs": self._chosen_pairs,
            "OHLC": self._candles,
            "Depth": self._order_book,
        }
        self._private: dict[str, Callable[[Parameters], Any]] = {
            "Balance": lambda _: {asset: row["balance"] for asset, row in self._balances().items()},
            "BalanceEx": lambda _: self._balances(),
            "TradesHistory": self._trades_page,
            "Ledgers": self._ledger_page,
            "DepositStatus": self._deposits_page,
            "WithdrawStatus": self._withdrawals_page,
            "TradeVolume": self._trade_volume,
            "Earn/Allocations": lambda _: self._files.get("EarnAllocations", {"items": []}),
            "Earn/Strategies": lambda _: self._files.get("EarnStrategies", {"items": [], "next_cursor": None}),
            "GetApiKeyInfo": lambda _: self._key_info(),
        }

    @classmethod
    def load(
        cls, folder: Path, *, now: Clock = utc_now, api_key: str | None = None, secret: str | None = None
    ) -> "Kraken":
        """The account in `folder`. Raises `ReplayDataError`."""
        return cls(read_folder(folder), now=now, api_key=api_key, secret=secret)

    def answer(self, request: Request) -> Answer:
        """Kraken refuses with status 200 and the reason under `error`."""
        try:
            return json_answer({"error": [], "result": self._result(request)})
        except RefusedError as refusal:
            return json_answer({"error": [str(refusal)]})

    def _result(self, request: Request) -> Any:
        _, _, rest = request.path.partition("/0/")
        access, _, method = rest.partition("/")
        if access == "public" and method in self._public:
            return self._public[method](request.query)
        if access != "private" or method not in self._private:
            raise RefusedError("EGeneral:Unknown method")
        asked = _parameters(request)
        self._check_signature(request, asked)
        if method in _NEEDED_PERMISSION and _NEEDED_PERMISSION[method] not in self._key_info()["permissions"]:
            raise RefusedError("EGeneral:Permission denied")
        return self._private[method](asked)

    def _check_signature(self, request: Request, asked: Parameters) -> None:
        """API-Sign is HMAC-SHA512, with the decoded secret, of path + SHA256(nonce + body)."""
        key, signature = request.headers.get("api-key"), request.headers.get("api-sign")
        if not key or not signature or self._api_key not in (None, key):
            raise RefusedError("EAPI:Invalid key")
        if "nonce" not in asked:
            raise RefusedError("EAPI:Invalid nonce")
        if self._secret is not None:
            digest = hashlib.sha256((asked["nonce"] + request.body).encode()).digest()
            expected = hmac.digest(base64.b64decode(self._secret), request.path.encode() + digest, "sha512")
            if not hmac.compare_digest(base64.b64encode(expected), signature.encode()):
                raise RefusedError("EAPI:Invalid signature")

    def _server_time(self, _: Parameters) -> Row:
        now = self._now()
        return {"unixtime": int(now.timestamp()), "rfc1123": f"{now:%a, %d %b %y %H:%M:%S +0000}"}

    def _system_status(self, _: Parameters) -> Any:
        online = {"status": "online", "timestamp": f"{self._now():%Y-%m-%dT%H:%M:%SZ}"}
        return self._files.get("SystemStatus", online)

    def _key_info(self) -> Any:
        reader = {
            "apiKeyName": "read only",
            "apiKey": self._api_key or "",
            "nonce": "0",
            "nonceWindow": 0,
            "permissions": list(READ_PERMISSIONS),
            "iban": "",
            "validUntil": "0",
            "queryFrom": "0",
            "queryTo": "0",
            "createdTime": "0",
            "modifiedTime": "0",
            "ipAllowlist": [],
            "lastUsed": None,
        }
        return self._files.get("GetApiKeyInfo", reader)

    def _chosen_assets(self, asked: Parameters) -> Row:
        return _chosen(self._assets, asked.get("asset"), self._asset_ids, refusal="EQuery:Unknown asset")

    def _chosen_pairs(self, asked: Parameters) -> Row:
        return _chosen(self._pairs, asked.get("pair"), self._pair_ids, refusal="EQuery:Unknown asset pair")

    def _candles(self, asked: Parameters) -> Row:
        """The newest 720 that are behind `since`; the last one is still running."""
        (pair,) = self._chosen_pairs({"pair": asked.get("pair", "")})
        now, since = self._now().timestamp(), float(asked.get("since", "-inf"))
        shown = [row for row in self._files.get(f"OHLC/{asked.get('interval', '1')}/{pair}", ()) if row[0] <= now]
        newest = shown[-CANDLE_ROWS:]
        return {pair: [row for row in newest if row[0] > since], "last": newest[-2][0] if len(newest) > 1 else 0}

    def _order_book(self, asked: Parameters) -> Row:
        (pair,) = self._chosen_pairs({"pair": asked.get("pair", "")})
        book = self._files.get(f"Depth/{pair}", {"asks": [], "bids": []})
        return {pair: {side: rows[: int(asked.get("count", "100"))] for side, rows in book.items()}}

    def _trades_page(self, asked: Parameters) -> Row:
        page = history_page("trades", self.trades, asked, now=self._now().timestamp())
        if asked.get("ledgers", "false").lower() != "true":
            for row in page["trades"].values():
                row.pop("ledgers", None)
        return page

    def _ledger_page(self, asked: Parameters) -> Row:
        names, kind = asked.get("asset", "all"), asked.get("type", "all")
        assets = set(self._assets) if names == "all" else set(self._chosen_assets({"asset": names}))
        keep = None
        if names != "all" or kind != "all":
            keep = lambda row: row["asset"] in assets and kind in ("all", row["type"])  # noqa: E731
        return history_page("ledger", self.ledger, asked, now=self._now().timestamp(), keep=keep)

    def _deposits_page(self, asked: Parameters) -> Any:
        return self._transfers("deposits", self.deposits, asked, DEPOSIT_PAGE_ROWS)

    def _withdrawals_page(self, asked: Parameters) -> Any:
        return self._transfers("withdrawals", self.withdrawals, asked, WITHDRAWAL_PAGE_ROWS)

    def _transfers(self, name: str, history: History, asked: Parameters, page_rows: int) -> Any:
        asset = next(iter(self._chosen_assets(asked))) if "asset" in asked else None
        return transfers_page(name, history, asked, now=self._now().timestamp(), asset=asset, page_rows=page_rows)

    def _balances(self) -> dict[str, Row]:
        if "BalanceEx" in self._files:
            return dict(self._files["BalanceEx"])
        totals: defaultdict[str, Decimal] = defaultdict(Decimal)
        for row in self.ledger.between(None, self._now().timestamp()):
            totals[row["asset"]] += Decimal(row["amount"]) - Decimal(row["fee"])
        places = {asset: int(self._assets.get(asset, {}).get("decimals", 10)) for asset in totals}
        return {
            asset: {"balance": f"{total:.{places[asset]}f}", "hold_trade": f"{Decimal(0):.{places[asset]}f}"}
            for asset, total in totals.items()
        }

    def _trade_volume(self, asked: Parameters) -> Any:
        pairs = self._chosen_pairs(asked)
        first_step = {
            "currency": "ZUSD",
            "volume": "0.0000",
            "fees": {pair: _fee(info["fees"]) for pair, info in pairs.items()},
            "fees_maker": {pair: _fee(info["fees_maker"]) for pair, info in pairs.items()},
        }
        return self._files.get("TradeVolume", first_step)


def _with_ids(files: Files, name: str) -> list[Row]:
    rows = files.get(name, {})
    if not isinstance(rows, dict):
        raise ReplayDataError(f"{name}.json is not an object of rows by their id")
    return [{"id": key, **row} for key, row in rows.items()]


def _ids(entries: Row, other_names: Sequence[str]) -> dict[str, str]:
    return {str(name): key for key, info in entries.items() for name in (key, *(info.get(n, key) for n in other_names))}


def _parameters(request: Request) -> Parameters:
    if request.headers.get("content-type", "").startswith("application/json"):
        return {name: str(value) for name, value in json.loads(request.body).items()}
    return dict(parse_qsl(request.body, keep_blank_values=True))


def _chosen(entries: Row, asked: str | None, ids: Mapping[str, str], *, refusal: str) -> Row:
    if asked is None:
        return entries
    if any(name not in ids for name in asked.split(",")):
        raise RefusedError(refusal)
    return {ids[name]: entries[ids[name]] for name in asked.split(",")}


def _fee(steps: Sequence[Sequence[float]]) -> Row:
    following = steps[1] if len(steps) > 1 else steps[0]
    return {
        "fee": f"{steps[0][1]:.4f}",
        "minfee": f"{steps[-1][1]:.4f}",
        "maxfee": f"{steps[0][1]:.4f}",
        "nextfee": f"{following[1]:.4f}",
        "tiervolume": "0.0000",
        "nextvolume": f"{following[0]:.4f}",
    }
