"""What single rows of the file become: kinds, postings, instants, and the reasons of rows that are refused."""

import json
from datetime import UTC, datetime
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from connectors.csv_file.connector import CsvAccount, CsvConnector
from connectors.raw import RawStore

HEADER = (
    "Date,Sent Amount,Sent Currency,Received Amount,Received Currency,Fee Amount,Fee Currency,"
    "Net Worth Amount,Net Worth Currency,Label,Description,TxHash"
)
NOW = datetime(2026, 11, 24, 3, 0, tzinfo=UTC)


def import_lines(folder: Path, *lines: str, header: str = HEADER) -> list[dict]:
    path = folder / "old.csv"
    path.write_text("\n".join([header, *lines]) + "\n", encoding="utf-8")
    store = RawStore(folder / "raw")
    report = CsvConnector(CsvAccount("old", path)).sync(store, now=NOW)
    assert report.errors == []
    return pq.read_table(list(store.files("old", "transactions"))[-1].path).to_pylist()


def postings(row: dict) -> list[tuple[str, str, str]]:
    return [(posting["asset"], posting["quantity"], posting["role"]) for posting in row["postings"]]


def test_row__sent_and_received__is_a_trade_with_its_fee(tmp_path: Path) -> None:
    (row,) = import_lines(tmp_path, "2024-03-01 12:30:05 UTC,40000,USD,1.00000001,BTC,10.5,USD,,,,first buy,0xabc")
    assert (row["kind"], row["status"]) == ("trade", "final")
    assert row["occurred_at"] == datetime(2024, 3, 1, 12, 30, 5, tzinfo=UTC)
    assert postings(row) == [
        ("BTC", "1.00000001", "principal"),
        ("USD", "-40000", "principal"),
        ("USD", "-10.5", "fee"),
    ]
    assert (row["tx_hash"], row["description"]) == ("0xabc", "first buy")


@pytest.mark.parametrize(
    ("label", "received", "sent"),
    [
        ("", "deposit", "withdrawal"),
        ("reward", "reward", "unknown"),
        ("Reward", "reward", "unknown"),
        ("staking", "reward", "unknown"),
        ("cashback", "income", "unknown"),
        ("airdrop", "airdrop", "unknown"),
        ("mining", "mining", "unknown"),
        ("fork", "fork", "unknown"),
        ("lending interest", "interest", "unknown"),
        ("loan interest", "interest", "unknown"),
        ("lending_interest", "interest", "unknown"),
        ("other income", "income", "unknown"),
        ("salary", "income", "unknown"),
        ("gift", "gift_in", "gift_out"),
        ("lost", "unknown", "lost"),
        ("stolen", "unknown", "theft"),
        ("theft", "unknown", "theft"),
        ("donation", "unknown", "donation"),
        ("cost", "unknown", "fee"),
        ("margin fee", "unknown", "fee"),
        ("loan fee", "unknown", "fee"),
        ("tax", "unknown", "spend"),
        ("fee refund", "fee", "unknown"),
        ("realized gain", "margin", "margin"),
        ("Realized P&L", "margin", "margin"),
        ("stake", "deposit", "withdrawal"),
        ("remove from pool", "deposit", "unknown"),
        ("add to pool", "unknown", "withdrawal"),
        ("loan", "unknown", "unknown"),
        ("loan repayment", "unknown", "unknown"),
        ("ignored", "unknown", "unknown"),
        ("my own word", "unknown", "unknown"),
    ],
)
def test_label__on_either_direction__makes_its_kind(tmp_path: Path, label: str, received: str, sent: str) -> None:
    rows = import_lines(tmp_path, f"2024-03-01 12:30,,,1,KAS,,,,,{label},,", f"2024-03-01 12:31,1,KAS,,,,,,,{label},,")
    assert [row["kind"] for row in rows] == [received, sent]
    assert {row["status"] for row in rows} == {"final"}


@pytest.mark.parametrize(
    ("label", "kind"),
    [("", "trade"), ("swap", "wrap"), ("realized gain", "margin"), ("reward", "unknown"), ("liquidity in", "trade")],
)
def test_label__on_a_row_with_both_sides__makes_its_kind(tmp_path: Path, label: str, kind: str) -> None:
    (row,) = import_lines(tmp_path, f"2024-03-01 12:30,1,LEND,0.01,AAVE,,,,,{label},,")
    assert row["kind"] == kind


@pytest.mark.parametrize(("label", "token"), [("liquidity in", "UNI"), ("Liquidity_Out", "ETH"), ("swap", None)])
def test_label__of_liquidity__marks_the_pools_token(tmp_path: Path, label: str, token: str | None) -> None:
    (row,) = import_lines(tmp_path, f"2024-03-01 12:30,1,ETH,5,UNI,,,,,{label},,")
    assert row["marks"] == ([] if token is None else [{"asset": token, "word": "liquidity"}])


def test_label__of_liquidity__on_one_side_only__is_unknown(tmp_path: Path) -> None:
    (row,) = import_lines(tmp_path, "2024-03-01 12:30,1,ETH,,,,,,,liquidity in,,")
    assert (row["kind"], row["marks"]) == ("unknown", [])


