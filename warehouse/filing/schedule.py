"""Schedule D and the carryover worksheet as a PDF to copy from, line by line.

Belongs here: the page. Does not belong here: the lines (`warehouse/tax/us/schedule_d.py`).
"""

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any

from warehouse.filing.paper import Column, Paper

_COLUMNS = (
    Column(("Line",), 18),
    Column(("What it is",), 84),
    Column(("(d) Proceeds",), 24, is_number=True),
    Column(("(e) Cost",), 24, is_number=True),
    Column(("(g) Adjust.",), 18, is_number=True),
    Column(("(h) Amount",), 24, is_number=True),
)
_WORKSHEET = (Column(("Line",), 18), Column(("What it is",), 144), Column(("Amount",), 30, is_number=True))
_BRACKETED = frozenset({"6", "14", "21"})


def write_schedule(lines: Sequence[dict[str, Any]], *, tax_year: int, made_at: datetime, draft: str) -> bytes:
    """The PDF of a year's rows of `tax.schedule_d`."""
    paper = Paper(
        title=f"Schedule D (Form 1040), {tax_year}: lines to copy from",
        orientation="portrait",
        made_at=made_at,
        draft=draft,
    )
    paper.add_page()
    paper.headings(_COLUMNS)
    for line in lines:
        if line["form"] == "schedule_d":
            cells = [_shown(line[name]) for name in ("proceeds_usd", "cost_usd", "adjustment_usd")]
            amount = line["amount_usd"]
            is_bracketed = line["line"] in _BRACKETED and amount
            shown = f"({_shown(amount)})" if is_bracketed else _shown(amount)
            is_sum = line["line"] in {"7", "15", "16", "21"}
            paper.row(_COLUMNS, (line["line"], line["description"], *cells, shown), is_bold=is_sum)
    worksheet = [line for line in lines if line["form"] == "carryover_worksheet"]
    if worksheet:
        paper.ln(4)
        paper.text_block(f"Capital Loss Carryover Worksheet, from {tax_year - 1} to {tax_year}", is_bold=True)
        paper.headings(_WORKSHEET)
        for line in worksheet:
            paper.row(_WORKSHEET, (line["line"], line["description"], _shown(line["amount_usd"]) or "not known"))
    notes = lines[0]["notes"] if lines else []
    if notes:
        paper.ln(4)
        paper.text_block("To know before these lines are used:", is_bold=True)
        for note in notes:
            paper.text_block(f"- {note}")
    return bytes(paper.output())


def _shown(amount: Decimal | None) -> str:
    if amount is None:
        return ""
    return f"({-amount:,.2f})" if amount < 0 else f"{amount:,.2f}"
