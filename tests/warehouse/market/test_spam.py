"""Tokens that nobody asked for: kept at nothing by their mark, and out of income, problems and candidates."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from pathlib import Path

import pyarrow.parquet as pq

from connectors.records import Mark, MarkWord, Transaction, transactions_table
from support.raw_book import AS_OF, RawBook, row
from warehouse.ledger.legs import LEGS

ZERO = Decimal(0)


def _marked(told: Transaction, asset: str, word: MarkWord = "unasked") -> Transaction:
    return replace(told, marks=[Mark(asset, word)])


def _book(folder: Path, *rows: Transaction) -> RawBook:
    book = RawBook(folder)
    book.add("wallet", "transactions", *rows, covers=("2025-01-01", "2026-11-24"))
    return book


def test_spam__bait_and_unasked_tokens__are_kept_at_nothing_and_out_of_everything(tmp_path: Path) -> None:
    book = _book(
        tmp_path,
        row("b", "trade", "2025-01-05", "1 BTC", "-40000 USD"),
        _marked(row("1", "airdrop", "2025-02-01", "900 BAIT"), "BAIT", "bait"),
        _marked(row("2", "deposit", "2025-02-02", "5 FROG"), "FROG"),
        _marked(row("3", "withdrawal", "2025-02-03", "-7 FAKE"), "FAKE"),
    )
    book.price("BTC", "2026-11-23", "50000")
    book.build()
    assert book.ask("SELECT asset, mark, movements FROM ledger.spam") == [
        ("BAIT", "bait", 1),
        ("FAKE", "unasked", 1),
        ("FROG", "unasked", 1),
    ]
    assert book.ask("SELECT asset, value_usd, price_source FROM ledger.postings WHERE is_spam ORDER BY asset") == [
        ("BAIT", ZERO, "spam"),
        ("FAKE", ZERO, "spam"),
        ("FROG", ZERO, "spam"),
    ]
    assert book.ask("SELECT * FROM tax.income") == []
    assert book.ask("SELECT * FROM quality.problems") == []
    assert book.ask("SELECT * FROM harvest.candidates") == []


def test_spam__a_token_with_a_price__is_none(tmp_path: Path) -> None:
    book = _book(tmp_path, _marked(row("1", "deposit", "2025-02-02", "5 FROG"), "FROG"))
    book.price("FROG", "2025-02-02", "2")
    book.build()
    assert book.ask("SELECT * FROM ledger.spam") == []
    assert book.ask("SELECT problem, asset FROM quality.problems") == [("unpaired_deposit", "FROG")]


def test_spam__a_token_that_was_swapped_too__is_none(tmp_path: Path) -> None:
    book = _book(
        tmp_path,
        _marked(row("1", "deposit", "2025-02-02", "5 FROG"), "FROG"),
        row("2", "trade", "2025-02-03", "-5 FROG", "9 CAT"),
    )
    book.build()
    assert book.ask("SELECT * FROM ledger.spam") == []
    assert ("missing_price",) in book.ask("SELECT problem FROM quality.problems WHERE asset = 'FROG' OR asset = 'CAT'")


def test_raw__a_file_of_before_there_were_marks_and_worths__is_read_beside_one_with_them(tmp_path: Path) -> None:
    book = _book(tmp_path, _marked(row("1", "deposit", "2025-02-02", "5 FROG"), "FROG"))
    old = transactions_table([row("0", "trade", "2025-01-05", "1 BTC", "-4 USD")]).drop_columns(
        ["marks", "worth_asset", "worth_quantity"]
    )
    book.store.append(old, account="wallet", stream="transactions", source="old", fetched_at=AS_OF - timedelta(hours=2))
    assert {len(pq.read_schema(file.path).names) for file in book.store.files("wallet", "transactions")} == {12, 15}
    with book.run(LEGS) as ask:
        marks = dict(ask("SELECT asset, mark FROM ledger.legs"))
    assert marks == {"BTC": None, "FROG": "unasked", "USD": None}
