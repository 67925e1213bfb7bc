"""Fetching closes from venues on loopback: what is taken, what is asked again, and what never is."""

import json
from datetime import UTC, date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from connectors.prices.fetcher import PriceFetcher, Wanted
from connectors.raw import RawStore
from connectors.replay.venue import json_answer
from support.price_markets import binance_files, coinbase_files, days, hours, kraken_files
from support.venues.faults import empty_page, rate_limit, server_error
from support.venues.server import Fault

if TYPE_CHECKING:
    from .conftest import Prices

MARCH_1 = date(2026, 3, 1)
MARCH_8 = date(2026, 3, 8)


def march(day: int) -> date:
    return date(2026, 3, day)


def test_market_against_the_dollar__gives_the_venues_digits_at_the_instant_of_the_close(prices: "Prices") -> None:
    prices.open("kraken", kraken_files({"BTC/USD": days(MARCH_8, ["90000.10", "90001.20000000001", "1e4", "5"])}))
    report = prices.fetch(("BTC", MARCH_8))
    assert prices.rows("BTC") == [
        (datetime(2026, 3, 9, tzinfo=UTC), "90000.100000000000000000", "kraken BTC/USD"),
        (datetime(2026, 3, 10, tzinfo=UTC), "90001.200000000010000000", "kraken BTC/USD"),
        (datetime(2026, 3, 11, tzinfo=UTC), "10000.000000000000000000", "kraken BTC/USD"),
    ]
    assert [(asset.asset, asset.outcome, asset.known, asset.missing) for asset in report.assets] == [
        ("BTC", "ok", 3, 0)
    ]
    assert report.errors == []


def test_second_fetch_of_a_night__asks_nothing(prices: "Prices") -> None:
    prices.open("kraken", kraken_files({"BTC/USD": days(MARCH_1, ["1"] * 12)}))
    prices.fetch(("BTC", MARCH_1))
    before = prices.requests()
    report = prices.fetch(("BTC", MARCH_1))
    assert prices.requests() == before
    assert (report.requests, report.rows) == (0, 0)
    assert report.assets[0].outcome == "ok"


def test_next_night__asks_for_the_new_day_only(prices: "Prices") -> None:
    kraken = prices.open("kraken", kraken_files({"BTC/USD": days(MARCH_1, ["1"] * 20)}))
    prices.fetch(("BTC", MARCH_1))
    prices.next_night()
    report = prices.fetch(("BTC", MARCH_1))
    assert kraken.count("OHLC") == 2
    assert report.rows == 1
    assert sorted(prices.prices("BTC")) == [march(day) for day in range(1, 12)]


def test_wanted_from_an_earlier_day__asks_for_the_days_before_only(prices: "Prices") -> None:
    kraken = prices.open("kraken", kraken_files({"BTC/USD": days(MARCH_1, ["1"] * 12)}))
    prices.fetch(("BTC", MARCH_8))
    report = prices.fetch(("BTC", march(6)))
    assert (report.rows, kraken.count("OHLC")) == (2, 2)


def test_days_older_than_the_first_venue_tells__come_from_the_next(prices: "Prices") -> None:
    first = date(2023, 9, 1)
    prices.now = datetime(2026, 3, 1, 2, 0, tzinfo=UTC)
    whole = (date(2026, 3, 1) - first).days
    kraken = prices.open("kraken", kraken_files({"BTC/USD": days(first, [f"2.{n}" for n in range(whole + 1)])}))
    coinbase = prices.open("coinbase", coinbase_files({"BTC/USD": days(first, [f"1.{n}" for n in range(whole)])}))
    report = prices.fetch(("BTC", first))
    sources = [source for _, _, source in prices.rows("BTC")]
    # Kraken tells the newest 720 candles, one of them still running
    assert sources == ["coinbase BTC/USD"] * (whole - 719) + ["kraken BTC/USD"] * 719
    assert report.assets[0].missing == 0
    assert kraken.count("OHLC") == 1
    prices.next_night()
    asked = coinbase.count()
    prices.fetch(("BTC", first))
    assert coinbase.count() == asked


