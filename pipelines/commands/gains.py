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
from pipelines.configuration import Configuration
from warehouse.queries import select_rows
from warehouse.tax.country import Country


def yes_or_no(value: bool) -> Text:  # noqa: FBT001 - a field of a row
    """Whether something holds; a no stands out."""
    return Text("yes") if value else Text("no", "yellow")


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
_YEARS = (
    Shown("tax year", "label", plain),
    Shown("net gain", "net_gain_usd", usd, is_number=True),
    Shown("loss used", "carryover_used_usd", usd, is_number=True),
    Shown("free", "exempt_gain_usd", usd, is_number=True),
    Shown("taxable", "taxable_gain_usd", usd, is_number=True),
    Shown("tax on it", "gains_tax_usd", usd, is_number=True),
    Shown("loss carried on", "carryover_out_usd", usd, is_number=True),
    Shown("income", "ordinary_income_usd", usd, is_number=True),
    Shown("income taxed", "taxable_ordinary_income_usd", usd, is_number=True),
    Shown("in doubt", "review_count", plain, is_number=True),
    Shown("proven", "is_proven", yes_or_no),
)
_CHANGES = (
    Shown("build", "build_number", plain, is_number=True),
    Shown("on", "built_at", day),
    Shown("tax year", "label", plain),
    Shown("net gain", "net_gain_usd", usd, is_number=True),
    Shown("income", "ordinary_income_usd", usd, is_number=True),
    Shown("what changed", "changes", plain),
    Shown("what differs from the build before", "causes", plain),
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
    *,
    year: Annotated[int | None, typer.Option(help="Only this tax year.")] = None,
    changes: Annotated[
        bool, typer.Option("--changes", help="Show instead at which builds the years' totals changed, and why.")
    ] = False,
    output_format: FormatOption = Format.table,
) -> None:
    """Show realized gains and income; csv and json list every disposal of the year, one line for each lot consumed.

    What rests on a missing cost or price is in no sum: it is listed apart, with the reason.
    """
    configuration = load(config)
    parameters = {"tax_year": year}
    if changes:
        _show_changes(configuration, year, output_format)
        return
    with open_published(configuration) as connection:
        totals = select_rows(connection, "sum_gains", parameters)
        disposals = select_rows(connection, "list_disposals", parameters)
        income = select_rows(connection, "sum_income", parameters)
        years = select_rows(connection, "list_tax_years", parameters).to_pylist()
        unproven = select_rows(connection, "list_unproven_disposals", parameters)
    if output_format is not Format.table:
        write_rows(sys.stdout, disposals.column_names, _values(disposals), output_format)
        return
    country = configuration.country
    what = f"of {country.calendar.label(year)}" if year else "of every year"
    if totals.num_rows:
        show_rows(f"Realized gains {what}, in {country.base_currency}", _columns(country), _worded(totals, country))
    else:
        console(sys.stdout).print(f"nothing was sold: no disposals {what}")
    if income.num_rows:
        show_rows(f"Ordinary income {what}, in {country.base_currency}", _INCOME, income.to_pylist())
    if unproven.num_rows:
        show_rows(f"Unproven {what}: in none of the gains above", _UNPROVEN, unproven.to_pylist())
        console(sys.stdout).print(
            Text("these miss a cost, a price or their lots; the gains above hold what is proven only", "yellow")
        )
    if years:
        _show_years(years, country)


def _show_changes(configuration: Configuration, year: int | None, output_format: Format) -> None:
    with open_published(configuration) as connection:
        found = select_rows(connection, "list_year_changes", {"tax_year": year})
    if output_format is not Format.table:
        write_rows(sys.stdout, found.column_names, _values(found), output_format)
        return
    country = configuration.country
    rows = [
        {**row, "label": country.calendar.label(row["tax_year"]), "built_at": row["published_at"] or row["as_of"]}
        for row in found.to_pylist()
    ]
    what = f"the totals of {country.calendar.label(year)}" if year else "the totals of the tax years"
    if rows:
        show_rows(f"Builds that changed {what}, in {country.base_currency}", _CHANGES, rows)
    else:
        console(sys.stdout).print(f"no build on record has {what}")


def _columns(country: Country) -> tuple[Shown, ...]:
    return tuple(column for column in _TOTALS if column.field != "term" or country.terms is not None)


def _worded(totals: pa.Table, country: Country) -> list[dict[str, Any]]:
    """The rows with years and terms as the country calls them."""
    words: dict[str, str] = {str(term): text for term, text in (country.terms or {}).items()}
    return [
        {**row, "tax_year": country.calendar.label(row["tax_year"]), "term": words.get(row["term"], row["term"])}
        for row in totals.to_pylist()
    ]


def _show_years(years: list[dict[str, Any]], country: Country) -> None:
    """What the years come to by the country's law, and what has to be known of them."""
    rows = [{**row, "label": country.calendar.label(row["tax_year"])} for row in years]
    never = {
        name for name in ("exempt_gain_usd", "gains_tax_usd", "review_count") if not any(row[name] for row in rows)
    }
    shown = tuple(column for column in _YEARS if column.field not in never)
    show_rows(f"Tax years in {country.name}, in {country.base_currency}", shown, rows)
    for row in rows:
        for note in row["notes"]:
            console(sys.stdout).print(Text(f"{row['label']}: {note}"))


def _values(table: pa.Table) -> list[list[Any]]:
    return [list(row.values()) for row in table.to_pylist()]
