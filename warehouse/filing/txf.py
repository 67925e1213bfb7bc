"""Rows of Form 8949 as a TXF file (v042), which tax programs import. Pure.

The format is of 2011 and knows no box of digital assets: G is written as 321 (A), H as 711, I as 712, J as 323, K as
713, L as 714, and the program must be told the digital box. It has one adjustment, a wash sale's. A row with any other
code is written with the proceeds that make its gain right.

Belongs here: the format and what it can not say. Does not belong here: the rows (`warehouse/tax`).
"""

from collections.abc import Iterable, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

_REFERENCES = {
    "A": 321, "B": 711, "C": 712, "D": 323, "E": 713, "F": 714,
    "G": 321, "H": 711, "I": 712, "J": 323, "K": 713, "L": 714,
}  # fmt: skip
_DIGITAL = frozenset("GHIJKL")
_MOST_RECORDS = 3000


def write_txf(rows: Iterable[dict[str, Any]], *, written_on: date) -> str:
    """The file: a header, and one record of format 5 for each row of `tax.form_8949`."""
    lines = ["V042", "Alotkeeper", f"D{written_on:%m/%d/%Y}", "^"]
    for row in rows:
        disallowed = row["adjustment_usd"] if row["code"] == "W" else Decimal(0)
        proceeds = row["cost_usd"] + row["gain_usd"] - disallowed
        lines += [
            "TD",
            f"N{_REFERENCES[row['box']]}",
            "C1",
            "L1",
            f"P{row['description']}",
            f"D{row['acquired']}",
            f"D{row['sold_date']:%m/%d/%Y}",
            f"${row['cost_usd']:.2f}",
            f"${proceeds:.2f}",
            *([f"${disallowed:.2f}"] if disallowed else []),
            "^",
        ]
    return "\r\n".join(lines) + "\r\n"


def txf_warnings(rows: Sequence[dict[str, Any]]) -> list[str]:
    """What a person has to know who imports the file."""
    warnings = []
    if any(row["box"] in _DIGITAL for row in rows):
        warnings.append(
            "TXF has no codes for the digital asset boxes G to L: they are written as A to F (G as 321, H 711, I 712, "
            "J 323, K 713, L 714). Choose the digital box again in the program after the import"
        )
    coded = sum(row["code"] not in {"", "W"} for row in rows)
    if coded:
        warnings.append(
            f"TXF carries no adjustment but a wash sale's: {coded:,} rows with other codes have the proceeds that make "
            "their gain right. Enter columns (d), (e), (f) and (g) of form-8949.csv instead"
        )
    if len(rows) > _MOST_RECORDS:
        warnings.append(
            f"{len(rows):,} records: some programs refuse more than {_MOST_RECORDS:,}; attach the statement"
        )
    if any(row["cost_usd"] + row["gain_usd"] < 0 for row in rows):
        warnings.append("a record has negative proceeds (its costs were higher), which some programs refuse")
    return warnings
