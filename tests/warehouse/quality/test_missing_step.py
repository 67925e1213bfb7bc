"""What a whole book says of a sale that found no lots: since when, the likeliest cause, and the others."""

from decimal import Decimal

import pytest

from pipelines.answers import answers_of
from support.raw_book import RawBook, instant, row
from warehouse.connection import open_warehouse
from warehouse.explaining import Explainer
from warehouse.queries import select_rows


@pytest.fixture(scope="module")
def book(tmp_path_factory: pytest.TempPathFactory) -> RawBook:
    """In `k`: ETC sold that a deposit brought, BTC sold twice after a gap, LTC that is held under another symbol."""
    made = RawBook(tmp_path_factory.mktemp("book"))
    made.add(
        "k",
        "trades",
        row("etc", "trade", "2026-03-05", "-2.491 ETC", "50 USD"),
        row("btc1", "trade", "2026-03-06", "-0.25 BTC", "5000 USD"),
        row("btc2", "trade", "2026-04-06", "1 BTC", "-20000 USD"),
        row("btc3", "trade", "2026-05-06", "-1.5 BTC", "30000 USD"),
        row("ltc", "trade", "2026-05-07", "-7.125 LTC", "700 USD"),
    )
    made.add(
        "k", "deposits", row("d", "deposit", "2026-03-01", "2.491 ETC"), row("e", "deposit", "2026-03-02", "1 ETC")
    )
    made.add("k", "ledger", row("r", "reward", "2026-01-07", "7.125 LTCX"))
    made.add("k", "ledger", covers=("2026-01-01", "2026-02-01"))
    made.add("k", "ledger", covers=("2026-02-11", "2026-11-24"))
    made.build()
    return made


def _causes(book: RawBook, transaction: str) -> list[tuple[str, bool]]:
    return [
        (cause, fits)
        for cause, fits in book.ask(
            f"SELECT cause, fits FROM quality.causes WHERE problem_id LIKE '%k/trades/{transaction}#%' ORDER BY place"
        )
    ]


def test_missing__a_deposit_of_exactly_that__is_the_likeliest(book: RawBook) -> None:
    assert _causes(book, "etc")[:2] == [("unpaired_deposit", True), ("unpaired_deposit", False)]
    ((cause, detail),) = book.ask("SELECT likely_cause, detail FROM quality.problems WHERE problem_id LIKE '%etc#%'")
    assert cause == "unpaired_deposit"
    assert (
        "Likeliest: 2.491 ETC came into k on 2026-03-01 and has no lot until it is said what it was: exactly what is "
        "missing. Or: "
    ) in detail


def test_missing__after_a_gap__is_the_gap_and_says_since_when_lots_ran_out(book: RawBook) -> None:
    assert _causes(book, "btc1") == [("gap", False), ("begins_with_a_sale", False)]
    rows = book.ask(
        "SELECT quantity, since_at, likely_cause, detail FROM quality.problems WHERE asset = 'BTC' "
        "AND problem = 'missing_basis' ORDER BY occurred_at"
    )
    since = instant("2026-03-06")
    assert [row[:3] for row in rows] == [(Decimal("0.25"), since, "gap"), (Decimal("0.5"), since, "gap")]
    assert "Lots of it ran out first on 2026-03-06" not in rows[0][3]
    assert "Lots of it ran out first on 2026-03-06. Likeliest: k ledger from 2026-02-01 to 2026-02-11" in rows[1][3]


def test_missing__as_much_under_another_symbol__is_a_renamed_coin(book: RawBook) -> None:
    assert _causes(book, "ltc")[0] == ("renamed", True)


def test_missing__explained__shows_each_cause(book: RawBook) -> None:
    with open_warehouse(book.public, read_only=True) as connection:
        node = Explainer(connection, book.store.root).explain("missing_basis:k/trades/btc1#1")
    assert node is not None
    assert [child.title for child in node.children][:2] == ["may be explained by", "may be explained by"]


def test_missing__each_cause__has_its_command(book: RawBook) -> None:
    with open_warehouse(book.public, read_only=True) as connection:
        rows = {row["transaction_id"]: row for row in select_rows(connection, "list_open_decisions").to_pylist()}
    commands = [answer.command for answer in answers_of(rows["k/trades/etc"])]
    assert commands[0] == "lotkeeper resolve k/deposits/d --as bought --cost USD --acquired DAY"
    assert any(command.startswith("lotkeeper resolve --opening-lot '2.491 ETC'") for command in commands)
    assert answers_of(rows["k/trades/btc1"])[0].command == "lotkeeper sync"
