"""What is worth a word, on the small book whose figures are worked out by hand."""

from collections.abc import Sequence
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from support.books import book_of_everything
from support.raw_book import AS_OF, RawBook
from warehouse.alerts import Alert, Thresholds, current_alerts
from warehouse.connection import open_warehouse


@pytest.fixture(scope="module")
def book(tmp_path_factory: pytest.TempPathFactory) -> RawBook:
    book = book_of_everything(tmp_path_factory.mktemp("alerted"))
    book.build()
    return book


def _alerts(book: RawBook, thresholds: Thresholds | None = None, as_of: datetime = AS_OF) -> list[Alert]:
    with open_warehouse(Path(book.public), read_only=True) as connection:
        return current_alerts(
            connection, thresholds or Thresholds(), as_of=as_of, time_zone=ZoneInfo("America/New_York")
        )


def _of(subject: str, alerts: Sequence[Alert]) -> list[str]:
    return [alert.text for alert in alerts if alert.subject == subject]


def test_accounts__stale_and_never_synced__are_told(book: RawBook) -> None:
    assert _of("account", _alerts(book)) == [
        "idle all: it was never synced",
        "old trades: it was last synced 2026-11-03 06:00 UTC",
    ]


def test_problems__each__is_told_once_by_its_id(book: RawBook) -> None:
    keys = [alert.key for alert in _alerts(book)]
    assert len(keys) == len(set(keys))
    told_as_balances = "balance_difference"
    problems = book.ask(f"SELECT problem_id FROM quality.problems WHERE problem <> '{told_as_balances}'")
    assert len(_of("problem", _alerts(book))) == len(problems)


def test_balances__a_difference__counts_by_its_worth(book: RawBook) -> None:
    # 0.05 BTC at 60,000 is 3,000; the unpaired LTC is in the postings, so the books and the venue agree on it
    # of the dollars nothing shows that they were paid in or out: they are worth themselves
    dollars = "kraken says it holds 100,050 USD more than the books, worth 100,050.00 USD"
    told = [text.partition(": ") for text in _of("balance", _alerts(book))]
    assert [text for text, _, _ in told] == [
        "kraken says it holds 0.05 BTC less than the books, worth 3,000.00 USD",
        dollars,
    ]
    assert told[0][2] == "nothing in the books or in raw explains it"
    large = _of("balance", _alerts(book, Thresholds(balance_difference_usd=Decimal("3000.01"))))
    assert [text.partition(": ")[0] for text in large] == [dollars]


def test_lots__a_large_loss_and_one_that_turns_long__are_told(book: RawBook) -> None:
    # 1 BTC at 90,000, now 60,000, long-term from 2027-01-16: in 53 days
    near = Thresholds(candidate_loss_usd=Decimal(30000), long_term_within_days=53)
    assert _of("candidate", _alerts(book, near)) == ["1 BTC in kraken: a loss of 30,000.00 USD (review)"]
    assert _of("long_term", _alerts(book, near)) == [
        "1 BTC in kraken: its loss of 30,000.00 USD is long-term from 2027-01-16"
    ]
    far = Thresholds(candidate_loss_usd=Decimal("30000.01"), long_term_within_days=52)
    assert _of("candidate", _alerts(book, far)) == []
    assert _of("long_term", _alerts(book, far)) == []


def test_year_end__thirty_days_before__is_told_in_the_taxpayers_zone(book: RawBook) -> None:
    assert _of("year_end", _alerts(book)) == []
    evening = datetime(2027, 1, 1, 4, 30, tzinfo=UTC)  # 23:30 of the last day in New York
    assert _of("year_end", _alerts(book, as_of=evening)) == ["0 days are left in which a sale still counts for 2026"]
    assert [alert.key for alert in _alerts(book, as_of=datetime(2026, 12, 5, tzinfo=UTC))][-1] == "year_end:2026"
