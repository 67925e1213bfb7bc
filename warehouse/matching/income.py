"""`tax.income`: what was received as ordinary income, at its value when received.

Income in coins is what makes a lot at its value: the two are the same figures, read from the same events. Income in
money makes no lot.

Belongs here: which events are income. Does not belong here: what a year's income comes to (`warehouse/tax`).
"""

from warehouse.schema import create_tables
from warehouse.steps import Book, Step
from warehouse.tax.countries import country_of

_INCOME = """
INSERT INTO tax.income BY NAME
SELECT e.event_id AS posting_id, e.transaction_id, e.account, e.asset, e.quantity, e.occurred_at AS received_at, e.kind,
    e.value_usd, CASE WHEN o.posting_id IS NULL THEN p.price_source ELSE 'overrides.toml' END AS price_source,
    year(local) - (100 * month(local) + day(local) < $year_begins)::INTEGER AS tax_year
FROM (
    SELECT *, timezone($time_zone, occurred_at) AS local FROM (
        SELECT event_id, transaction_id, account, asset, quantity, occurred_at, kind, value_usd
        FROM lots.events WHERE event = 'acquire'
        UNION ALL BY NAME
        SELECT posting_id AS event_id, transaction_id, account, asset, quantity, occurred_at, kind, value_usd
        FROM ledger.postings WHERE is_cash AND role = 'principal' AND quantity > 0
    )
) AS e
JOIN ledger.postings AS p ON p.posting_id = e.event_id AND p.kind = e.kind
LEFT JOIN ledger.overrides AS o
    ON o.posting_id = e.event_id AND o.state = 'applied' AND o.override = 'event' AND o.value_usd IS NOT NULL
        AND NOT p.is_cash
WHERE p.kind IN ('reward', 'airdrop', 'mining', 'interest', 'fork', 'income')
    AND NOT p.is_spam AND e.occurred_at <= $as_of
ORDER BY e.occurred_at, e.event_id
"""


def build_income(book: Book) -> None:
    """Make `tax.income` (Notice 2014-21 A-3, A-8; Rev. Rul. 2023-14; Rev. Rul. 2019-24)."""
    create_tables(book.connection, "500_income.sql")
    parameters = {
        "time_zone": book.settings.time_zone.key,
        "as_of": book.as_of,
        "year_begins": country_of(book.settings.jurisdiction).calendar.begins_number,
    }
    book.connection.execute(_INCOME, parameters)


INCOME = Step(
    tables=("tax.income",),
    needs=("ledger.overrides", "ledger.postings", "lots.events"),
    description="Lists what was received as ordinary income, at its value when received.",
    run=build_income,
    kinds=("sql", "duckdb"),
)
