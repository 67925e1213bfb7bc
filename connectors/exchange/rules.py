"""What is known of each venue's limits, as a table. A venue that is not in it is walked with care and more requests.

Sources: the venues' API references as ccxt 4.5 cites them in each class, and ccxt's own `features` for trades. `window`
is the longest span one question may have, `days_back` how far back the venue answers at all, `page` the most rows of
one answer (a hint: any page that could be a full one is asked beyond), `params` what ccxt must be told besides.

Belongs here: figures. Does not belong here: anything that runs.
"""

import inspect
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Literal

Stream = Literal["balances", "deposits", "withdrawals", "conversions", "ledger", "trades", "market_conditions"]
STREAMS: tuple[Stream, ...] = (
    "balances", "deposits", "withdrawals", "conversions", "ledger", "trades", "market_conditions",
)  # fmt: skip
"""In the order they are asked: what was touched by the others says which markets to walk for trades."""


@dataclass(frozen=True, slots=True)
class Rule:
    """The limits of one stream of one venue. `None`: not limited, or not known."""

    window_days: float | None = None
    page: int | None = None
    days_back: int | None = None
    needs_symbol: bool | None = None
    needs_asset: bool = False
    params: Mapping[str, Any] = field(default_factory=dict)
    is_fee_inside: bool = False
    """Whether the amount of a withdrawal has its fee inside."""


DEFAULT_WINDOW_DAYS = 30
"""For deposits, withdrawals, ledgers and conversions of a venue without a rule; no venue known has less for them."""

EVERY_STREAM_FROM = datetime(2011, 1, 1, tzinfo=UTC)
"""No venue that ccxt knows is older and still open."""

OPENED: Mapping[str, datetime] = {
    "binance": datetime(2017, 7, 1, tzinfo=UTC),
    "binanceus": datetime(2019, 9, 1, tzinfo=UTC),
    "bitfinex": datetime(2012, 10, 1, tzinfo=UTC),
    "bitget": datetime(2018, 4, 1, tzinfo=UTC),
    "bitstamp": datetime(2011, 8, 1, tzinfo=UTC),
    "bybit": datetime(2018, 3, 1, tzinfo=UTC),
    "coinbase": datetime(2012, 6, 1, tzinfo=UTC),
    "cryptocom": datetime(2019, 11, 1, tzinfo=UTC),
    "gate": datetime(2013, 4, 1, tzinfo=UTC),
    "gemini": datetime(2015, 10, 1, tzinfo=UTC),
    "htx": datetime(2013, 9, 1, tzinfo=UTC),
    "kraken": datetime(2013, 9, 1, tzinfo=UTC),
    "kucoin": datetime(2017, 9, 1, tzinfo=UTC),
    "mexc": datetime(2018, 4, 1, tzinfo=UTC),
    "okx": datetime(2017, 1, 1, tzinfo=UTC),
}
"""The month in which each venue took its first customers: nothing can be older."""

