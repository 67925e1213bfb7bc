"""The real ccxt class against a replayed Binance. Expected: Binance's API documents and the rows that were put in."""

from datetime import UTC, datetime
from typing import Any

import ccxt
import pytest

from connectors.replay.binance import Binance
from support.venues.binance_history import binance_fill, binance_history, binance_markets

DAY = 86_400_000
AT = 1_700_000_000_000
"""2023-11-14T22:13:20Z in milliseconds."""

Connect = Any


def _clock(at_ms: int) -> Any:
    return lambda: datetime.fromtimestamp(at_ms / 1000, tz=UTC)


def _fills(times: list[int]) -> dict[str, Any]:
    return binance_markets() | {"myTrades/BTCUSDT": [binance_fill(number, at) for number, at in enumerate(times)]}


def _ids(trades: list[Any]) -> list[int]:
    """Numbers from 0 on, as `_fills` gave them."""
    return [int(trade["id"]) - 1_000_000 for trade in trades]


def _deposit(number: int, at: int, **fields: Any) -> dict[str, Any]:
    return {
        "id": f"d{number}",
        "amount": "1.5",
        "coin": "BTC",
        "network": "BTC",
        "status": 1,
        "address": "bc1q",
        "addressTag": "",
        "txId": f"{number:064x}",
        "insertTime": at,
        "transferType": 0,
        "confirmTimes": "2/2",
    } | fields


def _withdrawal(number: int, apply_time: str, **fields: Any) -> dict[str, Any]:
    return {
        "id": f"w{number}",
        "amount": "0.5",
        "transactionFee": "0.0002",
        "coin": "BTC",
        "status": 6,
        "address": "bc1q",
        "txId": f"{number:064x}",
        "applyTime": apply_time,
        "network": "BTC",
        "transferType": 0,
    } | fields


def _conversion(number: int, at: int) -> dict[str, Any]:
    return {
        "quoteId": f"q{number}",
        "orderId": 940_708_407_462_087_195 + number,
        "orderStatus": "SUCCESS",
        "fromAsset": "USDT",
        "fromAmount": "20",
        "toAsset": "BNB",
        "toAmount": "0.06154036",
        "ratio": "0.00307702",
        "inverseRatio": "324.99",
        "createTime": at,
    }


def _reward(number: int, at: int) -> dict[str, Any]:
    return {"id": number, "amount": "0.01", "asset": "BNB", "divTime": at, "enInfo": "Staking", "tranId": number}


def test_binance_trades__of_one_symbol__come_in_order_with_the_venues_digits(connect: Connect) -> None:
    files = binance_history(40)
    exchange = connect("binance", Binance(files))
    exchange.load_markets()
    for symbol in ("BTC/USDT", "ETH/BTC"):
        rows = files["myTrades/" + symbol.replace("/", "")]
        trades = exchange.fetch_my_trades(symbol)
        assert [trade["id"] for trade in trades] == [str(row["id"]) for row in rows]
        assert [trade["amount"] for trade in trades] == [row["qty"] for row in rows]
        assert trades[0]["fee"] == {"cost": rows[0]["commission"], "currency": rows[0]["commissionAsset"]}


def test_binance_trades__without_symbol_or_of_an_unknown_one__are_refused(connect: Connect) -> None:
    exchange = connect("binance", Binance(binance_history(1)))
    exchange.load_markets()
    with pytest.raises(ccxt.ArgumentsRequired):
        exchange.fetch_my_trades()
    with pytest.raises(ccxt.BadRequest, match="-1102"):
        exchange.privateGetMyTrades()
    with pytest.raises(ccxt.BadSymbol, match="-1121"):
        exchange.privateGetMyTrades({"symbol": "NOPEUSDT"})


def test_binance_trades__more_than_1000__the_newest_unless_asked_from_an_id(connect: Connect) -> None:
    exchange = connect("binance", Binance(_fills([AT + number for number in range(1500)])))
    assert _ids(exchange.fetch_my_trades("BTC/USDT")) == list(range(1000, 1500))
    assert _ids(exchange.fetch_my_trades("BTC/USDT", limit=5000)) == list(range(500, 1500))
    first = exchange.fetch_my_trades("BTC/USDT", limit=1000, params={"fromId": 0})
    assert _ids(first) == list(range(1000))
    rest = exchange.fetch_my_trades("BTC/USDT", limit=1000, params={"fromId": int(first[-1]["id"]) + 1})
    assert _ids(rest) == list(range(1000, 1500))


