"""Kraken: pages by offset and by cursor, a ledger with words of its own, and staked forms of assets.

TradesHistory and Ledgers answer 50 rows newest first, by `ofs`, and say the `count` of all; DepositStatus and
WithdrawStatus answer everything only by `cursor`, which ccxt's unified methods do not follow. An asset with a suffix
(`ETH2.S`, `XBT.F`, `DOT28.S`) is the asset itself in another wallet. Source: https://docs.kraken.com/api-reference

Belongs here: asking Kraken. Does not belong here: its ledger's words (`kraken_ledger.py`), what is the same for all
venues.
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from decimal import Decimal
from functools import partial
from typing import Any, cast

from connectors.exchange.conditions import TakerRates, read_number
from connectors.exchange.errors import NotOfferedError
from connectors.exchange.feeds import Feed, RowByRow
from connectors.exchange.generic import GenericVenue, Transfer
from connectors.exchange.kraken_earn import read_stakes, with_stakes
from connectors.exchange.kraken_ledger import KrakenLedger
from connectors.exchange.markets import pair_of, split_id
from connectors.exchange.paging import Ask, Entry, Page, Piece, Reach, by_cursor, by_offset
from connectors.exchange.reading import asset_of, exact, id_of, transaction
from connectors.exchange.trades import Pair, read_trade
from connectors.exchange.transfers import read_transfer
from connectors.exchange.wire import write_json
from connectors.records import Balance, Transaction
from connectors.sync import SourceAnswerError, SourceRefusedError

PAGE = 50
_SECOND_MS = 1000

_WALLET = re.compile(r"^(?P<asset>[A-Z0-9]+?)(?P<bonded>\d{2})?\.(?P<wallet>[A-Z]+)$")
_HELD_WALLETS = {"HOLD"}


class Kraken(GenericVenue):
    """A Kraken spot account."""

    def trades(self) -> Iterable[Feed]:
        """TradesHistory of all markets together."""

        def fetch(ask: Ask) -> Page:
            params = {"ofs": ask.offset, "until": ask.until_ms}
            rows = self.client.call(
                "trades (permission 'Query closed orders & trades')",
                self.exchange.fetch_my_trades,
                None,
                _before(ask.since_ms),
                None,
                params,
            )
            return Page([_timed(row) for row in rows], len(rows), total=self._count())

        return [Feed("", partial(by_offset, fetch, page=PAGE), RowByRow(self._read_trade))]

    def transfers(self, kind: Transfer) -> Iterable[Feed]:
        """DepositStatus or WithdrawStatus, by cursor."""
        ask_for, stream = {
            "deposit": (self.exchange.privatePostDepositStatus, "deposits"),
            "withdrawal": (self.exchange.privatePostWithdrawStatus, "withdrawals"),
        }[kind]

        def fetch(ask: Ask) -> Page:
            answer = self.client.call(
                f"{stream} (permission 'Query funds')",
                ask_for,
                {
                    "cursor": ask.cursor or "true",
                    "start": str(max(0, (ask.since_ms or 0) // _SECOND_MS - 1)),
                    "end": str((ask.until_ms or 0) // _SECOND_MS + 1),
                },
            )
            rows, cursor = _transfers_of(answer.get("result"))
            parsed = self.exchange.parse_transactions_by_type(kind, rows)
            return Page([_timed(row) for row in parsed], len(rows), cursor=cursor)

        walk = partial(by_cursor, fetch, is_newest_first=True, honours_since=True)
        return [Feed("", walk, RowByRow(partial(self._read_transfer, kind)))]

    def ledger(self) -> Iterable[Feed]:
        """Ledgers of all assets and types together."""

        def fetch(ask: Ask) -> Page:
            answer = self.client.call(
                "the ledger (permission 'Query ledger entries')",
                self.exchange.privatePostLedgers,
                {
                    "start": max(0, (ask.since_ms or 0) // _SECOND_MS - 1),
                    "end": (ask.until_ms or 0) // _SECOND_MS + 1,
                    "ofs": ask.offset,
                },
            )
            lines = answer["result"]["ledger"] or {}
            rows = [_timed({"id": name, "info": lines[name] | {"id": name}}) for name in lines]
            return Page(rows, len(rows), total=self._count())

        def walk(reach: Reach) -> Iterator[Piece]:
            return by_offset(fetch, reach, page=PAGE)

        return [Feed("", walk, KrakenLedger(self.session, self.asset_and_wallet))]

    def balances(self) -> tuple[Sequence[Balance], str]:
        """What the account holds; where something is staked also when that comes free, as far as Kraken tells."""
        balances, payload = super().balances()
        if all(balance.state != "staked" for balance in balances):
            return balances, payload
        what = "staked coins (permission 'Query funds')"
        try:
            allocations = self.client.call(
                what, self.exchange.privatePostEarnAllocations, {"hide_zero_allocations": "true"}
            )
            strategies = self.client.call(what, self.exchange.privatePostEarnStrategies)
        except (NotOfferedError, SourceRefusedError):
            return balances, payload
        told = allocations.get("result") or {}, strategies.get("result") or {}
        stakes = read_stakes(*told, self.exchange.safe_currency_code)
        parts = f'"balances": {payload}, "allocations": {write_json(told[0])}, "strategies": {write_json(told[1])}'
        return with_stakes(balances, stakes), f"{{{parts}}}"

    def read_balances(self, answer: dict[str, Any]) -> list[Balance]:
        """Balances by asset; what is in a staking or earn wallet is `staked`."""
        sums: dict[tuple[str, str], Decimal] = {}
        for row in super().read_balances(answer):
            asset, wallet = self.asset_and_wallet(row.asset)
            state = row.state if wallet is None else "locked" if wallet in _HELD_WALLETS else "staked"
            sums[asset, state] = sums.get((asset, state), Decimal(0)) + Decimal(cast("str", row.quantity))
        return [Balance(asset, state, format(total, "f")) for (asset, state), total in sums.items()]  # type: ignore[arg-type]

    def taker_rates(self, markets: Mapping[str, Any]) -> TakerRates:
        """TradeVolume of all markets in one question; ccxt asks for one at a time."""
        symbols = {market["id"]: market["symbol"] for market in markets.values()}
        try:
            answer = self.client.call(
                "trading fees (permission 'Query funds')",
                self.exchange.privatePostTradeVolume,
                {"pair": ",".join(symbols)},
            )
        except SourceRefusedError:
            return {}
        told = (answer.get("result") or {}).get("fees") or {}
        percents = {symbols[pair]: read_number(told[pair].get("fee")) for pair in told if pair in symbols}
        return {symbol: percent / 100 for symbol, percent in percents.items() if percent is not None}

    def asset_and_wallet(self, code: str) -> tuple[str, str | None]:
        """The asset that a code means, and the wallet it is in where that is not spot.

        `ETH2` was the name of staked ether; two digits before the suffix are the days it is bonded for.
        """
        found = _WALLET.match(code)
        if found is None:
            return ("ETH", "S") if code == "ETH2" else (code, None)
        asset = found["asset"]
        whole_name = asset + (found["bonded"] or "")
        if whole_name in self.exchange.currencies and whole_name != "ETH2":
            asset = whole_name
        return self.exchange.common_currency_code("ETH" if asset == "ETH2" else asset), found["wallet"]

    def _count(self) -> int:
        result = self.client.answers[-1].get("result") if self.client.answers else None
        count = result.get("count") if isinstance(result, dict) else None
        if not isinstance(count, int):
            raise SourceAnswerError("Kraken's answer does not say how many rows there are")
        return count

    def _read_trade(self, entry: Entry) -> Transaction:
        info = entry["info"]
        if exact(info.get("margin")) or exact(info.get("leverage")):
            return transaction(entry, "margin", [], status="mirror", description="the ledger tells its profit or loss")
        base, quote = self._pair_of(entry)
        fee = entry.get("fee") or {}
        if fee.get("cost") and not fee.get("currency"):
            entry = entry | {"fees": [fee | {"currency": quote}]}
        return read_trade(entry, (base, quote), identifier=id_of(entry))

    def _pair_of(self, entry: Entry) -> Pair:
        if entry.get("symbol") in self.exchange.markets:
            return pair_of(self.exchange, entry)
        return split_id(self.exchange, str(entry["info"].get("pair") or ""))

    def _read_transfer(self, kind: Transfer, entry: Entry) -> Transaction:
        asset, _ = self.asset_and_wallet(asset_of(entry.get("currency"), "asset"))
        return read_transfer(entry | {"currency": asset, "fee": (entry.get("fee") or {}) | {"currency": asset}}, kind)


def _transfers_of(result: Any) -> tuple[Sequence[dict[str, Any]], str | None]:
    """The rows and the next cursor: an object with one list, or the list itself where no cursor was understood."""
    if isinstance(result, list):
        return result, None
    if isinstance(result, Mapping):
        lists = [value for value in result.values() if isinstance(value, list)]
        if len(lists) == 1 or not result:
            return lists[0] if lists else [], result.get("next_cursor") or None
    raise SourceAnswerError(f"Kraken's list of transfers has an unknown shape: {write_json(result)[:200]}")


def _timed(row: Entry) -> Entry:
    """The row with its time in whole milliseconds, cut from Kraken's seconds without a float between."""
    return row | {"timestamp": int(Decimal(str(row["info"]["time"])) * 1000)}


def _before(since_ms: int | None) -> int:
    """Kraken's `start` is exclusive and in whole seconds."""
    return max(0, (since_ms or 0) - _SECOND_MS)
