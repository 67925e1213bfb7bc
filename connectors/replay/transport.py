"""Lets a ccxt exchange talk to a replayed venue without a socket.

ccxt's synchronous classes send every request through `exchange.session`, a `requests.Session` (`Exchange.fetch`), so
an adapter mounted there is all that is needed: URLs, signatures, parsing and errors are ccxt's own.

Belongs here: that adapter. Does not belong here: what is answered.
"""

from http.client import responses
from io import BytesIO
from typing import Any

import requests
from requests.adapters import BaseAdapter
from requests.structures import CaseInsensitiveDict
from urllib3 import HTTPResponse

from connectors.replay.venue import Request, Venue

_PLACEHOLDER = "cmVwbGF5"
"""`replay` in base64, which Kraken's secrets are in."""


class ReplayAdapter(BaseAdapter):
    """Answers what a session sends from `venue`; nothing leaves the process."""

    def __init__(self, venue: Venue) -> None:
        super().__init__()
        self._venue = venue

    def send(self, request: requests.PreparedRequest, *_: Any, **__: Any) -> requests.Response:
        """The venue's answer as `requests` would hand it over."""
        body = request.body or ""
        answer = self._venue.answer(
            Request.of(
                request.method or "GET",
                request.url or "",
                body=body.decode() if isinstance(body, bytes) else str(body),
                headers={name: str(value) for name, value in request.headers.items()},
            )
        )
        reason = responses.get(answer.status, "")
        response = requests.Response()
        response.status_code = answer.status
        response.reason = reason
        response.headers = CaseInsensitiveDict(answer.headers)
        response.url = request.url or ""
        response.request = request
        response.raw = HTTPResponse(
            body=BytesIO(answer.body), status=answer.status, reason=reason, preload_content=False
        )
        return response

    def close(self) -> None:
        """Nothing is held open."""


def attach(exchange: Any, venue: Venue) -> None:
    """Make `exchange`, a synchronous ccxt exchange, ask `venue` instead of the network.

    Both schemes are taken, so nothing that this exchange asks can reach a network. ccxt signs before it sends: an
    exchange without credentials gets placeholders, which a venue without a secret accepts.
    """
    exchange.apiKey = exchange.apiKey or _PLACEHOLDER
    exchange.secret = exchange.secret or _PLACEHOLDER
    for scheme in ("https://", "http://"):
        exchange.session.mount(scheme, ReplayAdapter(venue))
