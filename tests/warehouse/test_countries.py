"""Whole books of other countries: pounds and euros, their tax years, their matching, and no rule of another country."""

from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from connectors.records import Price, prices_table
from support.raw_book import RawBook, instant, money, row
from warehouse.lots.policy import Pool
from warehouse.settings import LotSettings
from warehouse.tax.countries import COUNTRIES, country_of

ZONES = {"GB": "Europe/London", "DE": "Europe/Berlin"}


def book_of(folder: Path, code: str, **settings: Any) -> RawBook:
    country = country_of(code)
    told = {"jurisdiction": code, "base_currency": country.base_currency, "time_zone": ZoneInfo(ZONES[code])}
    return RawBook(folder, settings={**told, **settings})


def price(book: RawBook, asset: str, day: str, amount: str, base: str) -> None:
    """A fetched close of `day`'s end, in a file that names its currency."""
    book.store.append(
        prices_table([Price(asset, instant(day), amount, "market")]),
        account="prices",
        stream="daily",
        fetched_at=book.fetched_at,
        source="test",
        extra={"base": base},
    )


def rachel(folder: Path) -> RawBook:
    """HMRC CRYPTO22253, each transaction in another wallet."""
    book = book_of(folder, "GB")
    trades = [
        ("kraken", "2019-01-01", "2000 TOK", "-1000 GBP"),
        ("cold", "2025-03-31", "-1000 TOK", "400 GBP"),
        ("kraken", "2025-04-20", "-500 TOK", "150 GBP"),
        ("binance", "2025-04-21", "700 TOK", "-175 GBP"),
        ("kraken", "2025-04-28", "500 TOK", "-100 GBP"),
        ("cold", "2025-05-01", "500 TOK", "-150 GBP"),
    ]
    for place, (account, day, coin, money_) in enumerate(trades):
        book.add(account, "trades", row(f"t{place}", "trade", f"{day} 12:00", coin, money_))
    return book


def test_british_book__hmrcs_example_over_three_wallets__has_its_gains_years_and_pool(tmp_path: Path) -> None:
    book = rachel(tmp_path)
    book.build()
    assert book.ask(
        "SELECT tax_year, proceeds_usd, sum(cost_usd), sum(gain_usd), any_value(term), any_value(cost_basis) "
        "FROM lots.disposals GROUP BY ALL ORDER BY tax_year"
    ) == [
        (2024, *money("400", "235", "165"), None, "matched"),
        (2025, *money("150", "130", "20"), None, "matched"),
    ]
    assert book.ask(
        "SELECT disposed_date, rule, acquired_date, quantity, cost_usd FROM lots.share_matches ORDER BY place"
    ) == [
        (date(2025, 3, 31), "thirty_days", date(2025, 4, 21), *money("700", "175")),
        (date(2025, 3, 31), "thirty_days", date(2025, 4, 28), *money("300", "60")),
        (date(2025, 4, 20), "thirty_days", date(2025, 4, 28), *money("200", "40")),
        (date(2025, 4, 20), "thirty_days", date(2025, 5, 1), *money("300", "90")),
    ]
    assert book.ask("SELECT sum(quantity), sum(cost_usd) FROM lots.open_lots") == [money("2200", "1060")]
    assert book.ask("SELECT quantity, cost_usd, acquired_cost_usd FROM lots.share_pools") == [
        money("2200", "1060", "1425")
    ]
    assert book.ask(
        "SELECT tax_year, net_gain_usd, exempt_gain_usd, taxable_gain_usd, gains_tax_usd FROM tax.year_summary "
        "WHERE tax_year IN (2024, 2025) ORDER BY tax_year"
    ) == [(2024, *money("165", "165", "0", "0")), (2025, *money("20", "20", "0", "0"))]