RULES: Mapping[tuple[str, Stream], Rule] = {
    # kucoin: fills 7 days without a symbol; account ledgers one day; lists of transfers by page of 500 at most
    ("kucoin", "trades"): Rule(window_days=7, page=500, needs_symbol=False),
    ("kucoin", "deposits"): Rule(window_days=30, page=500),
    ("kucoin", "withdrawals"): Rule(window_days=30, page=500),
    ("kucoin", "ledger"): Rule(window_days=1, page=500),
    # okx: fills of three months, bills of three months from the archive
    ("okx", "trades"): Rule(page=100, days_back=90, needs_symbol=False),
    ("okx", "deposits"): Rule(page=100),
    ("okx", "withdrawals"): Rule(page=100),
    ("okx", "ledger"): Rule(page=100, days_back=90, params={"method": "privateGetAccountBillsArchive"}),
    ("okx", "conversions"): Rule(page=100),
    # bybit: seven days, two years
    ("bybit", "trades"): Rule(window_days=7, page=100, days_back=730, needs_symbol=False),
    ("bybit", "deposits"): Rule(window_days=30, page=50),
    ("bybit", "withdrawals"): Rule(window_days=30, page=50),
    ("bybit", "ledger"): Rule(window_days=7, page=50, days_back=730),
    ("bybit", "conversions"): Rule(page=100),
    # gate: thirty days
    ("gate", "trades"): Rule(window_days=30, page=1000, needs_symbol=False),
    ("gate", "deposits"): Rule(window_days=30, page=500),
    ("gate", "withdrawals"): Rule(window_days=30, page=500),
    ("gate", "ledger"): Rule(window_days=30, page=1000),
    # mexc: trades of one month, by symbol; transfers of 90 days, seven at a time
    ("mexc", "trades"): Rule(page=100, days_back=30, needs_symbol=True),
    ("mexc", "deposits"): Rule(window_days=7, page=1000, days_back=90),
    ("mexc", "withdrawals"): Rule(window_days=7, page=1000, days_back=90),
    # bitget: ninety days, of transfers thirty for a unified account
    ("bitget", "trades"): Rule(window_days=90, page=100, needs_symbol=True),
    ("bitget", "deposits"): Rule(window_days=30, page=100),
    ("bitget", "withdrawals"): Rule(window_days=30, page=100),
    ("bitget", "ledger"): Rule(window_days=30, page=500, days_back=90),
    ("bitget", "conversions"): Rule(window_days=90, page=100),
    # bitfinex: no windows, large pages
    ("bitfinex", "trades"): Rule(page=1000, needs_symbol=False),
    ("bitfinex", "deposits"): Rule(page=1000),
    ("bitfinex", "withdrawals"): Rule(page=1000),
    ("bitfinex", "ledger"): Rule(page=2500),
    # gemini: by symbol, from a time on
    ("gemini", "trades"): Rule(page=500, needs_symbol=True),
    ("gemini", "deposits"): Rule(page=50),
    ("gemini", "withdrawals"): Rule(page=50),
    # bitstamp: one list of everything, from a time on for thirty days at most
    ("bitstamp", "trades"): Rule(window_days=30, page=1000, needs_symbol=False),
    ("bitstamp", "deposits"): Rule(window_days=30, page=1000),
    ("bitstamp", "withdrawals"): Rule(window_days=30, page=1000),
    ("bitstamp", "ledger"): Rule(window_days=30, page=1000),
    # cryptocom: one day of trades, ninety of transfers
    ("cryptocom", "trades"): Rule(window_days=1, page=100, needs_symbol=False),
    ("cryptocom", "deposits"): Rule(window_days=90, page=200),
    ("cryptocom", "withdrawals"): Rule(window_days=90, page=200),
    ("cryptocom", "ledger"): Rule(window_days=1, page=100),
    # htx: two days at a time, 120 days back, by symbol; transfers by id, newest 500
    ("htx", "trades"): Rule(window_days=2, page=500, days_back=120, needs_symbol=True),
    ("htx", "deposits"): Rule(page=100),
    ("htx", "withdrawals"): Rule(page=100),
    ("htx", "ledger"): Rule(window_days=2, page=500, days_back=30),
    # binance.us: as Binance
    ("binanceus", "deposits"): Rule(window_days=90, page=1000),
    ("binanceus", "withdrawals"): Rule(window_days=90, page=1000),
}

_METHODS: Mapping[Stream, tuple[str, str]] = {
    "deposits": ("fetchDeposits", "fetch_deposits"),
    "withdrawals": ("fetchWithdrawals", "fetch_withdrawals"),
    "ledger": ("fetchLedger", "fetch_ledger"),
}
_WANTS_A_CURRENCY = re.compile(r"requires a (currency )?code (argument|param)")

_NO_LIMIT_DAYS = 10_000
"""ccxt's `features` write "as far as you like" as 10,000 or 100,000 days."""


def rule_for(exchange: Any, stream: Stream) -> Rule:
    """The limits of a venue's stream: from the table, else from ccxt's `features`, else the careful default."""
    if (exchange.id, stream) in RULES:
        return RULES[exchange.id, stream]
    if stream != "trades":
        return Rule(window_days=DEFAULT_WINDOW_DAYS, needs_asset=_needs_asset(exchange, stream))
    spot = (exchange.features or {}).get("spot") or {}
    told = spot.get("fetchMyTrades") or {}
    return Rule(
        window_days=_days(told.get("untilDays")) or DEFAULT_WINDOW_DAYS,
        page=told.get("limit"),
        days_back=_days(told.get("daysBack")),
        needs_symbol=told.get("symbolRequired"),
    )


def opened(exchange_id: str) -> datetime:
    """An instant before which nothing can have happened at the venue."""
    return OPENED.get(exchange_id, EVERY_STREAM_FROM)


def _needs_asset(exchange: Any, stream: Stream) -> bool:
    """Whether ccxt's method refuses to be asked without a currency: its text says so before anything is sent."""
    if stream not in _METHODS or exchange.has.get(_METHODS[stream][0]) is not True:
        return False
    return _WANTS_A_CURRENCY.search(inspect.getsource(getattr(type(exchange), _METHODS[stream][1]))) is not None


def _days(value: Any) -> int | None:
    return value if isinstance(value, int) and 0 < value < _NO_LIMIT_DAYS else None
