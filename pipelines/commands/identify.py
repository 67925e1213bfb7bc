"""`lotkeeper identify`: writing down, before a sale, which lots it will be of; and reading what was written.

Belongs here: the options, and showing what was recorded. Does not belong here: what counts (`warehouse/lots`), how the
journal is kept (`warehouse/matching`).
"""

from collections import defaultdict
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal, InvalidOperation
from enum import StrEnum
from typing import Annotated, cast
from zoneinfo import ZoneInfo

import duckdb
import typer

from pipelines.commands.journal import read_entries, show_entry, show_journal
from pipelines.commands.options import ConfigOption, load
from pipelines.commands.printing import Format, FormatOption
from pipelines.commands.published import open_published
from pipelines.configuration import Configuration, ConfigurationError
from pipelines.sources import book_settings
from warehouse.exact import PRICE_PLACES, QUANTITY_PLACES, from_units, to_units
from warehouse.harvest.picks import Pick, UnavailableLotsError, method_picks, named_picks
from warehouse.harvest.steps import open_lot
from warehouse.lots.holding import local_date
from warehouse.lots.journal import FrozenAllocation, JournalError, NamedLots, StandingOrder, Statement
from warehouse.lots.policy import METHODS, Method, day_begins
from warehouse.matching.journal_file import append_entry
from warehouse.matching.policies import fingerprint
from warehouse.queries import select_rows
from warehouse.tax.country import Country

_IDENTIFYING_METHODS = tuple(sorted(METHODS - {"average", "specific"}))


class Purpose(StrEnum):
    """What the lots are named for."""

    sale = "sale"
    transfer = "transfer"


@dataclass(frozen=True, slots=True)
class _Asked:
    """The options that name lots."""

    account: str
    asset: str
    lots: str | None
    quantity: str | None
    method: str | None
    purpose: Purpose
    transaction: str | None
    expires: str | None
    is_broker_told: bool


def identify(
    config: ConfigOption = None,
    *,
    account: Annotated[str | None, typer.Option(help="The account that will sell.")] = None,
    asset: Annotated[str | None, typer.Option(help="The coin that will be sold, such as BTC.")] = None,
    lots: Annotated[
        str | None, typer.Option(help="The lots: ID:QUANTITY, or ID for all of it, separated by spaces.")
    ] = None,
    quantity: Annotated[str | None, typer.Option(help="Instead of --lots: so many units, taken by --method.")] = None,
    method: Annotated[
        str | None, typer.Option(help=f"The order for --quantity: {', '.join(_IDENTIFYING_METHODS)}.")
    ] = None,
    standing: Annotated[
        str | None, typer.Option(help="A standing order instead: from now on the account goes by this method.")
    ] = None,
    allocation: Annotated[
        bool,
        typer.Option("--allocation", help="Freeze the allocation of basis that the configuration names, for good."),
    ] = False,
    purpose: Annotated[Purpose, typer.Option("--for", help="What the lots are named for.")] = Purpose.sale,
    transaction: Annotated[
        str | None, typer.Option(help="Only for this transaction; without it for the next ones, until used up.")
    ] = None,
    expires: Annotated[
        str | None, typer.Option(help="Up to this day (exclusive), YYYY-MM-DD in your time zone.")
    ] = None,
    broker_told: Annotated[
        bool, typer.Option("--broker-told", help="You told the broker; needed for sales from 2027 on.")
    ] = False,
    note: Annotated[str, typer.Option(help="Your own words, kept with the entry.")] = "",
    output_format: FormatOption = Format.table,
) -> None:
    """Record which lots a coming sale will be of; without options show the journal.

    An entry carries the time at which it is made and counts only for what happens after it. Entries are only ever
    added, each with the hash of the one before. It records; it does not sell.
    """
    configuration = load(config)
    chosen = [name for name, is_on in (("--lots", lots), ("--quantity", quantity), ("--standing", standing)) if is_on]
    chosen += ["--allocation"] if allocation else []
    if not chosen:
        if account or asset or method or transaction:
            raise ConfigurationError("say what to record: --lots, --quantity with --method, --standing or --allocation")
        show_journal(configuration, read_entries(configuration), output_format)
        return
    if len(chosen) > 1:
        raise ConfigurationError(f"{' and '.join(chosen)} are different things to record: choose one")
    _refuse_by_law(configuration.country, standing=standing, is_allocation=allocation)
    picks: list[Pick] = []
    statement: Statement
    if allocation:
        statement = _frozen(configuration)
    elif standing is not None:
        _known_account(configuration, account)
        statement = StandingOrder(cast("str", account), _known_method(standing, "--standing"), broker_told)
    else:
        _known_account(configuration, account)
        if asset is None:
            raise ConfigurationError("--asset is needed: the coin that will be sold, such as BTC")
        asked = _Asked(cast("str", account), asset, lots, quantity, method, purpose, transaction, expires, broker_told)
        statement, picks = _named(configuration, asked)
    try:
        entry = append_entry(configuration.journal, statement, identified_at=datetime.now(UTC), note=note)
    except JournalError as error:
        raise ConfigurationError(str(error)) from error
    show_entry(configuration, entry, picks)


def _refuse_by_law(country: Country, *, standing: str | None, is_allocation: bool) -> None:
    """What the country's law gives no meaning to is not recorded."""
    if country.match_shares is not None:
        raise ConfigurationError(
            f"the law of {country.name} says what a sale is matched with: naming lots means nothing"
        )
    if is_allocation and not country.leaves_choices:
        raise ConfigurationError(f"the law of {country.name} knows no allocation of basis")
    if standing is not None and standing not in country.lot_methods and not country.leaves_choices:
        raise ConfigurationError(f"--standing {standing!r} is none of {', '.join(sorted(country.lot_methods))}")


