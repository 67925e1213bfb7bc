"""The step that makes `tax.income_totals`: income by month and kind, and where on the return it goes.

Coins received are Schedule 1 line 8v (2023 on), or Schedule C where they are a business's; interest in money is Form
1040 line 2b, other money line 8z.

Belongs here: carrying settings and tables. Does not belong here: what is income (`warehouse/matching/income.py`).
"""

from warehouse.queries import load_query
from warehouse.schema import create_tables
from warehouse.steps import Book, Check, Step


def build_income_totals(book: Book) -> None:
    """Make `tax.income_totals` from `tax.income` and the settings."""
    create_tables(book.connection, "501_income_totals.sql")
    parameters = {
        "time_zone": book.settings.time_zone.key,
        "is_us": book.settings.jurisdiction == "US",
        "mining_is_business": book.settings.business.mining_is_business,
        "business_accounts": list(book.settings.business.accounts),
    }
    book.connection.execute(load_query("insert_income_totals"), parameters)


_TOTALS_ARE_THE_INCOME = """
SELECT tax_year, sum(income_count) AS rows_told, sum(value_usd) AS told, any_value(rows) AS rows,
    any_value(value) AS value
FROM tax.income_totals FULL JOIN (
    SELECT tax_year, count(*) AS rows, coalesce(sum(value_usd), 0) AS value FROM tax.income GROUP BY tax_year
) USING (tax_year)
GROUP BY tax_year
HAVING sum(income_count) IS DISTINCT FROM any_value(rows) OR sum(value_usd) IS DISTINCT FROM any_value(value)
ORDER BY tax_year
"""

INCOME_TOTALS = Step(
    tables=("tax.income_totals",),
    needs=("ledger.postings", "tax.income"),
    description="Adds up income by month and kind, and says where on the return it goes.",
    run=build_income_totals,
    kinds=("sql", "duckdb"),
    checks=(
        Check(
            name="totals_are_the_income",
            table="tax.income_totals",
            description="Each year's totals are all of its income.",
            query=_TOTALS_ARE_THE_INCOME,
            is_blocking=True,
        ),
    ),
)
