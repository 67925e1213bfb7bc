"""The real ccxt class against a replayed Kraken. Expected: Kraken's API reference and the rows that were put in."""

from datetime import UTC, datetime
from typing import Any

import ccxt
import pytest

from connectors.replay.kraken import Kraken
from support.venues.kraken_history import kraken_history, kraken_markets, kraken_trade

SECRET = "aW4gYmFzZTY0LCBhcyBLcmFrZW4gZ2l2ZXMgaXQ="
SECOND = 1_700_000_000
"""2023-11-14T22:13:20Z."""

Connect = Any


def _clock(second: int) -> Any:
    return lambda: datetime.fromtimestamp(second, tz=UTC)


def _transfers(count: int) -> list[dict[str, Any]]:
    """One a second from SECOND on, named D0, D1, ..."""
    return [
        {
            "method": "Bitcoin",
            "aclass": "currency",
            "asset": "XXBT",
            "refid": f"D{number}",
            "txid": f"{number:064x}",
            "info": "bc1q",
            "amount": f"0.{number + 1:08d}",
            "fee": "0.0000000000",
            "time": SECOND + number,
            "status": "Success",
        }
        for number in range(count)
    ]


def _entry(number: int, **fields: Any) -> dict[str, Any]:
    return {
        "refid": f"R{number}",
        "time": SECOND + number,
        "type": "deposit",
        "subtype": "",
        "aclass": "currency",
        "asset": "XXBT",
        "amount": "1.0000000000",
        "fee": "0.0000000000",
        "balance": "1.0000000000",
    } | fields


def test_kraken_markets__odd_names__are_known_to_ccxt(connect: Connect) -> None:
    exchange = connect("kraken", Kraken(kraken_markets()))
    exchange.load_markets()
    assert exchange.markets["BTC/USD"]["id"] == "XXBTZUSD"
    assert exchange.markets["DOGE/USD"]["baseId"] == "DOGE"
    assert {"BTC", "DOGE", "ETH.S", "DOT.F", "USD"} <= set(exchange.currencies)


def test_kraken_trades__120_of_them__come_by_50_newest_first_with_the_venues_digits(connect: Connect) -> None:
    files = kraken_history(120)
    exchange = connect("kraken", Kraken(files))
    pages = [exchange.fetch_my_trades(params={"ofs": offset}) for offset in (0, 50, 100, 150)]
    assert [len(page) for page in pages] == [50, 50, 20, 0]
    newest = list(files["TradesHistory"])[-50:]
    assert sorted(trade["id"] for trade in pages[0]) == sorted(newest)
    trades = {trade["id"]: trade for page in pages for trade in page}
    assert set(trades) == set(files["TradesHistory"])
    for key, row in files["TradesHistory"].items():
        assert trades[key]["amount"] == row["vol"]
        assert trades[key]["cost"] == row["cost"]
        assert trades[key]["fee"] == {"cost": row["fee"], "currency": "USD"}


def test_kraken_trades__window__excludes_its_start_and_includes_its_end(connect: Connect) -> None:
    rows = {f"T{second}": kraken_trade(second, (SECOND + second) * 1000) for second in range(5)}
    exchange = connect("kraken", Kraken(kraken_markets() | {"TradesHistory": rows}))
    exchange.load_markets()
    answer = exchange.privatePostTradesHistory({"start": SECOND + 1, "end": SECOND + 3})["result"]
    assert list(answer["trades"]) == ["T3", "T2"]
    assert answer["count"] == 2
    by_id = exchange.privatePostTradesHistory({"start": "T1", "end": "T3", "without_count": "true"})["result"]
    assert list(by_id["trades"]) == ["T3", "T2"]
    assert "count" not in by_id


def test_kraken_trades__related_ledgers__only_come_when_asked_for(connect: Connect) -> None:
    row = kraken_trade(1, SECOND * 1000) | {"ledgers": ["L1", "L2"]}
    exchange = connect("kraken", Kraken(kraken_markets() | {"TradesHistory": {"T1": row}}))
    assert "ledgers" not in exchange.privatePostTradesHistory()["result"]["trades"]["T1"]
    asked = exchange.privatePostTradesHistory({"ledgers": "true"})["result"]["trades"]["T1"]
    assert asked["ledgers"] == ["L1", "L2"]


