"""From what was found to what happened: transactions, receipts and blocks asked for, and read into movements.

Belongs here: asking for all that reading needs, in few questions. Does not belong here: finding, and reading itself
(`effects.py`, `blocks.py`, `operations.py`).
"""

import json
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any

from connectors.evm.blocks import gifts_of, instant
from connectors.evm.chains import Chain
from connectors.evm.effects import is_failed, movements_of, wrapper_suspects
from connectors.evm.found import Found
from connectors.evm.hexes import address, number
from connectors.evm.movements import Happening, Movement, TransactionFacts
from connectors.evm.node import Node
from connectors.evm.operations import Operation, Teller, ask_operations
from connectors.evm.refusals import MethodMissingError
from connectors.evm.wrappers import Wrappers
from connectors.sync import SourceUnavailableError

Json = Mapping[str, Any]
_PLAIN_GAS = 21_000
_SELECTOR = 10
BLOCKS_AT_ONCE = 10


class Reader:
    """Reads what was found on one chain for `owned`. `teller` tells what contracts moved, if the node has one.

    Contracts are asked what they are at block `height`, a late one: a node may not have older states.
    """

    def __init__(self, node: Node, chain: Chain, owned: Collection[str], teller: Teller | None, *, height: int) -> None:
        self.teller = teller
        self._node = node
        self._chain = chain
        self._owned = frozenset(owned)
        self.wrappers = Wrappers(node, height=height)
        self._times: dict[int, int] = {}

    def read(self, found: Found) -> list[Happening]:
        """What happened in what was found, in the chain's order. Raises `SourceError`."""
        hashes = sorted(found.touching | found.logged)
        pairs = self._transactions(hashes)
        told = dict(found.operations)
        if self.teller is not None:
            unknown = [
                tx_hash
                for tx_hash in sorted(found.touching)
                if tx_hash not in told and _may_run_code(*pairs[tx_hash]) and not is_failed(pairs[tx_hash][1])
            ]
            told |= self._ask(unknown, pairs)
        suspects = {each for _, receipt in pairs.values() for each in wrapper_suspects(receipt, self._owned)}
        wrappers = self.wrappers.among(suspects)
        happenings = []
        for tx_hash, (transaction, receipt) in pairs.items():
            moved = movements_of(
                transaction,
                receipt,
                told.get(tx_hash, ()),
                chain=self._chain,
                owned=self._owned,
                wrappers=wrappers,
            )
            if moved:
                facts = self._facts(transaction, receipt, told.get(tx_hash, ()))
                happenings.append(Happening(facts, tuple(moved)))
        happenings += self._gifts(sorted(found.blocks))
        return sorted(happenings, key=place_of)

    def blocks(self, heights: Sequence[int], *, is_full: bool) -> list[Json]:
        """The blocks at `heights`, with their transactions or only those's hashes. Raises `SourceError`."""
        calls = [("eth_getBlockByNumber", (hex(height), is_full)) for height in heights]
        answers = self._node.answers(calls, at_once=BLOCKS_AT_ONCE if is_full else None)
        for height, answer in zip(heights, answers, strict=True):
            if isinstance(answer, Exception):
                raise answer
            if answer is None:
                raise SourceUnavailableError(f"{self._node.label} does not have block {height} of {self._chain.name}")
            self._times[height] = number(answer["timestamp"])
        return answers

    def ask_internal(self, hashes: Collection[str]) -> dict[str, list[Operation]]:
        """What contracts moved in each of the transactions. Only where there is a teller."""
        return self._ask(sorted(hashes), self._transactions(sorted(hashes)))

    def facts_of(self, tx_hash: str) -> TransactionFacts:
        """The facts of one transaction. Raises `SourceError`."""
        transaction, receipt = self._transactions([tx_hash])[tx_hash]
        return self._facts(transaction, receipt, ())

    def able_to_move(self, block: Json) -> list[tuple[str, int]]:
        """Hash and index of the transactions of a block that may have run code, and did not fail."""
        pairs = self._transactions([row["hash"].lower() for row in block["transactions"]])
        return [
            (tx_hash, number(transaction["transactionIndex"]))
            for tx_hash, (transaction, receipt) in pairs.items()
            if _may_run_code(transaction, receipt) and not is_failed(receipt)
        ]

    def _ask(self, hashes: Sequence[str], pairs: Mapping[str, tuple[Json, Json]]) -> dict[str, list[Operation]]:
        assert self.teller is not None  # noqa: S101 -- callers look
        told = ask_operations(self._node, self.teller, hashes)
        if self.teller == "ots_getInternalOperations":
            told = {tx_hash: _without_own(*pairs[tx_hash], rows) for tx_hash, rows in told.items()}
        return told

    def _transactions(self, hashes: Sequence[str]) -> dict[str, tuple[Json, Json]]:
        """Transaction and receipt of each hash; both must be there, and of one block."""
        answers = self._node.ask_all(
            [
                call
                for tx_hash in hashes
                for call in (("eth_getTransactionByHash", (tx_hash,)), ("eth_getTransactionReceipt", (tx_hash,)))
            ]
        )
        pairs: dict[str, tuple[Json, Json]] = {}
        for place, tx_hash in enumerate(hashes):
            transaction, receipt = answers[2 * place : 2 * place + 2]
            if transaction is None or receipt is None or transaction.get("blockHash") is None:
                raise SourceUnavailableError(
                    f"{self._node.label} names transaction {tx_hash} and then does not have it in a block: the chain "
                    "was reorganized under this sync, or the node is still indexing. The next sync reads it again"
                )
            if transaction["blockHash"] != receipt["blockHash"]:
                raise SourceUnavailableError(
                    f"{self._node.label} moved transaction {tx_hash} while it was read; sync again"
                )
            pairs[tx_hash] = transaction, receipt
        self._note_times(pairs.values())
        return pairs

    def _note_times(self, pairs: Iterable[tuple[Json, Json]]) -> None:
        """Newer nodes tell the block's time with a transaction or a log; for the others the block is asked for."""
        missing = set()
        for transaction, receipt in pairs:
            height = number(transaction["blockNumber"])
            stamps = (row.get("blockTimestamp") for row in (transaction, *receipt["logs"][:1]))
            stamp = next((stamp for stamp in stamps if stamp is not None), None)
            if stamp is not None:
                self._times[height] = number(stamp)
            elif height not in self._times:
                missing.add(height)
        self.blocks(sorted(missing), is_full=False)

    def _facts(self, transaction: Json, receipt: Json, operations: Sequence[Operation]) -> TransactionFacts:
        height, data = number(transaction["blockNumber"]), transaction.get("input") or "0x"
        return TransactionFacts(
            tx_hash=transaction["hash"].lower(),
            block_number=height,
            block_hash=transaction["blockHash"],
            occurred_at=instant(self._times[height]),
            index=number(transaction["transactionIndex"]),
            from_address=address(transaction["from"]),
            to_address=address(transaction.get("to")),
            created=address(receipt.get("contractAddress")),
            selector=data[:_SELECTOR] if len(data) >= _SELECTOR else None,
            nonce=number(transaction["nonce"]),
            is_failed=is_failed(receipt),
            emitters=tuple(dict.fromkeys(log["address"].lower() for log in receipt["logs"])),
            payload=self._payload(height, transaction, receipt, operations),
        )

    def _payload(self, height: int, transaction: Json, receipt: Json, operations: Sequence[Operation]) -> str:
        """As told, without the logs that name none of our addresses: an airdrop has thousands of those."""
        marks = [owner.removeprefix("0x") for owner in self._owned]
        logs = [
            log
            for log in receipt["logs"]
            if any(mark in part for mark in marks for part in (log["data"].lower(), *log["topics"]))
        ]
        kept = {name: told for name, told in receipt.items() if name != "logsBloom"} | {"logs": logs}
        moved = [
            [list(each.place), each.from_address, each.to_address, hex(each.amount), each.is_self_destruct]
            for each in operations
        ]
        return _json({"block": height, "transaction": transaction, "receipt": kept, "internal": moved})

    def _gifts(self, heights: Sequence[int]) -> list[Happening]:
        happenings = []
        blocks = self.blocks(heights, is_full=False)
        receipts = self._receipts([block for block in blocks if address(block["miner"]) in self._owned])
        for height, block in zip(heights, blocks, strict=True):
            gifts = gifts_of(block, receipts.get(height) or (), chain_id=self._chain.chain_id, owned=self._owned)
            if gifts:
                happenings.append(Happening(self.block_facts(block, gifts), tuple(gifts)))
        return happenings

    def _receipts(self, blocks: Sequence[Json]) -> dict[int, list[Json]]:
        """All receipts of each block, by height; one by one from a node that does not tell them at once."""
        answers = self._node.answers([("eth_getBlockReceipts", (block["number"],)) for block in blocks])
        receipts = {}
        for block, answer in zip(blocks, answers, strict=True):
            height, told = number(block["number"]), answer
            if isinstance(answer, MethodMissingError):
                told = self._node.ask_all([("eth_getTransactionReceipt", (name,)) for name in block["transactions"]])
            elif isinstance(answer, Exception):
                raise answer
            if not isinstance(told, list) or any(row is None or row["blockHash"] != block["hash"] for row in told):
                raise SourceUnavailableError(f"{self._node.label} does not have the receipts of block {height}")
            receipts[height] = told
        return receipts

    def block_facts(self, block: Json, moved: Sequence[Movement]) -> TransactionFacts:
        """The facts of what a block gave without a transaction."""
        height = number(block["number"])
        return TransactionFacts(
            tx_hash=None,
            block_number=height,
            block_hash=block["hash"],
            occurred_at=instant(self._times[height]),
            index=len(block["transactions"]),
            from_address=None,
            to_address=None,
            created=None,
            selector=None,
            nonce=None,
            is_failed=False,
            emitters=(),
            payload=_json(
                {
                    "block": height,
                    "hash": block["hash"],
                    "miner": block["miner"],
                    "moved": [[each.kind, each.from_address, each.to_address, hex(each.amount)] for each in moved],
                }
            ),
        )


def place_of(happening: Happening) -> tuple[int, int]:
    """Where on the chain something happened."""
    return happening.facts.block_number, happening.facts.index


def by_block(happenings: Iterable[Happening]) -> dict[int, list[Happening]]:
    """The happenings of each block."""
    blocks: dict[int, list[Happening]] = defaultdict(list)
    for happening in happenings:
        blocks[happening.facts.block_number].append(happening)
    return blocks


def _may_run_code(transaction: Json, receipt: Json) -> bool:
    has_input = (transaction.get("input") or "0x") != "0x"
    return has_input or transaction.get("to") is None or number(receipt["gasUsed"]) != _PLAIN_GAS


def _without_own(transaction: Json, receipt: Json, operations: Sequence[Operation]) -> list[Operation]:
    """Some nodes tell the transaction's own value as the first internal operation."""
    own = (
        address(transaction["from"]),
        address(transaction.get("to")) or address(receipt.get("contractAddress")),
        number(transaction["value"]),
    )
    first = operations[:1]
    is_own = bool(first) and (first[0].from_address, first[0].to_address, first[0].amount) == own
    return list(operations[1:] if is_own else operations)


def _json(value: Any) -> str:
    return json.dumps(value, separators=(",", ":"))
