"""Rows of Form 8949 as the CSV files that tax programs import. Pure.

`form-8949.csv` has the form's columns by their letters, with box and part: what TaxAct, FreeTaxUSA, H&R Block and
preparers' programs map from. `turbotax.csv` is TurboTax's list of crypto gains and losses, which has no adjustments.

Belongs here: columns and their order. Does not belong here: the rows.
"""

import csv
import io
from collections.abc import Iterable
from typing import Any

_FORM = (
    "Description (a)", "Date Acquired (b)", "Date Sold (c)", "Proceeds (d)", "Cost or Other Basis (e)", "Code (f)",
    "Adjustment Amount (g)", "Gain or Loss (h)", "Box", "Term", "Account", "Schedule D Line", "Disposal",
)  # fmt: skip
_TURBOTAX = ("Currency Name", "Purchase Date", "Cost Basis", "Date Sold", "Proceeds")


def form_csv(rows: Iterable[dict[str, Any]]) -> str:
    """The rows in the form's own columns."""
    return _written(
        _FORM,
        (
            (
                row["description"],
                row["acquired"],
                f"{row['sold_date']:%m/%d/%Y}",
                f"{row['proceeds_usd']:.2f}",
                f"{row['cost_usd']:.2f}",
                row["code"],
                f"{row['adjustment_usd']:.2f}" if row["code"] else "",
                f"{row['gain_usd']:.2f}",
                row["box"],
                "Short" if row["term"] == "short" else "Long",
                row["account"],
                row["schedule_d_line"],
                row["disposal_id"],
            )
            for row in rows
        ),
    )


def turbotax_csv(rows: Iterable[dict[str, Any]]) -> str:
    """TurboTax's columns; the proceeds are those that make the gain right where a row has an adjustment."""
    return _written(
        _TURBOTAX,
        (
            (
                row["asset"],
                row["acquired"],
                f"{row['cost_usd']:.2f}",
                f"{row['sold_date']:%m/%d/%Y}",
                f"{row['cost_usd'] + row['gain_usd']:.2f}",
            )
            for row in rows
        ),
    )


def _written(header: tuple[str, ...], rows: Iterable[tuple[Any, ...]]) -> str:
    stream = io.StringIO()
    writer = csv.writer(stream, lineterminator="\r\n")
    writer.writerow(header)
    writer.writerows(rows)
    return stream.getvalue()
