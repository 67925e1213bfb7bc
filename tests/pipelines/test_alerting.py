"""One message a night, through a real Apprise to a server on this machine: what is new, once."""

import json
import shutil
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import dagster as dg
import duckdb
import pytest

from pipelines.alerting import Told, tell_what_is_new
from pipelines.assets.alerts import ALERTS_KEY, DELIVERED
from pipelines.configuration import ConfigurationError, read_configuration
from pipelines.definitions import build_defs
from pipelines.jobs import BUILD
from support.command import lotkeeper
from support.mailbox import Mailbox, mailbox

TOKEN = "t0psecrettoken"
NOW = datetime.fromisoformat("2026-11-21T02:00:00-05:00")


@pytest.fixture(scope="module")
def first_night(sample_night: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A night of which nothing was told yet, and the first with an address to tell it to."""
    folder = tmp_path_factory.mktemp("alerting") / "book"
    shutil.copytree(sample_night.parent, folder)
    config = folder / sample_night.name
    (folder / "data" / "told_alerts.json").unlink()
    with config.open("a", encoding="utf-8") as file:
        file.write('\n[alerts]\nurl = "env:ALERT_URL"\n')
    (config.parent / ".env").write_text(f"ALERT_URL=json://me:{TOKEN}@127.0.0.1:1\n")
    done = lotkeeper("sync", "--config", config)
    assert done.returncode == 1, "nobody listens there"
    assert "the message was not taken" in done.stdout.replace("\n", " ")
    assert "- 1.75 LTC in kraken came in" in done.stdout, "it is in the log all the same"
    assert TOKEN not in done.stdout + done.stderr
    return config


@pytest.fixture
def box() -> Iterator[Mailbox]:
    with mailbox() as box:
        yield box


@pytest.fixture
def book(first_night: Path, tmp_path: Path, box: Mailbox, monkeypatch: pytest.MonkeyPatch) -> Path:
    shutil.copytree(first_night.parent, tmp_path / "book")
    monkeypatch.setenv("ALERT_URL", box.url(TOKEN))
    return tmp_path / "book" / first_night.name


def _tell(book: Path, unpublished: str | None = None) -> Told:
    return tell_what_is_new(read_configuration(book), now=NOW, unpublished=unpublished)


def _change(book: Path, statement: str) -> None:
    with duckdb.connect(book.parent / "data" / "lotkeeper.duckdb") as connection:
        connection.execute(statement)


def test_tell__message_did_not_arrive__is_sent_the_next_night_and_then_no_more(book: Path, box: Mailbox) -> None:
    assert _tell(book).is_sent
    (message,) = box.messages
    assert message["title"] == f"lotkeeper: {_tell_count(message)} new things in book"
    assert "1.75 LTC in kraken came in" in message["message"]
    assert "Losses to harvest:" in message["message"]
    assert _tell(book) == Told(0, ())
    assert len(box.messages) == 1, "nothing new, no message"


def _tell_count(message: dict[str, str]) -> int:
    return sum(line.startswith("- ") for line in message["message"].splitlines())


def test_tell__an_account_fails__is_told_alone_and_again_when_it_fails_again(book: Path, box: Mailbox) -> None:
    _tell(book)
    for _ in range(2):
        _change(book, "UPDATE quality.coverage SET outcome = 'failed', last_error = 'no key' WHERE account = 'pool'")
        told = _tell(book)
        assert told.lines[0] == "Accounts:"
        assert all(line.startswith("- pool transactions failed: no key") for line in told.lines[1:])
        _change(book, "UPDATE quality.coverage SET outcome = 'ok', last_error = NULL WHERE account = 'pool'")
        assert _tell(book) == Told(0, ())
    assert len(box.messages) == 3


def test_tell__nothing_published__is_told_once_and_the_rest_is_not_told_again(book: Path, box: Mailbox) -> None:
    _tell(book)
    for _ in range(2):
        _tell(book, unpublished="a raw file was cut short")
    assert [message["title"] for message in box.messages[1:]] == ["lotkeeper: 1 new thing in book"]
    assert "nothing was published" in box.messages[-1]["message"]
    assert "a raw file was cut short" in box.messages[-1]["message"]
    assert _tell(book) == Told(0, ())


def test_tell__very_much_is_new__the_message_stays_short_and_says_how_much_more(book: Path, box: Mailbox) -> None:
    _change(
        book,
        "INSERT INTO quality.problems BY NAME SELECT 'x:' || i AS problem_id, 'x' AS problem, 'kraken' AS account, "
        "repeat('long ', 300) AS detail FROM range(5000) AS t(i)",
    )
    told = _tell(book)
    assert told.new > 5000
    assert len("\n".join(box.messages[0]["message"])) < 50_000
    assert any(line.startswith("- and ") and line.endswith(" more") for line in told.lines)


def test_tell__server_refuses__says_so_without_the_address(
    book: Path, box: Mailbox, caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> None:
    box.status = 500
    told = _tell(book)
    assert told.undelivered is not None
    assert not told.is_sent
    everything = str(told) + caplog.text + "".join(capfd.readouterr())
    assert TOKEN not in everything
    assert f":{box.port}" not in everything


def test_tell__address_is_none_of_apprises__says_so(book: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ALERT_URL", f"nosuch://{TOKEN}")
    told = _tell(book)
    assert "no address that Apprise knows" in str(told.undelivered)
    assert TOKEN not in str(told)


def test_tell__address_not_set__says_where_to_put_it(book: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("ALERT_URL")
    (book.parent / ".env").unlink()
    with pytest.raises(ConfigurationError, match=r"ALERT_URL=\.\.\."):
        _tell(book)


def test_told__lost__is_told_once_more(book: Path, box: Mailbox) -> None:
    _tell(book)
    told = book.parent / "data" / "told_alerts.json"
    assert len(json.loads(told.read_text())) > 5
    told.write_text("{ cut")
    _tell(book)
    assert box.messages[0]["message"] == box.messages[1]["message"]


def test_alerts_asset__sends_and_keeps_the_secret_out_of_dagster(
    book: Path, box: Mailbox, caplog: pytest.LogCaptureFixture
) -> None:
    with dg.instance_for_test() as instance:
        job = build_defs(read_configuration(book)).resolve_job_def(BUILD)
        result = job.execute_in_process(instance=instance, asset_selection=[ALERTS_KEY])
        assert result.success
        (check,) = result.get_asset_check_evaluations()
        assert (check.check_name, check.passed) == (DELIVERED, True)
        told = str(list(result.all_events)) + caplog.text
    assert len(box.messages) == 1
    assert TOKEN not in told
