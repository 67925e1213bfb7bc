"""The user's allocation of units to accounts: a CSV of `lot_id,account,quantity` (Rev. Proc. 2024-28 section 5.02(4)).

Belongs here: reading that file and naming what is wrong in it. Does not belong here: what an allocation does.
"""

import csv
from decimal import Decimal
from pathlib import Path

from warehouse.ledger.quantities import plain_quantity

COLUMNS = ("lot_id", "account", "quantity")


class AllocationFileError(ValueError):
    """The file says something that is no allocation. Names line, column and what was expected."""


def read_allocation_file(path: Path) -> tuple[tuple[str, str, Decimal], ...]:
    """The rows of the file as (lot, account, quantity). Raises `AllocationFileError`, `OSError`."""
    with path.open(encoding="utf-8-sig", newline="") as file:
        reader = csv.reader(file)
        header = [name.strip() for name in next(reader, [])]
        if sorted(header) != sorted(COLUMNS):
            raise AllocationFileError(
                f"{path}, line 1: the columns are {','.join(header) or 'missing'}. Expected {','.join(COLUMNS)}"
            )
        units: dict[tuple[str, str], Decimal] = {}
        for cells in reader:
            if any(cell.strip() for cell in cells):
                lot_id, account, quantity = _read_row(f"{path}, line {reader.line_num}", header, cells)
                if (lot_id, account) in units:
                    raise AllocationFileError(
                        f"{path}, line {reader.line_num}: {lot_id} in {account} stands in an earlier line already"
                    )
                units[lot_id, account] = quantity
    return tuple((lot_id, account, quantity) for (lot_id, account), quantity in units.items())


def _read_row(place: str, header: list[str], cells: list[str]) -> tuple[str, str, Decimal]:
    if len(cells) != len(header):
        raise AllocationFileError(f"{place}: {len(cells)} columns. Expected {len(header)}")
    row = dict(zip(header, (cell.strip() for cell in cells), strict=True))
    for column in ("lot_id", "account"):
        if not row[column]:
            raise AllocationFileError(f"{place}, column {column}: empty")
    plain = plain_quantity(row["quantity"])
    quantity = Decimal(plain or 0)
    if quantity <= 0:
        raise AllocationFileError(
            f"{place}, column quantity: {row['quantity']!r}. Expected a number above 0 with at most 18 decimals"
        )
    return row["lot_id"], row["account"], quantity
