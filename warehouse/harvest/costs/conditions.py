"""What selling the lots of one coin in one account takes: reachable units, price, costs, and where each is from. Pure.

Belongs here: choosing between what the venue tells and what the configuration assumes, and saying which. Does not
belong here: walking a book (`order_book.py`), tables.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from fractions import Fraction
from zoneinfo import ZoneInfo

from warehouse.harvest.costs.gas import GasCost
from warehouse.harvest.costs.order_book import OrderBook, buy_rate, rounded, sell_rate, walk

_STATES = {"locked": "in open orders or on hold", "staked": "staked", "lent": "lent"}
_LOST_SIGHT = "it left to an address that is in no account of this book"
_PRICE_PLACES = 18


@dataclass(frozen=True, slots=True)
class Told:
    """What the venue told of one market; `quote_usd` is the price of its quote, `None` where none is known."""

    market: str
    book: OrderBook
    taker_rate: Decimal | None
    minimum_quantity: Decimal | None
    minimum_value_usd: Decimal | None
    quote_usd: Decimal | None
    checked_at: datetime


@dataclass(frozen=True, slots=True)
class Kept:
    """Units that the venue keeps from being sold, by its state, and when they come free where it tells.

    `free_at`: at that instant; `free_after`: so long after they are asked back, if that is before.
    """

    state: str
    quantity: Decimal
    free_at: datetime | None = None
    free_after: timedelta | None = None


@dataclass(frozen=True, slots=True)
class Deadline:
    """The end of the tax year, and the zone in which dates are told."""

    at: datetime
    zone: ZoneInfo


@dataclass(frozen=True, slots=True)
class Conditions:
    """The answer for one coin in one account. `source` says where rates are from, `fee_source` of the fee alone."""

    reachable_quantity: Decimal
    source: str
    fee_rate: Decimal
    fee_source: str
    sell_rate: Decimal
    buy_rate: Decimal
    fixed_usd: Decimal
    buy_fixed_usd: Decimal
    gas_source: str | None
    gas_checked_at: datetime | None
    market: str | None
    checked_at: datetime | None
    bid_price_usd: Decimal | None
    ask_price_usd: Decimal | None
    sell_price_usd: Decimal | None
    minimum_quantity: Decimal | None
    minimum_value_usd: Decimal | None
    free_in_time_quantity: Decimal | None
    last_free_at: datetime | None
    notes: tuple[str, ...]


def conditions(
    *,
    asset: str,
    held: Decimal,
    states: Mapping[str, Decimal] | None,
    is_outside: bool,
    told: Told | None,
    cost_rate: Decimal,
    gas: GasCost | None,
    close_usd: Decimal | None,
    as_of: datetime,
    stale_after: timedelta,
    kept: Sequence[Kept],
    deadline: Deadline,
) -> Conditions:
    """What selling `held` units takes; `is_outside`: nobody knows where they are.

    `states` is the venue's own balance by state, `None` where it tells none; `kept` is what of it is not free.
    `cost_rate` is what the configuration assumes of a trade, as a share of its value; `gas` is `None` off chain.
    """
    kept_notes = _kept_notes(asset, kept, as_of, deadline)
    reachable, notes = (Decimal(0), [_LOST_SIGHT]) if is_outside else _reachable(asset, held, states, kept_notes)
    in_time, last_free_at = _in_time(kept, as_of, deadline)
    is_fresh = told is not None and as_of - told.checked_at <= stale_after
    if told is not None and not is_fresh:
        notes.append(f"the order book is of {told.checked_at:%Y-%m-%d %H:%M} UTC, too old to go by")
    market = told if is_fresh else None
    fee = cost_rate if market is None or market.taker_rate is None else market.taker_rate
    sell, buy, price, book_notes = _prices(asset, reachable or held, market, fee, cost_rate)
    notes += book_notes
    least = None if market is None else market.minimum_quantity
    least_usd = None if market is None else market.minimum_value_usd
    notes += _too_small(asset, reachable, least, least_usd, price or close_usd)
    if gas is not None:
        notes.append(f"on a chain: to sell it, it must be sent or swapped first; {gas.note}")
    book = None if market is None else market.book
    quote_usd = None if market is None else market.quote_usd
    return Conditions(
        reachable_quantity=reachable,
        source="default" if sell is None else "order book",
        fee_rate=fee,
        fee_source="default" if market is None or market.taker_rate is None else "venue",
        sell_rate=cost_rate if sell is None else sell,
        buy_rate=cost_rate if buy is None else buy,
        fixed_usd=Decimal(0) if gas is None else gas.usd,
        buy_fixed_usd=Decimal(0) if gas is None else gas.usd,
        gas_source=None if gas is None else gas.source,
        gas_checked_at=None if gas is None else gas.checked_at,
        market=None if told is None else told.market,
        checked_at=None if told is None else told.checked_at,
        bid_price_usd=_usd(book.bids[0][0], quote_usd) if book and book.bids else None,
        ask_price_usd=_usd(book.asks[0][0], quote_usd) if book and book.asks else None,
        sell_price_usd=price,
        minimum_quantity=least,
        minimum_value_usd=least_usd,
        free_in_time_quantity=None if states is None or is_outside else in_time,
        last_free_at=last_free_at,
        notes=tuple(notes),
    )


def _in_time(kept: Iterable[Kept], as_of: datetime, deadline: Deadline) -> tuple[Decimal, datetime | None]:
    """What of `kept` is known to come free before the deadline, if asked back now, and when the last of it does."""
    told = [(part.quantity, _free_at(part, as_of)) for part in kept]
    in_time = [(units, at) for units, at in told if at is not None and at < deadline.at]
    return sum((units for units, _ in in_time), Decimal(0)), max((at for _, at in in_time), default=None)


def _free_at(part: Kept, as_of: datetime) -> datetime | None:
    asked = None if part.free_after is None else as_of + part.free_after
    return min((at for at in (part.free_at, asked) if at is not None), default=None)


def _kept_notes(asset: str, kept: Sequence[Kept], as_of: datetime, deadline: Deadline) -> list[str]:
    return [
        f"{_plain(part.quantity)} {asset} {words}{_when(part, as_of, deadline)}"
        for state, words in _STATES.items()
        for part in kept
        if part.state == state and part.quantity
    ]


def _reachable(
    asset: str, held: Decimal, states: Mapping[str, Decimal] | None, notes: list[str]
) -> tuple[Decimal, list[str]]:
    if states is None:
        return held, [f"nothing tells how much {asset} is free: all of it is taken to be"]
    free = states.get("free", Decimal(0))
    if free >= held:
        return held, notes
    return max(free, Decimal(0)), [f"{_plain(free)} of {_plain(held)} {asset} can be sold now", *notes]


def _when(part: Kept, as_of: datetime, deadline: Deadline) -> str:
    """In words when it comes free, and whether that is before the deadline."""
    if part.free_at is not None and part.free_at == _free_at(part, as_of):
        late = "" if part.free_at < deadline.at else ", after the tax year"
        return f", free on {part.free_at.astimezone(deadline.zone):%Y-%m-%d}{late}"
    if part.free_after is None:
        return "" if part.state == "locked" else "; when it comes free is not told"
    if not part.free_after:
        return ", free when you ask for it"
    if as_of + part.free_after >= deadline.at:
        return f", free {_days(part.free_after)} after you ask, which is after the tax year"
    ask_by = (deadline.at - part.free_after).astimezone(deadline.zone)
    return f", free {_days(part.free_after)} after you ask: for this tax year before {ask_by:%Y-%m-%d %H:%M}"


def _days(wait: timedelta) -> str:
    days = -(-wait // timedelta(days=1))
    return "a day" if days == 1 else f"{days} days"


def _prices(
    asset: str, quantity: Decimal, told: Told | None, fee: Decimal, cost_rate: Decimal
) -> tuple[Decimal | None, Decimal | None, Decimal | None, list[str]]:
    """Rates to sell and to buy back, and the average price to sell at; `None` is "not by the book"."""
    if told is None:
        return None, None, None, ["costs of trading are the configuration's: no order book is known"]
    sold = walk(told.book.bids, quantity)
    if not sold.filled:
        return None, None, None, [f"nobody bids for {asset} at {told.market}: costs of trading are the configuration's"]
    notes = []
    if sold.filled < quantity:
        shown = rounded(sold.filled, 8)
        notes.append(f"the order book shows buyers for {_plain(shown)} of {_plain(quantity)} {asset}")
    bought = buy_rate(told.book, quantity, fee)
    if bought is None:
        notes.append(f"nobody offers {asset} at {told.market}: the cost of buying back is the configuration's")
    if told.quote_usd is None:
        notes.append(f"{told.market} is not in dollars and its quote has no price: values are at the close")
        return sell_rate(told.book, quantity, fee), bought or cost_rate, None, notes
    price = rounded(sold.average, _PRICE_PLACES)
    return sell_rate(told.book, quantity, fee), bought, _usd(price, told.quote_usd), notes


def _too_small(
    asset: str, quantity: Decimal, least: Decimal | None, least_usd: Decimal | None, price: Decimal | None
) -> list[str]:
    if least is not None and quantity < least:
        return [f"below the venue's minimum order of {_plain(least)} {asset}"]
    if least_usd is not None and price is not None and quantity * price < least_usd:
        return [f"below the venue's minimum order of {_plain(least_usd)} USD"]
    return []


def _usd(price: Decimal, quote_usd: Decimal | None) -> Decimal | None:
    return None if quote_usd is None else rounded(Fraction(price) * Fraction(quote_usd), _PRICE_PLACES)


def _plain(number: Decimal) -> str:
    text = f"{number:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text
