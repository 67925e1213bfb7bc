"""A made-up node on loopback: one wallet with many transactions in many blocks, answered as real nodes do.

A real anvil can not hold so many blocks (`chain_real.py`). Everything here is kept in arrays instead. Run as a program
it serves until it is stopped:

    python -m benchmarks.chain_node --transactions 10000 --blocks 100000 --way trace_filter

Belongs here: that chain and its answers. Does not belong here: timing (`chain.py`).
"""

import argparse
import json
import random
from bisect import bisect_left, bisect_right
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

OWNER = "0x" + "a1" * 20
OTHER = "0x" + "b2" * 20
ROUTER = "0x" + "c3" * 20
TOKEN = "0x" + "d4" * 20
GENESIS = "0x" + "00" * 31 + "01"
CHAIN_ID = 31337
SECONDS_A_BLOCK = 12
GAS_PRICE = 10**9
TRANSFER = "0xddf252ad1be2c89b69c2b068fc378daa952ba7f163c4a11628f55a4df523b3ef"
HIDDEN = {
    "trace_filter": (),
    "otterscan": ("trace_filter",),
    "balances and traces": ("trace_filter", "ots_"),
    "balances": ("trace_", "ots_", "debug_"),
    "block_scan": ("trace_", "ots_", "debug_"),
}
"""The methods that are not known to the node on which a way is the best."""


@dataclass(frozen=True, slots=True)
class Happened:
    """One transaction: `sent` by the wallet, `moved` coins of its own, `inside` by a contract, `token` units."""

    height: int
    number: int
    sent: bool
    moved: int
    inside: int
    token: int

    @property
    def hash(self) -> str:
        """Its hash."""
        return f"0x{self.number + 1:064x}"

    @property
    def gas(self) -> int:
        """What it costs the wallet, in gas."""
        return 150_000 if self.token else 21_000


class MadeUpChain:
    """All that happened, and what the wallet held after each block."""

    def __init__(self, transactions: int, blocks: int) -> None:
        dice = random.Random(20261124)
        self.last = blocks - 1
        heights = sorted(dice.randrange(2, blocks) for _ in range(transactions - 1))
        self.all = [Happened(1, 0, sent=False, moved=10**24, inside=0, token=0)]
        for number, height in enumerate(heights, start=1):
            kind = dice.choices(("send", "receive", "token", "swap"), (50, 20, 15, 15))[0]
            amount = dice.randrange(1, 10**15)
            moved = -amount if kind == "send" else amount if kind == "receive" else 0
            token = {"token": amount, "swap": -1}.get(kind, 0)
            inside = amount if kind == "swap" else 0
            sent = kind in {"send", "swap"}
            self.all.append(Happened(height, number, sent=sent, moved=moved, inside=inside, token=token))
        self.heights = [each.height for each in self.all]
        self.balances, self.nonces = [0], [0]
        for each in self.all:
            cost = each.gas * GAS_PRICE if each.sent else 0
            self.balances.append(self.balances[-1] + each.moved + each.inside - cost)
            self.nonces.append(self.nonces[-1] + each.sent)
        self.tokens = sum(each.token for each in self.all)

    def within(self, first: int, last: int) -> list[Happened]:
        """What happened in some blocks."""
        return self.all[bisect_left(self.heights, first) : bisect_right(self.heights, last)]

    def until(self, height: int) -> int:
        """How much happened up to a block."""
        return bisect_right(self.heights, height)


