"""Kraken's ledger lines as records.

A line of a trade, deposit or withdrawal repeats what its own list tells. DepositStatus and WithdrawStatus, however,
tell "recent" ones only, and Kraken refers to the ledger for the rest (https://github.com/ccxt/ccxt/issues/4238): a
deposit or withdrawal that stands only in the ledger is booked from there, unless it moves an asset between wallets
(`DOT` out, `DOT.S` in). Purchases and conversions are two lines, `spend` and `receive`, with one `refid`.

Belongs here: what lines mean. Does not belong here: asking for them.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal

import pyarrow.parquet as pq

from connectors.exchange.feeds import Session
from connectors.exchange.groups import Grouping, Leg
from connectors.exchange.ledger import Meaning, ledger_line
from connectors.exchange.paging import Entry, time_of
from connectors.exchange.reading import (
    UnreadableRowError,
    asset_of,
    fee_of,
    milliseconds_of,
    moved,
    needed,
    read_all,
)
from connectors.records import Posting, Transaction
from connectors.sync import SourceUnavailableError

_MEANINGS: Mapping[str, Meaning] = {
    "trade": "mirror",
    "deposit": "mirror",
    "withdrawal": "mirror",
    "staking": "reward",
    "reward": "reward",
    "dividend": "reward",
    "airdrop": "airdrop",
    "fork": "fork",
    "interest": "interest",
    "credit": "income",
    "invite bonus": "income",
    "margin": "margin",
    "rollover": "margin",
    "settled": "margin",
}
_EARN_INCOME = {"reward", "bonus", "autocompound", "payout"}
_WALLET_MOVES = {"spottostaking", "stakingfromspot", "stakingtospot", "spotfromstaking"}
_OTHER_BOOKS: Mapping[str, Meaning] = {
    "spottofutures": "withdrawal",
    "futuresfromspot": "deposit",
    "futurestospot": "withdrawal",
    "spotfromfutures": "deposit",
}
_LEGS = {"spend", "receive", "sale", "conversion"}
_TRANSFERS: Mapping[str, Meaning] = {"deposit": "deposit", "withdrawal": "withdrawal"}


@dataclass(frozen=True, slots=True)
class _Transfer:
    """A line of a deposit or withdrawal in spot that no list tells."""

    entry: Entry
    asset: str
    amount: Decimal
    postings: list[Posting]


class KrakenLedger:
    """The reading of the ledger.

    A transfer that only the ledger tells waits until the stream ended. One of the last day (a third of the overlap)
    is left to its own list for another night, and one so near to where the question began was decided before.
    """

    def __init__(self, session: Session, asset_and_wallet: Callable[[str], tuple[str, str | None]]) -> None:
        self._session = session
        self._asset_and_wallet = asset_and_wallet
        self._groups = Grouping(self._leg_of, self._read_line)
        self._margin_ms = session.account.overlap // timedelta(milliseconds=3)
        self._young_ms = milliseconds_of(session.now) - self._margin_ms
        self._alone: dict[str, _Transfer] = {}
        self._wallet_moves: list[tuple[str, Decimal, int]] = []
        self._told: set[str] | None = None

    def take(self, rows: Iterable[Entry], *, edge_ms: int | None) -> list[Transaction]:
        """The records of lines that stand alone and of groups that are whole."""
        decided = [row for row in rows if not self._is_waiting(row, edge_ms)]
        return self._groups.take(decided, edge_ms=edge_ms)

    def held(self) -> list[int]:
        """The instants of lines that wait."""
        return self._groups.held() + [time_of(transfer.entry) for transfer in self._alone.values()]

    def finish(self) -> list[Transaction]:
        """Transfers that only the ledger tells, and legs that nothing joined.

        Raises `SourceUnavailableError` where the lists that tell transfers could not be asked this time.
        """
        if self._alone and self._session.failed & {"deposits", "withdrawals"}:
            raise SourceUnavailableError(
                "Kraken's lists of deposits and withdrawals could not be asked, so the ledger's lines of them can not "
                "be told apart from theirs. The next sync asks again."
            )
        return read_all([transfer.entry for transfer in self._alone.values()], self._read_alone) + self._groups.finish()

    def _is_waiting(self, row: Entry, edge_ms: int | None) -> bool:
        """Whether a line is a transfer that nothing else tells so far; it then waits, or was decided before."""
        info = row["info"]
        if info.get("type") not in _TRANSFERS:
            return False
        try:
            asset, wallet, postings, amount = self._postings(row)
        except UnreadableRowError:
            return False
        if wallet is not None:
            self._wallet_moves.append((asset, amount, time_of(row)))
            return False
        if info.get("refid") in self._told_elsewhere() or time_of(row) > self._young_ms:
            return False
        if edge_ms is None or time_of(row) >= edge_ms + self._margin_ms:
            self._alone[str(row["id"])] = _Transfer(row, asset, amount, postings)
        return True

    def _told_elsewhere(self) -> set[str]:
        """The ids of every deposit and withdrawal that raw has."""
        if self._told is None:
            store, account = self._session.store, self._session.account.name
            self._told = {
                name
                for stream in ("deposits", "withdrawals")
                for file in store.files(account, stream)
                for name in pq.read_table(file.path, columns=["id"])["id"].to_pylist()
            }
        return self._told

    def _read_alone(self, entry: Entry) -> Transaction:
        """A transfer that only the ledger tells: between wallets a mirror, else the deposit or withdrawal itself."""
        transfer = self._alone[str(entry["id"])]
        is_wallet_move = any(
            asset == transfer.asset
            and amount == transfer.amount.copy_negate()
            and abs(at_ms - time_of(entry)) <= self._margin_ms
            for asset, amount, at_ms in self._wallet_moves
        )
        word = str(entry["info"]["type"])
        meaning = "mirror" if is_wallet_move else _TRANSFERS[word]
        return ledger_line(
            entry, meaning, transfer.postings, quantity=transfer.amount, description=f"{word}, told by the ledger only"
        )

    def _postings(self, entry: Entry) -> tuple[str, str | None, list[Posting], Decimal]:
        info = entry["info"]
        code = self._session.client.exchange.safe_currency_code(info.get("asset"))
        asset, wallet = self._asset_and_wallet(asset_of(code, "asset"))
        amount = needed(info.get("amount"), "amount")
        return asset, wallet, moved(asset, amount) + fee_of(asset, info.get("fee")), amount

    def _leg_of(self, entry: Entry) -> Leg | None:
        info = entry["info"]
        if info.get("type") not in _LEGS or not info.get("refid"):
            return None
        try:
            postings = self._postings(entry)[2]
        except UnreadableRowError:
            return None
        return Leg(str(info["refid"]), entry, postings)

    def _read_line(self, entry: Entry) -> Transaction:
        _, wallet, postings, amount = self._postings(entry)
        info = entry["info"]
        words = [str(info[name]) for name in ("type", "subtype") if info.get(name)]
        meaning = _meaning(words[0] if words else "", words[1] if len(words) > 1 else "", wallet, amount)
        return ledger_line(entry, meaning, postings, quantity=amount, description=" ".join(words) or None)


def _meaning(word: str, detail: str, wallet: str | None, amount: Decimal) -> Meaning:
    """What a line of type `word` and subtype `detail` is. Moves between an asset's wallets are told twice: mirrors.

    A transfer without a subtype brings what Kraken hands out: airdrops and forks.
    """
    if word == "earn":
        return "reward" if detail in _EARN_INCOME else "mirror"
    if word == "transfer":
        if detail in _OTHER_BOOKS:
            return _OTHER_BOOKS[detail]
        if detail in _WALLET_MOVES or wallet is not None:
            return "mirror"
        return "airdrop" if amount > 0 and detail in ("", "airdrop") else "unknown"
    return _MEANINGS.get(word, "unknown")
