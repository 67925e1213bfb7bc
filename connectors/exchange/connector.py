"""The exchange connector: one account's rows from its venue into raw, and what its key may do.

Belongs here: what the rest of the program calls; importing it does not load ccxt, which takes seconds. Does not belong
here: the work (`syncing.py`, `keys.py`).
"""

import time
from collections.abc import Callable
from datetime import datetime

from connectors.exchange.account import ExchangeAccount, KeyCheck
from connectors.raw import RawStore
from connectors.sync import Progress, SyncReport, no_progress


class ExchangeConnector:
    """One account at one venue. Makes no request when it is constructed. `sleep` waits between retries."""

    def __init__(self, exchange_account: ExchangeAccount, *, sleep: Callable[[float], None] = time.sleep) -> None:
        self.exchange_account = exchange_account
        self.account = exchange_account.name
        self._sleep = sleep

    def sync(self, store: RawStore, *, now: datetime, progress: Progress = no_progress) -> SyncReport:
        """Bring what is not covered yet into `store`, up to `now`, and leave one file of attempts.

        Does not raise for what a venue does; `OSError` (a full disk) passes through.
        """
        from connectors.exchange.syncing import sync_account  # noqa: PLC0415 -- loads ccxt

        return sync_account(self.exchange_account, store, now=now, progress=progress, sleep=self._sleep)

    def check(self, *, now: datetime) -> KeyCheck:
        """Whether the venue answers, and what the key may do there. Does not raise for what a venue does."""
        from connectors.exchange.keys import check_key  # noqa: PLC0415 -- loads ccxt

        return check_key(self.exchange_account, now=now, sleep=self._sleep)
