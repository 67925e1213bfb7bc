"""A ccxt exchange as tests want it.

Belongs here: its making. Does not belong here: whom it asks (`server.point`, `connectors.replay.transport.attach`).
"""

import base64
from typing import Any

import ccxt

PLACEHOLDER = base64.b64encode(b"any").decode()
"""A secret that a venue without one accepts, in the base64 that Kraken's are in."""


def make_exchange(exchange_id: str, *, key: str = "key", secret: str = PLACEHOLDER) -> Any:
    """A ccxt exchange that keeps the venue's digits and does not wait between requests."""
    exchange = getattr(ccxt, exchange_id)({"apiKey": key, "secret": secret, "enableRateLimit": False, "timeout": 5000})
    exchange.number = str
    return exchange
