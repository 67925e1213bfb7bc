"""The holding period in the US: from which day a lot is long-term. Pure calendar arithmetic on local dates.

Belongs here: the day count and the local dates of instants. Does not belong here: which lot is sold, or any rate.

The rule (Pub. 550 ch. 4; Rev. Rul. 66-7; IRC 1222): the day after acquisition starts the count, the day of disposal is
in it, and long-term needs more than one year. So `start = acquired + 1 day`, and a disposal is long-term on or after
`start` + 1 calendar year, where a start on 29 February goes to 1 March. Dates are compared in one time zone.
"""

from datetime import UTC, date, datetime, timedelta
from typing import Literal
from zoneinfo import ZoneInfo

import numpy as np
import numpy.typing as npt

Term = Literal["short", "long"]
Days = npt.NDArray[np.int64]
"""Days since 1970-01-01."""

_DAY_US = 86_400_000_000


def first_long_date(acquired: date) -> date:
    """The first date on which a disposal of a lot acquired on `acquired` is long-term."""
    return first_date_beyond(acquired, months=12)


def first_date_beyond(acquired: date, *, months: int) -> date:
    """The first date on which a lot acquired on `acquired` has been held for more than `months` calendar months.

    Where the month has no such day, the first of the next (Rev. Rul. 66-7; Caspe v. United States, 694 F.2d 1116).
    """
    start = acquired + timedelta(days=1)
    years, month = divmod(start.month - 1 + months, 12)
    try:
        return date(start.year + years, month + 1, start.day)
    except ValueError:
        return date(start.year + years, month + 2, 1)


def term_of(acquired: date, disposed: date) -> Term:
    """`long` when a lot acquired on `acquired` was held for more than one year on `disposed`, else `short`."""
    return "long" if disposed >= first_long_date(acquired) else "short"


def days_until_long(acquired: date, today: date) -> int:
    """Days from `today` to the first long-term date; 0 when that has come."""
    return max(0, (first_long_date(acquired) - today).days)


def local_date(instant: datetime, zone: ZoneInfo) -> date:
    """The date that the calendar of `zone` showed at `instant` (aware)."""
    return instant.astimezone(zone).date()


def local_days(instants_us: npt.NDArray[np.int64], zone: ZoneInfo) -> Days:
    """The local dates, as days since 1970-01-01, of instants in microseconds since then (UTC).

    Offsets are asked once a day between the first and the last instant, and each change is then found to the second,
    so a million instants cost no more than the days they span.
    """
    if not len(instants_us):
        return np.zeros(0, dtype=np.int64)
    starts, offsets = _offset_changes(int(instants_us.min()), int(instants_us.max()), zone)
    shifts = np.array(offsets, dtype=np.int64)[np.searchsorted(np.array(starts), instants_us, side="right") - 1]
    local: Days = np.floor_divide(instants_us + shifts, _DAY_US)
    return local


def _offset_changes(first_us: int, last_us: int, zone: ZoneInfo) -> tuple[list[int], list[int]]:
    """From which microsecond which offset (in microseconds) holds, over the whole span."""
    last_second = last_us // 1_000_000
    second = first_us // 1_000_000
    starts, offsets = [second * 1_000_000], [_offset_us(second, zone)]
    while second < last_second:
        following = min(second + 86_400, last_second)
        if _offset_us(following, zone) != offsets[-1]:
            low, high = second, following
            while high - low > 1:
                middle = (low + high) // 2
                low, high = (middle, high) if _offset_us(middle, zone) == offsets[-1] else (low, middle)
            starts.append(high * 1_000_000)
            offsets.append(_offset_us(high, zone))
            following = high
        second = following
    return starts, offsets


def _offset_us(second: int, zone: ZoneInfo) -> int:
    instant = datetime(1970, 1, 1, tzinfo=UTC) + timedelta(seconds=second)
    local = instant.astimezone(zone).replace(tzinfo=UTC)
    return (local - instant) // timedelta(microseconds=1)
