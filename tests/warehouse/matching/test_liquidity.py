"""Coins in a pool: sold for its token, or kept in it with their cost and age. Every figure is worked out by hand."""

from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from connectors.records import Mark, Transaction
from support.decided import decide, event
from support.raw_book import RawBook, money, row
from warehouse.connection import open_warehouse
from warehouse.explaining import Explainer
from warehouse.settings import LotSettings

KEPT = LotSettings(liquidity="keep_basis")


def _pooled(name: str, at: str, *moved: str, fee: tuple[str, ...] = ()) -> Transaction:
    return replace(row(name, "trade", at, *moved, fee=fee), marks=[Mark("UNI", "liquidity")])


def _book(folder: Path, *, is_marked: bool = True, **settings: Any) -> RawBook:
    """Two coins bought, put into a pool, half taken out, and what came back and half of the rest of the token sold."""
    book = RawBook(folder, settings=settings)
    rows = [
        row("1", "trade", "2024-01-01 12:00", "1 ETH", "-1000 USD"),
        row("2", "trade", "2024-01-15 12:00", "4000 USDC", "-4000 USD"),
        row("3", "trade", "2024-02-01 12:00", "2 ETH", "-5000 USD"),
        _pooled("4", "2024-03-01 12:00", "-2 ETH", "-4000 USDC", "10 UNI", fee=("-0.01 ETH",)),
        _pooled("5", "2024-06-01 12:00", "-5 UNI", "0.95 ETH", "1900 USDC"),
        row("6", "trade", "2025-05-01 12:00", "-0.95 ETH", "3000 USD"),
        row("7", "trade", "2025-06-01 12:00", "-2.5 UNI", "3500 USD"),
    ]
    book.add("cold", "transactions", *(rows if is_marked else [replace(each, marks=[]) for each in rows]))
    for day in ("2024-03-01", "2024-06-01"):
        book.price("ETH", day, "2000")
        book.price("USDC", day, "1")
    return book


DISPOSALS = """
SELECT asset, quantity::DOUBLE, strftime(acquired_at, '%Y-%m-%d'), kind, cost_usd::DOUBLE, gain_usd::DOUBLE, term
FROM lots.disposals ORDER BY disposed_at, asset, kind, acquired_at
"""


def test_liquidity__with_basis_kept__realizes_nothing_until_coins_or_token_are_sold(tmp_path: Path) -> None:
    """Adding: 2 ETH (1 at 1000, 1 at 2500) and 4000 USDC at 4000, worth 4000 each: 5 UNI stand for each coin.

    Gas: 0.01 ETH of the lot at 2500, worth 20: a loss of 5. Half out, first in first out: 2.5 UNI that were the first
    ETH, and 2.5 of the 5 that were USDC, each back to its coin. Then 0.95 ETH that cost 1000 bring 3000, and 2.5 UNI
    that cost 2000 bring 3500.
    """
    book = _book(tmp_path, lots=KEPT)
    book.build()
    assert book.ask(DISPOSALS) == [
        ("ETH", 1.0, "2024-01-01", "carried", 1000.0, None, "short"),
        ("ETH", 1.0, "2024-02-01", "carried", 2500.0, None, "short"),
        ("ETH", 0.01, "2024-02-01", "fee", 25.0, -5.0, "short"),
        ("USDC", 4000.0, "2024-01-15", "carried", 4000.0, None, "short"),
        ("UNI", 2.5, "2024-01-01", "carried", 1000.0, None, "short"),
        ("UNI", 2.5, "2024-01-15", "carried", 2000.0, None, "short"),
        ("ETH", 0.95, "2024-01-01", "sale", 1000.0, 2000.0, "long"),
        ("UNI", 2.5, "2024-01-15", "sale", 2000.0, 1500.0, "long"),
    ]
    held = "SELECT asset, strftime(acquired_at, '%Y-%m-%d'), quantity, cost_usd FROM lots.open_lots ORDER BY ALL"
    assert book.ask(held) == [
        ("ETH", "2024-02-01", *money("0.99", "2475")),
        ("UNI", "2024-02-01", *money("2.5", "2500")),
        ("USDC", "2024-01-15", *money("1900", "2000")),
    ]
    assert book.ask("SELECT problem, detail FROM quality.problems WHERE problem <> 'missing_price'") == []


def test_liquidity__with_basis_kept__is_said_of_the_years_that_rest_on_it(tmp_path: Path) -> None:
    book = _book(tmp_path, lots=KEPT)
    book.build()
    notes = dict(book.ask("SELECT tax_year, list_filter(notes, lambda n: n LIKE '%liquidity%') FROM tax.year_summary"))
    (said,) = notes[2024]
    assert said.startswith("liquidity was booked without a sale, as configured (2 transactions)")
    assert notes[2025] == ["2 disposals of coins whose cost and age were kept through liquidity, as configured"]
    gains = book.ask(
        "SELECT short_gain_usd, long_gain_usd FROM tax.year_summary WHERE tax_year IN (2024, 2025) ORDER BY ALL"
    )
    assert gains == [money("-5", "0"), money("0", "3500")]


