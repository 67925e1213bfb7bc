"""Which of our venue classes speaks for which ccxt exchange, and opening one.

Belongs here: that list. Does not belong here: any venue's ways.
"""

import time
from collections.abc import Callable, Mapping
from datetime import datetime

from connectors.exchange.account import ExchangeAccount
from connectors.exchange.binance import Binance
from connectors.exchange.client import Client
from connectors.exchange.coinbase import Coinbase
from connectors.exchange.feeds import Session
from connectors.exchange.generic import GenericVenue
from connectors.exchange.kraken import Kraken
from connectors.raw import RawStore
from connectors.replay.transport import attach
from connectors.replay.venue import ReplayDataError
from connectors.replay.venues import open_venue as open_replay
from connectors.sync import SourceRefusedError

VENUES: Mapping[str, type[GenericVenue]] = {"kraken": Kraken, "binance": Binance, "coinbase": Coinbase}


def open_client(account: ExchangeAccount, *, now: datetime, sleep: Callable[[float], None] = time.sleep) -> Client:
    """The conversation with the account's venue, or with its replay. Raises `SourceRefusedError`."""
    client = Client(account, sleep=sleep)
    if account.replay_folder is not None:
        try:
            attach(client.exchange, open_replay(account.exchange, account.replay_folder, now=lambda: now))
        except ReplayDataError as error:
            raise SourceRefusedError(str(error)) from error
    return client


def open_venue(
    account: ExchangeAccount, store: RawStore, *, now: datetime, sleep: Callable[[float], None] = time.sleep
) -> GenericVenue:
    """The venue of one sync of `account`. Raises `SourceRefusedError` for an exchange that there is not."""
    session = Session(account, open_client(account, now=now, sleep=sleep), store, now)
    return VENUES.get(account.exchange, GenericVenue)(session)
