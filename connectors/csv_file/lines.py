"""The lines of the file as records of cells: quoted line breaks kept together, a stray quote kept harmless.

Belongs here: where a record starts and ends. Does not belong here: what its cells say.
"""

import csv
from collections import deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import islice

from connectors.csv_file.columns import Header

LONGEST_RECORD_LINES = 200
"""A quoted cell that is not closed after so many lines is taken for a stray quote."""


@dataclass(frozen=True, slots=True)
class Record:
    """One record: the number of its first line (1 is the header), its text, and its cells.

    `problem` says why a line makes no record of the header's columns; its cells are then empty.
    """

    line: int
    text: str
    cells: list[str]
    problem: str | None = None


def read_records(lines: Iterable[str], header: Header, *, first_line: int) -> Iterator[Record]:
    """Every line is part of exactly one record, in order. Lines without any text are left out.

    A record of several lines that does not have the header's columns is not believed: only its first line is a
    problem, and the next record starts at the line after. So a quote that was opened by mistake costs one line.
    """
    source = iter(lines)
    ahead: deque[str] = deque()
    number = first_line
    while True:
        if not ahead:
            ahead.extend(islice(source, 1))
            if not ahead:
                return
        taken, cells, problem = _first_record(ahead, source, header)
        text = "".join(ahead.popleft() for _ in range(taken))
        if problem is not None or _says_anything(cells):
            yield Record(number, text, cells, problem)
        number += taken


def _first_record(ahead: deque[str], source: Iterator[str], header: Header) -> tuple[int, list[str], str | None]:
    """How many lines of `ahead` (filled from `source` as needed) the first record takes, its cells, its problem."""
    cells = _cells(ahead[0], header.delimiter)
    if cells is not None:
        if len(cells) == len(header.names) or not _says_anything(cells):
            return 1, cells, None
        return 1, [], _wrong_count(cells, header)
    for taken in range(2, LONGEST_RECORD_LINES + 1):
        if len(ahead) < taken:
            ahead.extend(islice(source, 1))
            if len(ahead) < taken:
                break
        cells = _cells("".join(islice(ahead, taken)), header.delimiter)
        if cells is not None:
            if len(cells) == len(header.names):
                return taken, cells, None
            break
    return 1, [], "expected quotes in pairs around a cell, found one that does not close its cell"


def _cells(text: str, delimiter: str) -> list[str] | None:
    """The cells of one whole record; `None` where its quotes do not pair."""
    try:
        return next(csv.reader([text], delimiter=delimiter, skipinitialspace=True, strict=True), [])
    except csv.Error:
        return None


def _says_anything(cells: list[str]) -> bool:
    return bool("".join(cells).strip())


def _wrong_count(cells: list[str], header: Header) -> str:
    return (
        f"expected {len(header.names)} columns as in the header, found {len(cells)} "
        "(a comma inside an amount or a text needs quotes around the cell)"
    )
