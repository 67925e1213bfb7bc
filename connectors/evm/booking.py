"""What was read, kept in raw: rows, the blocks they make complete, what was taken back, and what is held.

Belongs here: files and what stands in them. Does not belong here: reading the chain, and what a movement means.
"""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import pyarrow as pa

from connectors.evm.account import EvmAccount
from connectors.evm.blocks import instant_of
from connectors.evm.checkpoints import STREAM, History, Mark
from connectors.evm.choosing import Chosen
from connectors.evm.finding import Finder, Read
from connectors.evm.found import SIGHTS, Sight
from connectors.evm.gas import read_gas
from connectors.evm.holdings import Holdings, TokenKey, read_holdings
from connectors.evm.movements import Happening, Token
from connectors.evm.ranges import Blocks
from connectors.raw import Gap, RawStore, Window
from connectors.records import (
    Balance,
    Transaction,
    balances_table,
    gas_conditions_table,
    transactions_table,
    untold_extra,
)
from connectors.windows import Span

_ENDLESS = 1 << 62
_TICK = timedelta(microseconds=1)


@dataclass(frozen=True, slots=True)
class Decoder:
    """How movements become rows, and holdings balances: the seam to `decoding.py`.

    Of another `fingerprint` the same movements may become other rows: what was decoded by it is read again.
    """

    transactions: Callable[[Happening, Mapping[str, Token]], Sequence[Transaction]]
    balances: Callable[[Holdings, Mapping[str, Token]], Sequence[Balance]]
    fingerprint: str = ""


