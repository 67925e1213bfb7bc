"""What a replayed venue is: something that answers one HTTP request from data at hand.

Belongs here: request, answer, the protocol, and what every venue needs to keep rows in order of time and read them
from a folder. Does not belong here: any venue's ways, sockets, faults.
"""

import json
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Protocol
from urllib.parse import parse_qsl, urlsplit

Row = dict[str, Any]
"""One record in the venue's own words."""

Files = Mapping[str, Any]
"""What a folder holds: its path below the folder without `.json` (`klines/1d/BTCUSDT`) to its content."""

Clock = Callable[[], datetime]


class ReplayDataError(Exception):
    """A file of a replayed venue is not JSON or not what its venue sends. Says which."""


@dataclass(frozen=True, slots=True)
class Request:
    """One request as it came in. `path` is without the query; header names are in lower case.

    `raw_query` is the query as sent, which is what a venue signs.
    """

    method: str
    path: str
    query: Mapping[str, str]
    body: str
    headers: Mapping[str, str]
    raw_query: str = ""
    host: str = ""

    @classmethod
    def of(cls, method: str, url: str, *, body: str, headers: Mapping[str, str]) -> "Request":
        """The request to an absolute or host-less URL."""
        parts = urlsplit(url)
        names = {name.lower(): value for name, value in headers.items()}
        return cls(
            method=method.upper(),
            path=parts.path,
            query=dict(parse_qsl(parts.query, keep_blank_values=True)),
            body=body,
            headers=names,
            raw_query=parts.query,
            host=parts.netloc or names.get("host", ""),
        )


@dataclass(frozen=True, slots=True)
class Answer:
    """What goes back."""

    status: int
    body: bytes
    headers: Mapping[str, str] = field(default_factory=dict)


class Venue(Protocol):
    """Answers as a venue does. Shows no row that is later than its clock."""

    def answer(self, request: Request) -> Answer:
        """The answer to `request`; a refusal is an answer too. Raises only for data that is not the venue's."""
        ...


def json_answer(content: Any, *, status: int = 200) -> Answer:
    """`content` as a JSON answer."""
    body = json.dumps(content, separators=(",", ":")).encode()
    return Answer(status, body, {"Content-Type": "application/json; charset=utf-8"})


def read_folder(folder: Path) -> dict[str, Any]:
    """Every `*.json` below `folder`, by its path without the suffix. Raises `ReplayDataError`."""
    if not folder.is_dir():
        raise ReplayDataError(f"{folder} is not a folder: a replayed venue answers from the JSON files of one.")
    files = {}
    for path in sorted(folder.rglob("*.json")):
        try:
            files[path.relative_to(folder).with_suffix("").as_posix()] = json.loads(path.read_bytes())
        except ValueError as error:
            raise ReplayDataError(f"{path} is not JSON: {error}") from error
    return files


def utc_now() -> datetime:
    """The clock of a venue that runs now."""
    return datetime.now(UTC)


class History:
    """Rows in order of time, oldest first; rows of one instant in the order that they came.

    `instant` reads a row's time in the venue's unit (seconds or milliseconds). Spans are found in logarithmic time,
    so a page of a history of 100,000 rows costs as much as one of a short history.
    """

    def __init__(self, rows: Iterable[Row], instant: Callable[[Row], float]) -> None:
        self._instant = instant
        try:
            self._rows = sorted(rows, key=instant)
        except (KeyError, TypeError, ValueError) as error:
            raise ReplayDataError(f"a row has no time that can be read: {error!r}") from error
        self._times = [instant(row) for row in self._rows]

    def __len__(self) -> int:
        return len(self._rows)

    def add(self, row: Row) -> None:
        """Put `row` at its place, behind rows of the same instant: a fill that the venue shows late."""
        at = bisect_right(self._times, self._instant(row))
        self._times.insert(at, self._instant(row))
        self._rows.insert(at, row)

    def between(self, start: float | None, end: float | None, *, after: bool = False) -> Sequence[Row]:
        """The rows from `start` (behind it, when `after`) to `end`, both included, oldest first."""
        first = 0 if start is None else (bisect_right if after else bisect_left)(self._times, start)
        last = len(self._times) if end is None else bisect_right(self._times, end)
        return self._rows[first:last]
