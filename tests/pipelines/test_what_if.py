"""`lotkeeper what-if`: on a small published book, which it only reads."""

import json
from decimal import Decimal
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
from click.testing import Result
from typer.testing import CliRunner

from pipelines.cli import app
from pipelines.configuration import ConfigurationError
from support.raw_book import RawBook, row
from warehouse.settings import HarvestSettings

CONFIGURATION = """
[taxpayer]
time_zone = "America/New_York"
ordinary_income_usd = 60000

[harvest]
cost_rate = "0"
discount_rate = "0"

[[account]]
name = "kraken"
kind = "csv"
path = "kraken.csv"
"""


@pytest.fixture(scope="module")
def config(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """1 BTC at 20,000 of 2023, at 60,000 and 45,000 of 2026, now 40,000; 10 ETH sold at a short gain of 2,000."""
    folder = tmp_path_factory.mktemp("book")
    book = RawBook(folder, settings={"harvest": HarvestSettings(cost_rate=Decimal(0))})
    book.add(
        "kraken",
        "trades",
        row("old", "trade", "2023-01-05 12:00", "1 BTC", "-20000 USD"),
        row("dear", "trade", "2026-02-05 12:00", "1 BTC", "-60000 USD"),
        row("late", "trade", "2026-06-05 12:00", "1 BTC", "-45000 USD"),
        row("eth", "trade", "2026-03-05 12:00", "10 ETH", "-30000 USD"),
        row("sale", "trade", "2026-04-05 12:00", "-10 ETH", "32000 USD"),
        covers=("2022-01-01", "2026-11-24"),
    )
    book.price("BTC", "2026-11-23", "40000")
    book.build()
    return book.configured(CONFIGURATION)


def run(config: Path, *arguments: str) -> Result:
    before = sha256((config.parent / "data" / "lotkeeper.duckdb").read_bytes()).hexdigest()
    done = CliRunner().invoke(app, ["what-if", *arguments, "--config", str(config)])
    assert sha256((config.parent / "data" / "lotkeeper.duckdb").read_bytes()).hexdigest() == before
    return done


def told(config: Path, *arguments: str) -> dict[str, Any]:
    done = run(config, *arguments, "--format", "json")
    assert done.exit_code == 0, done.output
    answer: dict[str, Any] = json.loads(done.stdout)
    return answer


def test_sell__by_every_method__side_by_side(config: Path) -> None:
    """The year has 2,000 of short gain at 12 %; a loss of 22,500 takes it away and 3,000 of income: 600 less tax."""
    answer = told(config, "sell", "1.5", "BTC", "on", "kraken")
    assert answer["method"] == "fifo"
    methods = {row["method"]: row for row in answer["methods"]}
    assert set(methods) == {"fifo", "lifo", "hifo", "lofo", "min_tax"}
    assert (float(methods["fifo"]["short_gain_usd"]), float(methods["fifo"]["long_gain_usd"])) == (-10000, 20000)
    assert float(methods["hifo"]["tax_usd"]) == -600
    assert float(methods["hifo"]["carried_usd"]) == 17500
    lots = [(row["lot_id"], float(row["quantity"])) for row in answer["lots"] if row["method"] == "fifo"]
    assert [quantity for _, quantity in lots] == [1, 0.5]


def test_sell__in_words__shows_lots_methods_and_what_is_in_force(config: Path) -> None:
    done = run(config, "sell", "1.5", "BTC", "on", "kraken", "--price", "41000", "--method", "hifo")
    assert done.exit_code == 0
    assert "1.5 BTC on kraken at 41,000.00 USD consumes by hifo" in done.stdout
    assert "fifo (in force)" in done.stdout


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("sell", "9", "BTC", "on", "kraken"), "3 is there to be sold"),
        (("sell", "1", "LTC", "on", "kraken"), "holds no LTC in the published book: it holds BTC"),
        (("sell", "-1", "BTC", "on", "kraken"), "No such option"),
        (("sell", "x", "BTC", "on", "kraken"), "no number"),
        (("sell", "1", "BTC", "at", "kraken"), "found 'at'"),
        (("sell", "1", "BTC", "on", "nowhere"), "no account 'nowhere'"),
        (("sell", "1", "BTC", "on", "kraken", "--method", "best"), "is none of fifo"),
        (("harvest", "--target", "everything"), "3000 short loss"),
        (("harvest", "--target", "90000 short loss"), "at most"),
        (("harvest", "--target", "offset nothing"), "no disposal or transaction"),
    ],
)
def test_what_if__what_can_not_be__is_said(config: Path, arguments: tuple[str, ...], words: str) -> None:
    done = run(config, *arguments)
    assert done.exit_code != 0
    assert words in (str(done.exception) if isinstance(done.exception, ConfigurationError) else done.output)


def test_sell__coin_in_other_letters__is_the_one_that_is_held(config: Path) -> None:
    assert told(config, "sell", "1", "btc", "on", "kraken")["asset"] == "BTC"


def test_harvest__offset_one_sale__realizes_its_gain_as_loss(config: Path) -> None:
    """The lots behind the old one can be named: 2,000 of loss at 20,000 a coin is 0.1 of the dear lot."""
    answer = told(config, "harvest", "--identify", "--target", "offset kraken/trades/sale")
    (line,) = answer["plan"]
    assert float(line["short_loss_usd"]) + float(line["long_loss_usd"]) == 2000
    assert line["identify_command"].startswith("lotkeeper identify --account kraken --asset BTC --lots 'kraken/")
    assert float(answer["summary"]["tax_saved_usd"]) == 240


def test_harvest__in_words__says_what_is_saved(config: Path) -> None:
    done = run(config, "harvest", "--identify")
    assert done.exit_code == 0
    assert "saved. After trading" in done.stdout
    assert "Before selling BTC in kraken: lotkeeper identify" in done.stdout


def test_harvest__zero_bracket_that_is_full__says_so_and_not_that_no_sale_is_worth_it(config: Path) -> None:
    """70,000 less 16,100, and 2,000 of short gain, is 55,900, above 49,450."""
    path = config.parent / "more.toml"
    path.write_text(CONFIGURATION.replace("60000", "70000"), encoding="utf-8")
    done = run(path, "harvest", "--identify", "--target", "zero bracket")
    assert done.exit_code == 0
    assert "taxable income of 55,900.00 leaves no room in the 0 % bracket" in " ".join(done.stdout.split())
    assert "no sale lowers tax" not in done.stdout


def test_harvest__zero_bracket_of_an_income_that_is_not_told__is_refused(config: Path) -> None:
    path = config.parent / "untold.toml"
    path.write_text(CONFIGURATION.replace("ordinary_income_usd = 60000", ""), encoding="utf-8")
    done = run(path, "harvest", "--target", "zero bracket")
    assert isinstance(done.exception, ConfigurationError)
    assert "taxpayer.ordinary_income_usd" in str(done.exception)