def test_long_history__is_paged_by_what_the_venue_sends(prices: "Prices") -> None:
    first = date(2023, 9, 1)
    prices.now = datetime(2026, 3, 1, 2, 0, tzinfo=UTC)
    whole = (date(2026, 3, 1) - first).days
    coinbase = prices.open("coinbase", coinbase_files({"BTC/USD": days(first, [f"1.{n}" for n in range(whole)])}))
    prices.fetch(("BTC", first))
    assert list(prices.prices("BTC").values()) == [f"1.{n}".ljust(20, "0") for n in range(whole)]
    assert coinbase.count("candles") == 4  # 912 days, at most 300 at once


def test_coin_without_a_dollar_market__is_chained_through_tether_at_its_own_price(prices: "Prices") -> None:
    prices.open(
        "kraken",
        kraken_files(
            {"KAS/USDT": days(march(9), ["0.10010", "0.10020"]), "USDT/USD": days(march(9), ["0.99980", "1.00010"])}
        ),
    )
    prices.fetch(("KAS", march(9)))
    # 0.10010 x 0.99980 = 0.1000799800; 0.10020 x 1.00010 = 0.1002100200
    assert [row[1:] for row in prices.rows("KAS")] == [
        ("0.100079980000000000", "kraken KAS/USDT×USDT/USD"),  # noqa: RUF001
        ("0.100210020000000000", "kraken KAS/USDT×USDT/USD"),  # noqa: RUF001
    ]
    assert [row[1:] for row in prices.rows("USDT")] == [
        ("0.999800000000000000", "kraken USDT/USD"),
        ("1.000100000000000000", "kraken USDT/USD"),
    ]


def test_chain_over_three_markets_of_two_venues__names_each(prices: "Prices") -> None:
    prices.open("kraken", kraken_files({"USDT/USD": days(march(10), ["0.5"])}))
    prices.open(
        "binance", binance_files({"SC/BTC": days(march(10), ["0.00000003"]), "BTC/USDT": days(march(10), ["80000"])})
    )
    prices.fetch(("SC", march(10)))
    # 0.00000003 x 80000 x 0.5 = 0.0012
    assert [row[1:] for row in prices.rows("SC")] == [
        ("0.001200000000000000", "binance SC/BTC×BTC/USDT×kraken USDT/USD")  # noqa: RUF001
    ]


def test_direct_market_on_a_later_venue__is_taken_before_a_chain(prices: "Prices") -> None:
    prices.open("kraken", kraken_files({"KAS/USDT": days(march(10), ["0.1"]), "USDT/USD": days(march(10), ["1"])}))
    prices.open("coinbase", coinbase_files({"KAS/USD": days(march(10), ["0.2"])}))
    prices.fetch(("KAS", march(10)))
    assert [row[2] for row in prices.rows("KAS")] == ["coinbase KAS/USD"]


def test_day_that_the_dollar_market_has_no_candle_for__comes_from_the_chain(prices: "Prices") -> None:
    prices.open(
        "kraken",
        kraken_files(
            {
                "KAS/USD": days(MARCH_8, ["0.1", None, "0.3"]),
                "KAS/USDT": days(MARCH_8, ["7", "0.2", "7"]),
                "USDT/USD": days(MARCH_8, ["1", "1", "1"]),
            }
        ),
    )
    prices.fetch(("KAS", MARCH_8))
    assert [row[2] for row in prices.rows("KAS")] == [
        "kraken KAS/USD",
        "kraken KAS/USDT×USDT/USD",  # noqa: RUF001
        "kraken KAS/USD",
    ]


def test_tether_without_a_market_of_its_own__is_not_taken_for_a_dollar(prices: "Prices") -> None:
    prices.open("binance", binance_files({"KAS/USDT": days(MARCH_1, ["0.1"] * 10)}))
    report = prices.fetch(("KAS", MARCH_1), ("USDT", MARCH_1))
    assert report.rows == 0
    assert report.no_market == ["KAS", "USDT"]


def test_yen__is_priced_from_the_market_that_quotes_the_other_way_round(prices: "Prices") -> None:
    prices.open("kraken", kraken_files({"USD/JPY": days(march(10), ["150"])}))
    prices.fetch(("JPY", march(10)))
    assert [row[1:] for row in prices.rows("JPY")] == [("0.006666666666666667", "kraken 1÷USD/JPY")]


