"""The look of a page: a letter-size PDF in black on white with a name line, page numbers and plain tables.

Belongs here: fonts, margins, tables. Does not belong here: what is on a page (`statement.py`, `schedule.py`).
"""

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

from fpdf import FPDF

_FONT = "Helvetica"
_ROW_MM = 5.2
_BOTTOM_MM = 16


class Column(NamedTuple):
    """A column of a table: its heading (lines), width, and whether its cells stand on the right."""

    heading: tuple[str, ...]
    width_mm: float
    is_number: bool = False


class Paper(FPDF):
    """A document whose every page bears a title, a line for name and number, and its place among the pages."""

    def __init__(self, *, title: str, orientation: str, made_at: datetime, draft: str = "") -> None:
        super().__init__(orientation=orientation, unit="mm", format="letter")
        self._title, self._draft = title, draft
        self.subtitle = ""
        self.set_title(title)
        self.set_creator("lotkeeper")
        self.set_creation_date(made_at)
        self.set_margin(12)
        self.set_auto_page_break(auto=False)
        self.alias_nb_pages()

    def header(self) -> None:
        """Title, what the page is of, and the line that the taxpayer fills in."""
        self.set_font(_FONT, "B", 12)
        self.cell(0, 6, latin(self._title), new_x="LMARGIN", new_y="NEXT")
        self.set_font(_FONT, "", 9)
        if self._draft:
            self.set_font(_FONT, "B", 9)
            self.cell(0, 5, latin(self._draft), new_x="LMARGIN", new_y="NEXT")
            self.set_font(_FONT, "", 9)
        if self.subtitle:
            self.multi_cell(0, 4.4, latin(self.subtitle), new_x="LMARGIN", new_y="NEXT")
        self.ln(3)
        width = self.epw
        self.set_font(_FONT, "", 8)
        y = self.get_y() + 5
        self.line(self.l_margin, y, self.l_margin + width * 0.68, y)
        self.line(self.l_margin + width * 0.72, y, self.l_margin + width, y)
        self.set_xy(self.l_margin, y + 0.6)
        self.cell(width * 0.72, 4, "Name(s) shown on return")
        self.cell(0, 4, "Taxpayer identification number", new_x="LMARGIN", new_y="NEXT")
        self.ln(2)

    def footer(self) -> None:
        """The page's place."""
        self.set_y(-11)
        self.set_font(_FONT, "", 8)
        self.cell(0, 4, f"Page {self.page_no()} of {{nb}}", align="R")

    def has_room(self, rows: float) -> bool:
        """Whether so many rows still fit on the page."""
        return self.get_y() + rows * _ROW_MM <= self.h - _BOTTOM_MM

    def headings(self, columns: Sequence[Column]) -> None:
        """The head of a table."""
        self.set_font(_FONT, "B", 7.5)
        height = 3.6 * max(len(column.heading) for column in columns) + 1.6
        x, y = self.l_margin, self.get_y()
        for column in columns:
            self.rect(x, y, column.width_mm, height)
            for place, text in enumerate(column.heading):
                self.set_xy(x, y + 0.8 + 3.6 * place)
                self.cell(column.width_mm, 3.6, latin(text), align="C")
            x += column.width_mm
        self.set_xy(self.l_margin, y + height)

    def row(self, columns: Sequence[Column], cells: Sequence[str], *, is_bold: bool = False) -> None:
        """A row of a table; text that is too wide gets a smaller font."""
        for column, text in zip(columns, cells, strict=True):
            self.set_font(_FONT, "B" if is_bold else "", 8)
            shown = latin(text)
            size = 8.0
            while self.get_string_width(shown) > column.width_mm - 2 and size > 4:  # noqa: PLR2004 - still readable
                size -= 0.5
                self.set_font_size(size)
            self.cell(column.width_mm, _ROW_MM, shown, border=1, align="R" if column.is_number else "L")
        self.ln(_ROW_MM)

    def text_block(self, text: str, *, is_bold: bool = False) -> None:
        """A paragraph."""
        self.set_font(_FONT, "B" if is_bold else "", 9)
        self.multi_cell(0, 4.6, latin(text), new_x="LMARGIN", new_y="NEXT")


def latin(text: str) -> str:
    """The text in the characters that the built-in fonts have; any other is shown by its number, not left out."""
    return text.encode("latin-1", "backslashreplace").decode("latin-1")
