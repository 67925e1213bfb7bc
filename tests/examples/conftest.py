"""The sample book's files as they lie in the tree, read without any code of the generator.

Belongs here: reading. Does not belong here: what must be true of them.
"""

import csv
import json
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

EXAMPLES = Path(__file__).resolve().parents[2] / "examples"


class Wire:
    """One venue's folder. Numbers in JSON are read as `Decimal`, so nothing is rounded on the way."""

    def __init__(self, venue: str) -> None:
        self._folder = EXAMPLES / "venues" / venue

    def read(self, name: str) -> Any:
        """The content of one file."""
        return json.loads((self._folder / f"{name}.json").read_bytes(), parse_float=Decimal)

    def names(self, folder: str) -> list[str]:
        """The files of a folder below the venue's, without suffix."""
        return sorted(path.stem for path in (self._folder / folder).glob("*.json"))


@pytest.fixture(scope="session")
def examples() -> Path:
    return EXAMPLES


@pytest.fixture(scope="session")
def kraken() -> Wire:
    return Wire("kraken")


@pytest.fixture(scope="session")
def binance() -> Wire:
    return Wire("binance")


@pytest.fixture(scope="session")
def pool() -> list[dict[str, str]]:
    with (EXAMPLES / "imports" / "pool.csv").open(newline="") as file:
        return list(csv.DictReader(file))
