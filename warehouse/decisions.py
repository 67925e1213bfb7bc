"""What the person decided about single events, as plain values that `pipelines` reads from overrides.toml.

Belongs here: the shapes, the words that may stand in them, and the fingerprint that ties a decision to its event.
Does not belong here: reading files, and what a decision changes (`warehouse/ledger/overrides.py`).
"""

import hashlib
import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal

from warehouse.ledger.quantities import plain_quantity

KINDS_IN = {
    "gift": "gift_in", "inheritance": "inheritance", "bought": "bought", "own": "own", "deposit": "deposit",
    "income": "income", "reward": "reward", "airdrop": "airdrop", "mining": "mining", "interest": "interest",
    "fork": "fork",
}  # fmt: skip
"""What an arrival may be said to be, and the kind that the ledger then has."""

KINDS_OUT = {
    "gift": "gift_out", "donation": "donation", "spend": "spend", "fee": "fee", "lost": "lost", "theft": "theft",
    "own": "own", "withdrawal": "withdrawal",
}  # fmt: skip
"""What a departure may be said to be."""

KINDS_BOTH = {"trade": "trade", "keep_basis": "keep_basis"}
"""What an exchange of coins may be said to be: with a gain, or with cost and age kept (liquidity)."""

OPENING_STREAM = "opening"
"""The stream of the transactions that opening lots make, and their kind."""

NOT_FOR_MONEY = frozenset({"bought", "inheritance", "own"})
"""Kinds that say where a lot comes from or goes to: money has no lots."""


@dataclass(frozen=True, slots=True)
class EventOverride:
    """What the transaction `transaction_id` was, or what it cost, as it was when its `fingerprint` was taken.

    `kind` is a word of `KINDS_IN`, `KINDS_OUT` or `KINDS_BOTH`; `None` leaves it as told. `value_usd` is the cost of
    what was acquired (the giver's, of a gift), the value of income, or what something spent brought. `asset` says which
    coin is meant where several came in.
    """

    transaction_id: str
    fingerprint: str
    line: int
    kind: str | None = None
    asset: str | None = None
    value_usd: Decimal | None = None
    acquired_at: datetime | None = None
    fair_value_usd: Decimal | None = None
    is_ignored: bool = False
    note: str | None = None

    @property
    def override_id(self) -> str:
        """Its id in `ledger.overrides`."""
        return f"{'ignore' if self.is_ignored else 'event'}:{self.transaction_id}"


@dataclass(frozen=True, slots=True)
class PairOverride:
    """Whether what left in one transaction is what arrived in another."""

    from_transaction_id: str
    from_fingerprint: str
    to_transaction_id: str
    to_fingerprint: str
    is_transfer: bool
    line: int
    note: str | None = None

    @property
    def override_id(self) -> str:
        """Its id in `ledger.overrides`."""
        return f"{'pair' if self.is_transfer else 'not_pair'}:{self.from_transaction_id}+{self.to_transaction_id}"


@dataclass(frozen=True, slots=True)
class SameOverride:
    """Whether two transactions tell one event, as both were when their fingerprints were taken."""

    transaction_id: str
    fingerprint: str
    other_transaction_id: str
    other_fingerprint: str
    is_same: bool
    line: int
    note: str | None = None

    @property
    def override_id(self) -> str:
        """Its id in `ledger.overrides`, whichever of the two is named first."""
        return f"{'same' if self.is_same else 'not_same'}:" + "+".join(
            sorted([self.transaction_id, self.other_transaction_id])
        )


@dataclass(frozen=True, slots=True)
class PriceOverride:
    """What one unit was worth at an instant; it wins over every other price of that instant."""

    asset: str
    at: datetime
    price_usd: Decimal
    line: int
    note: str | None = None

    @property
    def override_id(self) -> str:
        """Its id in `ledger.overrides`."""
        return f"price:{self.asset}@{self.at.astimezone(UTC).isoformat()}"


@dataclass(frozen=True, slots=True)
class OpeningLot:
    """Coins that an account held of which no source tells: a lot, from `acquired_at` on."""

    account: str
    asset: str
    acquired_at: datetime
    quantity: Decimal
    cost_usd: Decimal
    line: int
    note: str | None = None

    @property
    def transaction_id(self) -> str:
        """The transaction that it makes."""
        return f"{self.account}/{OPENING_STREAM}/{self.lot_name}"

    @property
    def override_id(self) -> str:
        """Its id in `ledger.overrides`."""
        return f"opening_lot:{self.transaction_id}"

    @property
    def lot_name(self) -> str:
        """The id of its transaction within the account: the same as long as the lot is, whatever it cost."""
        instant = self.acquired_at.astimezone(UTC).isoformat()
        return _digest([self.account, self.asset, instant, plain_quantity(f"{self.quantity:f}")])


@dataclass(frozen=True, slots=True)
class Overrides:
    """Everything that overrides.toml says, in its order."""

    events: Sequence[EventOverride] = ()
    pairs: Sequence[PairOverride] = ()
    sames: Sequence[SameOverride] = ()
    prices: Sequence[PriceOverride] = ()
    opening_lots: Sequence[OpeningLot] = ()


def fingerprint(
    transaction_id: str, *, kind: str, occurred_at: datetime, postings: Iterable[tuple[str, str, str]]
) -> str:
    """16 hex digits that change when what a source tells of a transaction changes in what it means.

    Taken of its id, its kind and instant as told, and each posting (asset as written, quantity, role) in order.
    Nothing else of the payload counts: a venue may add a field or count confirmations, and fetching a row again, or
    importing it again, changes nothing.
    """
    moved = [[asset, plain_quantity(quantity) or quantity, role] for asset, quantity, role in postings]
    return _digest([transaction_id, kind, occurred_at.astimezone(UTC).isoformat(), moved])


def _digest(content: object) -> str:
    return hashlib.sha256(json.dumps(content, ensure_ascii=False).encode()).hexdigest()[:16]
