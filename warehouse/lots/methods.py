"""Which lot method holds in an account, from when, and by what right. Pure.

Where a jurisdiction asks for a record made before the sale (US from 2025-01-01: Reg. 1.1012-1(j)(2), (3)), a method
that was only chosen is not one that counts: first in, first out holds until a standing order was written down. For
units that a broker holds the broker has to be told as well, from the day on which the relief for that ends.

Belongs here: from what was chosen and what was recorded to what holds. Does not belong here: carrying a method out.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from warehouse.lots.journal import Entry, StandingOrder
from warehouse.lots.policy import Method, MethodSince, day_begins

_BY_LAW = frozenset({"fifo", "specific"})
"""What holds for units that nobody identified, so it needs no record."""


@dataclass(frozen=True, slots=True)
class ChosenMethod:
    """A method that the owner chose in the configuration, from a local date on (`None`: from the beginning).

    `evidence` says where a record of it stands that was made in time, outside of lotkeeper's own journal.
    """

    method: Method
    since: date | None = None
    evidence: str | None = None
    is_broker_told: bool = False


@dataclass(frozen=True, slots=True)
class RecordRules:
    """From which local date on a method needs a record, and (for a broker's account) the broker's knowledge.

    `None`: never.
    """

    recorded_since: date | None = None
    broker_told_since: date | None = None


@dataclass(frozen=True, slots=True)
class MethodPeriod:
    """From `since` on (`None`: the beginning) `method` holds, for `reason`; `wanted` is what was last chosen."""

    since: datetime | None
    method: Method
    reason: str
    wanted: Method


@dataclass(frozen=True, slots=True)
class _Statement:
    start: MethodSince
    reason: str
    is_recorded: bool
    is_broker_told: bool


def method_periods(
    account: str,
    chosen: Sequence[ChosenMethod],
    entries: Iterable[Entry],
    *,
    rules: RecordRules,
    is_broker: bool,
    zone: ZoneInfo,
) -> list[MethodPeriod]:
    """The periods of one account, in order, without gaps, each different from the one before.

    At any time the last statement that counts then holds: one in the configuration counts before `recorded_since`, and
    after it with evidence; a standing order of the journal counts from the instant at which it was made.
    """
    statements = [_chosen(choice) for choice in chosen]
    statements += [
        _Statement(
            MethodSince(entry.statement.method, entry.identified_at),
            order_reason(entry),
            is_recorded=True,
            is_broker_told=entry.statement.is_broker_told,
        )
        for entry in entries
        if isinstance(entry.statement, StandingOrder) and entry.statement.account == account
    ]
    statements.sort(key=lambda statement: statement.start.starts_at(zone))
    told_since = rules.broker_told_since if is_broker else None
    days = [day for day in (rules.recorded_since, told_since) if day is not None]
    starts = sorted(
        {
            day_begins(None, zone),
            *(statement.start.starts_at(zone) for statement in statements),
            *(day_begins(day, zone) for day in days),
        }
    )
    periods: list[MethodPeriod] = []
    for start in starts:
        begun = [statement for statement in statements if statement.start.starts_at(zone) <= start]
        needs_record = rules.recorded_since is not None and start >= day_begins(rules.recorded_since, zone)
        needs_broker = told_since is not None and start >= day_begins(told_since, zone)
        counting = [statement for statement in begun if _counts(statement, needs_record, needs_broker)]
        method: Method = counting[-1].start.method if counting else "fifo"
        wanted: Method = begun[-1].start.method if begun else "fifo"
        reason = counting[-1].reason if counting else "first in, first out, as nothing else is recorded"
        period = MethodPeriod(None if start == starts[0] else start, method, reason, wanted)
        if not periods or (period.method, period.reason, period.wanted) != (
            periods[-1].method, periods[-1].reason, periods[-1].wanted,
        ):  # fmt: skip
            periods.append(period)
    return periods


def order_reason(entry: Entry) -> str:
    """The reason of a period that rests on a standing order."""
    return f"standing order {entry.number} of the journal"


def _chosen(choice: ChosenMethod) -> _Statement:
    return _Statement(
        MethodSince(choice.method, choice.since),
        "configured" if choice.evidence is None else f"configured, recorded in: {choice.evidence}",
        is_recorded=choice.evidence is not None,
        is_broker_told=choice.is_broker_told,
    )


def _counts(statement: _Statement, needs_record: bool, needs_broker: bool) -> bool:  # noqa: FBT001 - read by name
    if statement.start.method in _BY_LAW:
        return True
    return (statement.is_recorded or not needs_record) and (statement.is_broker_told or not needs_broker)
