"""The record of what could be harvested on each night, and what was planned: a line of JSON a night, in time. Pure.

It says what was known then, which no later build can say again. Figures are written as strings with every digit.

Belongs here: what a line says, and which line stands for a day. Does not belong here: the file (`steps.py`).
"""

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal, InvalidOperation
from typing import Any
from zoneinfo import ZoneInfo

COLUMNS = ("account", "asset", "term", "status", "lot_count", "unknown_count", "quantity", "unrealized_usd")
PLAN_COLUMNS = (
    "rank", "account", "asset", "sell_quantity", "price_usd", "value_usd", "sell_cost_usd", "cost_to_trade_usd",
    "short_loss_usd", "long_loss_usd", "tax_saved_usd", "net_benefit_usd", "deadline_at", "method", "identify_command",
    "lots",
)  # fmt: skip
_PLAN_AMOUNTS = frozenset(column for column in PLAN_COLUMNS if column.endswith(("_usd", "_quantity")))
_MAY_BE_NONE = frozenset({"tax_saved_usd", "net_benefit_usd", "identify_command"})
_COUNTS = frozenset({"lot_count", "unknown_count"})
_AMOUNTS = frozenset({"quantity", "unrealized_usd"})


class RecordError(ValueError):
    """The record can not be read. The message says at which line and what to do."""


@dataclass(frozen=True, slots=True)
class Night:
    """The candidates of one build, added up: rows of `COLUMNS`; and its plan, rows of `PLAN_COLUMNS`.

    `lots` of a planned sale are (lot, units, term). `plan` is `None` on nights of which no plan was recorded.
    """

    as_of: datetime
    rows: tuple[dict[str, Any], ...]
    plan: tuple[dict[str, Any], ...] | None = None

    def day(self, zone: ZoneInfo) -> date:
        """The taxpayer's date that it stands for."""
        return self.as_of.astimezone(zone).date()


def write_line(night: Night) -> str:
    """The line of a night, with its end."""
    line: dict[str, Any] = {
        "as_of": night.as_of.astimezone(UTC).isoformat(),
        "candidates": [[_written(row[column]) for column in COLUMNS] for row in night.rows],
    }
    if night.plan is not None:
        line["plan"] = [[_written(row[column]) for column in PLAN_COLUMNS] for row in night.plan]
    return json.dumps(line) + "\n"


def read_lines(text: str) -> list[Night]:
    """The nights of a record. Raises `RecordError`."""
    nights: list[Night] = []
    for number, line in enumerate(text.removesuffix("\n").split("\n") if text else [], start=1):
        try:
            night = _read(json.loads(line))
        except (ArithmeticError, AttributeError, KeyError, TypeError, ValueError) as error:
            raise RecordError(f"line {number}: not a night of the record ({error}). {_ADVICE}") from error
        if nights and night.as_of < nights[-1].as_of:
            raise RecordError(f"line {number}: a night before the one of the line above. {_ADVICE}")
        nights.append(night)
    return nights


def nights_to_show(nights: Iterable[Night], *, as_of: datetime, zone: ZoneInfo) -> list[Night]:
    """The last night of each day before that of `as_of`, which the build itself stands for."""
    last = {night.day(zone): night for night in nights}
    return [night for day, night in sorted(last.items()) if day < as_of.astimezone(zone).date()]


def belongs_into(nights: Sequence[Night], night: Night) -> bool:
    """Whether `night` is to be added: a build of the past leaves no trace, nor one that says the same again."""
    return not nights or (night.as_of >= nights[-1].as_of and night != nights[-1])


_ADVICE = "Move the file away: it is a record for the eye, and no number of the books rests on it"


def _written(value: Any) -> Any:
    if isinstance(value, tuple):
        return [_written(one) for one in value]
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat()
    return f"{value:f}" if isinstance(value, Decimal) else value


def _read(line: dict[str, Any]) -> Night:
    as_of = datetime.fromisoformat(line["as_of"])
    if as_of.utcoffset() is None:
        raise ValueError("its as_of has no offset")
    plan = line.get("plan")
    return Night(
        as_of,
        tuple(_read_row(row) for row in line["candidates"]),
        None if plan is None else tuple(_read_planned(row) for row in plan),
    )


def _read_planned(values: list[Any]) -> dict[str, Any]:
    row: dict[str, Any] = dict(zip(PLAN_COLUMNS, values, strict=True))
    for column, value in row.items():
        if value is None and column in _MAY_BE_NONE:
            continue
        if column in _PLAN_AMOUNTS:
            row[column] = _amount(value)
        elif column == "deadline_at":
            row[column] = datetime.fromisoformat(value)
            if row[column].utcoffset() is None:
                raise ValueError("a deadline_at has no offset")
        elif column == "lots":
            row[column] = tuple((str(lot_id), _amount(units), str(term)) for lot_id, units, term in value)
        elif not isinstance(value, int if column == "rank" else str):
            raise ValueError(f"{column} is {value!r}")
    return row


def _read_row(values: list[Any]) -> dict[str, Any]:
    row: dict[str, Any] = dict(zip(COLUMNS, values, strict=True))
    for column, value in row.items():
        if column in _AMOUNTS:
            row[column] = _amount(value)
        elif not isinstance(value, int if column in _COUNTS else str):
            raise ValueError(f"{column} is {value!r}")
    return row


def _amount(text: Any) -> Decimal:
    try:
        amount = Decimal(text) if isinstance(text, str) else None
    except InvalidOperation:
        amount = None
    if amount is None or not amount.is_finite():
        raise ValueError(f"{text!r} is no amount")
    return amount
