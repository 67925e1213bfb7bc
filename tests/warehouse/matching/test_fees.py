"""Whose cost a fee is: the official examples end to end from rows of raw, and the cases they leave open."""

from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from support.golden import golden_example
from support.raw_book import Ask, RawBook, row
from warehouse.ledger.legs import LEGS
from warehouse.ledger.postings import POSTINGS
from warehouse.ledger.transfers import TRANSFERS
from warehouse.market.prices import PRICES_STEP
from warehouse.market.spam import SPAM
from warehouse.matching.events import EVENTS
from warehouse.matching.identifications import IDENTIFICATIONS
from warehouse.matching.lots import LOTS
from warehouse.settings import LotSettings

STEPS = (LEGS, PRICES_STEP, SPAM, TRANSFERS, POSTINGS, EVENTS, IDENTIFICATIONS, LOTS)
DAY = "2025-06-02"


def _book(tmp_path: Path, **unit_values: str) -> RawBook:
    """A book that bought 20 of coin AA at 0.50, with the prices of the example's day."""
    book = RawBook(tmp_path)
    for asset, price in unit_values.items():
        book.price(asset, DAY, price)
    book.add("k", "trades", row("buy", "trade", "2025-01-05", "20 AA", "-10 USD"))
    return book


def _disposed(ask: Ask, asset: str) -> dict[str, Decimal]:
    rows = ask(
        "SELECT sum(quantity), sum(proceeds_usd), sum(cost_usd), sum(gain_usd) FROM lots.disposals "
        f"WHERE asset = '{asset}'"
    )
    return dict(zip(("quantity", "proceeds", "basis", "gain"), rows[0], strict=True))


def _amounts(expected: dict[str, Any]) -> tuple[Decimal, Decimal, Decimal]:
    return Decimal(expected["amount_realized"]), Decimal(expected["basis"]), Decimal(expected["gain"])


def test_fee__us_1001_7_ex1__paid_in_cash_on_coins_for_services__reduces_the_amount_realized(tmp_path: Path) -> None:
    expected = golden_example("us-1001-7-ex1")["expected"]
    book = _book(tmp_path, AA="1")  # 10 units for services worth 10
    book.add("k", "ledger", row("pay", "spend", DAY, "-10 AA", fee=["-1 USD"]))
    with book.run(*STEPS) as ask:
        disposed = _disposed(ask, "AA")
        assert (disposed["proceeds"], disposed["basis"], disposed["gain"]) == _amounts(expected)


def test_fee__us_1001_7_ex2_and_1012_h_ex1__paid_in_cash_on_a_swap__is_all_of_the_coin_given(tmp_path: Path) -> None:
    expected = golden_example("us-1001-7-ex2")["expected"]
    book = _book(tmp_path, AA="2", BB="1")
    book.add("k", "trades", row("swap", "trade", DAY, "-10 AA", "20 BB", fee=["-2 USD"]))
    with book.run(*STEPS) as ask:
        disposed = _disposed(ask, "AA")
        assert (disposed["proceeds"], disposed["basis"], disposed["gain"]) == _amounts(expected["A"])
        assert ask("SELECT cost_usd FROM lots.open_lots WHERE asset = 'BB'") == [(Decimal(expected["B"]["basis"]),)]
        assert golden_example("us-1012-h-ex1")["expected"]["B_total_basis"] == expected["B"]["basis"]


def test_fee__us_1001_7_ex4_and_1012_h_ex3__withheld_from_the_coin_given__is_given_too(tmp_path: Path) -> None:
    expected = golden_example("us-1001-7-ex4")["expected"]
    book = _book(tmp_path, AA="2", BB="1")
    book.add("k", "trades", row("swap", "trade", DAY, "-9 AA", "18 BB", fee=["-1 AA"]))
    with book.run(*STEPS) as ask:
        disposed = _disposed(ask, "AA")
        assert disposed["quantity"] == Decimal(expected["A"]["qty_disposed"])
        assert (disposed["proceeds"], disposed["basis"], disposed["gain"]) == _amounts(expected["A"])
        assert ask("SELECT quantity, cost_usd FROM lots.open_lots WHERE asset = 'BB'") == [
            (Decimal(expected["B"]["qty"]), Decimal(expected["B"]["basis"]))
        ]
        assert golden_example("us-1012-h-ex3")["expected"]["B_total_basis"] == expected["B"]["basis"]


