"""The files that tax programs import: TXF v042 by its description, and the two CSV files."""

import csv
import io
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from warehouse.filing.program_files import form_csv, turbotax_csv
from warehouse.filing.txf import txf_warnings, write_txf


def row(box: str, **changes: Any) -> dict[str, Any]:
    """0.5 BTC for 600 that cost 1,000, unless `changes` say otherwise."""
    found = {
        "box": box,
        "description": "0.5 BTC",
        "asset": "BTC",
        "account": "kraken",
        "acquired": "09/10/2025",
        "sold_date": date(2025, 10, 12),
        "proceeds_usd": Decimal(600),
        "cost_usd": Decimal(1000),
        "code": "",
        "adjustment_usd": Decimal(0),
        "gain_usd": Decimal(-400),
        "term": "short",
        "schedule_d_line": "3",
        "disposal_id": "d",
    }
    return {**found, **changes}


def records(text: str) -> list[list[str]]:
    parts = text.split("^\r\n")
    assert parts.pop() == ""
    return [part.split("\r\n")[:-1] for part in parts]


def test_txf__a_row__is_a_record_of_format_5() -> None:
    header, record = records(write_txf([row("I")], written_on=date(2026, 3, 1)))
    assert header == ["V042", "Alotkeeper", "D03/01/2026"]
    assert record == ["TD", "N712", "C1", "L1", "P0.5 BTC", "D09/10/2025", "D10/12/2025", "$1000.00", "$600.00"]


@pytest.mark.parametrize(
    ("boxes", "references"),
    [("ABCDEF", (321, 711, 712, 323, 713, 714)), ("GHIJKL", (321, 711, 712, 323, 713, 714))],
)
def test_txf__each_box__has_its_reference(boxes: str, references: tuple[int, ...]) -> None:
    found = records(write_txf([row(box) for box in boxes], written_on=date(2026, 3, 1)))[1:]
    assert [record[1] for record in found] == [f"N{reference}" for reference in references]


def test_txf__wash_sale__carries_the_disallowed_amount() -> None:
    washed = row("I", code="W", adjustment_usd=Decimal(300), gain_usd=Decimal(-100))
    _, record = records(write_txf([washed], written_on=date(2026, 3, 1)))
    assert record[-3:] == ["$1000.00", "$600.00", "$300.00"]


def test_txf__other_codes__keep_the_gain_right_and_are_warned_of() -> None:
    """us-8949-h-ex4: proceeds 1,000, basis reported 900, code B, 800: a gain of 900, which is not 1,000 - 900."""
    coded = row(
        "G",
        proceeds_usd=Decimal(1000),
        cost_usd=Decimal(900),
        code="B",
        adjustment_usd=Decimal(800),
        gain_usd=Decimal(900),
    )
    _, record = records(write_txf([coded], written_on=date(2026, 3, 1)))
    cost, proceeds = (Decimal(line.removeprefix("$")) for line in record[-2:])
    assert proceeds - cost == 900
    warnings = " ".join(txf_warnings([coded]))
    assert "no codes for the digital asset boxes" in warnings
    assert "1 rows with other codes" in warnings
    (told,) = csv.DictReader(io.StringIO(turbotax_csv([coded])))
    assert Decimal(told["Proceeds"]) - Decimal(told["Cost Basis"]) == 900


def test_txf__many_records_or_negative_proceeds__are_warned_of() -> None:
    assert txf_warnings([row("C")]) == []
    (many,) = txf_warnings([row("C")] * 3001)
    assert many.startswith("3,001 records")
    (negative,) = txf_warnings([row("C", proceeds_usd=Decimal(-1), gain_usd=Decimal(-1001))])
    assert "negative proceeds" in negative


def test_form_csv__a_row__has_the_columns_of_the_form() -> None:
    (told,) = csv.DictReader(io.StringIO(form_csv([row("I", code="W", adjustment_usd=Decimal("300.5"))])))
    assert told["Description (a)"] == "0.5 BTC"
    assert (told["Date Acquired (b)"], told["Date Sold (c)"]) == ("09/10/2025", "10/12/2025")
    assert (told["Proceeds (d)"], told["Cost or Other Basis (e)"]) == ("600.00", "1000.00")
    assert (told["Code (f)"], told["Adjustment Amount (g)"], told["Box"]) == ("W", "300.50", "I")