class MadeUpNode:
    """Answers about a made-up chain."""

    def __init__(self, chain: MadeUpChain, hidden: tuple[str, ...], *, is_archive: bool) -> None:
        self._chain = chain
        self._hidden = hidden
        self._is_archive = is_archive

    def answer(self, question: dict[str, Any]) -> dict[str, Any]:
        """One answer."""
        method, params = question["method"], question["params"]
        known = getattr(self, f"_{method}", None)
        if known is None or method.startswith(self._hidden or ("?",)):
            return self._error(question, -32601, f"the method {method} does not exist/is not available")
        try:
            return {"jsonrpc": "2.0", "id": question["id"], "result": known(*params)}
        except LookupError:
            return self._error(question, -32000, "missing trie node")

    def _error(self, question: dict[str, Any], code: int, message: str) -> dict[str, Any]:
        return {"jsonrpc": "2.0", "id": question["id"], "error": {"code": code, "message": message}}

    def _eth_chainId(self) -> str:
        return hex(CHAIN_ID)

    def _eth_blockNumber(self) -> str:
        return hex(self._chain.last)

    def _eth_getCode(self, *_: str) -> str:
        return "0x"

    def _eth_getBlockByNumber(self, height: str, is_full: bool) -> dict[str, Any]:  # noqa: FBT001 -- JSON-RPC's own
        at = int(height, 16)
        return {
            "number": hex(at),
            "hash": _block_hash(at),
            "timestamp": hex(1_600_000_000 + at * SECONDS_A_BLOCK),
            "miner": OTHER,
            "transactions": [_transaction(each) if is_full else each.hash for each in self._chain.within(at, at)],
        }

    def _eth_getBalance(self, _owner: str, height: str) -> str:
        return hex(self._chain.balances[self._state(height)])

    def _eth_getTransactionCount(self, _owner: str, height: str) -> str:
        return hex(self._chain.nonces[self._state(height)])

    def _state(self, height: str) -> int:
        if not self._is_archive and int(height, 16) < self._chain.last - 128:
            raise LookupError
        return self._chain.until(int(height, 16))

    def _eth_getTransactionByHash(self, tx_hash: str) -> dict[str, Any] | None:
        number = int(tx_hash, 16) - 1
        return _transaction(self._chain.all[number]) if 0 <= number < len(self._chain.all) else None

    def _eth_getTransactionReceipt(self, tx_hash: str) -> dict[str, Any]:
        each = self._chain.all[int(tx_hash, 16) - 1]
        return {
            "transactionHash": each.hash,
            "blockHash": _block_hash(each.height),
            "status": "0x1",
            "gasUsed": hex(each.gas),
            "effectiveGasPrice": hex(GAS_PRICE),
            "contractAddress": None,
            "logs": _logs(each),
        }

    def _eth_getLogs(self, wanted: dict[str, Any]) -> list[dict[str, Any]]:
        rows = self._chain.within(int(wanted["fromBlock"], 16), int(wanted["toBlock"], 16))
        return [log for each in rows for log in _logs(each) if _fits(log["topics"], wanted["topics"])]

    def _eth_call(self, call: dict[str, str], _height: str) -> str:
        told = {"0x313ce567": 18, "0x70a08231": self._chain.tokens, "0x18160ddd": 10**30}
        return f"0x{told.get(call['data'][:10], 0):064x}"

    def _trace_filter(self, wanted: dict[str, Any]) -> list[dict[str, Any]]:
        rows = self._chain.within(int(wanted["fromBlock"], 16), int(wanted["toBlock"], 16))
        side = "from" if "fromAddress" in wanted else "to"
        return [trace for each in rows for trace in _traces(each) if trace["action"][side] == OWNER]

    def _trace_transaction(self, tx_hash: str) -> list[dict[str, Any]]:
        number = int(tx_hash, 16) - 1
        return _traces(self._chain.all[number]) if number >= 0 else []

    def _debug_traceTransaction(self, tx_hash: str, _options: Any) -> dict[str, Any]:
        number = int(tx_hash, 16) - 1
        frames = [
            {**trace["action"], "type": "CALL"} for trace in (_traces(self._chain.all[number]) if number >= 0 else [])
        ]
        return {**frames[0], "calls": frames[1:]} if frames else {"type": "CALL", "value": "0x0"}

    def _ots_getApiLevel(self) -> int:
        return 8

    def _ots_searchTransactionsAfter(self, owner: str, after: int, size: int) -> dict[str, Any]:
        rows: list[Happened] = []
        for each in self._chain.all[self._chain.until(after) :]:
            if len(rows) >= size and each.height != rows[-1].height:
                break
            if any(owner in {trace["action"]["from"], trace["action"]["to"]} for trace in _traces(each)):
                rows.append(each)
        is_end = not rows or rows[-1].height >= self._chain.last or len(rows) < size
        return {"txs": [_transaction(each) for each in reversed(rows)], "receipts": [], "firstPage": is_end}


def _block_hash(height: int) -> str:
    return GENESIS if height == 0 else f"0xb{height:063x}"


def _transaction(each: Happened) -> dict[str, Any]:
    target = ROUTER if each.token else OTHER if each.sent else OWNER
    return {
        "hash": each.hash,
        "blockHash": _block_hash(each.height),
        "blockNumber": hex(each.height),
        "transactionIndex": "0x0",
        "from": OWNER if each.sent else OTHER,
        "to": target,
        "value": hex(abs(each.moved)),
        "input": "0x38ed1739" + "00" * 200 if each.token else "0x",
        "nonce": "0x0",
        "type": "0x2",
    }


def _logs(each: Happened) -> list[dict[str, Any]]:
    if not each.token:
        return []
    ends = (ROUTER, OWNER) if each.token > 0 else (OWNER, ROUTER)
    return [
        {
            "address": TOKEN,
            "topics": [TRANSFER, *("0x" + end[2:].rjust(64, "0") for end in ends)],
            "data": f"0x{abs(each.token):064x}",
            "blockNumber": hex(each.height),
            "logIndex": hex(each.number),
            "transactionHash": each.hash,
        }
    ]


def _traces(each: Happened) -> list[dict[str, Any]]:
    own = _transaction(each)
    frames = [(own["from"], own["to"], abs(each.moved), [])]
    if each.inside:
        frames.append((ROUTER, OWNER, each.inside, [0]))
    return [
        {
            "type": "call",
            "action": {"callType": "call", "from": source, "to": target, "value": hex(amount), "input": "0x"},
            "traceAddress": place,
            "blockNumber": each.height,
            "transactionHash": each.hash,
        }
        for source, target, amount, place in frames
    ]


def _fits(topics: list[str], wanted: list[Any]) -> bool:
    return len(topics) >= len(wanted) and all(
        want is None or topic in want for topic, want in zip(topics, wanted, strict=False)
    )


def main() -> None:
    """Serve until stopped. The port that was taken is the first line printed."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--transactions", type=int, default=10_000)
    parser.add_argument("--blocks", type=int, default=100_000)
    parser.add_argument("--way", choices=HIDDEN, default="trace_filter")
    options = parser.parse_args()
    chain = MadeUpChain(options.transactions, options.blocks)
    node = MadeUpNode(chain, HIDDEN[options.way], is_archive=options.way != "block_scan")

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        disable_nagle_algorithm = True

        def do_POST(self) -> None:
            body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            told = [node.answer(each) for each in body] if isinstance(body, list) else node.answer(body)
            content = json.dumps(told).encode()
            self.send_response(200)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, *_: Any) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    print(server.server_address[1], flush=True)
    server.serve_forever()


if __name__ == "__main__":
    main()
