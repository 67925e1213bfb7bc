"""Transactions written as people would tell them, for the decoder.

`?NAME` is a token whose contract only says that it is NAME, `?NAME:24` one with so many decimals, `?NAME#7` one of a
kind; a plain name is the asset that is known under it. Every other word stands for an address of its own.

Belongs here: from words to movements. Does not belong here: what must come of them.
"""

import hashlib
from dataclasses import dataclass, field
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from eth_utils import keccak

from connectors.evm.decoding import Decoding, DecodingSettings
from connectors.evm.known_names import well_known_tokens
from connectors.evm.movements import Happening, Movement, Token, TransactionFacts
from connectors.records import Transaction

HASH = "0x" + "ab" * 32
AT = datetime(2025, 6, 1, 12, tzinfo=UTC)
_KNOWN = {asset: contract for contract, asset in well_known_tokens("ethereum").items()}
_SIX = {"USDC", "USDT", "PYUSD"}


def address_of(word: str) -> str | None:
    """The address that a word stands for."""
    if word == "nobody":
        return None
    if word.upper() in _KNOWN:
        return _KNOWN[word.upper()]
    return "0x" + hashlib.sha256(word.partition("#")[0].encode()).hexdigest()[:40]


def token_of(word: str) -> Token:
    """The token that a word stands for, as its contract would answer."""
    name, _, decimals = word.partition("#")[0].removeprefix("?").partition(":")
    default = 6 if word in _SIX else 18
    return Token(address_of(word) or "", name.replace("_", " "), name, int(decimals or default))


@dataclass
class WalletStory:
    """One happening that is being told."""

    mine: set[str] = field(default_factory=set)
    ours: set[str] = field(default_factory=set)
    sender: str | None = None
    to: str | None = None
    selector: str | None = None
    is_failed: bool = False
    block: int | None = None
    movements: list[Movement] = field(default_factory=list)
    tokens: dict[str, Token] = field(default_factory=dict)

    def tell(self, line: str) -> None:
        """Take in one line."""
        verb, *words = line.split(maxsplit=2 if line.startswith("call") else -1)
        if verb in {"mine", "ours"}:
            getattr(self, verb).update(address_of(word) for word in words)
        elif verb == "sender":
            self.sender = address_of(words[0])
        elif verb == "failed":
            self.is_failed = True
        elif verb == "block":
            self.block = int(words[0])
        elif verb == "call":
            self.to = address_of(words[0])
            name = words[1] if len(words) > 1 else ""
            self.selector = name if name.startswith("0x") else "0x" + keccak(text=name)[:4].hex() if name else None
        else:
            self._move(verb, words)

    def _move(self, verb: Any, words: list[str]) -> None:
        amount, what, *ends = words
        contract, token_id, decimals = None, None, 18
        if verb.startswith("erc"):
            token = token_of(what)
            contract, self.tokens[token.address], decimals = token.address, token, token.decimals or 0
            if "#" in what:
                token_id, decimals = int(what.partition("#")[2]), 0
        if len(ends) == 1:
            ends = [ends[0], "->", "nobody"] if verb in {"gas", "l2_fee"} else ["nobody", "->", ends[0]]
        self.movements.append(
            Movement(
                kind=verb,
                block_number=self.block or 20_000_000,
                position=(len(self.movements),),
                tx_hash=None if self.block else HASH,
                contract=contract,
                token_id=token_id,
                from_address=address_of(ends[0]),
                to_address=address_of(ends[2]),
                amount=int(Decimal(amount).scaleb(decimals)),
            )
        )

    @property
    def happening(self) -> Happening:
        """What was told."""
        facts = TransactionFacts(
            tx_hash=None if self.block else HASH,
            block_number=self.block or 20_000_000,
            block_hash="0x" + "cd" * 32,
            occurred_at=AT,
            index=3,
            from_address=self.sender,
            to_address=self.to,
            created=None,
            selector=self.selector,
            nonce=None if self.block else 1,
            is_failed=self.is_failed,
            emitters=(),
            payload='{"block": 1}',
        )
        return Happening(facts, tuple(self.movements))

    def decoded(self, **settings: Any) -> list[Transaction]:
        """The rows that come of it."""
        owned = frozenset(self.mine)
        decoding = Decoding(
            chain="ethereum",
            coin="ETH",
            owned=owned,
            family=owned | self.ours,
            settings=DecodingSettings(**settings),
        )
        return decoding.transactions(self.happening, self.tokens)


def story_of(lines: list[str]) -> WalletStory:
    """The story that some lines tell."""
    story = WalletStory()
    for line in lines:
        story.tell(line)
    return story
