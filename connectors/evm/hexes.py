"""What nodes write and how it is read: quantities, addresses, topics, text that a contract returns. Pure.

Belongs here: one value at a time. Does not belong here: what a transaction or a log means.
"""

from typing import Any

from connectors.sync import SourceAnswerError

NOBODY = "0x" + "0" * 40
_WORD = 64


def number(value: Any) -> int:
    """A whole number as nodes write it: `0x1f`, decimal digits, or a JSON number. Raises `SourceAnswerError`."""
    if isinstance(value, int) and not isinstance(value, bool):
        return value
    if isinstance(value, str):
        try:
            return int(value, 16) if value.startswith("0x") else int(value)
        except ValueError:
            pass
    raise SourceAnswerError(f"the node wrote {value!r} where a whole number was expected")


def address(value: Any) -> str | None:
    """An address in lower case; `None` for what nodes write where there is none."""
    return value.lower() if isinstance(value, str) and value not in ("", "0x") else None


def holder(value: Any) -> str | None:
    """As `address`, and the zero address is nobody."""
    found = address(value)
    return None if found == NOBODY else found


def topic_of(owner: str) -> str:
    """An address as it stands in the topics of a log."""
    return "0x" + owner.removeprefix("0x").rjust(_WORD, "0")


def address_in(topic: str) -> str | None:
    """The address in a topic, `None` for the zero address."""
    return holder("0x" + topic[-40:])


def words(data: str) -> list[int]:
    """The 32-byte words of `data`; what is behind the last whole one is left away."""
    text = data.removeprefix("0x")
    return [int(text[at : at + _WORD], 16) for at in range(0, len(text) // _WORD * _WORD, _WORD)]


def text_in(data: Any) -> str | None:
    """The text that a contract returned, as `string` or as old contracts do as `bytes32`; `None` if it is neither."""
    if not isinstance(data, str):
        return None
    try:
        content = bytes.fromhex(data.removeprefix("0x"))
    except ValueError:
        return None
    if len(content) == 32:  # noqa: PLR2004 -- one word
        return _utf8(content.rstrip(b"\0"))
    if len(content) < 64:  # noqa: PLR2004 -- an offset and a length
        return None
    start = int.from_bytes(content[:32])
    if start + 32 > len(content):
        return None
    length = int.from_bytes(content[start : start + 32])
    told = content[start + 32 : start + 32 + length]
    return _utf8(told) if len(told) == length else None


def _utf8(content: bytes) -> str | None:
    try:
        return content.decode() or None
    except UnicodeDecodeError:
        return None
