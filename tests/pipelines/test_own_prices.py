"""A book of one CSV file, by the commands that a person types: its own prices, and venues that can not be asked."""

import json
from pathlib import Path

import pytest

from connectors.raw import RawStore
from support.command import lotkeeper

HEADER = (
    "Date,Sent Amount,Sent Currency,Received Amount,Received Currency,Fee Amount,Fee Currency,Net Worth Amount,"
    "Net Worth Currency,Label,Description,TxHash"
)
ROWS = [
    "2025-05-01 00:00,,,0.5,ETH,,,,,reward,,",
    "2025-06-01 00:00,,,0.5,ETH,,,700,USD,reward,,",
]


def _book(folder: Path, prices: str) -> Path:
    (folder / "old.csv").write_text("\n".join([HEADER, *ROWS]) + "\n", encoding="utf-8")
    config = folder / "lotkeeper.toml"
    config.write_text(
        f'as_of = 2025-07-01T00:00:00Z\n[taxpayer]\ntime_zone = "UTC"\n[prices]\n{prices}\n'
        '[[account]]\nname = "old"\nkind = "csv"\npath = "old.csv"\n',
        encoding="utf-8",
    )
    return config


def _income(config: Path) -> list[tuple[str, str | None]]:
    query = "SELECT i.value_usd, p.price_source FROM tax.income AS i JOIN ledger.postings AS p USING (transaction_id)"
    told = lotkeeper("sql", "--config", config, "--format", "json", "-c", f"{query} ORDER BY i.received_at")
    assert told.returncode == 0, told.stderr
    return [(row["value_usd"], row["price_source"]) for row in json.loads(told.stdout)]


@pytest.mark.parametrize("named", ["", 'file = "prices.csv"'])
def test_sync__a_price_file_beside_the_configuration__is_used_named_or_not(tmp_path: Path, named: str) -> None:
    (tmp_path / "prices.csv").write_text("asset,at,price_usd\nETH,2025-05-01,1800\n", encoding="utf-8")
    config = _book(tmp_path, f"venues = []\n{named}")
    assert lotkeeper("sync", "--config", config).returncode == 0
    assert _income(config) == [("900.00000000", "prices.csv"), ("700.00000000", "told with the transaction")]


def test_sync__a_price_venue_that_can_not_be_asked__is_said_once_and_no_price_is_not_called_missing(
    tmp_path: Path,
) -> None:
    config = _book(tmp_path, 'venues = ["kraken"]\nreplay = { kraken = "nowhere" }')
    done = lotkeeper("sync", "--config", config)
    assert done.returncode == 0, done.stderr
    said = done.stdout.replace("\n", " ")
    assert said.count("prices: kraken:") == 1, said
    assert len(list(RawStore(tmp_path / "data" / "raw").files("prices", "attempts"))) == 1
    assert _income(config) == [(None, None), ("700.00000000", "told with the transaction")]
    problems = lotkeeper("problems", "--config", config).stdout.replace("\n", " ")
    assert "kraken could not be asked at the last sync, and the next asks again" in problems
    assert "Add one to prices.csv" not in problems
