"""All that happened in a range of blocks: found by the way that was chosen, by logs, and by the proof of balances.

Belongs here: putting those together for one range. Does not belong here: which ranges, and what is kept of them.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from connectors.evm.account import EvmAccount
from connectors.evm.blocks import instant_of
from connectors.evm.choosing import Chosen
from connectors.evm.found import Sight
from connectors.evm.movements import Happening, Token
from connectors.evm.pairs import Pairs, suspects
from connectors.evm.proof import NOTHING, States
from connectors.evm.ranges import Blocks, Reach, ask_over
from connectors.evm.reading import Reader
from connectors.evm.refusals import StateMissingError
from connectors.evm.remainders import close
from connectors.evm.tokens import read_tokens
from connectors.evm.topics import log_calls
from connectors.sync import SourceUnavailableError

Json = Mapping[str, Any]
_BACK = (4, 16, 64, 256)
"""How far behind a range's end block hashes are kept too, to know later how deep a reorganization went."""


@dataclass(frozen=True, slots=True)
class Read:
    """What happened in `blocks`. `begin` and `end` are the times of the block before and of the last one.

    `hashes` are of the last block and some before it; `opening` are addresses that held something before block 0 or the
    first block that is read.
    """

    blocks: Blocks
    begin: datetime
    end: datetime
    hashes: dict[int, str]
    happenings: list[Happening]
    tokens: dict[str, Token]
    opening: dict[str, int]


class Finder:
    """Reads ranges of one account's chain. `height` is that of the chain when the sync began.

    The tokens in `known` are not asked again what they are called.
    """

    def __init__(
        self, account: EvmAccount, chosen: Chosen, *, height: int, known: Mapping[str, Token] | None = None
    ) -> None:
        self._owned = account.addresses
        self._chosen = chosen
        self._node = chosen.node
        self._height = height
        self._reader = Reader(chosen.node, account.chain, account.addresses, chosen.teller, height=height)
        self._states = States(chosen.node)
        self._reach = Reach()
        self._tokens = dict(known or {})
        self._pairs = Pairs(chosen.node, self._reader.wrappers, height)
        self._asked_pairs: set[str] = set()
        owners = sorted(self._owned)
        codes = self._node.ask_all([("eth_getCode", (owner, hex(height))) for owner in owners])
        self._contracts = {owner for owner, code in zip(owners, codes, strict=True) if code not in {"0x", None, ""}}
        self.blind: dict[Sight, str] = chosen.blind(self._contracts)
        """What of the account's history is not seen completely, and why."""

    def read(self, blocks: Blocks, *, is_first: bool = True) -> Read:
        """Everything that happened in `blocks`, which with `is_first` are the first that are read at all.

        Raises `SourceError`.
        """
        heights = _headers_of(blocks)
        headers = dict(zip(heights, self._reader.blocks(heights, is_full=False), strict=True))
        found = self._chosen.way.find(self._owned, blocks)
        if "tokens" in self._chosen.way.blind:
            logs = ask_over(self._node, blocks, self._reach, lambda part: log_calls(part, self._owned))
            found.logged |= {log["transactionHash"].lower() for log in logs} - found.touching
        happenings = self._reader.read(found)
        opening: dict[str, int] = {}
        if self._chosen.is_archive:
            try:
                happenings = close(self._reader, self._states, happenings, self._owned, blocks)
                opening = self._held_before(blocks) if is_first else {}
            except StateMissingError:  # it knew an old balance when it was asked for one, and does not know them all
                self._chosen.is_archive = False
                self.blind = self._chosen.blind(self._contracts)
            self._states.forget(blocks.last)
        happenings = [each for each in happenings if each.facts.block_number in blocks]
        self._check_unmoved(blocks.last, headers[blocks.last]["hash"])
        return Read(
            blocks=blocks,
            begin=instant_of(headers[max(blocks.first - 1, 0)]),
            end=instant_of(headers[blocks.last]),
            hashes={height: headers[height]["hash"] for height in heights if height >= blocks.first},
            happenings=happenings,
            tokens=self._tokens_of(happenings),
            opening=opening,
        )

    def hashes(self, heights: Sequence[int]) -> dict[int, str | None]:
        """The hashes of the blocks as they are now; `None` where the chain does not reach."""
        answers = self._node.answers([("eth_getBlockByNumber", (hex(height), False)) for height in heights])
        hashes: dict[int, str | None] = {}
        for height, answer in zip(heights, answers, strict=True):
            if isinstance(answer, Exception) and height <= self._height:
                raise answer
            if answer is None and height <= self._height:
                raise SourceUnavailableError(
                    f"{self._node.label} does not have block {height}, which it reached before"
                )
            hashes[height] = answer["hash"] if isinstance(answer, dict) else None
        return hashes

    def header(self, height: int) -> Json:
        """The block at `height` without its transactions. Raises `SourceError`."""
        return self._reader.blocks([height], is_full=False)[0]

    def tokens(self, contracts: set[str]) -> dict[str, Token]:
        """What the contracts say of themselves."""
        news = contracts - self._tokens.keys()
        if news:
            self._tokens |= read_tokens(self._node, news, height=self._height)
        return {contract: self._tokens[contract] for contract in sorted(contracts)}

    def _tokens_of(self, happenings: Sequence[Happening]) -> dict[str, Token]:
        """The tokens that moved; of those that may be liquidity also whether they are."""
        tokens = self.tokens({m.contract for each in happenings for m in each.movements if m.contract})
        news = {name for each in happenings for name in suspects(each, self._owned)} - self._asked_pairs
        if news:
            self._asked_pairs |= news
            for contract, coins in self._pairs.among(news).items():
                tokens[contract] = self._tokens[contract] = replace(tokens[contract], pair=coins)
        return tokens

    def start_block(self, account: EvmAccount) -> int:
        """The first block that matters: as set, or the first one not before `since`."""
        if account.start_block is not None or account.since is None:
            return account.start_block or 0
        low, high = 0, self._height + 1
        while low < high:
            middle = (low + high) // 2
            if instant_of(self.header(middle)) < account.since:
                low = middle + 1
            else:
                high = middle
        return low

    def _held_before(self, blocks: Blocks) -> dict[str, int]:
        before = max(blocks.first - 1, 0)
        self._states.learn((owner, before) for owner in self._owned)
        return {
            owner: self._states.at(owner, before).balance
            for owner in sorted(self._owned)
            if self._states.at(owner, before) != NOTHING
        }

    def _check_unmoved(self, height: int, block_hash: str) -> None:
        if self.hashes([height])[height] != block_hash:
            raise SourceUnavailableError(
                f"the chain was reorganized below block {height} while it was read; nothing of that range was kept. "
                "The next sync reads it again; a larger `confirmations` makes this rarer"
            )


def _headers_of(blocks: Blocks) -> list[int]:
    """The heights whose headers are read with a range: the one before it, its last, and some before that."""
    within = {height for back in (0, *_BACK) if (height := blocks.last - back) >= blocks.first}
    return sorted(within | {max(blocks.first - 1, 0)})
