"""`harvest.plan` and its companions as the build makes them."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from support.empty_warehouse import (
    coverage,
    disposal,
    empty_book,
    failing_rows,
    fill,
    fill_open_lots,
    instant,
    open_lot,
    price,
    problem,
)
from warehouse.harvest.plan.steps import PLAN
from warehouse.harvest.steps import CANDIDATES
from warehouse.lots.methods import ChosenMethod
from warehouse.settings import AccountSettings, BookSettings, IncomeSettings, WashSaleSettings
from warehouse.steps import Book
from warehouse.tax.steps import YEAR_SUMMARY

AS_OF = instant("2026-11-24T07:00")
SETTINGS = BookSettings(
    accounts=(AccountSettings("kraken", "exchange"),), income=IncomeSettings(ordinary_income_usd=Decimal(120000))
)


@contextmanager
def a_book(settings: BookSettings = SETTINGS, *, as_of: datetime = AS_OF) -> Iterator[Book]:
    """BTC at 40,000, and a short-term gain of 9,000 in the year."""
    with empty_book(settings, as_of=as_of) as book:
        fill(book, "quality.coverage", coverage("kraken", as_of.isoformat()[:19]))
        fill(book, "market.prices", price("BTC", "40000", as_of.isoformat()[:19]))
        fill(book, "lots.disposals", disposal("d", f"{as_of:%Y}-03-01", "19000", "10000"))
        yield book


def planned(book: Book) -> tuple[list[dict[str, Any]], dict[str, Any]]:
    """The rows of the plan and its summary; every check holds."""
    for step in (YEAR_SUMMARY, CANDIDATES, PLAN):
        step.run(book)
    assert all(failing_rows(book, check) == [] for check in PLAN.checks)
    rows = book.connection.sql("SELECT * FROM harvest.plan ORDER BY rank").to_arrow_table().to_pylist()
    (summary,) = book.connection.sql("SELECT * FROM harvest.plan_summary").to_arrow_table().to_pylist()
    return rows, summary


def test_plan__one_loss__is_told_with_every_figure() -> None:
    """0.5 bought for 29,000 is sold for 20,000 less 80: a loss of 9,080 against the gain of 9,000.

    Taxable income 120,000 - 16,100 = 103,900; with the gain 112,900; both in the bracket of 22 % (2026, up to
    105,700) and of 24 % above: without 1,800 x 22 % + 7,200 x 24 % = 2,124 more, with 80 x 22 % = 17.60 less.
    """
    with a_book() as book:
        fill_open_lots(book, open_lot("a", "2026-03-01", "0.5", "29000"))
        (row,), summary = planned(book)
        lots = book.connection.sql("SELECT lot_id, quantity, term, gain_usd FROM harvest.plan_lots").fetchall()
    assert (row["rank"], row["sell_quantity"], row["short_loss_usd"], row["long_loss_usd"]) == (
        1,
        Decimal("0.5"),
        9080,
        0,
    )
    assert (row["cost_to_trade_usd"], row["tax_saved_usd"]) == (160, Decimal("2141.6"))
    assert row["deadline_at"] == datetime(2027, 1, 1, 5, tzinfo=UTC)
    assert (row["status"], row["reasons"], row["identify_command"]) == ("ready", [], None)
    assert lots == [("a", Decimal("0.5"), "short", Decimal(-9080))]
    assert summary["tax_without_usd"] - summary["tax_with_usd"] == Decimal("2141.6")
    assert summary["is_in_tax_dollars"] is True
    assert summary["gap"] == 0


@pytest.mark.parametrize(
    "law",
    [
        {"asset_classes": {"BTC": "etf"}},
        {"wash_sale": WashSaleSettings(coins_since=date(2026, 11, 24))},
    ],
)
def test_plan__loss_that_buying_back_would_undo__is_not_planned_and_says_why(law: dict[str, Any]) -> None:
    """Under IRC 1091 all of the 9,000 are disallowed when the same is bought back at once, so nothing is saved."""
    with a_book(replace(SETTINGS, **law)) as book:
        fill_open_lots(book, open_lot("a", "2026-03-01", "0.5", "29000"))
        rows, summary = planned(book)
        (told,) = book.connection.sql("SELECT status, reasons FROM harvest.candidates").fetchall()
    assert rows == []
    assert summary["tax_without_usd"] == summary["tax_with_usd"]
    assert (summary["left_out_lots"], summary["left_out_loss_usd"]) == (1, 9000)
    assert told[0] == "blocked"
    assert "IRC 1091 is in force" in told[1][0]


@pytest.mark.parametrize(
    ("sold", "asset", "classes", "is_blocked"),
    [
        ("2026-10-25T12:00", "BTC", {"BTC": "etf"}, True),  # 30 days before: a purchase of today is in its window
        ("2026-10-24T12:00", "BTC", {"BTC": "etf"}, False),  # 31 days
        ("2026-10-25T12:00", "WBTC", {"BTC": "etf", "WBTC": "etf"}, True),  # the same by configuration
        ("2026-10-25T12:00", "ETH", {"BTC": "etf", "ETH": "etf"}, False),
        ("2026-10-25T12:00", "BTC", {}, False),  # a coin, which the law does not reach
    ],
)
def test_plan__gain_of_what_was_sold_at_a_loss_lately__is_not_bought_back(
    sold: str, asset: str, classes: dict[str, Any], *, is_blocked: bool
) -> None:
    settings = replace(SETTINGS, asset_classes=classes, wash_sale=WashSaleSettings(groups=(("BTC", "WBTC"),)))
    with a_book(settings) as book:
        fill(book, "lots.disposals", disposal("lost", sold, "1000", "3000", asset=asset))
        fill_open_lots(book, open_lot("a", "2026-03-01", "0.5", "15000"))
        rows, _ = planned(book)
        (told,) = book.connection.sql("SELECT status, reasons FROM harvest.lot_values").fetchall()
    assert rows == []
    assert (told[0] == "blocked") is is_blocked
    assert any("BTC was sold at a loss on 2026-10-25" in reason for reason in told[1]) is is_blocked


def test_plan__law_that_is_not_in_force_yet__plans_the_loss() -> None:
    law = WashSaleSettings(coins_since=date(2026, 11, 25))
    with a_book(replace(SETTINGS, wash_sale=law)) as book:
        fill_open_lots(book, open_lot("a", "2026-03-01", "0.5", "29000"))
        (row,), _ = planned(book)
    assert row["tax_saved_usd"] == Decimal("2141.6")


@pytest.mark.parametrize(("income", "is_said"), [(Decimal(10000), False), (None, True)])
def test_plan__loss_carried_out__is_said_to_assume_income_only_where_none_is_known(
    income: Decimal | None, *, is_said: bool
) -> None:
    """Gain 9,000 less loss 21,000: 12,000. Income 10,000 - 16,100 - 3,000 = -9,100 uses none of it: 12,000 go on."""
    with a_book(replace(SETTINGS, income=IncomeSettings(ordinary_income_usd=income))) as book:
        fill(book, "lots.disposals", disposal("lost", "2026-04-01", "1000", "22000"))
        _, summary = planned(book)
    assert any("taxable income is not given" in note for note in summary["notes"]) is is_said
    assert summary["carried_without_usd"] == (9000 if income is None else 12000)


def test_plan__no_income_configured__is_in_loss_dollars_and_says_so() -> None:
    with a_book(replace(SETTINGS, income=IncomeSettings())) as book:
        fill_open_lots(book, open_lot("a", "2026-03-01", "0.5", "29000"))
        (row,), summary = planned(book)
    assert (row["counted_loss_usd"], row["tax_saved_usd"], row["net_benefit_usd"]) == (9080, None, None)
    assert summary["is_in_tax_dollars"] is False
    assert summary["tax_saved_usd"] is None
    assert any("ordinary_income_usd is not configured" in note for note in summary["notes"])


def test_plan__year_without_figures__is_named_and_no_tax_is_worked_out() -> None:
    with a_book(as_of=instant("2027-03-05T07:00")) as book:
        fill_open_lots(book, open_lot("a", "2026-09-01", "0.5", "29000"))
        (row,), summary = planned(book)
    assert row["tax_saved_usd"] is None
    assert any("figures of tax year 2027 are not known here" in note for note in summary["notes"])


def test_plan__lots_to_review_and_blocked__are_planned_with_reasons_and_left_out() -> None:
    with a_book() as book:
        fill(book, "market.prices", price("LTC", "50", "2026-11-24"))
        fill(book, "quality.problems", problem("missing_basis", "kraken", "BTC"))
        fill(book, "quality.problems", problem("unpaired_deposit", "kraken", "LTC"))
        fill_open_lots(
            book,
            open_lot("a", "2026-03-01", "0.5", "29000"),
            open_lot("b", "2026-03-01", "10", "900", asset="LTC"),
        )
        (row,), summary = planned(book)
    assert (row["asset"], row["status"]) == ("BTC", "review")
    assert any("purchases are missing" in reason for reason in row["reasons"])
    assert (summary["left_out_lots"], summary["left_out_loss_usd"]) == (1, 400)
    assert any("400.00 of loss in 1 lot is not planned" in note for note in summary["notes"])


def test_plan__specific_identification__names_the_lots_before_the_sale() -> None:
    account = AccountSettings("kraken", "exchange", (ChosenMethod("specific"),))
    with a_book(replace(SETTINGS, accounts=(account,))) as book:
        fill(
            book,
            "lots.methods",
            {"account": "kraken", "method": "specific", "wanted_method": "specific", "reason": "chosen"}
            | {"is_current": True},
        )
        fill_open_lots(
            book,
            open_lot("old", "2020-03-01", "1", "2000"),
            open_lot("new", "2026-03-01", "0.5", "29000"),
        )
        (row,), _ = planned(book)
    assert row["identify_command"] == "lotkeeper identify --account kraken --asset BTC --lots 'new:0.5'"


def test_plan__order_in_the_way__says_what_identification_would_bring() -> None:
    with a_book() as book:
        fill_open_lots(
            book,
            open_lot("old", "2020-03-01", "3", "2000"),
            open_lot("new", "2026-03-01", "0.5", "29000"),
        )
        rows, summary = planned(book)
    assert rows == []
    assert summary["net_benefit_usd"] == 0
    assert summary["identified_benefit_usd"] > 500


@pytest.mark.parametrize(
    ("zone", "as_of", "year", "deadline", "term"),
    [
        # half an hour before midnight on 31 December, where the taxpayer is; bought a year and a day before, or less
        ("America/New_York", "2025-01-01T04:30", 2024, "2025-01-01T05:00", "short"),
        ("Asia/Tokyo", "2024-12-31T14:30", 2024, "2024-12-31T15:00", "short"),
        ("Pacific/Auckland", "2024-12-31T10:30", 2024, "2024-12-31T11:00", "short"),
        # the same instant as New York's last hour is the next year in Tokyo
        ("Asia/Tokyo", "2025-01-01T04:30", 2025, "2025-12-31T15:00", "long"),
    ],
)
def test_plan__last_hour_of_a_leap_year__counts_where_the_taxpayer_is(
    zone: str, as_of: str, year: int, deadline: str, term: str
) -> None:
    """Bought on 31 December 2023 at noon UTC: long from 1 January 2025, on the taxpayer's calendar."""
    settings = replace(SETTINGS, time_zone=ZoneInfo(zone))
    with a_book(settings, as_of=instant(as_of)) as book:
        fill_open_lots(book, open_lot("a", "2023-12-31T08:00", "0.5", "29000"))
        (row,), summary = planned(book)
        ((found,),) = book.connection.sql("SELECT term FROM harvest.plan_lots").fetchall()
    assert summary["tax_year"] == year
    assert row["deadline_at"] == instant(deadline)
    assert found == term


