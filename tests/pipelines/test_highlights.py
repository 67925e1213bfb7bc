"""What the UI shows first of candidates and plan: totals that agree with the tables, and the rows that matter."""

from decimal import Decimal

import pytest

from pipelines.assets.tables import table_metadata
from pipelines.metadata import describe_table
from support.books import book_of_everything
from support.raw_book import RawBook
from warehouse.connection import open_warehouse


@pytest.fixture(scope="module")
def book(tmp_path_factory: pytest.TempPathFactory) -> RawBook:
    book = book_of_everything(tmp_path_factory.mktemp("highlights"))
    book.build()
    return book


def test_highlights__candidates__totals_and_rows_in_words(book: RawBook) -> None:
    with open_warehouse(book.public, read_only=True) as connection:
        metadata = table_metadata(describe_table(connection, "harvest.candidates"), None)
    # 950 and 10 KAS of 0.1 each are worth half of that: 47.50 and 0.50; 1 BTC for 90,000 is worth 60,000
    assert metadata["ready_short_loss_usd"].value == 48
    assert metadata["review_loss_usd"].value == 30_000
    assert "-30,000.00" in metadata["what_matters"].md_str


def test_highlights__plan__agrees_with_its_summary(book: RawBook) -> None:
    with open_warehouse(book.public, read_only=True) as connection:
        metadata = table_metadata(describe_table(connection, "harvest.plan"), None)
    ((sales, counted),) = book.ask("SELECT line_count, counted_loss_usd FROM harvest.plan_summary")
    assert (metadata["sales"].value, Decimal(str(metadata["counted_loss_usd"].value))) == (sales, round(counted, 2))
    assert metadata["what_matters"].md_str.startswith("| rank | account | asset |")


def test_highlights__other_table__has_none(book: RawBook) -> None:
    with open_warehouse(book.public, read_only=True) as connection:
        assert "what_matters" not in table_metadata(describe_table(connection, "lots.lots"), None)
