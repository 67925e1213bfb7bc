"""One sync of one account: the blocks that raw does not cover yet, found, proven, decoded and kept, range by range.

A range is written as one file with what it makes complete, so a sync that was killed goes on behind its last file. What
raw holds is checked against the chain first: where a block's hash is another one now, the chain was reorganized, and
everything from there on is read again; what is no longer there is taken back. The same where rows would be decoded
otherwise now: under a name that a token was given since, or with another address of the person.

Belongs here: which blocks, in what order, and how it ended. Does not belong here: finding, reading, decoding.
"""

import time
from collections.abc import Callable
from contextlib import ExitStack
from datetime import datetime, timedelta

from connectors.evm.account import EvmAccount
from connectors.evm.booking import Booking, Decoder
from connectors.evm.checkpoints import STREAM, History
from connectors.evm.choosing import Chosen, choose
from connectors.evm.finding import Finder
from connectors.evm.found import SIGHTS
from connectors.evm.hexes import number
from connectors.evm.ranges import Blocks, without
from connectors.evm.refusals import StateMissingError
from connectors.raw import RawFileError, RawStore
from connectors.sync import (
    Progress,
    SourceError,
    SourceRefusedError,
    SourceUnavailableError,
    StreamReport,
    SyncReport,
    write_attempts,
)

FIRST_PART = 2_000
_GROWTH = 4
_QUICK_SECONDS, _SLOW_SECONDS = 4.0, 20.0
_MANY_ROWS = 4_000
STREAMS = (STREAM, "balances", "gas_conditions")


def sync_account(
    account: EvmAccount,
    store: RawStore,
    decoder: Decoder,
    *,
    now: datetime,
    progress: Progress,
    sleep: Callable[[float], None],
) -> SyncReport:
    """Sync `account` and keep the attempts. Raises only what is not the nodes' doing (`OSError`)."""
    began = time.monotonic()
    report = SyncReport(account.name)
    with ExitStack() as stack:
        sync = _Sync(account, store, decoder, now=now, progress=progress)
        steps: dict[str, Callable[[], int]] = dict(
            zip(STREAMS, (sync.read_chain, sync.read_balances, sync.read_gas_conditions), strict=True)
        )
        for stream, step in steps.items():
            attempt = StreamReport(stream, "ok", _clock(now, began), _clock(now, began))
            asked, rows = sync.requests, sync.rows
            try:
                if sync.chosen is None:
                    sync.begin(choose(account, stack=stack, sleep=sleep))
                attempt.rows = step()
            except (SourceError, RawFileError) as error:
                attempt.outcome, attempt.error, attempt.rows = "failed", str(error), sync.rows - rows
                # every state that a sync cannot do without is a new one: a node that lacks it is late
                attempt.is_worth_retrying = isinstance(error, (SourceUnavailableError, StateMissingError))
            attempt.requests, attempt.ended_at = sync.requests - asked, _clock(now, began)
            report.streams.append(attempt)
            if attempt.outcome == "failed":
                report.streams += [
                    StreamReport(rest, "failed", attempt.ended_at, attempt.ended_at, error=attempt.error)
                    for rest in STREAMS[len(report.streams) :]
                ]
                break
    write_attempts(store, report, source=source_of(account))
    return report


def source_of(account: EvmAccount) -> str:
    """What raw files say that they come from."""
    return f"evm/{account.chain.name}"


