"""The real ccxt Kraken class against Kraken's ways on loopback. Expected: the rows that were put in."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from connectors.replay.kraken import Kraken
from support.raw_rows import postings_of
from support.venues.faults import empty_page, grows, missing_permission
from support.venues.kraken_history import kraken_history, kraken_markets, kraken_trade
from support.venues.times import times_ms

NOW = datetime(2024, 12, 1, tzinfo=UTC)
HOUR = timedelta(hours=1)
AT = 1_700_000_000
"""2023-11-14T22:13:20Z."""

Open = Callable[..., Any]


def _venue(files: dict[str, Any]) -> Kraken:
    return Kraken(files, now=lambda: NOW + 30 * 24 * HOUR)


def _line(number: int, kind: str, asset: str, amount: str, **more: Any) -> dict[str, Any]:
    return {
        "refid": f"R{number}", "time": AT + number, "type": kind, "subtype": "", "aclass": "currency", "asset": asset,
        "amount": amount, "fee": "0.0000000000", "balance": "0.0000000000",
    } | more  # fmt: skip


def _transfer(refid: str, at: int, **more: Any) -> dict[str, Any]:
    return {
        "method": "Bitcoin", "aclass": "currency", "asset": "XXBT", "refid": refid, "txid": "ab" * 32, "info": "bc1q",
        "amount": "0.5000000000", "fee": "0.0000000000", "time": at, "status": "Success",
    } | more  # fmt: skip


@pytest.mark.parametrize("count", [0, 1, 49, 50, 51, 500])
def test_trades__any_number_around_full_pages__come_once(open_desk: Open, count: int) -> None:
    with open_desk("kraken", _venue(kraken_history(count))) as desk:
        assert desk.sync(NOW)["trades"].rows == count
        ids = desk.ids("trades")
        assert len(ids) == len(set(ids)) == count


def test_sync__twice__writes_nothing_new_and_asks_once_a_stream(open_desk: Open) -> None:
    with open_desk("kraken", _venue(kraken_history(300))) as desk:
        desk.sync(NOW)
        first = desk.ids("trades") + desk.ids("deposits") + desk.ids("ledger")
        desk.server.log.clear()
        again = desk.sync(NOW + HOUR)
        assert desk.ids("trades") + desk.ids("deposits") + desk.ids("ledger") == first
        assert {name: stream.requests for name, stream in again.items()} == {
            "balances": 3,  # the balances, and the venue's markets and assets once a night
            "deposits": 1,
            "withdrawals": 1,
            "conversions": 0,
            "ledger": 1,
            "trades": 1,
            "market_conditions": 0,  # it holds nothing
        }
        assert desk.server.count() == 7
        three_days_back = int((NOW - timedelta(days=3)).timestamp())
        assert three_days_back - 3 <= int(desk.server.asked("TradesHistory")[0]["start"]) <= three_days_back


def test_trade__as_received__keeps_every_digit_and_the_payload(open_desk: Open) -> None:
    trade = kraken_trade(1, AT * 1000 + 123) | {
        "price": "27123.4567891234567891", "vol": "0.123456789012345678", "cost": "3348.5678901234567",
        "fee": "5.35770862",
    }  # fmt: skip
    with open_desk("kraken", _venue(kraken_markets() | {"TradesHistory": {"TABCDE-FGHIJ-KLMNOP": trade}})) as desk:
        desk.sync(NOW)
        (row,) = desk.rows("trades")
    assert postings_of(row) == [
        ("BTC", "0.123456789012345678", "principal"),
        ("USD", "-3348.5678901234567", "principal"),
        ("USD", "-5.35770862", "fee"),
    ]
    assert (row["id"], row["kind"], row["status"]) == ("TABCDE-FGHIJ-KLMNOP", "trade", "final")
    assert row["occurred_at"] == datetime(2023, 11, 14, 22, 13, 20, 123000, tzinfo=UTC)
    assert '"27123.4567891234567891"' in row["payload"]


def test_fills__of_one_instant_over_a_page_boundary__all_come(open_desk: Open) -> None:
    trades = {f"T{number:03d}": kraken_trade(number, AT * 1000) for number in range(130)}
    with open_desk("kraken", _venue(kraken_markets() | {"TradesHistory": trades})) as desk:
        desk.sync(NOW)
        assert sorted(desk.ids("trades")) == sorted(trades)


def test_page__that_shifts_while_it_is_walked__loses_and_doubles_nothing(open_desk: Open) -> None:
    venue = _venue(kraken_history(200))
    fresh = kraken_trade(9000, int((NOW - HOUR).timestamp() * 1000)) | {"id": "TFRESH-00000-000000"}
    with open_desk("kraken", venue) as desk:
        desk.server.order(grows(venue.trades, fresh), endpoint="TradesHistory", after=2)
        desk.sync(NOW)
        ids = desk.ids("trades")
        # the fresh fill stands before the walk's place: tonight's walk may miss it, the overlap of the next has it
        assert len(ids) == len(set(ids)) >= 200
        desk.sync(NOW + HOUR)
        assert sorted(desk.ids("trades")) == sorted(row["id"] for row in venue.trades.between(None, None))


def test_fill__that_appears_behind_the_cursor__comes_with_the_next_night(open_desk: Open) -> None:
    venue = _venue(kraken_history(100, start=NOW - 12 * HOUR, seconds_apart=60))
    with open_desk("kraken", venue) as desk:
        desk.sync(NOW)
        venue.trades.add(
            kraken_trade(7000, int((NOW - 2 * 24 * HOUR).timestamp() * 1000)) | {"id": "TLATE0-00000-000000"}
        )
        assert desk.sync(NOW + 24 * HOUR)["trades"].rows == 1
        assert desk.ids("trades").count("TLATE0-00000-000000") == 1


def test_empty_page__before_the_count_is_reached__is_asked_again(open_desk: Open) -> None:
    with open_desk("kraken", _venue(kraken_history(200))) as desk:
        desk.server.order(empty_page, endpoint="TradesHistory", after=1)
        assert desk.sync(NOW)["trades"].outcome == "ok"
        assert len(set(desk.ids("trades"))) == 200
        desk.server.order(empty_page, endpoint="TradesHistory", times=3)
        failed = desk.sync(NOW + 24 * HOUR)["trades"]
        assert failed.outcome == "ok"  # nothing happened since: an empty page is the truth


def test_deposits__more_than_a_page__come_by_cursor(open_desk: Open) -> None:
    deposits = [_transfer(f"D{number}", AT + 60 * number) for number in range(60)]
    with open_desk("kraken", _venue(kraken_markets() | {"DepositStatus": deposits})) as desk:
        assert desk.sync(NOW)["deposits"].requests == 3
        assert sorted(desk.ids("deposits")) == sorted(row["refid"] for row in deposits)


def test_transfers__in_and_out__have_hash_fee_and_status(open_desk: Open) -> None:
    files = kraken_markets() | {
        "DepositStatus": [_transfer("IN", AT)],
        "WithdrawStatus": [
            _transfer("OUT", AT + 60, amount="0.2999000000", fee="0.0001000000"),
            _transfer("FAILED", AT + 120, status="Failure"),
        ],
    }
    with open_desk("kraken", _venue(files)) as desk:
        desk.sync(NOW)
        (deposit,) = desk.rows("deposits")
        out, failed = sorted(desk.rows("withdrawals"), key=lambda row: row["occurred_at"])
    assert postings_of(deposit) == [("BTC", "0.5000000000", "principal")]
    assert (deposit["kind"], deposit["tx_hash"], deposit["counterparty"]) == ("deposit", "ab" * 32, "bc1q")
    assert postings_of(out) == [("BTC", "-0.2999000000", "principal"), ("BTC", "-0.0001000000", "fee")]
    assert (out["kind"], out["status"], failed["status"]) == ("withdrawal", "final", "canceled")


def test_pending_withdrawal__keeps_its_window_open__until_it_is_settled(open_desk: Open) -> None:
    at = int((NOW - timedelta(days=20)).timestamp())
    pending = _transfer("SLOW", at, status="Pending")
    files = kraken_markets() | {"WithdrawStatus": [pending]}
    with open_desk("kraken", _venue(files)) as desk:
        desk.sync(NOW)
        assert desk.rows("withdrawals")[0]["status"] == "pending"
        covered = desk.store.covered("kraken", "withdrawals")[""]
        assert covered[-1].end <= NOW - timedelta(days=20)
        desk.sync(NOW + 24 * HOUR)
        assert len(desk.rows("withdrawals")) == 1
        pending["status"] = "Success"
        desk.sync(NOW + 48 * HOUR)
        assert [row["status"] for row in desk.rows("withdrawals")] == ["pending", "final"]
        assert desk.store.covered("kraken", "withdrawals")[""][-1].end == NOW + 48 * HOUR


def test_ledger__every_kind_of_line__means_what_kraken_says(open_desk: Open) -> None:
    lines = {
        "L01": _line(1, "trade", "XXBT", "0.1000000000"),
        "L02": _line(2, "deposit", "ZUSD", "100.0000"),
        "L03": _line(3, "staking", "ETH.S", "0.0100000000"),
        "L04": _line(4, "earn", "DOT.F", "0.2000000000", subtype="reward", fee="0.0400000000"),
        "L05": _line(5, "earn", "SOL", "-1.0000000000", subtype="allocation"),
        "L06": _line(6, "transfer", "XETH", "-1.0000000000", subtype="spottostaking"),
        "L07": _line(7, "transfer", "ETH.S", "1.0000000000", subtype="stakingfromspot"),
        "L08": _line(8, "transfer", "SOL", "5.0000000000"),
        "L09": _line(9, "margin", "ZUSD", "-3.0000", fee="0.5000"),
        "L10": _line(10, "never heard of", "SOL", "7.0000000000"),
        "L11": _line(11, "spend", "ZUSD", "-100.0000", refid="CONV", fee="1.0000"),
        "L12": _line(11, "receive", "XXBT", "0.0025000000", refid="CONV"),
    }
    with open_desk("kraken", _venue(kraken_markets() | {"Ledgers": lines})) as desk:
        desk.sync(NOW)
        rows = {row["id"]: (row["kind"], row["status"], postings_of(row)) for row in desk.rows("ledger")}
    assert {name: rows[name][1] for name in ("L01", "L05", "L06", "L07")} == dict.fromkeys(
        ("L01", "L05", "L06", "L07"), "mirror"
    )
    assert rows["L02"] == ("deposit", "final", [("USD", "100.0000", "principal")]), "no list tells it"
    assert rows["L03"] == ("reward", "final", [("ETH", "0.0100000000", "principal")])
    assert rows["L04"] == (
        "reward", "final", [("DOT", "0.2000000000", "principal"), ("DOT", "-0.0400000000", "fee")],
    )  # fmt: skip
    assert rows["L08"] == ("airdrop", "final", [("SOL", "5.0000000000", "principal")])
    assert rows["L09"][:2] == ("margin", "final")
    assert rows["L10"] == ("unknown", "final", [("SOL", "7.0000000000", "principal")])
    assert rows["CONV"] == (
        "trade",
        "final",
        [("USD", "-100.0000", "principal"), ("USD", "-1.0000", "fee"), ("BTC", "0.0025000000", "principal")],
    )
    assert set(rows) == {*lines, "CONV"} - {"L11", "L12"}


def test_conversions__over_page_boundaries__stay_together(open_desk: Open) -> None:
    lines = {}
    for number, at in enumerate(times_ms(120)):
        together = {"refid": f"C{number}", "time": at / 1000}
        lines[f"S{number:03d}"] = _line(0, "spend", "ZUSD", "-10.0000", **together)
        lines[f"R{number:03d}"] = _line(0, "receive", "XXBT", "0.0001000000", **together)
    lines["LODD"] = _line(0, "deposit", "ZUSD", "1.0000", time=at / 1000 + 5)
    with open_desk("kraken", _venue(kraken_markets() | {"Ledgers": lines})) as desk:
        desk.sync(NOW)
        rows = [row for row in desk.rows("ledger") if row["kind"] == "trade"]
    assert {row["id"] for row in rows} == {f"C{number}" for number in range(120)}
    assert all(len(row["postings"]) == 2 for row in rows)


def test_balances__staked_forms__are_the_asset_itself(open_desk: Open) -> None:
    held = {"XXBT": {"balance": "1.5000000000", "hold_trade": "0.5000000000"}}
    held |= {name: {"balance": amount, "hold_trade": "0"} for name, amount in {"XBT.F": "0.25", "ETH.S": "2"}.items()}
    with open_desk("kraken", _venue(kraken_markets() | {"BalanceEx": held})) as desk:
        desk.sync(NOW)
        rows = {(row["asset"], row["state"]): row["quantity"] for row in desk.rows("balances")}
    assert rows == {
        ("BTC", "free"): "1",
        ("BTC", "locked"): "0.5000000000",
        ("BTC", "staked"): "0.25",
        ("ETH", "staked"): "2",
    }


def _stake(asset: str, strategy: str, total: str, **states: Any) -> dict[str, Any]:
    return {
        "strategy_id": strategy, "native_asset": asset,
        "amount_allocated": {
            "total": {"native": total, "converted": "0"},
            **{
                state: {"allocation_count": 1, "allocations": [{"native": units, "converted": "0",
                        "created_at": "2024-11-01T10:00:00Z", "expires": expires}]}
                for state, (units, expires) in states.items()
            },
        },
    }  # fmt: skip


def test_balances__something_is_staked__say_when_it_comes_free_as_far_as_told(open_desk: Open) -> None:
    """3 ETH: 0.5 unbonding, 0.25 bonding, 1.25 allocated for 28 days; of the last no strategy tells."""
    strategies = {
        "items": [{"id": "E", "asset": "ETH", "lock_type": {"type": "bonded", "unbonding_period": "2419200"}}]
    }
    allocations = {
        "items": [
            _stake("ETH", "E", "2", unbonding=("0.5", "2024-12-09T00:00:00Z"), bonding=("0.25", "2024-12-03T00:00:00Z"))
        ]
    }
    held = {"ETH.B": {"balance": "3.0000000000", "hold_trade": "0.0000000000"}}
    files = kraken_markets() | {"BalanceEx": held, "EarnStrategies": strategies, "EarnAllocations": allocations}
    with open_desk("kraken", _venue(files)) as desk:
        desk.sync(NOW)
        told = desk.rows("balances")
    rows = [(row["state"], row["quantity"], row["free_at"], row["free_after_seconds"]) for row in told]
    assert rows == [
        ("staked", "0.5", datetime(2024, 12, 9, tzinfo=UTC), None),
        ("staked", "0.25", None, None),
        ("staked", "1.25", None, 28 * 24 * 3600),
        ("staked", "1.00", None, None),
    ]
    assert "2024-12-09T00:00:00Z" in told[0]["payload"]


def test_balances__key_may_not_ask_what_is_staked__stand_without_dates(open_desk: Open) -> None:
    held = {"ETH.B": {"balance": "3.0000000000", "hold_trade": "0.0000000000"}}
    with open_desk("kraken", _venue(kraken_markets() | {"BalanceEx": held})) as desk:
        desk.server.order(missing_permission("kraken"), endpoint="Earn/Allocations")
        desk.sync(NOW)
        rows = [(row["state"], row["quantity"], row["free_at"]) for row in desk.rows("balances")]
    assert rows == [("staked", "3", None)]


def test_streams__without_a_list_at_the_venue__are_told_as_not_offered(open_desk: Open) -> None:
    with open_desk("kraken", _venue(kraken_history(1))) as desk:
        conversions = desk.sync(NOW)["conversions"]
        assert conversions.outcome == "not_offered"
        assert not list(desk.store.files("kraken", "conversions"))
        attempts = {row["stream"]: row["outcome"] for row in desk.rows("attempts")}
    assert attempts == {
        "balances": "ok", "deposits": "ok", "withdrawals": "ok", "conversions": "not_offered", "ledger": "ok",
        "trades": "ok", "market_conditions": "ok",
    }  # fmt: skip


def test_ledger__transfer_that_its_list_tells_too__is_booked_once(open_desk: Open) -> None:
    deposit, withdrawal = _transfer("IN", AT), _transfer("OUT", AT + 60)
    lines = {
        "L1": _line(0, "deposit", "XXBT", "0.5000000000", refid=deposit["refid"], time=AT),
        "L2": _line(0, "withdrawal", "XXBT", "-0.5000000000", refid=withdrawal["refid"], time=AT + 60),
    }
    files = kraken_markets() | {"DepositStatus": [deposit], "WithdrawStatus": [withdrawal], "Ledgers": lines}
    with open_desk("kraken", _venue(files)) as desk:
        desk.sync(NOW)
        assert {row["id"]: row["status"] for row in desk.rows("ledger")} == {"L1": "mirror", "L2": "mirror"}
        assert [len(desk.rows(stream)) for stream in ("deposits", "withdrawals")] == [1, 1]


def test_ledger__deposit_that_no_list_tells__is_booked_from_the_ledger_once(open_desk: Open) -> None:
    lines = {"L1": _line(0, "deposit", "XXBT", "0.5000000000", refid="OLD", time=AT)}
    with open_desk("kraken", _venue(kraken_markets() | {"Ledgers": lines})) as desk:
        for night in range(3):
            desk.sync(NOW + night * 24 * HOUR)
        assert [(row["id"], row["kind"], row["status"]) for row in desk.rows("ledger")] == [("L1", "deposit", "final")]


def test_ledger__coin_moved_into_its_staking_wallet__is_no_withdrawal(open_desk: Open) -> None:
    lines = {
        "L1": _line(0, "withdrawal", "DOT", "-5.0000000000", refid="W", time=AT),
        "L2": _line(0, "deposit", "DOT.S", "5.0000000000", refid="D", time=AT + 30),
    }
    with open_desk("kraken", _venue(kraken_markets() | {"Ledgers": lines})) as desk:
        desk.sync(NOW)
        assert {row["id"]: row["status"] for row in desk.rows("ledger")} == {"L1": "mirror", "L2": "mirror"}


def test_ledger__lists_of_transfers_not_answered__books_no_transfer_from_the_ledger(open_desk: Open) -> None:
    deposit = _transfer("IN", AT)
    lines = {"L1": _line(0, "deposit", "XXBT", "0.5000000000", refid=deposit["refid"], time=AT)}
    with open_desk("kraken", _venue(kraken_markets() | {"DepositStatus": [deposit], "Ledgers": lines})) as desk:
        desk.server.order(missing_permission("kraken"), endpoint="DepositStatus")
        first = desk.sync(NOW)
        assert (first["deposits"].outcome, first["ledger"].outcome) == ("failed", "failed")
        assert [row for row in desk.rows("ledger") if row["status"] == "final"] == []
        again = desk.sync(NOW + 24 * HOUR)
        assert (again["deposits"].outcome, again["ledger"].outcome) == ("ok", "ok")
        assert {row["id"]: row["status"] for row in desk.rows("ledger")} == {"L1": "mirror"}
