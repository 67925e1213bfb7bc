"""From when what is sold today may be bought back. Expected dates are counted by hand from the rules in FACTS."""

from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from support.books import book_of_everything
from support.raw_book import RawBook, row
from warehouse.harvest.repurchase.answer import Arrival, Delay, repurchase
from warehouse.harvest.repurchase.law import window_of

TODAY = date(2026, 11, 21)


def answer(jurisdiction: str = "US", asset: str = "BTC", asset_class: str = "coin", **changes: Any) -> dict[str, Any]:
    values: dict[str, Any] = {
        "same_as": [],
        "window": window_of(jurisdiction, asset_class, TODAY, coins_since=changes.pop("coins_since", None)),
        "arrivals": [],
        "held": [asset],
        "delay": Delay(0, "why"),
        "today": TODAY,
    }
    return repurchase(asset, **{**values, **changes})


def came(days_ago: int, quantity: str = "1", **changes: Any) -> Arrival:
    values: dict[str, Any] = {"account": "kraken", "asset": "BTC", "origin": "trade"}
    return Arrival(**{**values, **changes}, day=TODAY - timedelta(days=days_ago), quantity=Decimal(quantity))


@pytest.mark.parametrize(
    ("jurisdiction", "asset_class", "harmless"),
    [
        ("US", "coin", date(2026, 11, 21)),
        ("US", "security", date(2026, 12, 22)),  # 30 days after 21 November end on 21 December
        ("GB", "coin", date(2026, 12, 22)),
        ("CA", "coin", date(2026, 12, 22)),
        ("IE", "coin", date(2026, 12, 20)),  # four weeks after 21 November end on 19 December
    ],
)
def test_repurchase__law_in_force__says_the_first_harmless_day(
    jurisdiction: str, asset_class: str, harmless: date
) -> None:
    found = answer(jurisdiction, asset_class=asset_class)
    assert (found["harmless_from_date"], found["is_allowed_at_once"]) == (harmless, harmless == TODAY)
    assert found["shadow_from_date"] == date(2026, 12, 22)


def test_repurchase__country_that_is_not_written_here__says_so_and_no_date() -> None:
    found = answer("FR")
    assert (found["law"], found["is_allowed_at_once"], found["harmless_from_date"]) == (None, None, None)
    assert "no rule on buying back is written here" in found["warnings"][0]


def test_repurchase__law_that_reaches_coins__holds_from_its_day() -> None:
    assert answer(coins_since=TODAY)["is_allowed_at_once"] is False
    assert answer(coins_since=TODAY + timedelta(days=1))["is_allowed_at_once"] is True


def test_repurchase__own_delay__is_later_with_its_reason_and_never_earlier_than_the_law() -> None:
    found = answer(delay=Delay(3, "economic substance"))
    assert (found["reentry_from_date"], found["reentry_reason"]) == (date(2026, 11, 24), "economic substance")
    found = answer("GB", delay=Delay(3, "economic substance"))
    assert (found["reentry_from_date"], found["reentry_reason"]) == (date(2026, 12, 22), None)


def test_repurchase__own_delay_where_no_law_is_written__is_kept_with_its_reason() -> None:
    found = answer("DE", delay=Delay(10, "abuse of form"))
    assert (found["reentry_from_date"], found["reentry_reason"]) == (date(2026, 12, 1), "abuse of form")
    assert found["harmless_from_date"] is None
    assert (answer("DE")["reentry_from_date"], answer("DE")["reentry_reason"]) == (None, None)


def test_repurchase__bought_in_the_window__counts_thirty_days_back() -> None:
    arrivals = [came(30, "2"), came(31, "4"), came(0, "1")]
    assert answer(arrivals=arrivals)["bought_before_quantity"] == 3


def test_repurchase__weekly_rewards_and_a_group__are_told_as_what_comes() -> None:
    rewards = [came(7 * number, "0.1", asset="WBTC", origin="reward") for number in range(6)]
    found = answer(arrivals=rewards, same_as=["WBTC"])
    assert found["upcoming_count"] == 4
    (words,) = found["upcoming"]
    assert words.startswith("rewards of WBTC in kraken came about every 7 days: 4 more are to be expected until")
    assert words.endswith("until 2026-12-21, the next about 2026-11-28")


def test_repurchase__spot_fund_held_beside__is_a_warning_both_ways() -> None:
    assert "IBIT holds BTC" in answer(held=["BTC", "IBIT"])["warnings"][0]
    assert "IBIT holds BTC, which is held too" in answer(asset="IBIT", held=["BTC", "IBIT"])["warnings"][0]
    assert answer(held=["BTC", "ETHA"])["warnings"] == []


@pytest.mark.parametrize(
    ("asset", "other"), [("ETH", "stETH"), ("rETH", "ETH"), ("STETH", "cbETH"), ("USDC.E", "USDC")]
)
def test_repurchase__staked_or_bridged_form_held_too__warns_that_nobody_has_ruled(asset: str, other: str) -> None:
    (warning,) = answer(asset=asset, held=[asset, other, "BTC"])["warnings"]
    assert warning.startswith(f"{other} is much like {asset}")
    assert answer(asset=asset, held=[asset, other], same_as=[other])["warnings"] == []
    assert answer(asset=asset, held=[asset, "BTC", "WETH"])["warnings"] == []


def test_repurchase_step__book__has_a_row_for_each_candidate_coin(tmp_path: Path) -> None:
    book = book_of_everything(tmp_path)
    book.build()
    rows = book.ask("SELECT asset, same_as, is_allowed_at_once, harmless_from_date::VARCHAR FROM harvest.repurchase")
    assert [row for row in rows if row[0] == "BTC"] == [("BTC", ["WBTC", "CBBTC"], True, "2026-11-24")]
    assert {row[0] for row in rows} == {asset for (asset,) in book.ask("SELECT DISTINCT asset FROM harvest.candidates")}


def test_repurchase_step__recurring_purchase__is_found_in_the_own_history(tmp_path: Path) -> None:
    book = RawBook(tmp_path)
    buys = [row(f"b{day}", "trade", f"2026-11-{day:02}", "0.1 BTC", "-9000 USD") for day in (2, 9, 16, 23)]
    book.add("kraken", "trades", *buys)
    book.price("BTC", "2026-11-23", "60000")
    book.build()
    ((upcoming, before),) = book.ask("SELECT upcoming, bought_before_quantity FROM harvest.repurchase")
    assert len(upcoming) == 1
    assert upcoming[0].startswith("purchases of BTC in kraken came about every 7 days: 4 more are to be expected")
    assert upcoming[0].endswith("until 2026-12-24, the next about 2026-11-30")
    assert before == Decimal("0.4")
