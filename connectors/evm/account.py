"""Addresses on one chain as the connector needs them, and what asking its nodes once shows.

Belongs here: these values. Does not belong here: where they are configured, what is done with them.
"""

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Literal

from connectors.evm.chains import Chain

WayName = Literal["trace_filter", "otterscan", "alchemy", "index", "balances", "block_scan"]


@dataclass(frozen=True, slots=True)
class EvmAccount:
    """One account: some addresses on one chain, and the nodes that may be asked about them.

    `addresses` are in lower case; `family` are the addresses of all accounts of the book. `rpc_urls` and `index_key`
    are secrets. Blocks before `start_block`, or before `since`, are not read; of a way that is set only that is used.
    `replay_folder` holds the recorded answers of a node, which then answer instead of any.
    """

    name: str
    chain: Chain
    addresses: frozenset[str]
    rpc_urls: tuple[str, ...]
    family: frozenset[str] = frozenset()
    start_block: int | None = None
    since: datetime | None = None
    confirmations: int | None = None
    way: WayName | None = None
    index_url: str | None = None
    index_key: str | None = None
    replay_folder: Path | None = None

    @property
    def depth(self) -> int:
        """How many blocks must lie on a block before it is read."""
        return self.chain.confirmations if self.confirmations is None else self.confirmations


@dataclass(frozen=True, slots=True)
class ChainCheck:
    """What the nodes of an account answer: how movements are found, and what of them can not be seen."""

    way: str | None
    problem: str | None = None
    note: str | None = None
