"""The golden year: every figure of README.md, computed there by hand, against the published book."""

from decimal import Decimal
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from connectors.records import Kind
from support.raw_book import RawBook, row

_README = Path(__file__).with_name("README.md")


def _tables() -> list[list[dict[str, str]]]:
    """The tables of README.md in order, each row by its header."""
    tables: list[list[dict[str, str]]] = []
    header: list[str] | None = None
    for line in _README.read_text(encoding="utf-8").splitlines():
        if not line.startswith("|"):
            header = None
            continue
        cells = [cell.strip() for cell in line.strip("|").split("|")]
        if header is None:
            header = cells
            tables.append([])
        elif set(line) - set("|-"):
            tables[-1].append(dict(zip(header, cells, strict=True)))
    return tables


HAPPENED, CLOSES, LOTS, DISPOSALS, LEFT, INCOME, PROBLEMS, YEARS, FORM, SCHEDULE = _tables()


def _commas(text: str) -> list[str]:
    return [part.strip() for part in text.split(",") if part.strip()]


@pytest.fixture(scope="module")
def book(tmp_path_factory: pytest.TempPathFactory) -> RawBook:
    book = RawBook(tmp_path_factory.mktemp("golden"), settings={"time_zone": ZoneInfo("America/New_York")})
    for told in HAPPENED:
        kind: Kind = told["kind"]  # type: ignore[assignment]
        moved = row(
            told["id"],
            kind,
            told["at"],
            *_commas(told["moved"]),
            fee=_commas(told["fees"]),
            tx_hash=told["tx_hash"] or None,
        )
        book.add(told["account"], told["stream"], moved)
    for close in CLOSES:
        book.price(close["asset"], close["day"], close["price_usd"])
    book.build()
    return book


def _hand(rows: list[dict[str, str]], *columns: str) -> list[tuple[Any, ...]]:
    """The hand-computed rows: numbers as decimals, an empty cell as nothing."""
    return sorted((tuple(_value(told[column]) for column in columns) for told in rows), key=repr)


def _value(text: str) -> Any:
    if not text:
        return None
    try:
        return Decimal(text).normalize()
    except ArithmeticError:
        return text


def _published(book: RawBook, query: str) -> list[tuple[Any, ...]]:
    rows = [
        tuple(Decimal(value).normalize() if isinstance(value, int | Decimal) else value for value in found)
        for found in book.ask(query)
    ]
    return sorted(rows, key=repr)


def test_golden_year__lots_as_made__are_as_by_hand(book: RawBook) -> None:
    assert _published(book, "SELECT lot_id, quantity, cost_usd FROM lots.lots") == _hand(
        LOTS, "lot", "quantity", "cost_usd"
    )


def test_golden_year__disposals__are_as_by_hand(book: RawBook) -> None:
    query = """
        SELECT disposal_id, lot_id, quantity, proceeds_usd, cost_usd, gain_usd, term, tax_year, kind
        FROM lots.disposals
    """
    columns = ("disposal", "lot", "quantity", "proceeds_usd", "cost_usd", "gain_usd", "term", "tax_year", "kind")
    assert _published(book, query) == _hand(DISPOSALS, *columns)


def test_golden_year__what_is_left__is_as_by_hand(book: RawBook) -> None:
    assert _published(book, "SELECT account, lot_id, quantity, cost_usd FROM lots.open_lots") == _hand(
        LEFT, "account", "lot", "quantity", "cost_usd"
    )


def test_golden_year__income__is_as_by_hand(book: RawBook) -> None:
    assert _published(book, "SELECT posting_id, quantity, value_usd, tax_year FROM tax.income") == _hand(
        INCOME, "posting", "quantity", "value_usd", "tax_year"
    )


def test_golden_year__problems__are_as_by_hand(book: RawBook) -> None:
    assert _published(book, "SELECT problem, account, asset, quantity, value_usd FROM quality.problems") == _hand(
        PROBLEMS, "problem", "account", "asset", "quantity", "value_usd"
    )


def test_golden_year__the_years__are_as_by_hand(book: RawBook) -> None:
    columns = (
        "tax_year",
        "short_gain_usd",
        "long_gain_usd",
        "net_gain_usd",
        "ordinary_income_usd",
        "unproven_proceeds_usd",
    )
    query = f"SELECT {', '.join(columns)} FROM tax.year_summary WHERE tax_year <= 2025"
    assert _published(book, query) == _hand(YEARS, *columns)


def test_golden_year__form_8949__is_as_by_hand(book: RawBook) -> None:
    query = """
        SELECT box, description, acquired, sold_date::VARCHAR, proceeds_usd, cost_usd, gain_usd
        FROM tax.form_8949 WHERE tax_year = 2025 AND code = '' AND adjustment_usd = 0
    """
    columns = ("box", "description", "acquired", "sold", "proceeds_usd", "cost_usd", "gain_usd")
    assert _published(book, query) == _hand(FORM, *columns)
    assert book.ask("SELECT gap, asset, quantity, proceeds_usd FROM tax.form_8949_gaps") == [
        ("missing_basis", "LTC", Decimal("0.1"), Decimal(9))
    ]


def test_golden_year__schedule_d__is_as_by_hand(book: RawBook) -> None:
    query = """
        SELECT 'line ' || line, nullif(proceeds_usd, 0), nullif(cost_usd, 0), amount_usd FROM tax.schedule_d
        WHERE form = 'schedule_d' AND tax_year = 2025 AND amount_usd <> 0
    """
    assert _published(book, query) == _hand(SCHEDULE, "line", "proceeds_usd", "cost_usd", "amount_usd")
