"""The identification journal on the terminal: an entry just made, and all of them.

Belongs here: reading and showing. Does not belong here: making entries (`identify.py`).
"""

import sys
from typing import Any

from rich.text import Text

from pipelines.commands.printing import (
    Format,
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
from pipelines.configuration import Configuration, ConfigurationError
from warehouse.exact import QUANTITY_PLACES, USD_PLACES, divide_half_even, from_units
from warehouse.harvest.picks import Pick
from warehouse.lots.journal import Entry, JournalError, NamedLots, StandingOrder
from warehouse.matching.journal_file import read_journal
from warehouse.queries import select_rows

_JOURNAL = (
    Shown("entry", "entry_number", plain, is_number=True),
    Shown("made (UTC)", "identified_at", plain),
    Shown("what", "kind", plain),
    Shown("account", "account", plain),
    Shown("method", "method", plain),
    Shown("asset", "asset", plain),
    Shown("lot", "lot_id", plain),
    Shown("units", "quantity", units, is_number=True),
    Shown("used", "used_quantity", units, is_number=True),
    Shown("state", "state", plain),
)
_PICKED = (
    Shown("lot", "lot_id", plain),
    Shown("acquired", "acquired_at", day),
    Shown("units", "quantity", units, is_number=True),
    Shown("cost", "cost_usd", usd, is_number=True),
    Shown("term today", "term", plain),
)


def read_entries(configuration: Configuration) -> list[Entry]:
    """The journal's entries. Raises `ConfigurationError` where it does not hold."""
    try:
        return read_journal(configuration.journal)
    except JournalError as error:
        raise ConfigurationError(str(error)) from error


def show_entry(configuration: Configuration, entry: Entry, picks: list[Pick]) -> None:
    """Say what was written down, and what to mind."""
    out = console(sys.stdout)
    statement = entry.statement
    made = f"entry {entry.number}, made at {entry.identified_at:%Y-%m-%d %H:%M:%S} UTC"
    if isinstance(statement, NamedLots):
        what = (
            f"transaction {statement.transaction_id}" if statement.transaction_id else f"the next {statement.purpose}"
        )
        show_rows(
            f"{made}: {what} of {statement.asset} from {statement.account} is of",
            _PICKED,
            [_row(pick) for pick in picks],
        )
    elif isinstance(statement, StandingOrder):
        out.print(f"{made}: from now on {statement.account} goes by {statement.method}")
    else:
        out.print(f"{made}: the allocation of basis is frozen, fingerprint {statement.fingerprint}")
    out.print(f"written to {configuration.journal}, hash {entry.hash}", soft_wrap=True)
    if isinstance(statement, NamedLots | StandingOrder):
        _warn(configuration, entry, statement)


def _warn(configuration: Configuration, entry: Entry, statement: NamedLots | StandingOrder) -> None:
    out = console(sys.stdout)
    if configuration.account(statement.account).held_by == "broker" and not statement.is_broker_told:
        out.print(
            Text(
                "A broker holds these coins: for sales from 2027-01-01 on an identification counts only if the broker "
                "was told, which --broker-told says.",
                "yellow",
            )
        )
    if configuration.as_of is not None and configuration.as_of < entry.identified_at:
        out.print(
            Text(
                f"This book's clock is stopped at {configuration.as_of:%Y-%m-%d %H:%M}, before this entry: in its "
                "figures the entry has not been made yet.",
                "yellow",
            )
        )


def _row(pick: Pick) -> dict[str, Any]:
    lot = pick.lot
    cost = None if lot.cost is None else divide_half_even(lot.cost * pick.units, lot.quantity)
    return {
        "lot_id": lot.lot_id,
        "acquired_at": lot.acquired_at,
        "quantity": from_units(pick.units, QUANTITY_PLACES),
        "cost_usd": None if cost is None else from_units(cost, USD_PLACES),
        "term": pick.term,
    }


def show_journal(configuration: Configuration, entries: list[Entry], output_format: Format) -> None:
    """The journal as of the last build, and what was added since."""
    with open_published(configuration) as connection:
        found = select_rows(connection, "list_identifications")
    rows = found.to_pylist()
    if output_format is not Format.table:
        write_rows(sys.stdout, found.column_names, [list(row.values()) for row in rows], output_format)
        return
    if rows:
        show_rows(f"{configuration.journal}, as of the last build", _JOURNAL, rows)
    newer = len(entries) - max((row["entry_number"] for row in rows), default=0)
    if newer:
        console(sys.stdout).print(f"{newer} more since the last build; the next one shows what came of them")
    if not entries:
        console(sys.stdout).print(
            "the journal is empty: every account goes first in, first out, unless its configuration says where a "
            "record stands"
        )
    else:
        console(sys.stdout).print(f"{len(entries)} entries, every hash holds; the last is {entries[-1].hash}")
