"""`lotkeeper resolve`: what an event was, decided by a person and written into overrides.toml.

Belongs here: reading the options, and holding them against the event before anything is written. Does not belong here:
what may be decided (`overrides.py`, `warehouse`), and writing (`deciding.py`).
"""

import re
import shlex
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time
from decimal import Decimal
from typing import Annotated, Any
from zoneinfo import ZoneInfo

import typer
from rich.console import Console

from connectors.records import exact_quantity
from pipelines.commands.options import ConfigOption, clock, load
from pipelines.commands.published import open_published
from pipelines.configuration import Configuration, ConfigurationError
from pipelines.deciding import take_back, write_decision
from pipelines.overrides import KINDS, VALUED_KINDS, moment_of, read_overrides
from pipelines.sources import book_settings
from warehouse.decisions import EventOverride
from warehouse.ledger.fitting import RefusedError, ends_of, fitting, one_event_of
from warehouse.ledger.told import Told, find_told
from warehouse.queries import select_rows
from warehouse.words import plain_number

_PLACE = re.compile(r"#[0-9]+([/~][0-9]+)*$")


@dataclass(frozen=True, slots=True)
class _Figures:
    """What the options say of cost and age, read."""

    cost: Decimal | None
    value: Decimal | None
    fair_value: Decimal | None
    acquired: date | datetime | None


def resolve(  # noqa: PLR0917 - each is an option of its own on the command line
    subject: Annotated[str | None, typer.Argument(metavar="ID", help="A transaction, posting, lot or problem.")] = None,
    config: ConfigOption = None,
    kind: Annotated[str | None, typer.Option("--as", help=f"What it was: {', '.join(KINDS)}.")] = None,
    cost: Annotated[str | None, typer.Option(help="What it cost, in the base currency; of a gift, the giver.")] = None,
    value: Annotated[str | None, typer.Option(help="What income was worth, or what was spent brought.")] = None,
    fair_value: Annotated[str | None, typer.Option(help="Of a gift, its value on that day.")] = None,
    acquired: Annotated[str | None, typer.Option(help="When it was acquired: 2021-03-04, or an instant.")] = None,
    asset: Annotated[str | None, typer.Option(help="Of several coins that came in, the one --cost is of.")] = None,
    pair_with: Annotated[str | None, typer.Option(help="The other end of the same transfer.")] = None,
    not_pair_with: Annotated[str | None, typer.Option(help="What is not the other end of it.")] = None,
    same_as: Annotated[str | None, typer.Option(help="What tells the same event once more.")] = None,
    not_same_as: Annotated[str | None, typer.Option(help="What looks like the same event and is another.")] = None,
    price_of: Annotated[str | None, typer.Option(help="A coin whose price you give, with --at and --usd.")] = None,
    at: Annotated[str | None, typer.Option(help="The instant of the price: 2026-02-11T12:00:00Z.")] = None,
    usd: Annotated[str | None, typer.Option(help="The price of one unit.")] = None,
    opening_lot: Annotated[
        str | None, typer.Option(help='Coins that no source tells of: "2 ETC", with --account, --acquired, --cost.')
    ] = None,
    account: Annotated[str | None, typer.Option(help="The account that held an opening lot.")] = None,
    note: Annotated[str | None, typer.Option(help="Why, for whoever reads it later.")] = None,
    *,
    ignore: Annotated[bool, typer.Option("--ignore", help="It is not booked at all.")] = False,
    undo: Annotated[bool, typer.Option("--undo", help="Take back what was decided about it.")] = False,
) -> None:
    """Say what an event was, what it cost or what it belongs to; it counts from the next build on.

    `lotkeeper problems` lists what needs such a decision, with the command for each. The decision is written into
    overrides.toml beside the configuration, which you may edit too.
    """
    configuration = load(config)
    figures = _Figures(_money("--cost", cost), _money("--value", value), _money("--fair-value", fair_value),
                       _day_or_instant("--acquired", acquired))  # fmt: skip
    chosen = {"--pair-with": pair_with, "--not-pair-with": not_pair_with, "--same-as": same_as,
              "--not-same-as": not_same_as, "--price-of": price_of,
              "--opening-lot": opening_lot, "--undo": undo, "--ignore": ignore, "--as": kind}  # fmt: skip
    given = [name for name, said in chosen.items() if said]
    if len(given) > 1:
        raise ConfigurationError(f"{' and '.join(given)} say different things: one decision at a time")
    if price_of:
        values = {
            "asset": _symbol(price_of),
            "at": _instant("--at", at),
            "price_usd": _money("--usd", usd),
            "note": note,
        }
        _write(configuration, "price", _complete(values, at="--at", price_usd="--usd"))
    elif opening_lot:
        _write(configuration, "opening_lot", _opening_values(configuration, opening_lot, account, figures, note))
    elif subject is None:
        raise ConfigurationError("name what this is about: an ID that `lotkeeper problems` shows")
    elif undo:
        _undo(configuration, subject)
    elif pair_with or not_pair_with:
        values = _pair_values(configuration, subject, pair_with or not_pair_with or "", is_transfer=bool(pair_with))
        _write(configuration, "pair", {**values, "note": note})
    elif same_as or not_same_as:
        values = _same_values(configuration, subject, same_as or not_same_as or "", is_same=bool(same_as))
        _write(configuration, "same", {**values, "note": note})
    else:
        values = _event_values(configuration, subject, kind, figures, asset=asset, ignore=ignore)
        _write(configuration, "event", {**values, "note": note})


