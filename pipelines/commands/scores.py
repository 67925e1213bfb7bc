"""`lotkeeper scores`: planned sales beside what came of them.

Belongs here: showing `harvest.scores`. Does not belong here: which sale answers which line, and any figure.
"""

import sys

from pipelines.commands.options import SHOWN_ROWS, ConfigOption, LimitOption, load
from pipelines.commands.printing import (
    Format,
    FormatOption,
    Shown,
    console,
    day,
    plain,
    price,
    show_rows,
    tell_more,
    units,
    usd,
    write_rows,
)
from pipelines.commands.published import open_published
from warehouse.queries import select_rows

_SHOWN = (
    Shown("plan of", "planned_at", day),
    Shown("account", "account", plain),
    Shown("asset", "asset", plain),
    Shown("outcome", "outcome", plain),
    Shown("to sell", "planned_quantity", units, is_number=True),
    Shown("sold", "sold_quantity", units, is_number=True),
    Shown("price planned", "expected_price_usd", price, is_number=True),
    Shown("got", "actual_price_usd", price, is_number=True),
    Shown("to save", "expected_tax_saved_usd", usd, is_number=True),
    Shown("tax saved", "actual_tax_saved_usd", usd, is_number=True),
    Shown("what differs", "reasons", plain),
)


def scores(
    config: ConfigOption = None,
    limit: LimitOption = SHOWN_ROWS,
    output_format: FormatOption = Format.table,
) -> None:
    """Show what was planned on earlier nights beside what was sold: price, fees, loss, tax saved, and why they differ.

    A line that was not sold says what waiting did to its loss.
    """
    configuration = load(config)
    with open_published(configuration) as connection:
        found = select_rows(connection, "list_scores")
    rows = found.to_pylist()
    out = console(sys.stdout)
    if output_format is not Format.table:
        write_rows(sys.stdout, found.column_names, [list(row.values()) for row in rows], output_format)
    elif rows:
        show_rows(f"What came of planned sales, in {configuration.country.base_currency}", _SHOWN, rows[:limit])
        tell_more(rows, limit)
    else:
        out.print("no plan of an earlier night is recorded: the record begins with the first published build")
