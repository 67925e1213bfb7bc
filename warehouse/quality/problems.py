"""`quality.problems`: everything that stands between the books and a proven figure, in words.

Belongs here: the step; the words stand in `queries/insert_problems.sql`. Does not belong here: finding what is wrong,
which the steps before did.
"""

import pyarrow as pa

from warehouse.raw_files import unlisted_folders
from warehouse.schema import create_tables, drop_tables, run_query, store_rows
from warehouse.steps import Book, Check, Step


def build_problems(book: Book) -> None:
    """Make `quality.problems`."""
    create_tables(book.connection, "720_problems.sql")
    folders = unlisted_folders(book.raw_root, [account.name for account in book.settings.accounts])
    store_rows(book.connection, "unlisted_folders", pa.table({"folder": pa.array(folders, pa.string())}))
    run_query(book.connection, "insert_problems.sql")
    drop_tables(book.connection, "unlisted_folders")


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
    tables=("quality.problems",),
    needs=(
        "raw",
        "lots.events",
        "lots.shortfalls",
        "lots.methods",
        "lots.identifications",
        "quality.quarantine",
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
            "every_transfer_is_paired",
            "Nothing came in or left without its other end.",
            "unpaired_deposit",
            "unpaired_withdrawal",
        ),
        _no_problem(
            "every_movement_is_understood",
            "Nothing moved for a reason that is not understood.",
            "unknown_kind",
            "one_sided_trade",
            "margin_not_supported",
            "raw_file",
        ),
    ),
)
