"""The story's lines as dated steps: `story.txt` says what happened, one line each, in words.

    2024-01-04 09:31 kraken buy 0.150 BTC USD maker
    every 7 days 2024-01-08 14:00 to 2024-12-30 kraken buy 0.003 BTC USD

Times are UTC. A line that begins with `every` is repeated from its first instant up to and with its last day, each
time within six hours of the clock time. What follows the account is for `book.py` to act out.

Belongs here: reading lines and dates. Does not belong here: what a verb does.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from generator.chance import whole

_DAY_SECONDS = 86400


@dataclass(frozen=True, slots=True)
class Step:
    """Something that a person did, or that happened, in an account at an instant; `words` begin with the verb."""

    at: datetime
    account: str
    words: tuple[str, ...]
    key: str

    @property
    def verb(self) -> str:
        """What happens."""
        return self.words[0]


def read_steps(path: Path) -> list[Step]:
    """All steps of the story in the order of time. Raises `ValueError` with the line that is not understood."""
    steps: list[Step] = []
    for number, line in enumerate(path.read_text().splitlines(), start=1):
        text = line.partition("#")[0].strip()
        if not text:
            continue
        try:
            steps += _repeated(text) if text.startswith("every ") else [_single(text)]
        except (ValueError, IndexError) as error:
            raise ValueError(f"{path.name}, line {number}: {line!r}: {error}") from error
    return sorted(steps, key=lambda step: (step.at, step.key))


def _single(text: str) -> Step:
    day, clock, account, *words = text.split()
    at = _instant(day, clock) + timedelta(milliseconds=whole(text, 1000, 58_999))
    return Step(at, account, tuple(words), text)


def _repeated(text: str) -> Iterator[Step]:
    _, every, _, day, clock, _, last, account, *words = text.split()
    at = _instant(day, clock)
    while at.date() <= date.fromisoformat(last):
        key = f"{text} on {at.date()}"
        late = timedelta(milliseconds=whole(key, 0, _DAY_SECONDS * 250))
        yield Step(at + late, account, tuple(words), key)
        at += timedelta(days=int(every))


def _instant(day: str, clock: str) -> datetime:
    return datetime.fromisoformat(f"{day}T{clock}:00").replace(tzinfo=UTC)
