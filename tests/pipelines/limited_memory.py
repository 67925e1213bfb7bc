"""A program that keeps or builds a long history in a process that gets no more than so much memory.

Started as `python limited_memory.py keep|build MEGABYTES FOLDER`; 0 megabytes are no limit. The limit is the kernel's
own (RLIMIT_DATA: everything that a process writes to and no file backs), from before the first row on.

Belongs here: the history, and doing with it what a night does. Does not belong here: what is expected.
"""

import resource
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

from connectors.exchange.recorder import Kept, Recorder
from connectors.raw import RawStore
from connectors.records import Posting, Transaction
from connectors.windows import Span
from warehouse.build import build
from warehouse.settings import AccountSettings, BookSettings

ROWS = 46_000
PAYLOAD_BYTES = 32_000
PAGE = 50
START = datetime(2024, 1, 1, tzinfo=UTC)
STEP = timedelta(minutes=20)
END = START + ROWS * STEP
_NOTE = '{"note": "as the venue told it"}, '


def trade(number: int) -> Transaction:
    """0.1 of one of ten coins bought, the next time 0.1 of another one sold, with all that the venue has to tell."""
    is_bought, cash = number % 2 == 0, f"{100 + number % 97}.5"
    coin = number // 2 % 10 if is_bought else (number // 2 + 5) % 10
    moved = [
        Posting(f"C{coin}", "0.1" if is_bought else "-0.1"),
        Posting("USD", f"-{cash}" if is_bought else cash),
    ]
    payload = f'{{"id": "T{number}", "told": [{_NOTE * (PAYLOAD_BYTES // len(_NOTE))}"end"]}}'
    return Transaction(f"T{number}", "trade", START + number * STEP, moved, payload)


def keep(folder: Path) -> None:
    """Keep the history in raw, page by page as a venue answers, and say how many bytes it told."""
    told = 0
    recorder = Recorder(
        Kept(RawStore(folder / "raw"), "kraken", "trades", END, "made up", lambda text: text, lambda _: None)
    )
    for first in range(0, ROWS, PAGE):
        page = [trade(number) for number in range(first, first + PAGE)]
        told += sum(len(row.payload) for row in page)
        recorder.add("", page, [Span(page[0].occurred_at or START, START + (first + PAGE) * STEP)])
    recorder.flush()
    sys.stdout.write(f"{told}\n")


def make_books(folder: Path) -> None:
    """Build the books of what raw has, and publish them."""
    build(
        raw_root=folder / "raw",
        private=folder / "build" / "private.duckdb",
        public=folder / "book.duckdb",
        settings=BookSettings((AccountSettings("kraken", "exchange"),)),
        as_of=END,
    )


if __name__ == "__main__":
    work, megabytes, where = sys.argv[1:]
    if int(megabytes):
        resource.setrlimit(resource.RLIMIT_DATA, (int(megabytes) * 1_000_000,) * 2)
    {"keep": keep, "build": make_books}[work](Path(where))
