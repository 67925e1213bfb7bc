"""Binance: trades by id market after market, and lists with windows that ccxt's unified methods do not respect.

myTrades answers 1000 rows from `fromId`, oldest first, for one market. Deposits and withdrawals answer 90 days and
1000 rows, newest first; dividends 180 days and 500 rows; conversions 30 days and 1000 rows; dust 100 rows. Fiat is a
list of its own, and so are the locked products of Simple Earn. Source: https://developers.binance.com/docs (spot,
wallet, fiat, convert, simple earn)

Belongs here: Binance's spot account. Does not belong here: what is the same for all venues.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import partial
from typing import Any

from connectors.exchange.binance_earn import positions_of, read_positions
from connectors.exchange.errors import NotOfferedError, UnknownMarketError
from connectors.exchange.feeds import Feed, RowByRow
from connectors.exchange.generic import GenericVenue, Transfer
from connectors.exchange.ids import LastIds
from connectors.exchange.ledger import Meaning, ledger_line
from connectors.exchange.markets import MarketWalk, split_id
from connectors.exchange.paging import Ask, Entry, Page, Piece, Reach, by_id, by_offset
from connectors.exchange.reading import asset_of, fee_of, id_of, moved, needed, transaction
from connectors.exchange.timewalk import by_window
from connectors.exchange.trades import Pair, read_conversion, read_trade
from connectors.exchange.transfers import read_transfer
from connectors.exchange.wire import write_json
from connectors.records import Balance, Transaction
from connectors.sync import SourceRefusedError

_DAY_MS = 86_400_000
TRADES_PAGE = 1000
TRANSFERS_PAGE, TRANSFERS_DAYS = 1000, 90
FIAT_PAGE = 500
DIVIDENDS_PAGE, DIVIDENDS_DAYS = 500, 180
CONVERSIONS_PAGE, CONVERSIONS_DAYS = 1000, 30
DUST_PAGE, DUST_DAYS = 100, 90
POSITIONS_PAGE = 100

_INCOME_WORDS: tuple[tuple[str, Meaning], ...] = (
    ("airdrop", "airdrop"),
    ("hodler", "airdrop"),
    ("fork", "fork"),
    ("mining", "mining"),
    ("pool", "mining"),
    ("interest", "interest"),
    ("lending", "interest"),
    ("savings", "interest"),
    ("earn", "interest"),
    ("flexible", "interest"),
    ("staking", "reward"),
    ("locked", "reward"),
    ("launchpool", "reward"),
    ("megadrop", "airdrop"),
    ("reward", "reward"),
    ("bonus", "income"),
    ("rebate", "income"),
    ("referral", "income"),
    ("cashback", "income"),
    ("voucher", "income"),
    ("distribution", "airdrop"),
)
"""Words in a dividend's `enInfo`, the first that is in it decides; what has none of them is plain `income`."""

_EARN_PREFIX = "LD"


