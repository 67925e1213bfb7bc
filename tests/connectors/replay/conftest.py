"""The two ways from a ccxt exchange to a replayed venue; what holds for one must hold for the other."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from typing import Any

import pytest

from connectors.replay.transport import attach
from connectors.replay.venue import Venue
from support.venues.exchange import PLACEHOLDER, make_exchange
from support.venues.server import point, serve

Connect = Callable[..., Any]


@pytest.fixture(params=["transport", "loopback"])
def connect(request: pytest.FixtureRequest) -> Iterator[Connect]:
    """`connect(exchange_id, venue, key=, secret=)` gives a ccxt exchange that asks `venue`."""
    with ExitStack() as stack:

        def connect_to(exchange_id: str, venue: Venue, *, key: str = "key", secret: str = PLACEHOLDER) -> Any:
            exchange = make_exchange(exchange_id, key=key, secret=secret)
            stack.callback(exchange.session.close)
            if request.param == "transport":
                attach(exchange, venue)
            else:
                point(exchange, stack.enter_context(serve(venue)))
            return exchange

        yield connect_to