@pytest.mark.parametrize(
    ("acquired", "as_of", "term"),
    [
        ("2024-02-29", "2025-02-28", "short"),
        ("2024-02-29", "2025-03-01", "long"),
        ("2023-02-28", "2024-02-29", "short"),
        ("2023-02-28", "2024-03-01", "long"),
    ],
)
def test_plan__leap_days__decide_the_term(acquired: str, as_of: str, term: str) -> None:
    """FACTS 1.B: acquired 2024-02-29, long from 2025-03-01; 2023-02-28, long from 2024-03-01."""
    with a_book(as_of=instant(f"{as_of}T17:00")) as book:
        fill_open_lots(book, open_lot("a", f"{acquired}T17:00", "0.5", "29000"))
        planned(book)
        ((found,),) = book.connection.sql("SELECT term FROM harvest.plan_lots").fetchall()
    assert found == term


def test_plan__what_the_venue_told__limits_the_sale_and_costs_what_it_says() -> None:
    """0.2 of 0.5 is free: sold for 8,000 less 1 %, it cost 11,600; buying back costs 2 %, and 3 of gas."""
    with a_book() as book:
        fill_open_lots(book, open_lot("a", "2026-03-01", "0.5", "29000"))
        fill(
            book,
            "harvest.trading_costs",
            {
                "as_of": AS_OF,
                "account": "kraken",
                "asset": "BTC",
                "held_quantity": Decimal("0.5"),
                "reachable_quantity": Decimal("0.2"),
                "source": "default",
                "fee_rate": Decimal("0.01"),
                "fee_source": "default",
                "sell_rate": Decimal("0.01"),
                "buy_rate": Decimal("0.02"),
                "fixed_usd": Decimal(2),
                "buy_fixed_usd": Decimal(1),
                "notes": [],
            },
        )
        (row,), _ = planned(book)
    assert (row["sell_quantity"], row["short_loss_usd"]) == (Decimal("0.2"), 11600 - 7920)
    assert row["cost_to_trade_usd"] == 80 + 160 + 3
    assert row["status"] == "review"
    assert any("only a part of it" in reason for reason in row["reasons"])


