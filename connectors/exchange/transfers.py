"""Deposits and withdrawals as records.

Belongs here: ccxt's unified transaction rows. Does not belong here: asking for them, or pairing them with another
account's.
"""

from decimal import localcontext
from typing import Literal

from connectors.exchange.paging import Entry
from connectors.exchange.reading import asset_of, fee_of, moved, needed, transaction
from connectors.records import Status, Transaction

_STATUSES: dict[str | None, Status] = {
    "ok": "final",
    "failed": "canceled",
    "canceled": "canceled",
    "cancelled": "canceled",
    "rejected": "canceled",
    "expired": "canceled",
    "Finished": "final",
    "Completed": "final",
    None: "final",
}
"""Everything else (`pending`, and words that ccxt passes on) is not settled: it is asked again until it is."""


def read_transfer(
    entry: Entry, kind: Literal["deposit", "withdrawal"], *, is_fee_inside: bool = False, prefix: str = ""
) -> Transaction:
    """The record of one deposit or withdrawal. Raises `UnreadableRowError`.

    The fee of a withdrawal comes on top of its amount, unless the venue's amount has it inside (`is_fee_inside`).
    """
    asset = asset_of(entry.get("currency"), "asset")
    amount = needed(entry.get("amount"), "amount").copy_abs()
    fee = entry.get("fee") or {}
    fees = fee_of(fee.get("currency") or asset, fee.get("cost"))
    if is_fee_inside and fees and fees[0].asset == asset:
        with localcontext(prec=100):
            amount -= needed(fee.get("cost"), "fee")
    identifier = entry.get("id") or entry.get("txid")
    return transaction(
        entry,
        kind,
        moved(asset, amount if kind == "deposit" else amount.copy_negate()) + fees,
        identifier=f"{prefix}{identifier}" if identifier else None,
        status=_STATUSES.get(entry.get("status"), "pending"),
        tx_hash=entry.get("txid"),
        counterparty=entry.get("address"),
        description=entry.get("network"),
    )
