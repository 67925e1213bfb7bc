"""How this program's processes write Dagster's own SQLite files: an event is some three transactions in as many files.

Belongs here: what makes that cheap. Does not belong here: which events there are.
"""

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from typing import Any

import sqlalchemy
from dagster._core.storage.event_log import SqliteEventLogStorage

_RUNLESS, _INDEX = "", "index"


def commit_without_waiting() -> None:
    """Let no commit of this process wait for the disk.

    The files keep a write-ahead log: when the power fails they may lose what came last, but not their shape.
    """
    if not sqlalchemy.event.contains(sqlalchemy.Engine, "connect", _set_synchronous):
        sqlalchemy.event.listen(sqlalchemy.Engine, "connect", _set_synchronous)


def _set_synchronous(connection: Any, _record: Any) -> None:
    if isinstance(connection, sqlite3.Connection):
        connection.execute("PRAGMA synchronous = NORMAL").close()


@contextmanager
def kept_open(storage: Any) -> Iterator[None]:
    """Keep the files of events outside runs open: Dagster opens them for each, and who closes one last tidies it up.

    Raises `sqlite3.Error` and SQLAlchemy's errors where they can not be opened.
    """
    if not isinstance(storage, SqliteEventLogStorage):
        yield
        return
    with closing(_opened(storage, _RUNLESS)), closing(_opened(storage, _INDEX)):
        yield


def _opened(storage: SqliteEventLogStorage, shard: str) -> sqlite3.Connection:
    with storage.run_connection(shard):
        path = storage.path_for_shard(shard)
    connection = sqlite3.connect(path)
    try:
        connection.execute("SELECT count(*) FROM sqlite_master").fetchall()  # only what was read holds the log
    except sqlite3.Error:
        connection.close()
        raise
    return connection