def identified(lot_id: str, quantity: str, number: int = 1, **changes: Any) -> dict[str, Any]:
    """A row of `lots.identifications`: BTC in kraken, for the next sale."""
    row = {
        "entry_number": number,
        "identified_at": AS_OF,
        "kind": "lots",
        "account": "kraken",
        "asset": "BTC",
        "lot_id": lot_id,
        "purpose": "sale",
        "quantity": Decimal(quantity),
        "used_quantity": Decimal(0),
        "state": "waiting",
        "is_broker_told": False,
        "note": "",
        "hash": "",
        "previous_hash": "",
    }
    return {**row, **changes}


def test_plan__a_gain_is_identified_already__the_loss_behind_it_is_not_sold() -> None:
    """All of b (up 20,000) would go before a; what is saved on 9,000 does not pay for tax on 20,000 more."""
    with a_book() as book:
        fill(book, "lots.identifications", identified("b", "1"))
        fill_open_lots(book, open_lot("a", "2026-03-01", "0.5", "29000"), open_lot("b", "2026-04-01", "1", "20000"))
        rows, summary = planned(book)
        (before,) = book.connection.sql(
            "SELECT sell_first_quantity, unrealized_first_usd, identify_command "
            "FROM harvest.lot_values WHERE lot_id = 'a'"
        ).fetchall()
    assert rows == []
    assert before == (1, 20000, None)
    assert "1 BTC in kraken is identified already: a sale there is of that first" in summary["notes"]


