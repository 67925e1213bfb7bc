"""The step that makes `tax.year_summary`.

Belongs here: reading what it needs, storing the rows, checking them. Not here: any rule (`year_summary.py`).
"""

from collections import defaultdict
from dataclasses import asdict

import pyarrow as pa

from warehouse.lots.holding import local_date
from warehouse.queries import select_rows
from warehouse.schema import create_tables, fetch_query, insert_rows
from warehouse.steps import Book, Check, Step
from warehouse.tax.countries import country_of
from warehouse.tax.country import DayGain
from warehouse.tax.year_summary import YearFacts, summarize_years


def build_year_summary(book: Book) -> None:
    """Make `tax.year_summary` from the disposals, their shortfalls and the income of the book.

    Raises `ValueError` for a country without rules and for an unknown filing status.
    """
    create_tables(book.connection, "510_year_summary.sql")
    country = country_of(book.settings.jurisdiction)
    today = local_date(book.as_of, book.settings.time_zone)
    zone = {"time_zone": book.settings.time_zone.key}
    parameters = {**zone, "today": today}
    day_gains: dict[int, list[DayGain]] = defaultdict(list)
    if country.taxes_by_day:
        for row in select_rows(book.connection, "sum_day_gains", zone).to_pylist():
            day_gains[row["tax_year"]].append(DayGain(row["day"], row["gain_usd"]))
    doubts: dict[int, list[str]] = defaultdict(list)
    for year, reason in book.connection.execute(_DOUBTS).fetchall():
        doubts[year].append(reason)
    facts = [
        YearFacts(
            **{**row, "incomplete_pools": tuple(row["incomplete_pools"])},
            day_gains=tuple(day_gains[row["tax_year"]]),
            doubts=tuple(doubts[row["tax_year"]]),
        )
        for row in select_rows(book.connection, "sum_tax_years", parameters).to_pylist()
    ]
    present_year = country.calendar.tax_year(today)
    rows = [asdict(row) for row in summarize_years(facts, settings=book.settings, present_year=present_year)]
    shape = fetch_query(book.connection, "SELECT * FROM tax.year_summary").schema
    insert_rows(book.connection, "tax.year_summary", pa.Table.from_pylist(rows, schema=shape))


_DOUBTS = """
SELECT tax_year, reason FROM quality.year_doubts
ORDER BY tax_year, is_inside DESC, disposal_count DESC, abs(gain_usd) DESC, doubt_id
"""

_GAINS_ARE_DISPOSALS = """
SELECT
    tax_year,
    y.short_gain_usd,
    d.short_gain_usd AS short_disposals_usd,
    y.long_gain_usd,
    d.long_gain_usd AS long_disposals_usd
FROM tax.year_summary AS y
FULL JOIN (
    SELECT
        tax_year,
        coalesce(sum(gain_usd) FILTER (term IS DISTINCT FROM 'long'), 0) AS short_gain_usd,
        coalesce(sum(gain_usd) FILTER (term = 'long'), 0) AS long_gain_usd
    FROM lots.disposals GROUP BY tax_year
) AS d USING (tax_year)
WHERE coalesce(d.short_gain_usd, 0) IS DISTINCT FROM y.short_gain_usd
   OR coalesce(d.long_gain_usd, 0) IS DISTINCT FROM y.long_gain_usd
ORDER BY tax_year
"""

_INCOME_IS_INCOME = """
SELECT tax_year, y.ordinary_income_usd, i.value_usd
FROM tax.year_summary AS y
FULL JOIN (
    SELECT tax_year, coalesce(sum(value_usd), 0) AS value_usd FROM tax.income GROUP BY tax_year
) AS i USING (tax_year)
WHERE coalesce(i.value_usd, 0) IS DISTINCT FROM y.ordinary_income_usd
ORDER BY tax_year
"""

_NO_YEAR_IS_LEFT_OUT = """
SELECT tax_year, previous_year
FROM (SELECT tax_year, lag(tax_year) OVER (ORDER BY tax_year) AS previous_year FROM tax.year_summary)
WHERE tax_year <> previous_year + 1
"""

YEAR_SUMMARY = Step(
    tables=("tax.year_summary",),
    needs=(
        "lots.disposals",
        "lots.carried",
        "lots.share_matches",
        "lots.shortfalls",
        "lots.events",
        "tax.income",
        "tax.wash_sale_shadow",
        "quality.doubts",
        "quality.year_doubts",
    ),
    description="Nets each tax year's gains, limits its loss and carries the rest through the years.",
    run=build_year_summary,
    checks=(
        Check(
            name="gains_are_the_disposals",
            table="tax.year_summary",
            description="Each year's short and long gains are the sums of its disposals.",
            query=_GAINS_ARE_DISPOSALS,
            is_blocking=True,
        ),
        Check(
            name="income_is_the_income",
            table="tax.year_summary",
            description="Each year's ordinary income is the sum of its income.",
            query=_INCOME_IS_INCOME,
            is_blocking=True,
        ),
        Check(
            name="no_year_is_left_out",
            table="tax.year_summary",
            description="Losses go through every year: each follows the one before.",
            query=_NO_YEAR_IS_LEFT_OUT,
            is_blocking=True,
        ),
        Check(
            name="no_year_in_doubt_is_proven",
            table="tax.year_summary",
            description="No year is called proven that rests on something in doubt.",
            query=(
                "SELECT DISTINCT y.tax_year FROM tax.year_summary AS y JOIN quality.year_doubts USING (tax_year) "
                "WHERE y.is_proven ORDER BY y.tax_year"
            ),
            is_blocking=True,
        ),
        Check(
            name="years_are_proven",
            table="tax.year_summary",
            description="Nothing is missing in a year's figures.",
            query="SELECT tax_year, notes FROM tax.year_summary WHERE NOT is_proven ORDER BY tax_year",
            is_blocking=False,
        ),
    ),
)