class _Sync:
    """The state of one sync. `chosen` is set by `begin`, before anything is read."""

    def __init__(
        self, account: EvmAccount, store: RawStore, decoder: Decoder, *, now: datetime, progress: Progress
    ) -> None:
        self.chosen: Chosen | None = None
        self.rows = 0
        self._account = account
        self._store = store
        self._decoder = decoder
        self._now = now
        self._progress = progress

    @property
    def requests(self) -> int:
        """What was asked so far."""
        return self.chosen.requests if self.chosen else 0

    def begin(self, chosen: Chosen) -> None:
        """Take what was chosen, and look at what raw has. Raises `SourceError`, `RawFileError`."""
        account = self._account
        self.chosen = chosen
        self._history = History(self._store, account.name)
        for mark in self._history.marks:
            if (mark.chain_id, mark.genesis) != (account.chain.chain_id, chosen.genesis):
                raise SourceRefusedError(
                    f"raw has blocks of chain {mark.chain_id} with the first block {mark.genesis}, and the node is on "
                    f"chain {account.chain.chain_id} with {chosen.genesis}. Give another chain an account of its own"
                )
        self._height = height = number(chosen.node.ask("eth_blockNumber"))
        self._finder = Finder(account, chosen, height=height, known=self._history.names())
        self._end = height - account.depth
        self._booking = Booking(
            account, self._store, chosen, self._decoder, fetched_at=self._now, history=self._history
        )

    def read_chain(self) -> int:
        """Bring every block up to the depth into raw. Returns the rows written."""
        finder, booking = self._finder, self._booking
        self._start = start = finder.start_block(self._account)
        void_from = self._reorganized_from()
        sees = frozenset(SIGHTS) - finder.blind.keys()
        covered = self._settled(self._history.covered(self._account.addresses, sees, self._decoder.fingerprint))
        if void_from is not None:
            covered = [Blocks(part.first, min(part.last, void_from - 1)) for part in covered if part.first < void_from]
            booking.take_back_from(void_from)
        todo = without(Blocks(start, self._end), covered) if start <= self._end else []
        is_again = any(part.first <= mark.blocks.last for part in todo for mark in self._history.marks if mark.blocks)
        if is_again or void_from is not None:
            booking.know(self._history.booked())
        for part in todo:
            self._read_part(part, is_last=part is todo[-1])
        if void_from is not None and not todo:
            booking.write_void(self._end, at=self._now)
        self.rows = booking.rows
        return booking.rows

    def _read_part(self, whole: Blocks, *, is_last: bool) -> None:
        size, at = FIRST_PART, whole.first
        while at <= whole.last:
            blocks = Blocks(at, min(at + size - 1, whole.last))
            began = time.monotonic()
            read = self._finder.read(blocks, is_first=blocks.first == self._start)
            ends = is_last and blocks.last == self._end
            rows = self._booking.write(read, self._finder.blind, ends_history=ends)
            self.rows = self._booking.rows
            self._progress(self._account.name, STREAM, self.rows)
            at, took = blocks.last + 1, time.monotonic() - began
            if took < _QUICK_SECONDS and rows < _MANY_ROWS // _GROWTH:
                size *= _GROWTH
            elif took > _SLOW_SECONDS or rows > _MANY_ROWS:
                size = max(1, size // 2)

    def _reorganized_from(self) -> int | None:
        """The first block that is not what raw saw it to be; `None` where all still are.

        A node that does not reach as far as raw does, and agrees with it until there, knows no better: it is late.
        """
        known = self._history.hashes()
        if not known:
            return None
        highest = max(known)
        if highest <= self._height and self._finder.hashes([highest])[highest] == known[highest]:
            return None
        heights = sorted(height for height in known if height <= self._height)
        now = self._finder.hashes(heights)
        still = [height for height in heights if now[height] == known[height]]
        if still == heights:
            raise SourceUnavailableError(
                f"the node is at block {self._height}, and raw has blocks until {highest}: it is late, or still "
                "syncing. Nothing was read and nothing taken back"
            )
        return max(still, default=-1) + 1

    def _settled(self, covered: list[Blocks]) -> list[Blocks]:
        """What of the covered blocks need not be found again: all of it, unless an index may have been late there."""
        late = self.chosen.way.late_blocks if self.chosen else 0
        end = max((part.last for part in covered), default=0) - late
        return [Blocks(part.first, min(part.last, end)) for part in covered if part.first <= end]

    def read_balances(self) -> int:
        """Keep what the addresses hold at the block that was read last. Returns the rows written."""
        if self._end < 0:
            return 0
        return self._booking.write_balances(self._finder, self._end)

    def read_gas_conditions(self) -> int:
        """Keep what gas costs now, or why that is not told, which fails nothing. Returns the rows written."""
        return self._booking.write_gas_conditions(self._height)


def _clock(now: datetime, began: float) -> datetime:
    return now + timedelta(seconds=time.monotonic() - began)
