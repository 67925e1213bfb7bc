"""A sync of 100,000 trades killed with signal 9 at random moments: at the end every trade is there once."""

import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import IO

import pyarrow.parquet as pq
import pytest

from connectors.raw import RawStore, verify
from connectors.replay.binance import Binance
from connectors.replay.kraken import Kraken
from connectors.replay.venue import Venue
from connectors.windows import Span
from support.raw_rows import read_rows
from support.venues.binance_history import binance_history
from support.venues.kraken_history import kraken_history
from support.venues.server import serve

NOW = datetime(2026, 6, 1, tzinfo=UTC)
TRADES = 100_000
KILLS = 20
PROGRAM = Path(__file__).with_name("killable_sync.py")
ROOT = Path(__file__).parents[3]


@contextmanager
def _syncs(exchange: str, url: str, raw: Path) -> Iterator[subprocess.Popen[str]]:
    program = subprocess.Popen(
        [sys.executable, str(PROGRAM), exchange, url, str(raw), NOW.isoformat()],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        env=os.environ | {"PYTHONPATH": str(ROOT)},
    )
    try:
        yield program
    finally:
        program.communicate()


def _start(program: subprocess.Popen[str]) -> tuple[int, IO[str]]:
    assert program.stdin is not None
    assert program.stdout is not None
    program.stdin.write("sync\n")
    program.stdin.flush()
    return int(program.stdout.readline()), program.stdout


def _wait_for_a_file(folder: Path) -> None:
    """Until the sync has written one more file than there was."""
    before = len(list(folder.glob("*.parquet")))
    deadline = time.monotonic() + 30
    while len(list(folder.glob("*.parquet"))) == before and time.monotonic() < deadline:
        time.sleep(0.005)


@pytest.mark.parametrize(
    ("exchange", "venue", "longest_seconds"),
    [
        ("kraken", lambda: Kraken(kraken_history(TRADES, seconds_apart=300), now=lambda: NOW), 1.0),
        ("binance", lambda: Binance(binance_history(TRADES, seconds_apart=300), now=lambda: NOW), 0.4),
    ],
)
def test_sync_of_100_000_trades__killed_at_random_moments__has_every_trade_once(
    tmp_path: Path, exchange: str, venue: Callable[[], Venue], longest_seconds: float
) -> None:
    moments = random.Random(20261124)
    store = RawStore(tmp_path)
    kept = []
    with serve(venue()) as server, _syncs(exchange, server.url, tmp_path) as program:
        for number in range(KILLS):
            child, answers = _start(program)
            if number % 2:
                _wait_for_a_file(tmp_path / exchange / "trades")
            time.sleep(moments.uniform(0, longest_seconds))
            with suppress(ProcessLookupError):
                os.kill(child, signal.SIGKILL)
            ended = int(answers.readline())
            if ended == 0:  # a fast machine came to the end before the last kill
                break
            assert ended == -signal.SIGKILL
            kept.append(sum(pq.read_metadata(file.path).num_rows for file in store.files(exchange, "trades")))
        assert len(kept) >= KILLS // 4
        assert kept == sorted(kept)
        assert len(set(kept)) > len(kept) // 4  # several lives left something
        _, answers = _start(program)
        assert int(answers.readline()) == 0
    ids = [row["id"] for row in read_rows(store, exchange, "trades")]
    assert len(ids) == TRADES
    assert len(set(ids)) == TRADES
    for file in store.files(exchange, "trades"):
        verify(file.path)
    for spans in store.covered(exchange, "trades").values():
        assert [span.end for span in spans] == [NOW]
        assert isinstance(spans[0], Span)
