"""A venue's public markets and candles, asked through the same patient client as an account.

Belongs here: asking and paging. Does not belong here: which markets are worth asking, and what is kept.
"""

import time
from bisect import bisect_left
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from connectors.exchange.errors import NotOfferedError
from connectors.sync import SourceAnswerError, SourceRefusedError

if TYPE_CHECKING:
    from connectors.exchange.client import Client

_TIMEFRAMES = {86400: "1d", 3600: "1h"}
_PAGE_SLOTS = 300
"""Taken for a page's length where ccxt does not know the venue's."""

_FEWEST_SLOTS_A_PAGE = 50
"""A walk that moves more slowly than this is not going to end, and stops with an error."""


@dataclass(frozen=True, slots=True)
class Market:
    """A spot market. An inactive one may still tell its past."""

    symbol: str
    is_active: bool


@dataclass(frozen=True, slots=True)
class Page:
    """What one answer says of the candles that open from `start` up to `end` (Unix seconds).

    `closes` is by opening, and may hold others. `is_reached` says that the venue showed a candle at or behind `end`:
    what is missing before it is missing for good. Otherwise the venue has nothing there yet.
    """

    start: int
    end: int
    closes: dict[int, str]
    is_reached: bool


class PriceVenue:
    """The public side of ccxt's exchange `name`. Makes no request when it is constructed."""

    def __init__(
        self,
        name: str,
        *,
        prepare: Callable[[str, Any], None] | None = None,
        replay_folder: Path | None = None,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self.name = name
        self._prepare = prepare
        self._replay_folder = replay_folder
        self._sleep = sleep
        self._made: Client | None = None

    @property
    def requests(self) -> int:
        """Requests so far."""
        return 0 if self._made is None else self._made.requests

    def market(self, symbol: str) -> Market | None:
        """The spot market `symbol`, from the venue's list, which is asked for once. Raises `SourceError`."""
        client = self._client()
        client.load_markets()
        found = client.exchange.markets.get(symbol)
        if found is None or not found.get("spot"):
            return None
        return Market(symbol, found.get("active") is not False)

    def has_candles(self, step: int) -> bool:
        """Whether the venue tells candles of `step` seconds at all. Raises `SourceRefusedError`."""
        exchange = self._client().exchange
        return exchange.has.get("fetchOHLCV") is True and _TIMEFRAMES[step] in (exchange.timeframes or {})

    def pages(self, symbol: str, slots: Sequence[int], *, step: int) -> Iterator[Page]:
        """The closes of the candles of `step` seconds that open at `slots`, page by page, oldest first.

        A page has every candle that the venue sent from its start on; on a venue whose days begin at another hour
        than UTC's none of them opens at a slot. Raises `SourceError`; the pages before it are good.
        """
        limit = self._page_slots(symbol)
        end = slots[-1] + step
        bound = 10 + (end - slots[0]) // step // _FEWEST_SLOTS_A_PAGE
        at = 0
        for _ in range(bound):
            page = self._page(symbol, slots[at], end, step=step, limit=limit)
            yield page
            at = bisect_left(slots, page.end)
            if at == len(slots):
                return
        raise SourceAnswerError(
            f"{self.name} sent {bound} pages of {symbol} and did not come to an end. What was received is kept; the "
            "next sync goes on."
        )

    def _page(self, symbol: str, start: int, end: int, *, step: int, limit: int) -> Page:
        client = self._client()
        what = f"the closes of {symbol}"
        try:
            candles = client.call(what, client.exchange.fetch_ohlcv, symbol, _TIMEFRAMES[step], start * 1000, limit)
        except NotOfferedError as error:
            raise SourceAnswerError(f"{self.name} does not offer {what} ({error}).") from None
        closes: dict[int, str] = {}
        reached = start
        for candle in candles:
            opened, close = candle[0] // 1000, candle[4]
            if opened >= start:
                reached = max(reached, min(end, opened + step))
                if close is not None:
                    closes[opened] = str(close)
        if reached > start:
            return Page(start, reached, closes, is_reached=True)
        return Page(start, min(start + limit * step, end), closes, is_reached=False)

    def _page_slots(self, symbol: str) -> int:
        limit = self._client().exchange.feature_value(symbol, "fetchOHLCV", "limit")
        return limit if isinstance(limit, int) and limit > 0 else _PAGE_SLOTS

    def _client(self) -> "Client":
        if self._made is None:
            self._made = self._make()
        return self._made

    def _make(self) -> "Client":
        from connectors.exchange.account import ExchangeAccount  # noqa: PLC0415 -- takes ccxt's seconds to import
        from connectors.exchange.client import Client  # noqa: PLC0415

        return Client(
            ExchangeAccount(
                name="prices",
                exchange=self.name,
                options={"defaultType": "spot", "fetchMarkets": {"types": ["spot"]}},
                replay_folder=self._replay_folder,
                prepare=self._prepare_exchange,
            ),
            sleep=self._sleep,
        )

    def _prepare_exchange(self, exchange: Any) -> None:
        if self._replay_folder is not None:
            from connectors.replay.transport import attach  # noqa: PLC0415 -- only a replayed book needs it
            from connectors.replay.venue import ReplayDataError  # noqa: PLC0415
            from connectors.replay.venues import open_venue  # noqa: PLC0415

            try:
                attach(exchange, open_venue(self.name, self._replay_folder))
            except ReplayDataError as error:
                raise SourceRefusedError(str(error)) from error
            for credential in exchange.requiredCredentials:  # `attach` fills them in; prices are asked without a key
                setattr(exchange, credential, None)
        if self._prepare is not None:
            self._prepare(self.name, exchange)
