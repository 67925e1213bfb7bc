"""`quality.causes`: what may explain each sale or transfer that found too few lots.

Belongs here: gathering shortages and clues from the tables. Does not belong here: weighing them (`causes.py`).
"""

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pyarrow as pa

from warehouse.quality.causes import Cause, Clue, Shortage, rank_causes
from warehouse.quality.concerns import concerns
from warehouse.quality.gaps import Gap, words_of
from warehouse.queries import select_rows
from warehouse.schema import create_tables, fetch_query, insert_rows
from warehouse.steps import Book
from warehouse.words import plain_number

Row = Mapping[str, Any]

KEPT_CAUSES = 5
NEAREST_CLUES = 40
"""How many clues of a coin before a sale are weighed, the latest; those whose amount fits always are."""

_SHORTAGES = """
SELECT problem || ':' || event_id AS problem_id, account, asset, quantity, occurred_at,
    sum(quantity) OVER upto AS total, min(occurred_at) OVER upto AS since_at
FROM lots.shortfalls
WHERE problem IN ('missing_basis', 'missing_lots') AND asset NOT IN (SELECT asset FROM ledger.spam)
WINDOW upto AS (PARTITION BY account, asset ORDER BY occurred_at, event_id)
ORDER BY occurred_at, problem_id
"""
_GAPS = """
SELECT account, stream, from_at, to_at, reason, detail, is_counted, list(scope ORDER BY scope) AS scopes
FROM quality.coverage_gaps GROUP BY ALL ORDER BY ALL
"""
_BEGINNING = datetime.min.replace(tzinfo=UTC)


def build_causes(book: Book) -> None:
    """Make `quality.causes`; needs the temporary tables of the problems' step."""
    connection = book.connection
    create_tables(connection, "722_causes.sql")
    shortages = fetch_query(connection, _SHORTAGES).to_pylist()
    if not shortages:
        return
    clues = _Clues([_clue(row) for row in select_rows(connection, "find_clues").to_pylist()])
    gaps = fetch_query(connection, _GAPS).to_pylist()
    coins = {account.name: account.coin for account in book.settings.accounts}
    rows = []
    for row in shortages:
        shortage = Shortage(
            row["account"], row["asset"], row["quantity"], row["total"], row["occurred_at"], row["since_at"]
        )
        around = [*clues.near(shortage), *_gap_clues(gaps, shortage, coins)]
        for place, cause in enumerate(rank_causes(shortage, around)[:KEPT_CAUSES], 1):
            rows.append(_row(row["problem_id"], place, cause))
    shape = fetch_query(connection, "SELECT * FROM quality.causes").schema
    insert_rows(connection, "quality.causes", pa.Table.from_pylist(rows, schema=shape))


class _Clues:
    """The clues by coin and time, and by amount."""

    def __init__(self, clues: Iterable[Clue]) -> None:
        self._by_asset: dict[str | None, list[Clue]] = defaultdict(list)
        self._by_amount: dict[tuple[str | None, Decimal], list[Clue]] = defaultdict(list)
        self._renamed: dict[tuple[str, Decimal], list[Clue]] = defaultdict(list)
        for clue in sorted(clues, key=_start):
            if clue.kind == "renamed":
                self._renamed[clue.account, clue.quantity or Decimal(0)].append(clue)
                continue
            self._by_asset[clue.asset].append(clue)
            if clue.quantity is not None:
                self._by_amount[clue.asset, abs(clue.quantity)].append(clue)
        self._starts = {asset: [_start(clue) for clue in found] for asset, found in self._by_asset.items()}

    def near(self, shortage: Shortage) -> list[Clue]:
        """Those of the coin, or of an unknown one: the latest before the sale, and all whose amount is missing."""
        found: dict[int, Clue] = {}
        for asset in (shortage.asset, None):
            until = bisect_left(self._starts.get(asset, []), shortage.at)
            latest = self._by_asset[asset][max(0, until - NEAREST_CLUES) : until]
            found |= {id(clue): clue for clue in latest}
        for amount in (shortage.quantity, shortage.total):
            found |= {id(clue): clue for clue in self._by_amount.get((shortage.asset, amount), ())}
            found |= {id(clue): clue for clue in self._renamed.get((shortage.account, amount), ())}
        return list(found.values())


def _start(clue: Clue) -> datetime:
    return clue.start or _BEGINNING


def _clue(row: Row) -> Clue:
    units = "" if row["quantity"] is None else f"{plain_number(abs(row['quantity']))} {row['asset']} "
    words = f"{row['words']} ({units.strip()})" if row["kind"] in {"balance_difference", "renamed"} else None
    return Clue(
        row["kind"],
        row["account"],
        row["asset"],
        row["quantity"],
        row["start_at"],
        row["end_at"],
        words or f"{units}{row['words']}",
        row["transaction_id"],
    )


def _gap_clues(gaps: Sequence[Row], shortage: Shortage, coins: Mapping[str, str | None]) -> Iterator[Clue]:
    """The gaps of the account that can have hidden the coin, and the streams that its venue has not."""
    for row in gaps:
        account = row["account"]
        if account != shortage.account:
            continue
        concerned = concerns(row["stream"], row["scopes"], [shortage.asset], coin=coins.get(account))
        if concerned is not None and shortage.asset not in concerned:
            continue
        if row["is_counted"]:
            gap = Gap("", row["from_at"], row["to_at"], row["reason"], row["detail"])
            words = words_of(account, row["stream"], row["scopes"], gap)
            yield Clue("gap", account, None, None, row["from_at"], min(row["to_at"], shortage.at), words)
        else:
            words = f"{account} has no stream {row['stream']}: what came by it is not told"
            yield Clue("not_offered", account, None, None, row["from_at"], None, words)


def _row(problem_id: str, place: int, cause: Cause) -> dict[str, Any]:
    return {
        "problem_id": problem_id,
        "place": place,
        "cause": cause.clue.kind,
        "account": cause.clue.account,
        "asset": cause.clue.asset,
        "quantity": cause.clue.quantity,
        "occurred_at": cause.clue.start,
        "transaction_id": cause.clue.transaction_id,
        "weight": cause.weight,
        "fits": cause.fits,
        "detail": cause.words,
    }
