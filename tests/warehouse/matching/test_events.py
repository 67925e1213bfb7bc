"""What each kind of transaction means for lots, from rows of raw to lots, disposals, income and problems."""

from decimal import Decimal
from pathlib import Path

import pytest

from connectors.records import Kind
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
from warehouse.quality.balances import BALANCES
from warehouse.quality.coverage import COVERAGE
from warehouse.quality.differences import BALANCE_DIFFERENCES
from warehouse.quality.problems import PROBLEMS

STEPS = (
    LEGS, COVERAGE, PRICES_STEP, SPAM, BALANCES, TRANSFERS, POSTINGS, EVENTS, IDENTIFICATIONS, LOTS, INCOME,
    BALANCE_DIFFERENCES, PROBLEMS,
)  # fmt: skip
_OPEN = "SELECT account, asset, quantity, cost_usd FROM lots.open_lots ORDER BY ALL"
_PROBLEMS = "SELECT problem, account, asset, quantity FROM quality.problems ORDER BY ALL"


@pytest.mark.parametrize("kind", ["reward", "airdrop", "mining", "interest", "fork", "income"])
def test_income__of_any_kind__makes_a_lot_at_its_value(tmp_path: Path, kind: Kind) -> None:
    book = RawBook(tmp_path)
    book.price("KAS", "2025-01-05", "0.12")
    book.add("k", "ledger", row("1", kind, "2025-01-05 08:00", "1000 KAS"))
    with book.run(*STEPS) as ask:
        assert ask(_OPEN) == [("k", "KAS", Decimal(1000), Decimal(120))]
        assert ask("SELECT kind, quantity, value_usd, tax_year FROM tax.income") == [
            (kind, Decimal(1000), Decimal(120), 2025)
        ]
        assert ask("SELECT origin FROM lots.lots") == [(kind,)]
        assert ask(_PROBLEMS) == []


def test_income__in_money__is_income_and_no_lot(tmp_path: Path) -> None:
    book = RawBook(tmp_path)
    book.add("k", "ledger", row("1", "interest", "2025-01-05", "12.34 USD"))
    with book.run(*STEPS) as ask:
        assert ask(_OPEN) == []
        assert ask("SELECT asset, value_usd FROM tax.income") == [("USD", Decimal("12.34"))]


def test_income__without_a_price__is_listed_and_nothing_is_zero(tmp_path: Path) -> None:
    book = RawBook(tmp_path)
    book.add("k", "ledger", row("1", "airdrop", "2025-01-05", "5 NEW"))
    with book.run(*STEPS) as ask:
        assert ask("SELECT value_usd FROM tax.income") == [(None,)]
        assert ask(_OPEN) == [("k", "NEW", Decimal(5), None)]
        assert ask(_PROBLEMS) == [("missing_price", "k", "NEW", Decimal(5))]
        assert ask("SELECT detail FROM quality.problems") == [
            (
                (
                    "5 NEW in k has no price on 2025-01-05 nor in the three days before, and a cost or gain rests on "
                    "it. Add one to prices.csv"
                ),
            )
        ]


def test_income__in_the_taxpayers_time_zone__belongs_to_the_year_of_its_date_there(tmp_path: Path) -> None:
    from zoneinfo import ZoneInfo  # noqa: PLC0415

    book = RawBook(tmp_path, settings={"time_zone": ZoneInfo("America/New_York")})
    book.add(
        "k",
        "ledger",
        row("1", "interest", "2025-01-01 04:59", "1 USD"),
        row("2", "interest", "2025-01-01 05:00", "2 USD"),
    )
    with book.run(*STEPS) as ask:
        assert ask("SELECT value_usd, tax_year FROM tax.income ORDER BY ALL") == [
            (Decimal(1), 2024),
            (Decimal(2), 2025),
        ]


@pytest.mark.parametrize("kind", ["gift_out", "donation", "lost", "theft"])
def test_leaving__as_a_gift_or_a_loss__takes_lots_and_realizes_nothing(tmp_path: Path, kind: Kind) -> None:
    book = RawBook(tmp_path)
    book.price("BTC", "2025-02-05", "99000")
    book.add("k", "trades", row("1", "trade", "2025-01-05", "2 BTC", "-80000 USD"))
    book.add("k", "ledger", row("2", kind, "2025-02-05", "-1 BTC"))
    with book.run(*STEPS) as ask:
        assert ask("SELECT kind, is_taxable, quantity, cost_usd, proceeds_usd, gain_usd FROM lots.disposals") == [
            (kind, False, Decimal(1), Decimal(40000), None, None)
        ]
        assert ask(_OPEN) == [("k", "BTC", Decimal(1), Decimal(40000))]
        assert ask(_PROBLEMS) == []


