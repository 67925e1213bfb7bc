"""Two clocks that end a year. Expected instants are the offsets of the zones in those winters, by hand."""

from datetime import UTC, datetime, timedelta
from functools import partial
from zoneinfo import ZoneInfo

import pytest

from support.empty_warehouse import instant
from warehouse.harvest.deadlines import deadlines
from warehouse.settings import AccountSettings, BookSettings

ACCOUNTS = (
    AccountSettings("kraken", "exchange", is_broker=True),
    AccountSettings("bitflyer", "exchange", is_broker=True, time_zone=ZoneInfo("Asia/Tokyo")),
    AccountSettings("cold", "evm"),
)


def _settings(zone: str, jurisdiction: str = "US") -> BookSettings:
    return BookSettings(accounts=ACCOUNTS, time_zone=ZoneInfo(zone), jurisdiction=jurisdiction)


def _reasons(zone: str, account: str, as_of: str) -> list[tuple[str, str]]:
    found = deadlines(_settings(zone), instant(as_of))
    return [(doubt.status, doubt.reason) for doubt in found.doubts(account)]


@pytest.mark.parametrize(
    ("zone", "end", "kraken", "bitflyer"),
    [
        ("America/New_York", "2027-01-01T05:00", "2027-01-01T00:00", "2026-12-31T15:00"),
        ("America/Los_Angeles", "2027-01-01T08:00", "2027-01-01T00:00", "2026-12-31T15:00"),
        ("Pacific/Auckland", "2026-12-31T11:00", "2026-12-31T11:00", "2026-12-31T11:00"),
        ("UTC", "2027-01-01T00:00", "2027-01-01T00:00", "2026-12-31T15:00"),
    ],
)
def test_sell_by__is_the_earlier_end_of_the_year(zone: str, end: str, kraken: str, bitflyer: str) -> None:
    found = deadlines(_settings(zone), datetime(2026, 11, 28, 12, tzinfo=UTC))
    assert found.end == instant(end)
    assert found.sell_by("kraken") == instant(kraken)
    assert found.sell_by("bitflyer") == instant(bitflyer)
    assert found.sell_by("cold") == found.sell_by("outside") == found.end  # nobody states a year for them


def test_sell_by__of_a_year_that_ends_in_april__ends_with_its_own_calendar() -> None:
    """The year of the United Kingdom ends with 5 April, in summer time: 23:00 UTC, and in Tokyo at 15:00 UTC."""
    found = deadlines(_settings("Europe/London", "GB"), datetime(2026, 11, 28, 12, tzinfo=UTC))
    assert found.end == instant("2027-04-05T23:00")
    assert found.sell_by("bitflyer") == instant("2027-04-05T15:00")


def test_doubts__between_the_two_ends__say_that_statements_may_differ() -> None:
    reasons = partial(_reasons, "America/New_York")
    assert reasons("kraken", "2026-12-31T23:59") == []
    assert reasons("kraken", "2027-01-01T00:00") == [
        ("review", "by the clock of kraken's statements the year is over: they may date a sale now in the next")
    ]
    assert reasons("cold", "2027-01-01T04:59") == []
    assert reasons("kraken", "2027-01-01T05:00") == []  # a new year for both


def test_doubts__new_year_came_to_the_taxpayer_first__say_so_until_the_broker_has_it() -> None:
    """Midnight in Tokyo is 15:00 UTC."""
    reasons = partial(_reasons, "Asia/Tokyo")
    late = "by the clock of kraken's statements the year before holds: they may date a sale now in it"
    assert reasons("kraken", "2026-12-31T14:59") == []
    assert reasons("kraken", "2026-12-31T15:00") == [("review", late)]
    assert reasons("kraken", "2026-12-31T23:59") == [("review", late)]
    assert reasons("kraken", "2027-01-01T00:00") == []
    assert reasons("bitflyer", "2026-12-31T15:00") == reasons("cold", "2026-12-31T15:00") == []


def test_deadlines__at_any_hour_of_the_year__have_not_passed() -> None:
    for hour in range(0, 366 * 24, 7):
        as_of = datetime(2026, 1, 1, tzinfo=UTC) + timedelta(hours=hour)
        assert deadlines(_settings("America/New_York"), as_of).end > as_of
