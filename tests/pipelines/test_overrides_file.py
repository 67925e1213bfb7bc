"""overrides.toml: what is accepted, what a mistake is told as, and how the program writes into it."""

from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pipelines.configuration import Configuration, ConfigurationError, read_configuration
from pipelines.deciding import take_back, write_decision
from pipelines.overrides import parse_overrides, read_overrides
from warehouse.decisions import Overrides

CONFIGURATION = """\
[taxpayer]
time_zone = "America/New_York"

[[account]]
name = "kraken"
kind = "csv"
path = "kraken.csv"
"""

PAIR = """\
[[pair]]
from_transaction = "a/b/c"
from_fingerprint = "0123456789abcdef"
to_transaction = "kraken/deposits/d1"
to_fingerprint = "0123456789abcdef"
is_transfer = true
"""

EVENT = """\
# mine
[[event]]
transaction = "kraken/deposits/d1"
fingerprint = "0123456789abcdef"
kind = "bought"  # at the time
cost_usd = 240.10
acquired_at = 2024-03-01
"""


@pytest.fixture
def configuration(tmp_path: Path) -> Configuration:
    return _configuration(tmp_path)


def _configuration(folder: Path) -> Configuration:
    path = folder / "lotkeeper.toml"
    path.write_text(CONFIGURATION, encoding="utf-8")
    return read_configuration(path)


def test_overrides__no_file__decides_nothing(configuration: Configuration) -> None:
    assert read_overrides(configuration) == Overrides()


def test_overrides__good_entry__is_read_with_the_day_in_the_taxpayers_zone(configuration: Configuration) -> None:
    (event,) = parse_overrides(EVENT, configuration).events
    assert event.value_usd == Decimal("240.10")
    assert event.acquired_at == datetime(2024, 3, 1, 5, tzinfo=UTC)
    assert event.line == 2


@pytest.mark.parametrize(
    ("find", "replace", "line", "words"),
    [
        ('kind = "bought"', 'kind = "bougth"', 5, "expected one of gift, inheritance, bought"),
        ("fingerprint", "fingerprnt", 4, "no such key"),
        ("0123456789abcdef", "012", 4, "pattern"),
        ("240.10", "240.123456789", 6, "8 decimal places"),
        ("240.10", "-1", 6, "greater than or equal to 0"),
        ("2024-03-01", '"2024-03-01"', 7, "without quotes"),
        ("2024-03-01", "2024-03-01T10:00:00", 7, "with an offset"),
        ("acquired_at = 2024-03-01\n", "", 2, "needs acquired_at"),
        ('kind = "bought"', 'kind = "lost"', 2, "has no meaning for 'lost'"),
        ('kind = "bought"', "ignore = true", 2, "ignore stands alone"),
        ("[[event]]", "[[evnt]]", 2, "no such key"),
        ("# mine\n", EVENT, 8, "decided already in line 2"),
        (
            "# mine\n",
            '[[opening_lot]]\naccount = "k"\nasset = "BTC"\nacquired_at = 2020-01-01\nquantity = 1\ncost_usd = 1\n',
            1,
            "there is no account 'k'; expected one of kraken",
        ),
        (
            "# mine\n",
            PAIR,
            1,
            "can not be part of a transfer: line 7 says 'bought'",
        ),
    ],
)
def test_overrides__mistake__is_told_with_its_line_and_what_was_expected(
    configuration: Configuration, find: str, replace: str, line: int, words: str
) -> None:
    assert find in EVENT
    configuration.overrides_path.write_text(EVENT.replace(find, replace, 1), encoding="utf-8")
    with pytest.raises(ConfigurationError) as told:
        read_overrides(configuration)
    assert f"{configuration.overrides_path}:{line}:" in str(told.value)
    assert words in str(told.value)


def _event(**said: Any) -> dict[str, Any]:
    return {"transaction": "kraken/deposits/d1", "fingerprint": "0123456789abcdef", **said}


def _same() -> dict[str, Any]:
    return {
        "transaction": "export/transactions/x",
        "fingerprint": "0123456789abcdef",
        "other_transaction": "kraken/trades/T1",
        "other_fingerprint": "fedcba9876543210",
        "is_same": True,
    }


def test_write__same_event_again__changes_only_what_is_said(configuration: Configuration) -> None:
    configuration.overrides_path.write_text(EVENT + "\n# after it\n", encoding="utf-8")
    write_decision(
        configuration,
        "event",
        _event(kind="bought", cost_usd=Decimal(250), acquired_at=date(2024, 3, 1), note=None),
    )
    text = configuration.overrides_path.read_text(encoding="utf-8")
    assert text == (EVENT + "\n# after it\n").replace("240.10", "250")


def test_write__another_event__stands_behind_everything_a_person_wrote(configuration: Configuration) -> None:
    configuration.overrides_path.write_text(EVENT, encoding="utf-8")
    entry = write_decision(configuration, "event", {**_event(kind="gift"), "transaction": "kraken/deposits/d2"})
    assert configuration.overrides_path.read_text(encoding="utf-8") == f"{EVENT}\n{entry}\n"


