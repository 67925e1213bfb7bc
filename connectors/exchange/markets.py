"""Which markets an account may have traded in, for venues that answer market by market.

Belongs here: the walk over markets, and taking their names apart. Does not belong here: asking for trades.
"""

from collections.abc import Iterator
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from connectors.exchange.feeds import Session
from connectors.exchange.paging import Entry
from connectors.exchange.reading import UnreadableRowError
from connectors.exchange.trades import Pair, split_symbol
from connectors.raw import RawStore

_STREAMS = ("deposits", "withdrawals", "conversions", "ledger", "trades")


class MarketWalk:
    """Every spot market of every asset that the account ever touched, delisted ones too, to a fixed point.

    Trades that are found while walking touch more assets, whose markets are walked as well.
    """

    def __init__(self, session: Session) -> None:
        self._session = session
        self._markets: dict[str, Any] = session.client.exchange.markets or {}

    def symbols(self) -> Iterator[str]:
        """Unified symbols, each once."""
        touched = self._session.touched
        touched |= assets_in_raw(self._session.store, self._session.account.name)
        done: set[str] = set()
        while todo := sorted((set(self._session.account.symbols) | self._of(touched)) - done):
            for symbol in todo:
                done.add(symbol)
                yield symbol

    def _of(self, touched: set[str]) -> set[str]:
        return {
            symbol
            for symbol, market in self._markets.items()
            if market.get("spot") and (market.get("base") in touched or market.get("quote") in touched)
        }


def assets_in_raw(store: RawStore, account: str) -> set[str]:
    """Every asset that any row of the account moved."""
    assets: set[str] = set()
    for stream in _STREAMS:
        for file in store.files(account, stream):
            table = pq.read_table(file.path, columns=["postings"])
            if table.num_rows:
                postings = pc.list_flatten(table["postings"].combine_chunks())
                names = pc.struct_field(postings, "asset") if len(postings) else pa.array([], pa.string())
                assets.update(name for name in pc.unique(names).to_pylist() if name)
    return assets


def pair_of(exchange: Any, entry: Entry) -> Pair:
    """Base and quote of a trade, by its market or its symbol. Raises `UnreadableRowError`."""
    symbol = entry.get("symbol")
    market = (exchange.markets or {}).get(symbol) or {}
    if market.get("base") and market.get("quote"):
        return market["base"], market["quote"]
    if symbol and "/" in symbol:
        return split_symbol(symbol)
    info = entry.get("info")
    name = str(symbol or (info.get("symbol") or info.get("pair") if isinstance(info, dict) else ""))
    return split_id(exchange, name)


def split_id(exchange: Any, name: str) -> Pair:
    """Base and quote of a market that the venue lists no more, by its id (`XYZUSDT`), both being known assets.

    Raises `UnreadableRowError` where no cut, or more than one, gives two known assets.
    """
    known: dict[str, str] = {}
    for currency in (exchange.currencies or {}).values():
        if currency.get("code"):
            info = currency.get("info") if isinstance(currency.get("info"), dict) else {}
            for spelled in (currency.get("id"), currency["code"], info.get("altname")):
                if spelled:
                    known[str(spelled)] = currency["code"]
    pairs = {
        (known[name[:cut]], known[name[cut:]])
        for cut in range(1, len(name))
        if name[:cut] in known and name[cut:] in known
    }
    if len(pairs) != 1:
        raise UnreadableRowError(f"the market {name!r} is not listed, and its name does not tell base and quote")
    return pairs.pop()
