"""What the owner of a book decides about lots: the method of each account, the pools, the time zone, transfer fees.

Belongs here: the choices as plain values, and what they mean on a given day. Does not belong here: carrying them out,
or reading them from a configuration.
"""

from bisect import bisect_right
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time
from decimal import Decimal
from typing import Literal, get_args
from zoneinfo import ZoneInfo

from warehouse.lots.calendar import Calendar

Method = Literal["fifo", "lifo", "hifo", "lofo", "min_tax", "specific", "average"]
"""Which lot goes first.

`fifo` the earliest acquired · `lifo` the latest acquired · `hifo` the dearest unit · `lofo` the cheapest unit ·
`min_tax` short-term loss, long-term loss, long-term gain, short-term gain, the dearest unit first within each ·
`specific` the lots identified, else fifo · `average` fifo for dates, at the average cost of the pool.
"""
METHODS: frozenset[str] = frozenset(get_args(Method))

PoolRule = Literal["account", "universal", "account-from"]


@dataclass(frozen=True, slots=True)
class Pool:
    """Which lots a disposal may consume: those of its account, any of the asset, or the latter until a date.

    `since` is the first local date of accounts for `account-from` (US: 2025-01-01, Reg. 1.1012-1(j)), else `None`.
    """

    rule: PoolRule = "account"
    since: date | None = None

    def __post_init__(self) -> None:
        if self.rule not in get_args(PoolRule):
            raise ValueError(f"pool rule {self.rule!r} is none of {', '.join(get_args(PoolRule))}")
        if (self.rule == "account-from") != (self.since is not None):
            raise ValueError("a pool has a date exactly when its rule is account-from")

    @classmethod
    def parse(cls, text: str) -> "Pool":
        """`account`, `universal` or `account-from:YYYY-MM-DD`. Raises `ValueError` for anything else."""
        rule, colon, day = text.partition(":")
        expected = f"pool {text!r} is none of account, universal, account-from:YYYY-MM-DD"
        if rule == "account-from":
            try:
                return cls("account-from", date.fromisoformat(day))
            except ValueError as error:
                raise ValueError(expected) from error
        if colon or rule not in get_args(PoolRule):
            raise ValueError(expected)
        return cls("universal" if rule == "universal" else "account")


def day_begins(day: date | None, zone: ZoneInfo) -> datetime:
    """The instant at which the local date `day` begins in `zone`; of `None`, the beginning of time."""
    if day is None:
        return datetime.min.replace(tzinfo=UTC)
    return datetime.combine(day, time(), zone).astimezone(UTC)


@dataclass(frozen=True, slots=True)
class MethodSince:
    """From `since` on, lots go by `method`: a local date from its first moment, an instant, `None` the beginning."""

    method: Method
    since: date | datetime | None = None

    def __post_init__(self) -> None:
        if self.method not in METHODS:
            raise ValueError(f"method {self.method!r} is none of {', '.join(sorted(METHODS))}")

    def starts_at(self, zone: ZoneInfo) -> datetime:
        """The instant of `since` where dates begin at midnight in `zone`."""
        if isinstance(self.since, datetime):
            return self.since.astimezone(UTC)
        return day_begins(self.since, zone)


@dataclass(frozen=True, slots=True)
class SpecificAllocation:
    """Which units of which lots lie in which account when accounts become pools (Rev. Proc. 2024-28 section 5.02(4)).

    `units` are (lot, account, quantity). It counts for an asset only if `completed_at` is before that asset's first
    sale or transfer after the pools changed.
    """

    units: tuple[tuple[str, str, Decimal], ...]
    completed_at: datetime


@dataclass(frozen=True, slots=True)
class GlobalAllocation:
    """A rule instead of units (Rev. Proc. 2024-28 section 5.02(5)): accounts in this order take lots in that order.

    Accounts that are not named follow by name. It counts only if `described_at` is before the day of the change.
    """

    accounts: tuple[str, ...]
    described_at: datetime
    order: Literal["fifo", "lifo", "hifo", "lofo"] = "fifo"


Allocation = SpecificAllocation | GlobalAllocation


@dataclass(frozen=True, slots=True)
class Policy:
    """Every choice that changes which lot is consumed or what it costs.

    `methods` gives an account its methods with the time from which they hold; before the first, and for an
    account that is not named, `default_method` holds. `time_zone` decides every date. `transfer_fee` says what the
    coins spent on moving coins are: `dispose` (sold at their value; the cautious reading of Reg. 1.1001-7(b)(2)) or
    `basis` (their cost joins the moved lots). `allocation` puts lots into accounts when a pool `account-from` begins;
    without one, lots stay where they were acquired as far as that account has units, the rest fill up the others,
    earliest first. From `broker_told_since` on, an identification of lots in one of
    `broker_accounts` counts only if the broker was told (Reg. 1.1012-1(j)(3); Notice 2026-20 ends 2026-12-31).
    `calendar` tells tax years and terms.
    """

    default_method: Method = "fifo"
    methods: Mapping[str, tuple[MethodSince, ...]] = field(default_factory=dict)
    pool: Pool = field(default_factory=Pool)
    time_zone: ZoneInfo = field(default_factory=lambda: ZoneInfo("America/New_York"))
    transfer_fee: Literal["dispose", "basis"] = "dispose"
    allocation: Allocation | None = None
    broker_accounts: frozenset[str] = frozenset()
    broker_told_since: date = date(2027, 1, 1)
    calendar: Calendar = field(default_factory=Calendar)

    def __post_init__(self) -> None:
        MethodSince(self.default_method)
        if self.transfer_fee not in ("dispose", "basis"):
            raise ValueError(f"transfer_fee {self.transfer_fee!r} is neither dispose nor basis")
        for account, switches in self.methods.items():
            starts = [switch.starts_at(self.time_zone) for switch in switches]
            if starts != sorted(set(starts)):
                raise ValueError(f"the method dates of account {account!r} do not follow each other")

    def method_at(self, account: str, instant: datetime) -> Method:
        """The method that holds in `account` at `instant`."""
        switches = self.methods.get(account, ())
        place = bisect_right([switch.starts_at(self.time_zone) for switch in switches], instant)
        return switches[place - 1].method if place else self.default_method
