"""Whole files: their encodings, delimiters, headers and line breaks, and what one import does to the next."""

import hashlib
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from connectors.csv_file.connector import CsvAccount, CsvConnector
from connectors.raw import RawStore
from connectors.records import TRANSACTIONS
from connectors.sync import SyncReport
from connectors.windows import Span

HEADER = (
    "Date,Sent Amount,Sent Currency,Received Amount,Received Currency,Fee Amount,Fee Currency,"
    "Net Worth Amount,Net Worth Currency,Label,Description,TxHash"
)
FIRST = "2024-03-01 12:30 UTC,,,1,KAS,,,,,mining,,"
SECOND = "2024-03-02 12:30 UTC,40,USD,0.001,BTC,0.1,USD,,,,,"
NOW = datetime(2026, 11, 24, 3, 0, tzinfo=UTC)


class Account:
    """A file and a raw store, and what an import of one leaves in the other."""

    def __init__(self, folder: Path) -> None:
        self.path = folder / "old.csv"
        self.store = RawStore(folder / "raw")
        self.nights = 0

    def sync(self, content: bytes | str | None = None) -> SyncReport:
        if content is not None:
            self.path.write_bytes(content.encode() if isinstance(content, str) else content)
        self.nights += 1
        return CsvConnector(CsvAccount("old", self.path)).sync(self.store, now=NOW + timedelta(days=self.nights))

    def rows(self) -> list[dict]:
        return pq.read_table(list(self.store.files("old", "transactions"))[-1].path).to_pylist()

    def attempts(self) -> list[dict]:
        return [pq.read_table(file.path).to_pylist()[0] for file in self.store.files("old", "attempts")]


@pytest.fixture
def account(tmp_path: Path) -> Account:
    return Account(tmp_path)


def test_file__unchanged__is_not_imported_again(account: Account) -> None:
    content = f"{HEADER}\n{FIRST}\n{SECOND}\n"
    assert account.sync(content).rows == 2
    assert account.sync().rows == 0
    assert len(list(account.store.files("old", "transactions"))) == 1
    assert [attempt["outcome"] for attempt in account.attempts()] == ["ok", "ok"]


def test_file__unchanged_but_read_by_an_older_importer__is_imported_again(account: Account) -> None:
    content = f"{HEADER}\n{FIRST}\n"
    account.store.append(
        TRANSACTIONS.empty_table(),
        account="old",
        stream="transactions",
        fetched_at=NOW,
        source="test",
        mode="snapshot",
        extra={"sha256": hashlib.sha256(content.encode()).hexdigest(), "importer": "0"},
    )
    assert account.sync(content).rows == 1
    assert account.sync().rows == 0


def test_file__changed_and_changed_back__is_imported_each_time(account: Account) -> None:
    one, two = f"{HEADER}\n{FIRST}\n", f"{HEADER}\n{FIRST}\n{SECOND}\n"
    assert [account.sync(content).rows for content in (one, two, one)] == [1, 2, 1]
    files = list(account.store.files("old", "transactions"))
    assert [file.mode for file in files] == ["snapshot"] * 3
    assert len(account.rows()) == 1


def test_file__imported__covers_from_its_first_to_its_last_row(account: Account) -> None:
    account.sync(f"{HEADER}\n{SECOND}\n{FIRST}\n")
    assert account.store.covered("old", "transactions") == {
        "": [Span(datetime(2024, 3, 1, 12, 30, tzinfo=UTC), datetime(2024, 3, 2, 12, 30, 0, 1, tzinfo=UTC))]
    }


def test_file__with_a_header_only__is_an_import_of_nothing(account: Account) -> None:
    report = account.sync(HEADER)
    assert (report.rows, report.errors) == (0, [])
    assert account.store.covered("old", "transactions") == {}


def test_file__missing__is_a_failed_attempt_and_the_import_before_stays(account: Account) -> None:
    account.sync(f"{HEADER}\n{FIRST}\n")
    account.path.unlink()
    report = account.sync()
    (error,) = report.errors
    assert error == (
        f"transactions: {account.path} can not be read: there is no such file. "
        "Put the export there, or correct `path` in the configuration."
    )
    assert not report.is_worth_retrying
    assert account.attempts()[-1]["outcome"] == "failed"
    assert len(account.rows()) == 1


def test_file__that_is_a_folder__is_a_failed_attempt(account: Account) -> None:
    account.path.mkdir()
    (error,) = account.sync().errors
    assert "Is a directory" in error


def test_file__below_something_that_is_no_folder__is_a_failed_attempt(account: Account) -> None:
    account.path.touch()
    account.path /= "old.csv"
    (error,) = account.sync().errors
    assert "Not a directory" in error


def test_file__not_utf8__is_a_failed_attempt_that_names_the_byte(account: Account) -> None:
    (error,) = account.sync(f"{HEADER}\n{FIRST[:-1]}caf\u00e9,\n".encode("latin-1")).errors
    assert "is not UTF-8 text: it has a byte 0xe9" in error
    assert list(account.store.files("old", "transactions")) == []


