"""Why a year changed: each published build leaves a line, and the next one says what differs."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from support.raw_book import AS_OF, RawBook, row
from warehouse.settings import TaxYearSettings
from warehouse.tax.history.record import (
    COUNTS,
    TOTALS,
    Build,
    Inputs,
    Source,
    YearRecordError,
    read_lines,
    what_differs,
    write_line,
    year_changes,
)
from warehouse.tax.history.steps import record_years

NOON = datetime(2026, 11, 24, 12, tzinfo=UTC)


def totals(net_gain: str, **others: Any) -> dict[str, Any]:
    zeros: dict[str, Any] = {name: 0 if name in COUNTS else Decimal(0) for name in TOTALS}
    return {**zeros, "is_proven": True, "taxable_gain_usd": None, "net_gain_usd": Decimal(net_gain), **others}


def build_of(years: dict[int, dict[str, Any]], *, rows: int = 1, code: str = "1+a", **settings: str) -> Build:
    inputs = Inputs({"kraken": Source(1, rows, f"digest of {rows}")}, settings, code)
    return Build(NOON, NOON, inputs, f"{rows}{code}{settings}", years)


def test_line__written_and_read__is_the_build() -> None:
    build = build_of({2024: totals("-12.50000001"), 2025: totals("0", is_proven=False)}, lots="x")
    assert read_lines(write_line(build)) == [build]


def test_record__a_line_cut_short__is_named() -> None:
    text = write_line(build_of({}))
    with pytest.raises(YearRecordError, match=r"line 2: not a build of the record .* no number of the books"):
        read_lines(text + text[:40])


def test_changes__the_first_build__is_the_first_on_record() -> None:
    (change,) = year_changes([build_of({2024: totals("5")})])
    assert (change.is_changed, change.causes) == (True, ("the first build on record",))


def test_changes__other_rows_and_the_same_totals__are_none() -> None:
    first, second = build_of({2024: totals("5")}), build_of({2024: totals("5")}, rows=9)
    assert [change.is_changed for change in year_changes([first, second])] == [True, False]


def test_changes__of_one_year__name_figures_and_causes_and_leave_the_other_alone() -> None:
    first = build_of({2024: totals("5"), 2025: totals("1")}, lots="x", aliases="y")
    second = build_of({2024: totals("7.5"), 2025: totals("1")}, rows=3, code="1+b", lots="z", aliases="y")
    changed = [change for change in year_changes([first, second]) if change.build_number == 2 and change.is_changed]
    assert [(change.tax_year, change.changes) for change in changed] == [(2024, ("net gain 5.00 → 7.50",))]
    assert changed[0].causes == ("kraken: 2 rows more", "configuration: lots", "program: 1+a became 1+b")


def test_changes__a_year_that_is_gone__is_told_without_totals() -> None:
    *_, last = year_changes([build_of({2024: totals("5")}), build_of({})])
    assert (last.totals, last.changes) == (None, ("the year is gone",))


def test_inputs__an_account_that_came_or_went__is_told() -> None:
    with_it = build_of({})
    without = Build(NOON, NOON + timedelta(days=1), Inputs({}, {}, "1+a"), "h", {})
    assert next(what_differs(without, with_it)) == "kraken: new, 1 row"
    assert list(what_differs(with_it, without)) == [
        "kraken: gone, with 1 row",
        "time: as of 2026-11-25 12:00 UTC, before 2026-11-24 12:00",
    ]


def test_books__built_three_times__tell_at_which_build_2025_changed_and_why(tmp_path: Path) -> None:
    record = tmp_path / "history" / "years.jsonl"
    book = RawBook(tmp_path, settings={"year_record_path": record})
    book.add("k", "trades", row("b", "trade", "2025-01-05", "1 BTC", "-40000 USD"))
    book.add("k", "trades", row("s", "trade", "2025-06-05", "-0.5 BTC", "30000 USD"))

    def publish(number: int) -> None:
        book.build()
        record_years(record, book.public, published_at=AS_OF + timedelta(hours=number))

    publish(1)
    publish(2)
    written = record.read_bytes()
    book.add("k", "trades", row("s2", "trade", "2025-07-05", "-0.25 BTC", "5000 USD"))
    publish(3)
    assert record.read_bytes().startswith(written)
    book.settings["tax_years"] = {2025: TaxYearSettings(other_short_gain_usd=Decimal(1))}
    book.build()
    told = book.ask(
        "SELECT build_number, published_at, net_gain_usd, causes FROM tax.year_history "
        "WHERE is_changed AND tax_year = 2025 ORDER BY build_number"
    )
    assert told == [
        (1, AS_OF + timedelta(hours=1), Decimal(10000), ["the first build on record"]),
        (3, AS_OF + timedelta(hours=3), Decimal(5000), ["k: 1 row more"]),
        (4, None, Decimal(5001), ["configuration: tax years"]),
    ]
    record.unlink()  # losing it loses no number of the books
    book.build()
    assert book.ask("SELECT net_gain_usd FROM tax.year_summary WHERE tax_year = 2025") == [(Decimal(5001),)]
    assert book.ask("SELECT DISTINCT build_number FROM tax.year_history") == [(1,)]


def test_inputs__the_same_book_built_twice__have_the_same_hash(tmp_path: Path) -> None:
    book = RawBook(tmp_path)
    book.add("k", "trades", row("b", "trade", "2025-01-05", "1 BTC", "-40000 USD"))
    hashes = set()
    for _ in range(2):
        book.build()
        hashes.add(book.ask("SELECT DISTINCT inputs_hash FROM tax.year_history")[0][0])
    assert len(hashes) == 1
