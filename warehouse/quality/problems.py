"""`quality.problems`: everything that stands between the books and a proven figure, in words.

Belongs here: the step; the words stand in `queries/find_problems.sql`. Does not belong here: finding what is wrong,
which the steps before did.
"""

import duckdb
import pyarrow as pa

from warehouse.columns import share
from warehouse.quality.coverage import stream_facts
from warehouse.quality.missing import build_causes
from warehouse.raw_files import PRICES_ACCOUNT, unlisted_folders
from warehouse.schema import create_tables, drop_tables, fetch_query, run_query, store_rows
from warehouse.steps import Book, Check, Step

_VALUES = """
SELECT f.problem_id, abs(p.value_usd) AS value, abs(p.quantity) AS whole,
    least(abs(f.quantity), abs(p.quantity)) AS part
FROM found_problems AS f
JOIN ledger.postings AS p ON p.posting_id = regexp_replace(f.event_id, '~[0-9]+$', '')
WHERE f.problem_id IS NOT NULL AND f.quantity IS NOT NULL AND p.quantity <> 0 AND p.value_usd IS NOT NULL
"""


def build_problems(book: Book) -> None:
    """Make `quality.problems` and `quality.causes`."""
    create_tables(book.connection, "720_problems.sql")
    folders = unlisted_folders(book.raw_root, [account.name for account in book.settings.accounts])
    store_rows(book.connection, "unlisted_folders", pa.table({"folder": pa.array(folders, pa.string())}))
    book.connection.execute("SET VARIABLE as_of = $as_of", {"as_of": book.as_of})
    book.connection.execute("SET VARIABLE silent_prices = $silent", {"silent": _silent_price_sources(book)})
    run_query(book.connection, "find_problems.sql")
    store_rows(book.connection, "stakes", _stakes(book.connection))
    build_causes(book)
    run_query(book.connection, "insert_problems.sql")
    drop_tables(book.connection, "unlisted_folders", "found_problems", "stakes")


def _silent_price_sources(book: Book) -> str | None:
    """The sources of prices that could not be asked at the last sync: what they have is not known to be missing."""
    streams = stream_facts(book, PRICES_ACCOUNT)
    return ", ".join(stream.stream for stream in streams if stream.outcome == "failed") or None


def _stakes(connection: duckdb.DuckDBPyConnection) -> pa.Table:
    """What the units of each problem were worth when they moved: their share of the value of their posting."""
    rows = fetch_query(connection, _VALUES)
    return rows.select(["problem_id"]).append_column("stake", share(rows["value"], rows["part"], rows["whole"]))


def _no_problem(name: str, description: str, *problems: str) -> Check:
    names = ", ".join(f"'{problem}'" for problem in problems)
    return Check(
        name=name,
        table="quality.problems",
        description=description,
        query=(
            "SELECT occurred_at, account, asset, quantity, detail FROM quality.problems "
            f"WHERE problem IN ({names}) ORDER BY occurred_at, problem_id"
        ),
        is_blocking=False,
    )


PROBLEMS = Step(
    tables=("quality.problems", "quality.causes"),
    needs=(
        "raw",
        "raw.prices",
        "ledger.duplicates",
        "ledger.legs",
        "ledger.overrides",
        "ledger.postings",
        "ledger.spam",
        "ledger.transfers",
        "lots.events",
        "lots.shortfalls",
        "lots.methods",
        "lots.identifications",
        "quality.coverage",
        "quality.quarantine",
        "quality.balance_differences",
        "quality.coverage_gaps",
    ),
    description="Lists what is missing, unpaired or not understood, and what would resolve it.",
    run=build_problems,
    kinds=("sql", "duckdb"),
    checks=(
        _no_problem("every_value_is_known", "No cost, gain or income rests on a missing price.", "missing_price"),
        _no_problem(
            "every_disposal_has_a_basis",
            "No disposal or transfer found too few lots.",
            "missing_basis",
            "missing_lots",
            "gift_without_basis",
        ),
        _no_problem(
            "told_values_are_near_the_market",
            "No value told with a transaction is more than twice, or less than half, of what prices make of it.",
            "told_value_far",
        ),
        _no_problem(
            "no_two_accounts_are_one", "No account tells of another, unless the configuration says so.", "same_account"
        ),
        _no_problem(
            "every_transfer_is_paired",
            "Nothing came in or left without its other end.",
            "unpaired_deposit",
            "unpaired_withdrawal",
            "rounded_transfer",
        ),
        _no_problem(
            "every_movement_is_understood",
            "Nothing moved for a reason that is not understood.",
            "unknown_kind",
            "one_sided_trade",
            "margin_not_supported",
            "raw_file",
        ),
        _no_problem(
            "every_decision_holds",
            "Every decision in overrides.toml is in force: its event is there, as it was, and it changes something.",
            "stale_override",
        ),
    ),
)