def test_british_book__coin_sold_without_lots__leaves_its_gain_out_and_its_later_years_unproven(tmp_path: Path) -> None:
    book = book_of(tmp_path, "GB")
    book.add(
        "kraken",
        "trades",
        row("b", "trade", "2023-05-01", "1 BTC", "-10000 GBP"),
        row("s1", "trade", "2023-08-01", "-1.5 BTC", "30000 GBP"),
        row("b2", "trade", "2024-05-01", "1 BTC", "-40000 GBP"),
        row("s2", "trade", "2024-08-01", "-0.5 BTC", "25000 GBP"),
    )
    book.build()
    rows = book.ask("SELECT tax_year, short_gain_usd, is_proven, notes FROM tax.year_summary ORDER BY tax_year LIMIT 2")
    assert [(row_[0], row_[1], row_[2]) for row_ in rows] == [
        (2023, Decimal(10000), False),
        (2024, Decimal(5000), False),
    ]
    assert "the pool of BTC misses coins that were sold without lots" in rows[1][3][0]


def test_british_book__a_gift__is_a_disposal_whose_value_is_not_known(tmp_path: Path) -> None:
    book = book_of(tmp_path, "GB")
    book.add("k", "trades", row("b", "trade", "2025-05-01", "2 BTC", "-10000 GBP"))
    book.add(
        "k", "ledger", row("g", "gift_out", "2025-08-01", "-1 BTC"), row("d", "donation", "2025-08-02", "-0.5 BTC")
    )
    book.build()
    assert book.ask("SELECT kind, is_taxable, cost_usd, gain_usd FROM lots.disposals ORDER BY disposed_at") == [
        ("gift_out", True, Decimal(5000), None),
        ("donation", False, Decimal(2500), None),
    ]


def test_british_book__candidates__cost_their_share_of_the_pool_and_have_no_term(tmp_path: Path) -> None:
    book = book_of(tmp_path, "GB")
    book.add(
        "k",
        "trades",
        row("b1", "trade", "2024-05-01", "1 BTC", "-10000 GBP"),
        row("b2", "trade", "2025-05-01", "1 BTC", "-70000 GBP"),
        row("b3", "trade", "2026-11-24 01:00", "1 ETH", "-2000 GBP"),
    )
    price(book, "BTC", "2026-11-24", "30000", "GBP")
    price(book, "ETH", "2026-11-24", "1000", "GBP")
    price(book, "BTC", "2026-11-24", "38000", "USD")  # what was fetched for a book in dollars is none of this one's
    book.build()
    found = book.ask(
        "SELECT asset, cost_usd, unrealized_usd, term, days_to_long_term, long_from_date, sell_first_quantity, method, "
        "deadline_at, reasons FROM harvest.lot_values ORDER BY asset, acquired_at"
    )
    first_two = [(*row_[:8],) for row_ in found[:2]]
    assert first_two == [("BTC", *money("40000", "-10000"), None, None, None, Decimal(0), "pool")] * 2
    assert found[0][8] == instant("2027-04-05 23:00")  # 6 April begins in British summer time
    assert "ETH was acquired today: a sale of today is matched with that first" in found[2][9]


def test_german_book__sold_before_and_after_a_year__is_taxed_and_free(tmp_path: Path) -> None:
    book = book_of(tmp_path, "DE")
    book.add(
        "k",
        "trades",
        row("b", "trade", "2024-03-05 10:00", "3 BTC", "-60000 EUR"),
        row("s1", "trade", "2025-03-05 22:00", "-1 BTC", "21000 EUR"),  # still the 5th in Berlin
        row("s2", "trade", "2025-03-05 23:30", "-1 BTC", "90000 EUR"),  # the 6th there
    )
    book.add("cold", "trades", row("b2", "trade", "2020-01-01", "1 BTC", "-5000 EUR"))
    book.add("k", "ledger", row("i", "reward", "2025-06-01", "1 DOT"))
    price(book, "DOT", "2025-06-01", "255.99", "EUR")
    book.build()
    assert book.ask("SELECT gain_usd, term FROM lots.disposals ORDER BY disposed_at") == [
        (Decimal(1000), "short"),
        (Decimal(70000), "long"),
    ]
    assert book.ask(
        "SELECT taxable_gain_usd, exempt_gain_usd, ordinary_income_usd, taxable_ordinary_income_usd "
        "FROM tax.year_summary WHERE tax_year = 2025"
    ) == [money("1000", "0", "255.99", "0")]


