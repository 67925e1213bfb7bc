"""A venue that ccxt does not know, as a ccxt class whose answers come from memory.

Belongs here: the class, and making ccxt know it. Does not belong here: how pages are cut (`shelves.py`).
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import ccxt

from connectors.exchange.paging import Ask

from .shelves import Shelf


class MemoryExchange(ccxt.Exchange):  # type: ignore[misc]
    """Offers trades, of all markets or one at a time. `shelves` and `has_more` are set before it is made."""

    shelves: dict[str, Shelf] = {}  # noqa: RUF012 -- set by tests
    needs_symbol = False
    days_back: int | None = None
    offers: dict[str, Any] = {}  # noqa: RUF012 -- set by tests
    held: dict[str, str] = {}  # noqa: RUF012 -- set by tests

    def describe(self) -> Any:
        """What ccxt asks a class about itself."""
        told = {
            "id": "memory",
            "name": "Memory",
            "has": {"fetchMyTrades": True, "fetchBalance": True, "fetchLedger": False} | self.offers,
            "requiredCredentials": {"apiKey": False, "secret": False},
            "features": {"spot": {"fetchMyTrades": {"symbolRequired": self.needs_symbol, "daysBack": self.days_back}}},
        }
        return self.deep_extend(super().describe(), told)

    def fetch_markets(self, params: Any = None) -> list[Any]:  # noqa: ARG002 -- ccxt's signature
        """One market for each shelf."""
        return [
            {
                "id": symbol.replace("/", ""), "symbol": symbol, "base": symbol.partition("/")[0],
                "quote": symbol.partition("/")[2], "baseId": symbol.partition("/")[0],
                "quoteId": symbol.partition("/")[2], "spot": True, "type": "spot", "active": True,
            }
            for symbol in self.shelves
        ]  # fmt: skip

    def fetch_balance(self, params: Any = None) -> Any:  # noqa: ARG002 -- ccxt's signature
        """What `held` says."""
        return self.safe_balance(
            {"info": {}} | {code: {"free": amount, "used": "0"} for code, amount in self.held.items()}
        )

    def fetch_my_trades(self, symbol: Any = None, since: Any = None, limit: Any = None, params: Any = None) -> Any:
        """Trades as the shelf pages them, parsed as ccxt parses them."""
        rows = self.request(str(symbol), ["private"], "GET", {"since": since, "limit": limit, **(params or {})})
        return self.parse_trades(rows, None if symbol is None else self.market(symbol), since, limit)

    def parse_trade(self, trade: Any, market: Any = None) -> Any:
        """One row of a shelf as a unified trade of half a coin for ten."""
        named = self.safe_market(trade.get("market"), market)
        return self.safe_trade(
            {
                "info": trade, "id": trade["id"], "timestamp": trade["timestamp"], "symbol": named["symbol"],
                "side": "buy", "amount": "0.5", "price": "20", "cost": "10", "fee": {"cost": "0.01", "currency": "USD"},
            },
            named,
        )  # fmt: skip

    def fetch2(self, path: str, api: Any = None, method: str = "GET", params: Any = None, config: Any = None) -> Any:  # noqa: ARG002 -- ccxt's signature
        """In place of HTTP."""
        shelf = self.shelves[path] if path in self.shelves else next(iter(self.shelves.values()))
        page = shelf.by_time(Ask(params["since"], params.get("until"), limit=params["limit"]))
        return [dict(row) for row in page.rows]


@contextmanager
def memory_exchange(
    shelves: dict[str, Shelf],
    *,
    needs_symbol: bool = False,
    days_back: int | None = None,
    offers: dict[str, Any] | None = None,
    held: dict[str, str] | None = None,
) -> Iterator[str]:
    """Let ccxt know a venue with these shelves, by market, while the block runs; its ccxt id."""
    told = {
        "shelves": shelves, "needs_symbol": needs_symbol, "days_back": days_back, "offers": offers or {},
        "held": held or {},
    }  # fmt: skip
    ccxt.memory = type("memory", (MemoryExchange,), told)
    ccxt.exchanges.append("memory")
    try:
        yield "memory"
    finally:
        ccxt.exchanges.remove("memory")
        del ccxt.memory
