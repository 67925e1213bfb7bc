"""What a whole book says of balances that differ."""

from decimal import Decimal
from pathlib import Path

from support.raw_book import RawBook, instant, row

_FOUND = (
    "SELECT asset, difference, cause, is_exact, nearest_transaction_ids FROM quality.balance_differences ORDER BY ALL"
)


def _book(folder: Path) -> RawBook:
    book = RawBook(folder)
    book.add("k", "trades", row("1", "trade", "2026-01-05", "10.5 ETH", "-1000 USD"))
    book.price("ETH", "2026-11-22", "100")
    return book


def test_difference__none__has_no_row(tmp_path: Path) -> None:
    book = _book(tmp_path)
    book.hold("k", "2026-11-23", "10.5 ETH", "-1000 USD")
    book.build()
    assert book.ask(_FOUND) == []


def test_difference__of_a_withdrawal_that_is_not_told__is_the_deposit_elsewhere(tmp_path: Path) -> None:
    book = _book(tmp_path)
    book.add("cold", "transactions", row("d", "deposit", "2026-02-01", "1.2345 ETH"))
    book.hold("k", "2026-11-23", "9.2655 ETH", "-1000 USD")
    book.build()
    assert book.ask(_FOUND) == [("ETH", Decimal("-1.2345"), "unpaired_leg", True, ["cold/transactions/d"])]
    ((problem, stake, detail),) = book.ask(
        "SELECT problem, stake_usd, detail FROM quality.problems WHERE problem = 'balance_difference'"
    )
    assert (problem, stake) == ("balance_difference", Decimal("123.45"))
    assert detail == (
        "k holds 9.2655 ETH by its own word, and 10.5 by the books, at least since 2026-11-23. What explains it: "
        "1.2345 ETH came into cold on 2026-02-01, and its departure is not told: makes up the difference exactly"
    )


def test_difference__of_a_pending_deposit__is_that_row(tmp_path: Path) -> None:
    book = _book(tmp_path)
    book.add("k", "deposits", row("p", "deposit", "2026-11-22", "0.777 ETH", status="pending"))
    book.hold("k", "2026-11-23", "11.277 ETH", "-1000 USD")
    book.build()
    assert book.ask(_FOUND) == [("ETH", Decimal("0.777"), "pending", True, ["k/deposits/p"])]


def test_difference__of_something_told_twice__is_that_event(tmp_path: Path) -> None:
    book = _book(tmp_path)
    book.add(
        "k", "ledger", row("r", "reward", "2026-03-01", "0.123 ETH"), row("s", "reward", "2026-03-02", "0.124 ETH")
    )
    book.price("ETH", "2026-03-01", "100")
    book.price("ETH", "2026-03-02", "100")
    book.hold("k", "2026-11-23", "10.624 ETH", "-1000 USD")
    book.build()
    assert book.ask(_FOUND) == [("ETH", Decimal("-0.123"), "told_twice", True, ["k/ledger/r"])]


def test_difference__of_a_renamed_coin__is_told_of_both(tmp_path: Path) -> None:
    book = _book(tmp_path)
    book.hold("k", "2026-11-23", "10.5 ETH2", "-1000 USD")
    book.build()
    assert [(asset, cause) for asset, _, cause, _, _ in book.ask(_FOUND)] == [("ETH", "renamed"), ("ETH2", "renamed")]


def test_difference__that_nothing_explains__says_so_and_names_the_nearest_events(tmp_path: Path) -> None:
    book = _book(tmp_path)
    book.add("k", "trades", row("0", "trade", "2026-01-04", "1 ETH", "-90 USD"))
    book.hold("k", "2026-11-23", "12.9 ETH", "-1090 USD")
    book.build()
    assert book.ask(_FOUND) == [("ETH", Decimal("1.4"), "unexplained", False, ["k/trades/1", "k/trades/0"])]


def test_difference__that_was_not_there_before__says_between_which_nights_it_arose(tmp_path: Path) -> None:
    book = _book(tmp_path)
    book.hold("k", "2026-11-20", "10.5 ETH", "-1000 USD")
    book.hold("k", "2026-11-21", "11.9 ETH", "-1000 USD")
    book.hold("k", "2026-11-23", "11.9 ETH", "-1000 USD")
    book.build()
    assert book.ask("SELECT agreed_at, since_at FROM quality.balance_differences") == [
        (instant("2026-11-20"), instant("2026-11-21"))
    ]
    ((detail,),) = book.ask("SELECT detail FROM quality.problems WHERE problem = 'balance_difference'")
    assert "since between 2026-11-20 and 2026-11-21" in detail


def test_difference__that_came_with_an_event_of_the_books__arose_with_it(tmp_path: Path) -> None:
    book = _book(tmp_path)
    book.add("k", "trades", row("2", "trade", "2026-11-22", "-1.2345 ETH", "150 USD"))
    book.hold("k", "2026-11-21", "10.5 ETH", "-1000 USD")
    book.hold("k", "2026-11-23", "10.5 ETH", "-850 USD")  # the sale is in the money and not in the coins
    book.build()
    assert book.ask("SELECT asset, difference, agreed_at, cause FROM quality.balance_differences") == [
        ("ETH", Decimal("1.2345"), instant("2026-11-21"), "told_twice")
    ]
