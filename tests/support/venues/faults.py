"""What venues send when they do not send what was asked, each in its own status, headers and body.

Belongs here: faults to order from a `VenueServer`. Does not belong here: when they strike.
"""

import json
import time
from collections.abc import Callable
from typing import Any, Literal

from connectors.replay.venue import Answer, History, Request, Row, json_answer

from .server import Cut, Fault

VenueName = Literal["kraken", "binance", "coinbase"]
Ask = Callable[[], Answer]

_PAGE = "<html><head><title>{0}</title></head><body><center><h1>{0}</h1></center></body></html>"


def _always(answer: Answer) -> Fault:
    return lambda _request, _ask: answer


def _with(answer: Answer, headers: dict[str, str]) -> Answer:
    return Answer(answer.status, answer.body, {**answer.headers, **headers})


def _kraken(*errors: str) -> Answer:
    return json_answer({"error": list(errors)})


def _binance(status: int, code: int, message: str) -> Answer:
    return json_answer({"code": code, "msg": message}, status=status)


def _coinbase(status: int, error: str, message: str) -> Answer:
    return json_answer({"error": error, "error_details": message, "message": message}, status=status)


def rate_limit(venue: VenueName, *, retry_after_seconds: int = 1) -> Fault:
    """Too many requests. Kraken says so with status 200 and without a time to wait, Coinbase without a time."""
    wait = {"Retry-After": str(retry_after_seconds)}
    message = "Too many requests; current limit of IP(127.0.0.1) is 6000 requests per minute."
    return _always(
        {
            "kraken": _kraken("EAPI:Rate limit exceeded"),
            "binance": _with(_binance(429, -1003, message), wait),
            "coinbase": _coinbase(429, "resource_exhausted", "Too many requests"),
        }[venue]
    )


def ban(*, retry_after_seconds: int = 120) -> Fault:
    """Binance after 429s that were not heeded: 418, and how long the address stays banned."""
    until = int((time.time() + retry_after_seconds) * 1000)
    message = f"Way too much request weight used; IP banned until {until}."
    return _always(_with(_binance(418, -1003, message), {"Retry-After": str(retry_after_seconds)}))


def bad_key(venue: VenueName) -> Fault:
    """A key that the venue does not know, or not any more."""
    return _always(
        {
            "kraken": _kraken("EAPI:Invalid key"),
            "binance": _binance(401, -2015, "Invalid API-key, IP, or permissions for action."),
            "coinbase": Answer(401, b"Unauthorized\n", {"Content-Type": "text/plain; charset=utf-8"}),
        }[venue]
    )


def missing_permission(venue: VenueName) -> Fault:
    """A key that may not do this. Binance does not tell it from a bad key."""
    return _always(
        {
            "kraken": _kraken("EGeneral:Permission denied"),
            "binance": _binance(401, -2015, "Invalid API-key, IP, or permissions for action."),
            "coinbase": _coinbase(403, "PERMISSION_DENIED", "Missing required scopes"),
        }[venue]
    )


def stale_nonce(venue: VenueName) -> Fault:
    """A request that came out of order or with a wrong clock."""
    return _always(
        {
            "kraken": _kraken("EAPI:Invalid nonce"),
            "binance": _binance(400, -1021, "Timestamp for this request is outside of the recvWindow."),
            "coinbase": json_answer(
                {"errors": [{"id": "authentication_error", "message": "request timestamp expired"}]}, status=401
            ),
        }[venue]
    )


def maintenance(venue: VenueName) -> Fault:
    """The venue is down on purpose."""
    return _always(
        {
            "kraken": _kraken("EService:Unavailable"),
            "binance": _binance(503, 1, "System is under maintenance."),
            "coinbase": _page(503, "Service Unavailable"),
        }[venue]
    )


def server_error(status: int = 502, title: str = "Bad Gateway") -> Fault:
    """What a proxy in front of the venue says, as HTML."""
    return _always(_page(status, title))


def _page(status: int, title: str) -> Answer:
    return Answer(status, _PAGE.format(f"{status} {title}").encode(), {"Content-Type": "text/html; charset=UTF-8"})


def no_answer(_request: Request, ask: Ask) -> Cut:
    """The connection is closed before a byte came back; the venue did get the request."""
    return Cut(ask(), None)


def cut_in_body(_request: Request, ask: Ask) -> Cut:
    """The connection is closed in the middle of the body."""
    answer = ask()
    return Cut(answer, len(answer.body) // 2)


def truncated_json(_request: Request, ask: Ask) -> Answer:
    """Half of the body as if it were whole: status 200, a length that is right, and no JSON."""
    answer = ask()
    return Answer(answer.status, answer.body[: len(answer.body) // 2], answer.headers)


def slow(seconds: float) -> Fault:
    """The right answer, late."""

    def fault(_request: Request, ask: Ask) -> Answer:
        time.sleep(seconds)
        return ask()

    return fault


def grows(history: History, *rows: Row) -> Fault:
    """Before this request is answered the venue gets more rows: a page shifts, or a fill appears late."""

    def fault(_request: Request, ask: Ask) -> Answer:
        for row in rows:
            history.add(row)
        return ask()

    return fault


def empty_page(_request: Request, ask: Ask) -> Answer:
    """The right answer with its rows left out, whatever the venue calls them; counts and cursors stay."""
    return _rewritten(ask(), lambda rows: type(rows)())


def same_row_twice(_request: Request, ask: Ask) -> Answer:
    """The right answer with its last row repeated, where rows come as an array."""
    return _rewritten(ask(), lambda rows: [*rows, rows[-1]] if isinstance(rows, list) and rows else rows)


_ROWS = ("trades", "ledger", "deposits", "withdrawals", "rows", "list", "fills", "data", "accounts", "candles")


def _rewritten(answer: Answer, change: Callable[[Any], Any]) -> Answer:
    content = json.loads(answer.body)
    if isinstance(content, list):
        content = change(content)
    else:
        holder = content["result"] if isinstance(content.get("result"), dict) else content
        name = next((name for name in _ROWS if name in holder), None)
        if name is None:
            content["result"] = change(content["result"])
        else:
            holder[name] = change(holder[name])
    return _with(json_answer(content, status=answer.status), dict(answer.headers))
