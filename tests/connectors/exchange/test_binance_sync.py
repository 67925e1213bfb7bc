"""The real ccxt Binance class against Binance's ways on loopback. Expected: the rows that were put in."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from connectors.replay.binance import Binance
from support.raw_rows import postings_of
from support.venues.binance_history import binance_fill, binance_history, binance_markets
from support.venues.faults import empty_page, missing_permission, same_row_twice

NOW = datetime(2024, 12, 1, tzinfo=UTC)
DAY = timedelta(days=1)
AT = 1_700_000_000_000
"""2023-11-14T22:13:20Z."""

Open = Callable[..., Any]


def _venue(files: dict[str, Any]) -> Binance:
    return Binance(files, now=lambda: NOW + 60 * DAY)


def _deposit(number: int, coin: str, at_ms: int, **more: Any) -> dict[str, Any]:
    return {
        "id": f"d{number}", "amount": "10", "coin": coin, "network": "ETH", "status": 1, "address": "0x1",
        "addressTag": "", "txId": f"0x{number:064x}", "insertTime": at_ms, "transferType": 0, "confirmTimes": "1/1",
        "unlockConfirm": 1, "walletType": 0,
    } | more  # fmt: skip


def test_sync__twice__asks_once_a_market_and_writes_nothing_new(open_desk: Open) -> None:
    with open_desk("binance", _venue(binance_history(400))) as desk:
        assert desk.sync(NOW)["trades"].rows == 400
        first = desk.ids("trades")
        assert len(first) == len(set(first)) == 400
        desk.server.log.clear()
        again = desk.sync(NOW + timedelta(hours=1))
        assert desk.ids("trades") == first
        assert {name: stream.requests for name, stream in again.items()} == {
            "balances": 3,  # spot, locked products, and the venue's markets once a night
            "deposits": 2,  # coins, fiat
            "withdrawals": 2,
            "conversions": 2,  # conversions, dust
            "ledger": 1,
            "trades": 8,  # one a market
            "market_conditions": 6,  # the fees, and the order book of each coin that is held
        }
        assert desk.server.count() == 24
        assert len({asked["symbol"] for asked in desk.server.asked("myTrades")}) == 8


@pytest.mark.parametrize("count", [999, 1000, 1001, 2000])
def test_trades__around_full_pages__come_once(open_desk: Open, count: int) -> None:
    files = binance_markets(("BTC",)) | {
        "myTrades/BTCUSDT": [binance_fill(number, AT + number * 1000) for number in range(count)],
        "capital/deposit/hisrec": [_deposit(1, "USDT", AT)],
    }
    with open_desk("binance", _venue(files)) as desk:
        desk.sync(NOW)
        ids = desk.ids("trades")
        assert len(ids) == len(set(ids)) == count


def test_empty_page__behind_a_full_one__is_asked_again(open_desk: Open) -> None:
    files = binance_markets(("BTC",)) | {
        "myTrades/BTCUSDT": [binance_fill(number, AT + number * 1000) for number in range(1500)],
        "capital/deposit/hisrec": [_deposit(1, "USDT", AT)],
    }
    with open_desk("binance", _venue(files)) as desk:
        desk.server.order(empty_page, endpoint="myTrades", after=1)
        desk.sync(NOW)
        assert len(set(desk.ids("trades"))) == 1500


def test_same_fill_twice__in_one_answer__is_kept_once(open_desk: Open) -> None:
    files = binance_markets(("BTC",)) | {
        "myTrades/BTCUSDT": [binance_fill(number, AT) for number in range(3)],
        "capital/deposit/hisrec": [_deposit(1, "USDT", AT)],
    }
    with open_desk("binance", _venue(files)) as desk:
        desk.server.order(same_row_twice, endpoint="myTrades")
        desk.sync(NOW)
        assert sorted(desk.ids("trades")) == ["BTCUSDT:1000000", "BTCUSDT:1000001", "BTCUSDT:1000002"]
        assert [row["order"] for row in desk.rows("trades")] == [1000000, 1000001, 1000002]


def test_markets__of_assets_met_on_the_way__are_walked_too(open_desk: Open) -> None:
    """USDT came in, BTC was bought with it, LTC with that: ETH/BTC is only asked because BTC was met."""
    files = binance_markets(("BTC", "ETH", "LTC")) | {
        "myTrades/BTCUSDT": [binance_fill(1, AT)],
        "myTrades/LTCBTC": [binance_fill(2, AT + 1000, symbol="LTCBTC")],
        "capital/deposit/hisrec": [_deposit(1, "USDT", AT)],
        "account": {"balances": []},
    }
    with open_desk("binance", _venue(files)) as desk:
        desk.sync(NOW)
        assert sorted(desk.ids("trades")) == ["BTCUSDT:1000001", "LTCBTC:1000002"]
        asked = {question["symbol"] for question in desk.server.asked("myTrades")}
        assert asked == {"BTCUSDT", "ETHUSDT", "LTCUSDT", "ETHBTC", "LTCBTC"}


def test_untouched_account__asks_for_no_market(open_desk: Open) -> None:
    with open_desk("binance", _venue(binance_markets())) as desk:
        assert desk.sync(NOW)["trades"].outcome == "ok"
        assert desk.server.count("myTrades") == 0


def test_coin_without_any_market_left__is_asked_for_by_its_likely_ones(open_desk: Open) -> None:
    files = binance_markets(("BTC",)) | {"capital/deposit/hisrec": [_deposit(1, "LUNC2", AT)]}
    with open_desk("binance", _venue(files)) as desk:
        assert desk.sync(NOW)["trades"].outcome == "ok"
        assert {"LUNC2USDT", "LUNC2BTC"} <= {question["symbol"] for question in desk.server.asked("myTrades")}


def test_late_fill__behind_the_last_id__comes_with_the_next_night(open_desk: Open) -> None:
    venue = _venue(
        binance_markets(("BTC",))
        | {
            "myTrades/BTCUSDT": [
                binance_fill(number, int((NOW - timedelta(hours=80 - number)).timestamp() * 1000))
                for number in range(0, 80, 2)
            ],
            "capital/deposit/hisrec": [_deposit(1, "USDT", AT)],
        }
    )
    with open_desk("binance", venue) as desk:
        desk.sync(NOW)
        venue.trades["BTCUSDT"].add(binance_fill(41, int((NOW - timedelta(hours=39)).timestamp() * 1000)))
        assert desk.sync(NOW + DAY)["trades"].rows == 1
        assert desk.ids("trades").count("BTCUSDT:1000041") == 1


def test_transfers__years_apart__come_over_empty_windows(open_desk: Open) -> None:
    deposits = [
        _deposit(number, "BTC", int(datetime(year, 3, 1, tzinfo=UTC).timestamp() * 1000))
        for number, year in enumerate((2018, 2019, 2022, 2024))
    ]
    with open_desk("binance", _venue(binance_markets() | {"capital/deposit/hisrec": deposits})) as desk:
        desk.sync(NOW)
        assert desk.ids("deposits") == ["d0", "d1", "d2", "d3"]
        assert [(span.start.year, span.end) for span in desk.store.covered("binance", "deposits")[""]] == [(2017, NOW)]


def test_transfers__more_than_a_page_in_one_window__all_come(open_desk: Open) -> None:
    deposits = [_deposit(number, "BTC", AT + number * 60_000) for number in range(2100)]
    with open_desk("binance", _venue(binance_markets() | {"capital/deposit/hisrec": deposits})) as desk:
        desk.sync(NOW)
        ids = desk.ids("deposits")
        assert len(ids) == len(set(ids)) == 2100


def test_withdrawals_and_fiat__are_booked_with_their_fees(open_desk: Open) -> None:
    files = binance_markets() | {
        "capital/withdraw/history": [
            {
                "id": "w1", "amount": "0.5", "transactionFee": "0.0005", "coin": "BTC", "status": 6, "address": "bc1q",
                "txId": "cd" * 32, "applyTime": "2023-11-14 22:13:20", "network": "BTC", "transferType": 0,
            }
        ],
        "fiat/orders/0": [
            {
                "orderNo": "f1", "fiatCurrency": "EUR", "indicatedAmount": "100.00", "amount": "98.50",
                "totalFee": "1.50", "method": "Card", "status": "Successful", "createTime": AT, "updateTime": AT,
            }
        ],
    }  # fmt: skip
    with open_desk("binance", _venue(files)) as desk:
        desk.sync(NOW)
        (withdrawal,), (fiat,) = desk.rows("withdrawals"), desk.rows("deposits")
    assert postings_of(withdrawal) == [("BTC", "-0.5", "principal"), ("BTC", "-0.0005", "fee")]
    assert (withdrawal["occurred_at"], withdrawal["tx_hash"]) == (
        datetime(2023, 11, 14, 22, 13, 20, tzinfo=UTC),
        "cd" * 32,
    )
    assert (fiat["id"], fiat["status"], postings_of(fiat)) == ("fiat-f1", "final", [("EUR", "98.50", "principal")])


def test_rewards_conversions_and_dust__are_told_apart(open_desk: Open) -> None:
    def dividend(number: int, words: str) -> dict[str, Any]:
        return {
            "id": number, "amount": "0.1", "asset": "BNB", "divTime": AT + number, "enInfo": words, "tranId": number,
        }  # fmt: skip

    files = binance_markets() | {
        "asset/assetDividend": [
            dividend(1, "Simple Earn Flexible Interest"),
            dividend(2, "DOT Staking Rewards"),
            dividend(3, "HODLer Airdrops"),
            dividend(4, "Pool Distribution"),
            dividend(5, "Commission Rebate"),
            dividend(6, "Something new"),
        ],
        "convert/tradeFlow": [
            {
                "quoteId": "q", "orderId": 9, "orderStatus": "SUCCESS", "fromAsset": "USDT", "fromAmount": "20",
                "toAsset": "BNB", "toAmount": "0.06154036", "ratio": "0.003", "inverseRatio": "325", "createTime": AT,
            }
        ],
        "asset/dribblet": [
            {
                "operateTime": AT, "totalTransferedAmount": "0.00132256", "totalServiceChargeAmount": "0.00002699",
                "transId": 45178372831,
                "userAssetDribbletDetails": [
                    {
                        "transId": 4359321, "serviceChargeAmount": "0.000009", "amount": "0.0009",
                        "operateTime": AT, "transferedAmount": "0.000441", "fromAsset": "USDT",
                    }
                ],
            }
        ],
    }  # fmt: skip
    with open_desk("binance", _venue(files)) as desk:
        desk.sync(NOW)
        kinds = [row["kind"] for row in sorted(desk.rows("ledger"), key=lambda row: row["occurred_at"])]
        conversions = {row["id"]: (row["kind"], postings_of(row)) for row in desk.rows("conversions")}
    assert kinds == ["interest", "reward", "airdrop", "mining", "income", "income"]
    assert conversions == {
        "9": ("trade", [("BNB", "0.06154036", "principal"), ("USDT", "-20", "principal")]),
        "45178372831": (
            "trade",
            [("USDT", "-0.0009", "principal"), ("BNB", "0.000441", "principal"), ("BNB", "-0.000009", "fee")],
        ),
    }


def _position(number: int, amount: str, **more: Any) -> dict[str, Any]:
    return {
        "positionId": number, "projectId": "Sol*120", "asset": "SOL", "amount": amount, "duration": "120",
        "purchaseTime": AT, "deliverDate": AT + 120 * 86_400_000, "redeemPeriod": "2", "redeemingAmt": "0",
        "partialAmtDeliverDate": None, "canRedeemEarly": False, "autoSubscribe": False, "status": "HOLDING",
    } | more  # fmt: skip


def test_balances__locked_products__are_lent_until_they_are_delivered(open_desk: Open) -> None:
    """12 SOL came in; 1 is free and 11 are locked in five ways, of which one is known to be locked again."""
    delivered = datetime.fromtimestamp(AT / 1000, UTC) + timedelta(days=120)
    positions = [
        _position(1, "5"),
        _position(2, "2", canRedeemEarly=True),
        _position(3, "1", autoSubscribe=True),
        _position(4, "3", redeemingAmt="2", partialAmtDeliverDate=str(AT + 86_400_000)),
    ]
    files = binance_markets(("SOL",)) | {
        "capital/deposit/hisrec": [_deposit(1, "SOL", AT, amount="12")],
        "simple-earn/locked/position": positions,
    }
    with open_desk("binance", _venue(files)) as desk:
        desk.sync(NOW)
        told = desk.rows("balances")
        assert len(desk.server.asked("simple-earn/locked/position")) == 1
    rows = [(row["state"], Decimal(row["quantity"]), row["free_at"], row["free_after_seconds"]) for row in told]
    assert rows == [
        ("free", 1, None, None),
        ("lent", 5, delivered, None),
        ("lent", 2, delivered, 2 * 86_400),
        ("lent", 1, None, None),
        ("lent", 2, delivered - timedelta(days=119), None),
        ("lent", 1, delivered, None),
    ]
    assert "Sol*120" in told[0]["payload"]


@pytest.mark.parametrize("count", [99, 100, 101, 200])
def test_balances__around_full_pages_of_locked_products__are_all_there(open_desk: Open, count: int) -> None:
    files = binance_markets(("SOL",)) | {
        "simple-earn/locked/position": [_position(number, "0.5") for number in range(count)],
        "account": {"balances": []},
    }
    with open_desk("binance", _venue(files)) as desk:
        desk.sync(NOW)
        assert sum(Decimal(row["quantity"]) for row in desk.rows("balances")) == Decimal(count) / 2


def test_balances__more_is_on_its_way_than_the_position_holds__is_beside_it(open_desk: Open) -> None:
    """The venue's documentation shows such a position; a part of its amount it can not be."""
    position = _position(1, "122", redeemingAmt="232", partialAmtDeliverDate=AT)
    files = binance_markets(("SOL",)) | {"simple-earn/locked/position": [position], "account": {"balances": []}}
    with open_desk("binance", _venue(files)) as desk:
        desk.sync(NOW)
        rows = [(Decimal(row["quantity"]), row["free_at"]) for row in desk.rows("balances")]
    at = datetime.fromtimestamp(AT / 1000, UTC)
    assert rows == [(232, at), (122, at + timedelta(days=120))]


