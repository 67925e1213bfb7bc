"""`lotkeeper replay` on a small published book."""

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from pipelines.cli import app
from pipelines.configuration import ConfigurationError
from support.raw_book import RawBook, row

CONFIGURATION = """
[taxpayer]
time_zone = "America/New_York"
ordinary_income_usd = 60000

[harvest]
cost_rate = "0"

[[account]]
name = "kraken"
kind = "csv"
path = "kraken.csv"
"""


@pytest.fixture(scope="module")
def config(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """1 BTC at 60,000 of January 2026, 55,000 at the end of March; 2,000 of short gain on ETH."""
    folder = tmp_path_factory.mktemp("book")
    book = RawBook(folder)
    book.add(
        "kraken",
        "trades",
        row("b", "trade", "2026-01-05 12:00", "1 BTC", "-60000 USD"),
        row("eth", "trade", "2026-02-05 12:00", "10 ETH", "-30000 USD"),
        row("sale", "trade", "2026-02-06 12:00", "-10 ETH", "32000 USD"),
        covers=("2022-01-01", "2026-11-24"),
    )
    book.price("BTC", "2026-03-30", "55000")
    book.price("BTC", "2026-11-23", "58000")
    book.build()
    return book.configured(CONFIGURATION)


def test_replay__a_month_under_water__is_told_with_what_it_saved(config: Path) -> None:
    """5,000 of loss against 2,000 of gain and 3,000 of income at 12 %: 600."""
    done = CliRunner().invoke(app, ["replay", "--year", "2026", "--config", str(config), "--format", "json"])
    assert done.exit_code == 0, done.output
    answer = json.loads(done.stdout)
    (sale,) = answer["sales"]
    assert sale["decided_at"].startswith("2026-03-31T12:00")
    assert (float(sale["quantity"]), float(sale["short_loss_usd"])) == (1, 5000)
    assert float(answer["totals"]["tax_saved_usd"]) == 600
    shown = CliRunner().invoke(app, ["replay", "--year", "2026", "--config", str(config)])
    assert "600.00 saved" in shown.stdout


@pytest.mark.parametrize(("year", "words"), [("2031", "has not begun"), ("2019", "one pool for all accounts")])
def test_replay__year_that_can_not_be_gone_through__says_why(config: Path, year: str, words: str) -> None:
    done = CliRunner().invoke(app, ["replay", "--year", year, "--config", str(config)])
    assert isinstance(done.exception, ConfigurationError)
    assert words in str(done.exception)


def test_replay__year_before_the_first_disposal__is_gone_through(tmp_path: Path) -> None:
    """5,000 of loss at the end of March 2025 against nothing: 3,000 of it at 12 %, 360, and 2,000 go on."""
    book = RawBook(tmp_path)
    book.add(
        "kraken",
        "trades",
        row("b", "trade", "2025-01-05 12:00", "1 BTC", "-60000 USD"),
        covers=("2022-01-01", "2026-11-24"),
    )
    book.price("BTC", "2025-03-30", "55000")
    book.build()
    path = book.configured(CONFIGURATION)
    done = CliRunner().invoke(app, ["replay", "--year", "2025", "--config", str(path), "--format", "json"])
    assert done.exit_code == 0, done.output
    totals = json.loads(done.stdout)["totals"]
    assert (float(totals["loss_usd"]), float(totals["tax_saved_usd"])) == (5000, 360)
    assert float(totals["carried_usd"]) == 2000
