"""What venues do instead of answering: what is asked again, what ends a stream, and what the person is told."""

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from connectors.exchange.account import ExchangeAccount
from connectors.exchange.connector import ExchangeConnector
from connectors.replay.binance import Binance
from connectors.replay.coinbase import Coinbase
from connectors.replay.kraken import Kraken
from connectors.replay.venue import Answer, Request, Venue
from support.venues import faults
from support.venues.binance_history import binance_history
from support.venues.coinbase_history import coinbase_history
from support.venues.kraken_history import kraken_history

from .conftest import KEY, SECRET

NOW = datetime(2024, 12, 1, tzinfo=UTC)
VENUES: dict[str, Callable[[], Venue]] = {
    "kraken": lambda: Kraken(kraken_history(120), now=lambda: NOW),
    "binance": lambda: Binance(binance_history(120), now=lambda: NOW),
    "coinbase": lambda: Coinbase(coinbase_history(120), now=lambda: NOW),
}
TRADES = {"kraken": "TradesHistory", "binance": "myTrades", "coinbase": "fills"}

Open = Callable[..., Any]
every_venue = pytest.mark.parametrize("exchange", VENUES)


@every_venue
@pytest.mark.parametrize(
    "fault",
    [
        faults.server_error(502),
        faults.server_error(500, "Internal Server Error"),
        faults.no_answer,
        faults.cut_in_body,
        faults.truncated_json,
        pytest.param("maintenance", id="maintenance"),
        pytest.param("rate_limit", id="rate_limit"),
    ],
)
def test_fault__that_passes__costs_no_row(open_desk: Open, exchange: str, fault: Any) -> None:
    strikes = getattr(faults, fault)(exchange) if isinstance(fault, str) else fault
    with open_desk(exchange, VENUES[exchange]()) as desk:
        desk.server.order(strikes, endpoint=TRADES[exchange], after=1, times=2)
        trades = desk.sync(NOW)["trades"]
        assert (trades.outcome, trades.error) == ("ok", None)
        ids = desk.ids("trades")
        assert len(ids) == len(set(ids)) == 120
        assert len(desk.waits) == 2


@every_venue
@pytest.mark.parametrize("fault", [faults.server_error(503), faults.truncated_json, faults.no_answer])
def test_fault__that_stays__fails_the_stream_not_the_others(open_desk: Open, exchange: str, fault: Any) -> None:
    with open_desk(exchange, VENUES[exchange]()) as desk:
        desk.server.order(fault, endpoint=TRADES[exchange], after=1, times=1000)
        streams = desk.sync(NOW)
        assert streams["trades"].outcome == "failed"
        assert "The next sync asks again" in streams["trades"].error
        assert {stream.outcome for name, stream in streams.items() if name != "trades"} <= {"ok", "not_offered"}
        assert len(desk.waits) == 6
        assert all(0 < wait <= 61 for wait in desk.waits)
        covered = desk.store.covered(exchange, "trades")
        if exchange == "binance":
            assert len(covered) == 1  # of eight markets
        else:
            assert covered[""][0].start > datetime(2024, 1, 1, tzinfo=UTC)  # a page of 2024, not all since the opening


@every_venue
def test_failed_stream__next_night__completes_without_doubles(open_desk: Open, exchange: str) -> None:
    with open_desk(exchange, VENUES[exchange]()) as desk:
        desk.server.order(faults.server_error(), endpoint=TRADES[exchange], after=1, times=7)
        assert desk.sync(NOW)["trades"].outcome == "failed"
        assert desk.sync(NOW + timedelta(days=1))["trades"].outcome == "ok"
        ids = desk.ids("trades")
        assert len(ids) == len(set(ids)) == 120


def test_rate_limit__with_retry_after__waits_that_long(open_desk: Open) -> None:
    with open_desk("binance", VENUES["binance"]()) as desk:
        desk.server.order(faults.rate_limit("binance", retry_after_seconds=17), endpoint="myTrades")
        desk.server.order(faults.ban(retry_after_seconds=240), endpoint="myTrades")
        assert desk.sync(NOW)["trades"].outcome == "ok"
        assert desk.waits == [17, 240]


def test_ban__longer_than_a_night_can_wait__says_how_long(open_desk: Open) -> None:
    with open_desk("binance", VENUES["binance"]()) as desk:
        desk.server.order(faults.ban(retry_after_seconds=7200), endpoint="myTrades", times=100)
        trades = desk.sync(NOW)["trades"]
        assert trades.outcome == "failed"
        assert "asks to wait 7200 seconds" in trades.error
        assert desk.waits == []


@every_venue
def test_bad_key__is_refused_with_what_to_do(open_desk: Open, exchange: str) -> None:
    with open_desk(exchange, VENUES[exchange]()) as desk:
        desk.server.order(faults.bad_key(exchange), endpoint=TRADES[exchange], times=100)
        trades = desk.sync(NOW)["trades"]
        assert trades.outcome == "failed"
        assert f"key of account '{exchange}'" in trades.error
        assert "Check the key" in trades.error
        assert desk.waits == []


