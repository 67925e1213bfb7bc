"""The PDFs, read back as text by poppler, and the page of what the return needs."""

import re
import shutil
import subprocess
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from warehouse.filing.schedule import write_schedule
from warehouse.filing.statement import write_statement
from warehouse.tax.us.digital_asset_question import answer_question
from warehouse.tax.us.schedule_d import FormYear, Totals, schedule_d

MADE_AT = datetime(2026, 3, 1, tzinfo=UTC)
needs_poppler = pytest.mark.skipif(
    shutil.which("pdftotext") is None, reason="NOT TESTED: pdftotext is missing; install poppler-utils"
)


def pages(pdf: bytes, folder: Path) -> list[str]:
    """The text of each page, laid out as on paper."""
    path = folder / "it.pdf"
    path.write_bytes(pdf)
    done = subprocess.run(["pdftotext", "-layout", str(path), "-"], check=True, capture_output=True, text=True)
    return done.stdout.split("\f")[:-1]


def row(box: str, place: int, gain: str = "-400", **changes: Any) -> dict[str, Any]:
    found = {
        "box": box,
        "description": f"0.{place:08} BTC",
        "acquired": "09/10/2025",
        "sold_date": date(2025, 10, 12),
        "proceeds_usd": Decimal(1000) + Decimal(gain),
        "cost_usd": Decimal(1000),
        "code": "",
        "adjustment_usd": Decimal(0),
        "gain_usd": Decimal(gain),
        "term": "short" if box in "ABCGHI" else "long",
        "schedule_d_line": {"G": "1b", "I": "3", "L": "10"}[box],
    }
    return {**found, **changes}


@needs_poppler
def test_statement__rows_of_two_boxes__have_pages_and_totals_of_their_own(tmp_path: Path) -> None:
    rows = [row("I", place) for place in range(1, 61)] + [row("L", 1, "250.50")]
    found = pages(write_statement(rows, tax_year=2025, made_at=MADE_AT, draft=""), tmp_path)
    first, *listed = found
    assert re.search(r"I\s+I, short-term\s+60\s+36,000.00\s+60,000.00\s+M\s+0.00\s+\(24,000.00\)\s+line 3", first)
    assert re.search(r"L\s+II, long-term\s+1\s+1,250.50\s+1,000.00\s+M\s+0.00\s+250.50\s+line 10", first)
    short = [page for page in listed if "Box (I) checked: no Form 1099-DA or 1099-B received" in page]
    assert [page for page in listed if page not in short] == [listed[-1]]
    assert sum(len(re.findall(r"0\.\d{8} BTC", page)) for page in short) == 60
    totals = [re.search(r"Totals of this page\s+([\d,.]+)", page) for page in short]
    assert sum(Decimal(total.group(1).replace(",", "")) for total in totals if total) == 36000
    assert sum("Totals of box (I), to Schedule D line 3" in page for page in found) == 1
    for number, page in enumerate(found, start=1):
        assert "Name(s) shown on return" in page
        assert f"Page {number} of {len(found)}" in page


@needs_poppler
def test_statement__what_goes_to_line_1a__is_not_listed(tmp_path: Path) -> None:
    rows = [row("G", 1, schedule_d_line="1a"), row("G", 2)]
    found = pages(write_statement(rows, tax_year=2025, made_at=MADE_AT, draft=""), tmp_path)
    assert "0.00000001 BTC" not in "".join(found)
    assert "0.00000002 BTC" in found[1]


@needs_poppler
def test_statement__not_ready__says_so_on_every_page_and_shows_any_name(tmp_path: Path) -> None:
    odd = row("I", 1, description="5 Ł币|long" + "x" * 80)
    found = pages(write_statement([odd], tax_year=2025, made_at=MADE_AT, draft="NOT READY"), tmp_path)
    assert all("NOT READY" in page for page in found)
    assert "\\u5e01" in found[1]


def test_statement__same_rows__are_the_same_bytes() -> None:
    papers = {write_statement([row("I", 1)], tax_year=2025, made_at=MADE_AT, draft="") for _ in range(2)}
    assert len(papers) == 1


@needs_poppler
def test_schedule__two_years__has_lines_and_the_worksheet(tmp_path: Path) -> None:
    years = schedule_d(
        [FormYear(2024, {"3": Totals(gain_usd=Decimal(-10000))}, taxable_income_usd=Decimal(50000)), FormYear(2025)],
        present_year=2026,
    )
    lines = [
        {
            "form": line.form,
            "line": line.line,
            "description": line.description,
            "amount_usd": line.amount_usd,
            **dict.fromkeys(("proceeds_usd", "cost_usd", "adjustment_usd")),
            "notes": list(years[1].notes),
        }
        for line in years[1].lines
    ]
    (page,) = pages(write_schedule(lines, tax_year=2025, made_at=MADE_AT, draft=""), tmp_path)
    assert re.search(r"6\s+Short-term capital loss carryover, in brackets\s+\(7,000.00\)", page)
    assert re.search(r"21\s+Loss that may be deducted.*\s+\(3,000.00\)", page)
    assert re.search(r"8\s+Short-term capital loss carryover: line 5 less line 7.*7,000.00", page)


@pytest.mark.parametrize(
    ("counts", "is_yes", "word"),
    [
        ({"received": 1}, True, "reward, payment or other income in digital assets: 1"),
        ({"disposed": 1}, True, "sale, exchange or payment"),
        ({"given": 1}, True, "gift or donation"),
        ({"reported": 1}, True, "Form 1099-DA"),
        ({}, False, "buying with money and own transfers are No"),
        ({"unexplained": 2}, False, "Check first"),
    ],
)
def test_digital_asset_question__what_happened__decides_it(
    counts: dict[str, int],
    is_yes: bool,  # noqa: FBT001
    word: str,
) -> None:
    answer = answer_question(counts)
    assert answer.is_yes is is_yes
    assert word in answer.why
