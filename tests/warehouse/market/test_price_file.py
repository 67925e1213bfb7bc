"""The user's prices.csv: what it may say, and the sentence for what it may not."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from warehouse.market.price_file import PriceFileError, read_price_file


def _write(folder: Path, *lines: str) -> Path:
    path = folder / "prices.csv"
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


def test_price_file__days_and_instants__are_closes_and_instants(tmp_path: Path) -> None:
    path = _write(
        tmp_path,
        "price_usd, asset, at",
        "0.1234, KAS, 2025-03-01",
        "",
        "100, BTC, 2025-03-01T12:00:00",
        "101, BTC, 2025-03-01T12:00:00-05:00",
    )
    assert [(row["asset"], row["at"], row["price_usd"]) for row in read_price_file(path).to_pylist()] == [
        ("KAS", datetime(2025, 3, 2, tzinfo=UTC), "0.1234"),
        ("BTC", datetime(2025, 3, 1, 12, tzinfo=UTC), "100.0"),
        ("BTC", datetime(2025, 3, 1, 17, tzinfo=UTC), "101.0"),
    ]


@pytest.mark.parametrize(
    ("line", "sentence"),
    [
        ("BTC,yesterday,1", r"line 2, column at: 'yesterday'\. Expected a day"),
        ("BTC,2025-03-01,1.234.5", r"line 2, column price_usd: '1\.234\.5'\. Expected a decimal"),
        ("BTC,2025-03-01,-1", r"line 2, column price_usd: '-1'"),
        ("BTC,2025-03-01,0.0000000000000000001", r"line 2, column price_usd"),
        (",2025-03-01,1", r"line 2, column asset: empty"),
        ("BTC,2025-03-01", r"line 2: 2 columns\. Expected 3"),
        ("BTC,2025-03-01,1\nBTC,2025-03-02T00:00:00Z,2", r"line 3: BTC already has a price at this instant, in line 2"),
    ],
)
def test_price_file__a_line_that_is_no_price__is_named(tmp_path: Path, line: str, sentence: str) -> None:
    with pytest.raises(PriceFileError, match=sentence):
        read_price_file(_write(tmp_path, "asset,at,price_usd", line))


@pytest.mark.parametrize("header", ["", "asset,date,price", "asset,at"])
def test_price_file__other_columns__are_named(tmp_path: Path, header: str) -> None:
    with pytest.raises(PriceFileError, match=r"line 1: the columns are .*Expected asset,at,price_usd"):
        read_price_file(_write(tmp_path, header))
