"""On which line of a TOML text a key stands, for messages about it. Pure.

Belongs here: finding lines. Does not belong here: reading values (that is `tomllib`).
"""

import re
from collections.abc import Sequence

_HEADER = re.compile(r"^\s*(\[\[?)\s*([^\]]+?)\s*\]\]?\s*(?:#.*)?$")
_KEY = re.compile(r"^\s*\"?([A-Za-z0-9_-]+)\"?\s*=")


def line_of(text: str, location: Sequence[str | int]) -> int:
    """The line (from 1) of the key at `location`, such as `("account", 1, "exchange")`.

    Where the key itself does not stand in the text (it is missing), the line of its table; else line 1.
    """
    tables = [part for part in location if isinstance(part, str)]
    indices = [part for part in location if isinstance(part, int)]
    best = 1
    table: str | None = None
    counts: dict[str, int] = {}
    for number, line in enumerate(text.splitlines(), start=1):
        header = _HEADER.match(line)
        if header:
            table = header.group(2)
            if header.group(1) == "[[":
                counts[table] = counts.get(table, -1) + 1
            if _is_table(table, tables, indices, counts):
                best = number
            continue
        key = _KEY.match(line)
        if key is None:
            continue
        if table is None and tables[:1] == [key.group(1)]:
            return number
        in_table = table is not None and _is_table(table, tables, indices, counts)
        if in_table and len(tables) > 1 and tables[1] == key.group(1):
            return number
    return best


def _is_table(table: str, tables: list[str], indices: list[int], counts: dict[str, int]) -> bool:
    if tables[:1] != [table]:
        return False
    return table not in counts or not indices or counts[table] == indices[0]
