"""The step that makes `tax.schedule_d`: Schedule D and the carryover worksheet of every year.

Belongs here: carrying tables and settings in and out. Does not belong here: the lines (`us/schedule_d.py`).
"""

from collections import defaultdict
from dataclasses import asdict
from decimal import ROUND_HALF_UP, Decimal

import pyarrow as pa

from warehouse.lots.holding import local_date
from warehouse.queries import select_rows
from warehouse.schema import create_tables, fetch_query, insert_rows
from warehouse.settings import BookSettings, TaxYearSettings
from warehouse.steps import Book, Check, Step
from warehouse.tax.us.netting import Carryover
from warehouse.tax.us.schedule_d import FormYear, Totals, schedule_d

_GAPS = "SELECT tax_year, count(*) AS gap_count FROM tax.form_8949_gaps GROUP BY tax_year"
_NO_TOTALS = {"proceeds_usd": None, "cost_usd": None, "adjustment_usd": None}


def build_schedule_d(book: Book) -> None:
    """Make `tax.schedule_d` from the rows of Form 8949 and the settings; it stays empty outside the United States.

    Raises `ValueError` for an unknown filing status.
    """
    create_tables(book.connection, "540_schedule_d.sql")
    if book.settings.jurisdiction != "US":
        return
    totals: defaultdict[int, dict[str, Totals]] = defaultdict(dict)
    for row in select_rows(book.connection, "sum_form_lines").to_pylist():
        year, line = row.pop("tax_year"), row.pop("schedule_d_line")
        totals[year][line] = Totals(**row)
    gaps = {row["tax_year"]: row["gap_count"] for row in fetch_query(book.connection, _GAPS).to_pylist()}
    present = local_date(book.as_of, book.settings.time_zone).year
    told = {year for year in book.settings.tax_years if year <= present}
    numbers = {*totals, *gaps, *told, present}
    years = [
        _form_year(number, totals[number], gaps.get(number, 0), book.settings)
        for number in range(min(numbers), max(numbers) + 1)
    ]
    rows = [
        {
            "tax_year": filled.tax_year,
            "form": line.form,
            "place": place,
            "line": line.line,
            "description": line.description,
            **({**asdict(line.totals)} if line.totals else _NO_TOTALS),
            "amount_usd": line.amount_usd,
            "is_proven": filled.is_proven,
            "notes": list(filled.notes),
        }
        for filled in schedule_d(years, present_year=present)
        for place, line in enumerate(filled.lines, start=1)
    ]
    shape = fetch_query(book.connection, "SELECT * FROM tax.schedule_d").schema
    insert_rows(book.connection, "tax.schedule_d", pa.Table.from_pylist(rows, schema=shape))


def _form_year(number: int, totals: dict[str, Totals], gap_count: int, settings: BookSettings) -> FormYear:
    told = settings.tax_years.get(number, TaxYearSettings())
    unit = Decimal(1) if settings.forms.whole_dollars else Decimal("0.01")

    def rounded(amount: Decimal | None) -> Decimal:
        return (amount or Decimal(0)).quantize(unit, ROUND_HALF_UP)

    is_carry_told = told.carryover_short_in_usd is not None or told.carryover_long_in_usd is not None
    return FormYear(
        tax_year=number,
        totals=totals,
        gap_count=gap_count,
        filing_status=told.filing_status or settings.filing_status,
        taxable_income_usd=None if told.taxable_income_usd is None else rounded(told.taxable_income_usd),
        carried_in=Carryover(rounded(told.carryover_short_in_usd), rounded(told.carryover_long_in_usd))
        if is_carry_told
        else None,
        other_short_gain_usd=rounded(told.other_short_gain_usd),
        other_long_gain_usd=rounded(told.other_long_gain_usd),
    )


_TOTALS_ARE_THE_ROWS = """
SELECT tax_year, line, s.amount_usd, f.gain_usd FROM (
    FROM tax.schedule_d WHERE form = 'schedule_d' AND line IN ('1a', '1b', '2', '3', '8a', '8b', '9', '10')
) AS s
FULL JOIN (
    SELECT tax_year, schedule_d_line AS line, sum(gain_usd) AS gain_usd FROM tax.form_8949 GROUP BY ALL
) AS f USING (tax_year, line)
WHERE coalesce(s.amount_usd, 0) <> coalesce(f.gain_usd, 0) ORDER BY ALL
"""

_LINES_ADD_UP = """
SELECT tax_year, any_value(amount_usd) FILTER (line = '16') AS line_16, sum(CASE
    WHEN line IN ('6', '14') THEN -amount_usd WHEN line IN ('7', '15', '16', '21') THEN 0 ELSE amount_usd END) AS lines
FROM tax.schedule_d WHERE form = 'schedule_d' GROUP BY tax_year
HAVING line_16 <> lines ORDER BY tax_year
"""

SCHEDULE_D = Step(
    tables=("tax.schedule_d",),
    needs=("tax.form_8949", "tax.form_8949_gaps"),
    description="Fills in Schedule D and the carryover worksheet of every year from the rows of Form 8949.",
    run=build_schedule_d,
    checks=(
        Check(
            name="totals_are_the_rows",
            table="tax.schedule_d",
            description="Each line that takes totals of Form 8949 is the sum of its rows.",
            query=_TOTALS_ARE_THE_ROWS,
            is_blocking=True,
        ),
        Check(
            name="lines_add_up",
            table="tax.schedule_d",
            description="Line 16 is all gains less both carryovers.",
            query=_LINES_ADD_UP,
            is_blocking=True,
        ),
    ),
)