def _write(configuration: Configuration, table: str, values: Mapping[str, Any]) -> None:
    entry = write_decision(configuration, table, values)
    console = Console(soft_wrap=True, highlight=False)
    console.print(f"written into {configuration.overrides_path}:\n", markup=False)
    console.print(entry, markup=False)
    console.print("\nit counts from the next build on: lotkeeper sync", markup=False)


def _undo(configuration: Configuration, subject: str) -> None:
    removed = take_back(configuration, subject) or take_back(configuration, _PLACE.sub("", subject))
    if not removed:
        raise ConfigurationError(f"{configuration.overrides_path} decides nothing about {subject}")
    Console(soft_wrap=True, highlight=False).print(
        f"taken back: {', '.join(removed)}\nit counts from the next build on: lotkeeper sync", markup=False
    )


def _event_values(
    configuration: Configuration,
    subject: str,
    kind: str | None,
    figures: _Figures,
    *,
    asset: str | None,
    ignore: bool,
) -> dict[str, Any]:
    told = _find(configuration, subject)
    cost = figures.cost
    if cost is not None and kind in VALUED_KINDS:
        raise ConfigurationError(f"what {kind!r} was worth is said with --value, not with --cost")
    if figures.fair_value is not None and (kind != "gift" or cost is None):
        raise ConfigurationError(
            "--fair-value is what a gift was worth when it came in: it needs --as gift and --cost, the giver's cost"
        )
    values = {
        "transaction": told.transaction_id,
        "fingerprint": told.fingerprint,
        "kind": kind,
        "asset": asset,
        "cost_usd": cost,
        "value_usd": figures.value,
        "fair_value_usd": figures.fair_value,
        "acquired_at": figures.acquired,
        "ignore": True if ignore else None,
    }
    _refuse_misfit(configuration, told, values)
    if kind is None and not ignore:
        _refuse_dropped(configuration, told.transaction_id, figures, asset)
    return values


def _refuse_dropped(configuration: Configuration, transaction_id: str, figures: _Figures, asset: str | None) -> None:
    """Raise `ConfigurationError` where figures alone would replace a decision that says more than they do."""
    known = [event for event in read_overrides(configuration).events if event.transaction_id == transaction_id]
    if not known:
        return
    said = _options_of(known[0], ZoneInfo(configuration.taxpayer.time_zone))
    given = {"--cost": figures.cost, "--acquired": figures.acquired, "--asset": asset}
    if any(given.get(option) is None for option in said):
        words = " ".join(part for option, value in said.items() for part in (option, value) if part)
        raise ConfigurationError(
            f"{transaction_id} is decided already ({words}), and this would replace all of it. Say again what stays, "
            f"or take it back first: lotkeeper resolve {shlex.quote(transaction_id)} --undo"
        )


def _options_of(event: EventOverride, zone: ZoneInfo) -> dict[str, str]:
    """The options that say what `event` says."""
    acquired = None if event.acquired_at is None else event.acquired_at.astimezone(zone)
    is_day = acquired is not None and acquired.time() == time()
    said = {
        "--ignore": "" if event.is_ignored else None,
        "--as": event.kind,
        "--asset": event.asset,
        "--value" if event.kind in VALUED_KINDS else "--cost": _plain(event.value_usd),
        "--fair-value": _plain(event.fair_value_usd),
        "--acquired": None if acquired is None else acquired.date().isoformat() if is_day else acquired.isoformat(),
    }
    return {option: value for option, value in said.items() if value is not None}


def _plain(amount: Decimal | None) -> str | None:
    return None if amount is None else plain_number(amount)


def _refuse_misfit(configuration: Configuration, told: Told, values: Mapping[str, Any]) -> None:
    """Raise `ConfigurationError` where the decision says nothing, or does not fit what the source tells."""
    if not any(values[name] is not None for name in ("kind", "cost_usd", "acquired_at", "ignore")):
        raise ConfigurationError(
            f"say what {told.transaction_id} was: --as KIND ({', '.join(KINDS)}), --cost, --ignore or --pair-with ID"
        )
    acquired = values["acquired_at"]
    moment = None if acquired is None else _moment(configuration, acquired)
    decision = EventOverride(
        told.transaction_id, told.fingerprint, 0, values["kind"], values["asset"], values["cost_usd"], moment,
        is_ignored=values["ignore"] is True,
    )  # fmt: skip
    try:
        fitting(decision, told)
    except RefusedError as refused:
        raise ConfigurationError(f"{told.transaction_id}: {refused}") from refused


