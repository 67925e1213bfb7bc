"""`tax.year_summary` as the build makes it."""

from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import pytest

from support.empty_warehouse import disposal, empty_book, failing_rows, fill, income, instant, shortfall
from warehouse.queries import select_rows
from warehouse.settings import BookSettings
from warehouse.steps import Book
from warehouse.tax.steps import YEAR_SUMMARY


@pytest.fixture
def book() -> Iterator[Book]:
    with empty_book(BookSettings(accounts=()), as_of=instant("2026-11-24T07:00")) as made:
        yield made


def years(book: Book) -> dict[int, dict[str, Any]]:
    YEAR_SUMMARY.run(book)
    table = book.connection.sql("SELECT * FROM tax.year_summary").to_arrow_table()
    return {row["tax_year"]: row for row in table.to_pylist()}


def test_year_summary__two_years_of_gains__are_summed_netted_and_carried(book: Book) -> None:
    fill(
        book,
        "lots.disposals",
        disposal("a", "2025-03-01", "1000", "6000.00000001"),
        disposal("b", "2025-04-01", "500", "100", term="long"),
        disposal("c", "2026-04-01", "900", "800"),
    )
    fill(book, "tax.income", income("i", "2026-02-01", "12.5"), income("j", "2026-03-01", "7.5"))
    made = years(book)
    assert list(made) == [2025, 2026]
    assert made[2025]["short_gain_usd"] == Decimal("-5000.00000001")
    assert made[2025]["net_gain_usd"] == Decimal("-4600.00000001")
    assert made[2026]["carryover_short_in_usd"] == Decimal("1600.00000001")
    assert made[2026]["ordinary_income_usd"] == Decimal(20)
    assert made[2026]["deductible_loss_usd"] == Decimal("1500.00000001")
    assert all(failing_rows(book, check) == [] for check in YEAR_SUMMARY.checks)


def test_year_summary__no_proof__stands_beside_the_sums(book: Book) -> None:
    fill(
        book,
        "lots.disposals",
        disposal("a", "2026-03-01", "1000", "600"),
        disposal("b", "2026-03-02", "70", None),
        disposal("c", "2026-03-03", None, "50"),
        disposal("d", "2026-03-04", None, "50", kind="donation", is_taxable=False),
    )
    # 03:00 UTC on New Year's Day is the evening before in New York: the missing piece belongs to 2025.
    fill(
        book,
        "lots.shortfalls",
        shortfall("missing_basis", "2026-01-01T03:00", "300"),
        shortfall("missing_basis", "2026-02-01", "5"),
        shortfall("unknown_value", "2026-03-03"),
    )
    fill(book, "tax.income", income("i", "2026-02-01", None))
    made = years(book)
    assert (made[2025]["missing_count"], made[2025]["unproven_proceeds_usd"]) == (1, Decimal(300))
    assert made[2025]["net_gain_usd"] == 0
    this = made[2026]
    assert (this["short_gain_usd"], this["disposal_count"]) == (Decimal(400), 4)
    assert (this["unproven_count"], this["missing_count"], this["unvalued_income_count"]) == (2, 1, 1)
    assert this["unproven_proceeds_usd"] == Decimal(75)
    assert not this["is_proven"]
    (not_proven,) = [check for check in YEAR_SUMMARY.checks if check.name == "years_are_proven"]
    assert [row["tax_year"] for row in failing_rows(book, not_proven)] == [2025, 2026]


def test_year_summary__made_twice__is_the_same(book: Book) -> None:
    fill(book, "lots.disposals", disposal("a", "2026-03-01", "1000", "600"))
    assert years(book) == years(book)


def test_checks__a_sum_was_altered__shows_the_year(book: Book) -> None:
    fill(book, "lots.disposals", disposal("a", "2026-03-01", "1000", "600"))
    fill(book, "tax.income", income("i", "2026-02-01", "5"))
    years(book)
    book.connection.execute("UPDATE lots.disposals SET gain_usd = 0.00000001, proceeds_usd = cost_usd + 0.00000001")
    book.connection.execute("UPDATE tax.income SET value_usd = NULL")
    failed = {check.name for check in YEAR_SUMMARY.checks if failing_rows(book, check)}
    assert failed == {"gains_are_the_disposals", "income_is_the_income"}


def test_gains_queries__one_year__tell_proven_and_unproven_apart(book: Book) -> None:
    fill(
        book,
        "lots.disposals",
        disposal("a", "2026-03-01", "1000", "600"),
        disposal("b", "2026-03-02", "70", None),
        disposal("c", "2026-03-03", "10", "50", account="old", term="long"),
        disposal("d", "2025-03-03", "10", "50"),
        disposal("e", "2026-03-04", None, "50", kind="gift_out", is_taxable=False),
    )
    fill(book, "lots.shortfalls", shortfall("missing_basis", "2026-02-01", "5"))
    parameters = {"tax_year": 2026}
    totals = select_rows(book.connection, "sum_gains", parameters).to_pylist()
    assert [(row["account"], row["term"], row["gain_usd"], row["unproven_count"]) for row in totals] == [
        ("kraken", "short", Decimal(400), 1),
        ("old", "long", Decimal(-40), 0),
    ]
    assert [(row["proceeds_usd"], row["cost_usd"]) for row in totals] == [(1000, 600), (10, 50)]
    listed = select_rows(book.connection, "list_disposals", parameters).to_pylist()
    assert [row["disposal_id"] for row in listed] == ["a", "c"]
    unproven = select_rows(book.connection, "list_unproven_disposals", parameters).to_pylist()
    assert [(row["source_id"], row["proceeds_usd"], row["reason"]) for row in unproven] == [
        ("missing_basis-2026-02-01", Decimal(5), "no lots were left to sell from"),
        ("b", Decimal(70), "the cost is not known"),
    ]
    assert len(select_rows(book.connection, "list_disposals", {"tax_year": None})) == 3
