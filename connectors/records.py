"""What raw files contain: the Arrow schemas that the two lower rooms share, and the values a connector makes.

Belongs here: shapes and the words that may stand in them. Does not belong here: reading, writing, fetching,
or what any of it means for tax.
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from decimal import Decimal, InvalidOperation
from typing import Literal, get_args

import pyarrow as pa

Kind = Literal[
    "trade", "deposit", "withdrawal", "reward", "airdrop", "mining", "interest", "fork", "gift_in", "gift_out",
    "income", "spend", "fee", "lost", "theft", "donation", "margin", "wrap", "unknown",
]  # fmt: skip
KINDS: frozenset[str] = frozenset(get_args(Kind))

Role = Literal["principal", "fee"]

Status = Literal["final", "pending", "canceled", "mirror", "rejected"]
"""What the books do with a row.

`final` is booked. `pending` is not booked and keeps its window open, so the next sync asks again. `canceled` moved
nothing. `mirror` repeats what another stream of the account tells (a ledger line of a trade) and is not booked.
`rejected` could not be understood: `reason` says why, and it goes to `quality.quarantine`.
"""
STATUSES: frozenset[str] = frozenset(get_args(Status))


@dataclass(frozen=True, slots=True)
class Posting:
    """One signed movement. `quantity` is the venue's own decimal string: > 0 received, < 0 sent."""

    asset: str
    quantity: str
    role: Role = "principal"


MarkWord = Literal["bait", "unasked", "liquidity"]
"""What a source says of a token. Nobody asked for it: `bait` is named after a site or a claim, `unasked` is any other
that is not known; the books take what is only ever marked so, and has no price, for spam. `liquidity`: it stands for
the coins that went into a pool, or came out of it, in the same transaction."""


@dataclass(frozen=True, slots=True)
class Mark:
    """What the source says of one asset of a transaction."""

    asset: str
    word: MarkWord


@dataclass(frozen=True, slots=True)
class Worth:
    """What the source says that a transaction was worth: one side of it, before fees, in units of `asset`, above 0."""

    asset: str
    quantity: str


@dataclass(frozen=True, slots=True)
class Transaction:
    """A set of postings in one account at one instant.

    `id` is the venue's own, unique within (account, stream). `occurred_at` is an aware UTC instant, `None` only for
    a rejected row. `payload` is the JSON (or CSV line) as received.
    """

    id: str
    kind: Kind
    occurred_at: datetime | None
    postings: Sequence[Posting]
    payload: str
    status: Status = "final"
    reason: str | None = None
    tx_hash: str | None = None
    counterparty: str | None = None
    description: str | None = None
    order: int = field(default=0)
    """Breaks ties between rows of one instant: the place in the venue's own answer."""
    assets: Sequence[str] = ()
    """Of a rejected row all assets that it is about, where every one of them can be read; none: it may be any."""
    marks: Sequence[Mark] = ()
    worth: Worth | None = None

    def __post_init__(self) -> None:
        if self.kind not in KINDS:
            raise ValueError(f"kind {self.kind!r} is none of {sorted(KINDS)}")
        if self.status not in STATUSES:
            raise ValueError(f"status {self.status!r} is none of {sorted(STATUSES)}")
        if (self.status == "rejected") != (self.reason is not None):
            raise ValueError("a rejected row, and only that, says its reason")
        if self.occurred_at is None:
            if self.status != "rejected":
                raise ValueError(f"transaction {self.id} has no instant")
        elif self.occurred_at.utcoffset() is None:
            raise ValueError(f"transaction {self.id}: {self.occurred_at} has no time zone")
        for posting in self.postings:
            if not posting.asset or exact_quantity(posting.quantity) is None:
                raise ValueError(f"transaction {self.id}: {posting} is not an exact movement of a named asset")
        if self.worth is not None and not (exact_quantity(self.worth.quantity) or 0) > 0:
            raise ValueError(f"transaction {self.id}: {self.worth} is no worth above 0")


@dataclass(frozen=True, slots=True)
class Balance:
    """What the venue says it holds: `state` is `free`, `locked`, `staked` or `lent`.

    `quantity` is `None` where it was asked, and does not tell how much.
    Where it tells when it comes free: at `free_at`, or `free_after_seconds` after it is asked back if that is before.
    """

    asset: str
    state: Literal["free", "locked", "staked", "lent"]
    quantity: str | None
    free_at: datetime | None = None
    free_after_seconds: int | None = None


@dataclass(frozen=True, slots=True)
class Price:
    """One unit of `asset` in the book's base currency at an instant; `source` names venue and route.

    `at` is the instant of the close, not the opening of its candle: the daily close of 2025-03-01 is at
    2025-03-02T00:00Z, and the close of that day's last hour is the same price at the same instant.
    """

    asset: str
    at: datetime
    price_usd: str
    source: str
    is_interpolated: bool = False


