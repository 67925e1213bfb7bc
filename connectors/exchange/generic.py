"""Any venue that ccxt knows, by ccxt's unified methods: what `has` offers, walked by the limits in `rules.py`.

Belongs here: what holds for every venue. Does not belong here: venues whose unified methods lose rows (`kraken.py`,
`binance.py`, `coinbase.py`).
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import timedelta
from functools import partial
from typing import Any, Literal

from connectors.exchange.conditions import TakerRates, ask_books, markets_of, unified_rates
from connectors.exchange.errors import NotOfferedError
from connectors.exchange.feeds import Feed, RowByRow, Session
from connectors.exchange.ledger import read_ledger
from connectors.exchange.markets import MarketWalk, asset_walk, pair_of
from connectors.exchange.paging import Ask, Entry, Page, Piece, Reach
from connectors.exchange.reading import exact
from connectors.exchange.rules import Rule, Stream, rule_for
from connectors.exchange.timewalk import by_window
from connectors.exchange.trades import read_conversion, read_trades
from connectors.exchange.transfers import read_transfer
from connectors.exchange.wire import write_json
from connectors.records import Balance, MarketConditions, Transaction
from connectors.sync import SourceUnavailableError

_DAY_MS = 86_400_000
_TOTALS = {"info", "timestamp", "datetime", "free", "used", "total", "debt"}

Transfer = Literal["deposit", "withdrawal"]


class GenericVenue:
    """A venue as ccxt unifies it."""

    walks_markets = False
    """Whether trades are asked market by market, of the assets that the other streams tell."""

    def __init__(self, session: Session) -> None:
        self.session = session
        self.client = session.client
        self.exchange: Any = session.client.exchange

    def feeds(self, stream: Stream) -> Iterable[Feed]:
        """The feeds of a stream. Raises `NotOfferedError`."""
        if stream in ("deposits", "withdrawals"):
            return self.transfers("deposit" if stream == "deposits" else "withdrawal")
        offered = {"trades": self.trades, "ledger": self.ledger, "conversions": self.conversions}
        return offered[stream]()

    def balances(self) -> tuple[Sequence[Balance], str]:
        """What the account holds. Raises `NotOfferedError`."""
        self.need("fetchBalance")
        answer = self.client.call("balances", self.exchange.fetch_balance, self.balance_params())
        return self.read_balances(answer), write_json(answer.get("info"))

    def balance_params(self) -> dict[str, Any]:
        """What ccxt must be told so that it answers for the spot account."""
        return {}

    def read_balances(self, answer: dict[str, Any]) -> list[Balance]:
        """The balances that ccxt unified, without empty ones."""
        rows: list[Balance] = []
        for code, held in answer.items():
            if code in _TOTALS or not isinstance(held, dict):
                continue
            free, used, total = (exact(held.get(name)) for name in ("free", "used", "total"))
            if free is None and used is None:
                free = total
            if free:
                rows.append(Balance(code, "free", format(free, "f")))
            if used:
                rows.append(Balance(code, "locked", format(used, "f")))
        return rows

    def market_conditions(self) -> list[MarketConditions]:
        """What selling each asset that is held would take. Raises `NotOfferedError`, and where no balance was read."""
        self.need("fetchOrderBook")
        if "balances" in self.session.failed:
            raise SourceUnavailableError(
                "the balances could not be read, so it is not known which markets to ask. The next sync asks again."
            )
        markets = markets_of(self.exchange, self.session.held)
        return ask_books(self.client, markets, self.taker_rates(markets)) if markets else []

    def taker_rates(self, markets: Mapping[str, Any]) -> TakerRates:
        """The account's fees as a share of value, by unified symbol, where the venue tells them."""
        return unified_rates(self.client, markets)

    def need(self, name: str) -> None:
        """Raises `NotOfferedError` unless ccxt's `has` says that the venue has it."""
        if self.exchange.has.get(name) is not True:
            raise NotOfferedError(f"ccxt has no {name} for {self.exchange.id}")

    def trades(self) -> Iterable[Feed]:
        """Fills, market by market where the venue wants to know which."""
        self.need("fetchMyTrades")
        rule = rule_for(self.exchange, "trades")
        if not rule.needs_symbol:
            return [self._trade_feed(rule, None)]
        self.walks_markets = True
        return (self._trade_feed(rule, symbol) for symbol in MarketWalk(self.session).symbols())

    def _trade_feed(self, rule: Rule, symbol: str | None) -> Feed:
        reading = RowByRow(read_trades(partial(pair_of, self.exchange), is_id_per_market=True))
        what = f"trades of {symbol}" if symbol else "trades"
        return self.feed(
            rule, symbol or "", self.fetch(what, partial(self.exchange.fetch_my_trades, symbol), rule), reading
        )

    def transfers(self, kind: Transfer) -> Iterable[Feed]:
        """Deposits or withdrawals, out of the list of both where the venue has only that."""
        stream: Stream = "deposits" if kind == "deposit" else "withdrawals"
        rule = rule_for(self.exchange, stream)
        methods = {
            "fetchDeposits" if kind == "deposit" else "fetchWithdrawals": (
                self.exchange.fetch_deposits if kind == "deposit" else self.exchange.fetch_withdrawals
            ),
            "fetchDepositsWithdrawals": self.exchange.fetch_deposits_withdrawals,
            "fetchTransactions": self.exchange.fetch_transactions,
        }
        for name, method in methods.items():
            if self.exchange.has.get(name) is True:
                reading = RowByRow(partial(_read_own_kind, kind, is_fee_inside=rule.is_fee_inside))
                return self._by_asset(stream, method, rule, reading)
        raise NotOfferedError(f"ccxt has no list of {stream} for {self.exchange.id}")

    def ledger(self) -> Iterable[Feed]:
        """The ledger of the spot account."""
        self.need("fetchLedger")
        rule = rule_for(self.exchange, "ledger")
        told = frozenset(name for name in self.exchange.has if self.exchange.has[name] is True)
        reading = RowByRow(partial(read_ledger, told_elsewhere=told))
        return self._by_asset("the ledger", self.exchange.fetch_ledger, rule, reading)

    def conversions(self) -> Iterable[Feed]:
        """Conversions, where they are not trades."""
        self.need("fetchConvertTradeHistory")
        rule = rule_for(self.exchange, "conversions")
        method = partial(self.exchange.fetch_convert_trade_history, None)
        return [self.feed(rule, "", self.fetch("conversions", method, rule), RowByRow(read_conversion))]

    def _by_asset(self, what: str, method: Callable[..., Any], rule: Rule, reading: RowByRow) -> Iterable[Feed]:
        """One feed for all assets, or one each where the venue wants to know which."""
        if not rule.needs_asset:
            return [self.feed(rule, "", self.fetch(what, partial(method, None), rule), reading)]
        return (
            self.feed(rule, asset, self.fetch(f"{what} of {asset}", partial(method, asset), rule), reading)
            for asset in asset_walk(self.session)
        )

    def fetch(self, what: str, method: Callable[..., Any], rule: Rule) -> Callable[[Ask], Page]:
        """Questions for `method(since, limit, params)` of ccxt."""

        def fetch(ask: Ask) -> Page:
            params = dict(rule.params)
            if ask.until_ms is not None:
                params["until"] = ask.until_ms
            rows = self.client.call(what, method, ask.since_ms, ask.limit or rule.page, params)
            return Page(list(rows), len(rows))

        return fetch

    def feed(self, rule: Rule, scope: str, fetch: Callable[[Ask], Page], reading: RowByRow) -> Feed:
        """A walk by time under `rule`."""

        def walk(reach: Reach) -> Iterator[Piece]:
            window = None if rule.window_days is None else int(rule.window_days * _DAY_MS)
            return by_window(fetch, reach, window_ms=window, page=rule.page)

        since = None if rule.days_back is None else self.session.now - timedelta(days=rule.days_back)
        return Feed(scope, walk, reading, since=since)


def _read_own_kind(kind: Transfer, entry: Entry, *, is_fee_inside: bool) -> Transaction | None:
    """The record of a row of `kind`; `None` for the other kind, which its own stream tells."""
    if entry.get("type") not in (kind, None):
        return None
    return read_transfer(entry, kind, is_fee_inside=is_fee_inside)
