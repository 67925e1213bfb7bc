"""Which withdrawals and deposits are two ends of one movement."""

from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pytest

from support.decided import decide, pair
from support.raw_book import RawBook, row
from warehouse.ledger.legs import LEGS
from warehouse.ledger.transfers import TRANSFERS
from warehouse.settings import AccountSettings

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


def test_transfers__two_deposits_could_be_it__neither_is_booked(tmp_path: Path) -> None:
    book = RawBook(tmp_path)
    book.add("kraken", "withdrawals", row("w", "withdrawal", "2025-01-05", "-5 ETH"))
    book.add("cold", "deposits", row("d", "deposit", "2025-01-06", "5 ETH"))
    book.add("warm", "deposits", row("d", "deposit", "2025-01-07", "5 ETH"))
    with book.run(LEGS, TRANSFERS) as ask:
        assert ask("SELECT to_account, rule, confidence, is_confirmed, is_booked FROM ledger.transfers") == [
            ("cold", "amount_time", Decimal("0.60"), False, False)
        ]


def test_transfers__two_different_hashes_of_a_chain__are_two_movements(tmp_path: Path) -> None:
    book = RawBook(tmp_path)
    book.add("kraken", "withdrawals", row("w", "withdrawal", "2025-01-05", "-5 ETH", tx_hash="0x" + "a" * 64))
    book.add("cold", "deposits", row("d", "deposit", "2025-01-06", "5 ETH", tx_hash="0x" + "b" * 64))
    with book.run(LEGS, TRANSFERS) as ask:
        assert ask(_ALL) == []


def test_transfers__one_hash_written_in_two_ways__is_one_hash(tmp_path: Path) -> None:
    book = RawBook(tmp_path)
    book.add("kraken", "withdrawals", row("w", "withdrawal", "2025-01-05", "-5 ETH", tx_hash="AB" * 32))
    book.add("cold", "deposits", row("d", "deposit", "2025-01-20", "5 ETH", tx_hash="0x" + "ab" * 32))
    with book.run(LEGS, TRANSFERS) as ask:
        assert ask("SELECT rule FROM ledger.transfers") == [("tx_hash",)]


def test_transfers__one_withdrawal_that_arrives_as_two__is_two_parts_of_one(tmp_path: Path) -> None:
    book = RawBook(tmp_path)
    book.add("kraken", "withdrawals", row("w", "withdrawal", "2025-01-05", "-3 BTC", tx_hash="ab"))
    book.add(
        "cold",
        "deposits",
        row("d1", "deposit", "2025-01-05 01:00", "1 BTC", tx_hash="ab"),
        row("d2", "deposit", "2025-01-05 01:00", "1.9995 BTC", tx_hash="ab"),
    )
    with book.run(LEGS, TRANSFERS) as ask:
        assert ask(
            "SELECT transfer_id, quantity, fee_quantity, rule, is_confirmed FROM ledger.transfers ORDER BY ALL"
        ) == [
            ("kraken/withdrawals/w#1", Decimal(1), Decimal(0), "tx_hash", True),
            ("kraken/withdrawals/w#1~2", Decimal("1.9995"), Decimal("0.0005"), "tx_hash", True),
        ]


def test_transfers__two_withdrawals_that_arrive_as_one__are_a_proposal_where_no_hash_tells(tmp_path: Path) -> None:
    book = RawBook(tmp_path)
    book.add(
        "kraken",
        "withdrawals",
        row("w1", "withdrawal", "2025-01-05", "-1.2345 ETH"),
        row("w2", "withdrawal", "2025-01-05 00:05", "-2 ETH"),
    )
    book.add("cold", "deposits", row("d", "deposit", "2025-01-05 00:30", "3.2345 ETH"))
    with book.run(LEGS, TRANSFERS) as ask:
        assert ask("SELECT quantity, rule, is_confirmed, is_booked FROM ledger.transfers ORDER BY ALL") == [
            (Decimal("1.2345"), "batch", False, False),
            (Decimal(2), "batch", False, False),
        ]


