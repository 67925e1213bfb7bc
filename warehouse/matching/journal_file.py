"""`identifications.jsonl`: the journal as a file, one entry a line.

It lies beside the configuration and is, like it, the owner's: nothing makes it anew once it is lost.

Belongs here: reading the file, adding a line to it. Does not belong here: what an entry says (`warehouse/lots`).
"""

from datetime import datetime
from io import BytesIO
from pathlib import Path

from filelock import FileLock, Timeout

from warehouse.lots.journal import Entry, JournalError, Statement, next_entry, read_lines, write_line
from warehouse.publish import replace_file

_LOCK_SECONDS = 10


def read_journal(path: Path | None) -> list[Entry]:
    """The entries of the file, each proven by the chain; none where there is no file.

    Raises `JournalError` naming the file and line, `OSError` where it can not be read.
    """
    if path is None or not path.exists():
        return []
    try:
        return read_lines(path.read_text(encoding="utf-8"))
    except UnicodeDecodeError as error:
        raise JournalError(f"{path}: not UTF-8: {error}") from error
    except JournalError as error:
        raise JournalError(f"{path}, {error}") from error


def append_entry(path: Path, statement: Statement, *, identified_at: datetime, note: str = "") -> Entry:
    """Add an entry and return it; the file is whole before and after, and readable by its owner only.

    Raises `JournalError` where the journal does not hold, the clock goes backwards or another process is at it.
    """
    try:
        with FileLock(path.with_name(f".{path.name}.lock"), timeout=_LOCK_SECONDS):
            entries = read_journal(path)
            entry = next_entry(entries, statement, identified_at=identified_at, note=note)
            text = "".join(write_line(old) for old in [*entries, entry])
            replace_file(path, BytesIO(text.encode()))
    except Timeout as error:
        raise JournalError(f"{path}: another process has been writing to it for {_LOCK_SECONDS} seconds") from error
    return entry
