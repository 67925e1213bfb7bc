"""Venues that do odd things to a book: what shows it, and what mends it. Figures worked out by hand."""

from decimal import Decimal
from pathlib import Path

from support.raw_book import RawBook, row

D = Decimal


def test_clocks__arrival_told_forty_minutes_before_departure__is_one_transfer_with_its_lot(tmp_path: Path) -> None:
    book = RawBook(tmp_path)
    book.add("k", "trades", row("b", "trade", "2025-01-01", "1 BTC", "-40000 USD"))
    book.add("k", "withdrawals", row("w", "withdrawal", "2025-02-01 12:40", "-1 BTC", tx_hash="0xaa"))
    book.add("c", "deposits", row("d", "deposit", "2025-02-01 12:00", "1 BTC", tx_hash="0xaa"))
    book.add("c", "trades", row("s", "trade", "2025-02-01 12:10", "-1 BTC", "41000 USD"))
    book.build()
    assert book.ask("SELECT gain_usd FROM lots.disposals") == [(D(1000),)]
    assert book.ask("SELECT problem FROM quality.problems") == []


def test_renamed_coin__without_an_alias_is_a_problem__with_one_is_the_same_coin(tmp_path: Path) -> None:
    book = RawBook(tmp_path)
    book.add("k", "trades", row("b", "trade", "2024-01-01", "100 MATIC", "-80 USD"))
    book.add("k", "trades", row("s", "trade", "2025-02-01", "-100 POL", "50 USD"))
    book.build()
    assert book.ask("SELECT asset, quantity FROM lots.shortfalls") == [("POL", D(100))]
    assert book.ask("SELECT count(*) FROM lots.disposals WHERE gain_usd IS NOT NULL") == [(0,)]
    book.settings["aliases"] = {"MATIC": "POL"}
    book.build()
    assert book.ask("SELECT asset, gain_usd, term FROM lots.disposals") == [("POL", D(-30), "long")]
    assert book.ask("SELECT problem FROM quality.problems") == []


def test_rows_of_another_account__differ_from_the_venues_own_balance__and_hold_back_candidates(tmp_path: Path) -> None:
    book = RawBook(tmp_path)
    book.add("k", "trades", row("mine", "trade", "2025-01-01", "1 BTC", "-90000 USD"))
    book.add("k", "trades", row("strangers", "trade", "2025-01-02", "2 BTC", "-180000 USD"))
    book.hold("k", "2026-11-24 05:00", "1 BTC")
    book.price("BTC", "2026-11-23", "60000")
    book.build()
    assert book.ask("SELECT difference FROM quality.balances WHERE asset = 'BTC'") == [(D(-2),)]
    assert book.ask("SELECT count(*) FROM harvest.candidates WHERE status = 'ready'") == [(0,)]
    ((reasons,),) = book.ask("SELECT reasons FROM harvest.candidates WHERE asset = 'BTC' LIMIT 1")
    assert any("k holds 1 BTC by its own word, 3 by the books" in reason for reason in reasons)
