"""`tax.form_8949`, its gaps, `tax.schedule_d` and `tax.income_totals` in built books, by hand."""

from decimal import Decimal
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from support.empty_warehouse import disposal, empty_book, failing_rows, fill, instant
from support.raw_book import RawBook, money, row
from warehouse.settings import BookSettings, BusinessSettings, FormSettings
from warehouse.tax.form_8949 import FORM_8949

ROWS = """
SELECT box, description, acquired, sold_date::VARCHAR, proceeds_usd, cost_usd, code, adjustment_usd, gain_usd
FROM tax.form_8949 WHERE tax_year = 2025 ORDER BY box, place
"""


def lines(book: RawBook, year: int) -> dict[str, Decimal | None]:
    found = book.ask(
        f"SELECT line, amount_usd FROM tax.schedule_d WHERE form = 'schedule_d' AND tax_year = {year} ORDER BY place"
    )
    return dict(found)


@pytest.fixture
def book(tmp_path: Path) -> RawBook:
    """A BTC of 2023, one of 2025; sales on both sides of New Year; a coin nobody bought; one without a price."""
    made = RawBook(tmp_path, settings={"time_zone": ZoneInfo("America/New_York")})
    made.add(
        "kraken",
        "trades",
        row("b1", "trade", "2023-05-01 03:00", "1 BTC", "-30000.005 USD"),
        row("b2", "trade", "2025-02-01 12:00", "1 BTC", "-100000 USD"),
        row("s1", "trade", "2024-12-31 20:00", "-0.25 BTC", "25000 USD"),
        row("s2", "trade", "2025-03-01 04:00", "-1 BTC", "90000 USD", fee=["-90 USD"]),
        row("s3", "trade", "2026-01-01 04:30", "-0.125 BTC", "10000 USD"),
        row("x1", "trade", "2025-04-01", "-2 ETC", "60 USD"),
    )
    made.add("kraken", "ledger", row("r1", "reward", "2025-05-01", "5 XTM"))
    made.add("kraken", "trades", row("x2", "trade", "2025-06-01", "-5 XTM", "10 USD"))
    return made


def test_form__sales_of_a_year__are_on_rows_by_lot_in_local_dates(book: RawBook) -> None:
    """By hand: of 1 BTC at 30,000.005 a quarter went in 2024; 0.75 cost 22,500.00375; the rest of s2 0.25 of b2.

    s2 brings 89,910: 67,432.50 for 0.75 and 22,477.50 for 0.25; it is of 28 February in New York, s3 of 31 December.
    """
    book.build()
    assert book.ask(ROWS) == [
        ("I", "0.25 BTC", "02/01/2025", "2025-02-28", *money("22477.50", "25000"), "", *money("0", "-2522.50")),
        ("I", "0.125 BTC", "02/01/2025", "2025-12-31", *money("10000", "12500"), "", *money("0", "-2500")),
        ("L", "0.75 BTC", "04/30/2023", "2025-02-28", *money("67432.50", "22500"), "", *money("0", "44932.50")),
    ]
    assert book.ask("SELECT box, proceeds_usd FROM tax.form_8949 WHERE tax_year = 2024") == [("F", Decimal(25000))]


def test_form__what_is_not_proven__is_kept_apart_and_said(book: RawBook) -> None:
    book.build()
    assert book.ask("SELECT gap, asset, quantity, proceeds_usd, reason FROM tax.form_8949_gaps ORDER BY ALL") == [
        ("missing_basis", "ETC", Decimal(2), Decimal(60), "no lots were left to sell from"),
        ("unproven", "XTM", Decimal(5), Decimal(10), "the cost is not known"),
    ]
    ((is_proven, notes),) = set(
        book.ask("SELECT DISTINCT is_proven, notes[1] FROM tax.schedule_d WHERE tax_year = 2025")
    )
    assert is_proven is False
    assert notes.startswith("2 of what belongs on Form 8949 is kept apart")


