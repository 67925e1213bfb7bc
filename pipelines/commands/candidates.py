"""`lotkeeper candidates`: the open lots under water, and what speaks for or against selling them.

Belongs here: showing `harvest.candidates`. Does not belong here: what makes a candidate.
"""

import sys
from dataclasses import replace

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
    status,
    tell_more,
    units,
    usd,
    write_rows,
)
from pipelines.commands.published import open_published
from warehouse.queries import select_rows
from warehouse.tax.country import Country

_SHOWN = (
    Shown("status", "status", status),
    Shown("account", "account", plain),
    Shown("asset", "asset", plain),
    Shown("acquired", "acquired_at", day),
    Shown("quantity", "quantity", units, is_number=True),
    Shown("unit cost", "unit_cost_usd", price, is_number=True),
    Shown("price", "price_usd", price, is_number=True),
    Shown("unrealized", "unrealized_usd", usd, is_number=True),
    Shown("after costs", "unrealized_after_costs_usd", usd, is_number=True),
    Shown("term", "term", plain),
    Shown("days to long", "days_to_long_term", plain, is_number=True),
    Shown("sells first", "sell_first_quantity", units, is_number=True),
    Shown("reasons", "reasons", plain),
)


def _shown(country: Country) -> tuple[Shown, ...]:
    """The columns in the country's words; those of terms are left out where there are none."""
    if country.terms is None:
        return tuple(column for column in _SHOWN if column.field not in ("term", "days_to_long_term"))
    headings = {"days_to_long_term": f"days to {country.terms['long'].removesuffix('-term')}"}
    return tuple(replace(column, heading=headings.get(column.field, column.heading)) for column in _SHOWN)


def candidates(
    config: ConfigOption = None,
    limit: LimitOption = SHOWN_ROWS,
    output_format: FormatOption = Format.table,
) -> None:
    """Show the open lots whose sale would realize a loss, and lots whose loss can not be known, with the reason.

    "sells first" is what the account's lot method would sell before it reaches the lot: 0 means that the lot is next.
    """
    configuration = load(config)
    with open_published(configuration) as connection:
        found = select_rows(connection, "list_candidates")
    rows = found.to_pylist()
    if output_format is not Format.table:
        write_rows(sys.stdout, found.column_names, [list(row.values()) for row in rows], output_format)
    elif rows:
        show_rows(
            f"Harvest candidates as of {rows[0]['as_of']:%Y-%m-%d %H:%M} UTC, in {configuration.country.base_currency}",
            _shown(configuration.country),
            rows[:limit],
        )
        tell_more(rows, limit)
    else:
        console(sys.stdout).print("no open lot is under water, and every one of them could be valued")
