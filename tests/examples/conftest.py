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


WALLET = "0x5a3b1e0000000000000000000000000000005a3b"


class Recording:
    """What the node of the wallet answered."""

    def __init__(self) -> None:
        self.rows = json.loads((EXAMPLES / "venues" / "wallet" / "node.json").read_bytes())

    def results(self, method: str) -> list[tuple[list[Any], Any]]:
        """Parameters and result of every question by `method` that was not refused."""
        return [(row["params"], row["result"]) for row in self.rows if row["method"] == method and "result" in row]

    def held(self) -> dict[str, int]:
        """What the wallet holds at the last block that was asked about, in smallest units: of coins, of contracts."""
        coins = {int(at, 16): int(told, 16) for (who, at), told in self.results("eth_getBalance") if who == WALLET}
        last = max(coins)
        tokens = {
            call["to"]: int(told, 16)
            for (call, at), told in self.results("eth_call")
            if int(at, 16) == last and call["data"] == f"0x70a08231{WALLET[2:]:0>64}"  # balanceOf
        }
        return {"": coins[last], **tokens}


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
def recording() -> Recording:
    return Recording()


@pytest.fixture(scope="session")
def pool() -> list[dict[str, str]]:
    with (EXAMPLES / "imports" / "pool.csv").open(newline="") as file:
        return list(csv.DictReader(file))
