"""`lotkeeper what-if`: what a sale, or a harvest with a target, would do. Reads the published file and changes nothing.

Belongs here: reading what was asked, and showing the answer. Does not belong here: what a sale does
(`warehouse/harvest`).
"""

import json
import sys
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from typing import Annotated, Any

import duckdb
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
    price,
    show_rows,
    units,
    usd,
    write_rows,
)
from pipelines.commands.published import open_published
from pipelines.configuration import Configuration, ConfigurationError
from pipelines.sources import book_settings
from warehouse.exact import PRICE_PLACES, QUANTITY_PLACES, USD_PLACES, from_units, to_units
from warehouse.harvest.deadlines import deadlines
from warehouse.harvest.order import CHOOSING_METHODS
from warehouse.harvest.plan.portfolio import with_identified
from warehouse.harvest.plan.program import NoPlanError
from warehouse.harvest.plan.rows import lot_rows, plan_rows, summary_row
from warehouse.harvest.plan.standing import standing_year
from warehouse.harvest.plan.targets import FORMS, OffsetTarget, Target, read_target
from warehouse.harvest.plan.year import plan_year
from warehouse.harvest.steps import open_lot, read_waiting
from warehouse.harvest.what_if import AskedSale, NotThereError, ask_sale
from warehouse.lots.holding import local_date
from warehouse.queries import select_rows
from warehouse.settings import BookSettings

app = typer.Typer(
    help="Say what a sale, or a harvest with a target, would do. It reads the published file and changes nothing.",
    no_args_is_help=True,
)

_METHODS = (
    Shown("method", "method", plain),
    Shown("lots", "lot_count", plain, is_number=True),
    Shown("short-term gain", "short_gain_usd", usd, is_number=True),
    Shown("long-term gain", "long_gain_usd", usd, is_number=True),
    Shown("tax now", "tax_usd", usd, is_number=True),
    Shown("carried into next year", "carried_usd", usd, is_number=True),
)
_LOTS = (
    Shown("lot", "lot_id", plain),
    Shown("acquired", "acquired_at", day),
    Shown("quantity", "quantity", units, is_number=True),
    Shown("cost", "cost_usd", usd, is_number=True),
    Shown("proceeds", "proceeds_usd", usd, is_number=True),
    Shown("gain", "gain_usd", usd, is_number=True),
    Shown("term", "term", plain),
)
_PLAN = (
    Shown("rank", "rank", plain, is_number=True),
    Shown("account", "account", plain),
    Shown("asset", "asset", plain),
    Shown("sell", "sell_quantity", units, is_number=True),
    Shown("short loss", "short_loss_usd", usd, is_number=True),
    Shown("long loss", "long_loss_usd", usd, is_number=True),
    Shown("tax saved", "tax_saved_usd", usd, is_number=True),
    Shown("carried on", "carried_forward_usd", usd, is_number=True),
    Shown("trading", "cost_to_trade_usd", usd, is_number=True),
    Shown("given up later", "given_up_usd", usd, is_number=True),
    Shown("net benefit", "net_benefit_usd", usd, is_number=True),
    Shown("break-even", "break_even_price_usd", price, is_number=True),
    Shown("reasons to look first", "reasons", plain),
)


@dataclass(frozen=True, slots=True)
class _Book:
    """What was published, as far as the answers need it."""

    settings: BookSettings
    as_of: datetime
    today: date
    year: dict[str, Any]