@pytest.mark.parametrize("exchange", ["kraken", "coinbase"])
def test_missing_permission__names_it(open_desk: Open, exchange: str) -> None:
    with open_desk(exchange, VENUES[exchange]()) as desk:
        desk.server.order(faults.missing_permission(exchange), endpoint=TRADES[exchange], times=100)
        error = desk.sync(NOW)["trades"].error
        assert {"kraken": "Query closed orders & trades", "coinbase": "fills"}[exchange] in error
        assert desk.waits == []


@pytest.mark.parametrize("exchange", ["kraken", "binance"])
def test_stale_nonce__passes_or_is_explained(open_desk: Open, exchange: str) -> None:
    with open_desk(exchange, VENUES[exchange]()) as desk:
        desk.server.order(faults.stale_nonce(exchange), endpoint=TRADES[exchange], after=1)
        assert desk.sync(NOW)["trades"].outcome == "ok"
        desk.server.order(faults.stale_nonce(exchange), endpoint=TRADES[exchange], times=100)
        error = desk.sync(NOW + timedelta(days=1))["trades"].error
        assert "Set this machine's clock" in error


def test_answer__of_another_shape__is_not_taken_for_no_rows(open_desk: Open) -> None:
    def odd(_request: Request, _ask: Any) -> Answer:
        return Answer(200, b'{"error":[],"result":{"surprise":true}}', {"Content-Type": "application/json"})

    with open_desk("kraken", VENUES["kraken"]()) as desk:
        desk.server.order(odd, endpoint="TradesHistory", times=100)
        desk.server.order(odd, endpoint="DepositStatus", times=100)
        streams = desk.sync(NOW)
        assert streams["trades"].outcome == "failed"
        assert streams["deposits"].outcome == "failed"
        assert desk.store.covered("kraken", "trades") == {}


def test_page_for_people__with_status_200__is_not_taken_for_no_rows(open_desk: Open) -> None:
    def page(_request: Request, _ask: Any) -> Answer:
        return Answer(200, b"<html><h1>We will be right back</h1></html>", {"Content-Type": "text/html"})

    with open_desk("kraken", VENUES["kraken"]()) as desk:
        desk.server.order(page, endpoint="TradesHistory", times=100)
        trades = desk.sync(NOW)["trades"]
        assert trades.outcome == "failed"
        assert "page for people" in trades.error


def test_venue__that_is_down__fails_every_stream_after_one_round_of_retries(open_desk: Open) -> None:
    with open_desk("kraken", VENUES["kraken"]()) as desk:
        desk.server.order(faults.server_error(), times=10_000)
        streams = desk.sync(NOW)
        assert {stream.outcome for name, stream in streams.items()} == {"failed"}
        assert desk.server.count() == 7


def test_exchange__that_ccxt_does_not_know__fails_with_a_sentence(open_desk: Open) -> None:
    with open_desk("kraken", VENUES["kraken"]()) as desk:
        account = ExchangeAccount("old", "mtgox", api_key=KEY)
        report = ExchangeConnector(account).sync(desk.store, now=NOW)
    assert {stream.outcome for stream in report.streams} == {"failed"}
    assert "'mtgox' is not an exchange" in str(report.streams[0].error)


@every_venue
def test_secrets__whatever_fails__are_in_no_file_error_or_repr(open_desk: Open, exchange: str, tmp_path: Path) -> None:
    def echo(request: Request, _ask: Any) -> Answer:
        text = json.dumps({"error": [f"EGeneral:odd {KEY} {SECRET}", request.headers], "msg": f"{KEY}/{SECRET}"})
        return Answer(400, text.encode(), {"Content-Type": "application/json"})

    with open_desk(exchange, VENUES[exchange]()) as desk:
        desk.server.order(echo, endpoint=TRADES[exchange], times=100)
        report = desk.report(NOW)
        shown = repr(report) + repr(desk.connector().exchange_account) + repr(desk.check(NOW))
    assert "failed" in repr(report)
    for secret in (KEY, SECRET):
        assert secret not in shown
        for path in tmp_path.rglob("*.parquet"):
            assert secret.encode() not in path.read_bytes()
    for row in desk.rows("attempts"):
        assert KEY not in str(row)
        assert SECRET not in str(row)


def test_secret__that_a_venue_puts_into_a_row__is_hidden_in_its_payload(open_desk: Open) -> None:
    files = kraken_history(1)
    next(iter(files["TradesHistory"].values()))["misc"] = f"made with {KEY}"
    with open_desk("kraken", Kraken(files, now=lambda: NOW)) as desk:
        desk.sync(NOW)
        (row,) = desk.rows("trades")
    assert KEY not in row["payload"]
    assert "made with ***" in row["payload"]