def test_kraken_trades__later_than_now__are_not_shown(connect: Connect) -> None:
    rows = {f"T{second}": kraken_trade(second, (SECOND + second) * 1000) for second in range(5)}
    venue = Kraken(kraken_markets() | {"TradesHistory": rows}, now=_clock(SECOND + 2))
    assert [trade["id"] for trade in connect("kraken", venue).fetch_my_trades()] == ["T0", "T1", "T2"]


def test_kraken_trades__late_fill__appears_behind_those_already_read(connect: Connect) -> None:
    rows = {f"T{second}": kraken_trade(second, (SECOND + 10 * second) * 1000) for second in range(3)}
    venue = Kraken(kraken_markets() | {"TradesHistory": rows})
    exchange = connect("kraken", venue)
    assert len(exchange.fetch_my_trades()) == 3
    venue.trades.add({"id": "TLATE", **kraken_trade(9, (SECOND + 5) * 1000)})
    assert [trade["id"] for trade in exchange.fetch_my_trades()] == ["T0", "TLATE", "T1", "T2"]


def test_kraken_ledger__filters__by_asset_and_type(connect: Connect) -> None:
    rows = {f"L{number}": _entry(number) for number in range(60)} | {
        "LSTAKE": _entry(70, type="staking", asset="ETH.S", amount="0.0100000000"),
        "LEARN": _entry(71, type="earn", subtype="reward", asset="DOT.F", amount="0.2000000000"),
    }
    exchange = connect("kraken", Kraken(kraken_markets() | {"Ledgers": rows}))
    assert len(exchange.fetch_ledger()) == 50
    assert len(exchange.fetch_ledger(params={"ofs": 50})) == 12
    assert [entry["id"] for entry in exchange.fetch_ledger("ETH.S")] == ["LSTAKE"]
    (reward,) = exchange.fetch_ledger(params={"type": "earn"})
    assert (reward["currency"], reward["amount"], reward["type"]) == ("DOT.F", "0.2000000000", "earn")


def test_kraken_balance__without_its_file__is_what_the_ledger_adds_up_to(connect: Connect) -> None:
    rows = {
        "L1": _entry(1, amount="1.5000000000"),
        "L2": _entry(2, type="withdrawal", amount="-0.5000000000", fee="0.0001000000"),
        "L3": _entry(3, type="staking", asset="ETH.S", amount="0.0100000000"),
        "L4": _entry(9, amount="7.0000000000"),
    }
    venue = Kraken(kraken_markets() | {"Ledgers": rows}, now=_clock(SECOND + 5))
    assert connect("kraken", venue).fetch_balance()["total"] == {"BTC": "0.9999000000", "ETH.S": "0.0100000000"}


def test_kraken_balance__with_its_file__is_the_file(connect: Connect) -> None:
    held = {"XXBT": {"balance": "2.0000000000", "hold_trade": "0.5000000000"}}
    balance = connect("kraken", Kraken(kraken_markets() | {"BalanceEx": held})).fetch_balance()
    assert (balance["BTC"]["total"], balance["BTC"]["used"]) == ("2.0000000000", "0.5000000000")


def test_kraken_deposits__more_than_a_page__are_cut_at_25_unless_a_cursor_is_asked_for(connect: Connect) -> None:
    exchange = connect("kraken", Kraken(kraken_markets() | {"DepositStatus": _transfers(60)}))
    assert [deposit["id"] for deposit in exchange.fetch_deposits()] == [f"D{n}" for n in range(59, 34, -1)]
    seen, cursor = [], "true"
    for _ in range(3):
        page = exchange.privatePostDepositStatus({"cursor": cursor})["result"]
        seen += [row["refid"] for row in page["deposits"]]
        cursor = page["next_cursor"]
    assert seen == [f"D{number}" for number in range(59, -1, -1)]
    assert cursor is None


def test_kraken_deposits__window__includes_both_ends(connect: Connect) -> None:
    exchange = connect("kraken", Kraken(kraken_markets() | {"DepositStatus": _transfers(5)}))
    rows = exchange.privatePostDepositStatus({"start": SECOND + 1, "end": SECOND + 3})["result"]
    assert [row["refid"] for row in rows] == ["D3", "D2", "D1"]


