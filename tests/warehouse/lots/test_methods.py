"""Which method holds when: what was chosen, what was recorded, and what the broker was told."""

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest

from warehouse.lots.journal import Entry, StandingOrder, next_entry
from warehouse.lots.methods import ChosenMethod, MethodPeriod, RecordRules, method_periods

ZONE = ZoneInfo("America/New_York")
US = RecordRules(recorded_since=date(2025, 1, 1), broker_told_since=date(2027, 1, 1))
NEW_YEAR_2025 = datetime(2025, 1, 1, 5, tzinfo=UTC)
NEW_YEAR_2027 = datetime(2027, 1, 1, 5, tzinfo=UTC)
ORDERED = datetime(2025, 6, 3, 14, 30, tzinfo=UTC)


def _periods(
    *chosen: ChosenMethod, entries: list[Entry] | None = None, is_broker: bool = False, rules: RecordRules = US
) -> list[tuple[datetime | None, str]]:
    periods = method_periods("kraken", chosen, entries or [], rules=rules, is_broker=is_broker, zone=ZONE)
    return [(period.since, period.method) for period in periods]


def _order(method: str = "hifo", *, is_broker_told: bool = False, account: str = "kraken") -> list[Entry]:
    return [next_entry([], StandingOrder(account, method, is_broker_told), identified_at=ORDERED)]  # type: ignore[arg-type]


def test_method__fifo__needs_no_record() -> None:
    assert _periods(ChosenMethod("fifo"), is_broker=True) == [(None, "fifo")]


def test_method__only_chosen__holds_before_2025_as_filed_and_not_after() -> None:
    assert _periods(ChosenMethod("hifo")) == [(None, "hifo"), (NEW_YEAR_2025, "fifo")]


def test_method__standing_order__holds_from_its_instant() -> None:
    assert _periods(ChosenMethod("hifo"), entries=_order()) == [
        (None, "hifo"), (NEW_YEAR_2025, "fifo"), (ORDERED, "hifo"),
    ]  # fmt: skip


def test_method__standing_order_of_another_account__changes_nothing() -> None:
    assert _periods(ChosenMethod("fifo"), entries=_order(account="binance")) == [(None, "fifo")]


def test_method__recorded_elsewhere__holds_and_says_where() -> None:
    chosen = ChosenMethod("hifo", date(2025, 3, 1), evidence="letter to the broker of 2025-02-20")
    periods = method_periods("kraken", [ChosenMethod("fifo"), chosen], [], rules=US, is_broker=False, zone=ZONE)
    assert periods == [
        MethodPeriod(None, "fifo", "configured", "fifo"),
        MethodPeriod(
            datetime(2025, 3, 1, 5, tzinfo=UTC), "hifo",
            "configured, recorded in: letter to the broker of 2025-02-20", "hifo",
        ),
    ]  # fmt: skip


@pytest.mark.parametrize(("told", "after"), [(False, "fifo"), (True, "hifo")])
def test_method__of_a_broker_from_2027__needs_that_the_broker_was_told(told: bool, after: str) -> None:  # noqa: FBT001
    periods = _periods(ChosenMethod("fifo"), entries=_order(is_broker_told=told), is_broker=True)
    assert periods[:2] == [(None, "fifo"), (ORDERED, "hifo")]
    assert periods[2:] == ([(NEW_YEAR_2027, "fifo")] if after == "fifo" else [])


def test_method__revoked_by_configured_fifo__ends_the_standing_order() -> None:
    chosen = (ChosenMethod("hifo"), ChosenMethod("fifo", date(2026, 1, 1)))
    assert _periods(*chosen, entries=_order())[-1] == (datetime(2026, 1, 1, 5, tzinfo=UTC), "fifo")


def test_method__where_no_record_is_asked_for__holds_as_chosen() -> None:
    chosen = (ChosenMethod("hifo"), ChosenMethod("lifo", date(2026, 1, 1)))
    assert _periods(*chosen, rules=RecordRules()) == [(None, "hifo"), (datetime(2026, 1, 1, 5, tzinfo=UTC), "lifo")]
