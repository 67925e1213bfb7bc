"""What a check of a key tells, against the venues on loopback. Expected: the permissions that were put in."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest

from connectors.exchange.account import ExchangeAccount
from connectors.exchange.connector import ExchangeConnector
from connectors.replay.binance import Binance
from connectors.replay.coinbase import Coinbase
from connectors.replay.kraken import Kraken
from connectors.replay.venue import Files, Venue
from support.memory_exchange import memory_exchange
from support.shelves import Shelf
from support.venues import faults
from support.venues.binance_history import binance_markets
from support.venues.coinbase_history import coinbase_markets
from support.venues.kraken_history import kraken_markets

NOW = datetime(2024, 12, 1, tzinfo=UTC)

Open = Callable[..., Any]

MARKETS: dict[str, Callable[[], Files]] = {
    "kraken": kraken_markets,
    "binance": binance_markets,
    "coinbase": coinbase_markets,
}
CLASSES: dict[str, Callable[..., Venue]] = {"kraken": Kraken, "binance": Binance, "coinbase": Coinbase}


def _may(exchange: str, *, trade: bool, withdraw: bool) -> Files:
    """A key's permissions in the venue's own words."""
    if exchange == "kraken":
        words = ["query-funds", "query-open-trades", "query-closed-trades", "query-ledger"]
        words += ["modify-trades"] * trade + ["withdraw-funds"] * withdraw
        return {"GetApiKeyInfo": {"permissions": words}}
    if exchange == "binance":
        told = {"enableReading": True, "enableSpotAndMarginTrading": trade, "enableWithdrawals": withdraw}
        return {"account/apiRestrictions": told}
    return {"key_permissions": {"can_view": True, "can_trade": trade, "can_transfer": withdraw}}


every_venue = pytest.mark.parametrize("exchange", CLASSES)


@every_venue
def test_key__that_reads__is_fine(open_desk: Open, exchange: str) -> None:
    with open_desk(exchange, CLASSES[exchange](MARKETS[exchange](), now=lambda: NOW)) as desk:
        check = desk.check(NOW)
    assert (check.can_read, check.can_trade, check.can_withdraw) == ("yes", "no", "no")
    assert (check.problem, check.note) == (None, None)


@every_venue
def test_key__that_trades__is_noted(open_desk: Open, exchange: str) -> None:
    files = {**MARKETS[exchange](), **_may(exchange, trade=True, withdraw=False)}
    with open_desk(exchange, CLASSES[exchange](files, now=lambda: NOW)) as desk:
        check = desk.check(NOW)
    assert (check.can_trade, check.can_withdraw, check.problem) == ("yes", "no", None)
    assert "can trade" in str(check.note)


@every_venue
def test_key__that_withdraws__is_refused_unless_allowed(open_desk: Open, exchange: str) -> None:
    files = {**MARKETS[exchange](), **_may(exchange, trade=False, withdraw=True)}
    with open_desk(exchange, CLASSES[exchange](files, now=lambda: NOW)) as desk:
        check = desk.check(NOW)
        desk.options["allow_withdrawal_keys"] = True
        allowed = desk.check(NOW)
    assert check.can_withdraw == allowed.can_withdraw == "yes"
    assert "may only read" in str(check.problem)
    assert allowed.problem is None


@every_venue
def test_key__that_the_venue_does_not_know__is_a_problem(open_desk: Open, exchange: str) -> None:
    with open_desk(exchange, CLASSES[exchange](MARKETS[exchange](), now=lambda: NOW)) as desk:
        for endpoint in ("GetApiKeyInfo", "apiRestrictions", "key_permissions"):
            desk.server.order(faults.bad_key(exchange), endpoint=endpoint, times=10)
        check = desk.check(NOW)
    assert "Check the key" in str(check.problem)
    assert check.can_read == "unknown"


def test_key__at_a_venue_that_does_not_tell__is_unknown_but_reads() -> None:

    with memory_exchange({"BTC/USD": Shelf([], 10, "newest")}) as exchange:
        check = ExchangeConnector(ExchangeAccount("a", exchange)).check(now=NOW)
    assert (check.can_read, check.can_trade, check.can_withdraw) == ("yes", "unknown", "unknown")
    assert "does not tell what a key may do" in str(check.note)
    assert check.problem is None
