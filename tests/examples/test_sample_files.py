"""The sample book as a whole: written again it is the same, small, complete, and says what its story says."""

import csv
import re
import subprocess
import sys
from collections import defaultdict
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

COINS = [
    "BTC", "ALPH", "KAS", "ETC", "LTC", "DOGE", "RXD", "BCH", "CKB", "HNS", "KDA", "SC", "ALEO", "FB", "XMR", "SCP",
    "BELLS", "XTM", "ZEC", "INI", "ETH", "BNB", "USDT", "USDC",
]  # fmt: skip
KRAKEN_CODES = {"XBT": "BTC", "XDG": "DOGE"}
LAST_DAY = date(2026, 11, 20)
MIB = 1 << 20


def _written(root: Path) -> dict[str, bytes]:
    """What make_sample.py writes: all but the wallet, which is a recording."""
    venues = [path for path in root.glob("venues/**/*.json") if path.parent.name != "wallet"]
    paths = [*venues, root / "imports" / "pool.csv", root / "prices.csv"]
    return {path.relative_to(root).as_posix(): path.read_bytes() for path in paths}


def test_make_sample__run_again__writes_the_bytes_in_the_tree(examples: Path, tmp_path: Path) -> None:
    subprocess.run([sys.executable, str(examples / "make_sample.py"), str(tmp_path)], check=True, capture_output=True)
    again, here = _written(tmp_path), _written(examples)
    assert sorted(again) == sorted(here)
    assert [name for name in here if again[name] != here[name]] == []


def test_sample__size_of_all_files__is_small(examples: Path) -> None:
    assert sum(len(content) for content in _written(examples).values()) < 6 * MIB


def test_sample__recording_of_the_wallet__is_small(examples: Path) -> None:
    assert (examples / "venues" / "wallet" / "node.json").stat().st_size < MIB


def _kraken_code(kraken: Any, asset: str) -> str:
    name: str = kraken.read("Assets")[asset]["altname"].removesuffix(".B")
    return KRAKEN_CODES.get(name, name).replace("ZUSD", "USD")


def _moved(kraken: Any, binance: Any, pool: list[dict[str, str]]) -> dict[str, date]:
    """Every coin that any account moved, and the day of the first time."""
    first: dict[str, date] = {}

    def note(coin: str, day: date) -> None:
        if coin and coin != "USD":
            first[coin] = min(day, first.get(coin, day))

    for row in kraken.read("Ledgers").values():
        note(_kraken_code(kraken, row["asset"]), _day(int(row["time"])))
    symbols = {row["symbol"]: (row["baseAsset"], row["quoteAsset"]) for row in binance.read("exchangeInfo")["symbols"]}
    for symbol in binance.names("myTrades"):
        for row in binance.read(f"myTrades/{symbol}"):
            for coin in (*symbols[symbol], row["commissionAsset"]):
                note(coin, _day(row["time"] // 1000))
    for row in pool:
        for column in ("Sent Currency", "Received Currency", "Fee Currency"):
            note(row[column], date.fromisoformat(row["Date"][:10]))
    return first


def _day(seconds: int) -> date:
    return datetime.fromtimestamp(seconds, tz=UTC).date()


def test_sample__coins__are_all_there(kraken: Any, binance: Any, pool: list[dict[str, str]]) -> None:
    assert sorted(_moved(kraken, binance, pool)) == sorted(COINS)


def test_sample__every_coin_on_every_day_from_its_first__has_a_price(
    examples: Path, kraken: Any, binance: Any, pool: list[dict[str, str]]
) -> None:
    known: dict[str, set[date]] = defaultdict(set)
    with (examples / "prices.csv").open(newline="") as file:
        for row in csv.DictReader(file):
            assert Decimal(row["price_usd"]) > 0
            known[row["asset"]].add(date.fromisoformat(row["at"]))
    for name in kraken.names("OHLC/1440"):
        base = kraken.read("AssetPairs")[name]["base"]
        known[_kraken_code(kraken, base)] |= {_day(row[0]) for row in kraken.read(f"OHLC/1440/{name}")}
    for name in binance.names("klines/1d"):
        known[name.removesuffix("USDT")] |= {_day(row[0] // 1000) for row in binance.read(f"klines/1d/{name}")}
    for coin, first in _moved(kraken, binance, pool).items():
        days = {first + timedelta(days=number) for number in range((LAST_DAY - first).days + 1)}
        assert sorted(days - known[coin]) == [], coin


def test_kraken__orders_of_the_story_with_a_plain_amount__are_filled_to_that_amount(
    examples: Path, kraken: Any
) -> None:
    pairs = kraken.read("AssetPairs")
    filled: dict[tuple[str, str, str], Decimal] = defaultdict(Decimal)
    for row in kraken.read("TradesHistory").values():
        base, quote = pairs[row["pair"]]["wsname"].split("/")
        market = f"{KRAKEN_CODES.get(base, base)} {KRAKEN_CODES.get(quote, quote)}"
        minute = datetime.fromtimestamp(int(row["time"]), tz=UTC)
        filled[f"{minute:%Y-%m-%d %H:%M}", row["type"], market] += Decimal(row["vol"])
    orders = re.findall(
        r"^(\d{4}-\d\d-\d\d \d\d:\d\d) kraken (buy|sell) ([\d.]+) (\w+ \w+)",
        (examples / "generator" / "story.txt").read_text(),
        re.MULTILINE,
    )
    assert len(orders) > 50
    for minute, side, quantity, market in orders:
        assert filled[minute, side, market] == Decimal(quantity), (minute, side, market)