def test_plan__a_loss_is_identified_already__is_sold_before_the_first_in() -> None:
    """Of b (0.5, down 9,000) 0.2 goes first, then a (0.1, up 1,000), then the rest of b; each lot is told once.

    After selling costs of 0.4 %: b 20,000 - 80 - 29,000 = -9,080, a 4,000 - 16 - 3,000 = 984.
    """
    with a_book() as book:
        fill(book, "lots.identifications", identified("b", "0.2"))
        fill_open_lots(book, open_lot("a", "2026-03-01", "0.1", "3000"), open_lot("b", "2026-04-01", "0.5", "29000"))
        (row,), _ = planned(book)
        lots = book.connection.sql("SELECT lot_id, quantity, gain_usd FROM harvest.plan_lots ORDER BY ALL").fetchall()
    assert lots == [("a", Decimal("0.1"), Decimal(984)), ("b", Decimal("0.5"), Decimal(-9080))]
    assert (row["lot_count"], row["short_loss_usd"], row["status"]) == (2, 8096, "ready")


def test_plan__identified_for_a_transfer__is_planned_and_to_be_looked_at() -> None:
    with a_book() as book:
        fill(book, "lots.identifications", identified("a", "0.5", purpose="transfer"))
        fill_open_lots(book, open_lot("a", "2026-03-01", "0.5", "29000"))
        (row,), _ = planned(book)
    assert row["status"] == "review"
    assert any("identified for a transfer" in reason for reason in row["reasons"])