@app.command("sell")
def sell(
    quantity: Annotated[str, typer.Argument(help="How much, such as 1.5.")],
    asset: Annotated[str, typer.Argument(help="Of which coin, such as BTC.")],
    on: Annotated[str, typer.Argument(metavar="on", help="The word on.")],
    account: Annotated[str, typer.Argument(help="The account that would sell.")],
    config: ConfigOption = None,
    *,
    at_price: Annotated[str | None, typer.Option("--price", help="USD for one unit; else the latest known.")] = None,
    method: Annotated[
        str | None, typer.Option(help=f"Show the lots by this method ({', '.join(CHOOSING_METHODS)}).")
    ] = None,
    output_format: FormatOption = Format.table,
) -> None:
    """Say which lots a sale would consume, its gain by term, the tax now and the carryover, by every lot method.

    A method other than the account's own counts only if it is recorded before the sale: lotkeeper identify.
    """
    configuration = load(config)
    configuration.holding_account(account)
    if on != "on":
        raise ConfigurationError(f"expected `lotkeeper what-if sell {quantity} {asset} on {account}`, found {on!r}")
    if method is not None and method not in CHOOSING_METHODS:
        raise ConfigurationError(f"--method {method!r} is none of {', '.join(CHOOSING_METHODS)}")
    wanted = _units(quantity, "the quantity")
    with open_published(configuration) as connection:
        book = _read_book(connection, configuration)
        held = [row for row in select_rows(connection, "read_lot_values").to_pylist() if row["account"] == account]
        asset = _held_coin(asset, account, {row["asset"] for row in held})
        values = [row for row in held if row["asset"] == asset]
        lots = [
            open_lot(row, book.settings.time_zone, configuration.country)
            for row in select_rows(connection, "read_open_lots").to_pylist()
            if (row["account"], row["asset"]) == (account, asset)
        ]
        identified = read_waiting(connection, book.settings, book.today).first.get((account, asset), ())
        costs = {
            (row["account"], row["asset"]): (row["sell_rate"], to_units(row["fixed_usd"], USD_PLACES))
            for row in select_rows(connection, "list_trading_costs").to_pylist()
        }
    unit_price = _units(at_price, "--price") if at_price else _latest_price(values)
    in_force = values[0]["method"] if values[0]["method"] in CHOOSING_METHODS else "fifo"
    standing = standing_year(book.year, book.settings, today=book.today)
    sell_rate, fixed = costs.get((account, asset), (book.settings.harvest.cost_rate, 0))
    try:
        sales = {
            name: ask_sale(
                lots,
                wanted,
                price=unit_price,
                sell_rate=sell_rate,
                fixed=fixed,
                method=name,
                identified=identified,
                standing=standing.standing,
                today=book.today,
            )
            for name in CHOOSING_METHODS
        }
    except NotThereError as error:
        raise ConfigurationError(f"{account} can not sell {quantity} {asset}: {error}") from error
    notes = [*standing.notes]
    if identified:
        notes.append("lots that are identified for the next sale go first under every method")
    doubts = sorted({reason for row in values for reason in row["reasons"]})
    answer = {
        "account": account,
        "asset": asset,
        "quantity": from_units(wanted, QUANTITY_PLACES),
        "price_usd": from_units(unit_price, PRICE_PLACES),
        "as_of": book.as_of,
        "method": in_force,
        "methods": [_method_row(sale) for sale in sales.values()],
        "lots": [_slice_row(sale, place) for sale in sales.values() for place in range(len(sale.slices))],
        "notes": notes,
        "reasons": doubts,
    }
    _show_sale(answer, method or in_force, output_format)


@app.command("harvest")
def harvest(
    config: ConfigOption = None,
    *,
    target: Annotated[str | None, typer.Option(help=f"What the sales have to do: {FORMS}.")] = None,
    identify: Annotated[
        bool,
        typer.Option("--identify", help="Name the lots before each sale instead of going by the accounts' orders."),
    ] = False,
    output_format: FormatOption = Format.table,
) -> None:
    """Plan the sales that lower this year's tax most, or those that meet a target at the least cost."""
    configuration = load(config)
    with open_published(configuration) as connection:
        book = _read_book(connection, configuration)
        waiting = read_waiting(connection, book.settings, book.today)
        values = with_identified(select_rows(connection, "read_lot_values").to_pylist(), waiting)
        costs = select_rows(connection, "list_trading_costs").to_pylist()
        aim = None if target is None else _target(connection, target, book.today.year)
    try:
        made = plan_year(book.year, values, costs, book.settings, today=book.today, target=aim, is_freed=identify)
    except NoPlanError as error:
        raise ConfigurationError(str(error)) from error
    lines = made.lines
    rows = plan_rows(
        lines,
        ends=deadlines(book.settings, book.as_of),
        methods={row["account"]: row["method"] for row in values},
    )
    summary = summary_row(made, lines, as_of=book.as_of, identified=made.plan)
    if output_format is Format.json:
        content = {"plan": rows, "lots": lot_rows(lines, made.year.standing.later), "summary": summary}
        sys.stdout.write(json.dumps(content, default=_json, ensure_ascii=False, indent=2) + "\n")
    elif output_format is Format.csv:
        write_rows(sys.stdout, list(rows[0]) if rows else [], [list(row.values()) for row in rows], output_format)
    else:
        _show_plan(rows, summary, aim)


def _show_plan(rows: list[dict[str, Any]], summary: dict[str, Any], target: Target | None) -> None:
    out = console(sys.stdout)
    shown = [{**row, "given_up_usd": row["basis_given_up_usd"] + row["holding_given_up_usd"]} for row in rows]
    if shown:
        show_rows(f"Sales for {summary['tax_year']}, each bought back at once, in USD", _PLAN, shown)
    elif target is not None:
        out.print("nothing to sell: no sale serves this target")
    else:
        out.print("nothing to sell: no sale lowers tax by more than it costs")
    if summary["is_in_tax_dollars"]:
        saved, net = summary["tax_saved_usd"], summary["net_benefit_usd"]
        out.print(
            f"Tax of {summary['tax_year']}: {summary['tax_without_usd']:,.2f} without, {summary['tax_with_usd']:,.2f} "
            f"with these sales: {saved:,.2f} saved. After trading and what is given up later: {net:,.2f}."
        )
        out.print(
            f"No other sales do better by more than {summary['gap']:.3%}."
            if summary["gap"]
            else "No other sales do better, by so much as a cent."
        )
    else:
        out.print(f"Loss that counts in {summary['tax_year']}: {summary['counted_loss_usd']:,.2f}")
    for row in rows:
        if row["identify_command"]:
            out.print(f"Before selling {row['asset']} in {row['account']}: {row['identify_command']}", soft_wrap=True)
    for note in summary["notes"]:
        out.print(f"Note: {note}", style="yellow", markup=False)


