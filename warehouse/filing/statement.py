"""The rows of Form 8949 as a PDF that is attached to the return in place of the form's own lines.

The instructions allow a statement with all the information of the form, in a similar format (Exception 2): each box
begins on a new page, every page has its own totals, and the first page has the one line a box that goes on the form
itself, with code M.

Belongs here: the pages. Does not belong here: the rows, or their sums' way to Schedule D (`schedule.py`).
"""

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from itertools import groupby
from typing import Any

from warehouse.filing.paper import Column, Paper

_COLUMNS = (
    Column(("(a)", "Description of property"), 75),
    Column(("(b)", "Date acquired"), 23),
    Column(("(c)", "Date sold or", "disposed of"), 23),
    Column(("(d)", "Proceeds"), 30, is_number=True),
    Column(("(e)", "Cost or other", "basis"), 30, is_number=True),
    Column(("(f)", "Code"), 14),
    Column(("(g)", "Amount of", "adjustment"), 28, is_number=True),
    Column(("(h)", "Gain or (loss)"), 32, is_number=True),
)
_SUMMARY = (
    Column(("Box",), 14),
    Column(("Part",), 41),
    Column(("Rows",), 18, is_number=True),
    Column(("(d) Proceeds",), 36, is_number=True),
    Column(("(e) Cost",), 36, is_number=True),
    Column(("(f)",), 16),
    Column(("(g) Adjustment",), 32, is_number=True),
    Column(("(h) Gain or (loss)",), 36, is_number=True),
    Column(("Schedule D",), 26),
)
_BOXES = {
    "A": "Form 1099-B received, basis reported to the IRS",
    "B": "Form 1099-B received, basis not reported to the IRS",
    "C": "no Form 1099-B received",
    "G": "Form 1099-DA (or 1099-B) received, basis reported to the IRS",
    "H": "Form 1099-DA (or 1099-B) received, basis not reported to the IRS",
    "I": "no Form 1099-DA or 1099-B received",
}
_BOXES |= {long: _BOXES[short] for short, long in zip("ABCGHI", "DEFJKL", strict=True)}
_MONEY = ("proceeds_usd", "cost_usd", "adjustment_usd", "gain_usd")


def write_statement(rows: Sequence[dict[str, Any]], *, tax_year: int, made_at: datetime, draft: str) -> bytes:
    """The PDF of a year's rows of `tax.form_8949`, in order of box and place.

    Rows that go to Schedule D lines 1a and 8a are not listed (Exception 1). `draft` stands on every page where the form
    is not ready to be filed.
    """
    paper = Paper(
        title=f"Form 8949 ({tax_year}): attached statement of sales and other dispositions of capital assets",
        orientation="landscape",
        made_at=made_at,
        draft=draft,
    )
    listed = [row for row in rows if row["schedule_d_line"] not in {"1a", "8a"}]
    groups = [(box, list(group)) for box, group in groupby(listed, key=lambda row: row["box"])]
    _first_page(paper, groups)
    for box, group in groups:
        _pages_of_box(paper, box, group)
    return bytes(paper.output())


def _first_page(paper: Paper, groups: list[tuple[str, list[dict[str, Any]]]]) -> None:
    paper.subtitle = (
        "Totals by box. Enter one line a box on Form 8949 itself, with code M, and attach the pages after this one."
    )
    paper.add_page()
    if not groups:
        paper.text_block("There are no rows: nothing was disposed of in this year whose gain is proven.")
        return
    paper.headings(_SUMMARY)
    for box, group in groups:
        term = "I, short-term" if group[0]["term"] == "short" else "II, long-term"
        d, e, g, h = (_money(sum((row[name] for row in group), Decimal(0))) for name in _MONEY)
        paper.row(_SUMMARY, (box, term, f"{len(group):,}", d, e, "M", g, h, f"line {group[0]['schedule_d_line']}"))
    paper.ln(4)
    paper.text_block(
        "Dates are those of the taxpayer's time zone. Columns (d) to (h) are rounded row by row, and totals are the "
        "sums of the rounded rows. (h) = (d) - (e) + (g)."
    )


def _pages_of_box(paper: Paper, box: str, rows: list[dict[str, Any]]) -> None:
    part = "Part I, short-term" if rows[0]["term"] == "short" else "Part II, long-term"
    paper.subtitle = f"{part}. Box ({box}) checked: {_BOXES[box]}."
    left = list(rows)
    while left:
        paper.add_page()
        paper.headings(_COLUMNS)
        on_page = []
        while left and paper.has_room(4 if len(left) == 1 else 3):
            on_page.append(left.pop(0))
            paper.row(_COLUMNS, _cells(on_page[-1]))
        _totals(paper, "Totals of this page", on_page)
    _totals(paper, f"Totals of box ({box}), to Schedule D line {rows[0]['schedule_d_line']}", rows)


def _totals(paper: Paper, name: str, rows: list[dict[str, Any]]) -> None:
    d, e, g, h = (_money(sum((row[money] for row in rows), Decimal(0))) for money in _MONEY)
    columns = (Column((), sum(column.width_mm for column in _COLUMNS[:3])), *_COLUMNS[3:])
    paper.row(columns, (name, d, e, "", g, h), is_bold=True)


def _cells(row: dict[str, Any]) -> tuple[str, ...]:
    return (
        row["description"],
        row["acquired"],
        f"{row['sold_date']:%m/%d/%Y}",
        _money(row["proceeds_usd"]),
        _money(row["cost_usd"]),
        row["code"],
        _money(row["adjustment_usd"]) if row["code"] else "",
        _money(row["gain_usd"]),
    )


def _money(amount: Decimal) -> str:
    """An amount as forms have it: a loss in brackets."""
    return f"({-amount:,.2f})" if amount < 0 else f"{amount:,.2f}"
