"""What happened in an account, as no venue writes it: what was received, sent and paid as a fee, and what is true then.

Belongs here: the shape. Does not belong here: how it came about (`book.py`), or how a venue tells it.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Literal, NamedTuple

EventKind = Literal[
    "trade", "conversion", "instant", "dust", "deposit", "withdrawal", "stake", "reward", "unseen",
    "mined", "swap", "cost", "airdrop", "interest", "gift_out", "gift_in", "lost", "bad",
]  # fmt: skip


class Amount(NamedTuple):
    """So much of a coin."""

    quantity: Decimal
    asset: str


@dataclass(frozen=True, slots=True)
class Event:
    """One movement of an account. `received` is before a fee in the same coin; `sent` is without the fee.

    `dust` is several coins given for one; `unseen` changes the balance and no answer of the venue tells it; `bad` is
    a row of the CSV file that can not be read. `order` is shared by the fills of one order and the parts of one dust
    conversion.
    """

    at: datetime
    account: str
    kind: EventKind
    key: str
    received: Amount | None = None
    sent: Amount | None = None
    fee: Amount | None = None
    pair: tuple[str, str] | None = None
    price: Decimal | None = None
    is_maker: bool = False
    order: str = ""
    tx_hash: str = ""
    note: str = ""
    counterparty: str = field(default="")

    @property
    def movements(self) -> Iterator[Amount]:
        """The signed changes of the account's balances."""
        if self.received:
            yield self.received
        if self.sent:
            yield Amount(-self.sent.quantity, self.sent.asset)
        if self.fee:
            yield Amount(-self.fee.quantity, self.fee.asset)
