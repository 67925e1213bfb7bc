"""When made-up histories happen. The same arguments give the same times.

Belongs here: instants. Does not belong here: what happens at them.
"""

from datetime import UTC, datetime
from random import Random
from typing import Any

START = datetime(2024, 1, 1, tzinfo=UTC)
"""When every made-up history begins."""

Files = dict[str, Any]
"""What a folder of a venue holds, or one row of it."""


def times_ms(count: int, *, start: datetime = START, seconds_apart: int = 600, seed: int = 1) -> list[int]:
    """`count` growing Unix milliseconds, about one in twenty the same as the one before."""
    random = Random(seed)
    at = int(start.timestamp() * 1000)
    times = []
    for _ in range(count):
        if random.random() >= 0.05:
            at += random.randrange(1, 2 * seconds_apart * 1000)
        times.append(at)
    return times