def test_label__that_is_not_known__stays_readable(tmp_path: Path) -> None:
    with_text, without = import_lines(
        tmp_path, "2024-03-01 12:30,,,1,KAS,,,,,bounty,for a bug,", "2024-03-01 12:31,,,1,KAS,,,,,bounty,,"
    )
    assert with_text["description"] == "[bounty] for a bug"
    assert without["description"] == "[bounty]"


def test_row__with_a_fee_only__is_a_fee(tmp_path: Path) -> None:
    (row,) = import_lines(tmp_path, "2024-03-01 12:30,,,,,0.001,ETH,,,,approve,0x1")
    assert row["kind"] == "fee"
    assert postings(row) == [("ETH", "-0.001", "fee")]


def test_row__with_zero_on_one_side__moves_the_other_only(tmp_path: Path) -> None:
    (row,) = import_lines(tmp_path, "2024-03-01 12:30,0,,5,KAS,0.00,USD,,,,,")
    assert row["kind"] == "deposit"
    assert postings(row) == [("KAS", "5", "principal")]


def test_row__with_zeros_only__is_kept_as_moving_nothing(tmp_path: Path) -> None:
    (row,) = import_lines(tmp_path, "2024-03-01 12:30,,,0.0,SCAM,,,,,airdrop,,")
    assert (row["status"], row["postings"]) == ("canceled", [])


def test_row__of_a_coin_for_itself__is_unknown(tmp_path: Path) -> None:
    (row,) = import_lines(tmp_path, "2024-03-01 12:30,1,KAS,0.9,KAS,,,,,,,")
    assert row["kind"] == "unknown"
    assert postings(row) == [("KAS", "0.9", "principal"), ("KAS", "-1", "principal")]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2024-01-31", datetime(2024, 1, 31, tzinfo=UTC)),
        ("2024-01-31 13:45", datetime(2024, 1, 31, 13, 45, tzinfo=UTC)),
        ("2024-01-31 13:45 UTC", datetime(2024, 1, 31, 13, 45, tzinfo=UTC)),
        ("2024-01-31 13:45:10 UTC", datetime(2024, 1, 31, 13, 45, 10, tzinfo=UTC)),
        ("2024-01-31T13:45:10Z", datetime(2024, 1, 31, 13, 45, 10, tzinfo=UTC)),
        ("2024-01-31T13:45:10.123456789Z", datetime(2024, 1, 31, 13, 45, 10, 123456, tzinfo=UTC)),
        ("2024-01-31T13:45:10.5+02:00", datetime(2024, 1, 31, 11, 45, 10, 500000, tzinfo=UTC)),
        ("2024-01-01 01:00:00 +0200", datetime(2023, 12, 31, 23, tzinfo=UTC)),
        ("2023-12-31 20:00-05", datetime(2024, 1, 1, 1, tzinfo=UTC)),
    ],
)
def test_date__in_an_accepted_form__is_the_utc_instant(tmp_path: Path, text: str, expected: datetime) -> None:
    (row,) = import_lines(tmp_path, f"{text},,,1,KAS,,,,,,,")
    assert row["occurred_at"] == expected


@pytest.mark.parametrize(
    "text",
    ["01/02/2024", "01/02/2024 10:00", "2024-13-01", "2023-02-29 10:00", "2024-01-31 25:00", "1706708700", "",
     "2024-01-31 13:45 EST", "0024-01-31 13:45", "2024-01-31 13:45 +99:00", "yesterday"],
)  # fmt: skip
def test_date__ambiguous_or_wrong__is_refused_with_what_was_expected(tmp_path: Path, text: str) -> None:
    (row,) = import_lines(tmp_path, f"{text},,,1,KAS,,,,,,,")
    assert row["status"] == "rejected"
    assert row["occurred_at"] is None
    assert row["reason"] == (
        "old.csv, line 2, column Date: expected a date and time as 2024-01-31 13:45, 2024-01-31 13:45:10 UTC or "
        f"2024-01-31T13:45:10+02:00, of the years 2000 to 2099, found {text!r}"
    )


@pytest.mark.parametrize(
    ("text", "quantity"),
    [
        ("0.123456789012345678", "0.123456789012345678"),
        ("12345678901234567890.000000000000000001", "12345678901234567890.000000000000000001"),
        ("1e-8", "0.00000001"),
        ("2.50E+3", "2500"),
        ("+7", "7"),
        (".5", "0.5"),
        ("7.", "7"),
        ("1.10", "1.10"),
    ],
)
def test_amount__however_written__keeps_every_digit(tmp_path: Path, text: str, quantity: str) -> None:
    (row,) = import_lines(tmp_path, f"2024-03-01 12:30,,,{text},KAS,,,,,,,")
    assert postings(row) == [("KAS", quantity, "principal")]


