"""`tax.wash_sale_shadow` in a built book: coins in the shadow, securities in force, and what a year says of it."""

from decimal import Decimal
from pathlib import Path

import pytest

from support.raw_book import RawBook, money, row

ROWS = """
SELECT asset, replacement_asset, replaced_quantity, disallowed_usd, replacement_basis_usd, tacked_days, is_in_force
FROM tax.wash_sale_shadow ORDER BY disposed_at, place
"""


@pytest.fixture
def book(tmp_path: Path) -> RawBook:
    """100 of TOK bought for 1,000, sold for 600, 75 bought again for 500: the example of Form 1099-DA, box 1i.

    One BTC at 90,000 swapped by way of dollars into one WBTC, at a loss of 30,000. One KAS lost, and mined again.
    """
    made = RawBook(tmp_path)
    made.add(
        "kraken",
        "trades",
        row("t1", "trade", "2025-09-10", "100 TOK", "-1000 USD"),
        row("t2", "trade", "2025-10-12", "-100 TOK", "600 USD"),
        row("t3", "trade", "2025-10-20", "75 TOK", "-500 USD"),
        row("t4", "trade", "2026-03-01", "-75 TOK", "900 USD"),
        row("b1", "trade", "2026-01-02", "1 BTC", "-90000 USD"),
        row("b2", "trade", "2026-02-02", "-1 BTC", "60000 USD"),
        row("b3", "trade", "2026-02-03", "1 WBTC", "-61000 USD"),
        row("k1", "trade", "2026-01-02", "1 KAS", "-90 USD"),
        row("k2", "trade", "2026-02-02", "-1 KAS", "60 USD"),
    )
    made.add("kraken", "ledger", row("r1", "mining", "2026-02-03", "1 KAS"))
    for asset, usd in (("TOK", "10"), ("WBTC", "61000"), ("KAS", "60")):
        made.price(asset, "2026-02-03", usd)
    return made


def _years(book: RawBook) -> dict[int, tuple[bool, str]]:
    return {
        year: (is_proven, " ".join(notes))
        for year, is_proven, notes in book.ask("SELECT tax_year, is_proven, notes FROM tax.year_summary")
    }


def test_shadow__coins__shows_what_a_law_would_disallow_and_changes_no_year(book: RawBook) -> None:
    book.build()
    assert book.ask(ROWS) == [
        ("TOK", "TOK", Decimal(75), *money("300", "800"), 32, False),
        ("BTC", "WBTC", Decimal(1), *money("30000", "91000"), 31, False),
    ]
    assert {year: is_proven for year, (is_proven, _) in _years(book).items()} == {2025: True, 2026: True}


def test_shadow__security__is_in_force_and_leaves_its_years_unproven(book: RawBook) -> None:
    book.settings["asset_classes"] = {"TOK": "tokenized_security"}
    result = book.build()
    assert [row[-1] for row in book.ask(ROWS)] == [True, False]
    years = _years(book)
    assert years[2025][0] is False
    assert "the loss of 1 sale is disallowed as a wash sale (IRC 1091) and still in the gains: 300.00" in years[2025][1]
    assert years[2026][0] is False
    assert "1 sale of lots that replaced a wash sale" in years[2026][1]
    (check,) = [result for result in result.checks if result.check.name == "no_loss_is_disallowed"]
    assert (check.failing, check.check.is_blocking) == (1, False)
