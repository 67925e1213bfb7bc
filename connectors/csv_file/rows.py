"""A record of the file as a transaction: its kind, its postings, its id, or why it is none.

Belongs here: what the columns of the Koinly universal format mean together. Does not belong here: files, and what
the books do with a kind.
"""

import hashlib
import json
from collections import Counter
from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Literal

from connectors.csv_file import columns
from connectors.csv_file.cells import CellError, read_amount, read_currency, read_instant
from connectors.csv_file.columns import Header
from connectors.csv_file.labels import Direction, kind_of, pool_side
from connectors.csv_file.lines import Record
from connectors.records import Kind, Mark, Posting, Role, Transaction, Worth

_ID_DIGITS = 24
_MOST_DIGITS = 20


def read_rows(records: Iterable[Record], header: Header, *, file: str) -> Iterator[Transaction]:
    """One transaction for each record, in order; a record that is not understood is `rejected` with its reason.

    The id is a hash of what the row's filled cells say, by column name, and a number that counts rows that say the
    same: it does not depend on the row's place, nor on the order of the columns or the delimiter. `payload` is a
    JSON object of the cells as they stand, extra columns included, or `{"line": ...}`.
    """
    names = [name or f"column {place}" for place, name in enumerate(header.names, start=1)]
    in_name_order = sorted(names)
    write_json = json.JSONEncoder(ensure_ascii=False).encode
    seen: Counter[str] = Counter()
    for order, record in enumerate(records):
        if record.problem is None:
            cells = dict(zip(names, map(str.strip, record.cells), strict=True))
            said = "\x1f".join([f"{name}={cells[name]}" for name in in_name_order if cells[name]])
            payload = dict(zip(names, record.cells, strict=True))
        else:
            cells = {}
            said = record.text.strip()
            payload = {"line": record.text}
        digest = hashlib.sha256(said.encode()).hexdigest()[:_ID_DIGITS]
        seen[digest] += 1
        yield _transaction(
            record,
            cells,
            row_id=f"{digest}-{seen[digest]}",
            payload=write_json(payload),
            order=order,
            file=file,
        )


def _transaction(
    record: Record, cells: dict[str, str], *, row_id: str, payload: str, order: int, file: str
) -> Transaction:
    problem = record.problem
    if problem is None:
        try:
            return _understood(cells, row_id=row_id, payload=payload, order=order)
        except (CellError, _RowError) as error:
            problem = str(error)
    return Transaction(
        id=row_id,
        kind="unknown",
        occurred_at=_instant(cells),
        postings=(),
        payload=payload,
        status="rejected",
        reason=f"{file}, line {record.line}, {problem}",
        order=order,
        assets=_assets(cells),
    )


def _instant(cells: dict[str, str]) -> datetime | None:
    """When a row that is not understood says that it happened, where that can be read."""
    try:
        return read_instant(columns.DATE, cells[columns.DATE]) if columns.DATE in cells else None
    except CellError:
        return None


def _assets(cells: dict[str, str]) -> tuple[str, ...]:
    """The coins that a row is about; none where one of them can not be read."""
    pairs = (
        (columns.SENT_AMOUNT, columns.SENT_CURRENCY),
        (columns.RECEIVED_AMOUNT, columns.RECEIVED_CURRENCY),
        (columns.FEE_AMOUNT, columns.FEE_CURRENCY),
    )
    try:
        told = {read_currency(currency, cells[currency]) for amount, currency in pairs if cells.get(amount)}
    except CellError:
        return ()
    return tuple(sorted(told))


class _RowError(Exception):
    """A row whose cells make no transaction together."""


def _understood(cells: dict[str, str], *, row_id: str, payload: str, order: int) -> Transaction:
    occurred_at = read_instant(columns.DATE, cells[columns.DATE])
    principal = [
        *_posting(cells, columns.RECEIVED_AMOUNT, columns.RECEIVED_CURRENCY, sign=""),
        *_posting(cells, columns.SENT_AMOUNT, columns.SENT_CURRENCY, sign="-"),
    ]
    postings = [*principal, *_posting(cells, columns.FEE_AMOUNT, columns.FEE_CURRENCY, sign="-", role="fee")]
    if not (cells[columns.SENT_AMOUNT] or cells[columns.RECEIVED_AMOUNT] or cells[columns.FEE_AMOUNT]):
        raise _RowError(
            f"column {columns.SENT_AMOUNT}, {columns.RECEIVED_AMOUNT}: expected an amount in one of them, found none"
        )
    label = cells.get(columns.LABEL, "")
    kind: Kind = kind_of(label, _direction(principal))
    if len(principal) > 1 and principal[0].asset == principal[1].asset:
        kind = "unknown"  # a coin is not traded for itself
    description = cells.get(columns.DESCRIPTION, "")
    if kind == "unknown" and label:
        description = f"[{label}] {description}".strip()
    return Transaction(
        id=row_id,
        kind=kind,
        occurred_at=occurred_at,
        postings=postings,
        payload=payload,
        status="final" if postings else "canceled",
        tx_hash=cells.get(columns.TX_HASH) or None,
        description=description or None,
        order=order,
        marks=_marks(label, principal) if kind == "trade" else (),
        worth=_worth(cells),
    )


def _worth(cells: dict[str, str]) -> Worth | None:
    """What the row says it was worth. A zero is what exporters write for a value that they do not know."""
    text = cells.get(columns.NET_WORTH_AMOUNT, "")
    amount = read_amount(columns.NET_WORTH_AMOUNT, text) if text else "0"
    if amount == "0":
        return None
    if len(amount.partition(".")[0]) > _MOST_DIGITS:
        raise CellError(columns.NET_WORTH_AMOUNT, f"at most {_MOST_DIGITS} digits before the decimal point", text)
    return Worth(read_currency(columns.NET_WORTH_CURRENCY, cells.get(columns.NET_WORTH_CURRENCY, "")), amount)


def _marks(label: str, principal: list[Posting]) -> list[Mark]:
    """The pool's token, of a row that says that liquidity was put in or taken out."""
    side = pool_side(label)
    return [
        Mark(posting.asset, "liquidity")
        for posting in principal
        if side is not None and posting.quantity.startswith("-") == (side == "sent")
    ]


def _direction(principal: list[Posting]) -> Direction:
    if len(principal) > 1:
        return "trade"
    if not principal:
        return "fee"
    return "out" if principal[0].quantity.startswith("-") else "in"


def _posting(
    cells: dict[str, str], amount_column: str, currency_column: str, *, sign: Literal["", "-"], role: Role = "principal"
) -> list[Posting]:
    """What a pair of cells moves: one posting, or none where the amount is empty or zero.

    A currency without an amount says nothing of a fee; of a principal it is a row with a part missing.
    """
    amount_text, currency_text = cells[amount_column], cells[currency_column]
    if not amount_text:
        if currency_text and role == "principal":
            raise CellError(amount_column, f"an amount of {currency_text}", amount_text)
        return []
    amount = read_amount(amount_column, amount_text)
    if amount == "0":
        return []
    return [Posting(read_currency(currency_column, currency_text), sign + amount, role)]
