"""The ids of trades that raw has, by market: where a walk by id goes on.

Belongs here: ids that are `<market>:<number>`. Does not belong here: asking.
"""

from bisect import bisect_left
from collections import defaultdict

import pyarrow.parquet as pq

from connectors.exchange.reading import milliseconds_of
from connectors.raw import RawStore


class LastIds:
    """Read once, when first asked, from what raw had then."""

    def __init__(self, store: RawStore, account: str) -> None:
        self._store = store
        self._account = account
        self._by_market: dict[str, list[tuple[int, int]]] | None = None

    def next_id(self, market: str, before_ms: int) -> int:
        """The id behind the last trade of `market` that happened before `before_ms`; 0 where there is none."""
        if self._by_market is None:
            self._by_market = self._read()
        trades = self._by_market.get(market, [])
        position = bisect_left(trades, (before_ms, 0))
        return max((number for _, number in trades[:position]), default=-1) + 1

    def _read(self) -> dict[str, list[tuple[int, int]]]:
        """Each market's trades as (Unix milliseconds, number), in order of time."""
        by_market: dict[str, list[tuple[int, int]]] = defaultdict(list)
        for file in self._store.files(self._account, "trades"):
            table = pq.read_table(file.path, columns=["id", "occurred_at"])
            for name, instant in zip(table["id"].to_pylist(), table["occurred_at"].to_pylist(), strict=True):
                market, separator, number = name.rpartition(":")
                if separator and number.isdigit() and instant is not None:
                    by_market[market].append((milliseconds_of(instant), int(number)))
        for trades in by_market.values():
            trades.sort()
        return by_market
