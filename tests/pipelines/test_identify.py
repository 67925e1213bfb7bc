"""`lotkeeper identify`, by the command that a person types, and what a sale after it consumes."""

import json
import shutil
import subprocess
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from support.command import lotkeeper

HEADER = (
    "Date,Sent Amount,Sent Currency,Received Amount,Received Currency,Fee Amount,Fee Currency,Net Worth Amount,"
    "Net Worth Currency,Label,Description,TxHash"
)
BOUGHT = ("2025-02-01 12:00,10,USD,1,BTC,,,,,,,", "2025-03-01 12:00,30,USD,1,BTC,,,,,,,")


@pytest.fixture(name="built", scope="module")
def _built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One account in which 1 BTC was bought at 10 and 1 at 30, synced and built."""
    folder = tmp_path_factory.mktemp("identify")
    config = folder / "lotkeeper.toml"
    config.write_text(
        '[taxpayer]\ntime_zone = "UTC"\n[prices]\nvenues = []\nfile = "prices.csv"\n'
        '[[account]]\nname = "old"\nkind = "csv"\npath = "old.csv"\n',
        encoding="utf-8",
    )
    (folder / "prices.csv").write_text("asset,at,price_usd\nBTC,2025-03-01,20\n", encoding="utf-8")
    _import(folder)
    assert lotkeeper("sync", "--config", config).returncode == 0
    return config


@pytest.fixture(name="config")
def _config(built: Path, tmp_path: Path) -> Path:
    """A copy of it."""
    shutil.copytree(built.parent, tmp_path, dirs_exist_ok=True)
    return tmp_path / built.name


def _import(folder: Path, *lines: str) -> None:
    (folder / "old.csv").write_text("\n".join([HEADER, *BOUGHT, *lines]) + "\n", encoding="utf-8")


def _rows(config: Path, query: str) -> list[dict[str, str]]:
    done = lotkeeper("sql", "--config", config, "-c", query, "--format", "json")
    assert done.returncode == 0, done.stderr
    rows: list[dict[str, str]] = json.loads(done.stdout)
    return rows


def _identify(config: Path, *options: str) -> "subprocess.CompletedProcess[str]":
    return lotkeeper("identify", "--config", config, "--account", "old", *options)


def test_identify__by_method_before_a_sale__the_sale_is_of_those_lots(config: Path) -> None:
    done = _identify(config, "--asset", "BTC", "--quantity", "0.5", "--method", "hifo", "--note", "as told to nobody")
    assert done.returncode == 0, done.stderr
    assert "2025-03-01" in done.stdout
    assert "15.00" in done.stdout  # half of the lot of 30
    journal = (config.parent / "identifications.jsonl").read_text(encoding="utf-8").splitlines()
    assert [json.loads(line)["note"] for line in journal] == ["as told to nobody"]
    sold_at = datetime.now(UTC) + timedelta(hours=1)
    _import(config.parent, f"{sold_at:%Y-%m-%d %H:%M},1,BTC,20,USD,,,,,,,")
    later = (sold_at + timedelta(hours=1)).isoformat()
    assert lotkeeper("sync", "--config", config, "--as-of", later).returncode == 0
    sold = _rows(config, "SELECT acquired_at::DATE AS day, quantity, method FROM lots.disposals ORDER BY day")
    assert [(row["day"], float(row["quantity"]), row["method"]) for row in sold] == [
        ("2025-02-01", 0.5, "fifo"), ("2025-03-01", 0.5, "specific"),
    ]  # fmt: skip
    shown = lotkeeper("identify", "--config", config)
    assert shown.returncode == 0
    assert "used" in shown.stdout
    assert "every hash holds" in shown.stdout


def test_identify__units_that_are_identified_already__are_not_free_again(config: Path) -> None:
    lot = _rows(config, "SELECT lot_id FROM lots.open_lots ORDER BY acquired_at")[0]["lot_id"]
    assert _identify(config, "--asset", "BTC", "--lots", f"{lot}:0.75").returncode == 0
    again = _identify(config, "--asset", "BTC", "--lots", f"{lot}:0.5")
    assert (again.returncode, again.stdout) == (2, "")
    assert "0.25 free, fewer than 0.5" in again.stderr
    assert _identify(config, "--asset", "BTC", "--lots", lot).returncode == 0
    lines = (config.parent / "identifications.jsonl").read_text(encoding="utf-8").splitlines()
    assert [json.loads(line)["lots"] for line in lines] == [[[lot, "0.75"]], [[lot, "0.25"]]]


def test_identify__standing_order__holds_from_the_next_build_on(config: Path) -> None:
    done = _identify(config, "--standing", "hifo", "--broker-told")
    assert done.returncode == 0, done.stderr
    assert lotkeeper("sync", "--config", config).returncode == 0
    assert _rows(config, "SELECT method, reason FROM lots.methods WHERE is_current") == [
        {"method": "hifo", "reason": "standing order 1 of the journal"}
    ]
    query = "SELECT sell_first_quantity, method FROM harvest.lot_values ORDER BY acquired_at"
    assert [(float(row["sell_first_quantity"]), row["method"]) for row in _rows(config, query)] == [
        (1, "hifo"), (0, "hifo"),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (["--asset", "BTC"], "say what to record"),
        (["--asset", "BTC", "--lots", "x", "--standing", "hifo"], "choose one"),
        (["--quantity", "1", "--method", "hifo"], "--asset is needed"),
        (["--asset", "BTC", "--quantity", "3", "--method", "hifo"], "2 is free there, less than 3"),
        (["--asset", "BTC", "--quantity", "1"], "--method '' is none of"),
        (["--asset", "BTC", "--quantity", "-1", "--method", "hifo"], "not above 0"),
        (["--asset", "BTC", "--lots", "nothing"], "lot nothing is not open there"),
        (["--asset", "BTC", "--lots", "a b", "--expires", "soon"], "not open there"),
        (["--standing", "average"], "is none of"),
        (["--allocation"], "names no allocation"),
    ],
)
def test_identify__what_can_not_be_recorded__is_refused_and_nothing_written(
    config: Path, options: list[str], words: str
) -> None:
    done = _identify(config, *options)
    assert done.returncode == 2
    assert words in done.stderr
    assert not (config.parent / "identifications.jsonl").exists()