def test_base_currency__is_never_asked_for(prices: "Prices") -> None:
    prices.open("kraken", kraken_files({"BTC/USD": days(MARCH_1, ["1"] * 10)}))
    report = prices.fetch(("USD", MARCH_1))
    assert (report.requests, report.assets) == (0, [])


def test_coin_wanted_from_today__has_the_last_close(prices: "Prices") -> None:
    prices.open("kraken", kraken_files({"KAS/USD": days(MARCH_1, [str(day) for day in range(1, 12)])}))
    today = prices.now.date()
    fetcher = PriceFetcher(venues=["kraken"], prepare=prices._prepare)
    fetcher.fetch(prices.store, wanted=[Wanted("KAS", today)], now=prices.now)
    assert prices.rows("KAS") == [
        (datetime(2026, 3, 11, tzinfo=UTC), "10.000000000000000000", "kraken KAS/USD"),
    ]


def test_renamed_coin__is_priced_under_its_old_name_before_the_change(prices: "Prices") -> None:
    prices.open(
        "kraken",
        kraken_files({"MATIC/USD": days(MARCH_8, ["0.5", "0.6"]), "POL/USD": days(march(10), ["0.7"])}),
    )
    prices.fetch(("POL", MARCH_8), aliases={"MATIC": "POL", "XBT": "BTC"})
    assert [row[2] for row in prices.rows("POL")] == ["kraken MATIC/USD", "kraken MATIC/USD", "kraken POL/USD"]


def test_coin_that_is_no_other_coins_old_name_any_more__is_priced_by_itself(prices: "Prices") -> None:
    prices.open("kraken", kraken_files({"MATIC/USD": days(march(10), ["0.5"])}))
    prices.fetch(("POL", march(10)), aliases={"MATIC": "POL"})
    prices.fetch(("MATIC", march(10)))
    assert list(prices.prices("MATIC")) == list(prices.prices("POL")) == [march(10)]


def test_gap_in_a_market__stays_a_gap_and_is_not_asked_for_again(prices: "Prices") -> None:
    kraken = prices.open(
        "kraken", kraken_files({"KAS/USD": days(march(3), ["1", None, "0", "0.00", "5", "6", "7", "8"])})
    )
    report = prices.fetch(("KAS", MARCH_1))
    assert sorted(prices.prices("KAS")) == [march(day) for day in (3, 7, 8, 9, 10)]
    assert (report.assets[0].outcome, report.assets[0].missing) == ("gaps", 5)
    before = kraken.count()
    assert prices.fetch(("KAS", MARCH_1)).assets[0].outcome == "gaps"
    assert kraken.count() == before


def test_newest_candle_that_is_not_there_yet__is_asked_for_until_there_is_a_later_one(prices: "Prices") -> None:
    files = kraken_files({"KAS/USD": days(MARCH_1, ["1"] * 9)})
    kraken = prices.open("kraken", files)
    assert prices.fetch(("KAS", MARCH_1)).assets[0].missing == 1
    for _ in range(5):
        asked = kraken.count("OHLC")
        prices.next_night()
        prices.fetch(("KAS", MARCH_1))
        assert kraken.count("OHLC") == asked + 1
    late = kraken_files({"KAS/USD": days(march(10), ["2", None, "2", "2", "2", "2"])})
    files["OHLC/1440/KASUSD"].extend(late["OHLC/1440/KASUSD"])
    assert prices.fetch(("KAS", MARCH_1)).assets[0].missing == 1
    assert sorted(prices.prices("KAS")) == [march(day) for day in (*range(1, 11), *range(12, 16))]
    asked = kraken.count("OHLC")
    prices.fetch(("KAS", MARCH_1))
    assert kraken.count("OHLC") == asked


def test_market_that_closed__is_left_alone_after_some_days(prices: "Prices") -> None:
    files = binance_files({"KAS/USDC": days(MARCH_1, ["1"] * 3)})
    files["exchangeInfo"]["symbols"][0]["status"] = "BREAK"
    prices.open("kraken", kraken_files({"USDC/USD": days(MARCH_1, ["1"] * 30)}))
    binance = prices.open("binance", files)
    assert prices.fetch(("KAS", MARCH_1)).assets[0].known == 3
    before = [row[0] for row in prices.rows("KAS")]
    prices.next_night(10)
    prices.fetch(("KAS", MARCH_1))
    (first, *_), later = binance.asked("klines"), binance.asked("klines")[-1]
    assert int(first["startTime"]) == int(datetime(2026, 3, 1, tzinfo=UTC).timestamp() * 1000)
    assert int(later["startTime"]) >= int(datetime(2026, 3, 8, tzinfo=UTC).timestamp() * 1000)
    assert [row[0] for row in prices.rows("KAS")] == before


