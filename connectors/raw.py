"""The raw store: what was received, kept as it was, one folder per account and stream.

A file is written under a temporary name, fsynced and renamed, and never changed afterwards. Its name ends in the
first 16 hex digits of the SHA-256 of its bytes, so a cut or altered file is known by its name. Its own metadata
carries the windows that its rows make complete: rows and progress can not disagree, and losing a file only
re-opens its gap.

Belongs here: files. Does not belong here: what is in the rows, and asking anyone for them.
"""

import hashlib
import json
import os
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Literal

import pyarrow as pa
import pyarrow.parquet as pq

from connectors.windows import Span, union

Mode = Literal["append", "snapshot"]
"""`append`: the files of a stream add up. `snapshot`: the newest file of a stream replaces the ones before."""

METADATA_KEY = b"lotkeeper"
_FORMAT_VERSION = 1
_NAME = re.compile(r"^\d{8}T\d{12}Z-[0-9a-f]{16}\.parquet$")
_SAFE = re.compile(r"^[A-Za-z0-9][A-Za-z0-9_.-]*$")


class RawFileError(Exception):
    """A raw file is not what was written: cut short, altered, or not ours. Says which and what to do."""


@dataclass(frozen=True, slots=True)
class Window:
    """A span that one file makes known completely, for one `scope` of its stream (a market, or `""` for all)."""

    span: Span
    scope: str = ""


@dataclass(frozen=True, slots=True)
class Gap:
    """A span that was asked for and of which the source can not tell `scope`: `reason` says why."""

    span: Span
    scope: str
    reason: str


@dataclass(frozen=True, slots=True)
class RawFile:
    """What a file says of itself."""

    path: Path
    account: str
    stream: str
    mode: Mode
    fetched_at: datetime
    source: str
    windows: tuple[Window, ...]
    gaps: tuple[Gap, ...]
    extra: dict[str, str]


class RawStore:
    """The folder `root` (`data/raw`). Safe for several processes as long as each appends to its own accounts."""

    def __init__(self, root: Path) -> None:
        self.root = root

    def append(
        self,
        table: pa.Table,
        *,
        account: str,
        stream: str,
        fetched_at: datetime,
        source: str,
        windows: Sequence[Window] = (),
        gaps: Sequence[Gap] = (),
        mode: Mode = "append",
        extra: dict[str, str] | None = None,
    ) -> Path:
        """Write `table`, the windows that it completes and the gaps that it leaves as one new file; return its path.

        When this returns, the file is on disk under its final name; when it raises (`OSError`: no space, no
        permission), nothing of it is visible.
        """
        for name in (account, stream):
            if not _SAFE.match(name):
                raise ValueError(f"{name!r} can not be a folder's name: use letters, digits, _ . -")
        header = {
            "version": _FORMAT_VERSION,
            "account": account,
            "stream": stream,
            "mode": mode,
            "fetched_at": _write_instant(fetched_at),
            "source": source,
            "windows": [
                {
                    "scope": window.scope,
                    "from": _write_instant(window.span.start),
                    "to": _write_instant(window.span.end),
                    "complete": True,
                }
                for window in windows
            ]
            + [
                {
                    "scope": gap.scope,
                    "from": _write_instant(gap.span.start),
                    "to": _write_instant(gap.span.end),
                    "complete": False,
                    "reason": gap.reason,
                }
                for gap in gaps
            ],
            "extra": extra or {},
        }
        sink = pa.BufferOutputStream()
        pq.write_table(table.replace_schema_metadata({METADATA_KEY: json.dumps(header)}), sink, compression="zstd")
        content = sink.getvalue()
        digest = hashlib.sha256(content).hexdigest()[:16]
        name = f"{fetched_at.astimezone(UTC):%Y%m%dT%H%M%S%f}Z-{digest}.parquet"
        return _write_whole(self.root / account / stream / name, content)

    def files(self, account: str, stream: str) -> Iterator[RawFile]:
        """The files of a stream, oldest first. Raises `RawFileError` for one that can not be read."""
        folder = self.root / account / stream
        if not folder.is_dir():
            return
        for path in sorted(folder.iterdir()):
            if _NAME.match(path.name):
                yield read_header(path)

    def streams(self, account: str) -> list[str]:
        """The names of the streams that an account has files of, sorted."""
        folder = self.root / account
        return sorted(path.name for path in folder.iterdir() if path.is_dir()) if folder.is_dir() else []

    def covered(self, account: str, stream: str) -> dict[str, list[Span]]:
        """For each scope of a stream the spans known completely, joined and in order."""
        spans: dict[str, list[Span]] = {}
        for file in self.files(account, stream):
            for window in file.windows:
                spans.setdefault(window.scope, []).append(window.span)
        return {scope: union(parts) for scope, parts in spans.items()}


def read_header(path: Path) -> RawFile:
    """What the file at `path` says of itself, without reading its rows. Raises `RawFileError`."""
    try:
        metadata = pq.read_metadata(path).metadata or {}
    except (pa.ArrowInvalid, OSError) as error:
        raise RawFileError(
            f"{path} can not be read ({error}). Move it away: its gap is then fetched again by the next sync."
        ) from error
    if METADATA_KEY not in metadata:
        raise RawFileError(
            f"{path} was not written by lotkeeper: it has no {METADATA_KEY.decode()} metadata. Move it away."
        )
    header: dict[str, Any] = json.loads(metadata[METADATA_KEY])
    if header["version"] != _FORMAT_VERSION:
        raise RawFileError(f"{path} has raw format {header['version']}; this program reads format {_FORMAT_VERSION}.")
    return RawFile(
        path=path,
        account=header["account"],
        stream=header["stream"],
        mode=header["mode"],
        fetched_at=datetime.fromisoformat(header["fetched_at"]),
        source=header["source"],
        windows=tuple(
            Window(_read_span(window), window["scope"]) for window in header["windows"] if window["complete"]
        ),
        gaps=tuple(
            Gap(_read_span(window), window["scope"], window["reason"])
            for window in header["windows"]
            if not window["complete"]
        ),
        extra=header["extra"],
    )


def make_private(folder: Path) -> None:
    """Make `folder` and the folders above it that are not there, for their owner only."""
    for each in (*reversed(folder.parents), folder):
        each.mkdir(exist_ok=True, mode=0o700)


def verify(path: Path) -> None:
    """Hash the file's bytes against its name. Raises `RawFileError` where they differ."""
    expected = path.stem.rpartition("-")[2]
    with path.open("rb") as file:
        actual = hashlib.file_digest(file, "sha256").hexdigest()[:16]
    if actual != expected:
        raise RawFileError(
            f"{path} was cut short or altered: its bytes hash to {actual}, its name says {expected}. "
            "Move it away: its gap is then fetched again by the next sync."
        )


def _read_span(window: dict[str, Any]) -> Span:
    return Span(datetime.fromisoformat(window["from"]), datetime.fromisoformat(window["to"]))


def _write_instant(instant: datetime) -> str:
    if instant.utcoffset() is None:
        raise ValueError(f"{instant} has no time zone")
    return instant.astimezone(UTC).isoformat()


def _write_whole(path: Path, content: pa.Buffer) -> Path:
    make_private(path.parent)
    temporary = path.with_name(f".{path.name}.{os.getpid()}.tmp")
    descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        temporary.replace(path)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
    return path
