"""Reading a venue's folder, and keeping its rows in order of time."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import ccxt
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from connectors.replay.transport import attach
from connectors.replay.venue import History, ReplayDataError, read_folder
from connectors.replay.venues import open_venue
from support.venues.binance_history import binance_history
from support.venues.coinbase_history import coinbase_history
from support.venues.kraken_history import kraken_history

HISTORIES: dict[str, Callable[[int], dict[str, Any]]] = {
    "kraken": kraken_history,
    "binance": binance_history,
    "coinbase": coinbase_history,
}


def _write(folder: Path, files: dict[str, Any]) -> None:
    for name, content in files.items():
        path = folder / f"{name}.json"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps(content), encoding="utf-8")


@pytest.mark.parametrize("name", HISTORIES)
def test_open_venue__a_written_folder__answers_ccxt_without_keys(name: str, tmp_path: Path) -> None:
    _write(tmp_path, HISTORIES[name](12))
    exchange = getattr(ccxt, name)({"enableRateLimit": False})
    attach(exchange, open_venue(name, tmp_path))
    exchange.load_markets()
    symbols = [symbol for symbol in exchange.symbols if name == "binance"] or [None]
    trades = [trade for symbol in symbols for trade in exchange.fetch_my_trades(symbol)]
    assert len(trades) == 12


def test_read_folder__any_depth__names_files_by_their_path(tmp_path: Path) -> None:
    files = {"account": {"balances": []}, "klines/1d/BTCUSDT": [[1, "2"]]}
    _write(tmp_path, files)
    (tmp_path / "README.md").write_text("not data", encoding="utf-8")
    assert read_folder(tmp_path) == files


def test_read_folder__broken_json__says_which_file(tmp_path: Path) -> None:
    (tmp_path / "Assets.json").write_text("{", encoding="utf-8")
    with pytest.raises(ReplayDataError, match=r"Assets\.json is not JSON"):
        read_folder(tmp_path)


def test_read_folder__no_folder__says_so(tmp_path: Path) -> None:
    with pytest.raises(ReplayDataError, match="is not a folder"):
        read_folder(tmp_path / "missing")


def test_open_venue__an_exchange_without_a_replay__says_which_there_are(tmp_path: Path) -> None:
    with pytest.raises(ReplayDataError, match="bitstamp can not be replayed"):
        open_venue("bitstamp", tmp_path)


def test_open_venue__rows_in_the_wrong_shape__say_which_file(tmp_path: Path) -> None:
    _write(tmp_path, {"TradesHistory": []})
    with pytest.raises(ReplayDataError, match=r"TradesHistory\.json"):
        open_venue("kraken", tmp_path)


def test_history__a_row_without_time__is_refused() -> None:
    with pytest.raises(ReplayDataError, match="no time"):
        History([{"id": 1}], lambda row: row["time"])


TIMES = st.lists(st.integers(0, 30), max_size=40)
BOUNDS = st.one_of(st.none(), st.integers(-1, 31))


@settings(deadline=None)
@given(first=TIMES, late=TIMES, start=BOUNDS, end=BOUNDS, after=st.booleans())
def test_history_between__any_rows_and_bounds__is_a_filter_over_all_rows(
    *, first: list[int], late: list[int], start: int | None, end: int | None, after: bool
) -> None:
    rows = [{"time": at, "number": number} for number, at in enumerate([*first, *late])]
    history = History(rows[: len(first)], lambda row: row["time"])
    for row in rows[len(first) :]:
        history.add(row)
    expected = [
        row
        for row in sorted(rows, key=lambda row: row["time"])
        if (start is None or (row["time"] > start if after else row["time"] >= start))
        and (end is None or row["time"] <= end)
    ]
    assert list(history.between(start, end, after=after)) == expected
    assert len(history) == len(rows)
