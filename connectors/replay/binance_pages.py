"""How Binance pages: which rows one answer of each history endpoint holds, and which windows it refuses.

Belongs here: windows, limits, offsets and order. Does not belong here: who may ask, market data, balances.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from connectors.replay.venue import History, Row

DAY_MS = 24 * 60 * 60 * 1000
TRADES_WINDOW_MS = DAY_MS
TRANSFERS_WINDOW_MS = 90 * DAY_MS
DIVIDENDS_WINDOW_MS = 180 * DAY_MS
CONVERSIONS_WINDOW_MS = 30 * DAY_MS
FIAT_DEFAULT_WINDOW_MS = 30 * DAY_MS
DUST_ROWS = 100
"""The dust log has the newest 100 conversions of a window, and no way to more."""
_DUST_BEGINS_MS = 1_606_780_800_000  # 2020-12-01

Parameters = Mapping[str, str]


class RefusedError(Exception):
    """An error of Binance: HTTP status, code and message."""

    def __init__(self, status: int, code: int, message: str) -> None:
        super().__init__(message)
        self.status = status
        self.code = code


@dataclass(frozen=True, slots=True)
class Limit:
    """Rows in one answer when not asked otherwise, and at most; asking for more gets the most."""

    default: int
    most: int

    def of(self, asked: Parameters, name: str = "limit") -> int:
        """The rows that a request gets. Raises `RefusedError` for what is no number above zero."""
        wanted = number(asked, name, self.default)
        if wanted < 1:
            raise malformed(name)
        return min(wanted, self.most)


def malformed(name: str) -> RefusedError:
    """The refusal of a parameter that is missing or not readable."""
    return RefusedError(400, -1102, f"Mandatory parameter '{name}' was not sent, was empty/null, or malformed.")


def number(asked: Parameters, name: str, default: int) -> int:
    """The whole number sent as `name`."""
    try:
        return int(asked.get(name, default))
    except ValueError:
        raise malformed(name) from None


def apply_time_ms(row: Row) -> int:
    """When a withdrawal was asked for: `2025-01-31 23:59:59`, UTC."""
    return int(datetime.strptime(row["applyTime"], "%Y-%m-%d %H:%M:%S").replace(tzinfo=UTC).timestamp() * 1000)


def trades_page(history: History, asked: Parameters, *, now_ms: int) -> list[Row]:
    """Fills of one symbol, oldest first: from `fromId`, or of a window of at most 24 hours, or the newest."""
    limit = Limit(500, 1000).of(asked)
    if "fromId" in asked:
        if "startTime" in asked or "endTime" in asked:
            raise RefusedError(400, -1128, "Combination of optional parameters invalid.")
        from_id = number(asked, "fromId", 0)
        return [row for row in history.between(None, now_ms) if row["id"] >= from_id][:limit]
    if "startTime" in asked:
        start = number(asked, "startTime", 0)
        end = number(asked, "endTime", start + TRADES_WINDOW_MS)
        if end - start > TRADES_WINDOW_MS:
            raise RefusedError(400, -1127, "More than 24 hours between startTime and endTime.")
        return list(history.between(start, min(end, now_ms))[:limit])
    return list(history.between(None, min(number(asked, "endTime", now_ms), now_ms))[-limit:])


def transfers_page(history: History, asked: Parameters, *, now_ms: int, names: Sequence[str]) -> list[Row]:
    """Deposits or withdrawals of at most 90 days, newest first, from `offset`.

    An end not sent is now, a start not sent is 90 days ago. `names` are the fields that a request may filter by.
    """
    rows = _window(
        history,
        number(asked, "startTime", now_ms - TRANSFERS_WINDOW_MS),
        number(asked, "endTime", now_ms),
        longest_ms=TRANSFERS_WINDOW_MS,
        now_ms=now_ms,
    )
    rows = [row for row in rows if all(str(row.get(name)) == asked[name] for name in names if name in asked)]
    offset = number(asked, "offset", 0)
    return rows[offset : offset + Limit(1000, 1000).of(asked)]


def fiat_page(history: History, asked: Parameters, *, now_ms: int) -> Row:
    """Fiat orders, newest first, by `page`; the last 30 days when no window is sent."""
    size, page = Limit(100, 500).of(asked, "rows"), max(number(asked, "page", 1), 1)
    start = number(asked, "beginTime", now_ms - FIAT_DEFAULT_WINDOW_MS)
    rows = list(reversed(history.between(start, min(number(asked, "endTime", now_ms), now_ms))))
    return {
        "code": "000000",
        "message": "success",
        "data": rows[(page - 1) * size : page * size],
        "total": len(rows),
        "success": True,
    }


def dividends_page(history: History, asked: Parameters, *, now_ms: int) -> Row:
    """Rewards of at most 180 days, newest first: the newest 20, or up to 500. There is no offset."""
    end = now_ms
    if "startTime" in asked:
        end = number(asked, "startTime", 0) + DIVIDENDS_WINDOW_MS
    end = number(asked, "endTime", end)
    start = number(asked, "startTime", end - DIVIDENDS_WINDOW_MS)
    rows = _window(history, start, end, longest_ms=DIVIDENDS_WINDOW_MS, now_ms=now_ms)
    rows = [row for row in rows if asked.get("asset", row["asset"]) == row["asset"]]
    return {"rows": rows[: Limit(20, 500).of(asked)], "total": len(rows)}


def conversions_page(history: History, asked: Parameters, *, now_ms: int) -> Row:
    """Conversions of at most 30 days, newest first: the newest 100, or up to 1000. `moreData` says there are more."""
    for name in ("startTime", "endTime"):
        if name not in asked:
            raise malformed(name)
    start, end = number(asked, "startTime", 0), number(asked, "endTime", 0)
    rows = _window(history, start, end, longest_ms=CONVERSIONS_WINDOW_MS, now_ms=now_ms)
    limit = Limit(100, 1000).of(asked)
    return {"list": rows[:limit], "startTime": start, "endTime": end, "limit": limit, "moreData": len(rows) > limit}


def dust_page(history: History, asked: Parameters, *, now_ms: int) -> Row:
    """The newest 100 dust conversions of a window, newest first."""
    start = max(number(asked, "startTime", 0), _DUST_BEGINS_MS)
    end = min(number(asked, "endTime", now_ms), now_ms)
    rows = list(reversed(history.between(start, end)))[:DUST_ROWS]
    return {"total": len(rows), "userAssetDribblets": rows}


def candles_page(candles: Sequence[Sequence[Any]], asked: Parameters, *, now_ms: int) -> list[Sequence[Any]]:
    """Candles in order of time: from `startTime` on, or the newest; at most 1000."""
    start, end = number(asked, "startTime", 0), min(number(asked, "endTime", now_ms), now_ms)
    shown = [row for row in candles if start <= row[0] <= end]
    limit = Limit(500, 1000).of(asked)
    return shown[:limit] if "startTime" in asked else shown[-limit:]


def _window(history: History, start: int, end: int, *, longest_ms: int, now_ms: int) -> list[Row]:
    if end - start > longest_ms:
        raise RefusedError(400, -1127, f"More than {longest_ms // DAY_MS} days between startTime and endTime.")
    return list(reversed(history.between(start, min(end, now_ms))))