@pytest.mark.parametrize(
    "text", ['"1,234.5"', '"1,5"', "1 000", "1'000", "$5", "NaN", "inf", "0x10", "1e999", "\u0661"]
)
def test_amount__not_plain_digits__is_refused_by_column(tmp_path: Path, text: str) -> None:
    (row,) = import_lines(tmp_path, f"2024-03-01 12:30,{text},USD,1,KAS,,,,,,,")
    shown = text.strip('"')
    assert row["reason"] == (
        "old.csv, line 2, column Sent Amount: expected an amount in digits with a decimal point and no thousands "
        f"separator, as 1234.5, found {shown!r}"
    )


@pytest.mark.parametrize(
    ("line", "column"),
    [("-1,KAS,,,,", "Sent Amount"), (",,-1,KAS,,", "Received Amount"), ("1,KAS,,,-1,USD", "Fee Amount")],
)
def test_amount__with_a_minus_sign__is_refused_because_the_column_says_the_direction(
    tmp_path: Path, line: str, column: str
) -> None:
    (row,) = import_lines(tmp_path, f"2024-03-01 12:30,{line},,,,,")
    assert row["status"] == "rejected"
    assert row["reason"].startswith(f"old.csv, line 2, column {column}: expected an amount")
    assert "without a sign" in row["reason"]


@pytest.mark.parametrize(
    ("line", "column"),
    [
        (",,1,,,", "Received Currency"),
        (",,1,500,,", "Received Currency"),
        (",,1,US Dollar,,", "Received Currency"),
        (",,,KAS,,", "Received Amount"),
        (",,1,KAS,1,", "Fee Currency"),
        (",,,,,", "Sent Amount, Received Amount"),
    ],
)
def test_row__with_a_part_missing__is_refused_by_column(tmp_path: Path, line: str, column: str) -> None:
    (row,) = import_lines(tmp_path, f"2024-03-01 12:30,{line},,,,,")
    assert row["status"] == "rejected"
    assert row["reason"].startswith(f"old.csv, line 2, column {column}: expected ")


def test_row__with_a_fee_currency_but_no_fee__is_imported(tmp_path: Path) -> None:
    (row,) = import_lines(tmp_path, "2024-03-01 12:30,,,1,KAS,,USD,,,,,")
    assert postings(row) == [("KAS", "1", "principal")]


def test_row__with_an_unquoted_thousands_separator__is_refused_and_not_shifted(tmp_path: Path) -> None:
    (row,) = import_lines(tmp_path, "2024-03-01 12:30,1,234,USD,1,KAS,,,,,,,")
    assert row["reason"].startswith("old.csv, line 2, expected 12 columns as in the header, found 13")


def test_currency__in_small_letters__is_the_same_in_capitals(tmp_path: Path) -> None:
    rows = import_lines(tmp_path, "2024-03-01 12:30,,,1,btc,,,,,,,", "2024-03-01 12:30,,,1,stETH,,,,,,,")
    assert [row["postings"][0]["asset"] for row in rows] == ["BTC", "stETH"]


def test_row__with_a_net_worth__says_what_it_was_worth(tmp_path: Path) -> None:
    rows = import_lines(
        tmp_path,
        "2024-03-01 12:30,,,1,ETH,,,3400.50,eur,reward,,",
        "2024-03-02 12:30,,,1,ETH,,,0,USD,reward,,",  # what exporters write where they do not know
        "2024-03-03 12:30,,,1,ETH,,,,,reward,,",
    )
    assert [(row["worth_asset"], row["worth_quantity"]) for row in rows] == [
        ("EUR", "3400.50"),
        (None, None),
        (None, None),
    ]


@pytest.mark.parametrize("cells", ["3400,", '"3,400",USD', "-5,USD", "123456789012345678901,USD"])
def test_row__with_a_net_worth_that_can_not_be_read__is_rejected_and_says_where(tmp_path: Path, cells: str) -> None:
    (row,) = import_lines(tmp_path, f"2024-03-01 12:30,,,1,ETH,,,{cells},reward,,")
    assert row["status"] == "rejected"
    assert "column Net Worth" in row["reason"]


def test_payload__of_a_row__keeps_every_cell_as_it_stands(tmp_path: Path) -> None:
    (row,) = import_lines(
        tmp_path,
        "2024-03-01 12:30,,,1,KAS,,,0.12 ,USD,mining,,,pool-7,",
        header=HEADER + ",Wallet,",
    )
    payload = json.loads(row["payload"])
    assert (payload["Net Worth Amount"], payload["Net Worth Currency"], payload["Wallet"]) == (
        "0.12 ",
        "USD",
        "pool-7",
    )
    assert list(payload)[-1] == "column 14"


@pytest.mark.parametrize(
    ("line", "assets"),
    [
        ("yesterday,2,BTC,1,KAS,3,USD,,,,,", ["BTC", "KAS", "USD"]),
        ('2024-01-31 10:00,,,"1,5",KAS,,,,,,,', ["KAS"]),
        ("2024-01-31 10:00,1,,1,KAS,,,,,,,", []),  # what was sent is not told: it may be any coin
    ],
)
def test_row__rejected__names_the_coins_it_is_about_where_all_can_be_read(
    tmp_path: Path, line: str, assets: list[str]
) -> None:
    (row,) = import_lines(tmp_path, line)
    assert row["status"] == "rejected"
    assert row["assets"] == assets
