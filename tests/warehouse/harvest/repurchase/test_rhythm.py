"""Rhythms in dates: what is regular, what is not, and what is to be expected."""

from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from warehouse.harvest.repurchase.rhythm import find_rhythm

TODAY = date(2026, 11, 21)


def every(days: int, count: int, *, last: date = TODAY) -> list[date]:
    return [last - timedelta(days=days * number) for number in range(count)]


def test_rhythm__every_week__is_found_and_goes_on() -> None:
    rhythm = find_rhythm(every(7, 10, last=TODAY - timedelta(days=2)), today=TODAY)
    assert rhythm is not None
    assert (rhythm.every_days, rhythm.last) == (7, date(2026, 11, 19))
    assert rhythm.upcoming(TODAY, date(2026, 12, 21)) == [
        date(2026, 11, 26), date(2026, 12, 3), date(2026, 12, 10), date(2026, 12, 17),
    ]  # fmt: skip


def test_rhythm__months_of_28_to_31_days__is_one() -> None:
    firsts = [date(2026, month, 1) for month in range(1, 12)]
    rhythm = find_rhythm(firsts, today=TODAY)
    assert rhythm is not None
    assert rhythm.every_days == 31


def test_rhythm__three_arrivals__are_too_few() -> None:
    assert find_rhythm(every(7, 3), today=TODAY) is None


def test_rhythm__it_stopped_more_than_two_gaps_ago__is_none() -> None:
    assert find_rhythm(every(7, 10, last=TODAY - timedelta(days=15)), today=TODAY) is None
    assert find_rhythm(every(7, 10, last=TODAY - timedelta(days=14)), today=TODAY) is not None


def test_rhythm__now_and_then__is_none() -> None:
    days = [TODAY - timedelta(days=ago) for ago in (0, 3, 40, 41, 90, 100, 190)]
    assert find_rhythm(days, today=TODAY) is None


def test_rhythm__old_habit_was_another__only_the_latest_count() -> None:
    old = every(1, 30, last=TODAY - timedelta(days=200))
    rhythm = find_rhythm([*old, *every(14, 13)], today=TODAY)
    assert rhythm is not None
    assert rhythm.every_days == 14


@given(st.lists(st.dates(date(2024, 1, 1), date(2027, 12, 31)), max_size=40), st.integers(0, 90))
def test_rhythm__any_days__what_is_expected_lies_ahead_and_in_order(days: list[date], ahead: int) -> None:
    rhythm = find_rhythm(days, today=TODAY)
    if rhythm is not None:
        until = TODAY + timedelta(days=ahead)
        expected = rhythm.upcoming(TODAY, until)
        assert expected == sorted(set(expected))
        assert all(TODAY < day <= until for day in expected)