def test_gift_in__without_the_givers_cost__is_a_lot_of_unknown_cost_and_a_problem(tmp_path: Path) -> None:
    book = RawBook(tmp_path)
    book.price("BTC", "2025-02-05", "99000")
    book.add("k", "ledger", row("1", "gift_in", "2025-02-05", "1 BTC"))
    with book.run(*STEPS) as ask:
        assert ask(_OPEN) == [("k", "BTC", Decimal(1), None)]
        assert ask(_PROBLEMS) == [("gift_without_basis", "k", "BTC", Decimal(1))]
        assert ask("SELECT count(*) FROM tax.income") == [(0,)]


def test_sale__of_more_than_the_lots__is_a_missing_basis_of_exactly_the_rest(tmp_path: Path) -> None:
    book = RawBook(tmp_path)
    book.add("k", "trades", row("1", "trade", "2025-01-05", "1 BTC", "-40000 USD"))
    book.add("k", "trades", row("2", "trade", "2025-02-05", "-3 BTC", "150000 USD"))
    with book.run(*STEPS) as ask:
        assert ask("SELECT quantity, proceeds_usd, gain_usd FROM lots.disposals") == [
            (Decimal(1), Decimal(50000), Decimal(10000))
        ]
        assert ask("SELECT problem, quantity, value_usd FROM quality.problems") == [
            ("missing_basis", Decimal(2), Decimal(100000))
        ]


def test_swap__without_any_price__is_unproven_and_listed_on_both_sides(tmp_path: Path) -> None:
    book = RawBook(tmp_path)
    book.add("k", "trades", row("1", "trade", "2025-01-05", "10 AAA", "-40 USD"))
    book.add("k", "trades", row("2", "trade", "2025-02-05", "-10 AAA", "3 BBB"))
    with book.run(*STEPS) as ask:
        assert ask("SELECT cost_usd, proceeds_usd, gain_usd FROM lots.disposals") == [(Decimal(40), None, None)]
        assert ask(_OPEN) == [("k", "BBB", Decimal(3), None)]
        assert ask(_PROBLEMS) == [
            ("missing_price", "k", "AAA", Decimal(10)),
            ("missing_price", "k", "BBB", Decimal(3)),
        ]


def test_swap__of_several_coins__shares_the_proceeds_to_the_last_unit(tmp_path: Path) -> None:
    # 3 AAA, 3 BBB and 3 CCC, each worth 3, for 1 BNB worth 10: 3.33333333 each, the last takes the remainder.
    book = RawBook(tmp_path)
    for coin in ("AAA", "BBB", "CCC"):
        book.price(coin, "2025-02-05", "1")
        book.add("k", "trades", row(coin, "trade", "2025-01-05", f"3 {coin}", "-1 USD"))
    book.price("BNB", "2025-02-05", "10")
    book.add("k", "conversions", row("dust", "trade", "2025-02-05", "-3 AAA", "-3 BBB", "-3 CCC", "1 BNB"))
    with book.run(*STEPS) as ask:
        assert ask("SELECT asset, proceeds_usd FROM lots.disposals ORDER BY asset") == [
            ("AAA", Decimal("3.33333333")),
            ("BBB", Decimal("3.33333333")),
            ("CCC", Decimal("3.33333334")),
        ]


def test_transfer__between_accounts__carries_lots_with_their_cost_and_date(tmp_path: Path) -> None:
    book = RawBook(tmp_path)
    book.add("k", "trades", row("1", "trade", "2024-01-05", "1 BTC", "-40000 USD"))
    book.add("k", "withdrawals", row("w", "withdrawal", "2025-02-05", "-1 BTC", tx_hash="h"))
    book.add("cold", "deposits", row("d", "deposit", "2025-02-06", "1 BTC", tx_hash="h"))
    book.add("cold", "trades", row("s", "trade", "2025-03-05", "-1 BTC", "90000 USD"))
    with book.run(*STEPS) as ask:
        assert ask("SELECT account, lot_id, gain_usd, term FROM lots.disposals") == [
            ("cold", "k/trades/1#1", Decimal(50000), "long")
        ]
        assert ask(_PROBLEMS) == []