def test_fee__paid_in_a_third_coin_on_a_swap__disposes_of_it_and_is_all_of_the_coin_given(tmp_path: Path) -> None:
    # FACTS 1.A, Reg. 1.1001-7(b)(2): 10 AA for 20 BB worth 20; the fee of 0.5 CC is worth 2.
    book = _book(tmp_path, BB="1", CC="4")
    book.add("k", "trades", row("c", "trade", "2025-01-05", "5 CC", "-5 USD"))
    book.add("k", "trades", row("swap", "trade", DAY, "-10 AA", "20 BB", fee=["-0.5 CC"]))
    with book.run(*STEPS) as ask:
        assert _disposed(ask, "AA") == {
            "quantity": Decimal(10), "proceeds": Decimal(18), "basis": Decimal(5), "gain": Decimal(13)
        }  # fmt: skip
        assert _disposed(ask, "CC") == {
            "quantity": Decimal("0.5"), "proceeds": Decimal(2), "basis": Decimal("0.5"), "gain": Decimal("1.5")
        }  # fmt: skip
        assert ask("SELECT kind, is_taxable FROM lots.disposals WHERE asset = 'CC'") == [("fee", True)]
        assert ask("SELECT cost_usd FROM lots.open_lots WHERE asset = 'BB'") == [(Decimal(20),)]


def test_fee__paid_in_a_third_coin_on_a_purchase__joins_the_cost(tmp_path: Path) -> None:
    book = _book(tmp_path, CC="4")
    book.add("k", "trades", row("c", "trade", "2025-01-05", "5 CC", "-5 USD"))
    book.add("k", "trades", row("buy2", "trade", DAY, "7 BB", "-70 USD", fee=["-0.5 CC"]))
    with book.run(*STEPS) as ask:
        assert ask("SELECT cost_usd FROM lots.open_lots WHERE asset = 'BB'") == [(Decimal(72),)]
        assert _disposed(ask, "CC")["proceeds"] == Decimal(2)


def test_fee__paid_in_a_third_coin_on_a_sale__reduces_the_proceeds(tmp_path: Path) -> None:
    book = _book(tmp_path, CC="4")
    book.add("k", "trades", row("c", "trade", "2025-01-05", "5 CC", "-5 USD"))
    book.add("k", "trades", row("sell", "trade", DAY, "-10 AA", "30 USD", fee=["-0.5 CC"]))
    with book.run(*STEPS) as ask:
        assert _disposed(ask, "AA")["proceeds"] == Decimal(28)


@pytest.mark.parametrize(
    ("moved", "fee", "lots", "proceeds"),
    [
        # Bought for cash, 1 % withheld from what was received: the cash paid is the cost of the net.
        (("10 BB", "-50 USD"), "-0.1 BB", ("9.9", "50"), None),
        # Swapped at 2 each, withheld from what was received: cost and proceeds are the value of the net, 19.8.
        (("-10 AA", "10 BB"), "-0.1 BB", ("9.9", "19.8"), "19.8"),
        # A stablecoin given values the gross (10 BB = 20); the net is 99 % of it.
        (("-20 USDT", "10 BB"), "-0.1 BB", ("9.9", "19.8"), None),
        # A rebate in the received coin: more of it, at its value.
        (("-10 AA", "10 BB"), "0.1 BB", ("10.1", "20.2"), "20.2"),
        # A rebate in money on a purchase lowers the cost.
        (("10 BB", "-50 USD"), "1 USD", ("10", "49"), None),
    ],
)
def test_fee__withheld_from_the_received_coin__leaves_the_net(
    tmp_path: Path, moved: tuple[str, str], fee: str, lots: tuple[str, str], proceeds: str | None
) -> None:
    book = _book(tmp_path, BB="2", USDT="1")
    book.add("k", "trades", row("usdt", "trade", "2025-01-05", "100 USDT", "-100 USD"))
    book.add("k", "trades", row("t", "trade", DAY, *moved, fee=[fee]))
    with book.run(*STEPS) as ask:
        assert ask("SELECT quantity, cost_usd FROM lots.open_lots WHERE asset = 'BB'") == [
            (Decimal(lots[0]), Decimal(lots[1]))
        ]
        if proceeds is not None:
            assert _disposed(ask, "AA")["proceeds"] == Decimal(proceeds)


def test_fee__taken_from_the_coin_sold_for_money__is_sold_for_nothing_more(tmp_path: Path) -> None:
    book = _book(tmp_path)
    book.add("k", "trades", row("sell", "trade", DAY, "-9 AA", "27 USD", fee=["-1 AA"]))
    with book.run(*STEPS) as ask:
        assert _disposed(ask, "AA") == {
            "quantity": Decimal(10), "proceeds": Decimal(27), "basis": Decimal(5), "gain": Decimal(22)
        }  # fmt: skip