def test_coin_without_any_market__is_listed_and_costs_a_night_only_the_market_lists(prices: "Prices") -> None:
    kraken = prices.open("kraken", kraken_files({"BTC/USD": days(MARCH_1, ["1"] * 30)}))
    binance = prices.open("binance", binance_files({"BTC/USDT": days(MARCH_1, ["1"] * 30)}))
    report = prices.fetch(("SCP", MARCH_1))
    assert report.no_market == ["SCP"]
    assert report.errors == []
    (row,) = [row for row in prices.attempts() if row["stream"] == "SCP"]
    assert row["outcome"] == "not_offered"
    assert row["error"] == "no market of SCP leads to USD on kraken, binance"
    for _ in range(2):
        prices.next_night()
        before = (kraken.count(), binance.count())
        assert prices.fetch(("SCP", MARCH_1)).no_market == ["SCP"]
        assert (kraken.count() - before[0], binance.count() - before[1]) == (2, 1)
    assert kraken.count("OHLC") == 0
    assert prices.rows("SCP") == []


def test_coin_listed_later__is_priced_from_then_on(prices: "Prices") -> None:
    prices.open("kraken", kraken_files({"BTC/USD": {}}))
    assert prices.fetch(("XTM", MARCH_1)).no_market == ["XTM"]
    prices.next_night(5)
    prices.open("kraken", kraken_files({"XTM/USD": days(march(12), ["3"] * 4)}))
    assert prices.fetch(("XTM", MARCH_1)).assets[0].outcome == "gaps"
    assert sorted(prices.prices("XTM")) == [march(day) for day in range(12, 16)]


def test_rate_limit_in_the_middle__is_a_failure_and_not_a_coin_without_price(prices: "Prices") -> None:
    first = date(2023, 9, 1)
    prices.now = datetime(2026, 3, 1, 2, 0, tzinfo=UTC)
    whole = (date(2026, 3, 1) - first).days
    coinbase = prices.open("coinbase", coinbase_files({"BTC/USD": days(first, ["5"] * whole)}))
    coinbase.order(rate_limit("coinbase"), endpoint="candles", after=2, times=7)
    report = prices.fetch(("BTC", first), ("KAS", first))
    assert [asset.outcome for asset in report.assets] == ["failed", "failed"]
    assert (report.assets[0].known, report.no_market) == (602, [])
    (error,) = report.errors
    assert error.startswith("coinbase: Coinbase Advanced could not be asked for the closes of BTC/USD, 7 times.")
    assert [row["outcome"] for row in prices.attempts()] == ["failed"]
    assert report.venues[0].is_worth_retrying

    report = prices.fetch(("BTC", first))
    assert (report.assets[0].outcome, report.rows) == ("ok", whole - 602)
    assert coinbase.count("candles") == 2 + 7 + 2


@pytest.mark.parametrize(("after", "missing"), [(0, 300), (1, 300), (2, 300), (3, 9)])
def test_page_that_comes_back_empty__is_asked_again_the_next_time(prices: "Prices", after: int, missing: int) -> None:
    first = date(2023, 9, 1)
    prices.now = datetime(2026, 3, 1, 2, 0, tzinfo=UTC)
    whole = (date(2026, 3, 1) - first).days
    coinbase = prices.open("coinbase", coinbase_files({"BTC/USD": days(first, ["5"] * whole)}))
    coinbase.order(empty_page, endpoint="candles", after=after)
    assert prices.fetch(("BTC", first)).assets[0].missing == missing
    report = prices.fetch(("BTC", first))
    assert (report.rows, report.assets[0].missing) == (missing, 0)


