"""`ledger.spam`: tokens that nobody asked for and that have no price.

A token is spam only while all of its movements are marked by the source: once the person swaps or sends some of it, it
is a token like any other, and a missing price is a problem again.

Belongs here: which assets. Does not belong here: the marks (`connectors/evm/decoding.py`), and what spam is left out
of.
"""

from warehouse.schema import create_tables
from warehouse.steps import Book, Step

_SPAM = """
INSERT INTO ledger.spam BY NAME
SELECT asset, min(mark) AS mark, count(*) AS movements, min(occurred_at) AS first_at
FROM ledger.legs ANTI JOIN market.prices USING (asset)
WHERE asset IN (SELECT DISTINCT asset FROM ledger.legs WHERE mark IS NOT NULL)
GROUP BY asset HAVING count(*) FILTER (mark IN ('bait', 'unasked')) = count(*)
ORDER BY asset
"""


def build_spam(book: Book) -> None:
    """Make `ledger.spam`."""
    create_tables(book.connection, "115_spam.sql")
    book.connection.execute(_SPAM)


SPAM = Step(
    tables=("ledger.spam",),
    needs=("ledger.legs", "market.prices"),
    description="Lists the tokens that came unasked for and have no price: kept, and worth nothing by that mark.",
    run=build_spam,
    kinds=("sql", "duckdb"),
)
