"""What moved on a chain, as every way of finding it says it: the shape between finding and decoding.

A movement is one change of who holds what, in whole smallest units. For an address, what came in less what went out is
its balance, to the wei: that is what every way is held to.

Belongs here: these shapes. Does not belong here: asking a node, and what a movement means (`decoding.py`).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Literal, get_args

MovementKind = Literal[
    "native",  # the value of a transaction itself
    "internal",  # value that a contract moved within a transaction
    "self_destruct",  # what a contract left behind
    "erc20",
    "erc721",
    "erc1155",
    "gas",  # from who sent the transaction to nobody
    "l2_fee",  # what a rollup charges for its data, beside gas
    "block_reward",  # from nobody
    "withdrawal",  # from nobody: a validator's stake and rewards
]
MOVEMENT_KINDS: frozenset[str] = frozenset(get_args(MovementKind))
TOKEN_KINDS: frozenset[MovementKind] = frozenset({"erc20", "erc721", "erc1155"})


@dataclass(frozen=True, slots=True)
class Movement:
    """One amount that went from one address to another.

    Addresses are lowercase `0x…`; `None` is nobody: what is minted comes from there and what is burned goes there (the
    zero address is told as `None`), gas goes there, rewards and withdrawals come from there. `contract` is the token's,
    `None` for the chain's own coin. `token_id` is set for `erc721` and `erc1155` only.
    """

    kind: MovementKind
    block_number: int
    position: tuple[int, ...]
    """Where in the block, unique within (block, kind): the log's index (and the place in a batch), the transaction's
    index and trace address, the number of the withdrawal."""
    tx_hash: str | None
    """`None` for rewards and withdrawals, and for value whose transaction the node can not tell."""
    contract: str | None
    token_id: int | None
    from_address: str | None
    to_address: str | None
    amount: int
    """Wei, or the token's smallest unit; 1 for an `erc721`. Always > 0."""

    def __post_init__(self) -> None:
        if self.amount <= 0:
            raise ValueError(f"a movement of {self.amount} in block {self.block_number} moves nothing")
        if (self.kind in TOKEN_KINDS) != (self.contract is not None):
            raise ValueError(f"a movement of kind {self.kind} has a contract exactly if a token moved")


@dataclass(frozen=True, slots=True)
class Token:
    """A token as its contract answers. `None` stands for what the contract does not answer, or not understandably.

    `pair` is set for what a pool gives for its two coins: the contracts that each of these is in a wallet (`pairs.py`).
    """

    address: str
    symbol: str | None
    name: str | None
    decimals: int | None
    pair: tuple[frozenset[str | None], frozenset[str | None]] | None = None


@dataclass(frozen=True, slots=True)
class TransactionFacts:
    """One transaction beside what it moved; or, with `tx_hash` `None`, what a block gave without one."""

    tx_hash: str | None
    block_number: int
    block_hash: str
    occurred_at: datetime
    index: int
    """The transaction's place in its block; behind them all for what a block gave without one."""
    from_address: str | None
    to_address: str | None
    """`None` where the transaction creates a contract: then `created` is it."""
    created: str | None
    selector: str | None
    """The first four bytes of the input, `0x` and eight hex digits; `None` for a plain transfer."""
    nonce: int | None
    is_failed: bool
    emitters: tuple[str, ...]
    """The contracts that wrote logs, each once, in order."""
    payload: str
    """JSON: transaction, receipt and internal operations as the node told them."""

    @property
    def order(self) -> int:
        """The transaction's place in the chain: several blocks may have one second."""
        return (self.block_number << 20) + self.index


@dataclass(frozen=True, slots=True)
class Happening:
    """A transaction with all its movements from, to or between the addresses asked about, in the block's order.

    `notes` say what is uncertain about it, in sentences: a value told by a difference of balances only.
    """

    facts: TransactionFacts
    movements: tuple[Movement, ...]
    notes: tuple[str, ...] = ()


Tokens = Mapping[str, Token]
"""The tokens of the movements, by contract."""
