"""The header of the file: which column is where, and what separates them.

Belongs here: the names of the columns. Does not belong here: what stands in their cells.
"""

import csv
import re
from collections.abc import Sequence
from dataclasses import dataclass

from connectors.sync import SourceAnswerError

DATE = "Date"
SENT_AMOUNT = "Sent Amount"
SENT_CURRENCY = "Sent Currency"
RECEIVED_AMOUNT = "Received Amount"
RECEIVED_CURRENCY = "Received Currency"
FEE_AMOUNT = "Fee Amount"
FEE_CURRENCY = "Fee Currency"
NET_WORTH_AMOUNT = "Net Worth Amount"
NET_WORTH_CURRENCY = "Net Worth Currency"
LABEL = "Label"
DESCRIPTION = "Description"
TX_HASH = "TxHash"

REQUIRED = (
    DATE, SENT_AMOUNT, SENT_CURRENCY, RECEIVED_AMOUNT, RECEIVED_CURRENCY, FEE_AMOUNT, FEE_CURRENCY,
)  # fmt: skip
"""Without one of these a movement could be lost without a word; a file that has no fees has two empty columns."""

OPTIONAL = (NET_WORTH_AMOUNT, NET_WORTH_CURRENCY, LABEL, DESCRIPTION, TX_HASH)

_DELIMITERS = ",;\t"
_NOT_IN_NAMES = re.compile(r"[\W_]+")
_ALSO_CALLED = {"koinlydate": DATE, "dateutc": DATE, "tag": LABEL, "transactionhash": TX_HASH}
_KNOWN = {_NOT_IN_NAMES.sub("", name.casefold()): name for name in (*REQUIRED, *OPTIONAL)} | _ALSO_CALLED


@dataclass(frozen=True, slots=True)
class Header:
    """The columns of a file in their order, by the format's own names; others keep the name the file gives them."""

    names: tuple[str, ...]
    delimiter: str


def read_header(line: str, *, file: str) -> Header:
    """Understand the first line, whatever the case and spacing of its names, separated by comma, semicolon or tab.

    Raises `SourceAnswerError` where a required column is missing or a column comes twice.
    """
    cells, delimiter = max(
        ((_split(line, delimiter), delimiter) for delimiter in _DELIMITERS), key=lambda split: _count_known(split[0])
    )
    names = [_KNOWN.get(_plain(cell), cell.strip()) for cell in cells]
    absent = [name for name in REQUIRED if name not in names]
    if absent:
        raise SourceAnswerError(
            f"{file}, line 1: no column {', '.join(absent)}. Expected the columns "
            f"{', '.join((*REQUIRED, *OPTIONAL))}, separated by commas; found {', '.join(names)[:300]!r}. "
            "Export the file in the Koinly universal format, or add the missing column, empty if there is nothing."
        )
    twice = sorted({name for name in names if name and names.count(name) > 1})
    if twice:
        raise SourceAnswerError(
            f"{file}, line 1: the column {', '.join(twice)} comes twice, so it is not known which one counts. "
            "Remove or rename one of them."
        )
    return Header(tuple(names), delimiter)


def _split(line: str, delimiter: str) -> Sequence[str]:
    try:
        return next(csv.reader([line], delimiter=delimiter, skipinitialspace=True, strict=True), [])
    except csv.Error:
        return []


def _count_known(cells: Sequence[str]) -> int:
    return sum(_plain(cell) in _KNOWN for cell in cells)


def _plain(name: str) -> str:
    return _NOT_IN_NAMES.sub("", name.casefold())
