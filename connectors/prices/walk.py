"""Which market is asked next, for which closes, and what its answer makes certain.

For each coin the markets are tried in the order of `routes.py`, then for a token the sources that know its contract;
each is asked only for the closes that none before it had, and that it was not asked for before.

Belongs here: deciding what to ask. Does not belong here: a venue's ways, arithmetic, files, reports.
"""

from collections.abc import Collection, Mapping, Sequence
from itertools import product

from connectors.evm.naming import contract_of
from connectors.prices.book import ACCOUNT, PriceBook
from connectors.prices.routes import Close, Route, routes_of
from connectors.prices.tokens import Events, TokenSource, contracts_of
from connectors.prices.venue import Market, PriceVenue
from connectors.sync import Progress, SourceAnswerError, SourceError

DAY_SECONDS = 24 * 60 * 60
HOUR_SECONDS = 60 * 60
LATE_SECONDS = 3 * DAY_SECONDS
"""So long a market may still open, or a closed one tell its last candle; after that it is not asked for again."""


class Walk:
    """One fetch over all wanted coins: what is known so far, who was asked, and who could not be.

    `errors` are by venue. `unsure` are coins of which a venue that could not be asked may have closes,
    `with_market` those that a market was found for, `without_candles` the venues that tell none.
    """

    def __init__(
        self,
        *,
        book: PriceBook,
        venues: dict[str, PriceVenue],
        sources: Sequence[TokenSource] = (),
        base: str,
        aliases: Mapping[str, str],
        now: int,
        progress: Progress,
    ) -> None:
        self.book = book
        self._venues = venues
        self._sources = sources
        self._base = base
        self._aliases = aliases
        self._now = now
        self._progress = progress
        self._silent: set[str] = set()
        self.errors: dict[str, list[SourceError]] = {}
        self.unsure: set[str] = set()
        self.with_market: set[str] = set()
        self.without_candles: set[str] = set()

    def price(self, asset: str, slots: Sequence[int], step: int) -> None:
        """Find the closes of `asset` for candles that open at `slots`, as far as they are to be had."""
        routes = routes_of(asset, base=self._base, venues=list(self._venues), aliases=self._aliases)
        for route in routes if contract_of(asset) is None else ():  # no venue lists a contract
            missing = self.book.unpriced(asset, slots, step=step)
            if not missing:
                return
            left = self.book.unasked(route.venue, _scope(asset, route, step), missing, step=step)
            if left and route.venue in self._silent:
                self.unsure.add(asset)
            elif left:
                self._try(asset, route, left, step)
        self._ask_sources(asset, slots, step)

    def _ask_sources(self, asset: str, slots: Sequence[int], step: int) -> None:
        """Ask what knows the token by its contract for the closes that no market had."""
        for token in contracts_of(asset, self._aliases):
            for source in self._sources:
                scope = f"{token.contract}@{token.chain}" + ("" if step == DAY_SECONDS else " 1h")
                missing = self.book.unpriced(asset, slots, step=step)
                left = self.book.unasked(source.name, scope, missing, step=step)
                if not left or not source.covers(token):
                    continue
                if source.name in self._silent:
                    self.unsure.add(asset)
                    continue
                for hub in source.hubs:
                    self.price(hub, left, step)
                try:
                    told = source.tell(token, [slot + step for slot in left], self.book.close)
                except SourceError as error:
                    self._fail(source.name, asset, error)
                    self._silent.add(source.name)
                    continue
                if told.closes:
                    self.with_market.add(asset)
                answered = [at - step for at in sorted(told.answered) if at in told.closes or self._is_settled(at)]
                self.book.add(source.name, scope, asset, told.closes, answered=answered, step=step)
                self._progress(ACCOUNT, source.name, self.book.rows[source.name])

    def price_events(self, asset: str, events: Events, steps: Collection[int]) -> None:
        """Find the prices of `asset` at the very instants of `events`, where only what knows its contract prices it.

        What such a source prices it in counts by its close of the hour or the day, as in the books: an event of a day
        that is not over waits for the next fetch. `steps` are the lengths of the candles that are asked for.
        """
        if not self.book.tellers(asset).isdisjoint(self._venues):
            return
        over = {at: hashes for at, hashes in events.items() if at - at % DAY_SECONDS + DAY_SECONDS <= self._now}
        for token in contracts_of(asset, self._aliases):
            for source in self._sources:
                scope = f"{token.contract}@{token.chain} events"
                missing = [at for at in sorted(over) if self.book.close(asset, at) is None]
                left = self.book.unasked(source.name, scope, missing, step=1)
                if not left or not source.covers(token):
                    continue
                if source.name in self._silent:
                    self.unsure.add(asset)
                    break  # an index is asked for what the pools do not have, not for what they could not be asked
                for hub, step in product(source.hubs, steps):
                    self.price(hub, sorted({at - at % step for at in left}), step)
                try:
                    told = source.tell_events(token, {at: over[at] for at in left}, self._close_around)
                except SourceError as error:
                    self._fail(source.name, asset, error)
                    self._silent.add(source.name)
                    break
                without = [at for at in sorted(told.answered - told.closes.keys()) if self._is_settled(at)]
                self.book.add(source.name, scope, asset, told.closes, answered=without, step=1)
                self._progress(ACCOUNT, source.name, self.book.rows[source.name])

    def _close_around(self, asset: str, at: int) -> Close | None:
        """The price at an instant as the books choose it: of that very instant, else of its hour, else of its day."""
        ends = (at, *(at - at % step + step for step in (HOUR_SECONDS, DAY_SECONDS)))
        return next((close for end in ends if (close := self.book.close(asset, end)) is not None), None)

    def _try(self, asset: str, route: Route, slots: list[int], step: int) -> None:
        """Ask one market. A venue that refuses or does not answer is left alone for the rest of this fetch."""
        venue = self._venues[route.venue]
        self._progress(ACCOUNT, venue.name, self.book.rows[venue.name])
        market: Market | None = None
        try:
            if not venue.has_candles(step):
                self.without_candles.add(venue.name)
                return
            market = venue.market(route.symbol)
            if market is None:
                self._add(asset, route, {}, [slot for slot in slots if self._is_settled(slot + step)], step)
                return
            self._ask(asset, route, market, slots, step)
        except SourceAnswerError as error:
            if market is None:
                self._silent.add(venue.name)
            if market is None or market.is_active:
                self._fail(venue.name, asset, error)
        except SourceError as error:
            self._fail(venue.name, asset, error)
            self._silent.add(venue.name)

    def _ask(self, asset: str, route: Route, market: Market, slots: list[int], step: int) -> None:
        """Walk one market. That it has no candle is believed where it has a later one, or is closed.

        A hole as long as a page with candles at its edges is not believed: it may be a page that came back empty.
        """
        if route.hub is not None:
            self.price(route.hub, slots, step)
            hub = route.hub
            if hub in self.unsure:
                self.unsure.add(asset)
            slots = [slot for slot in slots if self.book.close(hub, slot + step) is not None]
        if not slots:
            return
        self.with_market.add(asset)
        told_nothing: list[int] = []
        has_candles = False
        for page in self._venues[route.venue].pages(route.symbol, slots, step=step):
            answered = [slot for slot in slots if page.start <= slot < page.end]
            if not page.is_reached:
                told_nothing += answered
                continue
            if told_nothing and not has_candles and page.start not in page.closes:
                self._add(asset, route, {}, told_nothing, step)  # the market opened after them
            told_nothing = []
            has_candles = True
            closes = {
                slot + step: close
                for slot in answered
                if (close := self._close(route, page.closes.get(slot), slot + step)) is not None
            }
            self._add(asset, route, closes, answered, step)
        if not market.is_active:
            self._add(asset, route, {}, [slot for slot in told_nothing if self._is_settled(slot + step)], step)

    def _close(self, route: Route, quoted: str | None, at: int) -> Close | None:
        if quoted is None:
            return None
        return route.close(quoted, None if route.hub is None else self.book.close(route.hub, at))

    def _add(self, asset: str, route: Route, closes: dict[int, Close], answered: list[int], step: int) -> None:
        self.book.add(route.venue, _scope(asset, route, step), asset, closes, answered=answered, step=step)
        self._progress(ACCOUNT, route.venue, self.book.rows[route.venue])

    def _is_settled(self, at: int) -> bool:
        return at <= self._now - LATE_SECONDS

    def _fail(self, venue: str, asset: str, error: SourceError) -> None:
        self.unsure.add(asset)
        self.errors.setdefault(venue, []).append(error)


def _scope(asset: str, route: Route, step: int) -> str:
    """What a window is about: a market may serve two coins, where one took the other's name."""
    return f"{asset} {route.symbol}" if step == DAY_SECONDS else f"{asset} {route.symbol} 1h"