def test_transfers__the_best_of_all_pairs__wins_over_the_first_that_fits(tmp_path: Path) -> None:
    """By time alone the first withdrawal would take the only deposit that the second can have become."""
    book = RawBook(tmp_path)
    book.add("kraken", "withdrawals", row("w1", "withdrawal", "2025-01-05 00:00", "-1 BTC"))
    book.add("binance", "withdrawals", row("w2", "withdrawal", "2025-01-05 20:00", "-1 BTC"))
    book.add(
        "cold",
        "deposits",
        row("d1", "deposit", "2025-01-05 19:30", "1 BTC"),
        row("d2", "deposit", "2025-01-08 10:00", "1 BTC"),
    )
    with book.run(LEGS, TRANSFERS) as ask:
        assert ask("SELECT from_account, arrived_at::DATE::VARCHAR FROM ledger.transfers ORDER BY ALL") == [
            ("binance", "2025-01-08"),
            ("kraken", "2025-01-05"),
        ]


def test_transfers__an_address_of_the_other_account__is_evidence_where_the_quantity_is_the_same(tmp_path: Path) -> None:
    accounts = (AccountSettings("kraken", "exchange"), AccountSettings("cold", "csv", addresses=("0xAbC1",)))
    book = RawBook(tmp_path, settings={"accounts": accounts})
    sent = row("w", "withdrawal", "2025-01-05", "-5 ETH")
    book.add("kraken", "withdrawals", replace(sent, counterparty="0xabc1"))
    book.add("cold", "deposits", row("d", "deposit", "2025-01-05 00:20", "5 ETH"))
    with book.run(LEGS, TRANSFERS) as ask:
        assert ask("SELECT rule, is_confirmed FROM ledger.transfers") == [("address", True)]


def test_transfers__an_amount_less_a_plausible_fee__is_proposed_and_an_implausible_one_is_not(tmp_path: Path) -> None:
    book = RawBook(tmp_path)
    book.add("kraken", "withdrawals", row("w1", "withdrawal", "2025-01-05", "-5 ETH"))
    book.add("cold", "deposits", row("d1", "deposit", "2025-01-05 00:20", "4.998 ETH"))
    book.add("kraken", "withdrawals", row("w2", "withdrawal", "2025-03-05", "-5 ETH"))
    book.add("cold", "deposits", row("d2", "deposit", "2025-03-05 00:20", "4.8 ETH"))
    with book.run(LEGS, TRANSFERS) as ask:
        assert ask("SELECT quantity, fee_quantity, rule, is_booked FROM ledger.transfers") == [
            (Decimal("4.998"), Decimal("0.002"), "amount_fee_time", False)
        ]


def test_transfers__an_amount_that_one_source_rounds__moves_what_both_tell(tmp_path: Path) -> None:
    book = RawBook(tmp_path)
    book.price("ETH", "2025-01-05", "3000")
    book.add("kraken", "trades", row("b", "trade", "2025-01-01", "9 ETH", "-9000 USD"))
    book.add("kraken", "withdrawals", row("w", "withdrawal", "2025-01-05", "-1.2345 ETH", tx_hash="0xaa"))
    book.add("cold", "deposits", row("d", "deposit", "2025-01-05 00:20", "1.23454321 ETH", tx_hash="0xaa"))
    book.build()
    assert book.ask("SELECT quantity, rule, is_confirmed FROM ledger.transfers") == [
        (Decimal("1.2345"), "tx_hash", True)
    ]
    assert book.ask("SELECT problem, account, quantity FROM quality.problems") == [
        ("rounded_transfer", "cold", Decimal("0.00004321"))
    ]


