"""A venue on a real socket of 127.0.0.1, with a log of what it was asked and with faults on order.

Belongs here: serving, logging, and when a fault strikes. Does not belong here: what a fault answers (`faults.py`) or
what a venue knows (`connectors/replay`).
"""

import socket
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Lock, Thread
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from connectors.replay.venue import Answer, Request, Venue

_AUTHENTICATION = {"nonce", "signature", "timestamp", "recvWindow"}


@dataclass(frozen=True, slots=True)
class Cut:
    """An answer of which only the first `sent` bytes of the body arrive before the connection is closed.

    `sent` of `None`: not even the status line arrives.
    """

    answer: Answer
    sent: int | None


Fault = Callable[[Request, Callable[[], Answer]], "Answer | Cut"]
"""What happens to one request; the second argument asks the venue."""


@dataclass(frozen=True, slots=True)
class Asked:
    """One request that arrived, and the status it got; 0 where the connection was cut."""

    endpoint: str
    parameters: Mapping[str, str]
    status: int


@dataclass(slots=True)
class _Order:
    fault: Fault
    endpoint: str
    skips: int
    times: int


@dataclass(slots=True)
class VenueServer:
    """A served venue. Faults strike in the order they were ordered; a request meets at most one."""

    venue: Venue
    url: str = ""
    log: list[Asked] = field(default_factory=list)
    _orders: list[_Order] = field(default_factory=list)
    _lock: Lock = field(default_factory=Lock)

    def order(self, fault: Fault, *, endpoint: str = "", after: int = 0, times: int = 1) -> None:
        """Let `fault` strike the next `times` requests whose path ends in `endpoint`, `after` that many went well."""
        with self._lock:
            self._orders.append(_Order(fault, endpoint, after, times))

    def count(self, endpoint: str = "") -> int:
        """The requests so far whose path ends in `endpoint`."""
        return len(self.asked(endpoint))

    def asked(self, endpoint: str = "") -> list[Mapping[str, str]]:
        """The parameters of those requests, without what only authenticates."""
        with self._lock:
            return [
                {name: value for name, value in entry.parameters.items() if name not in _AUTHENTICATION}
                for entry in self.log
                if entry.endpoint.endswith(endpoint)
            ]

    def reply(self, request: Request) -> "Answer | Cut":
        """What to send, logged."""
        with self._lock:
            fault = self._next_fault(request.path)
        reply = fault(request, lambda: self.venue.answer(request)) if fault else self.venue.answer(request)
        parameters = dict(request.query)
        if "json" not in request.headers.get("content-type", ""):
            parameters |= dict(parse_qsl(request.body, keep_blank_values=True))
        with self._lock:
            self.log.append(Asked(request.path, parameters, reply.status if isinstance(reply, Answer) else 0))
        return reply

    def _next_fault(self, path: str) -> Fault | None:
        for order in self._orders:
            if not path.endswith(order.endpoint):
                continue
            if order.skips:
                order.skips -= 1
                continue
            order.times -= 1
            if order.times == 0:
                self._orders.remove(order)
            return order.fault
        return None


@contextmanager
def serve(venue: Venue) -> Iterator[VenueServer]:
    """Serve `venue` on a free port until the block ends."""
    served = VenueServer(venue)

    class Handler(_Handler):
        server_state = served

    httpd = _Server(("127.0.0.1", 0), Handler)
    served.url = f"http://127.0.0.1:{httpd.server_port}"
    thread = Thread(target=httpd.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield served
    finally:
        httpd.shutdown()
        httpd.server_close()
        thread.join()


def point(exchange: Any, server: VenueServer) -> None:
    """Rewrite the hosts in ccxt's `urls['api']` to the server; paths stay."""
    exchange.urls["api"] = _moved(exchange.urls["api"], server.url)


def _moved(urls: Any, base: str) -> Any:
    if isinstance(urls, dict):
        return {name: _moved(url, base) for name, url in urls.items()}
    return base + urlsplit(urls).path


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False
    request_queue_size = 64

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that goes away in the middle (a killed sync) is nothing to report."""


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    wbufsize = -1
    server_state: VenueServer

    def _handle(self) -> None:
        size = int(self.headers.get("Content-Length") or 0)
        request = Request.of(
            self.command, self.path, body=self.rfile.read(size).decode(), headers=dict(self.headers.items())
        )
        reply = self.server_state.reply(request)
        answer = reply if isinstance(reply, Answer) else reply.answer
        sent = len(answer.body) if isinstance(reply, Answer) else reply.sent
        if sent is not None:
            self.send_response(answer.status)
            for name, value in answer.headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(answer.body)))
            self.end_headers()
            self.wfile.write(answer.body[:sent])
            self.wfile.flush()
        if isinstance(reply, Cut):
            self.close_connection = True
            self.connection.shutdown(socket.SHUT_RDWR)

    do_GET = do_POST = do_PUT = do_DELETE = _handle  # noqa: N815 -- http.server names them so

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 -- its name in the base class
        """The log is `VenueServer.log`."""
