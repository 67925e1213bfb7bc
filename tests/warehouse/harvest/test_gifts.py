"""Gifts that had lost value when they were given: two costs, of which the price decides (IRC 1015(a))."""

from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path

import pytest

from support.decided import decide, event
from support.raw_book import RawBook, row
from warehouse.harvest.valuation import OpenLot, at_proceeds

AS_OF = datetime(2025, 7, 1, 6, tzinfo=UTC)
CENT = 10**6


@pytest.mark.parametrize(
    ("proceeds", "cost", "basis", "held_since"),
    [
        (480, 450, "cost", date(2024, 3, 1)),
        (450, 450, "cost", date(2024, 3, 1)),
        (390, 390, "gift_neither", date(2024, 3, 1)),
        (360, 360, "gift_neither", date(2024, 3, 1)),
        (300, 360, "gift_loss", date(2025, 5, 1)),
    ],
)
def test_gift__sold_for_some_amount__is_compared_with_the_cost_that_counts(
    proceeds: int, cost: int, basis: str, held_since: date
) -> None:
    """It cost the giver 450 in March 2024 and was worth 360 when given in May 2025."""
    day = date(2024, 3, 1)
    whole = 3 * 10**18, 450 * 100 * CENT
    gift = OpenLot(
        "g", "LTC", "k", datetime(2024, 3, 1, tzinfo=UTC), day, *whole, *whole,
        fair_value=360 * 100 * CENT, given_date=date(2025, 5, 1),
    )  # fmt: skip
    sold = at_proceeds(gift, proceeds * 100 * CENT)
    assert (sold.cost, sold.cost_basis, sold.acquired_date) == (cost * 100 * CENT, basis, held_since)


def test_gift__under_water_in_a_book__loses_from_its_value_when_given(tmp_path: Path) -> None:
    book = RawBook(tmp_path, fetched_at=AS_OF)
    book.add("k", "deposits", row("d", "deposit", "2025-05-01 12:00", "3 LTC"), covers=("2024-01-01", "2025-07-01"))
    book.price("LTC", "2025-06-30", "100")
    decide(book, event(book, "k/deposits/d", "gift", cost="450", acquired="2024-03-01", fair="360"))
    book.build(as_of=AS_OF)
    columns = "cost_usd, unit_cost_usd, unrealized_usd, term, status"
    assert book.ask(f"SELECT {columns} FROM harvest.candidates") == [
        (Decimal(360), Decimal(120), Decimal(-60), "short", "review")  # 3 at 100, held since May
    ]