class Booking:
    """Writes the files of one sync of one account."""

    def __init__(
        self,
        account: EvmAccount,
        store: RawStore,
        chosen: Chosen,
        decoder: Decoder,
        *,
        fetched_at: datetime,
        history: History,
    ) -> None:
        self.rows = 0
        """Rows written so far."""
        self._account = account
        self._store = store
        self._chosen = chosen
        self._decoder = decoder
        self._fetched_at = fetched_at
        self._tokens = history.tokens()
        self._known: dict[str, int] = {}
        self._void_from: int | None = None
        self._files = 0

    def know(self, booked: Mapping[str, int]) -> None:
        """Take the rows that raw has, with their blocks: where a range is read again, what is gone is taken back."""
        self._known = dict(booked)

    def take_back_from(self, height: int) -> None:
        """The first file of this sync says that what was seen from block `height` on is void."""
        self._void_from = height

    def write(self, read: Read, blind: Mapping[Sight, str], *, ends_history: bool) -> int:
        """Keep what was read as one file. Returns its rows.

        With `ends_history` what raw has of blocks behind it is taken back too: the chain does not reach there any more.
        """
        rows = [row for happening in read.happenings for row in self._decoder.transactions(happening, read.tokens)]
        blocks = Blocks(read.blocks.first, _ENDLESS) if ends_history else read.blocks
        rows += self._taken_back(blocks, {row.id for row in rows}, at=read.end)
        begin = read.begin + _TICK if read.blocks.first else read.begin
        span = Span(min(begin, read.end + _TICK), read.end + _TICK)
        gaps = [Gap(span, sight, why) for sight, why in sorted(blind.items())]
        if read.opening:
            gaps.append(Gap(Span(_before(read.begin), read.begin), "coins", _opening(read)))
        moved: set[TokenKey] = {
            (each.kind, each.contract, each.token_id)
            for happening in read.happenings
            for each in happening.movements
            if each.contract is not None
        }
        self._tokens |= moved
        names = {
            contract: said
            for contract, said in sorted(read.tokens.items())
            if said.symbol is not None and said.decimals is not None
        }
        self._append(
            rows,
            windows=[Window(span, sight) for sight in SIGHTS if sight not in blind],
            gaps=gaps,
            mark=self._mark(read.blocks, frozenset(SIGHTS) - blind.keys(), read.hashes, moved, names),
        )
        return len(rows)

    def write_void(self, end: int, *, at: datetime) -> None:
        """Keep that blocks were taken back where none took their place: the chain became shorter."""
        rows = self._taken_back(Blocks(end + 1, _ENDLESS), set(), at=at)
        self._append(rows, windows=[], gaps=[], mark=self._mark(None, frozenset(), {}, set(), {}))

    def write_balances(self, finder: Finder, height: int) -> int:
        """Keep what the addresses hold after block `height`. Returns the rows written."""
        block = finder.header(height)
        held = read_holdings(self._chosen.node, self._account.addresses, self._tokens, height=height)
        tokens = finder.tokens({contract for _, contract, _ in self._tokens})
        payload = {
            "block": height,
            "hash": block["hash"],
            "coins": str(held.coins),
            "tokens": [[*key, str(amount)] for key, amount in sorted(held.tokens.items(), key=str)],
            "unanswered": [list(key) for key in held.unanswered],
        }
        balances = self._decoder.balances(held, tokens)
        table = balances_table(balances, checked_at=instant_of(block), payload=json.dumps(payload))
        self._replace("balances", table, untold_extra(balances))
        return int(table.num_rows)

    def write_gas_conditions(self, height: int) -> int:
        """Keep what gas costs on the chain now, whose newest block is `height`. Returns the rows written."""
        told = read_gas(self._chosen.node, self._account.chain, height=height, now=self._fetched_at)
        self._replace("gas_conditions", gas_conditions_table(told))
        return 1

    def _replace(self, stream: str, table: pa.Table, extra: dict[str, str] | None = None) -> None:
        """Keep a snapshot, which takes the place of the one before."""
        self._store.append(
            table,
            account=self._account.name,
            stream=stream,
            fetched_at=self._fetched_at,
            source=self._source(),
            mode="snapshot",
            extra=extra,
        )

    def _taken_back(self, blocks: Blocks, found: set[str], *, at: datetime) -> list[Transaction]:
        """Rows that say of what raw has of `blocks`, and is not there any more, that it moved nothing."""
        gone = sorted(name for name, height in self._known.items() if height in blocks and name not in found)
        for name in gone:
            del self._known[name]
        return [
            Transaction(
                id=name,
                kind="unknown",
                occurred_at=at,
                postings=[],
                payload=json.dumps({"block": blocks.first, "taken_back": True}),
                status="canceled",
                description="the chain was reorganized, or is seen or decoded otherwise now: this is not in it",
            )
            for name in gone
        ]

    def _append(
        self, rows: Sequence[Transaction], *, windows: Sequence[Window], gaps: Sequence[Gap], mark: Mark
    ) -> None:
        self._store.append(
            transactions_table(rows),
            account=self._account.name,
            stream=STREAM,
            fetched_at=self._fetched_at + timedelta(microseconds=self._files),
            source=self._source(),
            windows=windows,
            gaps=gaps,
            extra=mark.extra(),
        )
        self._files += 1
        self.rows += len(rows)

    def _mark(
        self,
        blocks: Blocks | None,
        sees: frozenset[Sight],
        hashes: dict[int, str],
        tokens: set[TokenKey],
        names: Mapping[str, Token],
    ) -> Mark:
        void_from, self._void_from = self._void_from, None
        return Mark(
            blocks=blocks,
            chain_id=self._account.chain.chain_id,
            genesis=self._chosen.genesis,
            addresses=self._account.addresses,
            sees=sees,
            hashes=hashes,
            tokens=tuple(sorted(tokens, key=str)),
            void_from=void_from,
            decoding=self._decoder.fingerprint,
            names=names,
        )

    def _source(self) -> str:
        return f"evm/{self._account.chain.name}/{self._chosen.way.name}"


def _before(instant: datetime) -> datetime:
    """The beginning of what is not known before an instant: there are no chains before 2015."""
    return min(instant, datetime(2015, 1, 1, tzinfo=UTC))


def _opening(read: Read) -> str:
    held = ", ".join(f"{owner} held {amount} wei" for owner, amount in read.opening.items())
    if not read.blocks.first:
        return f"{held}, given by the first block: tell its cost with lotkeeper resolve --opening-lot"
    return f"{held} before the first block that is read ({read.blocks.first}): set start_block earlier"
