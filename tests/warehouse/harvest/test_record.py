"""The record of nights: what it keeps, which line stands for a day, and what it refuses."""

from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from warehouse.harvest.history.record import Night, RecordError, belongs_into, nights_to_show, read_lines, write_line

NEW_YORK = ZoneInfo("America/New_York")


def night(text: str, *, loss: str = "-10") -> Night:
    row = {
        "account": "kraken", "asset": "BTC", "term": "short", "status": "ready", "lot_count": 2, "unknown_count": 0,
        "quantity": Decimal("1.5"), "unrealized_usd": Decimal(loss),
    }  # fmt: skip
    return Night(datetime.fromisoformat(text).replace(tzinfo=UTC), (row,))


_ROWS = st.fixed_dictionaries(
    {
        "account": st.text(),
        "asset": st.text(),
        "term": st.sampled_from(["short", "long"]),
        "status": st.sampled_from(["ready", "review", "blocked"]),
        "lot_count": st.integers(1, 10**6),
        "unknown_count": st.integers(0, 10**6),
        "quantity": st.decimals("0.000000000000000001", 10**19, places=18),
        "unrealized_usd": st.decimals(-(10**19), 0, places=8),
    }
)
_INSTANTS = st.datetimes(datetime(2009, 1, 1), datetime(2100, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001


def test_record__planned_sales__read_back_as_written_and_nights_without_a_plan_stay_so() -> None:
    planned = {
        "rank": 1, "account": "kraken", "asset": "BTC", "sell_quantity": Decimal("0.000000000000000001"),
        "price_usd": Decimal("40000.5"), "value_usd": Decimal("1E-8"), "sell_cost_usd": Decimal(0),
        "cost_to_trade_usd": Decimal("2.00"), "short_loss_usd": Decimal("-1.5"), "long_loss_usd": Decimal(0),
        "tax_saved_usd": None, "net_benefit_usd": None, "deadline_at": datetime(2027, 1, 1, 5, tzinfo=UTC),
        "method": "hifo", "identify_command": None, "lots": (("t:1#0", Decimal("0.5"), "short"),),
    }  # fmt: skip
    told = replace(night("2026-11-20 07:00"), plan=(planned,))
    assert read_lines(write_line(night("2026-11-19 07:00")) + write_line(told)) == [night("2026-11-19 07:00"), told]
    assert read_lines(write_line(replace(told, plan=())))[0].plan == ()


@given(st.lists(st.builds(Night, _INSTANTS, st.lists(_ROWS, max_size=3).map(tuple), st.none()), max_size=4))
def test_record__any_nights_in_order__read_back_as_written(nights: list[Night]) -> None:
    kept = sorted(nights, key=lambda one: one.as_of)
    assert read_lines("".join(map(write_line, kept))) == kept


def test_record__two_builds_of_a_day__the_last_one_stands_for_it() -> None:
    nights = [night("2026-11-20 07:00"), night("2026-11-20 09:00", loss="-11")]
    assert nights_to_show(nights, as_of=night("2026-11-21 07:00").as_of, zone=NEW_YORK) == nights[1:]


def test_record__day_of_the_build_itself_and_later__is_left_to_the_build() -> None:
    # 03:00 UTC on the 21st is still the 20th in New York
    nights = [night("2026-11-19 07:00"), night("2026-11-21 03:00"), night("2026-11-22 07:00")]
    assert nights_to_show(nights, as_of=night("2026-11-21 04:00").as_of, zone=NEW_YORK) == nights[:1]


def test_record__build_of_the_past__leaves_no_trace() -> None:
    assert not belongs_into([night("2026-11-20 07:00")], night("2026-11-19 07:00"))
    assert not belongs_into([night("2026-11-20 07:00")], night("2026-11-20 07:00"))
    assert belongs_into([night("2026-11-20 07:00")], night("2026-11-20 07:00", loss="-12"))
    assert belongs_into([night("2026-11-20 07:00")], night("2026-11-21 07:00"))
    assert belongs_into([], night("2026-11-20 07:00"))


@pytest.mark.parametrize(
    "line",
    [
        "not json",
        "[]",
        '{"as_of": "2026-11-20T07:00:00", "candidates": []}',
        '{"as_of": "2026-11-20T07:00:00+00:00"}',
        '{"as_of": "2026-11-20T07:00:00+00:00", "candidates": [["kraken", "BTC", "short", "ready", 1, 0, 1.5, "-1"]]}',
        '{"as_of": "2026-11-20T07:00:00+00:00", "candidates": [["kraken", "BTC", "short", "ready", 1, 0, "1", "nan"]]}',
        '{"as_of": "2026-11-20T07:00:00+00:00", "candidates": [["kraken", "BTC", "short", "ready"]]}',
        '{"as_of": "2026-11-20T07:00:00+00:00", "candidates": [], "plan": [[1, "kraken", "BTC"]]}',
    ],
)
def test_record__line_that_is_no_night__is_named_with_what_to_do(line: str) -> None:
    with pytest.raises(RecordError, match=r"line 2: .* Move the file away"):
        read_lines(write_line(night("2026-11-19 07:00")) + line + "\n")


def test_record__lines_out_of_order__are_refused() -> None:
    with pytest.raises(RecordError, match="line 2: a night before"):
        read_lines(write_line(night("2026-11-20 07:00")) + write_line(night("2026-11-19 07:00")))