def test_form__whole_dollars__rounds_every_amount(book: RawBook) -> None:
    book.settings["forms"] = FormSettings(whole_dollars=True)
    book.build()
    assert [(found[4], found[5], found[8]) for found in book.ask(ROWS)] == [
        money("22478", "25000", "-2522"),
        money("10000", "12500", "-2500"),
        money("67433", "22500", "44933"),
    ]
    found = lines(book, 2025)
    assert (found["3"], found["10"], found["16"]) == money("-5022", "44933", "39911")


def test_schedule_d__the_year__is_what_the_rows_add_up_to(book: RawBook) -> None:
    book.build()
    found = lines(book, 2025)
    assert (found["3"], found["7"], found["10"], found["15"], found["16"]) == money(
        "-5022.50", "-5022.50", "44932.50", "44932.50", "39910"
    )
    # 2024: 25,000 - 7,500.00125, on the form 7,500.00.
    assert lines(book, 2024)["16"] == 17500


def test_form__loss_that_may_not_be_deducted__has_code_l(book: RawBook) -> None:
    book.settings["forms"] = FormSettings(nondeductible_losses=("kraken/trades/s3",))
    book.build()
    assert [found[6:] for found in book.ask(ROWS)] == [
        ("", *money("0", "-2522.50")),
        ("L", *money("2500", "0")),
        ("", *money("0", "44932.50")),
    ]


def test_form__loss_of_an_unknown_transaction__is_refused_by_name(book: RawBook) -> None:
    book.settings["forms"] = FormSettings(nondeductible_losses=("kraken/trades/s9",))
    with pytest.raises(ValueError, match="nondeductible_losses names kraken/trades/s9"):
        book.build()


def test_form__wash_sales_in_force__disallow_move_the_cost_and_join_the_holding(tmp_path: Path) -> None:
    """The example of Form 1099-DA box 1i, then the 75 sold for 900, 333 days after they were bought.

    By hand: 100 lost 400, 75 of them are replaced: 300 disallowed (W). The 75 cost 500 + 300 = 800, and with the 32
    days of the first purchase they count as bought on 18 September 2025: 900 - 800 = 100, still short on 18 September
    2026 and long from 19 September.
    """
    made = RawBook(tmp_path, settings={"asset_classes": {"TOK": "tokenized_security"}})
    made.add(
        "kraken",
        "trades",
        row("t1", "trade", "2025-09-10", "100 TOK", "-1000 USD"),
        row("t2", "trade", "2025-10-12", "-100 TOK", "600 USD"),
        row("t3", "trade", "2025-10-20", "75 TOK", "-500 USD"),
        row("t4", "trade", "2026-09-18", "-25 TOK", "300 USD"),
        row("t5", "trade", "2026-09-19", "-50 TOK", "600 USD"),
    )
    made.build()
    query = (
        "SELECT box, quantity, acquired, cost_usd, code, adjustment_usd, gain_usd FROM tax.form_8949 ORDER BY sold_date"
    )
    assert made.ask(query) == [
        ("I", Decimal(100), "09/10/2025", Decimal(1000), "W", *money("300", "-100")),
        ("I", Decimal(25), "09/18/2025", *money("266.67"), "", *money("0", "33.33")),
        ("L", Decimal(50), "09/18/2025", *money("533.33"), "", *money("0", "66.67")),
    ]
    assert lines(made, 2025)["3"] == -100


def test_form__fund_and_security__stay_in_the_boxes_of_securities(tmp_path: Path) -> None:
    made = RawBook(
        tmp_path,
        settings={
            "asset_classes": {"IBIT": "etf", "TOK": "tokenized_security"},
            "forms": FormSettings(form_1099b={"broker": "basis_reported"}, totals_only=True),
        },
    )
    for account in ("broker", "other"):
        made.add(
            account,
            "trades",
            *(row(f"b{asset}", "trade", "2025-01-10", f"1 {asset}", "-10 USD") for asset in ("IBIT", "TOK", "BTC")),
            *(row(f"s{asset}", "trade", "2025-02-10", f"-1 {asset}", "11 USD") for asset in ("IBIT", "TOK", "BTC")),
        )
    made.build()
    assert made.ask("SELECT account, asset, box, schedule_d_line FROM tax.form_8949 ORDER BY account, asset") == [
        ("broker", "BTC", "I", "3"),
        ("broker", "IBIT", "A", "1a"),
        ("broker", "TOK", "A", "1a"),
        ("other", "BTC", "I", "3"),
        ("other", "IBIT", "C", "3"),
        ("other", "TOK", "I", "3"),
    ]


