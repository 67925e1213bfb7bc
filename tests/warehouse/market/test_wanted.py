"""Which prices are asked for: those that a value or a holding needs, and no more."""

from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path

from connectors.records import Mark
from support.raw_book import AS_OF, RawBook, row
from warehouse.connection import open_warehouse
from warehouse.ledger.legs import LEGS
from warehouse.market.wanted import wanted_events, wanted_prices
from warehouse.steps import Book


def _wanted(book: RawBook) -> list[tuple[str, date]]:
    with open_warehouse(Path(":memory:")) as connection:
        LEGS.run(Book(connection, book.store.root, book.book_settings, AS_OF))
        return wanted_prices(connection, AS_OF)


def test_wanted__a_coin_traded_for_money_and_sold_again__needs_none(tmp_path: Path) -> None:
    book = RawBook(tmp_path)
    book.add(
        "k",
        "trades",
        row("1", "trade", "2024-01-05", "1 BTC", "-40000 USD"),
        row("2", "trade", "2024-02-05", "-1 BTC", "45000 USD"),
    )
    assert _wanted(book) == []


def test_wanted__a_coin_that_is_held__is_needed_from_today(tmp_path: Path) -> None:
    book = RawBook(tmp_path)
    book.add("k", "trades", row("1", "trade", "2024-01-05", "1 BTC", "-40000 USD"))
    assert _wanted(book) == [("BTC", date(2026, 11, 24))]


def test_wanted__swaps_income_fees_and_other_money__are_needed_from_their_day(tmp_path: Path) -> None:
    book = RawBook(tmp_path)
    book.add(
        "k",
        "trades",
        row("1", "trade", "2024-01-05", "1 BTC", "-40000 EUR", fee=["-0.01 BNB"]),
        row("2", "trade", "2024-02-05 23:59", "-1 BTC", "10 ETH"),
        row("3", "reward", "2024-03-05", "1 ETH"),
    )
    assert _wanted(book) == [
        ("BNB", date(2024, 1, 5)),
        ("BTC", date(2024, 2, 5)),
        ("ETH", date(2024, 2, 5)),
        ("EUR", date(2024, 1, 5)),
    ]


def test_wanted__bait__is_asked_of_nobody(tmp_path: Path) -> None:
    book = RawBook(tmp_path)
    bait = replace(row("1", "airdrop", "2025-02-01", "900 BAIT"), marks=[Mark("BAIT", "bait")])
    unasked = replace(row("2", "deposit", "2025-02-02", "5 FROG"), marks=[Mark("FROG", "unasked")])
    book.add("k", "transactions", bait, unasked)
    assert _wanted(book) == [("FROG", date(2025, 2, 2))]


def test_wanted_events__on_a_chain__are_those_that_need_a_value_with_their_hashes(tmp_path: Path) -> None:
    """A coin bought for money is valued by it; bait is worth nothing; a row without a hash has no block."""
    book = RawBook(tmp_path)
    swap = replace(row("1", "trade", "2025-02-01 10:00", "5 FROG", "-1 ETH"), tx_hash="0xa")
    bought = replace(row("2", "trade", "2025-02-02", "5 TOAD", "-1 USD"), tx_hash="0xb")
    bait = replace(row("3", "airdrop", "2025-02-03", "9 BAIT"), marks=[Mark("BAIT", "bait")], tx_hash="0xc")
    book.add("k", "transactions", swap, bought, bait, row("4", "deposit", "2025-02-04", "1 NEWT"))
    with open_warehouse(Path(":memory:")) as connection:
        LEGS.run(Book(connection, book.store.root, book.book_settings, AS_OF))
        told = wanted_events(connection, AS_OF)
    at = datetime(2025, 2, 1, 10, tzinfo=UTC)
    assert told == [("ETH", at, "0xa"), ("FROG", at, "0xa")]
