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


LIKELY_QUOTES = ("USDT", "BTC", "ETH", "BNB", "BUSD", "USDC", "FDUSD", "TUSD")
"""What a coin was traded against whose markets are all gone."""


class MarketWalk:
    """Every spot market of every asset that the account ever touched, to a fixed point.

    Trades that are found while walking touch more assets, whose markets are walked as well. A venue that keeps a
    delisted market in its list is asked for it as for any other; for a coin without any market left the likely ones
    are guessed (`guesses_delisted`), which is for venues that still answer for them.
    """

    def __init__(self, session: Session, *, guesses_delisted: bool = False) -> None:
        self._session = session
        self._guesses_delisted = guesses_delisted
        self._markets: dict[str, Any] = {
            symbol: market for symbol, market in (session.client.exchange.markets or {}).items() if market.get("spot")
        }
        self._listed = {market[side] for market in self._markets.values() for side in ("base", "quote")}

    def symbols(self) -> Iterator[str]:
        """Unified symbols, each once."""
        touched = touched_assets(self._session)
        done: set[str] = set()
        while todo := sorted((set(self._session.account.symbols) | self._of(touched)) - done):
            for symbol in todo:
                done.add(symbol)
                yield symbol

    def _of(self, touched: set[str]) -> set[str]:
        listed = {
            symbol
            for symbol, market in self._markets.items()
            if market.get("base") in touched or market.get("quote") in touched
        }
        if not self._guesses_delisted:
            return listed
        return listed | {f"{coin}/{quote}" for coin in touched - self._listed for quote in LIKELY_QUOTES}


def asset_walk(session: Session) -> Iterator[str]:
    """Every asset that the account ever touched, also those that are found while walking."""
    touched = touched_assets(session)
    done: set[str] = set()
    while todo := sorted(touched - done):
        for asset in todo:
            done.add(asset)
            yield asset


def touched_assets(session: Session) -> set[str]:
    """The session's set of assets, which grows as it syncs, with those that raw has already."""
    session.touched |= assets_in_raw(session.store, session.account.name)
    return session.touched


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