def test_market_that_opened_later__is_not_asked_for_the_time_before_again(prices: "Prices") -> None:
    first = date(2023, 9, 1)
    coinbase = prices.open("coinbase", coinbase_files({"BTC/USD": days(date(2025, 12, 1), ["5"] * 100)}))
    prices.fetch(("BTC", first))
    before = coinbase.count("candles")
    assert prices.fetch(("BTC", first)).assets[0].outcome == "gaps"
    assert coinbase.count("candles") == before == 4


def test_rate_limit_for_a_moment__is_waited_out(prices: "Prices") -> None:
    kraken = prices.open("kraken", kraken_files({"BTC/USD": days(MARCH_1, ["5"] * 10)}))
    kraken.order(rate_limit("kraken"), endpoint="OHLC", times=3)
    report = prices.fetch(("BTC", MARCH_1))
    assert (report.assets[0].outcome, report.errors) == ("ok", [])


def test_venue_that_is_down__does_not_keep_the_next_from_being_asked(prices: "Prices") -> None:
    kraken = prices.open("kraken", kraken_files({"BTC/USD": days(MARCH_1, ["5"] * 10)}))
    prices.open("coinbase", coinbase_files({"BTC/USD": days(MARCH_1, ["6"] * 10), "KAS/USD": {}}))
    kraken.order(server_error(), times=1000)
    report = prices.fetch(("BTC", MARCH_1), ("KAS", MARCH_1), ("SCP", MARCH_1))
    assert [(asset.asset, asset.outcome) for asset in report.assets] == [
        ("BTC", "ok"),
        ("KAS", "failed"),
        ("SCP", "failed"),
    ]
    assert {row[2] for row in prices.rows("BTC")} == {"coinbase BTC/USD"}
    assert kraken.count() == 7  # given up once for the whole fetch, not once for each coin


def answers(content: Any, *, status: int = 200) -> Fault:
    return lambda _request, _ask: json_answer(content, status=status)


def test_market_that_answers_an_error__fails_what_rests_on_it_and_nothing_else(prices: "Prices") -> None:
    kraken = prices.open(
        "kraken",
        kraken_files(
            {
                "KAS/USDT": days(MARCH_1, ["0.1"] * 10),
                "USDT/USD": days(MARCH_1, ["1"] * 10),
                "ZEC/USD": days(MARCH_1, ["400"] * 10),
            }
        ),
    )
    kraken.order(answers({"error": ["EGeneral:Invalid arguments"]}), endpoint="OHLC")
    report = prices.fetch(("KAS", MARCH_1), ("SCP", MARCH_1), ("ZEC", MARCH_1))
    assert [(asset.asset, asset.outcome) for asset in report.assets] == [
        ("KAS", "failed"),
        ("SCP", "no_market"),
        ("ZEC", "ok"),
    ]
    (error,) = report.errors
    assert "the closes of USDT/USD" in error
    assert prices.fetch(("KAS", MARCH_1)).assets[0].outcome == "ok"


def test_market_list_that_is_not_understood__is_asked_for_once(prices: "Prices") -> None:
    kraken = prices.open("kraken", kraken_files({"BTC/USD": {}}))
    kraken.order(answers({"error": ["EGeneral:Invalid arguments"]}), endpoint="AssetPairs", times=1000)
    report = prices.fetch(("BTC", MARCH_1), ("KAS", MARCH_1))
    assert [asset.outcome for asset in report.assets] == ["failed", "failed"]
    assert kraken.count("AssetPairs") == 1


def test_closed_market_that_answers_an_error__is_no_failure(prices: "Prices") -> None:
    files = binance_files({"KAS/USDC": days(MARCH_1, ["1"] * 3)})
    files["exchangeInfo"]["symbols"][0]["status"] = "BREAK"
    prices.open("kraken", kraken_files({"USDC/USD": days(MARCH_1, ["1"] * 10)}))
    binance = prices.open("binance", files)
    binance.order(answers({"code": -1121, "msg": "Invalid symbol."}, status=400), endpoint="klines")
    report = prices.fetch(("KAS", MARCH_1))
    assert (report.errors, report.assets[0].outcome) == ([], "gaps")


def test_venue_that_ccxt_does_not_know__fails_and_the_others_are_asked(prices: "Prices") -> None:
    prices.open("kraken", kraken_files({"BTC/USD": days(MARCH_1, ["5"] * 10)}))
    report = prices.fetch(("BTC", MARCH_1), venues=["nowhere", "kraken"])
    assert report.assets[0].outcome == "ok"
    assert report.errors[0].startswith("nowhere: 'nowhere' is not an exchange that ccxt")
    assert not report.venues[0].is_worth_retrying