def _known_account(configuration: Configuration, name: str | None) -> None:
    if name is None:
        raise ConfigurationError("--account is needed: the account that will sell")
    configuration.holding_account(name)


def _known_method(text: str, option: str) -> Method:
    allowed = (*_IDENTIFYING_METHODS, "specific") if option == "--standing" else _IDENTIFYING_METHODS
    if text not in allowed:
        raise ConfigurationError(f"{option} {text!r} is none of {', '.join(allowed)}")
    return cast("Method", text)


def _frozen(configuration: Configuration) -> FrozenAllocation:
    allocation = book_settings(configuration).lots.allocation
    if allocation is None:
        raise ConfigurationError(f"{configuration.path} names no allocation: fill in [lots.allocation] first")
    for entry in read_entries(configuration):
        if isinstance(entry.statement, FrozenAllocation):
            raise ConfigurationError(f"entry {entry.number} of the journal froze the allocation already, for good")
    return FrozenAllocation(fingerprint(allocation))


def _named(configuration: Configuration, asked: _Asked) -> tuple[NamedLots, list[Pick]]:
    """The statement that the options make, checked against what is open in the published file and not yet named."""
    zone = ZoneInfo(configuration.taxpayer.time_zone)
    today = local_date(datetime.now(UTC), zone)
    with open_published(configuration) as connection:
        there = [
            open_lot(row, zone, configuration.country)
            for row in select_rows(connection, "read_open_lots").to_pylist()
            if (row["account"], row["asset"]) == (asked.account, asked.asset)
        ]
        reserved = _reserved(configuration, connection, asked)
        price = connection.execute(
            "SELECT any_value(price_usd) FROM harvest.lot_values WHERE asset = ?", [asked.asset]
        ).fetchall()[0][0]
    try:
        if asked.lots is not None:
            if asked.method is not None:
                raise ConfigurationError("--method goes with --quantity; --lots names the lots themselves")
            picks = named_picks(there, _wanted(asked.lots), reserved, today)
        else:
            picks = method_picks(
                there,
                _units(cast("str", asked.quantity), "--quantity"),
                _known_method(asked.method or "", "--method"),
                reserved,
                price=None if price is None else to_units(price, PRICE_PLACES),
                today=today,
            )
    except UnavailableLotsError as error:
        raise ConfigurationError(
            f"{asked.asset} in {asked.account}: {error}. Lots bought since the last build are known after "
            f"`lotkeeper sync --config {configuration.path}`"
        ) from error
    statement = NamedLots(
        account=asked.account,
        asset=asked.asset,
        picks=tuple((pick.lot.lot_id, from_units(pick.units, QUANTITY_PLACES).normalize()) for pick in picks),
        purpose=asked.purpose.value,
        transaction_id=asked.transaction,
        expires_at=_expiry(asked.expires, zone),
        is_broker_told=asked.is_broker_told,
    )
    return statement, picks


def _reserved(configuration: Configuration, connection: duckdb.DuckDBPyConnection, asked: _Asked) -> dict[str, int]:
    """Units of each lot that are identified and not used, as of the build and since."""
    reserved: defaultdict[str, int] = defaultdict(int)
    for row in select_rows(connection, "read_reserved_lots").to_pylist():
        if (row["account"], row["asset"]) == (asked.account, asked.asset):
            reserved[row["lot_id"]] += to_units(row["quantity"], QUANTITY_PLACES)
    last = connection.execute("SELECT coalesce(max(entry_number), 0) FROM lots.identifications").fetchall()[0][0]
    for entry in read_entries(configuration)[last:]:
        statement = entry.statement
        if isinstance(statement, NamedLots) and (statement.account, statement.asset) == (asked.account, asked.asset):
            for lot_id, quantity in statement.picks:
                reserved[lot_id] += to_units(quantity, QUANTITY_PLACES)
    return reserved


def _wanted(text: str) -> dict[str, int | None]:
    """`ID:QUANTITY` or `ID`, separated by spaces. A lot's id has colons of its own."""
    wanted: dict[str, int | None] = {}
    for word in text.split():
        lot_id, colon, number = word.rpartition(":")
        is_number = bool(colon) and number.replace(".", "", 1).isdigit() and "#" not in number
        name, amount = (lot_id, _units(number, "--lots")) if is_number else (word, None)
        if name in wanted:
            raise ConfigurationError(f"--lots names {name} twice")
        wanted[name] = amount
    if not wanted:
        raise ConfigurationError("--lots is empty: expected ID:QUANTITY, separated by spaces")
    return wanted


def _units(text: str, option: str) -> int:
    try:
        units_wanted = to_units(Decimal(text), QUANTITY_PLACES)
    except (InvalidOperation, ArithmeticError, ValueError) as error:
        raise ConfigurationError(f"{option}: {text!r} is no number of at most {QUANTITY_PLACES} decimals") from error
    if units_wanted <= 0:
        raise ConfigurationError(f"{option}: {text!r} is not above 0")
    return units_wanted


def _expiry(text: str | None, zone: ZoneInfo) -> datetime | None:
    if text is None:
        return None
    try:
        return day_begins(date.fromisoformat(text), zone)
    except ValueError as error:
        raise ConfigurationError(f"--expires {text!r} is no day, such as 2026-12-31") from error
