"""Decisions about the rows of a hand-made book.

Belongs here: short ways to write them. Does not belong here: what the books make of them.
"""

from decimal import Decimal
from typing import Any

from support.raw_book import RawBook, instant
from warehouse.decisions import EventOverride, OpeningLot, Overrides, PairOverride, PriceOverride, SameOverride
from warehouse.ledger.told import find_told


def fingerprint_of(book: RawBook, transaction_id: str) -> str:
    """The fingerprint of a transaction as the book's raw files tell it now."""
    told = find_told(book.store.root, transaction_id, book.book_settings)
    assert told is not None, transaction_id
    return told.fingerprint


def event(book: RawBook, transaction_id: str, kind: str | None = None, **said: Any) -> EventOverride:
    """A decision: `event(book, "kraken/deposits/d1", "bought", cost="240", acquired="2024-03-01")`."""
    cost, fair, acquired = said.pop("cost", None), said.pop("fair", None), said.pop("acquired", None)
    return EventOverride(
        transaction_id,
        said.pop("fingerprint", None) or fingerprint_of(book, transaction_id),
        line=1,
        kind=kind,
        value_usd=None if cost is None else Decimal(cost),
        fair_value_usd=None if fair is None else Decimal(fair),
        acquired_at=None if acquired is None else instant(acquired),
        **said,
    )


def pair(book: RawBook, left: str, arrived: str, *, is_transfer: bool = True) -> PairOverride:
    """Two transactions that are one transfer, or are not."""
    return PairOverride(
        left, fingerprint_of(book, left), arrived, fingerprint_of(book, arrived), is_transfer=is_transfer, line=1
    )


def same(book: RawBook, one: str, other: str, *, is_same: bool = True) -> SameOverride:
    """Two transactions that tell one event, or do not."""
    return SameOverride(one, fingerprint_of(book, one), other, fingerprint_of(book, other), is_same=is_same, line=1)


def price(asset: str, at: str, usd: str) -> PriceOverride:
    """What one unit was worth at an instant."""
    return PriceOverride(asset, instant(at), Decimal(usd), line=1)


def opening_lot(account: str, held: str, *, acquired: str, cost: str) -> OpeningLot:
    """`opening_lot("kraken", "2 ETC", acquired="2020-01-01", cost="40")`."""
    quantity, asset = held.split()
    return OpeningLot(account, asset, instant(acquired), Decimal(quantity), Decimal(cost), line=1)


def decide(book: RawBook, *decisions: EventOverride | PairOverride | SameOverride | PriceOverride | OpeningLot) -> None:
    """Let the book have these decisions, and no others."""
    book.settings["overrides"] = Overrides(
        events=[each for each in decisions if isinstance(each, EventOverride)],
        pairs=[each for each in decisions if isinstance(each, PairOverride)],
        sames=[each for each in decisions if isinstance(each, SameOverride)],
        prices=[each for each in decisions if isinstance(each, PriceOverride)],
        opening_lots=[each for each in decisions if isinstance(each, OpeningLot)],
    )
