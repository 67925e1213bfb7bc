"""The connector of a wallet: what some addresses hold and what moved for them on one chain, from its nodes into raw.

Belongs here: what the rest of the program calls. Does not belong here: the work (`syncing.py`), and what a movement
means (`decoding.py`).
"""

import time
from collections.abc import Callable
from contextlib import ExitStack
from datetime import datetime

from connectors.evm.account import ChainCheck, EvmAccount
from connectors.evm.booking import Decoder
from connectors.evm.choosing import choose
from connectors.evm.finding import Finder
from connectors.evm.hexes import number
from connectors.evm.syncing import sync_account
from connectors.raw import RawStore
from connectors.sync import Progress, SourceError, SyncReport, no_progress


class EvmConnector:
    """Some addresses on one chain. Makes no request when it is constructed. `sleep` waits between retries."""

    def __init__(self, account: EvmAccount, decoder: Decoder, *, sleep: Callable[[float], None] = time.sleep) -> None:
        self.evm_account = account
        self.account = account.name
        self._decoder = decoder
        self._sleep = sleep

    def sync(self, store: RawStore, *, now: datetime, progress: Progress = no_progress) -> SyncReport:
        """Bring the blocks that are not covered yet into `store`, and leave one file of attempts.

        Does not raise for what a node does; `OSError` (a full disk) passes through.
        """
        return sync_account(self.evm_account, store, self._decoder, now=now, progress=progress, sleep=self._sleep)

    def check(self) -> ChainCheck:
        """Which way the nodes offer, and what can not be seen. Does not raise for what a node does."""
        with ExitStack() as stack:
            try:
                chosen = choose(self.evm_account, stack=stack, sleep=self._sleep)
                height = number(chosen.node.ask("eth_blockNumber"))
                blind = Finder(self.evm_account, chosen, height=height).blind
            except SourceError as error:
                return ChainCheck(way=None, problem=str(error))
            notes = [*chosen.passed_over, *(f"{sight} not seen completely: {why}" for sight, why in blind.items())]
            return ChainCheck(way=chosen.way.name, note="; ".join(notes) or None)
