"""The whole line on the sample book, by the commands that a person types."""

import csv
import io
import json
import re
import shutil
import sqlite3
import stat
from pathlib import Path

import duckdb
import pyarrow.parquet as pq
import pytest
from filelock import FileLock

from support.command import lotkeeper
from support.sample import copy_sample, published_rows


def test_sync__sample_book__every_table_has_rows(sample_night: Path) -> None:
    empty = {table for table, rows in published_rows(sample_night).items() if not rows}
    assert empty == {
        "harvest.score_fills",  # nothing was planned before the first night
        "harvest.scores",
        "ledger.duplicates",  # each of its events has one source
        "lots.carried",  # liquidity is a trade in it
        "lots.identifications",
        "lots.identification_uses",
        "lots.share_matches",  # pools of shares are another country's
        "lots.share_pools",
        "tax.wash_sale_parts",  # no wash sale is in force in a book of coins
    }


def test_sync__sample_book__publishes_the_report_page_with_the_file(sample_night: Path) -> None:
    page = (sample_night.parent / "data" / "report.html").read_text(encoding="utf-8")
    with duckdb.connect(sample_night.parent / "data" / "lotkeeper.duckdb", read_only=True) as connection:
        losses = connection.execute(
            "SELECT -sum(unrealized_usd)::DECIMAL(38, 2) FROM harvest.candidates WHERE status = 'ready' GROUP BY term"
        ).fetchall()
    assert len(losses) == 2
    for (loss,) in losses:
        assert f"{loss:,}" in page


def test_sync__again__changes_no_published_row(sample_copy: Path) -> None:
    before = published_rows(sample_copy)
    done = lotkeeper("sync", "--config", sample_copy)
    assert done.returncode == 0, done.stdout + done.stderr
    assert published_rows(sample_copy) == before


def test_sync__accounts_in_another_order__publishes_the_same_rows(sample_night: Path, tmp_path: Path) -> None:
    config = copy_sample(tmp_path)
    head, *accounts = config.read_text(encoding="utf-8").split("[[account]]")
    config.write_text("[[account]]".join([head, *reversed(accounts)]), encoding="utf-8")
    assert lotkeeper("sync", "--config", config).returncode == 0
    assert published_rows(config) == published_rows(sample_night)


def test_sync__everything_but_raw_deleted__publishes_the_same_rows(sample_copy: Path) -> None:
    before = published_rows(sample_copy)
    for path in (sample_copy.parent / "data").iterdir():
        if path.name != "raw":
            shutil.rmtree(path) if path.is_dir() else path.unlink()
    assert lotkeeper("sync", "--config", sample_copy).returncode == 0
    assert published_rows(sample_copy) == before


def test_sync__one_account_fails__others_are_booked_and_numbers_say_so(sample_copy: Path) -> None:
    shutil.rmtree(sample_copy.parent / "imports")
    done = lotkeeper("sync", "--config", sample_copy, "--as-of", "2026-11-21T03:00:00-05:00")
    assert done.returncode == 1
    assert "pool.csv can not be read" in done.stdout.replace("\n", " ")
    with duckdb.connect(sample_copy.parent / "data" / "lotkeeper.duckdb", read_only=True) as connection:
        error = connection.execute(
            "SELECT last_error FROM quality.coverage WHERE account = 'pool' AND last_error IS NOT NULL"
        ).fetchall()
        assert "can not be read" in error[0][0]
        statuses = connection.execute(
            "SELECT DISTINCT status FROM harvest.candidates WHERE account = 'pool'"
        ).fetchall()
        assert ("ready",) not in statuses
        kraken = connection.execute("SELECT count(*) FROM ledger.postings WHERE account = 'kraken'").fetchall()
        assert kraken[0][0] > 0


def test_sync__account_is_being_synced_already__says_so_and_leaves_it(sample_copy: Path) -> None:
    with FileLock(sample_copy.parent / "data" / "raw" / ".kraken.lock"):
        done = lotkeeper("sync", "--config", sample_copy)
    assert done.returncode == 1
    assert "being synced by another process" in done.stdout.replace("\n", " ")


