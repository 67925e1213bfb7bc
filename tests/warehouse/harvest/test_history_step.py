"""`harvest.history` and `harvest.nights`, and the file behind them."""

from datetime import timedelta
from pathlib import Path

import pytest

from support.books import book_of_everything
from support.empty_warehouse import empty_book, failing_rows
from support.raw_book import AS_OF, RawBook
from warehouse.harvest.history.record import RecordError
from warehouse.harvest.history.steps import HISTORY, build_history, read_record, record_night
from warehouse.settings import BookSettings


def _night(book: RawBook, record: Path, *, days_ago: int) -> None:
    """Build the book as of some days ago and let its night join the record."""
    book.settings["record_path"] = record
    book.build(as_of=AS_OF - timedelta(days=days_ago))
    record_night(record, book.public)


def test_history__nights_in_order__are_kept_with_what_was_known_then(tmp_path: Path) -> None:
    book, record = book_of_everything(tmp_path), tmp_path / "history" / "record.jsonl"
    _night(book, record, days_ago=2)
    book.price("BTC", "2026-11-22", "50000")  # known only a day later
    _night(book, record, days_ago=1)
    _night(book, record, days_ago=0)
    nights = book.ask("SELECT night_date::VARCHAR, is_present FROM harvest.nights ORDER BY night_date")
    assert nights == [("2026-11-22", False), ("2026-11-23", False), ("2026-11-24", True)]
    # one lot of 1 BTC bought at 90,000: no price at first, then 50,000, then 60,000
    rows = book.ask(
        "SELECT night_date::VARCHAR, sum(unknown_count), sum(unrealized_usd)::INTEGER FROM harvest.history "
        "WHERE account = 'kraken' AND asset = 'BTC' AND term = 'short' GROUP BY ALL ORDER BY ALL"
    )
    assert rows == [("2026-11-22", 1, 0), ("2026-11-23", 0, -40_000), ("2026-11-24", 0, -30_000)]
    assert [one.as_of for one in read_record(record)] == [AS_OF - timedelta(days=ago) for ago in (2, 1, 0)]


def test_history__no_candidate__is_a_night_of_zero(tmp_path: Path) -> None:
    book, record = RawBook(tmp_path, accounts={"kraken": "fifo"}), tmp_path / "record.jsonl"
    _night(book, record, days_ago=1)
    _night(book, record, days_ago=0)
    assert book.ask("SELECT count(*), sum(short_loss_usd)::INTEGER FROM harvest.nights") == [(2, 0)]
    assert book.ask("SELECT count(*) FROM harvest.history") == [(0,)]


def test_history__build_of_the_past__shows_no_later_night_and_leaves_no_trace(tmp_path: Path) -> None:
    book, record = book_of_everything(tmp_path), tmp_path / "record.jsonl"
    _night(book, record, days_ago=0)
    before = record.read_bytes()
    _night(book, record, days_ago=5)
    assert record.read_bytes() == before
    assert book.ask("SELECT night_date::VARCHAR, is_present FROM harvest.nights") == [("2026-11-19", True)]


def test_history__record_that_can_not_be_read__is_named_and_stays(tmp_path: Path) -> None:
    book, record = book_of_everything(tmp_path), tmp_path / "record.jsonl"
    record.write_text("{}\n", encoding="utf-8")
    book.settings["record_path"] = record
    with pytest.raises(RecordError, match=r"record\.jsonl, line 1: .* Move the file away"):
        book.build()
    assert record.read_text(encoding="utf-8") == "{}\n"


def test_history__check__finds_a_night_that_is_not_the_candidates() -> None:
    with empty_book(BookSettings(accounts=()), as_of=AS_OF) as book:
        build_history(book)
        assert failing_rows(book, HISTORY.checks[0]) == []
        book.connection.execute(
            "INSERT INTO harvest.history VALUES (today(), now(), 'a', 'BTC', 'short', 'ready', 1, 0, 1, -5, true)"
        )
        assert len(failing_rows(book, HISTORY.checks[0])) == 1
