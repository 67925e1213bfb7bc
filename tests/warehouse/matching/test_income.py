"""Income: what arrives makes a lot at its value, and nothing else does."""

from decimal import Decimal
from pathlib import Path

from support.golden import golden_example
from support.raw_book import RawBook, row
from warehouse.ledger.legs import LEGS
from warehouse.ledger.postings import POSTINGS
from warehouse.ledger.transfers import TRANSFERS
from warehouse.market.prices import PRICES_STEP
from warehouse.market.spam import SPAM
from warehouse.matching.events import EVENTS
from warehouse.matching.identifications import IDENTIFICATIONS
from warehouse.matching.income import INCOME
from warehouse.matching.lots import LOTS

STEPS = (LEGS, PRICES_STEP, SPAM, TRANSFERS, POSTINGS, EVENTS, IDENTIFICATIONS, LOTS, INCOME)


def test_income__commission_kept_back_from_a_reward__is_neither_income_nor_a_sale(tmp_path: Path) -> None:
    # 1 AA rewarded at 3 USD, 0.2 AA kept back: 0.8 AA x 3 = 2.40 received. The older lot of 5 stays whole.
    book = RawBook(tmp_path)
    book.price("AA", "2025-06-02", "3")
    book.add("k", "trades", row("buy", "trade", "2025-01-05", "5 AA", "-10 USD"))
    book.add("k", "ledger", row("staked", "reward", "2025-06-02", "1 AA", fee=["-0.2 AA"]))
    with book.run(*STEPS) as ask:
        assert ask("SELECT quantity, value_usd FROM tax.income") == [(Decimal("0.8"), Decimal("2.4"))]
        assert ask("SELECT count(*) FROM lots.disposals") == [(0,)]
        assert ask("SELECT origin, quantity, cost_usd FROM lots.lots ORDER BY acquired_at") == [
            ("trade", Decimal(5), Decimal(10)),
            ("reward", Decimal("0.8"), Decimal("2.4")),
        ]


def test_income__fee_in_another_coin__disposes_of_that_coin(tmp_path: Path) -> None:
    # 1 AA rewarded at 3 USD; the fee of 2 CC at 0.50 each is spent: proceeds 1.00, cost 0.25 x 2 = 0.50.
    book = RawBook(tmp_path)
    book.price("AA", "2025-06-02", "3")
    book.price("CC", "2025-06-02", "0.5")
    book.add("k", "trades", row("buy", "trade", "2025-01-05", "4 CC", "-1 USD"))
    book.add("k", "ledger", row("staked", "reward", "2025-06-02", "1 AA", fee=["-2 CC"]))
    with book.run(*STEPS) as ask:
        assert ask("SELECT quantity, value_usd FROM tax.income") == [(Decimal(1), Decimal(3))]
        assert ask("SELECT asset, quantity, proceeds_usd, cost_usd FROM lots.disposals") == [
            ("CC", Decimal(2), Decimal(1), Decimal("0.5"))
        ]


def test_income__in_money__is_income_without_a_lot(tmp_path: Path) -> None:
    book = RawBook(tmp_path)
    book.add("k", "ledger", row("bonus", "interest", "2025-06-02", "7.5 USD"))
    with book.run(*STEPS) as ask:
        assert ask("SELECT kind, value_usd FROM tax.income") == [("interest", Decimal("7.5"))]
        assert ask("SELECT count(*) FROM lots.lots") == [(0,)]


def test_income__without_a_price__has_no_value_and_is_not_zero(tmp_path: Path) -> None:
    book = RawBook(tmp_path)
    book.add("k", "ledger", row("dropped", "airdrop", "2025-06-02", "100 ZZ"))
    with book.run(*STEPS) as ask:
        assert ask("SELECT value_usd FROM tax.income") == [(None,)]
        assert ask("SELECT cost_usd FROM lots.lots") == [(None,)]


def test_income__us_rr2019_24_s1__a_fork_of_which_nothing_came_is_no_income(tmp_path: Path) -> None:
    """50 M are held through a fork; N is created and nothing is received, so nothing is there to be booked."""
    example = golden_example("us-rr2019-24-s1")
    book = RawBook(tmp_path)
    book.price("N", "2025-06-02", "3")
    book.add("k", "trades", row("buy", "trade", "2025-01-05", "50 M", "-10 USD"))
    with book.run(*STEPS) as ask:
        ((income,),) = ask("SELECT coalesce(sum(value_usd), 0) FROM tax.income")
        assert income == Decimal(example["expected"]["income"])


def test_income__us_rr2023_14__is_that_of_the_day_on_which_the_reward_can_be_moved(tmp_path: Path) -> None:
    """2 M are earned on Date 1 at 5, locked through Date 2 and free on Date 3 at 7: income is 14, on Date 3.

    What the venue shows as earned and locked is pending: it is in raw, and in no book.
    """
    example = golden_example("us-rr2023-14")
    dates = {"Date 1": "2025-06-02", "Date 3": "2025-06-20"}
    book = RawBook(tmp_path)
    book.price("M", dates["Date 1"], "5")
    book.price("M", dates["Date 3"], "7")
    book.add(
        "k",
        "ledger",
        row("earned", "reward", dates["Date 1"], "2 M", status="pending"),
        row("freed", "reward", dates[example["expected"]["income_date"]], "2 M"),
    )
    with book.run(*STEPS) as ask:
        assert ask("SELECT received_at::DATE::VARCHAR, value_usd FROM tax.income") == [("2025-06-20", Decimal(14))]
