"""Which replayed venue answers for which ccxt exchange.

Belongs here: that list. Does not belong here: any venue's ways.
"""

from collections.abc import Callable
from pathlib import Path

from connectors.replay.binance import Binance
from connectors.replay.coinbase import Coinbase
from connectors.replay.kraken import Kraken
from connectors.replay.venue import Clock, ReplayDataError, Venue, utc_now

_OPENERS: dict[str, Callable[..., Venue]] = {
    "binance": Binance.load,
    "coinbase": Coinbase.load,
    "kraken": Kraken.load,
}


def open_venue(exchange_id: str, folder: Path, *, now: Clock = utc_now) -> Venue:
    """The venue of ccxt's `exchange_id` as `folder` has it; it accepts any key and signature.

    Raises `ReplayDataError` for an exchange that can not be replayed or a folder that can not be read.
    """
    if exchange_id not in _OPENERS:
        raise ReplayDataError(f"{exchange_id} can not be replayed from a folder; {', '.join(_OPENERS)} can.")
    return _OPENERS[exchange_id](folder, now=now)
