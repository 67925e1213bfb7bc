"""The configuration of a book with one wallet on the test chain, and nothing else in it.

Belongs here: that file. Does not belong here: what is synced by it.
"""

from collections.abc import Sequence
from pathlib import Path

_BOOK = """\
as_of = 2023-11-20T00:00:00Z
[taxpayer]
time_zone = "America/New_York"
[prices]
venues = []
[[account]]
name = "cold"
kind = "evm"
chain = "testchain"
chain_id = 31337
confirmations = 0
"""


def wallet_book(folder: Path, *urls: str, addresses: Sequence[str]) -> Path:
    """Write the book of these addresses, whose nodes are at `urls`; returns its lotkeeper.toml."""
    config = folder / "lotkeeper.toml"
    config.write_text(f"{_BOOK}rpc_url = {list(urls)}\naddresses = {list(addresses)}\n", encoding="utf-8")
    return config