def test_form__inherited_lot__is_written_as_inherited() -> None:
    with empty_book(BookSettings(accounts=()), as_of=instant("2026-11-24")) as book:
        fill(book, "lots.disposals", disposal("a", "2026-03-01", "1000", "600", term="long", lot_id="L"))
        lot = {"lot_id": "L", "asset": "BTC", "account": "kraken", "acquired_at": instant("2026-02-01")}
        fill(book, "lots.lots", {**lot, "quantity": 1, "cost_usd": 600, "origin": "inheritance", "transaction_id": "t"})
        FORM_8949.run(book)
        query = "SELECT box, acquired, acquired_date FROM tax.form_8949"
        assert book.connection.execute(query).fetchall() == [("L", "INHERITED", None)]
        assert not any(failing_rows(book, check) for check in FORM_8949.checks)


def test_checks__a_row_was_altered_or_lost__show_it() -> None:
    with empty_book(BookSettings(accounts=()), as_of=instant("2026-11-24")) as book:
        for name in ("a", "b"):
            fill(book, "lots.disposals", disposal(name, "2026-03-01", "1000", "600", lot_id=name))
            lot = {"lot_id": name, "asset": "BTC", "account": "kraken", "acquired_at": instant("2026-02-01")}
            fill(book, "lots.lots", {**lot, "quantity": 1, "cost_usd": 600, "origin": "trade", "transaction_id": "t"})
        FORM_8949.run(book)
        book.connection.execute("DELETE FROM tax.form_8949 WHERE disposal_id = 'a'")
        book.connection.execute("UPDATE tax.form_8949 SET cost_usd = 601, gain_usd = 399 WHERE disposal_id = 'b'")
        failed = {check.name for check in FORM_8949.checks if failing_rows(book, check)}
        assert failed == {"every_sale_is_on_the_form_once", "rows_are_the_sales"}


@pytest.mark.parametrize(
    ("business", "expected"),
    [
        (BusinessSettings(), {"mining": "Schedule 1 line 8v", "reward": "Schedule 1 line 8v"}),
        (BusinessSettings(mining_is_business=True), {"mining": "Schedule C", "reward": "Schedule 1 line 8v"}),
        (BusinessSettings(accounts=("k",)), {"mining": "Schedule C", "reward": "Schedule C"}),
    ],
)
def test_income_totals__by_kind__say_where_they_go(
    tmp_path: Path, business: BusinessSettings, expected: dict[str, Any]
) -> None:
    made = RawBook(tmp_path, settings={"business": business, "time_zone": ZoneInfo("America/New_York")})
    made.price("AA", "2025-06-30", "3")
    made.price("AA", "2025-07-01", "4")
    made.add(
        "k",
        "ledger",
        row("r1", "reward", "2025-07-01 03:00", "1 AA"),
        row("r2", "reward", "2025-07-01 12:00", "1 AA"),
        row("m1", "mining", "2025-07-01 12:00", "2 AA"),
        row("m2", "mining", "2025-07-02 12:00", "2 ZZ"),
    )
    made.add(
        "bank", "ledger", row("i1", "interest", "2025-07-01", "7.5 USD"), row("i2", "reward", "2025-07-02", "5 USD")
    )
    made.build()
    told = made.ask("""
        SELECT month, kind, is_money, form_line, income_count, value_usd, unvalued_count
        FROM tax.income_totals ORDER BY ALL
    """)
    assert told == [
        (6, "interest", True, "Form 1040 line 2b", 1, Decimal("7.5"), 0),
        (6, "reward", False, expected["reward"], 1, Decimal(4), 0),
        (7, "mining", False, expected["mining"], 2, Decimal(8), 1),
        (7, "reward", False, expected["reward"], 1, Decimal(4), 0),
        (7, "reward", True, "Schedule 1 line 8z", 1, Decimal(5), 0),
    ]
