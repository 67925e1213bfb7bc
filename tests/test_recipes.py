"""Every query of docs/recipes.md runs on a small book and answers something; some answers are checked by hand."""

import re
from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import pytest

from support.books import book_of_everything
from warehouse.connection import open_warehouse

RECIPES = Path(__file__).parents[1] / "docs" / "recipes.md"


def recipes() -> list[tuple[str, str]]:
    """Every fenced SQL block with the heading it stands under."""
    found = []
    for section in re.split(r"^## ", RECIPES.read_text(encoding="utf-8"), flags=re.MULTILINE)[1:]:
        heading, _, text = section.partition("\n")
        found += [
            (heading, block) for block in re.findall(r"^```sql\n(.*?)^```$", text, flags=re.DOTALL | re.MULTILINE)
        ]
    return found


@pytest.fixture(scope="module")
def published(tmp_path_factory: pytest.TempPathFactory) -> Iterator[duckdb.DuckDBPyConnection]:
    book = book_of_everything(tmp_path_factory.mktemp("book"))
    book.build()
    with open_warehouse(book.public, read_only=True) as connection:
        yield connection


def answer(connection: duckdb.DuckDBPyConnection, heading: str, place: int = 0) -> list[dict[str, Any]]:
    """What the block number `place` under the heading answers."""
    blocks = [query for title, query in recipes() if title == heading]
    return connection.sql(blocks[place]).to_arrow_table().to_pylist()


def test_recipes__the_page__has_them() -> None:
    assert len(recipes()) >= 15


@pytest.mark.parametrize(("heading", "query"), [pytest.param(*recipe, id=recipe[0]) for recipe in recipes()])
def test_recipe__on_a_small_book__answers_something(
    published: duckdb.DuckDBPyConnection, heading: str, query: str
) -> None:
    assert published.sql(query).fetchall(), heading


def test_holdings__by_hand__are_what_is_left(published: duckdb.DuckDBPyConnection) -> None:
    rows = answer(published, "What do I hold, where, at what cost?")
    assert [(row["account"], row["asset"], row["quantity"], row["cost_usd"]) for row in rows] == [
        ("cold", "BTC", Decimal("0.2"), Decimal(8002)),
        ("kraken", "BTC", Decimal("1.3"), Decimal(102003)),
        ("kraken", "KAS", Decimal(960), Decimal(96)),
        ("kraken", "XTM", Decimal(5), None),
        ("outside", "KAS", Decimal(50), Decimal(5)),
    ]


def test_turning_long__by_hand__is_bitcoin_then_kaspa(published: duckdb.DuckDBPyConnection) -> None:
    rows = answer(published, "Which lots turn long-term within 60 days?")
    assert [(row["account"], row["asset"], row["long_from_date"], row["days_to_long_term"]) for row in rows] == [
        ("kraken", "BTC", date(2027, 1, 16), 53),
        ("kraken", "KAS", date(2027, 1, 21), 58),
        ("outside", "KAS", date(2027, 1, 21), 58),
    ]


def test_candidates__by_hand__are_behind_what_is_sold_first(published: duckdb.DuckDBPyConnection) -> None:
    rows = answer(published, "What losses could I take now?")
    assert [(row["asset"], row["unrealized_usd"], row["unrealized_first_usd"], row["status"]) for row in rows] == [
        ("BTC", Decimal(-30000), Decimal(5997), "review"),
        ("KAS", Decimal("-47.5"), Decimal(0), "ready"),
        ("KAS", Decimal("-0.5"), Decimal("-47.5"), "ready"),
        ("KAS", Decimal("-2.5"), Decimal(0), "blocked"),
        ("XTM", None, Decimal(0), "blocked"),
    ]


def test_usable_loss__by_hand__is_the_gain_and_the_limit(published: duckdb.DuckDBPyConnection) -> None:
    """2025 lost 400 and used it; 2026 has gained 9,995, and 3,000 more may go against other income."""
    (row,) = answer(published, "What loss can I still use this year?")
    assert (row["tax_year"], row["net_gain_usd"], row["usable_loss_usd"]) == (2026, Decimal(9995), Decimal(12995))


def test_gains__by_hand__are_one_loss_and_one_gain(published: duckdb.DuckDBPyConnection) -> None:
    rows = answer(published, "What did I gain, by asset and year?")
    assert [tuple(row.values()) for row in rows] == [
        (2025, "LTC", Decimal(-400), None, 0),
        (2026, "BTC", None, Decimal(9995), 0),
    ]


def test_income__by_hand__is_one_known_and_one_not(published: duckdb.DuckDBPyConnection) -> None:
    rows = answer(published, "What did I earn, by month and kind?")
    assert [(row["month"], row["asset"], row["value_usd"], row["without_value"]) for row in rows] == [
        ("2026-02", "KAS", Decimal(1), 0),
        ("2026-02", "XTM", None, 1),
    ]


def test_stale__by_hand__are_the_idle_and_the_old(published: duckdb.DuckDBPyConnection) -> None:
    rows = answer(published, "What is stale, failed or incomplete?")
    assert [(row["account"], row["outcome"]) for row in rows] == [("idle", "never"), ("old", "ok")]


def test_balances__by_hand__differ_where_the_venue_says_less(published: duckdb.DuckDBPyConnection) -> None:
    rows = answer(published, "Do my balances agree with what the venue says?")
    assert {row["asset"]: row["difference"] for row in rows} == {
        "BTC": Decimal("-0.05"),
        "ETC": Decimal(2),
        "USD": Decimal(100050),
    }


def test_for_the_accountant__by_hand__is_the_sale_and_what_has_no_basis(
    published: duckdb.DuckDBPyConnection,
) -> None:
    heading = "What does my accountant need?"
    (sale,) = answer(published, heading)
    assert (sale["proceeds_usd"], sale["cost_usd"], sale["gain_usd"]) == (30000, 20005, 9995)
    (missing,) = answer(published, heading, 1)
    assert (missing["asset"], missing["quantity"], missing["proceeds_usd"]) == ("ETC", 2, 60)
