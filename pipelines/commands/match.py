"""`lotkeeper match`: the lot engine on a plain table of events, from a file to files, without a book.

Belongs here: reading and writing tables, the options, the totals. Does not belong here: matching (`warehouse/lots`).
"""

import sys
from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from pathlib import Path
from typing import Annotated, cast
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv
import pyarrow.parquet as pq
import typer
from rich.console import Console
from rich.table import Table

from warehouse.exact import USD_PLACES, from_units
from warehouse.lots.engine import match_by_asset
from warehouse.lots.events import EVENTS, InvalidEvents, checked_events
from warehouse.lots.limbs import limbs_of, total_of
from warehouse.lots.policy import METHODS, Method, MethodSince, Policy, Pool
from warehouse.lots.results import ANSWER_TABLES, Matched

_FEW_WORDS = ("account", "asset", "term", "method", "kind", "cost_basis", "problem", "detail", "reason")
_PARQUET_MAGIC = b"PAR1"


class TransferFee(StrEnum):
    """What the coins spent on moving coins are."""

    dispose = "dispose"
    basis = "basis"


@dataclass(frozen=True, slots=True)
class Unusable(Exception):  # noqa: N818 - it names what is wrong, as the rest of the house does
    """The command can not be carried out as it stands; `sentence` says why."""

    sentence: str


def match(
    events: Annotated[Path, typer.Argument(help="Parquet or CSV: " + ", ".join(EVENTS.names) + ".")],
    *,
    output: Annotated[Path, typer.Option(help="The folder for the answer, made if need be.")],
    method: Annotated[
        list[str] | None,
        typer.Option(
            help=(
                "fifo, lifo, hifo, lofo, min_tax, specific or average; for one account ACCOUNT=METHOD, from a date on "
                "ACCOUNT=METHOD@YYYY-MM-DD. May be repeated. Default fifo."
            )
        ),
    ] = None,
    pool: Annotated[
        str, typer.Option(help="account, universal or account-from:YYYY-MM-DD: which lots a sale may consume.")
    ] = "account",
    time_zone: Annotated[str, typer.Option(help="The time zone of every date: holding periods and tax years.")] = "UTC",
    transfer_fee: Annotated[
        TransferFee, typer.Option(help="Coins spent on a transfer: disposed of at their value, or added to its basis.")
    ] = TransferFee.dispose,
    sort: Annotated[
        bool, typer.Option("--sort", help="Take rows in any order instead of refusing unsorted ones.")
    ] = False,
) -> None:
    """Match disposals to lots: writes disposals, open_lots, lot_moves, problems and carried as Parquet; prints totals.

    Rows with the same word in the column `carry` are one carry: what its disposals give becomes lots of what its
    acquisitions bring, each with its cost and age, and nothing is realized. `carried` says which lot came from which.
    """
    try:
        policy = policy_of(method or ["fifo"], pool=pool, time_zone=time_zone, transfer_fee=transfer_fee)
        table = read_events(events, is_sorted=not sort)
        totals = write_answer(_matched(table, policy), output)
    except Unusable as error:
        Console(stderr=True, soft_wrap=True).print(error.sentence, style="red", markup=False, highlight=False)
        raise typer.Exit(2) from error
    totals.show(output)


def policy_of(methods: list[str], *, pool: str, time_zone: str, transfer_fee: TransferFee) -> Policy:
    """The policy that the options name. Raises `Unusable`."""
    default: Method = "fifo"
    switches: dict[str, list[MethodSince]] = {}
    try:
        for text in methods:
            account, equals, rest = text.rpartition("=")
            name, at, day = rest.partition("@")
            if name not in METHODS or bool(at) > bool(equals):
                raise Unusable(f"--method {text!r} is none of {', '.join(sorted(METHODS))}, ACCOUNT=METHOD[@DATE]")
            if equals:
                since = date.fromisoformat(day) if at else None
                switches.setdefault(account, []).append(MethodSince(cast("Method", name), since))
            else:
                default = cast("Method", name)
        zone = ZoneInfo(time_zone)
        by_account = {
            account: tuple(sorted(dated, key=lambda switch: switch.since or date.min))
            for account, dated in switches.items()
        }
        return Policy(
            default_method=default,
            methods=by_account,
            pool=Pool.parse(pool),
            time_zone=zone,
            transfer_fee=transfer_fee.value,
        )
    except ZoneInfoNotFoundError as error:
        raise Unusable(f"--time-zone {time_zone!r} is no known time zone, such as America/New_York") from error
    except ValueError as error:
        raise Unusable(str(error)) from error


