"""Which losses a purchase of today would undo: the windows are counted by hand."""

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest

from support.empty_warehouse import instant
from warehouse.harvest.repurchase.law import lost_lately
from warehouse.settings import BookSettings, WashSaleSettings

TODAY = date(2026, 11, 28)
FUNDS = BookSettings(
    accounts=(),
    asset_classes={"IBIT": "etf", "FBTC": "etf"}, time_zone=ZoneInfo("America/New_York"),
    wash_sale=WashSaleSettings(groups=(("BTC", "IBIT"),)),
)  # fmt: skip


@pytest.mark.parametrize(
    ("sold", "is_undone"),
    [
        ("2026-11-29T04:59", True),  # today, in New York
        ("2026-11-29T05:00", False),  # tomorrow
        ("2026-10-29T04:00", True),  # 29 October, 30 days before
        ("2026-10-29T03:59", False),  # 28 October
    ],
)
def test_losses__of_thirty_days__are_counted_where_the_taxpayer_is(sold: str, *, is_undone: bool) -> None:
    assert (lost_lately([("FBTC", instant(sold))], TODAY, FUNDS) != {}) is is_undone


def test_losses__of_a_group__are_those_of_all_its_members_and_the_latest_counts() -> None:
    losses = [("IBIT", datetime(2026, 11, day, 12, tzinfo=UTC)) for day in (20, 10, 15)]
    lost = lost_lately(losses, TODAY, FUNDS)
    assert (lost["BTC"], lost["IBIT"]) == (date(2026, 11, 20), date(2026, 11, 20))
    assert "FBTC" not in lost


def test_losses__of_coins__count_from_the_day_on_that_is_configured() -> None:
    losses = [("BTC", datetime(2026, 11, 10, 12, tzinfo=UTC)), ("ETH", datetime(2026, 11, 20, 12, tzinfo=UTC))]
    assert lost_lately(losses, TODAY, BookSettings(accounts=())) == {}
    law = WashSaleSettings(coins_since=date(2026, 11, 15))
    lost = lost_lately(losses, TODAY, BookSettings(accounts=(), wash_sale=law))
    assert lost["ETH"] == lost["WETH"] == date(2026, 11, 20)  # the same unless configured otherwise
    assert "BTC" not in lost