def test_binance_trades__a_full_window__is_cut_from_its_start(connect: Connect) -> None:
    exchange = connect("binance", Binance(_fills([AT + number // 3 for number in range(1500)])))
    page = exchange.fetch_my_trades("BTC/USDT", since=AT, limit=1000, params={"until": AT + DAY})
    assert _ids(page) == list(range(1000))
    following = exchange.fetch_my_trades("BTC/USDT", since=page[-1]["timestamp"], limit=1000)
    assert _ids(following) == list(range(999, 1500))


def test_binance_trades__windows__are_of_24_hours_and_include_both_ends(connect: Connect) -> None:
    exchange = connect("binance", Binance(_fills([AT, AT + DAY, AT + DAY + 1, AT + 3 * DAY])))
    assert _ids(exchange.fetch_my_trades("BTC/USDT", since=AT, params={"until": AT + DAY})) == [0, 1]
    assert _ids(exchange.fetch_my_trades("BTC/USDT", since=AT)) == [0, 1]
    assert _ids(exchange.fetch_my_trades("BTC/USDT", since=AT + DAY + 2)) == []
    with pytest.raises(ccxt.BadRequest, match="-1127"):
        exchange.fetch_my_trades("BTC/USDT", since=AT, params={"until": AT + DAY + 1})
    with pytest.raises(ccxt.BadRequest, match="-1128"):
        exchange.fetch_my_trades("BTC/USDT", since=AT, params={"fromId": 1})


def test_binance_trades__later_than_now__are_not_shown(connect: Connect) -> None:
    venue = Binance(_fills([AT, AT + 10, AT + 20]), now=_clock(AT + 10))
    assert _ids(connect("binance", venue).fetch_my_trades("BTC/USDT")) == [0, 1]


def test_binance_transfers__window_of_90_days__newest_first_by_offset(connect: Connect) -> None:
    deposits = [_deposit(number, AT + number) for number in range(1200)]
    venue = Binance(binance_markets() | {"capital/deposit/hisrec": deposits}, now=_clock(AT + DAY))
    exchange = connect("binance", venue)
    window = {"startTime": AT, "endTime": AT + 90 * DAY}
    first = exchange.sapiGetCapitalDepositHisrec(window)
    rest = exchange.sapiGetCapitalDepositHisrec(window | {"offset": 1000})
    assert [row["id"] for row in first + rest] == [f"d{number}" for number in range(1199, -1, -1)]
    assert len(first) == 1000
    with pytest.raises(ccxt.BadRequest, match="-1127"):
        exchange.sapiGetCapitalDepositHisrec(window | {"endTime": AT + 90 * DAY + 1})


def test_binance_transfers__no_window__is_the_last_90_days(connect: Connect) -> None:
    deposits = [_deposit(1, AT), _deposit(2, AT + 5 * DAY)]
    venue = Binance(binance_markets() | {"capital/deposit/hisrec": deposits}, now=_clock(AT + 91 * DAY))
    exchange = connect("binance", venue)
    assert [deposit["info"]["id"] for deposit in exchange.fetch_deposits()] == ["d2"]
    with pytest.raises(ccxt.BadRequest, match="-1127"):
        exchange.sapiGetCapitalDepositHisrec({"startTime": AT})
    assert [deposit["info"]["id"] for deposit in exchange.fetch_deposits(since=AT)] == ["d1", "d2"]


def test_binance_transfers__pending__say_so(connect: Connect) -> None:
    files = {
        "capital/deposit/hisrec": [_deposit(1, AT, status=0)],
        "capital/withdraw/history": [
            _withdrawal(1, "2023-11-14 22:13:20"),
            _withdrawal(2, "2023-11-15 22:13:20", status=4, coin="ETH"),
        ],
    }
    exchange = connect("binance", Binance(binance_markets() | files, now=_clock(AT + DAY)))
    (deposit,) = exchange.fetch_deposits()
    assert (deposit["status"], deposit["amount"], deposit["timestamp"]) == ("pending", "1.5", AT)
    done, moving = exchange.fetch_withdrawals()
    assert (done["status"], done["fee"], done["timestamp"]) == ("ok", {"currency": "BTC", "cost": "0.0002"}, AT)
    assert (moving["status"], moving["currency"]) == ("pending", "ETH")
    assert [row["id"] for row in exchange.fetch_withdrawals("BTC")] == ["w1"]


def test_binance_fiat__deposits_and_withdrawals__are_apart(connect: Connect) -> None:
    order: dict[str, Any] = {
        "orderNo": "f1",
        "fiatCurrency": "EUR",
        "indicatedAmount": "16.50",
        "amount": "15.00",
        "totalFee": "1.50",
    }
    order |= {"method": "bank", "status": "Successful", "createTime": AT, "updateTime": AT + 1000}
    exchange = connect("binance", Binance(binance_markets() | {"fiat/orders/1": [order]}, now=_clock(AT + 60 * DAY)))
    assert exchange.sapiGetFiatOrders({"transactionType": 1})["data"] == []
    rows = exchange.sapiGetFiatOrders({"transactionType": 1, "beginTime": AT})
    assert (rows["data"], rows["total"]) == ([order], 1)
    assert exchange.sapiGetFiatOrders({"transactionType": 0, "beginTime": AT})["data"] == []


def test_binance_dividends__window_of_180_days__newest_500_and_no_offset(connect: Connect) -> None:
    rewards = [_reward(number, AT + number) for number in range(600)]
    exchange = connect("binance", Binance(binance_markets() | {"asset/assetDividend": rewards}))
    window = {"startTime": AT, "endTime": AT + 180 * DAY}
    assert len(exchange.sapiGetAssetAssetDividend(window)["rows"]) == 20
    page = exchange.sapiGetAssetAssetDividend(window | {"limit": 1000, "offset": 500})
    assert [row["id"] for row in page["rows"]] == list(range(599, 99, -1))
    assert page["total"] == 600
    older = exchange.sapiGetAssetAssetDividend({"startTime": AT, "endTime": AT + 99, "limit": 500})
    assert [row["id"] for row in older["rows"]] == list(range(99, -1, -1))
    with pytest.raises(ccxt.BadRequest, match="-1127"):
        exchange.sapiGetAssetAssetDividend({"startTime": AT, "endTime": AT + 180 * DAY + 1})


def test_binance_conversions__window_of_30_days__says_that_there_are_more(connect: Connect) -> None:
    rows = [_conversion(number, AT + number) for number in range(3)]
    exchange = connect("binance", Binance(binance_markets() | {"convert/tradeFlow": rows}))
    window = {"startTime": AT, "endTime": AT + 30 * DAY}
    page = exchange.sapiGetConvertTradeFlow(window | {"limit": 2})
    assert [row["quoteId"] for row in page["list"]] == ["q2", "q1"]
    assert page["moreData"] is True
    conversions = exchange.fetch_convert_trade_history(since=AT, params={"until": AT + 30 * DAY})
    assert [conversion["toAmount"] for conversion in conversions] == ["0.06154036"] * 3
    with pytest.raises(ccxt.BadRequest, match="-1127"):
        exchange.sapiGetConvertTradeFlow({"startTime": AT, "endTime": AT + 30 * DAY + 1})
    with pytest.raises(ccxt.BadRequest, match="-1102"):
        exchange.sapiGetConvertTradeFlow({"startTime": AT})


def test_binance_dust__more_than_100__only_the_newest(connect: Connect) -> None:
    part = {"serviceChargeAmount": "0.00000005", "amount": "0.000006", "transferedAmount": "0.00000267"}
    rows = [
        {
            "operateTime": AT + number,
            "totalTransferedAmount": "0.00000267",
            "totalServiceChargeAmount": "0.00000005",
            "transId": number,
            "userAssetDribbletDetails": [part | {"transId": number, "operateTime": AT + number, "fromAsset": "LTC"}],
        }
        for number in range(105)
    ]
    exchange = connect("binance", Binance(binance_markets() | {"asset/dribblet": rows}))
    trades = exchange.fetch_my_dust_trades(since=AT)
    assert sorted(int(trade["order"]) for trade in trades) == list(range(5, 105))
    assert (trades[0]["symbol"], trades[0]["fee"]) == ("LTC/BNB", {"currency": "BNB", "cost": "0.00000005"})


def test_binance_balance__without_its_file__is_what_all_rows_add_up_to(connect: Connect) -> None:
    fill = binance_fill(0, AT) | {"qty": "0.5", "quoteQty": "20000", "commission": "0.0005", "commissionAsset": "BTC"}
    sale = fill | {"id": 2, "isBuyer": False, "qty": "0.1", "quoteQty": "4100", "commission": "0.01"}
    dust = {"serviceChargeAmount": "0.02", "amount": "3", "transferedAmount": "1", "fromAsset": "LTC"}
    files = {
        "myTrades/BTCUSDT": [fill, sale | {"commissionAsset": "BNB"}],
        "capital/deposit/hisrec": [
            _deposit(1, AT, coin="USDT", amount="30000"),
            _deposit(2, AT, coin="LTC", amount="10"),
            _deposit(3, AT, coin="LTC", amount="99", status=0),
        ],
        "capital/withdraw/history": [
            _withdrawal(1, "2023-11-14 22:13:20", amount="0.2"),
            _withdrawal(2, "2023-11-14 22:13:20", amount="77", status=1),
        ],
        "asset/assetDividend": [_reward(1, AT)],
        "convert/tradeFlow": [_conversion(1, AT)],
        "asset/dribblet": [{"operateTime": AT, "transId": 1, "userAssetDribbletDetails": [dust]}],
    }
    venue = Binance(binance_markets() | files, now=_clock(AT))
    total = connect("binance", venue).fetch_balance()["total"]
    # BTC 0.5 - 0.0005 - 0.1 - 0.2002; USDT 30000 - 20000 + 4100 - 20; LTC 10 - 3; BNB -0.01 + 0.01 + 0.06154036 + 0.98
    assert {asset: float(quantity) for asset, quantity in total.items()} == {
        "BTC": 0.1993,
        "USDT": 14080.0,
        "LTC": 7.0,
        "BNB": 1.04154036,
    }


def test_binance_candles__since__at_most_1000_from_there(connect: Connect) -> None:
    days = [
        [AT + number * DAY, "1.0", "2.0", "0.5", "1.5", "10", AT + number * DAY + DAY - 1, "15", 3, "5", "7", "0"]
        for number in range(1200)
    ]
    venue = Binance(binance_markets() | {"klines/1d/BTCUSDT": days}, now=_clock(AT + 2000 * DAY))
    exchange = connect("binance", venue)
    candles = exchange.fetch_ohlcv("BTC/USDT", "1d", since=AT, limit=5000)
    assert [candles[0][0], candles[-1][0]] == [AT, AT + 999 * DAY]
    assert candles[0] == [AT, "1.0", "2.0", "0.5", "1.5", "10"]
    assert exchange.fetch_ohlcv("BTC/USDT", "1d")[-1][0] == AT + 1199 * DAY
    assert len(exchange.fetch_ohlcv("BTC/USDT", "1d")) == 500


@pytest.mark.parametrize(
    ("key", "secret", "says"), [("key", "not that one", "-1022"), ("another", "the secret", "-2015")]
)
def test_binance_key__wrong__is_refused(connect: Connect, key: str, secret: str, says: str) -> None:
    venue = Binance(binance_markets(), api_key="key", secret="the secret")
    exchange = connect("binance", venue, key=key, secret=secret)
    with pytest.raises(ccxt.AuthenticationError, match=says):
        exchange.privateGetAccount()


def test_binance_key__right__is_answered(connect: Connect) -> None:
    venue = Binance(binance_history(9), api_key="key", secret="the secret", checks_clock=True)
    exchange = connect("binance", venue, secret="the secret")
    assert len(exchange.fetch_my_trades("BTC/USDT")) == 2
    assert exchange.sapiGetAccountApiRestrictions()["enableWithdrawals"] is False


def test_binance_key__that_may_not_read__is_refused(connect: Connect) -> None:
    restrictions = {"enableReading": False, "enableWithdrawals": True, "enableSpotAndMarginTrading": True}
    exchange = connect("binance", Binance(binance_markets() | {"account/apiRestrictions": restrictions}))
    with pytest.raises(ccxt.AuthenticationError, match="-2015"):
        exchange.privateGetAccount()


def test_binance_clock__too_far_away__is_refused_when_it_is_checked(connect: Connect) -> None:
    exchange = connect("binance", Binance(binance_markets(), now=_clock(AT), checks_clock=True))
    with pytest.raises(ccxt.InvalidNonce, match="-1021"):
        exchange.privateGetAccount()
    assert exchange.fetch_time() == AT


def test_binance__status_and_fees__are_answered(connect: Connect) -> None:
    exchange = connect("binance", Binance(binance_markets()))
    assert exchange.fetch_status()["status"] == "ok"
    assert exchange.fetch_trading_fees()["BTC/USDT"]["taker"] == "0.001"
    with pytest.raises(ccxt.ExchangeNotAvailable, match="Not Found"):
        exchange.sapiGetMarginAccount()