def test_fee__in_the_coin_of_a_withdrawal__goes_at_its_value_and_the_rest_moves(tmp_path: Path) -> None:
    book = _book(tmp_path, AA="3")
    book.add("k", "withdrawals", row("w", "withdrawal", DAY, "-10 AA", fee=["-1 AA"], tx_hash="h"))
    book.add("cold", "deposits", row("d", "deposit", f"{DAY} 01:00", "9.5 AA", tx_hash="h"))
    with book.run(*STEPS) as ask:
        assert ask("SELECT account, quantity, cost_usd FROM lots.open_lots ORDER BY account") == [
            ("cold", Decimal("9.5"), Decimal("4.75")),
            ("k", Decimal(9), Decimal("4.5")),
        ]
        assert ask("SELECT kind, quantity, proceeds_usd FROM lots.disposals") == [
            ("transfer_fee", Decimal("1.5"), Decimal("4.5"))
        ]


def test_fee__a_fee_without_a_price__leaves_the_sales_gain_unproven(tmp_path: Path) -> None:
    book = _book(tmp_path)
    book.add("k", "trades", row("c", "trade", "2025-01-05", "5 CC", "-5 USD"))
    book.add("k", "trades", row("sell", "trade", DAY, "-10 AA", "30 USD", fee=["-0.5 CC"]))
    with book.run(*STEPS) as ask:
        assert ask("SELECT asset, proceeds_usd, gain_usd FROM lots.disposals ORDER BY asset") == [
            ("AA", None, None),
            ("CC", None, None),
        ]


_BORNE = [
    ("given", "2024-06-02", "18", "20"),
    ("received", "2024-06-02", "20", "22"),
    ("split", "2024-06-02", "19", "21"),
    ("received", DAY, "18", "20"),
    ("split", DAY, "18", "20"),
]


@pytest.mark.parametrize("case", _BORNE)
@pytest.mark.parametrize("fee", ["-2 USD", "-4 CC"])
def test_fee__of_a_swap_before_2025__is_borne_as_configured(
    tmp_path: Path, case: tuple[Any, str, str, str], fee: str
) -> None:
    """10 AA for 20 BB worth 20, and a fee worth 2 in money or a third coin: from 2025 on all of it lowers the sale."""
    borne_by, day, proceeds, cost = case
    book = RawBook(tmp_path)
    for asset, price in {"AA": "2", "BB": "1", "CC": "0.5"}.items():
        book.price(asset, day, price)
    book.add("k", "trades", row("1", "trade", "2024-01-05", "20 AA", "-10 USD"))
    book.add("k", "more", row("2", "trade", "2024-01-05", "20 CC", "-8 USD"))
    book.add("k", "trades", row("swap", "trade", day, "-10 AA", "20 BB", fee=[fee]))
    book.settings["lots"] = LotSettings(trade_fee_before_2025=borne_by)
    with book.run(*STEPS) as ask:
        assert _disposed(ask, "AA")["proceeds"] == Decimal(proceeds)
        assert ask("SELECT cost_usd FROM lots.open_lots WHERE asset = 'BB'") == [(Decimal(cost),)]


@pytest.mark.parametrize(("borne_by", "proceeds", "cost"), [("given", "18", "18"), ("received", "20", "20")])
def test_fee__in_the_coin_given_before_2025__is_borne_as_configured(
    tmp_path: Path, borne_by: Any, proceeds: str, cost: str
) -> None:
    """9 AA for 18 BB, and 1 AA worth 2 for the service of it: 10 AA bring 18 of BB, and 2 more if BB bears it."""
    book = RawBook(tmp_path)
    book.price("AA", "2024-06-02", "2")
    book.price("BB", "2024-06-02", "1")
    book.add("k", "trades", row("1", "trade", "2024-01-05", "20 AA", "-10 USD"))
    book.add("k", "trades", row("swap", "trade", "2024-06-02", "-9 AA", "18 BB", fee=["-1 AA"]))
    book.settings["lots"] = LotSettings(trade_fee_before_2025=borne_by)
    with book.run(*STEPS) as ask:
        assert _disposed(ask, "AA")["proceeds"] == Decimal(proceeds)
        assert ask("SELECT cost_usd FROM lots.open_lots WHERE asset = 'BB'") == [(Decimal(cost),)]


def test_fee__without_a_value_before_2025__leaves_cost_and_proceeds_open(tmp_path: Path) -> None:
    book = RawBook(tmp_path)
    book.price("BB", "2024-06-02", "1")
    book.add("k", "trades", row("1", "trade", "2024-01-05", "20 AA", "-10 USD"))
    book.add("k", "trades", row("swap", "trade", "2024-06-02", "-10 AA", "20 BB", fee=["-1 ZZ"]))
    book.settings["lots"] = LotSettings(trade_fee_before_2025="split")
    with book.run(*STEPS) as ask:
        assert _disposed(ask, "AA")["proceeds"] is None
        assert ask("SELECT cost_usd FROM lots.open_lots WHERE asset = 'BB'") == [(None,)]