def test_balances__key_may_not_ask_for_locked_products__are_those_of_spot(open_desk: Open) -> None:
    files = binance_markets(("SOL",)) | {
        "capital/deposit/hisrec": [_deposit(1, "SOL", AT, amount="12")],
        "simple-earn/locked/position": [_position(1, "5")],
    }
    with open_desk("binance", _venue(files)) as desk:
        desk.server.order(missing_permission("binance"), endpoint="locked/position")
        assert {stream.outcome for stream in desk.sync(NOW).values()} == {"ok"}
        rows = [(row["state"], Decimal(row["quantity"])) for row in desk.rows("balances")]
    assert rows == [("free", 7)]


@pytest.mark.parametrize("rows", [[{"positionId": 1, "asset": "SOL", "amount": "many"}], [7]])
def test_balances__locked_products_of_unknown_shape__fail_instead_of_leaving_them_out(
    open_desk: Open, rows: list[Any]
) -> None:
    files = binance_markets(("SOL",)) | {
        "capital/deposit/hisrec": [_deposit(1, "SOL", AT)],
        "simple-earn/locked/position": rows,
        "account": {"balances": []},
    }
    with open_desk("binance", _venue(files)) as desk:
        stream = desk.sync(NOW)["balances"]
        assert stream.outcome == "failed"
        assert desk.rows("balances") == []
