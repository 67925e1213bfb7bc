"""What the quality tables say of coverage, balances and rows set aside."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import pyarrow as pa

from connectors.raw import Gap, Window
from connectors.records import TRANSACTIONS
from connectors.sync import StreamReport, SyncReport, write_attempts
from connectors.windows import Span
from support.raw_book import AS_OF, RawBook, instant, row
from warehouse.ledger.legs import LEGS
from warehouse.quality.balances import BALANCES
from warehouse.quality.coverage import COVERAGE

_COVERAGE = """
SELECT stream, outcome, covered_from, covered_to, gaps, is_complete, is_stale, last_error
FROM quality.coverage ORDER BY ALL
"""


def _attempt(book: RawBook, *streams: StreamReport) -> None:
    book.accounts.setdefault("k", "fifo")
    write_attempts(book.store, SyncReport("k", list(streams)), source="test")


def _report(stream: str, outcome: str, at: datetime, error: str | None = None) -> StreamReport:
    return StreamReport(stream, outcome, at, at, error=error)  # type: ignore[arg-type]


def test_coverage__an_account_without_any_file__was_never_synced(tmp_path: Path) -> None:
    with RawBook(tmp_path, accounts={"k": "fifo"}).run(LEGS, COVERAGE) as ask:
        assert ask(_COVERAGE) == [("all", "never", None, None, None, False, True, None)]


def test_coverage__joined_windows__are_one_span_without_a_gap(tmp_path: Path) -> None:
    book = RawBook(tmp_path)
    book.add("k", "trades", covers=("2025-01-01", "2025-06-01"))
    book.add("k", "trades", row("1", "trade", "2025-05-31", "1 BTC", "-4 USD"), covers=("2025-05-30", "2026-11-24"))
    _attempt(book, _report("trades", "ok", AS_OF))
    with book.run(LEGS, COVERAGE) as ask:
        assert ask(_COVERAGE) == [
            ("trades", "ok", instant("2025-01-01"), instant("2026-11-24"), None, True, False, None)
        ]


def test_coverage__a_window_that_was_never_finished__is_a_gap(tmp_path: Path) -> None:
    book = RawBook(tmp_path)
    book.add("k", "trades", covers=("2025-01-01", "2025-06-01"))
    book.add("k", "trades", covers=("2025-07-01", "2026-11-24"))
    _attempt(book, _report("trades", "ok", AS_OF))
    with book.run(LEGS, COVERAGE) as ask:
        assert ask("SELECT gaps, is_complete FROM quality.coverage") == [
            ("2025-06-01T00:00:00Z/2025-07-01T00:00:00Z (no sync asked for it, or its file is lost)", False)
        ]


def test_coverage__what_a_source_can_not_tell__is_a_gap_until_a_later_file_tells_it(tmp_path: Path) -> None:
    book = RawBook(tmp_path)
    year = Span(instant("2025-01-01"), instant("2026-01-01"))
    gap = Gap(year, "internal", "no traces")
    empty = TRANSACTIONS.empty_table()
    at = {"account": "k", "stream": "trades", "source": "test"}
    book.store.append(empty, **at, fetched_at=AS_OF, windows=[Window(year, "coins")], gaps=[gap])
    _attempt(book, _report("trades", "ok", AS_OF))
    with book.run(LEGS, COVERAGE) as ask:
        assert ask("SELECT gaps, is_complete FROM quality.coverage") == [
            ("internal 2025-01-01T00:00:00Z/2026-01-01T00:00:00Z (no traces)", False)
        ]
    told = Window(Span(instant("2025-01-01"), instant("2025-07-01")), "internal")
    book.store.append(empty, **at, fetched_at=AS_OF + timedelta(seconds=1), windows=[told])
    with book.run(LEGS, COVERAGE) as ask:
        assert ask("SELECT gaps, is_complete FROM quality.coverage") == [
            ("internal 2025-07-01T00:00:00Z/2026-01-01T00:00:00Z (no traces)", False)
        ]


def test_coverage__markets_walked_one_by_one__are_known_up_to_the_earliest(tmp_path: Path) -> None:
    book = RawBook(tmp_path, accounts={"k": "fifo"})
    windows = [
        Window(Span(instant("2025-01-01"), instant("2026-11-24")), "BTC/USDT"),
        Window(Span(instant("2025-01-01"), instant("2026-03-01")), "ETH/USDT"),
    ]
    book.store.append(
        pa.Table.from_pylist([], schema=TRANSACTIONS),
        account="k", stream="trades", fetched_at=AS_OF, source="t", windows=windows,
    )  # fmt: skip
    with book.run(LEGS, COVERAGE) as ask:
        assert ask("SELECT covered_to FROM quality.coverage") == [(instant("2026-03-01"),)]


def test_coverage__failed_not_offered_and_stale__are_three_different_things(tmp_path: Path) -> None:
    book = RawBook(tmp_path)
    book.add("k", "trades", covers=("2025-01-01", "2026-11-20"))
    old = AS_OF - timedelta(days=4)
    _attempt(
        book,
        _report("trades", "ok", old),
        _report("deposits", "ok", old),
        _report("conversions", "not_offered", old),
    )
    _attempt(
        book, _report("trades", "failed", AS_OF, "the key is not valid"), _report("conversions", "not_offered", AS_OF)
    )
    with book.run(LEGS, COVERAGE) as ask:
        assert ask(
            "SELECT stream, outcome, is_complete, is_stale, last_error FROM quality.coverage ORDER BY stream"
        ) == [
            ("conversions", "not_offered", None, False, None),
            ("deposits", "ok", True, True, None),
            ("trades", "failed", False, True, "the key is not valid"),
        ]
        assert ask("SELECT last_success_at FROM quality.coverage WHERE stream = 'trades'") == [(old.astimezone(UTC),)]


def test_balances__the_latest_snapshot__stands_beside_the_postings_up_to_it(tmp_path: Path) -> None:
    book = RawBook(tmp_path)
    book.add(
        "k",
        "trades",
        row("1", "trade", "2025-01-05", "1 BTC", "-4 USD", fee=["-0.01 BTC"]),
        row("2", "trade", "2025-03-05", "1 BTC", "-4 USD"),
    )
    book.hold("k", "2025-01-20", "7 BTC")
    book.hold("k", "2025-02-01", "0.5 BTC", "0.49 BTC", "3 DOGE", "0 ETH")
    with book.run(LEGS, BALANCES) as ask:
        assert ask(
            "SELECT asset, computed_quantity, venue_quantity, difference FROM quality.balances ORDER BY ALL"
        ) == [
            ("BTC", Decimal("0.99"), Decimal("0.99"), Decimal(0)),
            ("DOGE", Decimal(0), Decimal(3), Decimal(3)),
            ("USD", Decimal(-4), Decimal(0), Decimal(4)),
        ]


def test_balances__more_decimals_than_the_books_hold__is_not_compared_and_says_so(tmp_path: Path) -> None:
    book = RawBook(tmp_path)
    book.add("k", "trades", row("1", "trade", "2025-01-05", "1 FINE", "-4 USD"))
    book.hold("k", "2025-02-01", "1.0000000000000000000001 FINE", "-4 USD")
    with book.run(LEGS, BALANCES) as ask:
        assert ask(
            "SELECT computed_quantity, venue_quantity, difference, note FROM quality.balances WHERE asset = 'FINE'"
        ) == [
            (
                Decimal(1),
                None,
                None,
                "the venue holds 1.0000000000000000000001, which the books can not hold exactly: not compared",
            )
        ]


def test_balances__what_the_source_does_not_tell__is_not_compared_and_says_so(tmp_path: Path) -> None:
    """MUTE does not answer; nor does GONE, of which nothing is left by the books."""
    book = RawBook(tmp_path)
    book.add(
        "k",
        "trades",
        row("1", "deposit", "2025-01-05", "5 MUTE"),
        row("2", "deposit", "2025-01-05", "1 GONE"),
        row("3", "withdrawal", "2025-01-06", "-1 GONE"),
    )
    book.hold("k", "2025-02-01", "0 USD", "? MUTE", "? GONE", "? NEVER")
    with book.run(LEGS, BALANCES) as ask:
        assert ask("SELECT asset, computed_quantity, venue_quantity, difference, note FROM quality.balances") == [
            ("MUTE", Decimal(5), None, None, "the contract does not tell what is held: not compared")
        ]


def test_balances__an_account_that_tells_none__has_no_row(tmp_path: Path) -> None:
    book = RawBook(tmp_path)
    book.add("k", "trades", row("1", "trade", "2025-01-05", "1 BTC", "-4 USD"))
    with book.run(LEGS, BALANCES) as ask:
        assert ask("SELECT count(*) FROM quality.balances") == [(0,)]
