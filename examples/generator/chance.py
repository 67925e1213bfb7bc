"""Made-up details that are the same on every machine: numbers, ids and hashes drawn from the name of what needs one.

A draw depends only on its key, so adding an event to the story does not change the others.

Belongs here: drawing. Does not belong here: what is drawn for.
"""

import hashlib

_LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"
_RANGE = 1 << 48
_NOISE_TERMS = 4
_ROOT_OF_3 = 1.7320508075688772  # makes the sum of four even draws have standard deviation one


def fraction(key: str) -> float:
    """A number in [0, 1), evenly spread."""
    return _drawn(key) / float(_RANGE)


def whole(key: str, low: int, high: int) -> int:
    """A whole number from `low` up to and with `high`."""
    return low + int(fraction(key) * (high - low + 1))


def noise(key: str) -> float:
    """A number around zero with standard deviation one, bounded; only sums and products, so the same everywhere."""
    total = sum(_drawn(f"{key}#{term}") - _RANGE // 2 for term in range(_NOISE_TERMS))
    return total / float(_RANGE) * _ROOT_OF_3


def hex_hash(key: str) -> str:
    """64 hex digits, as a transaction on a chain has."""
    return hashlib.sha256(key.encode()).hexdigest()


def letters(key: str, *lengths: int) -> str:
    """Groups of capital letters and digits joined by hyphens: `letters(key, 6, 5, 6)` is like `TCWJEG-FL4SZ-3FKGH6`."""
    digest = hashlib.sha256(key.encode()).digest()
    groups = []
    at = 0
    for length in lengths:
        groups.append("".join(_LETTERS[byte % len(_LETTERS)] for byte in digest[at : at + length]))
        at += length
    return "-".join(groups)


def _drawn(key: str) -> int:
    """A whole number from 0 to below `_RANGE`."""
    return int.from_bytes(hashlib.sha256(key.encode()).digest()[:6], "big")