def test_file__changed_while_it_is_read__is_a_failed_attempt(account: Account) -> None:
    account.path.write_text(f"{HEADER}\n{FIRST}\n")

    def another_program_writes(_account: str, _stream: str, _rows: int) -> None:
        account.path.write_text(f"{HEADER}\n{SECOND}\n")

    connector = CsvConnector(CsvAccount("old", account.path))
    report = connector.sync(account.store, now=NOW, progress=another_program_writes)
    (error,) = report.errors
    assert report.is_worth_retrying
    assert "changed while it was read" in error
    assert list(account.store.files("old", "transactions")) == []


@pytest.mark.parametrize("content", ["", "\n", "PK\x03\x04", "a;b;c\n1;2;3\n"])
def test_file__without_the_columns__is_a_failed_attempt_that_names_them(account: Account, content: str) -> None:
    (error,) = account.sync(content).errors
    assert "no column Date, Sent Amount, Sent Currency" in error


def test_header__without_fee_columns__is_refused(account: Account) -> None:
    (error,) = account.sync("Date,Sent Amount,Sent Currency,Received Amount,Received Currency\n").errors
    assert "line 1: no column Fee Amount, Fee Currency. " in error


def test_header__with_a_column_twice__is_refused(account: Account) -> None:
    (error,) = account.sync(f"{HEADER},tx_hash\n").errors
    assert "line 1: the column TxHash comes twice" in error


@pytest.mark.parametrize(
    "header",
    [
        HEADER.lower(),
        HEADER.upper(),
        HEADER.replace(" ", "_"),
        HEADER.replace(",", " , "),
        HEADER.replace("TxHash", "Tx Hash").replace("Date", "Koinly Date"),
        "\ufeff" + HEADER,
    ],
)
def test_header__in_other_case_or_spacing__is_understood(account: Account, header: str) -> None:
    account.sync(f"{header}\n{FIRST}\n")
    assert [row["kind"] for row in account.rows()] == ["mining"]


@pytest.mark.parametrize("delimiter", [";", "\t"])
def test_file__with_another_delimiter__is_the_same_rows(account: Account, delimiter: str) -> None:
    content = f"{HEADER}\n{FIRST}\n{SECOND}\n"
    account.sync(content)
    before = [(row["id"], row["postings"]) for row in account.rows()]
    account.sync(content.replace(",", delimiter))
    assert [(row["id"], row["postings"]) for row in account.rows()] == before


def test_file__with_semicolons_and_decimal_commas__is_refused_by_row(account: Account) -> None:
    account.sync(f"{HEADER.replace(',', ';')}\n2024-03-01 12:30;;;1,5;KAS;;;;;;;\n")
    (row,) = account.rows()
    assert row["reason"].endswith("no thousands separator, as 1234.5, found '1,5'")


@pytest.mark.parametrize("end", ["\r\n", "\n", "\r"])
def test_bad_row__after_quoted_line_breaks__is_reported_with_its_own_line(account: Account, end: str) -> None:
    lines = [HEADER, f'{FIRST[:-1]}"two{end}lines, and{end}three",', "", ",,,,,,,,,,,", "bad" + FIRST[4:], SECOND]
    account.sync(end.join(lines))
    good, bad, last = account.rows()
    assert good["description"] == f"two{end}lines, and{end}three"
    assert bad["reason"].startswith("old.csv, line 7, column Date: expected ")
    assert last["kind"] == "trade"


def test_stray_quote__at_the_start_of_a_cell__costs_its_own_line_only(account: Account) -> None:
    account.sync("\n".join([HEADER, FIRST, f'{FIRST[:-1]}"5 disk,', SECOND, f'{FIRST[:-1]}"a, b",', SECOND]))
    rows = account.rows()
    assert [row["status"] for row in rows] == ["final", "rejected", "final", "final", "final"]
    assert rows[1]["reason"] == (
        "old.csv, line 3, expected quotes in pairs around a cell, found one that does not close its cell"
    )


def test_stray_quote__on_the_last_line__costs_its_own_line_only(account: Account) -> None:
    account.sync("\n".join([HEADER, FIRST, f'{FIRST[:-1]}"5 disk,']))
    assert [row["status"] for row in account.rows()] == ["final", "rejected"]


def test_rows__that_say_the_same__are_kept_apart(account: Account) -> None:
    account.sync(f"{HEADER}\n{FIRST}\n{FIRST}\n{SECOND}\n{FIRST}")
    rows = account.rows()
    assert len({row["id"] for row in rows}) == 4
    assert [row["id"].rpartition("-")[2] for row in rows] == ["1", "2", "1", "3"]


def test_order__of_a_file_with_the_newest_first__is_turned_around(account: Account) -> None:
    sell = "2024-03-01 12:30 UTC,1,KAS,1,USD,,,,,,,"
    account.sync(f"{HEADER}\n{SECOND}\n{sell}\n{FIRST}")
    newest_first = sorted(account.rows(), key=lambda row: (row["occurred_at"], row["order"]))
    assert [row["kind"] for row in newest_first] == ["mining", "trade", "trade"]
    account.sync(f"{HEADER}\n{FIRST}\n{sell}\n{SECOND}")
    oldest_first = sorted(account.rows(), key=lambda row: (row["occurred_at"], row["order"]))
    assert [row["id"] for row in oldest_first] == [row["id"] for row in newest_first]