def test_kraken_withdrawals__ccxt_paginates__all_come(connect: Connect) -> None:
    exchange = connect("kraken", Kraken(kraken_markets() | {"WithdrawStatus": _transfers(12)}))
    paged = exchange.fetch_withdrawals("BTC", params={"paginate": True, "limit": 5})
    assert {withdrawal["id"] for withdrawal in paged} == {f"D{number}" for number in range(12)}


def test_kraken_deposits__cursor_of_nobody__is_refused(connect: Connect) -> None:
    exchange = connect("kraken", Kraken(kraken_markets() | {"DepositStatus": _transfers(3)}))
    with pytest.raises(ccxt.ExchangeError, match="Invalid arguments:cursor"):
        exchange.privatePostDepositStatus({"cursor": "nonsense!"})


def test_kraken_candles__more_than_720__only_the_newest_are_there(connect: Connect) -> None:
    days = [[86_400 * day, "1.0", "2.0", "0.5", "1.5", "1.2", "10.0", 3] for day in range(19_000, 20_000)]
    venue = Kraken(kraken_markets() | {"OHLC/1440/XXBTZUSD": days}, now=_clock(86_400 * 20_000))
    exchange = connect("kraken", venue)
    candles = exchange.fetch_ohlcv("BTC/USD", "1d", since=86_400_000 * 19_000)
    assert [candles[0][0], candles[-1][0], len(candles)] == [86_400_000 * 19_280, 86_400_000 * 19_999, 720]
    recent = exchange.fetch_ohlcv("BTC/USD", "1d", since=86_400_000 * 19_990)
    assert recent[0][:2] == [86_400_000 * 19_990, "1.0"]


@pytest.mark.parametrize(
    ("key", "secret", "error", "says"),
    [
        ("key", "bm90IHRoYXQgb25l", ccxt.ExchangeError, "EAPI:Invalid signature"),
        ("another", SECRET, ccxt.AuthenticationError, "EAPI:Invalid key"),
    ],
)
def test_kraken_key__wrong__is_refused(connect: Connect, key: str, secret: str, error: type, says: str) -> None:
    exchange = connect("kraken", Kraken(kraken_markets(), api_key="key", secret=SECRET), key=key, secret=secret)
    with pytest.raises(error, match=says):
        exchange.fetch_balance()


def test_kraken_key__right__is_answered(connect: Connect) -> None:
    exchange = connect("kraken", Kraken(kraken_history(1), api_key="key", secret=SECRET), secret=SECRET)
    assert len(exchange.fetch_my_trades()) == 1
    assert exchange.fetch_ledger()[0]["amount"] == "9000000.0000"


def test_kraken_key__without_a_permission__is_refused_that_and_nothing_else(connect: Connect) -> None:
    files = kraken_history(1) | {"GetApiKeyInfo": {"permissions": ["query-funds", "withdraw-funds"]}}
    exchange = connect("kraken", Kraken(files))
    assert exchange.privatePostGetApiKeyInfo()["result"]["permissions"] == ["query-funds", "withdraw-funds"]
    assert len(exchange.fetch_deposits()) == 1
    with pytest.raises(ccxt.PermissionDenied):
        exchange.fetch_ledger()
    with pytest.raises(ccxt.PermissionDenied):
        exchange.fetch_my_trades()


def test_kraken__what_it_does_not_know__is_refused_in_its_words(connect: Connect) -> None:
    exchange = connect("kraken", Kraken(kraken_markets()))
    with pytest.raises(ccxt.ExchangeError, match="EGeneral:Unknown method"):
        exchange.privatePostOpenOrders()
    with pytest.raises(ccxt.BadSymbol, match="EQuery:Unknown asset"):
        exchange.privatePostLedgers({"asset": "NOPE"})


def test_kraken__status_time_and_fees__are_answered(connect: Connect) -> None:
    exchange = connect("kraken", Kraken(kraken_markets(), now=_clock(SECOND)))
    assert exchange.fetch_status()["status"] == "ok"
    assert exchange.fetch_time() == SECOND * 1000
    fee = exchange.fetch_trading_fee("BTC/USD")
    assert (fee["taker"], fee["maker"]) == ("0.004", "0.004")
