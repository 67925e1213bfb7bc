"""`lotkeeper replay`: what following the plan each month of a past year would have saved.

Belongs here: reading the past from the published file, and showing the answer. Does not belong here: the replay itself
(`warehouse/harvest/replay.py`).
"""

import json
import sys
from decimal import Decimal
from typing import Annotated, Any

import typer

from pipelines.commands.options import ConfigOption, load
from pipelines.commands.printing import (
    Format,
    FormatOption,
    Shown,
    console,
    day,
    exact,
    plain,
    show_rows,
    units,
    usd,
    write_rows,
)
from pipelines.commands.published import open_published
from pipelines.configuration import ConfigurationError
from pipelines.sources import book_settings
from warehouse.exact import QUANTITY_PLACES, USD_PLACES, from_units
from warehouse.harvest.replay import PastBook, Replay, replay_year
from warehouse.matching.policies import policy_of
from warehouse.queries import select_rows

_SALES = (
    Shown("on", "decided_at", day),
    Shown("account", "account", plain),
    Shown("asset", "asset", plain),
    Shown("sold and bought back", "quantity", units, is_number=True),
    Shown("short loss", "short_loss_usd", usd, is_number=True),
    Shown("long loss", "long_loss_usd", usd, is_number=True),
    Shown("trading", "cost_to_trade_usd", usd, is_number=True),
)


def replay(
    year: Annotated[int, typer.Option(help="The tax year to go through again.")],
    config: ConfigOption = None,
    output_format: FormatOption = Format.table,
) -> None:
    """Go through a past year as if the plan had been followed at the end of each month, at the prices of those days.

    Each month knows only what had happened by then. It reads the published file and changes nothing.
    """
    configuration = load(config)
    settings = book_settings(configuration)
    if settings.jurisdiction != "US":
        raise ConfigurationError(
            f"there are no rules here to plan sales in {settings.jurisdiction!r}; there are for 'US'"
        )
    with open_published(configuration) as connection:
        summary = select_rows(connection, "read_tax_year", {"tax_year": year}).to_pylist()
        until = connection.execute("SELECT max(as_of) FROM harvest.plan_summary").fetchall()[0][0]
        methods: dict[str, list[tuple[Any, str]]] = {}
        for account, since, method in connection.execute(
            "SELECT account, since, method FROM lots.methods ORDER BY account, since NULLS FIRST"
        ).fetchall():
            methods.setdefault(account, []).append((since, method))
        prices = select_rows(connection, "read_quoted_prices").to_pylist()
        income = select_rows(connection, "read_received_income").to_pylist()
        events = select_rows(connection, "read_engine_events")
    if until is None:
        raise ConfigurationError(f"{configuration.paths.published} holds no plan: sync first")
    # The years begin with the first disposal or income: before it nothing can have been carried over.
    told: dict[str, Any] = summary[0] if summary else {}
    book = PastBook(
        events=events,
        prices=[(row["asset"], row["at"], row["price_usd"]) for row in prices],
        income=[(row["received_at"], row["value_usd"]) for row in income],
        carried_short_usd=told.get("carryover_short_in_usd", Decimal(0)),
        carried_long_usd=told.get("carryover_long_in_usd", Decimal(0)),
        policy=policy_of(settings, methods),
        settings=settings,
    )
    try:
        done = replay_year(book, year, until=until)
    except ValueError as error:
        raise ConfigurationError(str(error)) from error
    rows, totals = _sales(done), _totals(done)
    if output_format is Format.json:
        content = {"sales": rows, "totals": totals, "notes": list(done.notes)}
        sys.stdout.write(json.dumps(content, default=exact, ensure_ascii=False, indent=2) + "\n")
    elif output_format is Format.csv:
        write_rows(sys.stdout, list(rows[0]) if rows else [], [list(row.values()) for row in rows], output_format)
    else:
        _show(done, rows, totals)


def _show(done: Replay, rows: list[dict[str, Any]], totals: dict[str, Decimal | None]) -> None:
    out = console(sys.stdout)
    if rows:
        show_rows(f"Sales of {done.tax_year} by the plan at the end of each month, in USD", _SALES, rows)
    elif not any(month.held for month in done.months):
        out.print(f"nothing was held at the end of a month of {done.tax_year}")
    elif done.is_unpriced:
        out.print(f"no month of {done.tax_year} has a planned sale, but not everything that was held had a price")
    else:
        out.print(f"the plan of no month of {done.tax_year} had a sale that was worth it")
    if totals["tax_saved_usd"] is None:
        out.print(f"Loss realized: {totals['loss_usd']:,.2f}; no tax is worked out")
    else:
        out.print(
            f"Tax of {done.tax_year}: {totals['tax_without_usd']:,.2f} as it was, {totals['tax_with_usd']:,.2f} with "
            f"these sales: {totals['tax_saved_usd']:,.2f} saved.\n"
            f"Worth of the loss carried on {totals['carried_value_usd']:,.2f}, trading {totals['trading_usd']:,.2f}, "
            f"later tax on a basis lower by {totals['basis_lower_usd']:,.2f}: {totals['later_tax_usd']:,.2f}. "
            f"In all: {totals['net_usd']:,.2f}."
        )
    for note in done.notes:
        out.print(f"Note: {note}", style="yellow", markup=False)


def _sales(done: Replay) -> list[dict[str, Any]]:
    return [
        {
            "decided_at": month.decided_at,
            "account": line.sale.holding.account,
            "asset": line.sale.holding.asset,
            "quantity": from_units(sum(line.sale.taken), QUANTITY_PLACES),
            "short_loss_usd": from_units(-line.sale.effects.short_gain, USD_PLACES),
            "long_loss_usd": from_units(-line.sale.effects.long_gain, USD_PLACES),
            "cost_to_trade_usd": from_units(line.sale.effects.trade_cost, USD_PLACES),
        }
        for month in done.months
        for line in month.lines
    ]


def _totals(done: Replay) -> dict[str, Decimal | None]:
    is_tax = done.tax_saved_usd is not None
    return {
        "tax_without_usd": done.without.tax.total_usd if done.without.tax else None,
        "tax_with_usd": done.planned.tax.total_usd if done.planned.tax else None,
        "tax_saved_usd": done.tax_saved_usd,
        "carried_usd": done.planned.carried_usd - done.without.carried_usd,
        "carried_value_usd": done.planned.carried_value_usd - done.without.carried_value_usd if is_tax else None,
        "loss_usd": done.without.netting.net_gain_usd - done.planned.netting.net_gain_usd,
        "trading_usd": done.trading_usd,
        "basis_lower_usd": done.basis_lower_usd,
        "later_tax_usd": done.later_tax_usd if is_tax else None,
        "net_usd": done.net_usd,
    }
