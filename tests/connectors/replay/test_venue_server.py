"""The loopback server itself: what it logs, whom its faults strike, and that it tells the same as the transport."""

import json
from collections.abc import Mapping
from typing import Any

import ccxt
import pytest
import requests

from connectors.replay.binance import Binance
from connectors.replay.kraken import Kraken
from connectors.replay.venue import Request
from support.venues import faults
from support.venues.binance_history import binance_history
from support.venues.exchange import make_exchange
from support.venues.kraken_history import kraken_history
from support.venues.server import point, serve


def test_server_log__after_some_requests__has_endpoint_parameters_and_count() -> None:
    with serve(Kraken(kraken_history(60))) as server:
        exchange = make_exchange("kraken")
        point(exchange, server)
        exchange.fetch_my_trades(since=1_704_000_000_000)
        exchange.fetch_my_trades(params={"ofs": 50})
        assert server.count("TradesHistory") == 2
        assert server.asked("TradesHistory") == [{"start": "1704000000"}, {"ofs": "50"}]
        assert {entry.endpoint for entry in server.log} == {
            "/0/public/Assets",
            "/0/public/AssetPairs",
            "/0/private/TradesHistory",
        }
        assert {entry.status for entry in server.log} == {200}
        exchange.session.close()


def test_server_order__for_an_endpoint_after_some__strikes_only_that() -> None:
    with serve(Kraken(kraken_history(1))) as server:
        exchange = make_exchange("kraken")
        point(exchange, server)
        exchange.load_markets()
        server.order(faults.rate_limit("kraken"), endpoint="TradesHistory", after=1, times=2)
        outcomes: list[int | str] = []
        for ask in (exchange.fetch_my_trades, exchange.fetch_ledger) + (exchange.fetch_my_trades,) * 3:
            try:
                outcomes.append(len(ask()))
            except ccxt.DDoSProtection:
                outcomes.append("limited")
        assert outcomes == [1, 1, "limited", "limited", 1]
        exchange.session.close()


def test_server_cut__is_logged_as_cut() -> None:
    with serve(Kraken(kraken_history(1))) as server:
        server.order(faults.no_answer)
        with pytest.raises(requests.ConnectionError):
            requests.get(server.url + "/0/public/Time", timeout=5)
        assert [entry.status for entry in server.log] == [0]


def test_point__every_url_of_ccxts_binance__keeps_its_path() -> None:
    with serve(Binance(binance_history(0))) as server:
        exchange = make_exchange("binance")
        paths = {name: url.split("/", 3)[3] for name, url in exchange.urls["api"].items()}
        point(exchange, server)
        assert exchange.urls["api"] == {name: f"{server.url}/{path}" for name, path in paths.items()}


def test_server__a_hundred_thousand_trades__any_page_is_quick() -> None:
    venue = Kraken(kraken_history(100_000))
    seen: set[str] = set()
    for offset in (0, 50_000, 99_950):
        answer = venue.answer(
            Request("POST", "/0/private/TradesHistory", {}, f"nonce=1&ofs={offset}", {"api-key": "k", "api-sign": "s"})
        )
        result: Mapping[str, Any] = json.loads(answer.body)["result"]
        assert result["count"] == 100_000
        seen |= set(result["trades"])
    assert len(seen) == 150
