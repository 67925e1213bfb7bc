"""`lotkeeper match`: the lot engine on a plain table, by the command that a person types."""

from decimal import Decimal
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from benchmarks.generator import events_table
from support.command import lotkeeper

HEADER = "event_id,occurred_at,account,asset,kind,quantity,value_usd,to_account,fee_quantity,lots,identified_at"
STORY = (
    "a,2024-01-05T12:00:00Z,kraken,BTC,acquire,1,40000,,,,",
    "b,2024-02-05T12:00:00Z,kraken,BTC,acquire,1,50000,,,,",
    "s,2024-06-01T12:00:00Z,kraken,BTC,dispose,1.5,67500,,,,",
)


def _csv(folder: Path, *lines: str, header: str = HEADER) -> Path:
    path = folder / "events.csv"
    path.write_text("\n".join([header, *lines]) + "\n", encoding="utf-8")
    return path


@pytest.mark.parametrize(("method", "first", "gains"), [("fifo", "a", [5000, -2500]), ("hifo", "b", [-5000, 2500])])
def test_match__csv__writes_what_the_method_takes(tmp_path: Path, method: str, first: str, gains: list[int]) -> None:
    output = tmp_path / "answer"
    done = lotkeeper("match", _csv(tmp_path, *STORY), "--method", method, "--output", output)
    assert done.returncode == 0, done.stderr
    rows = pq.read_table(output / "disposals.parquet").to_pylist()
    assert rows[0]["lot_id"] == first
    assert [row["gain_usd"] for row in rows] == [Decimal(gain) for gain in gains]
    assert sorted(path.name for path in output.iterdir()) == [
        "carried.parquet", "disposals.parquet", "lot_moves.parquet", "open_lots.parquet", "problems.parquet",
    ]  # fmt: skip
    assert "2500.00000000" in done.stdout


def test_match__parquet_and_csv_of_the_same_events__give_the_same_files(tmp_path: Path) -> None:
    table = events_table(2_000)
    pq.write_table(table, tmp_path / "events.parquet")
    rows = [["" if value is None else value for value in row.values()] for row in table.to_pylist()]
    lines = [",".join(_text(value) for value in row) for row in rows]
    path = _csv(tmp_path, *lines, header=",".join(table.column_names))
    for source, answer in ((tmp_path / "events.parquet", "p"), (path, "c")):
        done = lotkeeper("match", source, "--method", "hifo", "--output", tmp_path / answer)
        assert done.returncode == 0, done.stderr
    for name in ("carried", "disposals", "open_lots", "lot_moves", "problems"):
        one, other = (pq.read_table(tmp_path / answer / f"{name}.parquet") for answer in ("p", "c"))
        assert one.equals(other), name


def _text(value: object) -> str:
    return (
        f"{value:f}" if isinstance(value, Decimal) else value.isoformat() if hasattr(value, "isoformat") else str(value)
    )


@pytest.mark.parametrize(
    ("lines", "header", "words"),
    [
        ((STORY[1], STORY[0]), HEADER, "row 2"),
        ((STORY[0], STORY[0]), HEADER, "row 2"),
        ((STORY[0].replace(",1,", ",-1,"),), HEADER, "row 1"),
        ((STORY[0].replace("12:00:00Z", "12:00:00"),), HEADER, "time zone"),
        ((STORY[0].replace("acquire", "buy"),), HEADER, "row 1"),
        ((STORY[0].replace("40000", "forty"),), HEADER, "row 1"),
        ((STORY[0] + ",1",), HEADER + ",surprise", "surprise"),
        ((), "event_id,occurred_at", "account"),
    ],
)
def test_match__table_that_is_not_as_it_must_be__is_refused_with_the_row(
    tmp_path: Path, lines: tuple[str, ...], header: str, words: str
) -> None:
    done = lotkeeper("match", _csv(tmp_path, *lines, header=header), "--output", tmp_path / "answer")
    assert done.returncode == 2
    assert words in done.stderr
    assert not (tmp_path / "answer").exists()


def test_match__from_a_date_on_by_account__sells_only_what_the_account_holds(tmp_path: Path) -> None:
    lines = (
        "a,2024-01-05T12:00:00Z,kraken,BTC,acquire,1,40000,,,,",
        "b,2024-02-05T12:00:00Z,wallet,BTC,acquire,1,50000,,,,",
        "s,2024-06-01T12:00:00Z,wallet,BTC,dispose,1,45000,,,,",
    )
    for pool, lot in (("account-from:2025-01-01", "a"), ("account-from:2024-01-01", "b"), ("universal", "a")):
        done = lotkeeper("match", _csv(tmp_path, *lines), "--pool", pool, "--output", tmp_path / "answer")
        assert done.returncode == 0, done.stderr
        assert pq.read_table(tmp_path / "answer" / "disposals.parquet")["lot_id"].to_pylist() == [lot]