def _pair_values(configuration: Configuration, one: str, other: str, *, is_transfer: bool) -> dict[str, Any]:
    ends = [_find(configuration, one), _find(configuration, other)]
    ends.sort(key=lambda end: any(moved.quantity > 0 for moved in end.moved))
    left, arrived = ends
    try:
        ends_of(left, arrived, is_transfer=is_transfer)
    except RefusedError as refused:
        raise ConfigurationError(f"{left.transaction_id} and {arrived.transaction_id}: {refused}") from refused
    return {
        "from_transaction": left.transaction_id,
        "from_fingerprint": left.fingerprint,
        "to_transaction": arrived.transaction_id,
        "to_fingerprint": arrived.fingerprint,
        "is_transfer": is_transfer,
    }


def _same_values(configuration: Configuration, one: str, other: str, *, is_same: bool) -> dict[str, Any]:
    told, other_told = _find(configuration, one), _find(configuration, other)
    try:
        one_event_of(told, other_told, is_same=is_same)
    except RefusedError as refused:
        raise ConfigurationError(f"{told.transaction_id} and {other_told.transaction_id}: {refused}") from refused
    return {
        "transaction": told.transaction_id,
        "fingerprint": told.fingerprint,
        "other_transaction": other_told.transaction_id,
        "other_fingerprint": other_told.fingerprint,
        "is_same": is_same,
    }


def _opening_values(
    configuration: Configuration, held: str, account: str | None, figures: _Figures, note: str | None
) -> dict[str, Any]:
    words = held.split()
    quantity = exact_quantity(words[0]) if len(words) == 2 else None  # noqa: PLR2004 - how many, and of what
    if quantity is None:
        raise ConfigurationError(f'--opening-lot {held!r}: expected a quantity and a symbol, as "2.5 ETC"')
    if figures.acquired is not None and _moment(configuration, figures.acquired) > clock(configuration, None):
        raise ConfigurationError(f"--acquired {figures.acquired.isoformat()!r} is not past: nobody holds that lot yet")
    values = {
        "account": account,
        "asset": _symbol(words[1]),
        "acquired_at": figures.acquired,
        "quantity": quantity,
        "cost_usd": figures.cost,
        "note": note,
    }
    return _complete(values, account="--account", acquired_at="--acquired", cost_usd="--cost")


def _complete(values: dict[str, Any], **options: str) -> dict[str, Any]:
    missing = [option for key, option in options.items() if values[key] is None]
    if missing:
        raise ConfigurationError(f"{' and '.join(missing)} must be given too")
    return values


def _symbol(text: str) -> str:
    """A coin's symbol; one in small letters only is taken for the same in capitals, as in a file (`cells.py`)."""
    return text.upper() if text.islower() else text


def _moment(configuration: Configuration, when: date | datetime) -> datetime:
    return moment_of(when, ZoneInfo(configuration.taxpayer.time_zone))


def _find(configuration: Configuration, subject: str) -> Told:
    """The transaction that `subject` names. Raises `ConfigurationError` with the nearest ids where there is none."""
    settings = book_settings(configuration)
    with open_published(configuration) as connection:
        rows = connection.execute(
            "SELECT transaction_id FROM quality.problems WHERE problem_id = ?", [subject]
        ).fetchall()
        name = rows[0][0] if rows and rows[0][0] else _PLACE.sub("", subject)
        told = find_told(configuration.paths.raw, name, settings) if name.count("/") > 1 else None
        if told is None:
            near = select_rows(connection, "find_near_ids", {"id": subject})["id"].to_pylist()
            raise ConfigurationError(f"there is no booked transaction {subject}. The nearest ids: {', '.join(near)}")
    return told


def _money(option: str, text: str | None) -> Decimal | None:
    if text is None:
        return None
    amount = exact_quantity(text)
    if amount is None or amount < 0:
        raise ConfigurationError(f"{option} {text!r}: expected an amount in digits, as 1234.56")
    return amount


def _instant(option: str, text: str | None) -> datetime | None:
    if text is None:
        return None
    when = _day_or_instant(option, text)
    if not isinstance(when, datetime):
        raise ConfigurationError(f"{option} {text!r}: expected an instant, as a price is of one: 2021-03-04T12:30:00Z")
    return when


def _day_or_instant(option: str, text: str | None) -> date | datetime | None:
    if text is None:
        return None
    try:
        return date.fromisoformat(text)
    except ValueError:
        pass
    try:
        instant = datetime.fromisoformat(text)
    except ValueError:
        instant = None
    if instant is None or instant.utcoffset() is None:
        raise ConfigurationError(f"{option} {text!r}: expected a day (2021-03-04) or an instant (2021-03-04T12:30:00Z)")
    return instant