def test_transfer__seen_arriving_before_it_left__can_be_sold_from_its_arrival(tmp_path: Path) -> None:
    book = RawBook(tmp_path)
    book.add("k", "trades", row("1", "trade", "2024-01-05", "1 BTC", "-40000 USD"))
    book.add("k", "withdrawals", row("w", "withdrawal", "2025-02-05 12:10", "-1 BTC"))
    book.add("cold", "deposits", row("d", "deposit", "2025-02-05 12:00", "1 BTC"))
    book.add("cold", "trades", row("s", "trade", "2025-02-05 12:05", "-1 BTC", "90000 USD"))
    with book.run(*STEPS) as ask:
        assert ask("SELECT gain_usd FROM lots.disposals") == [(Decimal(50000),)]


def test_withdrawal__that_no_account_shows_arriving__keeps_its_lots_outside(tmp_path: Path) -> None:
    book = RawBook(tmp_path)
    book.add("k", "trades", row("1", "trade", "2024-01-05", "1 BTC", "-40000 USD"))
    book.add("k", "withdrawals", row("w", "withdrawal", "2025-02-05", "-0.25 BTC"))
    with book.run(*STEPS) as ask:
        assert ask(_OPEN) == [
            ("k", "BTC", Decimal("0.75"), Decimal(30000)),
            ("outside", "BTC", Decimal("0.25"), Decimal(10000)),
        ]
        assert ask(_PROBLEMS) == [("unpaired_withdrawal", "k", "BTC", Decimal("0.25"))]


@pytest.mark.parametrize(
    ("transaction", "problem"),
    [
        (row("1", "deposit", "2025-02-05", "1 BTC"), "unpaired_deposit"),
        (row("1", "unknown", "2025-02-05", "1 BTC"), "unknown_kind"),
        (row("1", "margin", "2025-02-05", "1 BTC"), "margin_not_supported"),
        (row("1", "trade", "2025-02-05", "1 BTC"), "one_sided_trade"),
        (row("1", "theft", "2025-02-05", "1 BTC"), "unknown_kind"),
    ],
)
def test_arrival__that_is_not_understood__makes_no_lot_but_a_problem(
    tmp_path: Path, transaction: object, problem: str
) -> None:
    book = RawBook(tmp_path)
    book.add("k", "ledger", transaction)  # type: ignore[arg-type]
    with book.run(*STEPS) as ask:
        assert ask(_OPEN) == []
        assert ask(_PROBLEMS) == [(problem, "k", "BTC", Decimal(1))]


@pytest.mark.parametrize(
    ("kind", "problem"),
    [("unknown", "unknown_kind"), ("margin", "margin_not_supported"), ("trade", "one_sided_trade")],
)
def test_departure__that_is_not_understood__keeps_its_lots_outside(tmp_path: Path, kind: Kind, problem: str) -> None:
    book = RawBook(tmp_path)
    book.add("k", "trades", row("1", "trade", "2024-01-05", "1 BTC", "-40000 USD"))
    book.add("k", "ledger", row("2", kind, "2025-02-05", "-1 BTC"))
    with book.run(*STEPS) as ask:
        assert ask(_OPEN) == [("outside", "BTC", Decimal(1), Decimal(40000))]
        assert ask(_PROBLEMS) == [(problem, "k", "BTC", Decimal(1))]


def test_money__traded_for_money__touches_no_lot(tmp_path: Path) -> None:
    book = RawBook(tmp_path)
    book.add("k", "trades", row("1", "trade", "2025-01-05", "100 EUR", "-105 USD", fee=["-0.1 USD"]))
    with book.run(*STEPS) as ask:
        assert ask("SELECT count(*) FROM lots.events") == [(0,)]
        assert ask(_PROBLEMS) == []


def test_fee__that_stands_alone__is_a_disposal_at_its_value(tmp_path: Path) -> None:
    book = RawBook(tmp_path)
    book.price("ETH", "2025-02-05", "3000")
    book.add("k", "trades", row("1", "trade", "2025-01-05", "1 ETH", "-2000 USD"))
    book.add("k", "ledger", row("2", "fee", "2025-02-05", "-0.01 ETH"))
    with book.run(*STEPS) as ask:
        assert ask("SELECT kind, proceeds_usd, cost_usd, gain_usd FROM lots.disposals") == [
            ("fee", Decimal(30), Decimal(20), Decimal(10))
        ]


def test_buy_and_sale__of_one_instant__are_taken_in_that_order(tmp_path: Path) -> None:
    book = RawBook(tmp_path)
    book.add(
        "k",
        "trades",
        row("A", "trade", "2025-01-05", "-1 ETH", "2100 USD", order=2),
        row("B", "trade", "2025-01-05", "1 ETH", "-2000 USD", order=1),
    )
    with book.run(*STEPS) as ask:
        assert ask("SELECT gain_usd FROM lots.disposals") == [(Decimal(100),)]
        assert ask(_PROBLEMS) == []