def test_transfers__a_part_of_what_left__leaves_the_rest_unpaired(tmp_path: Path) -> None:
    """Three of five came by the same hash: the other two went elsewhere, or the three came from somebody else."""
    book = RawBook(tmp_path)
    book.add("kraken", "trades", row("b", "trade", "2025-01-01", "9 ETH", "-9000 USD"))
    book.add("kraken", "withdrawals", row("w", "withdrawal", "2025-01-05", "-5 ETH", tx_hash="0xaa"))
    book.add("cold", "deposits", row("d", "deposit", "2025-01-05 00:20", "3 ETH", tx_hash="0xaa"))
    book.build()
    assert book.ask("SELECT quantity, confidence, is_booked FROM ledger.transfers") == [
        (Decimal(3), Decimal("0.55"), False)
    ]
    assert book.ask("SELECT problem, quantity FROM quality.problems ORDER BY ALL") == [
        ("unconfirmed_transfer", Decimal(3)),
        ("unpaired_deposit", Decimal(3)),
        ("unpaired_withdrawal", Decimal(5)),
    ]


def test_lots__of_a_withdrawal_that_arrived_in_parts__move_part_by_part(tmp_path: Path) -> None:
    book = RawBook(tmp_path)
    book.price("BTC", "2025-01-05", "50000")
    book.add("kraken", "trades", row("b", "trade", "2025-01-01", "3 BTC", "-90000 USD"))
    book.add("kraken", "withdrawals", row("w", "withdrawal", "2025-01-05", "-2.5 BTC", tx_hash="ab"))
    book.add(
        "cold",
        "deposits",
        row("d1", "deposit", "2025-01-05 01:00", "1 BTC", tx_hash="ab"),
        row("d2", "deposit", "2025-01-05 01:00", "1.499 BTC", tx_hash="ab"),
    )
    book.build()
    assert book.ask("SELECT account, quantity, cost_usd FROM lots.open_lots ORDER BY ALL") == [
        ("cold", Decimal("2.499"), Decimal(74970)),
        ("kraken", Decimal("0.5"), Decimal(15000)),
    ]
    assert book.ask("SELECT transaction_id, kind, quantity, proceeds_usd, cost_usd FROM lots.disposals") == [
        ("kraken/withdrawals/w", "transfer_fee", Decimal("0.001"), Decimal(50), Decimal(30))
    ]


def test_transfers__that_the_person_tells__are_pairs_before_any_other(tmp_path: Path) -> None:
    book = RawBook(tmp_path)
    book.add("kraken", "withdrawals", row("w", "withdrawal", "2025-01-05", "-5 ETH"))
    book.add("cold", "deposits", row("d", "deposit", "2025-01-05 00:20", "5 ETH"))
    book.add("warm", "deposits", row("e", "deposit", "2025-04-05", "4.9 ETH"))
    decide(book, pair(book, "kraken/withdrawals/w", "warm/deposits/e"))
    with book.run(LEGS, TRANSFERS) as ask:
        assert ask("SELECT to_account, quantity, fee_quantity, rule, is_confirmed FROM ledger.transfers") == [
            ("warm", Decimal("4.9"), Decimal("0.1"), "told", True)
        ]


@pytest.mark.parametrize("tx_hash", [None, "0xab"])
def test_transfers__that_the_person_says_are_none__are_not_proposed_again(tmp_path: Path, tx_hash: str | None) -> None:
    book = RawBook(tmp_path)
    book.add("kraken", "withdrawals", row("w", "withdrawal", "2025-01-05", "-5 ETH", tx_hash=tx_hash))
    book.add("cold", "deposits", row("d", "deposit", "2025-01-05 00:20", "5 ETH", tx_hash=tx_hash))
    decide(book, pair(book, "kraken/withdrawals/w", "cold/deposits/d", is_transfer=False))
    with book.run(LEGS, TRANSFERS) as ask:
        assert ask(_ALL) == []


def test_transfers__money_between_accounts__is_none(tmp_path: Path) -> None:
    book = RawBook(tmp_path)
    book.add("kraken", "withdrawals", row("w", "withdrawal", "2025-01-05", "-500 EUR"))
    book.add("bank", "deposits", row("d", "deposit", "2025-01-06", "500 EUR"))
    with book.run(LEGS, TRANSFERS) as ask:
        assert ask(_ALL) == []
