"""`lotkeeper forms` on a small book: which files, what they say, whole or not at all."""

import csv
from decimal import Decimal
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from pipelines.commands.forms import write_folder
from pipelines.configuration import ConfigurationError
from support.books import book_of_everything
from support.raw_book import AS_OF, RawBook, row
from warehouse.connection import open_warehouse
from warehouse.filing.files import Filing, filing_of
from warehouse.settings import BookSettings

NAMES = {
    "return.md",
    "form-8949-statement.pdf",
    "schedule-d.pdf",
    "form-8949.csv",
    "turbotax.csv",
    "form-8949.txf",
    "tables/form_8949.csv",
    "tables/form_8949_gaps.csv",
    "tables/schedule_d.csv",
    "tables/income.csv",
    "tables/income_totals.csv",
    "tables/form_1099da.csv",
    "tables/form_1099da_match.csv",
}


def filing(book: RawBook, year: int) -> Filing:
    with open_warehouse(book.public, read_only=True) as connection:
        return filing_of(connection, tax_year=year, settings=book.book_settings, made_at=AS_OF)


@pytest.fixture(scope="module")
def everything(tmp_path_factory: pytest.TempPathFactory) -> RawBook:
    book = book_of_everything(tmp_path_factory.mktemp("book"))
    book.build()
    return book


def test_filing__a_year_that_is_over_and_proven__is_ready(everything: RawBook) -> None:
    """2025 in that book: 10 LTC for 1,000 sold for 600, and nothing else."""
    found = filing(everything, 2025)
    assert set(found.files) == NAMES
    assert found.missing == ()
    page = found.files["return.md"].decode()
    assert "Nothing is missing" in page
    assert "**Yes.** Sale, exchange or payment of them: 1." in page
    assert "| 16 | Lines 7 and 15 together; a loss: go to line 21 | -400.00 |" in page
    assert "No income was received." in page
    (told,) = csv.DictReader(found.files["form-8949.csv"].decode().splitlines())
    assert (told["Box"], told["Gain or Loss (h)"]) == ("I", "-400.00")
    (exact,) = csv.DictReader(found.files["tables/form_8949.csv"].decode().splitlines())
    assert exact["gain_usd"] == "-400.00000000"


def test_filing__a_year_with_gaps__says_so_in_every_paper(everything: RawBook) -> None:
    """2026: 2 ETC sold that were never bought, a reward nobody has a price of, and the year goes on."""
    found = filing(everything, 2026)
    assert found.missing == (
        "the year is not over",
        "sales are kept apart from the form: 1",
        "income without a known value: 1 times",
    )
    page = found.files["return.md"].decode()
    assert "**Not ready to be filed.**" in page
    assert "| 2026-04-01 | kraken | ETC | 2 | 60.00 | no lots were left to sell from |" in page
    assert "1 receipts of income without a known value" in page


def test_filing__a_year_that_there_is_not__is_refused_by_name(everything: RawBook) -> None:
    with pytest.raises(ValueError, match="nothing of tax year 2019; it has 2025 to 2026"):
        filing(everything, 2019)


def test_filing__fund_alone__is_no_digital_asset(tmp_path: Path) -> None:
    book = RawBook(tmp_path, settings={"asset_classes": {"IBIT": "etf"}, "time_zone": ZoneInfo("America/New_York")})
    book.add(
        "broker",
        "trades",
        row("b", "trade", "2025-01-10", "1 IBIT", "-50 USD"),
        row("s", "trade", "2025-02-10", "-1 IBIT", "60 USD"),
        row("c", "trade", "2025-02-11", "1 BTC", "-60000 USD"),
    )
    book.build()
    found = filing(book, 2025)
    assert "**No.** Nothing was received as income" in found.files["return.md"].decode()


def test_filing__another_country__has_no_us_years(tmp_path: Path) -> None:
    book = RawBook(tmp_path)
    book.add("k", "trades", row("b", "trade", "2025-01-10", "1 BTC", "-50 USD"))
    book.build()
    with open_warehouse(book.public) as connection:
        connection.execute("DELETE FROM tax.schedule_d")
        with pytest.raises(ValueError, match="it has no US tax years"):
            filing_of(connection, tax_year=2025, settings=BookSettings(accounts=()), made_at=AS_OF)


def test_write_folder__again__replaces_its_files_and_leaves_others(tmp_path: Path) -> None:
    folder = tmp_path / "out"
    write_folder(folder, {"a.txt": b"1", "tables/b.csv": b"2"})
    (folder / "notes.txt").write_text("mine", encoding="utf-8")
    write_folder(folder, {"a.txt": b"3", "tables/b.csv": b"4"})
    found = {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}
    assert found == {"a.txt": b"3", "tables/b.csv": b"4", "notes.txt": b"mine"}
    assert (folder / "a.txt").stat().st_mode & 0o777 == 0o600


def test_write_folder__one_file_can_not_be_written__leaves_what_was_there(tmp_path: Path) -> None:
    folder = tmp_path / "out"
    write_folder(folder, {"a.txt": b"1"})
    with pytest.raises(ConfigurationError, match="can not be written"):
        write_folder(folder, {"a.txt": b"2", f"{'x' * 300}.txt": b"3"})
    assert [(path.name, path.read_bytes()) for path in folder.iterdir()] == [("a.txt", b"1")]


def test_schedule_of_the_form_csv__any_digits__add_up(everything: RawBook) -> None:
    found = filing(everything, 2026)
    rows = list(csv.DictReader(found.files["tables/form_8949.csv"].decode().splitlines()))
    lines = list(csv.DictReader(found.files["tables/schedule_d.csv"].decode().splitlines()))
    (line_16,) = [Decimal(line["amount_usd"]) for line in lines if line["line"] == "16"]
    (line_6,) = [Decimal(line["amount_usd"]) for line in lines if line["form"] == "schedule_d" and line["line"] == "6"]
    assert sum(Decimal(told["gain_usd"]) for told in rows) - line_6 == line_16