def test_liquidity__by_default__is_the_trade_that_it_is_without_a_mark(tmp_path: Path) -> None:
    marked, plain = _book(tmp_path / "marked"), _book(tmp_path / "plain", is_marked=False)
    marked.build()
    plain.build()
    for table in (
        "lots.events",
        "lots.lots",
        "lots.disposals",
        "lots.open_lots",
        "tax.year_summary",
        "ledger.postings",
    ):
        columns = "* EXCLUDE (raw_file)" if table == "ledger.postings" else "*"
        query = f"SELECT {columns} FROM {table} ORDER BY ALL"
        assert marked.ask(query) == plain.ask(query)
    assert marked.ask("FROM lots.carried") == []
    ((gain,),) = marked.ask("SELECT sum(gain_usd) FROM lots.disposals WHERE transaction_id LIKE '%/4'")
    assert gain == Decimal(475)  # 8000 for what cost 1000 + 2500 + 4000, and 0.01 ETH at 25 that gas took


def test_liquidity__decided_for_one_transaction__wins_over_the_setting(tmp_path: Path) -> None:
    kept, sold = _book(tmp_path / "kept"), _book(tmp_path / "sold", lots=KEPT)
    decide(kept, event(kept, "cold/transactions/4", "keep_basis"))
    decide(sold, event(sold, "cold/transactions/4", "trade"))
    query = "SELECT DISTINCT transaction_id FROM lots.disposals WHERE kind = 'carried' ORDER BY ALL"
    for book, carried in ((kept, "cold/transactions/4"), (sold, "cold/transactions/5")):
        book.build()
        assert book.ask(query) == [(carried,)]
        assert book.ask("SELECT state FROM ledger.overrides") == [("applied",)]


def test_liquidity__whose_coins_have_no_price__is_unproven_and_says_why(tmp_path: Path) -> None:
    book = RawBook(tmp_path, settings={"lots": KEPT})
    book.add(
        "cold",
        "transactions",
        row("1", "trade", "2024-01-01", "1 AAA", "-1000 USD"),
        row("2", "trade", "2024-01-02", "1 BBB", "-500 USD"),
        _pooled("3", "2024-03-01", "-1 AAA", "-1 BBB", "10 UNI"),
        row("4", "trade", "2025-06-01", "-10 UNI", "3500 USD"),
    )
    book.build()
    assert book.ask("SELECT gain_usd, cost_usd, proceeds_usd FROM lots.disposals WHERE kind = 'sale'") == [
        (None, None, Decimal(3500))
    ]
    problems = book.ask("SELECT problem, asset FROM quality.problems WHERE problem LIKE 'carry%' ORDER BY ALL")
    assert problems == [("carry_unshared", "AAA"), ("carry_unshared", "BBB")]
    assert book.ask("SELECT unproven_count FROM tax.year_summary WHERE tax_year = 2025") == [(1,)]


@pytest.mark.parametrize(("country", "currency"), [("GB", "GBP"), ("DE", "EUR")])
def test_liquidity__in_a_country_whose_law_leaves_no_choice__is_refused_in_words(
    tmp_path: Path, country: str, currency: str
) -> None:
    settings = {"jurisdiction": country, "base_currency": currency}
    book = _book(tmp_path / "kept", lots=KEPT, **settings)
    with pytest.raises(ValueError, match="knows no such choice"):
        book.build()
    decided = _book(tmp_path / "decided", **settings)
    decide(decided, event(decided, "cold/transactions/4", "keep_basis"))
    with pytest.raises(ValueError, match="take keep_basis of cold/transactions/4 back"):
        decided.build()


def test_explain__a_lot_of_the_token__leads_back_to_what_was_bought(tmp_path: Path) -> None:
    book = _book(tmp_path, lots=KEPT)
    book.build()
    with open_warehouse(book.public, read_only=True) as connection:
        node = Explainer(connection, book.store.root).explain("cold/transactions/6#1/1")
    told = str(node)
    assert "carried over from another coin" in told
    assert "cold/transactions/1#1" in told


@pytest.mark.parametrize(
    ("lots", "status", "words"),
    [
        (KEPT, "blocked", "UNI in cold stands for ETH and USDC in liquidity: remove it first, which realizes nothing"),
        (LotSettings(), "review", "in liquidity: taking it out of the pool is the sale"),
    ],
)
def test_candidates__a_pools_token__are_in_liquidity_and_not_free(
    tmp_path: Path, lots: LotSettings, status: str, words: str
) -> None:
    book = _book(tmp_path, lots=lots)
    book.price("UNI", "2026-11-23", "1")
    book.build()
    rows = book.ask("SELECT DISTINCT status, reasons FROM harvest.candidates WHERE asset = 'UNI'")
    assert rows
    for found, reasons in rows:
        assert found in {status, "blocked"}
        assert any(words in reason for reason in reasons)
