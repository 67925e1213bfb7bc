"""A program that syncs one account again and again, each time in a process of its own that may be killed.

Started as `python killable_sync.py EXCHANGE URL RAW NOW`. For every line that it reads it forks a sync and prints the
process id; when that process is gone, it prints how it ended. Forking saves loading ccxt anew for every sync.

Belongs here: running syncs to be killed. Does not belong here: the killing, or what is expected.
"""

import os
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from connectors.exchange import recorder
from connectors.exchange.account import ExchangeAccount
from connectors.exchange.syncing import sync_account
from connectors.raw import RawStore
from connectors.sync import no_progress


def main(exchange: str, url: str, raw: str, now: str) -> None:
    """Sync once for every line of standard input."""
    recorder.FLUSH_SECONDS = 0.2  # so that short lives leave something

    def move(urls: Any) -> Any:
        if isinstance(urls, dict):
            return {name: move(old) for name, old in urls.items()}
        return url + urlsplit(urls).path

    def prepare(venue: Any) -> None:
        venue.urls["api"] = move(venue.urls["api"])
        venue.enableRateLimit = False

    since = datetime(2023, 12, 1, tzinfo=UTC)
    account = ExchangeAccount(exchange, exchange, api_key="key", secret="YW55", since=since, prepare=prepare)
    for _ in sys.stdin:
        child = os.fork()
        if child == 0:
            report = sync_account(
                account,
                RawStore(Path(raw)),
                now=datetime.fromisoformat(now),
                progress=no_progress,
                sleep=lambda _: None,
            )
            os._exit(1 if report.errors else 0)
        sys.stdout.write(f"{child}\n")
        sys.stdout.flush()
        _, status = os.waitpid(child, 0)
        sys.stdout.write(f"{os.waitstatus_to_exitcode(status)}\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main(*sys.argv[1:])
