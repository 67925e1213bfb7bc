"""What every connector is to the rest: something that syncs one account into the raw store and says how it went.

Belongs here: the protocol, its report and its errors. Does not belong here: any one source's ways.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal, Protocol

import pyarrow as pa

from connectors.raw import RawStore
from connectors.records import ATTEMPTS, ATTEMPTS_STREAM

Outcome = Literal["ok", "failed", "not_offered"]


class SourceError(Exception):
    """A source could not be asked or not be understood. The message is a sentence that says what to do.

    It never holds a secret.
    """


class SourceRefusedError(SourceError):
    """The source said no: a bad key, a missing permission. Asking again does not help."""


class SourceUnavailableError(SourceError):
    """The source did not answer in the end: network, rate limit, maintenance. A later sync may succeed."""


class SourceAnswerError(SourceError):
    """The source answered something that is not understood, or a loop reached its bound. Nothing was taken from it."""


@dataclass(slots=True)
class StreamReport:
    """How one stream of one sync went. `rows` counts rows written to raw, `requests` what was asked of the source.

    `is_worth_retrying` says of a failure that the same question may be answered a little later.
    """

    stream: str
    outcome: Outcome
    started_at: datetime
    ended_at: datetime
    requests: int = 0
    rows: int = 0
    error: str | None = None
    is_worth_retrying: bool = False


@dataclass(slots=True)
class SyncReport:
    """How one sync of one account went."""

    account: str
    streams: list[StreamReport] = field(default_factory=list)

    @property
    def rows(self) -> int:
        """Rows written to raw, over all streams."""
        return sum(stream.rows for stream in self.streams)

    @property
    def requests(self) -> int:
        """Requests made, over all streams."""
        return sum(stream.requests for stream in self.streams)

    @property
    def errors(self) -> list[str]:
        """One sentence for each way in which streams failed, with the streams that did."""
        streams: dict[str | None, list[str]] = {}
        for stream in self.streams:
            if stream.outcome == "failed":
                streams.setdefault(stream.error, []).append(stream.stream)
        return [f"{', '.join(names)}: {error}" for error, names in streams.items()]

    @property
    def is_worth_retrying(self) -> bool:
        """Whether a stream failed that may succeed a little later."""
        return any(stream.is_worth_retrying for stream in self.streams)


Progress = Callable[[str, str, int], None]
"""Called as `progress(account, stream, rows_so_far)` while a sync works; must be quick and must not raise."""


def no_progress(account: str, stream: str, rows: int) -> None:
    """The progress of someone who does not look."""


class Connector(Protocol):
    """A source of one account. Makes no request when it is constructed."""

    account: str

    def sync(self, store: RawStore, *, now: datetime, progress: Progress = no_progress) -> SyncReport:
        """Bring what is not covered yet into `store`, up to `now`, and leave one file of attempts.

        A stream that fails does not keep the others from being fetched; the report and the attempts name it.
        Does not raise for what a source does; `OSError` (a full disk) passes through.
        """
        ...


def write_attempts(store: RawStore, report: SyncReport, *, source: str) -> None:
    """Keep `report` as evidence of what was asked and what was answered."""
    rows = [
        {
            "stream": stream.stream,
            "outcome": stream.outcome,
            "started_at": stream.started_at,
            "ended_at": stream.ended_at,
            "requests": stream.requests,
            "rows": stream.rows,
            "error": stream.error,
        }
        for stream in report.streams
    ]
    store.append(
        pa.Table.from_pylist(rows, schema=ATTEMPTS),
        account=report.account,
        stream=ATTEMPTS_STREAM,
        fetched_at=max(stream.ended_at for stream in report.streams),
        source=source,
    )
