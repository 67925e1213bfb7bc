"""`lotkeeper gains`: what was realized, by year, account and term, and what is missing from it.

Belongs here: showing `lots.disposals` and `tax.income_totals`. Does not belong here: what they say.
"""

import sys
from typing import Annotated, Any

import pyarrow as pa
import typer
from rich.text import Text

from pipelines.commands.options import ConfigOption, load
from pipelines.commands.printing import (
    Format,
    FormatOption,
    Shown,
    console,
    day,
    plain,
    show_rows,
    units,
    usd,
    write_rows,
)
from pipelines.commands.published import open_published
from warehouse.queries import select_rows

_TOTALS = (
    Shown("year", "tax_year", plain),
    Shown("account", "account", plain),
    Shown("term", "term", plain),
    Shown("disposals", "disposal_count", plain, is_number=True),
    Shown("proceeds", "proceeds_usd", usd, is_number=True),
    Shown("cost", "cost_usd", usd, is_number=True),
    Shown("gain", "gain_usd", usd, is_number=True),
    Shown("unproven", "unproven_count", plain, is_number=True),
)
_UNPROVEN = (
    Shown("sold", "disposed_at", day),
    Shown("account", "account", plain),
    Shown("asset", "asset", plain),
    Shown("quantity", "quantity", units, is_number=True),
    Shown("proceeds", "proceeds_usd", usd, is_number=True),
    Shown("why it is in no gain", "reason", plain),
)

_INCOME = (
    Shown("year", "tax_year", plain),
    Shown("kind", "kind", plain),
    Shown("goes to", "form_line", plain),
    Shown("times", "income_count", plain, is_number=True),
    Shown("value", "value_usd", usd, is_number=True),
    Shown("without a value", "unvalued_count", plain, is_number=True),
)


def gains(
    config: ConfigOption = None,
    year: Annotated[int | None, typer.Option(help="Only this tax year.")] = None,
    output_format: FormatOption = Format.table,
) -> None:
    """Show realized gains and income; csv and json list every disposal of the year, one line for each lot consumed.

    What rests on a missing cost or price is in no sum: it is listed apart, with the reason.
    """
    configuration = load(config)
    parameters = {"tax_year": year}
    with open_published(configuration) as connection:
        totals = select_rows(connection, "sum_gains", parameters)
        disposals = select_rows(connection, "list_disposals", parameters)
        income = select_rows(connection, "sum_income", parameters)
        unproven = select_rows(
            connection, "list_unproven_disposals", {**parameters, "time_zone": configuration.taxpayer.time_zone}
        )
    if output_format is not Format.table:
        write_rows(sys.stdout, disposals.column_names, _values(disposals), output_format)
        return
    what = f"of {year}" if year else "of every year"
    if totals.num_rows:
        show_rows(f"Realized gains {what}, in USD", _TOTALS, totals.to_pylist())
    else:
        console(sys.stdout).print(f"nothing was sold: no disposals {what}")
    if income.num_rows:
        show_rows(f"Ordinary income {what}, in USD", _INCOME, income.to_pylist())
    if unproven.num_rows:
        show_rows(f"Unproven {what}: in none of the gains above", _UNPROVEN, unproven.to_pylist())
        console(sys.stdout).print(
            Text("these miss a cost, a price or their lots; the gains above hold what is proven only", "yellow")
        )


def _values(table: pa.Table) -> list[list[Any]]:
    return [list(row.values()) for row in table.to_pylist()]