def test_days_that_begin_at_another_hour__are_not_taken(prices: "Prices") -> None:
    moved = {at.replace(hour=16): close for at, close in days(MARCH_1, ["5"] * 10).items()}
    kraken = prices.open("kraken", kraken_files({"BTC/USD": moved}))
    report = prices.fetch(("BTC", MARCH_1))
    assert (report.rows, report.assets[0].outcome) == (0, "gaps")
    prices.fetch(("BTC", MARCH_1))
    assert kraken.count("OHLC") == 1


def test_hourly__adds_the_closes_of_the_hours_between(prices: "Prices") -> None:
    start = datetime(2026, 3, 10, tzinfo=UTC)
    prices.open(
        "kraken",
        kraken_files(
            {"BTC/USD": days(march(9), ["100", "24"])},
            hourly={"BTC/USD": hours(start, [str(n + 1) for n in range(26)])},
        ),
    )
    prices.fetch(("BTC", march(9)), hourly=True)
    rows = prices.rows("BTC")
    assert [(at.day, at.hour, int(price.partition(".")[0])) for at, price, _ in rows] == [
        (10, 0, 100),
        *((10, hour, hour) for hour in range(1, 24)),
        (11, 0, 24),
        (11, 1, 25),
        (11, 2, 26),
    ]
    before = prices.requests()
    prices.fetch(("BTC", march(9)), hourly=True)
    assert prices.requests() == before


def test_interrupted_fetch__goes_on_where_it_was(prices: "Prices") -> None:
    markets = {f"{name}/USD": days(MARCH_1, ["5"] * 10) for name in ("AAA", "BBB", "CCC")}
    kraken = prices.open("kraken", kraken_files(markets))
    wanted = [Wanted(name, march(2)) for name in ("AAA", "BBB", "CCC")]
    fetcher = PriceFetcher(venues=["kraken"], prepare=prices._prepare)

    def stop_at_the_second(_account: str, _venue: str, rows: int) -> None:
        if rows > 10:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        fetcher.fetch(prices.store, wanted=wanted, now=prices.now, progress=stop_at_the_second)
    assert kraken.count("OHLC") == 2
    report = prices.fetch(("AAA", MARCH_1), ("BBB", MARCH_1), ("CCC", MARCH_1))
    assert (kraken.count("OHLC"), report.rows) == (3, 10)


def test_another_base_currency__does_not_mix_with_the_closes_in_dollars(prices: "Prices") -> None:
    prices.open("kraken", kraken_files({"BTC/USD": days(march(10), ["90000"]), "BTC/EUR": days(march(10), ["80000"])}))
    prices.fetch(("BTC", march(10)))
    report = prices.fetch(("BTC", march(10)), base="EUR")
    assert report.rows == 1
    assert [row[2] for row in prices.rows("BTC")] == ["kraken BTC/EUR", "kraken BTC/USD"]


def test_replayed_venue__is_answered_from_its_folder(tmp_path: Path) -> None:
    for name, content in kraken_files({"BTC/USD": days(date(2024, 3, 1), ["5", "6"])}).items():
        path = tmp_path / "kraken" / f"{name}.json"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps(content))
    fetcher = PriceFetcher(venues=["kraken"], replay_folders={"kraken": tmp_path / "kraken"})
    now = datetime(2024, 3, 3, 2, tzinfo=UTC)
    report = fetcher.fetch(RawStore(tmp_path / "raw"), wanted=[Wanted("BTC", date(2024, 3, 2))], now=now)
    assert (report.rows, report.errors) == (2, [])


def test_replay_folder_that_is_not_there__fails_with_its_path(tmp_path: Path) -> None:
    fetcher = PriceFetcher(venues=["kraken"], replay_folders={"kraken": tmp_path / "nothing"})
    now = datetime(2024, 3, 3, 2, tzinfo=UTC)
    report = fetcher.fetch(RawStore(tmp_path / "raw"), wanted=[Wanted("BTC", date(2024, 3, 2))], now=now)
    (error,) = report.errors
    assert f"{tmp_path / 'nothing'} is not a folder" in error
