"""`quality.balance_differences`: where venue and books differ, since when, and what may explain it.

Belongs here: gathering what is known of a difference. Does not belong here: weighing it (`attribution.py`), and the
comparison itself (`balances.py`).
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from datetime import datetime
from decimal import Decimal
from itertools import pairwise
from typing import Any

import pyarrow as pa

from connectors.raw import RawStore
from connectors.records import TRANSACTIONS
from warehouse.columns import QUANTITY, multiply
from warehouse.exact import EXACT
from warehouse.ledger.quantities import plain_quantity
from warehouse.quality.attribution import Difference, Movement, explain_difference
from warehouse.quality.balances import BALANCES_STREAM, read_snapshot
from warehouse.quality.concerns import concerns
from warehouse.quality.gaps import Gap, words_of, write
from warehouse.queries import select_rows
from warehouse.raw_files import transaction_files, view_rows
from warehouse.schema import create_tables, drop_tables, fetch_query, insert_rows, store_rows
from warehouse.steps import Book, Check, Step
from warehouse.words import plain_number

Row = Mapping[str, Any]
Key = tuple[str, str]

COMPARED_NIGHTS = 400
"""How many earlier balances of an account are compared, to find when a difference arose."""

_DIFFERING = """
SELECT account, asset, difference, checked_at
FROM quality.balances ANTI JOIN ledger.spam USING (asset) WHERE difference <> 0 ORDER BY ALL
"""
_HELD_AT = """
SELECT n.checked_at, l.asset, sum(l.quantity)::DECIMAL(38, 18) AS quantity
FROM nights_asked AS n JOIN ledger.legs AS l ON l.account = n.account AND l.occurred_at <= n.checked_at
WHERE l.asset IN (SELECT unnest($assets)) GROUP BY ALL
"""
_PENDING = """
WITH waiting AS (
    SELECT account, stream, id, max(fetched_at) AS fetched_at FROM raw_rows WHERE status = 'pending' GROUP BY ALL
), last AS (
    SELECT r.* FROM raw_rows AS r JOIN waiting AS w USING (account, stream, id)
    QUALIFY row_number() OVER (PARTITION BY account, stream, id ORDER BY r.fetched_at DESC, r."order" DESC) = 1
)
SELECT account, stream, id, occurred_at, unnest(postings, recursive := true) FROM last WHERE status = 'pending'
"""
_PENDING_LEGS = pa.schema(
    [
        ("account", pa.string()), ("asset", pa.string()), ("quantity", QUANTITY),
        ("occurred_at", pa.timestamp("us", tz="UTC")), ("transaction_id", pa.string()),
    ]
)  # fmt: skip
_NIGHTS = pa.schema(
    [
        ("account", pa.string()), ("asset", pa.string()), ("agreed_at", pa.timestamp("us", tz="UTC")),
        ("since_at", pa.timestamp("us", tz="UTC")), ("nights", pa.int64()), ("changed_nights", pa.int64()),
    ]
)  # fmt: skip
_GAPS = """
SELECT account, stream, from_at, to_at, reason, detail, list(scope ORDER BY scope) AS scopes
FROM quality.coverage_gaps WHERE is_counted GROUP BY ALL ORDER BY ALL
"""


def build_differences(book: Book) -> None:
    """Make `quality.balance_differences`; spam has none, as its contracts may tell any movement.

    Raises `connectors.raw.RawFileError` for a file that can not be read.
    """
    connection = book.connection
    create_tables(connection, "735_balance_differences.sql")
    differing = fetch_query(connection, _DIFFERING).to_pylist()
    if not differing:
        return
    store_rows(connection, "pending_legs", _pending_legs(book, {row["account"] for row in differing}))
    store_rows(connection, "difference_nights", pa.Table.from_pylist(list(_nights(book, differing)), schema=_NIGHTS))
    movements: dict[Key, list[Movement]] = defaultdict(list)
    for row in select_rows(connection, "find_difference_movements").to_pylist():
        words = f"{plain_number(abs(row['change']))} {row['asset']} {row['what']}"
        movements[row["account"], row["asset"]].append(
            Movement(row["cause"], row["change"], row["occurred_at"], row["transaction_id"], words)
        )
    signs = select_rows(connection, "find_difference_signs", {"base": book.settings.base_currency})
    values = multiply(signs["units"].cast(QUANTITY), signs["price_usd"].cast(QUANTITY)).to_pylist()
    gaps = fetch_query(connection, _GAPS).to_pylist()
    on_chain = {account.name for account in book.settings.accounts if account.kind == "evm"}
    coins = {account.name: account.coin for account in book.settings.accounts}
    rows = []
    for row, value in zip(signs.to_pylist(), values, strict=True):
        key = row["account"], row["asset"]
        difference = _difference(row, value, _gap_words(gaps, key, coins), is_on_chain=row["account"] in on_chain)
        best, *others = explain_difference(difference, movements[key])
        made_of = [name for name in best.transaction_ids if not name.startswith("balance:")]
        rows.append(
            {
                **{name: row[name] for name in ("account", "asset", "computed_quantity", "venue_quantity")},
                **{name: row[name] for name in ("difference", "checked_at", "agreed_at", "since_at")},
                "value_usd": value,
                "cause": best.cause,
                "is_exact": best.is_exact,
                "detail": best.words,
                "runners_up": [other.words for other in others],
                "nearest_transaction_ids": made_of or row["nearest"],
            }
        )
    shape = fetch_query(connection, "SELECT * FROM quality.balance_differences").schema
    insert_rows(connection, "quality.balance_differences", pa.Table.from_pylist(rows, schema=shape))
    drop_tables(connection, "pending_legs", "difference_nights", "nights_asked")


def _difference(row: Row, value: Decimal | None, gaps: list[str], *, is_on_chain: bool) -> Difference:
    short = received = None
    if row["missing"] is not None:
        short = (
            f"sales in it found {plain_number(row['missing'])} {row['asset']} missing since "
            f"{write(row['missing_since'])}: coins came in that are not told"
        )
    if row["received_at"] is not None:
        received = f"{row['received_kind']} came in until {write(row['received_at'])}: more of it may not be told"
    return Difference(
        row["asset"],
        row["difference"],
        value_usd=value,
        turnover=row["turnover"],
        has_fees=row["has_fees"],
        has_events=row["has_events"],
        gaps=gaps,
        rejected=row["rejected"],
        shortfall_words=short,
        received_words=received,
        is_on_chain=is_on_chain,
        nights=row["nights"],
        changed_nights=row["changed_nights"],
    )


def _gap_words(gaps: list[dict[str, Any]], key: Key, coins: Mapping[str, str | None]) -> list[str]:
    account, asset = key
    found = []
    for row in gaps:
        if row["account"] == account:
            concerned = concerns(row["stream"], row["scopes"], [asset], coin=coins.get(account))
            if concerned is None or asset in concerned:
                gap = Gap("", row["from_at"], row["to_at"], row["reason"], row["detail"])
                found.append(words_of(account, row["stream"], row["scopes"], gap))
    return found


def _pending_legs(book: Book, accounts: set[str]) -> pa.Table:
    """What moved in rows that were pending when they were last seen."""
    view_rows(book.connection, transaction_files(book.raw_root, accounts), "raw_rows", TRANSACTIONS)
    rows = []
    for row in fetch_query(book.connection, _PENDING).to_pylist():
        plain = plain_quantity(row["quantity"])
        if plain is not None:
            rows.append(
                {
                    "account": row["account"],
                    "asset": book.settings.aliases.get(row["asset"], row["asset"]),
                    "quantity": Decimal(plain),
                    "occurred_at": row["occurred_at"],
                    "transaction_id": f"{row['account']}/{row['stream']}/{row['id']}",
                }
            )
    return pa.Table.from_pylist(rows, schema=_PENDING_LEGS)


def _nights(book: Book, differing: list[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    """Since when each difference is what it is, by the earlier balances that raw keeps."""
    by_account: dict[str, dict[str, dict[str, Any]]] = defaultdict(dict)
    for row in differing:
        by_account[row["account"]][row["asset"]] = row
    for account, assets in by_account.items():
        history = _history(book, account, sorted(assets))
        for asset, row in assets.items():
            told = [(at, differences.get(asset)) for at, differences in history]
            earlier = [(at, difference) for at, difference in told if at < row["checked_at"] and difference is not None]
            agreed_at, since_at = None, row["checked_at"]
            for at, difference in reversed(earlier):
                if difference != row["difference"]:
                    agreed_at = at
                    break
                since_at = at
            series = [*(difference for _, difference in earlier), row["difference"]]
            yield {
                "account": account,
                "asset": asset,
                "agreed_at": agreed_at,
                "since_at": since_at,
                "nights": len(series),
                "changed_nights": sum(before != after for before, after in pairwise(series)),
            }


def _history(book: Book, account: str, assets: list[str]) -> list[tuple[datetime, dict[str, Decimal | None]]]:
    """The differences of `assets` each time that the venue was asked, the earliest first; `None`: not comparable."""
    files = [file for file in RawStore(book.raw_root).files(account, BALANCES_STREAM) if file.fetched_at <= book.as_of]
    told = [read_snapshot(file, book) for file in files[-COMPARED_NIGHTS:]]
    asked = pa.table(
        {
            "account": pa.array([account] * len(told), pa.string()),
            "checked_at": pa.array([at for at, _, _ in told], pa.timestamp("us", tz="UTC")),
        }
    )
    store_rows(book.connection, "nights_asked", asked)
    held = {
        (at, asset): quantity
        for at, asset, quantity in book.connection.execute(_HELD_AT, {"assets": assets}).fetchall()
    }
    return [
        (
            at,
            {
                asset: None
                if asset in notes
                else EXACT.subtract(quantities.get(asset, Decimal(0)), held.get((at, asset), Decimal(0)))
                for asset in assets
            },
        )
        for at, quantities, notes in told
    ]


BALANCE_DIFFERENCES = Step(
    tables=("quality.balance_differences",),
    needs=(
        "raw",
        "ledger.legs",
        "ledger.spam",
        "lots.events",
        "lots.shortfalls",
        "market.prices",
        "quality.balances",
        "quality.coverage_gaps",
        "quality.quarantine",
    ),
    description="Says of each difference in balance since when it is there, and what may explain it.",
    run=build_differences,
    checks=(
        Check(
            name="every_difference_is_explained",
            table="quality.balance_differences",
            description="Where a venue holds more or less than the books, movements make up the difference exactly.",
            query=(
                "SELECT account, asset, difference, value_usd, since_at, cause, detail, nearest_transaction_ids "
                "FROM quality.balance_differences WHERE NOT is_exact ORDER BY value_usd DESC NULLS LAST, account, asset"
            ),
            is_blocking=False,
        ),
    ),
)