def read_events(path: Path, *, is_sorted: bool) -> pa.Table:
    """The events of a Parquet or CSV file, checked; in a CSV file every value is read as text.

    Raises `Unusable` with the row (1 is the first after the header) where something is not as it must be.
    """
    try:
        with path.open("rb") as file:
            is_parquet = file.read(len(_PARQUET_MAGIC)) == _PARQUET_MAGIC
        table = pq.read_table(path) if is_parquet else _read_csv(path)
        events = checked_events(table)
    except (OSError, pa.ArrowInvalid) as error:
        raise Unusable(f"{path}: {error}") from error
    except InvalidEvents as error:
        raise Unusable(f"{path}, {error}") from error
    if is_sorted:
        times = pc.cast(events.column("occurred_at"), pa.int64()).combine_chunks()
        row = pc.index(pc.less(times[1:], times[:-1]), pa.scalar(value=True)).as_py()
        if row >= 0:
            raise Unusable(
                f"{path}, row {row + 2}: occurred_at {events.column('occurred_at')[row + 1]} is before the row above; "
                "sort the rows by time, or say --sort"
            )
    return events


class Totals:
    """What was realized, by term, what is left and what is not proven, added up part by part."""

    def __init__(self) -> None:
        self.rows: Counter[str] = Counter()
        self.units: Counter[tuple[str, str]] = Counter()

    def add(self, matched: Matched) -> None:
        """Add a part of the answer."""
        for term in ("short", "long"):
            rows = matched.disposals.filter(pc.equal(matched.disposals.column("term"), term))
            self._add(f"disposals, {term}-term", rows, "proceeds_usd", "cost_usd", "gain_usd")
        self._add("open lots", matched.open_lots, "cost_usd")
        self._add("lot moves", matched.lot_moves)
        for problem in pc.unique(matched.problems.column("problem")).to_pylist():
            rows = matched.problems.filter(pc.equal(matched.problems.column("problem"), problem))
            self._add(f"problem: {problem}", rows)

    def _add(self, name: str, rows: pa.Table, *amounts: str) -> None:
        self.rows[name] += len(rows)
        for amount in amounts:
            self.units[name, amount] += total_of(limbs_of(rows.column(amount)))

    def show(self, folder: Path) -> None:
        """Print the exact sums; NULLs are in none of them."""
        table = Table(title=f"{folder}", title_justify="left")
        amounts = ("proceeds_usd", "cost_usd", "gain_usd")
        for heading in ("", "rows", *amounts):
            table.add_column(heading, justify="left" if heading == "" else "right")
        always = ["disposals, short-term", "disposals, long-term", "open lots", "lot moves"]
        for name in [*always, *sorted(set(self.rows) - set(always))]:
            sums = [self.units.get((name, amount)) for amount in amounts]
            shown = ["" if units is None else f"{from_units(units, USD_PLACES):f}" for units in sums]
            table.add_row(name, str(self.rows[name]), *shown)
        Console(file=sys.stdout, width=None if sys.stdout.isatty() else 200, highlight=False).print(table)


def write_answer(parts: Iterable[Matched], folder: Path) -> Totals:
    """Write the tables, each complete or not at all, part by part; returns their totals."""
    totals = Totals()
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with ExitStack() as stack:
            writers: dict[str, pq.ParquetWriter] = {}
            for matched in parts:
                for name in ANSWER_TABLES:
                    table: pa.Table = getattr(matched, name)
                    if name not in writers:
                        few = [column for column in _FEW_WORDS if column in table.column_names]
                        partial = folder / f".{name}.parquet.partial"
                        writer = pq.ParquetWriter(partial, table.schema, use_dictionary=few, write_statistics=False)
                        writers[name] = stack.enter_context(writer)
                    writers[name].write_table(table)
                totals.add(matched)
        for name in ANSWER_TABLES:
            (folder / f".{name}.parquet.partial").replace(folder / f"{name}.parquet")
    except OSError as error:
        raise Unusable(f"{folder}: {error}") from error
    finally:
        for name in ANSWER_TABLES:
            (folder / f".{name}.parquet.partial").unlink(missing_ok=True)
    return totals


def _matched(events: pa.Table, policy: Policy) -> Iterator[Matched]:
    try:
        yield from match_by_asset(events, policy=policy)
    except (ValueError, OverflowError) as error:
        raise Unusable(str(error)) from error


def _read_csv(path: Path) -> pa.Table:
    with path.open("rb") as file:
        header = file.readline().decode("utf-8-sig").strip()
    if not header:
        raise Unusable(f"{path} is empty")
    return pyarrow.csv.read_csv(
        path,
        convert_options=pyarrow.csv.ConvertOptions(
            column_types=dict.fromkeys(EVENTS.names, pa.string()), strings_can_be_null=False
        ),
    )
