"""The identification journal: a chain in which nothing can be changed unseen."""

import json
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from warehouse.lots.journal import (
    Entry,
    FrozenAllocation,
    JournalError,
    NamedLots,
    StandingOrder,
    Statement,
    next_entry,
    read_lines,
    write_line,
)
from warehouse.matching.journal_file import append_entry, read_journal

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
QUANTITIES = st.decimals(min_value=Decimal("1e-18"), max_value=10**6, places=18, allow_nan=False)
STATEMENTS: st.SearchStrategy[Statement] = st.one_of(
    st.builds(
        NamedLots,
        account=st.text(min_size=1),
        asset=st.sampled_from(["BTC", "ETH"]),
        picks=st.dictionaries(st.text(min_size=1), QUANTITIES, min_size=1).map(lambda picks: tuple(picks.items())),
        purpose=st.sampled_from(["sale", "transfer"]),
        transaction_id=st.none() | st.text(min_size=1),
        expires_at=st.none() | st.just(NOON),
        is_broker_told=st.booleans(),
    ),
    st.builds(StandingOrder, st.text(min_size=1), st.sampled_from(["fifo", "hifo", "min_tax"]), st.booleans()),
    st.builds(FrozenAllocation, st.text(min_size=1)),
)


def _chain(statements: list[Statement]) -> list[Entry]:
    entries: list[Entry] = []
    for number, statement in enumerate(statements):
        entries.append(next_entry(entries, statement, identified_at=NOON + timedelta(hours=number), note="“so”\n"))
    return entries


@given(st.lists(STATEMENTS, max_size=5))
def test_journal__written_and_read__says_the_same(statements: list[Statement]) -> None:
    entries = _chain(statements)
    assert read_lines("".join(map(write_line, entries))) == entries


@given(st.lists(STATEMENTS, min_size=2, max_size=4), st.data())
def test_journal__any_line_taken_out_or_moved__does_not_hold(statements: list[Statement], data: st.DataObject) -> None:
    lines = [write_line(entry) for entry in _chain(statements)]
    place = data.draw(st.integers(0, len(lines) - 2))
    with pytest.raises(JournalError, match=f"line {place + 1}: it does not follow"):
        read_lines("".join(lines[:place] + lines[place + 1 :]))
    moved = [*lines[:place], lines[place + 1], lines[place], *lines[place + 2 :]]
    with pytest.raises(JournalError, match=f"line {place + 1}: it does not follow"):
        read_lines("".join(moved))


@given(STATEMENTS, st.data())
def test_journal__anything_changed__does_not_hold(statement: Statement, data: st.DataObject) -> None:
    told = json.loads(write_line(_chain([statement])[0]))
    key = data.draw(st.sampled_from(sorted(told)))
    told[key] = {"number": 2, "is_broker_told": "yes", "lots": [["x", "1"]]}.get(key, "2026-01-01T00:00:00+00:00")
    with pytest.raises(JournalError, match="line 1"):
        read_lines(json.dumps(told) + "\n")


def test_journal__backdated_entry__does_not_hold() -> None:
    """Whoever rewrites the last line whole can still not make it older than the one before."""
    first, _ = _chain([StandingOrder("kraken", "hifo"), StandingOrder("kraken", "lifo")])
    with pytest.raises(JournalError, match="set the clock right"):
        next_entry([first], StandingOrder("kraken", "lifo"), identified_at=NOON - timedelta(seconds=1))


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("{}\n", "line 1: 'number' is missing"),
        ("no json\n", "line 1: not an entry"),
        ("[]\n", "line 1: not an entry"),
        ('{"number":1}', "line 1: it is cut short"),
    ],
)
def test_journal__unreadable__says_where(tmp_path: Path, text: str, words: str) -> None:
    path = tmp_path / "identifications.jsonl"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(JournalError, match=words) as told:
        read_journal(path)
    assert str(path) in str(told.value)


def test_journal_file__appended_to__keeps_every_line_and_is_private(tmp_path: Path) -> None:
    path = tmp_path / "identifications.jsonl"
    assert read_journal(path) == []
    append_entry(path, StandingOrder("kraken", "hifo"), identified_at=NOON)
    first = path.read_text(encoding="utf-8")
    append_entry(path, StandingOrder("kraken", "lifo"), identified_at=NOON + timedelta(days=1), note="changed my mind")
    assert path.read_text(encoding="utf-8").startswith(first)
    assert [entry.number for entry in read_journal(path)] == [1, 2]
    assert path.stat().st_mode & 0o777 == 0o600


def test_journal_file__damaged__takes_no_entry(tmp_path: Path) -> None:
    path = tmp_path / "identifications.jsonl"
    append_entry(path, StandingOrder("kraken", "hifo"), identified_at=NOON)
    path.write_text(path.read_text(encoding="utf-8").replace("hifo", "lifo"), encoding="utf-8")
    before = path.read_bytes()
    with pytest.raises(JournalError, match="changed after it was written"):
        append_entry(path, StandingOrder("kraken", "fifo"), identified_at=NOON + timedelta(days=1))
    assert path.read_bytes() == before