def test_german_book__a_loss_held_for_over_a_year__is_no_candidate_to_act_on(tmp_path: Path) -> None:
    book = book_of(tmp_path, "DE")
    book.add(
        "k",
        "trades",
        row("b1", "trade", "2025-11-23 12:00", "1 BTC", "-90000 EUR"),
        row("b2", "trade", "2025-11-24 12:00", "1 BTC", "-80000 EUR"),
        covers=("2025-01-01", "2026-11-24"),
    )
    price(book, "BTC", "2026-11-24", "50000", "EUR")
    book.build()
    assert book.ask(
        "SELECT term, days_to_long_term, status, reasons[1] FROM harvest.candidates ORDER BY acquired_at"
    ) == [
        ("long", 0, "blocked", "held for more than a year: a gain is tax-free and a loss does not count (§ 23 EStG)"),
        ("short", 1, "ready", None),
    ]


@pytest.mark.parametrize("code", ["GB", "DE"])
def test_us_rules__in_another_countrys_book__do_not_run(tmp_path: Path, code: str) -> None:
    base = COUNTRIES[code].base_currency
    book = book_of(tmp_path, code, asset_classes={"IBIT": "etf"})
    book.add(
        "k",
        "trades",
        row("b", "trade", "2025-05-01", "1 IBIT", f"-100 {base}"),
        row("s", "trade", "2025-06-01", "-1 IBIT", f"60 {base}"),
        row("a", "trade", "2025-06-02", "1 IBIT", f"-60 {base}"),
    )
    book.build()
    assert book.ask("SELECT count(*) FROM tax.wash_sale_shadow") == [(0,)]
    assert book.ask("SELECT max(loss_limit_usd), max(deductible_loss_usd) FROM tax.year_summary") == [money("0", "0")]


@pytest.mark.parametrize("code", ["GB", "DE"])
@pytest.mark.parametrize(
    "lots", [LotSettings(pool=Pool("account-from", date(2025, 1, 1))), LotSettings(transfer_fee="basis")]
)
def test_choice__that_the_law_does_not_leave__is_refused(tmp_path: Path, code: str, lots: LotSettings) -> None:
    book = book_of(tmp_path, code, lots=lots)
    book.add("k", "trades", row("b", "trade", "2025-05-01", "1 BTC", "-100 EUR"))
    with pytest.raises(ValueError, match=f"the law of {COUNTRIES[code].name}"):
        book.build()


def test_country__that_is_not_here__is_refused_with_those_that_are() -> None:
    with pytest.raises(ValueError, match=r"'FR' here; there are for US .*, GB .*, DE \(Germany\)"):
        country_of("FR")


def test_price_file__in_dollars_for_a_book_in_pounds__is_refused(tmp_path: Path) -> None:
    path = tmp_path / "prices.csv"
    path.write_text("asset,at,price_usd\nBTC,2025-01-01,90000\n")
    book = book_of(tmp_path, "GB", prices_path=path)
    book.add("k", "trades", row("b", "trade", "2025-05-01", "1 BTC", "-100 GBP"))
    with pytest.raises(ValueError, match="Expected asset,at,price_gbp: the book is kept in GBP"):
        book.build()


def test_method__of_hifo_in_a_british_book__is_refused(tmp_path: Path) -> None:
    book = book_of(tmp_path, "GB")
    book.accounts["k"] = "hifo"
    book.add("k", "trades", row("b", "trade", "2025-05-01", "1 BTC", "-100 GBP"))
    with pytest.raises(ValueError, match="the United Kingdom knows no lot method hifo"):
        book.build()
