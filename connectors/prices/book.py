"""The closes in raw, which venue was asked for what, and the writing of more.

Belongs here: the raw folder `prices`, one stream for each venue. Does not belong here: which close to ask for next.
"""

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from decimal import Decimal

import pyarrow as pa
import pyarrow.parquet as pq

from connectors.prices.routes import Close
from connectors.raw import RawStore, Window
from connectors.records import ATTEMPTS_STREAM, Price, prices_table
from connectors.windows import Span, union

ACCOUNT = "prices"
_ANSWERS_A_FILE = 100
_ROWS_A_FILE = 5000


@dataclass(slots=True)
class _Unwritten:
    """What was received from one venue and is not in raw yet."""

    answers: int = 0
    rows: list[Price] = field(default_factory=list)
    windows: dict[str, list[Span]] = field(default_factory=lambda: defaultdict(list))


class PriceBook:
    """The closes in the currency `base` that `store` has, and those added. Instants are Unix seconds.

    Adding writes a file for every hundred answers and in `flush`: an interruption loses only what is not written, and
    its windows with it, so that it is asked for again. Raises `connectors.raw.RawFileError` for a file it can not read.
    """

    def __init__(self, store: RawStore, *, base: str, fetched_at: datetime) -> None:
        self._store = store
        self._base = base
        self._fetched_at = fetched_at
        self._closes: dict[str, dict[int, Close]] = defaultdict(dict)
        self._tellers: dict[str, set[str]] = defaultdict(set)
        self._asked: dict[tuple[str, str], list[Span]] = defaultdict(list)
        self._unwritten: dict[str, _Unwritten] = defaultdict(_Unwritten)
        self.rows: dict[str, int] = defaultdict(int)
        """Rows added, by venue."""
        self._read()

    def close(self, asset: str, at: int) -> Close | None:
        """What one unit was worth at an instant, if it is known."""
        return self._closes[asset].get(at)

    def has_any(self, asset: str) -> bool:
        """Whether any close of `asset` is known."""
        return bool(self._closes[asset])

    def tellers(self, asset: str) -> set[str]:
        """The venues that any close of `asset` comes from."""
        return self._tellers[asset]

    def unpriced(self, asset: str, slots: Iterable[int], *, step: int) -> list[int]:
        """Those of `slots` at whose end there is no close."""
        known = self._closes[asset]
        return [slot for slot in slots if slot + step not in known]

    def unasked(self, venue: str, scope: str, slots: Iterable[int], *, step: int) -> list[int]:
        """Those of `slots` that no window of the venue's `scope` holds."""
        spans = self._asked[venue, scope]
        starts = [int(span.start.timestamp()) for span in spans]
        ends = [int(span.end.timestamp()) for span in spans]
        left = []
        for slot in slots:
            place = bisect_right(starts, slot) - 1
            if place < 0 or ends[place] < slot + step:
                left.append(slot)
        return left

    def add(
        self, venue: str, scope: str, asset: str, closes: dict[int, Close], *, answered: Iterable[int], step: int
    ) -> None:
        """Keep the closes, by instant, and that the venue's `scope` has nothing else to say of the slots `answered`."""
        spans = _runs(answered, step)
        waiting = self._unwritten[venue]
        for at, close in closes.items():
            if at not in self._closes[asset]:
                self._closes[asset][at] = close
                self._tellers[asset].add(venue)
                waiting.rows.append(Price(asset, _instant(at), f"{close.price:f}", close.source))
                self.rows[venue] += 1
        if spans:
            waiting.windows[scope].extend(spans)
            self._asked[venue, scope] = union([*self._asked[venue, scope], *spans])
        waiting.answers += bool(closes)
        if waiting.answers >= _ANSWERS_A_FILE or len(waiting.rows) >= _ROWS_A_FILE:
            self._write(venue)

    def flush(self) -> None:
        """Write what is not written yet."""
        for venue in list(self._unwritten):
            self._write(venue)

    def _write(self, venue: str) -> None:
        waiting = self._unwritten.pop(venue)
        windows = [Window(span, scope) for scope, spans in sorted(waiting.windows.items()) for span in union(spans)]
        if not waiting.rows and not windows:
            return
        self._store.append(
            prices_table(waiting.rows),
            account=ACCOUNT,
            stream=venue,
            fetched_at=self._fetched_at,
            source=f"ccxt {venue}",
            windows=windows,
            extra={"base": self._base},
        )

    def _read(self) -> None:
        spans: dict[tuple[str, str], list[Span]] = defaultdict(list)
        for venue in self._store.streams(ACCOUNT):
            if venue == ATTEMPTS_STREAM:
                continue
            for file in self._store.files(ACCOUNT, venue):
                if file.extra.get("base") != self._base:
                    continue
                for window in file.windows:
                    spans[venue, window.scope].append(window.span)
                for asset, at, close in _read_closes(pq.read_table(file.path)):
                    self._closes[asset].setdefault(at, close)
                    self._tellers[asset].add(venue)
        self._asked.update({key: union(parts) for key, parts in spans.items()})


def _runs(slots: Iterable[int], step: int) -> list[Span]:
    """The slots as spans, those that follow one another as one."""
    runs: list[tuple[int, int]] = []
    for slot in sorted(slots):
        start = runs.pop()[0] if runs and runs[-1][1] == slot else slot
        runs.append((start, slot + step))
    return [Span(_instant(start), _instant(end)) for start, end in runs]


def _read_closes(table: pa.Table) -> Iterator[tuple[str, int, Close]]:
    seconds = [at // 1_000_000 for at in table["at"].cast(pa.int64()).to_pylist()]
    for asset, at, price, source in zip(
        table["asset"].to_pylist(), seconds, table["price_usd"].to_pylist(), table["source"].to_pylist(), strict=True
    ):
        yield asset, at, Close(Decimal(price), source)


def _instant(seconds: int) -> datetime:
    return datetime.fromtimestamp(seconds, tz=UTC)
