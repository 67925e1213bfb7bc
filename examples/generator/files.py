"""All files of the sample book, as names and bytes.

Belongs here: which files there are, and how compactly they are written. Does not belong here: their content.
"""

import json
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from generator.binance import binance_files
from generator.book import Book
from generator.events import Event
from generator.kraken import kraken_files
from generator.market import FIRST_DAY, LAST_DAY, Market, rounded, usd_decimals
from generator.pool import pool_file
from generator.story import read_steps

_HERE = Path(__file__).resolve().parent

_KRAKEN_KNOWS_FROM = date(2024, 12, 1)
_NO_MARKET = ("ALPH", "RXD", "HNS", "KDA", "ALEO", "FB", "SCP", "BELLS", "XTM", "INI")
"""Coins that neither venue of the sample lists: priced by `prices.csv` alone."""

_LISTED = (
    "BTC", "ETH", "BNB", "LTC", "DOGE", "BCH", "ETC", "XMR", "ZEC", "SC", "CKB", "KAS", "USDT", "USDC",
)  # fmt: skip
"""Coins whose way to dollars is at Kraken, which answers for 720 days: `prices.csv` has the days before."""


def sample_events(market: Market) -> list[Event]:
    """The whole story, acted out."""
    return Book(market).act(read_steps(_HERE / "story.txt"))


def sample_market() -> Market:
    """The market in which the story happens."""
    return Market(_HERE / "anchors.csv")


def sample_files() -> dict[str, bytes]:
    """Path below `examples/` to content; the same bytes at every call, on every machine."""
    market = sample_market()
    events = sample_events(market)
    mine = {name: [event for event in events if event.account == name] for name in ("kraken", "binance", "pool")}
    files = {f"venues/kraken/{name}": content for name, content in kraken_files(mine["kraken"], market).items()}
    files |= {f"venues/binance/{name}": content for name, content in binance_files(mine["binance"], market).items()}
    return {
        **{name: _rows_as_lines(content) for name, content in files.items()},
        "imports/pool.csv": pool_file(mine["pool"]).encode(),
        "prices.csv": _prices(market).encode(),
    }


def _prices(market: Market) -> str:
    lines = ["asset,at,price_usd"]
    for asset in sorted((*_NO_MARKET, *_LISTED)):
        day = max(FIRST_DAY, market.first_day(asset))
        end = LAST_DAY if asset in _NO_MARKET else _KRAKEN_KNOWS_FROM - timedelta(days=1)
        while day <= end:
            price = market.close(asset, day)
            lines.append(f"{asset},{day},{rounded(price, usd_decimals(price)):f}")
            day += timedelta(days=1)
    return "\n".join(lines) + "\n"


def _rows_as_lines(content: Any) -> bytes:
    """JSON with one row of a list or object on each line: small, and readable in a diff."""
    if isinstance(content, list):
        body = ",\n".join(_json(row) for row in content)
        return f"[\n{body}\n]\n".encode()
    body = ",\n".join(f"{json.dumps(key)}:{_json(value)}" for key, value in content.items())
    return f"{{\n{body}\n}}\n".encode()


def _json(value: Any) -> str:
    return json.dumps(value, separators=(",", ":"))
