"""Which withdrawals and deposits are two ends of one movement."""

from decimal import Decimal
from pathlib import Path

from support.raw_book import RawBook, row
from warehouse.ledger.legs import LEGS
from warehouse.ledger.transfers import TRANSFERS

_ALL = """
SELECT from_account, to_account, asset, quantity, fee_quantity, rule, is_confirmed FROM ledger.transfers ORDER BY ALL
"""


def test_transfers__one_hash_on_both_sides__is_one_movement_less_what_was_taken(tmp_path: Path) -> None:
    book = RawBook(tmp_path)
    book.add("kraken", "withdrawals", row("w", "withdrawal", "2025-01-05", "-0.5 BTC", tx_hash="0xAB01"))
    book.add("cold", "deposits", row("d", "deposit", "2025-01-20", "0.4998 BTC", tx_hash="0xab01"))
    with book.run(LEGS, TRANSFERS) as ask:
        assert ask(_ALL) == [("kraken", "cold", "BTC", Decimal("0.4998"), Decimal("0.0002"), "tx_hash", True)]


def test_transfers__hashes_that_differ_in_case_on_a_chain_where_that_counts__do_not_pair(tmp_path: Path) -> None:
    book = RawBook(tmp_path)
    book.add("kraken", "withdrawals", row("w", "withdrawal", "2025-01-05", "-5 SOL", tx_hash="aBcD"))
    book.add("cold", "deposits", row("d", "deposit", "2025-01-20", "5 SOL", tx_hash="AbCd"))
    with book.run(LEGS, TRANSFERS) as ask:
        assert ask(_ALL) == []


def test_transfers__more_arrived_than_left__are_not_one_movement(tmp_path: Path) -> None:
    book = RawBook(tmp_path)
    book.add("kraken", "withdrawals", row("w", "withdrawal", "2025-01-05", "-0.5 BTC", tx_hash="ab"))
    book.add("cold", "deposits", row("d", "deposit", "2025-01-20", "0.6 BTC", tx_hash="ab"))
    with book.run(LEGS, TRANSFERS) as ask:
        assert ask(_ALL) == []


def test_transfers__one_hash_for_two_payments__pair_largest_with_largest(tmp_path: Path) -> None:
    book = RawBook(tmp_path)
    book.add(
        "kraken",
        "withdrawals",
        row("w1", "withdrawal", "2025-01-05", "-1 BTC", tx_hash="ab"),
        row("w2", "withdrawal", "2025-01-05", "-3 BTC", tx_hash="ab"),
    )
    book.add("cold", "deposits", row("d1", "deposit", "2025-01-05", "3 BTC", tx_hash="ab"))
    book.add("warm", "deposits", row("d2", "deposit", "2025-01-05", "1 BTC", tx_hash="ab"))
    with book.run(LEGS, TRANSFERS) as ask:
        assert ask("SELECT from_posting_id, to_account FROM ledger.transfers ORDER BY ALL") == [
            ("kraken/withdrawals/w1#1", "warm"),
            ("kraken/withdrawals/w2#1", "cold"),
        ]


def test_transfers__the_same_quantity_within_three_days__is_a_guess(tmp_path: Path) -> None:
    book = RawBook(tmp_path)
    book.add("kraken", "withdrawals", row("w", "withdrawal", "2025-01-05", "-5 ETH", fee=["-0.01 ETH"]))
    book.add("cold", "deposits", row("d", "deposit", "2025-01-08", "5 ETH"))
    with book.run(LEGS, TRANSFERS) as ask:
        assert ask(_ALL) == [("kraken", "cold", "ETH", Decimal(5), Decimal(0), "amount_time", False)]


def test_transfers__the_same_quantity_after_three_days__is_no_pair(tmp_path: Path) -> None:
    book = RawBook(tmp_path)
    book.add("kraken", "withdrawals", row("w", "withdrawal", "2025-01-05", "-5 ETH"))
    book.add("cold", "deposits", row("d", "deposit", "2025-01-08 00:01", "5 ETH"))
    with book.run(LEGS, TRANSFERS) as ask:
        assert ask(_ALL) == []


def test_transfers__two_deposits_could_be_it__neither_is(tmp_path: Path) -> None:
    book = RawBook(tmp_path)
    book.add("kraken", "withdrawals", row("w", "withdrawal", "2025-01-05", "-5 ETH"))
    book.add("cold", "deposits", row("d", "deposit", "2025-01-06", "5 ETH"))
    book.add("warm", "deposits", row("d", "deposit", "2025-01-07", "5 ETH"))
    with book.run(LEGS, TRANSFERS) as ask:
        assert ask(_ALL) == []


def test_transfers__two_different_hashes_of_a_chain__are_two_movements(tmp_path: Path) -> None:
    book = RawBook(tmp_path)
    book.add("kraken", "withdrawals", row("w", "withdrawal", "2025-01-05", "-5 ETH", tx_hash="0x" + "a" * 64))
    book.add("cold", "deposits", row("d", "deposit", "2025-01-06", "5 ETH", tx_hash="0x" + "b" * 64))
    with book.run(LEGS, TRANSFERS) as ask:
        assert ask(_ALL) == []


def test_transfers__money_between_accounts__is_none(tmp_path: Path) -> None:
    book = RawBook(tmp_path)
    book.add("kraken", "withdrawals", row("w", "withdrawal", "2025-01-05", "-500 EUR"))
    book.add("bank", "deposits", row("d", "deposit", "2025-01-06", "500 EUR"))
    with book.run(LEGS, TRANSFERS) as ask:
        assert ask(_ALL) == []
