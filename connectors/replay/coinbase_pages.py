"""How Coinbase pages: v3 by an opaque cursor, v2 by the id of the last resource, candles by a span.

Belongs here: which rows one answer holds. Does not belong here: who may ask, or which endpoints there are.
"""

import base64
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from math import nextafter
from urllib.parse import parse_qs, urlencode

from connectors.replay.venue import Answer, History, Request, Row, json_answer

FILLS_DEFAULT_ROWS = FILLS_MOST_ROWS = 100
ACCOUNTS_DEFAULT_ROWS, ACCOUNTS_MOST_ROWS = 49, 250
RESOURCES_DEFAULT_ROWS, RESOURCES_MOST_ROWS = 25, 100
MOST_CANDLES = 350

_GRANULARITY_SECONDS = {
    "ONE_MINUTE": 60,
    "FIVE_MINUTE": 300,
    "FIFTEEN_MINUTE": 900,
    "THIRTY_MINUTE": 1800,
    "ONE_HOUR": 3600,
    "TWO_HOUR": 7200,
    "SIX_HOUR": 21_600,
    "ONE_DAY": 86_400,
}


class RefusedError(Exception):
    """An error of Coinbase: HTTP status, its name and a message."""

    def __init__(self, status: int, name: str, message: str) -> None:
        super().__init__(message)
        self.status = status
        self.name = name

    def as_v3(self) -> Answer:
        """As Advanced Trade words it."""
        message = str(self)
        return json_answer({"error": self.name, "error_details": message, "message": message}, status=self.status)

    def as_v2(self) -> Answer:
        """As the v2 endpoints word it."""
        name = "invalid_scope" if self.name == "PERMISSION_DENIED" else self.name
        return json_answer({"errors": [{"id": name, "message": str(self)}]}, status=self.status)


def instant(text: str) -> float:
    """The Unix seconds of an ISO 8601 instant; without an offset it is UTC."""
    read = datetime.fromisoformat(text)
    return (read if read.tzinfo else read.replace(tzinfo=UTC)).timestamp()


def fill_time(row: Row) -> float:
    """What fills are found and sorted by."""
    return instant(row["sequence_timestamp"])


def created_time(row: Row) -> float:
    """What transactions, deposits and withdrawals are sorted by."""
    return instant(row["created_at"])


def fills_page(history: History, request: Request, *, now: float) -> Row:
    """Fills, newest first, at most 100: from `start_sequence_timestamp` (included) to `end_` (excluded).

    `cursor` is empty when there are no more.
    """
    asked = request.query
    lists = parse_qs(request.raw_query)
    end = _asked_instant(asked, "end_sequence_timestamp")
    span = history.between(
        _asked_instant(asked, "start_sequence_timestamp"), now if end is None or end > now else nextafter(end, 0)
    )
    rows = list(reversed(span))
    for field, names in (("product_id", ("product_id", "product_ids")), ("order_id", ("order_id", "order_ids"))):
        wanted = {value for name in names for value in lists.get(name, ())}
        if wanted:
            rows = [row for row in rows if row[field] in wanted]
    return _cursor_page("fills", rows, asked, key="entry_id", default=FILLS_DEFAULT_ROWS, most=FILLS_MOST_ROWS)


def accounts_page(accounts: Sequence[Row], asked: Mapping[str, str]) -> Row:
    """Accounts in their order, 49 unless `limit` says otherwise, at most 250."""
    page = _cursor_page("accounts", accounts, asked, key="uuid", default=ACCOUNTS_DEFAULT_ROWS, most=ACCOUNTS_MOST_ROWS)
    return page | {"has_next": page["cursor"] != "", "size": len(page["accounts"])}


def resources_page(rows: Sequence[Row], request: Request) -> Row:
    """v2 resources in the order given, 25 unless `limit` says otherwise, at most 100, behind `starting_after`."""
    asked = request.query
    limit = min(_whole(asked, "limit", RESOURCES_DEFAULT_ROWS), RESOURCES_MOST_ROWS)
    order = asked.get("order", "desc")
    rows = list(reversed(rows)) if order == "asc" else rows
    after = asked.get("starting_after")
    if after is not None:
        rows = _behind(rows, "id", after)
    following = rows[limit - 1]["id"] if len(rows) > limit else None
    query = urlencode({"limit": limit, "order": order, "starting_after": following})
    return {
        "pagination": {
            "ending_before": None,
            "starting_after": after,
            "previous_ending_before": None,
            "next_starting_after": following,
            "limit": limit,
            "order": order,
            "previous_uri": None,
            "next_uri": f"{request.path}?{query}" if following else None,
        },
        "data": list(rows[:limit]),
    }


def candles_page(candles: Sequence[Row], asked: Mapping[str, str], *, now: float) -> Row:
    """Candles, newest first, whose start is from `start` to `end`; a span of more than 350 is refused."""
    if asked.get("granularity") not in _GRANULARITY_SECONDS:
        raise RefusedError(400, "INVALID_ARGUMENT", "Unsupported granularity")
    start, end = _whole(asked, "start", -1), _whole(asked, "end", -1)
    if min(start, end) < 0:
        raise RefusedError(400, "INVALID_ARGUMENT", "start and end are required")
    if (end - start) / _GRANULARITY_SECONDS[asked["granularity"]] > MOST_CANDLES:
        raise RefusedError(400, "INVALID_ARGUMENT", "number of candles requested should be less than 350")
    shown = [candle for candle in candles if start <= int(candle["start"]) <= min(end, now)]
    return {"candles": sorted(shown, key=lambda candle: -int(candle["start"]))}


def _cursor_page(name: str, rows: Sequence[Row], asked: Mapping[str, str], *, key: str, default: int, most: int) -> Row:
    limit = min(_whole(asked, "limit", default), most)
    if asked.get("cursor"):
        try:
            last = base64.urlsafe_b64decode(asked["cursor"]).decode()
        except ValueError:
            raise RefusedError(400, "INVALID_ARGUMENT", "cursor is invalid") from None
        rows = _behind(rows, key, last)
    more = len(rows) > limit
    return {
        name: list(rows[:limit]),
        "cursor": base64.urlsafe_b64encode(rows[limit - 1][key].encode()).decode() if more else "",
    }


def _behind(rows: Sequence[Row], key: str, last: str) -> Sequence[Row]:
    at = next((number for number, row in enumerate(rows) if row[key] == last), len(rows))
    return rows[at + 1 :]


def _whole(asked: Mapping[str, str], name: str, default: int) -> int:
    try:
        return int(asked.get(name, default))
    except ValueError:
        raise RefusedError(400, "INVALID_ARGUMENT", f"{name} is not a number") from None


def _asked_instant(asked: Mapping[str, str], name: str) -> float | None:
    if not asked.get(name):
        return None
    try:
        return instant(asked[name])
    except ValueError:
        raise RefusedError(400, "INVALID_ARGUMENT", f"{name} is not a timestamp") from None
