"""The commands that `problems` shows for what a hand-made book lacks: each says what its row means, and no more."""

from decimal import Decimal
from pathlib import Path

from pipelines.answers import Answer, answers_of
from support.raw_book import RawBook, row
from warehouse.connection import open_warehouse
from warehouse.queries import select_rows


def _answers(book: RawBook, problem_id: str) -> list[Answer]:
    with open_warehouse(book.public, read_only=True) as connection:
        (found,) = [
            row for row in select_rows(connection, "list_open_decisions").to_pylist() if row["problem_id"] == problem_id
        ]
    return answers_of(found)


def _in_two_parts(folder: Path) -> RawBook:
    """3 BTC left and came in as 1.2 and 1.8; not built yet."""
    book = RawBook(folder)
    book.add("k", "withdrawals", row("w", "withdrawal", "2025-03-01 10:00", "-3 BTC"))
    book.add(
        "c",
        "deposits",
        row("d", "deposit", "2025-03-01 10:40", "1.2 BTC"),
        row("e", "deposit", "2025-03-01 10:45", "1.8 BTC"),
    )
    return book


def test_proposal__one_withdrawal_as_two_deposits__offers_no_pair_of_one_of_them(tmp_path: Path) -> None:
    book = _in_two_parts(tmp_path)
    book.build()
    assert book.ask("SELECT transfer_id, rule FROM ledger.transfers ORDER BY ALL") == [
        ("k/withdrawals/w#1", "split"),
        ("k/withdrawals/w#1~2", "split"),
    ]
    for problem_id, arrived in (("k/withdrawals/w#1", "c/deposits/d"), ("k/withdrawals/w#1~2", "c/deposits/e")):
        commands = [answer.command for answer in _answers(book, f"unconfirmed_transfer:{problem_id}")]
        assert commands[:2] == [
            f"lotkeeper resolve {arrived} --not-pair-with k/withdrawals/w",
            f"lotkeeper resolve {arrived} --as own",
        ]


def test_proposal__of_each_part__has_the_worth_of_that_part_at_stake(tmp_path: Path) -> None:
    book = _in_two_parts(tmp_path)
    book.price("BTC", "2025-02-28", "40000")
    book.build()
    assert book.ask(
        "SELECT event_id, stake_usd FROM quality.problems WHERE problem = 'unconfirmed_transfer' ORDER BY ALL"
    ) == [("k/withdrawals/w#1", Decimal(48000)), ("k/withdrawals/w#1~2", Decimal(72000))]


def test_cause__a_transfer_that_may_be_it__names_its_other_end(tmp_path: Path) -> None:
    """5.12 came less a fee of 0.005: a proposal that is not booked, so the sale finds no lot."""
    book = RawBook(tmp_path)
    book.add("k", "withdrawals", row("w", "withdrawal", "2025-01-05 00:00", "-5.125 ETH"))
    book.add("c", "deposits", row("d", "deposit", "2025-01-05 00:20", "5.12 ETH"))
    book.add("c", "trades", row("s", "trade", "2025-02-05", "-5.12 ETH", "9000 USD"))
    book.build()
    answers = _answers(book, "missing_basis:c/trades/s#1")
    pairs = [answer for answer in answers if "--pair-with" in answer.command]
    assert pairs == [Answer("it was that transfer", "lotkeeper resolve c/deposits/d --pair-with k/withdrawals/w")]


def test_cause__a_batch__is_told_once_and_offers_no_pair_of_one_part(tmp_path: Path) -> None:
    book = RawBook(tmp_path)
    book.add(
        "k",
        "withdrawals",
        row("w", "withdrawal", "2025-01-05 10:00", "-2.5 ETH"),
        row("v", "withdrawal", "2025-01-05 10:01", "-2.5 ETH"),
    )
    book.add("c", "deposits", row("d", "deposit", "2025-01-05 10:20", "5 ETH"))
    book.add("c", "trades", row("s", "trade", "2025-02-05", "-5 ETH", "9000 USD"))
    book.build()
    assert book.ask("SELECT DISTINCT rule, is_booked FROM ledger.transfers") == [("batch", False)]
    commands = [answer.command for answer in _answers(book, "missing_basis:c/trades/s#1")]
    assert commands.count("lotkeeper explain c/deposits/d") == 1
    assert len(commands) == len(set(commands))
    assert not any("--pair-with" in command for command in commands)


def test_proposal__a_part_by_hash__offers_no_pair(tmp_path: Path) -> None:
    """Three of five came by the same hash: a pair of the two would sell the other two as a fee."""
    book = RawBook(tmp_path)
    book.add("k", "withdrawals", row("w", "withdrawal", "2025-01-05", "-5 ETH", tx_hash="0xaa"))
    book.add("c", "deposits", row("d", "deposit", "2025-01-05 00:20", "3 ETH", tx_hash="0xaa"))
    book.build()
    cases = [answer.case for answer in _answers(book, "unconfirmed_transfer:k/withdrawals/w#1")]
    assert cases == ["two different movements", "a part of one", "look closer"]


def test_proposal__the_same_quantity__offers_the_pair(tmp_path: Path) -> None:
    book = RawBook(tmp_path)
    book.add("k", "withdrawals", row("w", "withdrawal", "2025-01-05", "-5 ETH"))
    book.add("c", "deposits", row("d", "deposit", "2025-01-05 00:20", "5 ETH"))
    book.build()
    first = _answers(book, "unconfirmed_transfer:k/withdrawals/w#1")[0]
    assert first == Answer("one transfer", "lotkeeper resolve c/deposits/d --pair-with k/withdrawals/w")
