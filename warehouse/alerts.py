"""What a person should be told of unasked: what is wrong, and what will soon be too late.

Belongs here: which rows of a published file are worth a word. Does not belong here: what was told before, and sending.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import duckdb

from warehouse.columns import QUANTITY, multiply
from warehouse.harvest.summary import tax_year_end
from warehouse.lots.calendar import Calendar
from warehouse.tax.country import Country
from warehouse.tax.us.country import UNITED_STATES

SUBJECTS = {
    "unpublished": "The books",
    "account": "Accounts",
    "problem": "Problems",
    "balance": "Balances",
    "candidate": "Losses to harvest",
    "long_term": "Turning long-term",
    "year_end": "The year",
}
"""What alerts are about, in the order of a message; a key begins with one of these words."""


@dataclass(frozen=True, slots=True)
class Thresholds:
    """From when on something is worth a word; amounts in the book's base currency."""

    balance_difference_usd: Decimal = Decimal(100)
    candidate_loss_usd: Decimal = Decimal(1000)
    long_term_usd: Decimal = Decimal(500)
    long_term_within_days: int = 14
    year_end_within_days: int = 30


@dataclass(frozen=True, slots=True)
class Alert:
    """One thing. `key` stays the same as long as it is the same thing, however its figures move."""

    key: str
    text: str

    @property
    def subject(self) -> str:
        """Its word of `SUBJECTS`."""
        return self.key.partition(":")[0]


def current_alerts(
    connection: duckdb.DuckDBPyConnection,
    thresholds: Thresholds,
    *,
    as_of: datetime,
    time_zone: ZoneInfo,
    country: Country = UNITED_STATES,
) -> list[Alert]:
    """Everything that holds in the built or published file that `connection` has open, whether it was told or not."""
    return [
        *_accounts(connection),
        *_problems(connection),
        *_balances(connection, thresholds.balance_difference_usd, country.base_currency),
        *_lots(connection, thresholds, country.base_currency),
        *_year_end(thresholds.year_end_within_days, as_of, time_zone, country.calendar),
    ]


def _accounts(connection: duckdb.DuckDBPyConnection) -> Iterator[Alert]:
    rows = _rows(
        connection,
        "SELECT account, stream, outcome, last_success_at, last_error FROM quality.coverage "
        "WHERE is_stale OR outcome = 'failed' ORDER BY account, stream",
    )
    for row in rows:
        since = row["last_success_at"]
        last = "it was never synced" if since is None else f"it was last synced {since:%Y-%m-%d %H:%M} UTC"
        if row["outcome"] == "failed":
            yield Alert(f"account:{row['account']}/{row['stream']}:failed", _failed(row, last))
        else:
            yield Alert(f"account:{row['account']}/{row['stream']}:stale", f"{row['account']} {row['stream']}: {last}")


def _failed(row: dict[str, Any], last: str) -> str:
    return f"{row['account']} {row['stream']} failed: {row['last_error']} ({last})"


def _problems(connection: duckdb.DuckDBPyConnection) -> Iterator[Alert]:
    rows = _rows(
        connection,
        "SELECT problem_id, detail FROM quality.problems "
        "WHERE problem_id IS NOT NULL AND problem <> 'balance_difference' "
        "ORDER BY stake_usd DESC NULLS LAST, problem_id",
    )
    for row in rows:
        yield Alert(f"problem:{row['problem_id']}", row["detail"])


def _balances(connection: duckdb.DuckDBPyConnection, least: Decimal, currency: str) -> Iterator[Alert]:
    table = connection.sql(_DIFFERENCES, params={"base": currency}).to_arrow_table()
    values = multiply(table["difference"].cast(QUANTITY), table["price_usd"].cast(QUANTITY)).to_pylist()
    for row, value in zip(table.to_pylist(), values, strict=True):
        if value is None or abs(value) >= least:
            worth = "of unknown worth" if value is None else f"worth {_money(value, currency)}"
            yield Alert(
                f"balance:{row['account']}/{row['asset']}",
                f"{row['account']} says it holds {_units(row['difference'])} {row['asset']} {row['direction']} than "
                f"the books, {worth}: {row['detail']}",
            )


_DIFFERENCES = """
WITH latest AS (
    SELECT asset, price_usd FROM market.prices QUALIFY row_number() OVER (PARTITION BY asset ORDER BY "at" DESC) = 1
)
SELECT b.account, b.asset, b.detail, abs(b.difference)::DECIMAL(38, 18) AS difference,
    CASE WHEN b.difference > 0 THEN 'more' ELSE 'less' END AS direction,
    CASE b.asset WHEN $base THEN 1 ELSE l.price_usd END::DECIMAL(38, 18) AS price_usd
FROM quality.balance_differences AS b LEFT JOIN latest AS l USING (asset)
ORDER BY b.account, b.asset
"""


def _lots(connection: duckdb.DuckDBPyConnection, thresholds: Thresholds, currency: str) -> Iterator[Alert]:
    rows = connection.execute(
        "SELECT lot_id, account, asset, quantity, unrealized_usd, term, long_from_date, days_to_long_term, status "
        "FROM harvest.lot_values WHERE unrealized_usd IS NOT NULL AND status <> 'blocked' "
        "AND (unrealized_usd <= -$loss OR (days_to_long_term BETWEEN 1 AND $days AND abs(unrealized_usd) >= $least)) "
        "ORDER BY unrealized_usd, account, lot_id",
        {
            "loss": thresholds.candidate_loss_usd,
            "days": thresholds.long_term_within_days,
            "least": thresholds.long_term_usd,
        },
    )
    for row in _named(rows):
        what = f"{_units(row['quantity'])} {row['asset']} in {row['account']}"
        name = f"{row['lot_id']}@{row['account']}"
        if row["unrealized_usd"] <= -thresholds.candidate_loss_usd:
            yield Alert(
                f"candidate:{name}",
                f"{what}: a loss of {_money(-row['unrealized_usd'], currency)} ({row['status']})",
            )
        is_near = 1 <= (row["days_to_long_term"] or 0) <= thresholds.long_term_within_days
        if is_near and abs(row["unrealized_usd"]) >= thresholds.long_term_usd:
            kind = "loss" if row["unrealized_usd"] < 0 else "gain"
            yield Alert(
                f"long_term:{name}",
                f"{what}: its {kind} of {_money(abs(row['unrealized_usd']), currency)} is long-term from "
                f"{row['long_from_date']}",
            )


def _year_end(within_days: int, as_of: datetime, time_zone: ZoneInfo, calendar: Calendar) -> Iterator[Alert]:
    year = calendar.tax_year(as_of.astimezone(time_zone).date())
    end = tax_year_end(year, time_zone, calendar)
    days = (end - as_of).days
    if days <= within_days:
        left = "1 day is" if days == 1 else f"{days} days are"
        yield Alert(f"year_end:{year}", f"{left} left in which a sale still counts for {year}")


def _rows(connection: duckdb.DuckDBPyConnection, query: str) -> list[dict[str, Any]]:
    return _named(connection.execute(query))


def _named(answer: duckdb.DuckDBPyConnection) -> list[dict[str, Any]]:
    names = [column[0] for column in answer.description or []]
    return [dict(zip(names, row, strict=True)) for row in answer.fetchall()]


def _units(quantity: Decimal) -> str:
    text = f"{quantity:,f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def _money(amount: Decimal, currency: str) -> str:
    return f"{amount.quantize(Decimal('0.01')):,} {currency}"
