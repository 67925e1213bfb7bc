"""How Kraken pages: TradesHistory and Ledgers by offset, DepositStatus and WithdrawStatus by cursor.

Belongs here: which rows one answer of those four holds. Does not belong here: who may ask, or any other endpoint.
"""

import base64
import json
from collections.abc import Callable, Mapping
from itertools import islice
from typing import Any

from connectors.replay.venue import History, Row

HISTORY_PAGE_ROWS = 50
"""Rows in one answer of TradesHistory and Ledgers; the request can not change it."""
DEPOSIT_PAGE_ROWS = 25
WITHDRAWAL_PAGE_ROWS = 500
"""Rows in one answer of DepositStatus and WithdrawStatus unless `limit` says otherwise."""

Parameters = Mapping[str, str]
"""What a request asks with, decoded."""


class RefusedError(Exception):
    """What Kraken says instead of a result: `EGeneral:Permission denied`."""


def row_time(row: Row) -> float:
    """The Unix seconds of a row."""
    return float(row["time"])


def history_page(
    name: str, history: History, asked: Parameters, *, now: float, keep: Callable[[Row], bool] | None = None
) -> dict[str, Any]:
    """50 rows from `ofs`, newest first, as an object by id under `name`, and the count of all that match.

    `start` is exclusive, `end` inclusive; both are Unix seconds or the id of a row.
    """
    end = min(_instant(history, asked["end"]) if "end" in asked else float("inf"), now)
    start = _instant(history, asked["start"]) if "start" in asked else None
    rows = history.between(start, end, after=True)
    if keep is not None:
        rows = [row for row in rows if keep(row)]
    offset = int(asked.get("ofs", "0"))
    page = islice(reversed(rows), offset, offset + HISTORY_PAGE_ROWS)
    answer: dict[str, Any] = {name: {row["id"]: {key: row[key] for key in row if key != "id"} for row in page}}
    if asked.get("without_count", "false").lower() != "true":
        answer["count"] = len(rows)
    return answer


def transfers_page(
    name: str, history: History, asked: Parameters, *, now: float, asset: str | None, page_rows: int
) -> Any:
    """Deposits or withdrawals, newest first; `start` and `end` are both inclusive.

    Without `cursor` the answer is one array of at most `limit` rows, and there is no way on but an earlier `end`.
    With `cursor=true`, and then the cursor received, it is `{name: rows, "next_cursor": text or null}`.
    """
    end = min(float(asked.get("end", "inf")), now)
    rows = list(reversed(history.between(float(asked["start"]) if "start" in asked else None, end)))
    rows = [
        row for row in rows if asset in (None, row["asset"]) and asked.get("method", row["method"]) == row["method"]
    ]
    limit = int(asked.get("limit", page_rows))
    cursor = asked.get("cursor", "false")
    if cursor.lower() == "false":
        return rows[:limit]
    if cursor.lower() != "true":
        last = _read_cursor(cursor)
        rows = rows[next((at + 1 for at, row in enumerate(rows) if row["refid"] == last), len(rows)) :]
    following = _write_cursor(rows[limit - 1]["refid"]) if rows[limit:] else None
    return {name: rows[:limit], "next_cursor": following}


def _instant(history: History, text: str) -> float:
    try:
        return float(text)
    except ValueError:
        found = next((row for row in history.between(None, None) if row["id"] == text), None)
    if found is None:
        raise RefusedError("EGeneral:Invalid arguments")
    return row_time(found)


def _write_cursor(reference: str) -> str:
    return base64.b64encode(json.dumps(reference).encode()).decode()


def _read_cursor(cursor: str) -> Any:
    try:
        return json.loads(base64.b64decode(cursor))
    except ValueError:
        raise RefusedError("EGeneral:Invalid arguments:cursor") from None
