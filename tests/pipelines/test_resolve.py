"""`problems` and `resolve` on the sample book, as a person uses them one after the other."""

import csv
import io
import json
import shlex
import shutil
from pathlib import Path
from typing import Any

import duckdb
import pytest

from support.command import lotkeeper
from support.sample import copy_sample

LTC = "kraken/deposits/QA3LL3T-NMZJVK-YHOVBM"
BTC = "kraken/withdrawals/AAKH5UT-77577V-BR7NAQ"


@pytest.fixture(scope="module")
def book(sample_night: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the sample book after one night; its lotkeeper.toml. The tests decide one thing after another in it."""
    folder = tmp_path_factory.mktemp("resolve") / "book"
    shutil.copytree(sample_night.parent, folder)
    return folder / sample_night.name


def _problems(book: Path) -> list[dict[str, Any]]:
    done = lotkeeper("problems", "--format", "json", "--config", book)
    assert done.returncode == 1
    return list(json.loads(done.stdout))


def _ask(book: Path, query: str) -> list[Any]:
    with duckdb.connect(book.parent / "data" / "lotkeeper.duckdb", read_only=True) as connection:
        return connection.execute(query).fetchall()


def test_problems__are_sorted_by_money_and_every_command_names_the_configuration(book: Path) -> None:
    stakes = [row["stake_usd"] for row in _problems(book)]
    known = [float(stake) for stake in stakes if stake is not None]
    assert known == sorted(known, reverse=True)
    assert stakes[len(known) :] == [None] * (len(stakes) - len(known))
    for row in _problems(book):
        for command in row["commands"]:
            assert command.startswith("lotkeeper ")
            assert command.endswith(f"--config {shlex.quote(str(book))}")


def test_problems__csv_and_table__have_the_same_rows(book: Path) -> None:
    rows = list(csv.DictReader(io.StringIO(lotkeeper("problems", "--format", "csv", "--config", book).stdout)))
    table = lotkeeper("problems", "--config", book).stdout
    for row in rows:
        assert row["detail"] in table


def test_resolve__command_as_it_is_shown_with_what_is_known__resolves_the_problem(book: Path) -> None:
    (command,) = [
        command
        for row in _problems(book)
        if row["transaction_id"] == LTC
        for command in row["commands"]
        if "--as bought" in command
    ]
    refused = lotkeeper(*shlex.split(command)[1:])
    assert refused.returncode == 2
    assert "'USD': expected an amount in digits" in refused.stderr
    filled = command.replace("USD", "105.00").replace("DAY", "2022-02-02")
    done = lotkeeper(*shlex.split(filled)[1:])
    assert done.returncode == 0, done.stderr
    assert lotkeeper("sync", "--config", book).returncode == 0
    assert LTC not in {row["transaction_id"] for row in _problems(book)}
    assert _ask(book, f"SELECT origin, cost_usd, year(acquired_at) FROM lots.lots WHERE transaction_id = '{LTC}'") == [
        ("bought", 105, 2022)
    ]


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ([LTC], "say what"),
        ([LTC, "--as", "lost"], "came in, so it can be"),
        ([LTC, "--as", "bought", "--cost", "1"], "needs acquired_at"),
        ([LTC, "--as", "bought", "--cost", "1", "--acquired", "2025-09-30"], "after the coins came in"),
        ([LTC, "--as", "income", "--cost", "1"], "--value"),
        ([LTC, "--as", "gift", "--ignore"], "one decision at a time"),
        ([LTC, "--pair-with", BTC], "no coin left in the first"),
        ([BTC, "--as", "spend", "--value", "a lot"], "expected an amount in digits"),
        (["kraken/deposits/QA3LL3T", "--as", "own"], f"nearest ids: {LTC}"),
        (["--price-of", "XTM", "--usd", "1"], "--at must be given too"),
        (["--opening-lot", "ETC", "--account", "kraken"], 'as "2.5 ETC"'),
        (
            ["--opening-lot", "2 ETC", "--account", "kraken", "--acquired", "2999-01-01", "--cost", "1"],
            "--acquired '2999-01-01' is not past",
        ),
        (["--price-of", "XTM", "--usd", "1", "--at", "2025-01-01"], "--at '2025-01-01': expected an instant"),
        ([LTC, "--fair-value", "100"], "it needs --as gift and --cost"),
        ([LTC, "--cost", "90", "--fair-value", "100"], "it needs --as gift and --cost"),
        (["nothing/is/decided", "--undo"], "decides nothing about"),
    ],
)
def test_resolve__what_does_not_fit__is_refused_and_nothing_is_written(
    book: Path, arguments: list[str], words: str
) -> None:
    before = (book.parent / "overrides.toml").read_bytes()
    done = lotkeeper("resolve", *arguments, "--config", book)
    assert done.returncode == 2, done.stdout
    assert words in done.stderr.replace("\n", " ")
    assert (book.parent / "overrides.toml").read_bytes() == before


def test_resolve__a_cost_alone_of_what_is_decided_as_more__is_refused_with_all_that_it_would_replace(
    book: Path,
) -> None:
    before = (book.parent / "overrides.toml").read_bytes()
    gift = ["--as", "gift", "--cost", "500", "--fair-value", "400.50", "--acquired", "2020-06-01"]
    assert lotkeeper("resolve", LTC, *gift, "--config", book).returncode == 0
    done = lotkeeper("resolve", LTC, "--cost", "9", "--config", book)
    assert done.returncode == 2
    words = "(--as gift --cost 500 --fair-value 400.5 --acquired 2020-06-01), and this would replace all of it"
    assert words in done.stderr.replace("\n", " ")
    assert lotkeeper("resolve", LTC, "--as", "gift", "--cost", "9", "--config", book).returncode == 0
    (book.parent / "overrides.toml").write_bytes(before)


def test_resolve__symbol_in_small_letters__is_the_coin_in_capitals(book: Path) -> None:
    before = (book.parent / "overrides.toml").read_bytes()
    lot = ["--opening-lot", "2 etc", "--account", "kraken", "--acquired", "2020-01-01", "--cost", "40"]
    price = ["--price-of", "xtm", "--at", "2025-01-01T12:00:00Z", "--usd", "1"]
    for arguments, written in ((lot, 'asset = "ETC"'), (price, 'asset = "XTM"')):
        done = lotkeeper("resolve", *arguments, "--config", book)
        assert done.returncode == 0, done.stderr
        assert written in done.stdout
    (book.parent / "overrides.toml").write_bytes(before)


def test_sync__mistake_in_overrides__is_told_before_anything_is_asked(tmp_path: Path) -> None:
    config = copy_sample(tmp_path)
    with (config.parent / "overrides.toml").open("a", encoding="utf-8") as file:
        file.write('\n[[event]]\nkind = "gift"\n')
    done = lotkeeper("sync", "--config", config)
    assert done.returncode == 2
    assert "overrides.toml:" in done.stderr
    assert not (config.parent / "data" / "raw" / "kraken").exists()


def test_resolve__undone__is_a_problem_again(book: Path) -> None:
    xmr = "kraken/withdrawals/AKJKHJK-IL4ULS-YAUAOE"
    assert xmr not in {row["transaction_id"] for row in _problems(book)}
    assert lotkeeper("resolve", xmr, "--undo", "--config", book).returncode == 0
    assert lotkeeper("sync", "--config", book).returncode == 0
    assert xmr in {row["transaction_id"] for row in _problems(book)}


def test_explain__as_a_problem_names_it__shows_the_row_as_received(book: Path) -> None:
    command = next(
        command
        for row in _problems(book)
        for command in row["commands"]
        if row["transaction_id"] == BTC and "explain" in command
    )
    done = lotkeeper(*shlex.split(command)[1:])
    assert done.returncode == 0, done.stderr
    assert '"refid": "AAKH5UT-77577V-BR7NAQ"' in done.stdout
    as_json = lotkeeper(*shlex.split(command)[1:], "--format", "json")
    assert '"0.0999000000"' in json.dumps(json.loads(as_json.stdout))


def test_explain__unknown_id__names_the_nearest(book: Path) -> None:
    done = lotkeeper("explain", "AAKH5UT-77577V", "--config", book)
    assert done.returncode == 2
    assert BTC in done.stderr