@dataclass(frozen=True, slots=True)
class MarketConditions:
    """What it would take to sell an asset at a venue, or to buy it back, at the moment of asking.

    `market` is the unified symbol, its prices in `quote`. `taker_rate` is the account's own fee as a share of value,
    `None` where the venue does not tell. The minimums are of one order, in units and in `quote`. `bids` and `asks` are
    (price, quantity), the best first, as far as the venue shows them. All numbers are the venue's own digits.
    """

    asset: str
    market: str
    quote: str
    taker_rate: str | None
    minimum_quantity: str | None
    minimum_value: str | None
    bids: Sequence[tuple[str, str]]
    asks: Sequence[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class GasConditions:
    """What a transaction costs on a chain at the moment of asking, in the smallest units of its `coin`.

    `price_wei` is of one unit of gas, `None` where the node told none: `why_not` says so. With `takes_data_fee` the
    chain may charge for the data of a transaction on top: `data_fee_wei` for one of a swap's size, `None` where that
    is not told.
    """

    coin: str
    price_wei: str | None
    takes_data_fee: bool
    data_fee_wei: str | None
    why_not: str | None
    checked_at: datetime


_UTC_MICROSECONDS = pa.timestamp("us", tz="UTC")

TRANSACTIONS = pa.schema(
    [
        pa.field("id", pa.string(), nullable=False),
        pa.field("kind", pa.string(), nullable=False),
        pa.field("status", pa.string(), nullable=False),
        pa.field("reason", pa.string()),
        pa.field("occurred_at", _UTC_MICROSECONDS),
        pa.field("order", pa.int64(), nullable=False),  # 32 bits in older files
        pa.field(
            "postings",
            pa.list_(pa.struct([("asset", pa.string()), ("quantity", pa.string()), ("role", pa.string())])),
            nullable=False,
        ),
        pa.field("assets", pa.list_(pa.string()), nullable=False),
        pa.field("tx_hash", pa.string()),
        pa.field("counterparty", pa.string()),
        pa.field("description", pa.string()),
        pa.field("payload", pa.string(), nullable=False),
        pa.field("marks", pa.list_(pa.struct([("asset", pa.string()), ("word", pa.string())]))),  # null in older files
        pa.field("worth_asset", pa.string()),  # null in older files, as the next
        pa.field("worth_quantity", pa.string()),
    ]
)

BALANCES = pa.schema(
    [
        pa.field("asset", pa.string(), nullable=False),
        pa.field("state", pa.string(), nullable=False),
        pa.field("quantity", pa.string(), nullable=False),
        pa.field("checked_at", _UTC_MICROSECONDS, nullable=False),
        pa.field("payload", pa.string(), nullable=False),
        pa.field("free_at", _UTC_MICROSECONDS),
        pa.field("free_after_seconds", pa.int64()),
    ]
)

_UNTOLD = "untold"

_LEVELS = pa.list_(pa.struct([("price", pa.string()), ("quantity", pa.string())]))

MARKET_CONDITIONS = pa.schema(
    [
        pa.field("asset", pa.string(), nullable=False),
        pa.field("market", pa.string(), nullable=False),
        pa.field("quote", pa.string(), nullable=False),
        pa.field("taker_rate", pa.string()),
        pa.field("minimum_quantity", pa.string()),
        pa.field("minimum_value", pa.string()),
        pa.field("bids", _LEVELS, nullable=False),
        pa.field("asks", _LEVELS, nullable=False),
        pa.field("checked_at", _UTC_MICROSECONDS, nullable=False),
    ]
)

GAS_CONDITIONS = pa.schema(
    [
        pa.field("coin", pa.string(), nullable=False),
        pa.field("price_wei", pa.string()),
        pa.field("takes_data_fee", pa.bool_(), nullable=False),
        pa.field("data_fee_wei", pa.string()),
        pa.field("why_not", pa.string()),
        pa.field("checked_at", _UTC_MICROSECONDS, nullable=False),
    ]
)

PRICES = pa.schema(
    [
        pa.field("asset", pa.string(), nullable=False),
        pa.field("at", _UTC_MICROSECONDS, nullable=False),
        pa.field("price_usd", pa.string(), nullable=False),
        pa.field("source", pa.string(), nullable=False),
        pa.field("is_interpolated", pa.bool_(), nullable=False),
    ]
)

ATTEMPTS = pa.schema(
    [
        pa.field("stream", pa.string(), nullable=False),
        pa.field("outcome", pa.string(), nullable=False),  # ok | failed | not_offered
        pa.field("started_at", _UTC_MICROSECONDS, nullable=False),
        pa.field("ended_at", _UTC_MICROSECONDS, nullable=False),
        pa.field("requests", pa.int64(), nullable=False),
        pa.field("rows", pa.int64(), nullable=False),
        pa.field("error", pa.string()),
    ]
)


ATTEMPTS_STREAM = "attempts"
"""The stream of each account in which every sync leaves one file: what was asked, and how it ended."""


def transactions_table(rows: Iterable[Transaction]) -> pa.Table:
    """The rows as an Arrow table of schema `TRANSACTIONS`, in the order given."""
    return pa.Table.from_pylist(
        [
            {
                "id": row.id,
                "kind": row.kind,
                "status": row.status,
                "reason": row.reason,
                "occurred_at": row.occurred_at,
                "order": row.order,
                "postings": [
                    {"asset": posting.asset, "quantity": posting.quantity, "role": posting.role}
                    for posting in row.postings
                ],
                "assets": list(row.assets),
                "tx_hash": row.tx_hash,
                "counterparty": row.counterparty,
                "description": row.description,
                "payload": row.payload,
                "marks": [{"asset": mark.asset, "word": mark.word} for mark in row.marks],
                "worth_asset": None if row.worth is None else row.worth.asset,
                "worth_quantity": None if row.worth is None else row.worth.quantity,
            }
            for row in rows
        ],
        schema=TRANSACTIONS,
    )


def balances_table(rows: Iterable[Balance], *, checked_at: datetime, payload: str) -> pa.Table:
    """A snapshot as an Arrow table of schema `BALANCES`; the payload stands in its first row only.

    What is not told has no row: `untold_extra` says it.
    """
    return pa.Table.from_pylist(
        [
            {
                "asset": row.asset,
                "state": row.state,
                "quantity": row.quantity,
                "checked_at": checked_at,
                "payload": payload if number == 0 else "",
                "free_at": row.free_at,
                "free_after_seconds": row.free_after_seconds,
            }
            for number, row in enumerate(row for row in rows if row.quantity is not None)
        ],
        schema=BALANCES,
    )


def untold_extra(rows: Iterable[Balance]) -> dict[str, str]:
    """The assets of a snapshot of which the source does not tell how much is held, as metadata of its file."""
    return {_UNTOLD: json.dumps(sorted({row.asset for row in rows if row.quantity is None}))}


def untold_in(extra: Mapping[str, str]) -> list[str]:
    """The assets that `untold_extra` put into a file's metadata; none in older files."""
    assets: list[str] = json.loads(extra.get(_UNTOLD, "[]"))
    return assets


def market_conditions_table(rows: Iterable[MarketConditions], *, checked_at: datetime) -> pa.Table:
    """A snapshot as an Arrow table of schema `MARKET_CONDITIONS`."""
    return pa.Table.from_pylist(
        [
            {
                "asset": row.asset,
                "market": row.market,
                "quote": row.quote,
                "taker_rate": row.taker_rate,
                "minimum_quantity": row.minimum_quantity,
                "minimum_value": row.minimum_value,
                "bids": [{"price": price, "quantity": quantity} for price, quantity in row.bids],
                "asks": [{"price": price, "quantity": quantity} for price, quantity in row.asks],
                "checked_at": checked_at,
            }
            for row in rows
        ],
        schema=MARKET_CONDITIONS,
    )


def gas_conditions_table(told: GasConditions) -> pa.Table:
    """A snapshot as an Arrow table of schema `GAS_CONDITIONS`."""
    return pa.Table.from_pylist([asdict(told)], schema=GAS_CONDITIONS)


def prices_table(rows: Iterable[Price]) -> pa.Table:
    """The rows as an Arrow table of schema `PRICES`, in the order given."""
    return pa.Table.from_pylist(
        [
            {
                "asset": row.asset,
                "at": row.at,
                "price_usd": row.price_usd,
                "source": row.source,
                "is_interpolated": row.is_interpolated,
            }
            for row in rows
        ],
        schema=PRICES,
    )


def exact_quantity(text: str) -> Decimal | None:
    """The finite decimal that `text` writes, or `None` where it writes none (`""`, `nan`, `1,5`)."""
    try:
        number = Decimal(text)
    except InvalidOperation:
        return None
    return number if number.is_finite() else None


def instant_from_milliseconds(milliseconds: int) -> datetime:
    """The UTC instant of a venue's Unix milliseconds, exact (no float division)."""
    seconds, rest = divmod(milliseconds, 1000)
    return datetime.fromtimestamp(seconds, tz=UTC).replace(microsecond=rest * 1000)
