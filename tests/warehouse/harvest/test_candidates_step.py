"""`harvest.lot_values` and `harvest.candidates` as the build makes them."""

from collections.abc import Iterator
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest

from support.empty_warehouse import (
    coverage,
    empty_book,
    failing_rows,
    fill,
    fill_open_lots,
    instant,
    open_lot,
    price,
    problem,
)
from warehouse.harvest.steps import CANDIDATES, summary_lines
from warehouse.settings import AccountSettings, BookSettings
from warehouse.steps import Book

AS_OF = instant("2026-11-24T07:00")


@pytest.fixture
def book() -> Iterator[Book]:
    settings = BookSettings(accounts=(AccountSettings("kraken", "exchange"), AccountSettings("binance", "exchange")))
    with empty_book(settings, as_of=AS_OF) as made:
        fill(made, "quality.coverage", coverage("kraken", "2026-11-24T06:00"), coverage("binance", "2026-11-24T06:00"))
        fill(made, "market.prices", price("BTC", "40000", "2026-11-24"))
        yield made


def rows(book: Book, table: str = "harvest.lot_values") -> dict[str, dict[str, Any]]:
    CANDIDATES.run(book)
    stored = book.connection.sql(f"SELECT * FROM {table}").to_arrow_table().to_pylist()
    return {f"{row['lot_id']}/{row['account']}": row for row in stored}


def test_candidates__a_loss_behind_a_gain__says_what_goes_first(book: Book) -> None:
    fill_open_lots(
        book,
        open_lot("old", "2024-01-05", "1", "30000"),
        open_lot("new", "2026-01-05T17:00", "0.5", "30000"),
    )
    found = rows(book, "harvest.candidates")
    assert list(found) == ["new/kraken"]
    row = found["new/kraken"]
    assert (row["price_usd"], row["value_usd"], row["unrealized_usd"]) == (40000, 20000, -10000)
    assert (row["sell_first_quantity"], row["unrealized_first_usd"], row["short_first_usd"]) == (1, 10000, 0)
    assert row["reached_by"] == ["lifo", "hifo", "min_tax"]
    assert row["identify_command"] == "lotkeeper identify --account kraken --asset BTC --lots 'new:0.5'"
    assert (row["term"], row["days_to_long_term"]) == ("short", 43)
    assert (row["status"], row["reasons"]) == ("ready", [])
    assert row["as_of"] == AS_OF
    assert row["deadline_at"] == datetime(2027, 1, 1, 5, tzinfo=UTC)
    assert all(failing_rows(book, check) == [] for check in CANDIDATES.checks)


def test_lot_values__latest_price__is_the_last_before_the_moment(book: Book) -> None:
    fill(
        book,
        "market.prices",
        price("BTC", "1", "2026-11-20"),
        price("BTC", "41000.000000000000000001", "2026-11-24T06:30", source="prices.csv"),
        price("BTC", "9", "2026-11-25"),
    )
    fill_open_lots(book, open_lot("a", "2024-01-05", "1", "30000"))
    row = rows(book)["a/kraken"]
    assert (row["price_usd"], row["source"]) == (Decimal("41000.000000000000000001"), "prices.csv")
    assert row["price_at"] == instant("2026-11-24T06:30")
    assert row["unrealized_usd"] == 11000


def test_lot_values__a_lot_in_two_accounts__is_valued_in_each(book: Book) -> None:
    fill_open_lots(
        book,
        open_lot("a", "2024-01-05", "1", "50000"),
        open_lot("a", "2024-01-05", "2", "100000", account="binance"),
    )
    assert [row["unrealized_usd"] for row in rows(book).values()] == [-20000, -10000]


def test_lot_values__acquired_late_in_the_evening__counts_by_the_taxpayers_day(book: Book) -> None:
    """2026-01-02 03:00 UTC is 1 January in New York: long from 2 January 2027."""
    fill_open_lots(book, open_lot("a", "2026-01-02T03:00", "1", "50000"))
    assert rows(book)["a/kraken"]["long_from_date"] == date(2027, 1, 2)


def test_lot_values__inherited__are_long(book: Book) -> None:
    fill_open_lots(book, open_lot("a", "2026-11-01", "1", "50000"), origin="inheritance")
    assert rows(book)["a/kraken"]["term"] == "long"


