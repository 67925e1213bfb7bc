"""Addresses of wallets and of nodes, as they may stand in the configuration.

Belongs here: whether one is written rightly. Does not belong here: what is done with it.
"""

import re
from urllib.parse import urlsplit

_ADDRESS = re.compile(r"^0[xX][0-9a-fA-F]{40}$")
_OWN_MACHINE = frozenset({"localhost", "127.0.0.1", "::1"})


def checked_address(text: str) -> str:
    """An address of an EVM chain in lower case. Raises `ValueError` saying what is wrong with it."""
    if not _ADDRESS.match(text):
        raise ValueError("expected an address of 0x and 40 hexadecimal digits; names such as me.eth are not looked up")
    digits = text[2:]
    if digits not in {digits.lower(), digits.upper()}:
        from eth_utils.address import is_checksum_address  # noqa: PLC0415 -- takes a moment, and most books have no wallet

        if not is_checksum_address("0x" + digits):
            raise ValueError(
                "its capital letters are the address's checksum (EIP-55), and they do not fit: a character is wrong. "
                "Copy it again from where it came from"
            )
    return text.lower()


def is_own_machine(text: str) -> bool:
    """Whether a node's address is on this machine: then there is no secret in it, and it may be written out."""
    parts = urlsplit(text)
    return parts.scheme in {"http", "https"} and parts.hostname in _OWN_MACHINE