def test_sync__raw_file_was_altered__names_it_and_leaves_what_was_published(sample_copy: Path) -> None:
    before = published_rows(sample_copy)
    altered = min((sample_copy.parent / "data" / "raw" / "kraken" / "trades").glob("*.parquet"))
    content = bytearray(altered.read_bytes())
    content[len(content) // 2] ^= 1
    altered.write_bytes(content)
    done = lotkeeper("sync", "--config", sample_copy)
    assert done.returncode == 1
    assert altered.name in done.stdout.replace("\n", "")
    assert "Traceback" not in done.stdout + done.stderr
    assert published_rows(sample_copy) == before


def test_sync__wrong_line_in_the_price_file__names_it_and_publishes_nothing(sample_copy: Path) -> None:
    before = published_rows(sample_copy)
    with (sample_copy.parent / "prices.csv").open("a", encoding="utf-8") as file:
        file.write("ALPH,2026-11-19,twelve\n")
    done = lotkeeper("sync", "--config", sample_copy)
    assert done.returncode == 1
    assert "twelve" in done.stdout
    assert "line" in done.stdout
    assert "Traceback" not in done.stdout + done.stderr
    assert published_rows(sample_copy) == before


def test_sync__files__are_readable_by_their_owner_only(sample_night: Path) -> None:
    for path in (sample_night.parent / "data").rglob("*"):
        if path.is_relative_to(sample_night.parent / "data" / "dagster") and path.parent.name != "data":
            continue  # inside Dagster's own folder, which nobody else can enter
        assert stat.S_IMODE(path.stat().st_mode) & 0o077 == 0, path


def test_sync__secrets__are_in_no_file_that_is_made(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    config = copy_sample(tmp_path)
    text = config.read_text(encoding="utf-8").replace(
        'replay = "venues/kraken"  ', 'replay = "venues/kraken"\napi_key = "env:LK_KEY"\nsecret = "env:LK_SECRET"\n#', 1
    )
    assert "env:LK_SECRET" in text
    config.write_text(text, encoding="utf-8")
    monkeypatch.setenv("LK_KEY", "PUBLICLOOKINGKEY0123456789")
    monkeypatch.setenv("LK_SECRET", "c2VjcmV0LXNlY3JldC1zZWNyZXQtc2VjcmV0")
    done = lotkeeper("sync", "--config", config)
    assert done.returncode == 0, done.stdout + done.stderr
    everything = done.stdout + done.stderr + _all_text(tmp_path / "data")
    assert "PUBLICLOOKINGKEY0123456789" not in everything
    assert "c2VjcmV0LXNlY3JldC1zZWNyZXQtc2VjcmV0" not in everything


def _all_text(data: Path) -> str:
    """Everything in the files under `data`, unpacked."""
    parts = [str(row) for rows in published_rows(data.parent / "lotkeeper.toml").values() for row in rows]
    for path in data.rglob("*"):
        if path.suffix == ".parquet":
            parts += [str(pq.read_table(path).to_pylist()), str(pq.read_metadata(path).metadata)]
        elif path.suffix == ".db":
            with sqlite3.connect(path) as connection:
                parts += list(connection.iterdump())
        elif path.is_file() and path.suffix != ".duckdb":
            parts.append(path.read_text(encoding="utf-8", errors="replace"))
    return "\n".join(parts)


def test_candidates__formats__agree_with_the_table(sample_night: Path) -> None:
    as_csv = list(
        csv.DictReader(io.StringIO(lotkeeper("candidates", "--format", "csv", "--config", sample_night).stdout))
    )
    as_json = json.loads(lotkeeper("candidates", "--format", "json", "--config", sample_night).stdout)
    with duckdb.connect(sample_night.parent / "data" / "lotkeeper.duckdb", read_only=True) as connection:
        counted = connection.execute("SELECT count(*), sum(unrealized_usd)::VARCHAR FROM harvest.candidates").fetchall()
    assert len(as_csv) == len(as_json) == counted[0][0]
    assert [row["lot_id"] for row in as_csv] == [row["lot_id"] for row in as_json]


def test_candidates__limit__says_how_many_more_there_are(sample_night: Path) -> None:
    shown = lotkeeper("candidates", "--limit", "2", "--config", sample_night).stdout
    assert re.search(r"[\d,]+ more: --limit", shown)


def test_gains__year__sums_what_the_published_disposals_say(sample_night: Path) -> None:
    rows = json.loads(lotkeeper("gains", "--year", "2025", "--format", "json", "--config", sample_night).stdout)
    assert {row["tax_year"] for row in rows} == {2025}
    shown = lotkeeper("gains", "--year", "2025", "--config", sample_night).stdout
    with duckdb.connect(sample_night.parent / "data" / "lotkeeper.duckdb", read_only=True) as connection:
        sums = connection.execute(
            "SELECT round(sum(gain_usd), 2) FROM lots.disposals WHERE tax_year = 2025 GROUP BY account, term"
        ).fetchall()
    for (gain,) in sums:
        assert f"{gain:,.2f}" in shown


def test_sql__write_attempted__is_refused_and_exits_1(sample_night: Path) -> None:
    done = lotkeeper("sql", "--config", sample_night, "-c", "DROP TABLE lots.lots")
    assert done.returncode == 1
    assert "read-only" in done.stderr


def test_sql__queries_on_standard_input__are_answered(sample_night: Path) -> None:
    done = lotkeeper("sql", "--config", sample_night, "-c", "SELECT count(*) AS n FROM lots.lots", "--format", "csv")
    assert done.returncode == 0
    assert int(done.stdout.splitlines()[1]) > 0


def test_check__sample_book__finds_every_source_well(sample_night: Path) -> None:
    done = lotkeeper("check", "--config", sample_night)
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stdout.count("ok") == 4


@pytest.mark.parametrize("command", ["candidates", "gains", "sql"])
def test_command__nothing_published_yet__says_what_to_do_and_exits_2(tmp_path: Path, command: str) -> None:
    done = lotkeeper(command, "--config", copy_sample(tmp_path))
    assert done.returncode == 2
    assert "lotkeeper sync" in done.stderr.replace("\n", " ")