def test_status__each_thing_wrong__is_told_in_words(book: Book) -> None:
    """One lot a coin, each with one thing wrong with it."""
    fill(
        book,
        "market.prices",
        price("OLD", "1", "2026-11-20"),
        price("GUESS", "1", "2026-11-24", is_interpolated=True),
        *(price(asset, "1", "2026-11-24") for asset in ("FINE", "GAP", "ODD", "SHORT", "FEW", "FREE", "GONE", "WAY")),
    )
    fill(
        book,
        "quality.problems",
        problem("unpaired_deposit", "kraken", "GAP"),
        problem("unknown_kind", "kraken", "ODD"),
        problem("missing_basis", "kraken", "SHORT", problem_id="1"),
        problem("missing_basis", "kraken", "SHORT", problem_id="2"),
        problem("unpaired_deposit", "binance", "FINE"),
        problem("unpaired_withdrawal", "kraken", "FINE"),
        problem("raw_file", "forgotten", None),
    )
    fill(
        book,
        "quality.balance_differences",
        {
            "account": "kraken",
            "asset": "FEW",
            "computed_quantity": Decimal(1),
            "venue_quantity": Decimal("0.9"),
            "difference": Decimal("-0.1"),
            "checked_at": AS_OF,
            "since_at": AS_OF,
            "cause": "unexplained",
            "is_exact": False,
            "detail": "nothing explains it",
            "runners_up": [],
            "nearest_transaction_ids": [],
        },
    )
    fill_open_lots(
        book,
        *(
            open_lot(asset.lower(), "2026-01-05", "1", "5", asset=asset)
            for asset in ("FINE", "NONE", "OLD", "GUESS", "GAP", "ODD", "SHORT", "FEW")
        ),
        open_lot("free", "2026-01-05", "1", None, asset="FREE"),
        open_lot("gone", "2026-01-05", "1", "5", asset="GONE", account="outside"),
        open_lot("way", "2026-01-05", "1", "5", asset="WAY", is_in_transit=True),
    )
    found = rows(book, "harvest.candidates")
    assert {name: (row["status"], row["reasons"]) for name, row in found.items()} == {
        "fine/kraken": ("ready", []),
        "none/kraken": ("blocked", ["no price of NONE is known"]),
        "old/kraken": ("review", ["the latest price of OLD is 4 days old"]),
        "guess/kraken": ("review", ["the price of GUESS is interpolated, not quoted"]),
        "gap/kraken": (
            "blocked",
            ["GAP in kraken: coins came in whose cost and age are unknown, and may be sold before this lot"],
        ),
        "odd/kraken": (
            "blocked",
            ["ODD in kraken: movements that are not understood: this lot may be gone already"],
        ),
        "short/kraken": (
            "review",
            ["SHORT in kraken: an earlier sale found too few lots: purchases are missing from the books (2 times)"],
        ),
        "few/kraken": ("review", ["kraken holds 0.9 FEW by its own word, 1 by the books: nothing explains it"]),
        "free/kraken": ("blocked", ["the lot's cost is not known"]),
        "gone/outside": ("blocked", ["the coins left to an address that is in no account of this book"]),
        "way/kraken": ("blocked", ["the coins have left and not yet arrived"]),
    }
    failed = {check.name: failing_rows(book, check) for check in CANDIDATES.checks}
    assert failed == {
        "values_are_the_open_lots": [],
        "candidates_are_the_losses": [],
        "lots_have_a_price": [{"asset": "NONE"}],
    }


def test_status__account_failed_or_never_synced__reaches_each_of_its_lots(book: Book) -> None:
    fill(
        book,
        "quality.coverage",
        coverage("kraken", "2026-11-24T06:00", stream="ledger", last_error="the key may not read the ledger"),
    )
    fill_open_lots(
        book,
        open_lot("a", "2026-01-05", "1", "50000"),
        open_lot("b", "2026-01-05", "1", "50000", account="cold"),
    )
    found = rows(book)
    assert (found["a/kraken"]["status"], found["a/kraken"]["reasons"]) == (
        "review",
        ["kraken ledger failed last time: the key may not read the ledger"],
    )
    assert (found["b/cold"]["status"], found["b/cold"]["reasons"]) == ("blocked", ["cold was never synced"])


def test_status__rows_that_could_not_be_booked__are_to_review(book: Book) -> None:
    fill(book, "quality.problems", problem("rejected_row", "kraken", None))
    fill_open_lots(book, open_lot("a", "2026-01-05", "1", "50000"))
    assert rows(book)["a/kraken"]["reasons"] == ["1 row of kraken could not be booked"]


def test_status__stream_not_offered__is_no_gap(book: Book) -> None:
    fill(
        book,
        "quality.coverage",
        coverage("kraken", None, stream="conversions", outcome="not_offered", is_complete=None, is_stale=False),
    )
    fill_open_lots(book, open_lot("a", "2026-01-05", "1", "50000"))
    assert rows(book)["a/kraken"]["status"] == "ready"


def test_checks__an_open_lot_was_altered__shows_it(book: Book) -> None:
    fill_open_lots(book, open_lot("a", "2026-01-05", "1", "50000"))
    rows(book)
    book.connection.execute("UPDATE lots.open_lots SET quantity = quantity + 0.000000000000000001")
    book.connection.execute("DELETE FROM harvest.candidates")
    failed = {check.name for check in CANDIDATES.checks if failing_rows(book, check)}
    assert failed == {"values_are_the_open_lots", "candidates_are_the_losses"}


def test_summary_lines__a_built_book__are_five(book: Book) -> None:
    fill_open_lots(book, open_lot("a", "2026-01-05", "1", "50000"))
    rows(book)
    lines = summary_lines(book.connection, as_of=AS_OF, time_zone=book.settings.time_zone)
    assert len(lines) == 5
    assert lines[0].startswith("Loss to harvest: 10,000.00 short-term and 0.00 long-term USD; 10,000.00 of it")


def test_candidates__no_open_lots__are_none(book: Book) -> None:
    assert rows(book) == {}


def test_candidates__ten_thousand_lots_in_twenty_accounts__are_each_valued_once(book: Book) -> None:
    """How long that takes is measured in `benchmarks/harvest.py`."""
    coins = [f"C{number}" for number in range(40)]
    fill(book, "market.prices", *(price(coin, "0.123456789012345678", "2026-11-24") for coin in coins))
    fill_open_lots(
        book,
        *(
            open_lot(
                f"lot{number}",
                f"{2020 + number % 6}-03-{1 + number % 28:02}",
                f"{number + 1}.000000000000000001",
                f"{number}.00000001",
                asset=coins[number % 40],
                account=f"account{number % 20}",
            )
            for number in range(10_000)
        ),
    )
    CANDIDATES.run(book)
    assert book.connection.sql("SELECT count(*), count(DISTINCT lot_id) FROM harvest.lot_values").fetchall() == [
        (10_000, 10_000)
    ]