def test_write__a_mistake__leaves_the_file_as_it_was(configuration: Configuration) -> None:
    configuration.overrides_path.write_text(EVENT, encoding="utf-8")
    with pytest.raises(ConfigurationError, match="needs cost_usd and acquired_at"):
        write_decision(configuration, "event", _event(kind="bought"))
    assert configuration.overrides_path.read_text(encoding="utf-8") == EVENT
    assert sorted(path.name for path in configuration.path.parent.iterdir()) == [
        "data", "lotkeeper.toml", "overrides.toml",
    ]  # fmt: skip


def test_take_back__removes_the_entry_and_nothing_else(configuration: Configuration) -> None:
    configuration.overrides_path.write_text(f"# top\n\n{EVENT}\n# end\n", encoding="utf-8")
    assert take_back(configuration, "kraken/deposits/d1") == ["event:kraken/deposits/d1"]
    assert configuration.overrides_path.read_text(encoding="utf-8") == "# top\n\n# mine\n# end\n"
    assert take_back(configuration, "kraken/deposits/d1") == []


@pytest.mark.parametrize("subject", ["a/b/c", "kraken/deposits/d1", "pair:a/b/c+kraken/deposits/d1"])
def test_take_back__either_end_of_a_pair__removes_it(configuration: Configuration, subject: str) -> None:
    configuration.overrides_path.write_text(f"# top\n{PAIR}", encoding="utf-8")
    assert take_back(configuration, subject) == ["pair:a/b/c+kraken/deposits/d1"]
    assert configuration.overrides_path.read_text(encoding="utf-8") == "# top\n"


@pytest.mark.parametrize("subject", ["export/transactions/x", "kraken/trades/T1"])
def test_take_back__either_of_two_that_tell_one_event__removes_it(configuration: Configuration, subject: str) -> None:
    write_decision(configuration, "same", _same())
    assert take_back(configuration, subject) == ["same:export/transactions/x+kraken/trades/T1"]
    assert read_overrides(configuration) == Overrides()


def test_write__another_word_about_an_end_of_a_pair__names_the_pair_and_how_to_take_it_back(
    configuration: Configuration,
) -> None:
    configuration.overrides_path.write_text(PAIR, encoding="utf-8")
    with pytest.raises(ConfigurationError) as told:
        write_decision(configuration, "event", _event(kind="own"))
    assert str(told.value) == (
        "kraken/deposits/d1: a/b/c and kraken/deposits/d1 are paired. Take that back first: "
        "lotkeeper resolve pair:a/b/c+kraken/deposits/d1 --undo"
    )
    assert configuration.overrides_path.read_text(encoding="utf-8") == PAIR


def test_write__a_pair_with_an_event_that_is_another__names_what_was_said_of_it(configuration: Configuration) -> None:
    write_decision(configuration, "event", _event(kind="own"))
    pair = {
        "from_transaction": "a/b/c",
        "from_fingerprint": "0123456789abcdef",
        "to_transaction": "kraken/deposits/d1",
        "to_fingerprint": "0123456789abcdef",
        "is_transfer": True,
    }
    with pytest.raises(ConfigurationError, match=r"it is said to be 'own'.*resolve event:kraken/deposits/d1 --undo"):
        write_decision(configuration, "pair", pair)


_MONEY = st.decimals(min_value=0, max_value=10**12, places=8)
_NOTES = st.none() | st.text(st.characters(codec="utf-8", exclude_categories=("C",)), min_size=1, max_size=20)


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.tuples(st.integers(0, 3), _MONEY, _NOTES), max_size=8))
def test_write__any_decisions_in_any_order__reads_back_the_latest_of_each(
    tmp_path: Path, decisions: list[tuple[int, Decimal, str | None]]
) -> None:
    configuration = _configuration(tmp_path)
    configuration.overrides_path.unlink(missing_ok=True)
    expected: dict[str, tuple[Decimal, str | None]] = {}
    for number, cost, note in decisions:
        transaction = f"kraken/deposits/{number}"
        values = {"kind": "inheritance", "cost_usd": cost, "note": note, "transaction": transaction}
        write_decision(configuration, "event", {**_event(), **values})
        expected[transaction] = cost, note if note is not None else expected.get(transaction, (cost, None))[1]
    found = {event.transaction_id: (event.value_usd, event.note) for event in read_overrides(configuration).events}
    assert found == expected


def test_same__is_read_and_written_whichever_of_the_two_is_named_first(configuration: Configuration) -> None:
    said = _same()
    write_decision(configuration, "same", said)
    turned = {
        "transaction": said["other_transaction"],
        "fingerprint": said["other_fingerprint"],
        "other_transaction": said["transaction"],
        "other_fingerprint": said["fingerprint"],
        "is_same": False,
    }
    write_decision(configuration, "same", turned)
    (same,) = read_overrides(configuration).sames
    assert (same.transaction_id, same.other_transaction_id, same.is_same) == (
        "kraken/trades/T1",
        "export/transactions/x",
        False,
    )
    assert same.override_id == "not_same:export/transactions/x+kraken/trades/T1"
    assert take_back(configuration, same.override_id) == [same.override_id]
    assert read_overrides(configuration) == Overrides()
