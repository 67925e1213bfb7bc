"""Ledger lines as records, by ccxt's unified types.

A ledger repeats what other streams tell: such a line is a `mirror`, kept and not booked. Moves between wallets of one
account (spot, funding, staking) change nothing that is owned and are mirrors too. What is left is income, fees and
conversions; a type that is not known stays `unknown` with its posting.

Belongs here: the words that ccxt uses for every venue. Does not belong here: venues with words of their own.
"""

from collections.abc import Mapping
from decimal import Decimal
from typing import Literal

from connectors.exchange.paging import Entry
from connectors.exchange.reading import asset_of, fee_of, moved, needed, transaction
from connectors.records import Kind, Posting, Status, Transaction

Meaning = Kind | Literal["mirror", "conversion"]
"""What a line is. One leg of a conversion is no trade yet: it is a mirror where conversions are told, else unknown."""

MEANINGS: Mapping[str, Meaning] = {
    "trade": "mirror",
    "fee": "mirror",  # of trades: told with each fill
    "deposit": "deposit",
    "withdrawal": "withdrawal",
    "transaction": "deposit",
    "transfer": "mirror",
    "convert": "conversion",
    "conversion": "conversion",
    "reward": "reward",
    "staking": "reward",
    "mining": "mining",
    "interest": "interest",
    "airdrop": "airdrop",
    "fork": "fork",
    "rebate": "income",
    "cashback": "income",
    "referral": "income",
    "bonus": "income",
    "margin": "margin",
    "funding": "margin",
    "settlement": "margin",
    "liquidation": "margin",
}
_STATUSES: Mapping[str, Status] = {"pending": "pending", "canceled": "canceled", "failed": "canceled"}
_TOLD_BY = {
    "deposit": ("fetchDeposits", "fetchDepositsWithdrawals", "fetchTransactions"),
    "withdrawal": ("fetchWithdrawals", "fetchDepositsWithdrawals", "fetchTransactions"),
    "conversion": ("fetchConvertTradeHistory",),
}
_INCOME: frozenset[str] = frozenset({"reward", "mining", "interest", "airdrop", "fork", "income"})


def read_ledger(entry: Entry, *, told_elsewhere: frozenset[str]) -> Transaction:
    """The record of one line. Raises `UnreadableRowError`.

    `told_elsewhere` are the names in ccxt's `has` of the lists that the venue has besides.
    """
    asset, quantity = asset_of(entry.get("currency"), "asset"), signed_amount(entry)
    word = str(entry.get("type") or "").lower()
    meaning = MEANINGS.get(word, "unknown")
    if word == "transaction" and quantity < 0:
        meaning = "withdrawal"
    if any(name in told_elsewhere for name in _TOLD_BY.get(meaning, ())):
        meaning = "mirror"
    fee = entry.get("fee") or {}
    postings = moved(asset, quantity) + fee_of(fee.get("currency") or asset, fee.get("cost"))
    return ledger_line(entry, meaning, postings, quantity=quantity, description=word or None)


def ledger_line(
    entry: Entry, meaning: Meaning, postings: list[Posting], *, quantity: Decimal, description: str | None
) -> Transaction:
    """The record of a line of known meaning. Income that goes out was taken back or charged: a `fee`.

    A line that was not completed is pending or canceled, as its status says.
    """
    kind: Kind = "unknown" if meaning == "mirror" or meaning == "conversion" else meaning  # noqa: PLR1714 -- narrows
    if kind in _INCOME and quantity < 0:
        kind = "fee"
    status: Status = "mirror" if meaning == "mirror" else _STATUSES.get(str(entry.get("status")), "final")
    return transaction(entry, kind, postings, status=status, description=description)


def signed_amount(entry: Entry) -> Decimal:
    """The amount of a line, negative where it went out. Raises `UnreadableRowError`."""
    amount = needed(entry.get("amount"), "amount")
    return amount.copy_abs().copy_negate() if entry.get("direction") == "out" else amount
