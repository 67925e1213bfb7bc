"""The same event from two accounts of which nobody says that they are one: booked twice, and said so."""

from pathlib import Path

import pytest

from support.raw_book import RawBook, row

_TWICE = "SELECT account, asset, quantity, transaction_id FROM quality.problems WHERE problem = 'told_twice'"


def _book(folder: Path, second: str, *moved: str, account: str = "export") -> RawBook:
    book = RawBook(folder)
    book.price("BTC", "2025-03-01", "11")
    book.add("api", "trades", row("1", "trade", "2025-03-01 12:00", "1 BTC", "-10 USD", fee=["-0.1 USD"]))
    book.add(account, "trades" if account == "api" else "transactions", row("x", "trade", second, *moved))
    book.build()
    return book


def test_trade__told_by_api_and_export__is_a_problem_of_the_second_and_its_lots_are_to_review(tmp_path: Path) -> None:
    """The export tells no fee and no seconds."""
    book = _book(tmp_path, "2025-03-01 12:01", "1 BTC", "-10 USD")
    ((account, asset, quantity, transaction_id),) = book.ask(_TWICE)
    assert (account, asset, quantity, transaction_id) == ("export", "BTC", 1, "export/transactions/x")
    doubt = "BTC in export: an event seems to be told twice: say whether it is one or two"
    doubted = f"SELECT account FROM harvest.lot_values WHERE list_contains(reasons, '{doubt}')"
    assert book.ask(doubted) == [("export",)]
    ((detail,),) = book.ask("SELECT detail FROM quality.problems WHERE problem = 'told_twice'")
    assert detail.startswith("export/transactions/x and api/trades/1 seem to tell one event, BTC 1, USD -10 (unlinked")
    assert detail.endswith("Both are booked: say whether they are one")


@pytest.mark.parametrize(
    ("second", "moved", "account"),
    [
        ("2025-03-01 12:02", ("1 BTC", "-10 USD"), "export"),
        ("2025-03-01 12:00", ("1 BTC", "-10.21 USD"), "export"),
        ("2025-03-01 12:00", ("1 BTC", "-10 USD"), "api"),
    ],
)
def test_trade__later_other_or_in_the_same_account__is_one_of_its_own(
    tmp_path: Path, second: str, moved: tuple[str, ...], account: str
) -> None:
    assert _book(tmp_path, second, *moved, account=account).ask(_TWICE) == []
