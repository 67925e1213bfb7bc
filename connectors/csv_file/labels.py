"""The labels of the Koinly universal format, and the kind of transaction that each of them makes.

Belongs here: the words of that format, by the direction of the row. Does not belong here: how a kind is taxed.

Source: support.koinly.io, "What are tags", and the same list in its older editions ("What are labels").
"""

from typing import Literal

from connectors.records import Kind

Direction = Literal["in", "out", "trade", "fee"]
"""What a row moves: only something received, only something sent, both, or nothing but a fee."""

_UNLABELLED: dict[Direction, Kind] = {"in": "deposit", "out": "withdrawal", "trade": "trade", "fee": "fee"}

_IN: dict[str, Kind] = {
    "airdrop": "airdrop",
    "fork": "fork",
    "mining": "mining",
    "reward": "reward",
    "rewards": "reward",
    "staking": "reward",
    "staking reward": "reward",
    "cashback": "income",  # that format takes it for bought at market value; venues' own cashback is income here too
    "interest": "interest",
    "lending interest": "interest",
    "loan interest": "interest",
    "income": "income",
    "other income": "income",
    "salary": "income",
    "gift": "gift_in",
    "fee refund": "fee",
    "realized gain": "margin",
    "realized pnl": "margin",
    "realized p&l": "margin",
    "deposit": "deposit",
    "transfer": "deposit",
    "stake": "deposit",
    "remove from pool": "deposit",
    "received from pool": "deposit",
}

_OUT: dict[str, Kind] = {
    "gift": "gift_out",
    "lost": "lost",
    "stolen": "theft",
    "theft": "theft",
    "donation": "donation",
    "cost": "fee",
    "margin fee": "fee",
    "loan fee": "fee",
    "interest payment": "fee",
    "tax": "spend",
    "payment": "spend",
    "realized gain": "margin",
    "realized pnl": "margin",
    "realized p&l": "margin",
    "withdrawal": "withdrawal",
    "transfer": "withdrawal",
    "stake": "withdrawal",
    "add to pool": "withdrawal",
    "sent to pool": "withdrawal",
}

_TRADE: dict[str, Kind] = {
    "trade": "trade",
    "exchange": "trade",
    "buy": "trade",
    "sell": "trade",
    "liquidity in": "trade",  # coins for a pool's token: `pool_side` says which of the two that is
    "liquidity out": "trade",
    "swap": "wrap",  # in that format a migration or rebase of the same coin, never an ordinary trade
    "realized gain": "margin",
    "realized pnl": "margin",
    "realized p&l": "margin",
}

_FEE: dict[str, Kind] = dict.fromkeys(("cost", "margin fee", "loan fee", "interest payment"), "fee")

_LABELLED: dict[Direction, dict[str, Kind]] = {"in": _IN, "out": _OUT, "trade": _TRADE, "fee": _FEE}

_POOL_SIDES: dict[str, Literal["received", "sent"]] = {"liquidity in": "received", "liquidity out": "sent"}


def kind_of(label: str, direction: Direction) -> Kind:
    """The kind of a row; `unknown` for a label that the format does not define for rows of this direction.

    Case, and `_` or `-` for a space, do not matter. `unknown` are also the labels of that format that have no kind
    of ours: borrowed coins (`loan`, `margin loan` and their repayments), `ignored`, and `liquidity in` and
    `liquidity out` of a row that does not tell both sides.
    """
    words = _words(label)
    return _LABELLED[direction].get(words, "unknown") if words else _UNLABELLED[direction]


def pool_side(label: str) -> Literal["received", "sent"] | None:
    """Which side of a row is a pool's token, where its label says that liquidity was put in or taken out."""
    return _POOL_SIDES.get(_words(label))


def _words(label: str) -> str:
    return " ".join(label.casefold().replace("_", " ").replace("-", " ").split())
