"""What holds of any file: rows come back as they were written, nothing is dropped, ids do not depend on places."""

import csv
import io
import json
import tempfile
from datetime import UTC, datetime
from pathlib import Path

import pyarrow.parquet as pq
from hypothesis import given, settings
from hypothesis import strategies as st

from connectors.csv_file.connector import CsvAccount, CsvConnector
from connectors.raw import RawStore

COLUMNS = (
    "Date", "Sent Amount", "Sent Currency", "Received Amount", "Received Currency", "Fee Amount", "Fee Currency",
    "Net Worth Amount", "Net Worth Currency", "Label", "Description", "TxHash",
)  # fmt: skip
NOW = datetime(2026, 11, 24, 3, 0, tzinfo=UTC)

amounts = st.decimals(min_value="0.000000000000000001", max_value=10**15, places=18).map(lambda value: f"{value:f}")
currencies = st.sampled_from(["BTC", "KAS", "USD", "1INCH", "stETH"])
texts = st.text(alphabet=st.characters(codec="utf-8", exclude_characters="\x00"), max_size=20).map(
    lambda text: " ".join(text.split())
)


@st.composite
def good_rows(draw: st.DrawFn) -> dict[str, str]:
    moved = draw(st.sampled_from([("Sent",), ("Received",), ("Sent", "Received")]))
    row = dict.fromkeys(COLUMNS, "")
    instant = draw(st.datetimes(datetime(2001, 1, 1), datetime(2098, 12, 31)))  # noqa: DTZ001 (written as UTC)
    row["Date"] = f"{instant.isoformat(sep=' ')} UTC" if instant.microsecond else f"{instant:%Y-%m-%d %H:%M:%S}"
    pair = draw(st.permutations(["BTC", "KAS", "USD", "1INCH", "stETH"]))
    for side, currency in zip(moved, pair, strict=False):
        row[f"{side} Amount"], row[f"{side} Currency"] = draw(amounts), currency
    if draw(st.booleans()):
        row["Fee Amount"], row["Fee Currency"] = draw(amounts), draw(currencies)
    row["Description"], row["TxHash"] = draw(texts), draw(texts)
    return row


def write(rows: list[dict[str, str]], *, delimiter: str = ",", columns: tuple[str, ...] = COLUMNS) -> str:
    sink = io.StringIO(newline="")
    writer = csv.DictWriter(sink, columns, delimiter=delimiter, lineterminator="\r\n")
    writer.writeheader()
    writer.writerows(rows)
    return sink.getvalue()


def imported(content: str) -> list[dict]:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "any.csv").write_bytes(content.encode())
        store = RawStore(folder / "raw")
        report = CsvConnector(CsvAccount("any", folder / "any.csv")).sync(store, now=NOW)
        assert report.errors == []
        (file,) = store.files("any", "transactions")
        return pq.read_table(file.path).to_pylist()


@settings(deadline=None, max_examples=60)
@given(st.lists(good_rows(), max_size=8))
def test_good_rows__written_and_imported__come_back_exactly(rows: list[dict[str, str]]) -> None:
    found = imported(write(rows))
    assert len(found) == len(rows)
    for row, transaction in zip(rows, found, strict=True):
        written = [
            (row[f"{side} Currency"], sign + row[f"{side} Amount"], role)
            for side, sign, role in (("Received", "", "principal"), ("Sent", "-", "principal"), ("Fee", "-", "fee"))
            if row[f"{side} Amount"]
        ]
        assert [(p["asset"], p["quantity"], p["role"]) for p in transaction["postings"]] == written
        assert transaction["occurred_at"] == datetime.fromisoformat(row["Date"].removesuffix(" UTC") + "+00:00")
        assert (transaction["description"] or "") == row["Description"]
        assert (transaction["tx_hash"] or "") == row["TxHash"]
        assert transaction["status"] == "final"


@settings(deadline=None, max_examples=60)
@given(st.lists(good_rows(), max_size=8), st.randoms(use_true_random=False), st.permutations(COLUMNS))
def test_ids__after_rows_and_columns_changed_places__are_the_same(
    rows: list[dict[str, str]], random: object, columns: list[str]
) -> None:
    rows += rows[:2]
    before = {transaction["id"]: transaction["postings"] for transaction in imported(write(rows))}
    assert len(before) == len(rows)
    random.shuffle(rows)
    after = {
        transaction["id"]: transaction["postings"]
        for transaction in imported(write(rows, delimiter=";", columns=tuple(columns)))
    }
    assert after == before


lines = st.one_of(
    st.text(alphabet='",;\n\t aB1.-', max_size=30),
    st.just('2024-01-01,,,1,"KAS",,,,,,"a ""b""",'),
    st.just("2024-01-01,,,1,KAS,,,,,,,"),
)


@settings(deadline=None, max_examples=150)
@given(st.lists(lines, max_size=12))
def test_any_lines__imported__are_each_a_transaction_or_rejected(parts: list[str]) -> None:
    body = "\n".join(parts)
    sound = sum(part.startswith("2024") for part in parts)
    found = imported(",".join(COLUMNS) + "\n" + body)
    told = "".join(cell for transaction in found for cell in json.loads(transaction["payload"]).values())
    for character in "aB1.-":
        assert told.count(character) == body.count(character)
    assert len({transaction["id"] for transaction in found}) == len(found)
    assert all(transaction["reason"] for transaction in found if transaction["status"] == "rejected")
    if not any('"' in part for part in parts if not part.startswith("2024")):
        assert sum(transaction["status"] == "final" for transaction in found) == sound
