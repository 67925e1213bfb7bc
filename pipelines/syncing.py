"""Syncing accounts: one at a time here, several at the same time by who calls.

Belongs here: locks, the clock, and calling connectors. Does not belong here: what a connector does, and the books.
"""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor, as_completed
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

from filelock import FileLock, Timeout

from connectors.raw import RawStore, make_private
from connectors.sync import Progress, SyncReport, no_progress
from pipelines.configuration import Configuration
from pipelines.sources import connector_of

MAX_ACCOUNTS_AT_ONCE = 8


class AccountBusyError(Exception):
    """Another sync of the same account is under way."""


def sync_account(
    configuration: Configuration, name: str, *, now: datetime, progress: Progress = no_progress
) -> SyncReport:
    """Bring what is new of one account into raw.

    Raises `ConfigurationError` when its secrets are not set, `AccountBusyError` when it is being synced already.
    """
    connector = connector_of(configuration, name)
    with only_one(configuration.paths.raw, name):
        return connector.sync(RawStore(configuration.paths.raw), now=now, progress=progress)


def sync_accounts(
    configuration: Configuration, *, now: datetime, progress: Progress = no_progress
) -> Iterator[tuple[str, SyncReport | Exception]]:
    """Sync every account, several at the same time; yields each as it ends, with its report or what kept it."""
    names = [account.name for account in configuration.accounts]
    with ThreadPoolExecutor(max_workers=min(len(names), MAX_ACCOUNTS_AT_ONCE)) as pool:
        under_way = {pool.submit(sync_account, configuration, name, now=now, progress=progress): name for name in names}
        for done in as_completed(under_way):
            error = done.exception()
            if error is None:
                yield under_way[done], done.result()
            elif isinstance(error, Exception):
                yield under_way[done], error
            else:
                raise error


@contextmanager
def only_one(raw: Path, name: str, *, wait_seconds: float = 0) -> Iterator[None]:
    """Hold the lock of one folder of raw. Raises `AccountBusyError` when another process holds it for so long."""
    make_private(raw)
    lock = FileLock(raw / f".{name}.lock", mode=0o600)
    try:
        lock.acquire(timeout=wait_seconds)
    except Timeout:
        raise AccountBusyError(
            f"account {name!r} is being synced by another process; its sync goes on, this one left it alone"
        ) from None
    try:
        yield
    finally:
        lock.release()
