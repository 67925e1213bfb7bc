"""Answers of a venue as exact values: JSON without loss, and nothing taken for an answer that is not one.

ccxt reads JSON numbers as binary floats and takes an answer that breaks off in the middle for "no rows". Both lose
data silently, so both are replaced here.

Belongs here: text to values and back, and hiding secrets in text. Does not belong here: asking, or what values mean.
"""

import json
from collections.abc import Iterable
from decimal import Decimal
from typing import Any
from urllib.parse import quote

_LONGEST_ERROR_TEXT = 400
_HIDDEN = "***"
_SHORTEST_SECRET = 4


class CutAnswerError(Exception):
    """An answer that breaks off, or is a page for people where data was asked for."""


def exact_float(text: str) -> float | str:
    """A JSON number with a fraction: a float where that is exactly the number, the venue's own digits where not.

    ccxt turns floats into strings by their shortest form, which then is exact too.
    """
    number = float(text)
    return number if Decimal(repr(number)) == Decimal(text) else text


def read_json(body: str) -> Any:
    """The value that `body` writes, or `None` where it is not JSON at all. Raises `CutAnswerError`."""
    if not body or body[0] not in "{[":
        return None
    try:
        return json.loads(body, parse_float=exact_float)
    except ValueError as error:
        raise CutAnswerError(f"an answer of {len(body)} characters breaks off or is not JSON") from error


def write_json(value: Any) -> str:
    """`value` as received, as compact JSON; what JSON does not know is written as text."""
    return json.dumps(value, separators=(",", ":"), ensure_ascii=False, default=str)


def hide(text: str, secrets: Iterable[str]) -> str:
    """`text` with every secret, also as URLs write it, replaced by stars."""
    for secret in secrets:
        if len(secret) < _SHORTEST_SECRET:
            continue
        for form in {secret, quote(secret, safe=""), secret.replace("\n", "\\n")}:
            text = text.replace(form, _HIDDEN)
    return text


def shorten(text: str) -> str:
    """`text` on one line, cut to what a person reads in an error."""
    line = " ".join(text.split())
    return line if len(line) <= _LONGEST_ERROR_TEXT else line[:_LONGEST_ERROR_TEXT] + "…"
