"""A server on loopback between a sync and the chain: it offers less than anvil does, and counts what is asked.

Belongs here: what real nodes refuse, in their words. Does not belong here: what the indexes know that anvil does not
have (`indexed.py`).
"""

import json
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Lock, Thread
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import requests

TRACES = ("trace_", "debug_", "ots_")
_RANGED = ("eth_getLogs", "trace_filter")
_STATEFUL = ("eth_getBalance", "eth_getTransactionCount", "eth_call", "eth_getCode")


@dataclass
class Gate:
    """What is let through to the chain at `chain`, and what was asked so far."""

    chain: str
    hidden: tuple[str, ...] = ()
    """Methods that begin so are not known."""
    most_blocks: int | None = None
    """Ranges longer than that are refused."""
    most_in_batch: int | None = None
    state_from: int | None = None
    """States of blocks before that are gone."""
    state_gone: range = range(0)
    """States of these blocks are gone too."""
    every_nth_limited: int | None = None
    """Each so many-th request meets the rate limit."""
    is_down: bool = False
    """Connections end without an answer."""
    every_nth_page: int | None = None
    """Each so many-th request is answered with a page of a gateway, and status 200."""
    every_nth_late: int | None = None
    late_for: tuple[str, int] | None = None
    """The method that it is asked first, and how often."""
    late_blocks: int = 5
    """Each so many-th request is answered by another node behind the same address, which is so many blocks behind."""
    most_rows: int | None = None
    """Lists are cut to so many rows, and nothing says so."""
    genesis: str | None = None
    slow_seconds: float = 0.0
    methods: dict[str, Callable[..., Any]] = field(default_factory=dict)
    """Methods that the chain does not have, answered here."""
    pages: Callable[[dict[str, str]], Any] | None = None
    """What an index API answers to the parameters of a GET request."""
    url: str = ""
    requests: int = 0
    asked: Counter[str] = field(default_factory=Counter)
    lock: Lock = field(default_factory=Lock)

    def answer(self, body: Any) -> tuple[int, Any]:
        """Status and body for a posted request."""
        with self.lock:
            self.requests += 1
            number = self.requests
            for question in body if isinstance(body, list) else [body]:
                self.asked[question["method"]] += 1
        time.sleep(self.slow_seconds)
        if self.every_nth_limited and number % self.every_nth_limited == 0:
            return 429, {"error": {"code": 429, "message": "Too many requests, please slow down"}}
        if self.every_nth_page and number % self.every_nth_page == 0:
            return 200, "<html><body>Checking your browser</body></html>"
        is_late = bool(self.every_nth_late and number % self.every_nth_late == 0) or self._is_late_for(body)
        if isinstance(body, list):
            if self.most_in_batch is not None and len(body) > self.most_in_batch:
                return 200, {"jsonrpc": "2.0", "id": None, "error": {"code": -32600, "message": "batch too large"}}
            told = [self._refuse(question) or (self._behind(question) if is_late else None) for question in body]
            passed = [question for question, answer in zip(body, told, strict=True) if answer is None]
            answers = {each["id"]: each for each in (self._forward(passed) if passed else ())}
            return 200, [answer or answers[question["id"]] for question, answer in zip(body, told, strict=True)]
        return 200, self._refuse(body) or (self._behind(body) if is_late else None) or self._forward(body)

    def _is_late_for(self, body: Any) -> bool:
        method, times = self.late_for or ("", 0)
        if not times or all(question["method"] != method for question in (body if isinstance(body, list) else [body])):
            return False
        self.late_for = method, times - 1
        return True

    def _behind(self, question: dict[str, Any]) -> dict[str, Any] | None:
        """What a node answers that does not have the newest blocks yet; `None` where it answers as the others do."""
        method, params = question["method"], question["params"]
        head = int(self._forward({**question, "method": "eth_blockNumber", "params": []})["result"], 16)
        head -= self.late_blocks
        if method == "eth_blockNumber":
            return {"jsonrpc": "2.0", "id": question["id"], "result": hex(head)}
        if method in _STATEFUL and int(params[-1], 16) > head:
            return _error(question, -32000, "header not found")
        if method in {"eth_getBlockByNumber", "eth_getBlockReceipts"} and int(params[0], 16) > head:
            return {"jsonrpc": "2.0", "id": question["id"], "result": None}
        told = self._forward(question)
        rows = told.get("result")
        if isinstance(rows, list):
            told["result"] = [row for row in rows if _height(row) <= head]
        elif isinstance(rows, dict) and _height(rows) > head:
            told["result"] = None
        elif isinstance(rows, dict) and "txs" in rows:
            kept = [row for row in rows["txs"] if _height(row) <= head]
            told["result"] = {**rows, "txs": kept, "firstPage": rows["firstPage"] or len(kept) < len(rows["txs"])}
        return told

    def _forward(self, body: Any) -> Any:
        told = requests.post(self.chain, json=body, timeout=120).json()
        if self.most_rows is not None:
            for each in told if isinstance(told, list) else [told]:
                if isinstance(each.get("result"), list):
                    each["result"] = each["result"][: self.most_rows]
        if self.genesis is not None and not isinstance(body, list) and body["params"][:1] == ["0x0"]:
            told["result"]["hash"] = self.genesis
        return told

    def _refuse(self, question: dict[str, Any]) -> dict[str, Any] | None:
        method, params = question["method"], question["params"]
        if method in self.methods:
            return {"jsonrpc": "2.0", "id": question["id"], "result": self.methods[method](*params)}
        if method.startswith(self.hidden or ("?",)):
            return _error(question, -32601, f"the method {method} does not exist/is not available")
        if method in _RANGED and self.most_blocks is not None:
            length = int(params[0]["toBlock"], 16) - int(params[0]["fromBlock"], 16) + 1
            if length > self.most_blocks:
                return _error(question, -32000, f"exceed maximum block range: {self.most_blocks}")
        is_stateful = method in _STATEFUL
        if is_stateful and (int(params[-1], 16) < (self.state_from or 0) or int(params[-1], 16) in self.state_gone):
            return _error(question, -32000, "missing trie node 9f01 (path ) state 0x9f01 is not available")
        return None


def _height(row: Any) -> int:
    """The block that a row is of, 0 where it tells none."""
    told = row.get("blockNumber") if isinstance(row, dict) else None
    return int(told, 16) if isinstance(told, str) else told or 0


def _error(question: dict[str, Any], code: int, message: str) -> dict[str, Any]:
    return {"jsonrpc": "2.0", "id": question["id"], "error": {"code": code, "message": message}}


@contextmanager
def gate(chain: str, **rules: Any) -> Iterator[Gate]:
    """A served gate before the chain."""
    served = Gate(chain, **rules)

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        disable_nagle_algorithm = True

        def do_POST(self) -> None:
            body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            if served.is_down:
                self.close_connection = True
                return
            self._send(*served.answer(body))

        def do_GET(self) -> None:
            assert served.pages is not None
            with served.lock:
                served.requests += 1
            self._send(200, served.pages(dict(parse_qsl(urlsplit(self.path).query))))

        def _send(self, status: int, told: Any) -> None:
            content = told.encode() if isinstance(told, str) else json.dumps(told).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 -- the base class's name
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    thread = Thread(target=server.serve_forever, daemon=True)
    thread.start()
    served.url = f"http://127.0.0.1:{server.server_address[1]}"
    try:
        yield served
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
