"""A loopback server that takes the messages of Apprise's json:// service.

Belongs here: receiving. Does not belong here: what is expected of a message.
"""

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


@dataclass
class Mailbox:
    """What arrived, in order; `status` is what the next message is answered with."""

    port: int = 0
    status: int = 200
    messages: list[dict[str, Any]] = field(default_factory=list)

    def url(self, token: str) -> str:
        """Its address, with a secret in it."""
        return f"json://me:{token}@127.0.0.1:{self.port}/alerts"


@contextmanager
def mailbox() -> Iterator[Mailbox]:
    """A mailbox on a free port of this machine."""
    box = Mailbox()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            content = self.rfile.read(int(self.headers["Content-Length"]))
            if box.status == 200:
                box.messages.append(json.loads(content))
            self.send_response(box.status)
            self.end_headers()

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the name in the base class
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    box.port = server.server_address[1]
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield box
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
