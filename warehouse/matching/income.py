"""`tax.income`: what was received as ordinary income, at its value when received.

Belongs here: which postings are income. Does not belong here: what a year's income comes to (`warehouse/tax`).
"""

from warehouse.schema import create_tables
from warehouse.steps import Book, Step

_INCOME = """
INSERT INTO tax.income BY NAME
SELECT posting_id, transaction_id, account, asset, quantity, occurred_at AS received_at, kind, value_usd, price_source,
    year(timezone($time_zone, occurred_at)) AS tax_year
FROM ledger.postings
WHERE kind IN ('reward', 'airdrop', 'mining', 'interest', 'fork', 'income') AND role = 'principal' AND quantity > 0
    AND occurred_at <= $as_of
ORDER BY occurred_at, posting_id
"""


def build_income(book: Book) -> None:
    """Make `tax.income` (Notice 2014-21 A-3, A-8; Rev. Rul. 2023-14; Rev. Rul. 2019-24)."""
    create_tables(book.connection, "500_income.sql")
    book.connection.execute(_INCOME, {"time_zone": book.settings.time_zone.key, "as_of": book.as_of})


INCOME = Step(
    tables=("tax.income",),
    needs=("ledger.postings",),
    description="Lists what was received as ordinary income, at its value when received.",
    run=build_income,
    kinds=("sql", "duckdb"),
)
