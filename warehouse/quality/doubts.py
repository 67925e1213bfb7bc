"""`quality.doubts`, `quality.year_doubts`: what the figures rest on that is not known or not decided.

Belongs here: what is in doubt, in words, and the tables. Does not belong here: how far a doubt reaches
(`spreading.py`), finding gaps (`gaps.py`) and problems (`problems.py`).
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

import pyarrow as pa

from warehouse.lots.holding import local_date
from warehouse.quality.concerns import concerns
from warehouse.quality.gaps import Gap, words_of
from warehouse.quality.spreading import ALWAYS, Carry, Move, Source, spread
from warehouse.queries import select_rows
from warehouse.schema import create_tables, fetch_query, insert_rows
from warehouse.settings import BookSettings
from warehouse.steps import Book, Step
from warehouse.tax.countries import country_of
from warehouse.words import plain_number

Row = Mapping[str, Any]

_GAPS = """
SELECT account, stream, from_at, to_at, reason, detail, list(scope ORDER BY scope) AS scopes
FROM quality.coverage_gaps WHERE is_counted GROUP BY ALL ORDER BY ALL
"""
_MOVES = "SELECT DISTINCT asset, from_account, to_account, moved_at FROM lots.lot_moves WHERE reason <> 'allocation'"
_CARRIES = "SELECT DISTINCT carried_at, account, from_asset, asset AS to_asset FROM lots.carried"
_POOLS = "SELECT rule, accounts_since, (SELECT list(asset) FROM lots.share_pools) AS pooled FROM lots.pools"
_FIRST = "SELECT min(occurred_at) FROM ledger.postings"


@dataclass(frozen=True, slots=True)
class Fact:
    """One thing in doubt: where it begins, the span that it lies in, its words, and what it means for a year in it.

    `reaches` says whether sales after it rest on it; of a departure only its own year does.
    """

    doubt_id: str
    kind: str
    account: str
    assets: frozenset[str] | None
    start: datetime | None
    end: datetime | None
    reason: str
    meaning: str
    reaches: bool = True


def gap_facts(rows: Iterable[Row], assets: Mapping[str, Sequence[str]], settings: BookSettings) -> Iterator[Fact]:
    """The gaps in coverage that count. `assets` are those of each account."""
    coins = {account.name: account.coin for account in settings.accounts}
    for row in rows:
        gap = Gap("", row["from_at"], row["to_at"], row["reason"], row["detail"])
        concerned = concerns(
            row["stream"], row["scopes"], assets.get(row["account"], ()), coin=coins.get(row["account"])
        )
        since = "" if gap.start is None else gap.start.isoformat()
        yield Fact(
            f"gap:{row['account']}/{row['stream']}/{row['scopes'][0]}:{since}/{gap.reason}",
            "gap",
            row["account"],
            concerned,
            gap.start,
            gap.end,
            words_of(row["account"], row["stream"], row["scopes"], gap),
            "what was bought, sold or received in it is in no figure",
        )


def problem_facts(rows: Iterable[Row]) -> Iterator[Fact]:
    """The problems that put other figures in doubt (`read_doubtful_problems.sql`); of a whole account, for good."""
    for row in rows:
        reason, meaning = _words_of_problem(row)
        is_proposal = row["problem"] == "unconfirmed_transfer"
        start = row["occurred_at"]
        yield Fact(
            row["problem_id"],
            row["problem"],
            row["account"],
            None if row["asset"] is None else frozenset({row["asset"]}),
            row["left_at"] if is_proposal and row["left_at"] < start else start,
            None if row["problem"] == "same_account" else start,
            reason,
            meaning,
            reaches=row["problem"] != "unpaired_withdrawal",
        )


def _words_of_problem(row: Row) -> tuple[str, str]:
    """A problem in words, and what it means for the year it lies in."""
    what = f"{plain_number(row['quantity'])} {row['asset']}" if row["quantity"] is not None else row["asset"] or "a row"
    day = "" if row["occurred_at"] is None else f" on {row['occurred_at']:%Y-%m-%d}"
    account = row["account"]
    words = {
        "unconfirmed_transfer": (
            f"{what} from {row['from_account']} to {account}{day} is a transfer only by proposal ({row['rule']})",
            "if it was none, a sale or income is missing",
        ),
        "unpaired_deposit": (
            f"{what} came into {account}{day}, and nothing says what it was",
            "if it was income, that is missing",
        ),
        "unpaired_withdrawal": (
            f"{what} left {account}{day}, and nothing says what for",
            "if it was sold or spent, its gain is missing",
        ),
        "unknown_kind": (f"{what} moved in {account}{day} for a reason that is not understood", "it is in no figure"),
        "one_sided_trade": (f"{what} in {account}{day} is one side of a trade only", "it is in no figure"),
        "told_twice": (
            f"{what} in {account}{day} seems to be told twice",
            "if these are two events, one is missing" if row["is_applied"] else "it may count twice",
        ),
        "same_account": (
            f"the account {account} seems to be told by another account too, the first time{day}",
            "what both tell may count twice",
        ),
    }
    return words.get(row["problem"], (f"{account}: {row['detail']}", "it is in no figure"))


def build_doubts(book: Book) -> None:
    """Make both tables."""
    connection = book.connection
    create_tables(connection, "725_doubts.sql")
    holders: dict[str, dict[str, datetime]] = defaultdict(dict)
    held: dict[str, list[str]] = defaultdict(list)
    for row in select_rows(connection, "list_holders").to_pylist():
        holders[row["asset"]][row["account"]] = row["first_at"]
        held[row["account"]].append(row["asset"])
    gaps = fetch_query(connection, _GAPS).to_pylist()
    problems = select_rows(connection, "read_doubtful_problems").to_pylist()
    facts = {fact.doubt_id: fact for fact in [*gap_facts(gaps, held, book.settings), *problem_facts(problems)]}
    moves: dict[str, list[Move]] = defaultdict(list)
    for row in fetch_query(connection, _MOVES).to_pylist():
        moves[row["asset"]].append(Move(row["moved_at"], row["from_account"], row["to_account"]))
    reached = spread(
        [Source(fact.doubt_id, fact.account, fact.assets, fact.start) for fact in facts.values() if fact.reaches],
        held_since=holders,
        moves=moves,
        pooled_until=_pooled_until(book, holders),
        carries=[Carry(**row) for row in fetch_query(connection, _CARRIES).to_pylist()],
    )
    rows = [
        {
            "doubt_id": reach.doubt_id,
            "kind": facts[reach.doubt_id].kind,
            "account": reach.account,
            "asset": reach.asset,
            "from_at": reach.start,
            "via": reach.via,
            "reason": facts[reach.doubt_id].reason,
        }
        for reach in reached
    ]
    _store(book, "quality.doubts", rows)
    _store(book, "quality.year_doubts", _year_rows(book, facts))


def _pooled_until(book: Book, assets: Iterable[str]) -> dict[str, datetime]:
    """Until when the lots of each asset were one pool for all accounts."""
    (pool,) = fetch_query(book.connection, _POOLS).to_pylist()
    shared = set(pool["pooled"] or ())
    if pool["rule"] == "account":
        return dict.fromkeys(shared, ALWAYS)
    until = (pool["accounts_since"] or ALWAYS) if pool["rule"] == "account-from" else ALWAYS
    return {asset: ALWAYS if asset in shared else until for asset in assets}


def _year_rows(book: Book, facts: Mapping[str, Fact]) -> list[dict[str, Any]]:
    calendar = country_of(book.settings.jurisdiction).calendar

    def tax_year(at: datetime) -> int:
        return calendar.tax_year(local_date(at, book.settings.time_zone))

    first_at = book.connection.execute(_FIRST).fetchall()[0][0] or book.as_of
    first, present = tax_year(first_at), tax_year(book.as_of)
    inside: set[tuple[int, str]] = set()
    for fact in facts.values():
        since = first if fact.start is None else max(first, tax_year(fact.start))
        until = present if fact.end is None else tax_year(fact.end)
        inside |= {(year, fact.doubt_id) for year in range(since, until + 1)}
    resting = {
        (row["tax_year"], row["doubt_id"]): row for row in select_rows(book.connection, "sum_year_doubts").to_pylist()
    }
    rows = []
    for year, doubt_id in sorted({*inside, *resting}):
        fact = facts[doubt_id]
        sums = resting.get((year, doubt_id), {"disposal_count": 0, "gain_usd": Decimal(0)})
        rows.append(
            {
                "tax_year": year,
                "doubt_id": doubt_id,
                "kind": fact.kind,
                "is_inside": (year, doubt_id) in inside,
                "disposal_count": sums["disposal_count"],
                "gain_usd": sums["gain_usd"],
                "reason": _in_year(fact, sums, is_inside=(year, doubt_id) in inside),
            }
        )
    return rows


def _in_year(fact: Fact, sums: Row, *, is_inside: bool) -> str:
    parts = [fact.meaning] if is_inside else []
    count = sums["disposal_count"]
    if count:
        rest = "1 disposal of the year rests" if count == 1 else f"{count} disposals of the year rest"
        parts.append(f"{rest} on it (gain {sums['gain_usd']:,.2f})")
    return f"{fact.reason}: {', and '.join(parts)}"


def _store(book: Book, table: str, rows: list[dict[str, Any]]) -> None:
    shape = fetch_query(book.connection, f"SELECT * FROM {table}").schema
    insert_rows(book.connection, table, pa.Table.from_pylist(rows, schema=shape))


DOUBTS = Step(
    tables=("quality.doubts", "quality.year_doubts"),
    needs=(
        "quality.coverage_gaps",
        "quality.problems",
        "ledger.postings",
        "ledger.transfers",
        "lots.disposals",
        "lots.lots",
        "lots.lot_moves",
        "lots.carried",
        "lots.shortfalls",
        "lots.pools",
        "lots.share_pools",
    ),
    description="Follows gaps, proposals and undecided movements to the sales and tax years that rest on them.",
    run=build_doubts,
)