def _show_sale(answer: dict[str, Any], method: str, output_format: Format) -> None:
    if output_format is Format.json:
        sys.stdout.write(json.dumps(answer, default=_json, ensure_ascii=False, indent=2) + "\n")
        return
    if output_format is Format.csv:
        rows = answer["methods"]
        write_rows(sys.stdout, list(rows[0]), [list(row.values()) for row in rows], output_format)
        return
    lots = [row for row in answer["lots"] if row["method"] == method]
    what = (
        f"{answer['quantity'].normalize():f} {answer['asset']} on {answer['account']} at {answer['price_usd']:,.2f} USD"
    )
    show_rows(f"Lots that a sale of {what} consumes by {method}", _LOTS, lots)
    shown = [
        {**row, "method": f"{row['method']} (in force)" if row["method"] == answer["method"] else row["method"]}
        for row in answer["methods"]
    ]
    show_rows("What it does, after the cost of selling, in USD; ? is not known", _METHODS, shown)
    out = console(sys.stdout)
    for note in [*answer["notes"], *answer["reasons"]]:
        out.print(f"Note: {note}", style="yellow", markup=False)


def _method_row(sale: AskedSale) -> dict[str, Any]:
    return {
        "method": sale.method,
        "lot_count": len(sale.slices),
        "short_gain_usd": _usd(sale.short_gain),
        "long_gain_usd": _usd(sale.long_gain),
        "tax_usd": sale.tax_usd,
        "carried_usd": None if sale.sold is None else sale.sold.carried_usd,
    }


def _slice_row(sale: AskedSale, place: int) -> dict[str, Any]:
    part = sale.slices[place]
    return {
        "method": sale.method,
        "lot_id": part.lot.lot_id,
        "acquired_at": part.lot.acquired_at,
        "quantity": from_units(part.quantity, QUANTITY_PLACES),
        "cost_usd": _usd(part.cost),
        "proceeds_usd": _usd(part.proceeds),
        "gain_usd": _usd(part.gain),
        "term": part.term,
    }


def _read_book(connection: duckdb.DuckDBPyConnection, configuration: Configuration) -> _Book:
    settings = book_settings(configuration)
    if settings.jurisdiction != "US":
        raise ConfigurationError(
            f"what a sale would do to taxes is worked out for the US only, and this book follows the law of "
            f"{configuration.country.name}: `lotkeeper candidates` shows its losses"
        )
    found = connection.execute("SELECT max(as_of) FROM harvest.lot_values").fetchall()[0][0]
    if found is None:
        raise ConfigurationError(f"{configuration.paths.published} holds no open lot: there is nothing to sell")
    today = local_date(found, settings.time_zone)
    return _Book(
        settings, found, today, select_rows(connection, "read_tax_year", {"tax_year": today.year}).to_pylist()[0]
    )


def _target(connection: duckdb.DuckDBPyConnection, text: str, tax_year: int) -> Target:
    try:
        target = read_target(text)
    except ValueError as error:
        raise ConfigurationError(f"--target: {error}") from error
    if not isinstance(target, OffsetTarget):
        return target
    gain, count = connection.execute(
        "SELECT sum(gain_usd), count(*) FROM lots.disposals "
        "WHERE (disposal_id = $name OR transaction_id = $name) AND tax_year = $tax_year",
        {"name": target.disposal, "tax_year": tax_year},
    ).fetchall()[0]
    if not count:
        raise ConfigurationError(f"--target: no disposal or transaction {target.disposal!r} in {tax_year}")
    if gain is None or gain <= 0:
        raise ConfigurationError(f"--target: {target.disposal} has no known gain to offset")
    return Target(loss_usd=gain)


def _held_coin(asked: str, account: str, held: set[str]) -> str:
    """The coin of `held` that is meant: as it is written, else the only one that differs in case alone."""
    meant = [asset for asset in held if asset.casefold() == asked.casefold()]
    if asked in held or len(meant) == 1:
        return asked if asked in held else meant[0]
    there = f"it holds {', '.join(sorted(held))}" if held else "it holds nothing"
    raise ConfigurationError(f"{account} holds no {asked} in the published book: {there}")


def _latest_price(values: list[dict[str, Any]]) -> int:
    if values[0]["price_usd"] is None:
        raise ConfigurationError(f"no price of {values[0]['asset']} is known: give one with --price")
    return to_units(values[0]["price_usd"], PRICE_PLACES)


def _units(text: str, what: str) -> int:
    try:
        amount = to_units(Decimal(text), QUANTITY_PLACES)
    except (InvalidOperation, ArithmeticError, ValueError) as error:
        raise ConfigurationError(f"{what} {text!r} is no number of at most {QUANTITY_PLACES} decimals") from error
    if amount <= 0:
        raise ConfigurationError(f"{what} {text!r} is not above 0")
    return amount


def _usd(amount: int | None) -> Decimal | None:
    return None if amount is None else from_units(amount, USD_PLACES)


def _json(value: Any) -> Any:
    return exact(value)
