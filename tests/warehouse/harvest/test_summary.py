"""The five lines about candidates."""

from datetime import UTC, datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest

from warehouse.harvest.summary import CandidateRow, summarize, tax_year_end

NEW_YORK = ZoneInfo("America/New_York")
AS_OF = datetime(2026, 11, 24, 7, 0, tzinfo=UTC)


def row(asset: str, unrealized: str | None, **changes: object) -> CandidateRow:
    values: dict[str, object] = {
        "account": "kraken",
        "asset": asset,
        "quantity": Decimal("1.500000000000000000"),
        "unrealized_usd": None if unrealized is None else Decimal(unrealized),
        "term": "short",
        "days_to_long_term": 40,
        "sell_first_quantity": Decimal(0),
        "status": "ready",
        "reasons": [],
        "sell_by_at": datetime(2027, 1, 1, 5, tzinfo=UTC),
    }
    return CandidateRow(**{**values, **changes})  # type: ignore[arg-type]


def test_summary__a_few_candidates__says_what_there_is_and_what_is_held_back() -> None:
    candidates = [
        row("BTC", "-4000.555"),
        row("KAS", "-250", term="long", days_to_long_term=0, sell_first_quantity=Decimal(3)),
        row("XMR", "-100", status="review", reasons=["kraken trades was last fetched 3 days ago"]),
        row(
            "SCP",
            None,
            status="blocked",
            reasons=["no price of SCP is known", "kraken trades was last fetched 3 days ago"],
        ),
    ]
    open_lots = [*candidates, row("ZEC", "80", days_to_long_term=1, quantity=Decimal("1234.00000001"))]
    assert summarize(candidates, open_lots, as_of=AS_OF, time_zone=NEW_YORK) == [
        (
            "Loss to harvest: 4,000.56 short-term and 250.00 long-term USD; 4,000.56 of it is next in line to be sold; "
            "100.00 more after review"
        ),
        (
            "Largest: 1.5 BTC in kraken -4,000.56 (short), 1.5 KAS in kraken -250.00 (long), "
            "1.5 XMR in kraken -100.00 (short)"
        ),
        (
            "Candidates: 2 ready, 1 to review, 1 blocked: kraken trades was last fetched 3 days ago (2 lots); "
            "no price of SCP is known (1 lot)"
        ),
        "Next to turn long-term: 1,234.00000001 ZEC in kraken on 2026-11-25 (1 day)",
        "Deadline: sales until the end of 2026-12-31 in America/New_York count for 2026 (37 days left)",
    ]


def test_summary__nothing_open__says_so() -> None:
    assert summarize([], [], as_of=AS_OF, time_zone=NEW_YORK)[:4] == [
        "Loss to harvest: none is known, because the books hold no open lot",
        "Largest: no open lot is under water",
        "Candidates: 0 ready, 0 to review, 0 blocked",
        "Next to turn long-term: no lot is short-term",
    ]


def test_summary__many_reasons__counts_those_not_named() -> None:
    candidates = [row("BTC", "-1", status="review", reasons=[f"reason {number}" for number in range(5)])]
    assert summarize(candidates, candidates, as_of=AS_OF, time_zone=NEW_YORK)[2].endswith(
        "reason 0 (1 lot); reason 1 (1 lot); and 3 more reasons"
    )


def test_summary__a_quantity_below_eight_decimals__is_not_shown_as_nothing() -> None:
    dust = row("ETH", "-0.01", quantity=Decimal("0.000000000000000001"))
    assert "0.000000000000000001 ETH" in summarize([dust], [dust], as_of=AS_OF, time_zone=NEW_YORK)[1]


@pytest.mark.parametrize(
    ("as_of", "zone", "expected"),
    [
        # 23:30 on 31 December in New York is the new year in UTC, but the old one is not over there.
        (datetime(2027, 1, 1, 4, 30, tzinfo=UTC), "America/New_York", "count for 2026 (0 hours left)"),
        (datetime(2027, 1, 1, 0, 0, tzinfo=UTC), "America/New_York", "count for 2026 (5 hours left)"),
        (datetime(2026, 12, 31, 15, 0, tzinfo=UTC), "Asia/Tokyo", "count for 2027 (364 days left)"),
        (datetime(2026, 12, 30, 12, 0, tzinfo=UTC), "UTC", "count for 2026 (1 day left)"),
    ],
)
def test_summary__around_the_year_end__goes_by_the_taxpayers_zone(as_of: datetime, zone: str, expected: str) -> None:
    assert summarize([], [], as_of=as_of, time_zone=ZoneInfo(zone))[4].endswith(expected)


def test_tax_year_end__new_york__is_five_in_the_morning_utc() -> None:
    assert tax_year_end(2026, NEW_YORK) == datetime(2027, 1, 1, 5, 0, tzinfo=UTC)


def test_summary__venues_end_the_year_before_the_taxpayer__says_when_and_which() -> None:
    """Midnight in London is 19:00 in New York, and midnight in Berlin 18:00."""
    candidates = [
        row("BTC", "-4000", account="kraken", sell_by_at=datetime(2027, 1, 1, 0, tzinfo=UTC)),
        row("ETH", "-4000", account="kraken", sell_by_at=datetime(2027, 1, 1, 0, tzinfo=UTC)),
        row("BTC", "-2000", account="bitpanda", sell_by_at=datetime(2026, 12, 31, 23, tzinfo=UTC)),
        row("BTC", "-1000", account="cold"),
    ]
    assert summarize(candidates, candidates, as_of=AS_OF, time_zone=NEW_YORK)[-1] == (
        "Deadline: sales until the end of 2026-12-31 in America/New_York count for 2026 (37 days left); "
        "by the clocks of the statements of bitpanda, kraken it ends 2026-12-31 18:00"
    )