class Binance(GenericVenue):
    """A Binance spot account with its wallet."""

    walks_markets = True

    def trades(self) -> Iterable[Feed]:
        """Fills of every market of every asset ever touched, each from its first id on."""
        last_ids = LastIds(self.session.store, self.session.account.name)
        for symbol in MarketWalk(self.session, guesses_delisted=True).symbols():
            market = self.exchange.markets.get(symbol)
            yield self._market_feed(market["id"] if market else symbol.replace("/", ""), last_ids)

    def _market_feed(self, market_id: str, last_ids: LastIds) -> Feed:
        def fetch(ask: Ask) -> Page:
            question = {"symbol": market_id, "fromId": ask.from_id, "limit": TRADES_PAGE}
            try:
                rows = self.client.call(f"trades of {market_id}", self.exchange.privateGetMyTrades, question)
            except UnknownMarketError:
                return Page([], 0)
            market = self.exchange.safe_market(market_id, None, None, "spot")
            return Page([self.exchange.parse_trade(row, market) for row in rows], len(rows))

        def walk(reach: Reach) -> Iterator[Piece]:
            return by_id(
                fetch, reach, from_id=last_ids.next_id(market_id, reach[0]), page=TRADES_PAGE, id_of=_number_of
            )

        return Feed(market_id, walk, RowByRow(partial(self._read_trade, market_id)), to_the_end=True)

    def transfers(self, kind: Transfer) -> Iterable[Feed]:
        """Coins in one list, fiat in another."""
        ask_for = {
            "deposit": self.exchange.sapiGetCapitalDepositHisrec,
            "withdrawal": self.exchange.sapiGetCapitalWithdrawHistory,
        }[kind]

        def fetch(ask: Ask) -> Page:
            rows = self.client.call(f"{kind}s", ask_for, _between(ask) | {"limit": TRANSFERS_PAGE})
            return Page(self._parsed(rows, kind), len(rows))

        def fetch_fiat(ask: Ask) -> Page:
            answer = self.client.call(
                f"fiat {kind}s",
                self.exchange.sapiGetFiatOrders,
                {
                    "transactionType": "0" if kind == "deposit" else "1",
                    "beginTime": ask.since_ms,
                    "endTime": ask.until_ms,
                    "page": ask.offset // FIAT_PAGE + 1,
                    "rows": FIAT_PAGE,
                },
            )
            rows = answer["data"] or []
            return Page(self._parsed(rows, kind), len(rows), total=_whole(answer.get("total")))

        coins = partial(_newest_first, fetch, days=TRANSFERS_DAYS, page=TRANSFERS_PAGE)
        yield Feed("", coins, RowByRow(partial(_read_transfer, kind)))
        yield Feed("fiat", partial(by_offset, fetch_fiat, page=FIAT_PAGE), RowByRow(partial(_read_fiat, kind)))

    def ledger(self) -> Iterable[Feed]:
        """Dividends: everything that the venue credits. Spot has no ledger; ccxt's is of contracts."""

        def fetch(ask: Ask) -> Page:
            answer = self.client.call(
                "rewards", self.exchange.sapiGetAssetAssetDividend, _between(ask) | {"limit": DIVIDENDS_PAGE}
            )
            rows = [{"id": str(row["id"]), "timestamp": row["divTime"], "info": row} for row in answer["rows"]]
            return Page(rows, len(rows))

        walk = partial(_newest_first, fetch, days=DIVIDENDS_DAYS, page=DIVIDENDS_PAGE)
        return [Feed("dividends", walk, RowByRow(self._read_dividend))]

    def conversions(self) -> Iterable[Feed]:
        """Conversions, and dust swept into BNB."""

        def fetch(ask: Ask) -> Page:
            answer = self.client.call(
                "conversions", self.exchange.sapiGetConvertTradeFlow, _between(ask) | {"limit": CONVERSIONS_PAGE}
            )
            rows = answer["list"] or []
            return Page([self.exchange.parse_conversion(row) for row in rows], len(rows))

        def fetch_dust(ask: Ask) -> Page:
            answer = self.client.call("dust conversions", self.exchange.sapiGetAssetDribblet, _between(ask))
            sweeps = answer["userAssetDribblets"] or []
            return Page([_sweep(sweep) for sweep in sweeps], len(sweeps))

        converted = partial(_newest_first, fetch, days=CONVERSIONS_DAYS, page=CONVERSIONS_PAGE)
        yield Feed("", converted, RowByRow(_read_conversion))
        yield Feed(
            "dust", partial(_newest_first, fetch_dust, days=DUST_DAYS, page=DUST_PAGE), RowByRow(self._read_dust)
        )

    def balances(self) -> tuple[Sequence[Balance], str]:
        """Spot, and what is in locked products, with when that comes free as far as Binance tells."""
        balances, payload = super().balances()
        rows: list[dict[str, Any]] = []
        while len(rows) % POSITIONS_PAGE == 0:
            asked = {"current": len(rows) // POSITIONS_PAGE + 1, "size": POSITIONS_PAGE}
            try:
                answer = self.client.call("locked products", self.exchange.sapiGetSimpleEarnLockedPosition, asked)
            except (NotOfferedError, SourceRefusedError, UnknownMarketError):
                return balances, payload  # what is locked then differs from the books, as it would without asking
            page = positions_of(answer)
            if not page:
                break
            rows += page
        if not rows:
            return balances, payload
        positions = read_positions(rows, self.exchange.safe_currency_code)
        return [*balances, *positions], f'{{"balances": {payload}, "locked": {write_json(rows)}}}'

    def balance_params(self) -> dict[str, Any]:
        """Spot, without the hundreds of assets never held."""
        return {"type": "spot", "omitZeroBalances": "true"}

    def read_balances(self, answer: dict[str, Any]) -> list[Balance]:
        """Spot balances; `LDBTC` is bitcoin in Simple Earn, shown among them."""
        rows = []
        for row in super().read_balances(answer):
            asset = row.asset.removeprefix(_EARN_PREFIX)
            is_lent = asset != row.asset and asset in self.exchange.currencies and not self._is_listed(row.asset)
            rows.append(Balance(asset, "lent", row.quantity) if is_lent else row)
        return rows

    def _is_listed(self, code: str) -> bool:
        return any(market.get("base") == code for market in self.exchange.markets.values())

    def _parsed(self, rows: Iterable[dict[str, Any]], kind: Transfer) -> list[Entry]:
        return [self.exchange.parse_transaction(row | {"type": kind}) | {"info": row} for row in rows]

    def _pair_of(self, market_id: str) -> Pair:
        market = self.exchange.safe_market(market_id, None, None, "spot")
        if market.get("base") and market.get("quote"):
            return market["base"], market["quote"]
        return split_id(self.exchange, market_id)

    def _read_trade(self, market_id: str, entry: Entry) -> Transaction:
        return read_trade(entry, self._pair_of(market_id), identifier=f"{market_id}:{id_of(entry)}")

    def _read_dividend(self, entry: Entry) -> Transaction:
        info = entry["info"]
        asset = asset_of(self.exchange.safe_currency_code(info.get("asset")), "asset")
        amount = needed(info.get("amount"), "amount")
        words = str(info.get("enInfo") or "")
        return ledger_line(entry, _income(words), moved(asset, amount), quantity=amount, description=words or None)

    def _read_dust(self, entry: Entry) -> Transaction:
        """One sweep: every dust asset given, BNB received before the service charge, the charge as a fee in BNB."""
        details = entry["info"]["userAssetDribbletDetails"]
        postings = []
        for detail in details:
            asset = asset_of(self.exchange.safe_currency_code(detail.get("fromAsset")), "asset")
            postings += moved(asset, needed(detail.get("amount"), "amount").copy_negate())
            postings += moved("BNB", needed(detail.get("transferedAmount"), "amount received"))
            postings += fee_of("BNB", detail.get("serviceChargeAmount"))
        return transaction(entry, "trade", postings, description="dust to BNB")


def _read_transfer(kind: Transfer, entry: Entry) -> Transaction:
    return read_transfer(entry, kind)


def _read_fiat(kind: Transfer, entry: Entry) -> Transaction:
    """A fiat order: `amount` is what the account gained, so the fee of a deposit was taken before it."""
    return read_transfer(entry | {"fee": None} if kind == "deposit" else entry, kind, prefix="fiat-")


def _read_conversion(entry: Entry) -> Transaction | None:
    """A conversion that succeeded; one that did not moved nothing and is kept as canceled."""
    record = read_conversion(entry)
    if entry["info"].get("orderStatus", "SUCCESS") in ("SUCCESS", "ACCEPT_SUCCESS"):
        return record
    return transaction(entry, "trade", [], status="canceled", description=str(entry["info"]["orderStatus"]))


def _sweep(sweep: Mapping[str, Any]) -> Entry:
    return {"id": str(sweep["transId"]), "timestamp": int(sweep["operateTime"]), "info": sweep}


def _income(words: str) -> Meaning:
    low = words.lower()
    return next((meaning for word, meaning in _INCOME_WORDS if word in low), "income")


def _newest_first(fetch: Callable[[Ask], Page], reach: Reach, *, days: int, page: int) -> Iterator[Piece]:
    return by_window(fetch, reach, window_ms=days * _DAY_MS, page=page, is_page_certain=True, order="newest")


def _between(ask: Ask) -> dict[str, Any]:
    return {"startTime": ask.since_ms, "endTime": ask.until_ms}


def _number_of(entry: Entry) -> int:
    return int(entry["id"])


def _whole(value: Any) -> int | None:
    return int(value) if value is not None else None
