"""What an explanation reaches: from every id of a book down to the rows as they were received."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from support.books import book_of_everything
from support.raw_book import RawBook, money, row
from warehouse.connection import open_warehouse
from warehouse.explaining import Explainer, Node

IDS = """
SELECT disposal_id FROM lots.disposals UNION SELECT lot_id FROM lots.lots UNION SELECT transfer_id FROM ledger.transfers
UNION SELECT event_id FROM lots.events UNION SELECT posting_id FROM ledger.postings
UNION SELECT transaction_id FROM ledger.postings UNION SELECT problem_id FROM quality.problems
"""


@pytest.fixture(scope="module")
def book(tmp_path_factory: pytest.TempPathFactory) -> RawBook:
    book = book_of_everything(tmp_path_factory.mktemp("explained"))
    book.build()
    return book


def _explain(book: RawBook, name: str) -> Node | None:
    with open_warehouse(book.public, read_only=True) as connection:
        return Explainer(connection, book.store.root).explain(name)


def _below(node: Node) -> Iterator[Node]:
    yield node
    for child in node.children:
        yield from _below(child)


def _payloads(node: Node | None) -> list[Any]:
    assert node is not None
    return [part.facts["payload"] for part in _below(node) if "payload" in part.facts]


def test_disposal__of_a_purchase__reaches_both_rows_as_received(book: RawBook) -> None:
    ((disposal_id,),) = book.ask("SELECT disposal_id FROM lots.disposals WHERE asset = 'BTC' AND kind = 'sale'")
    node = _explain(book, disposal_id)
    assert node is not None
    assert (node.facts["proceeds_usd"], node.facts["cost_usd"], node.facts["gain_usd"]) == money(
        "30000", "20005", "9995"
    )
    assert [child.title for child in node.children] == ["lot", "disposed of in this transaction"]
    assert _payloads(node) == [{"id": "b1"}, {"id": "s1"}]


def test_lot__of_a_candidate__shows_where_it_went_and_where_it_is(book: RawBook) -> None:
    node = _explain(book, "kraken/trades/b1#1")
    assert node is not None
    titles = [child.title for child in node.children]
    assert titles == ["acquired in this transaction", "moved", "disposed of in part", "still held", "still held"]


def test_transfer__shows_both_ends_and_what_it_carried(book: RawBook) -> None:
    node = _explain(book, "kraken/withdrawals/w1#1")
    assert node is not None
    assert node.title == "transfer between own accounts"
    assert _payloads(node) == [{"id": "w1"}, {"id": "d2"}]


def test_every_id_of_the_book__is_explained_down_to_evidence(book: RawBook) -> None:
    names = [name for (name,) in book.ask(IDS)]
    assert len(names) >= 40
    for name in names:
        assert _payloads(_explain(book, name)), name


def test_unknown_id__is_explained_by_nothing(book: RawBook) -> None:
    assert _explain(book, "kraken/trades/nothing") is None


def test_evidence__file_was_altered__says_so_and_shows_no_payload(tmp_path: Path) -> None:
    book = book_of_everything(tmp_path)
    book.build()
    for path in (book.store.root / "old" / "trades").glob("*.parquet"):
        path.write_bytes(path.read_bytes()[:-1] + b"x")
    node = _explain(book, "old/trades/l1")
    assert node is not None
    assert _payloads(node) == []
    assert "was cut short or altered" in node.children[-1].facts["problem"]


def test_event_told_by_two_sources__shows_both_rows_from_either(tmp_path: Path) -> None:
    book = RawBook(tmp_path, sources={"export": {"kind": "csv", "same_as": "kraken"}})
    book.add("kraken", "trades", row("T1", "trade", "2025-03-01 12:00", "1 BTC", "-10 USD"))
    book.add("export", "transactions", row("x", "trade", "2025-03-01 12:00", "1 BTC", "-10 USD"))
    book.build()
    kept, left_out = _explain(book, "kraken/trades/T1"), _explain(book, "export/transactions/x")
    assert _payloads(kept) == [{"id": "T1"}, {"id": "x"}]
    assert left_out is not None
    assert left_out.title == "not booked: another row tells this event"
    assert _payloads(left_out) == [{"id": "T1"}, {"id": "x"}]
