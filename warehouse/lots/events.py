"""The table that the lot engine reads: its columns, and the checks that name the row that breaks them.

Belongs here: the shape of events and whether a table has it. Does not belong here: files, prices, matching.
"""

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

QUANTITY = pa.decimal128(38, 18)
USD = pa.decimal128(38, 8)
INSTANT = pa.timestamp("us", tz="UTC")

EVENTS = pa.schema(
    [
        pa.field("event_id", pa.string(), nullable=False),
        pa.field("occurred_at", INSTANT, nullable=False),
        pa.field("account", pa.string(), nullable=False),
        pa.field("asset", pa.string(), nullable=False),
        pa.field("kind", pa.string(), nullable=False),
        pa.field("quantity", QUANTITY, nullable=False),
        pa.field("value_usd", USD),
        pa.field("to_account", pa.string()),
        pa.field("fee_quantity", QUANTITY),
        pa.field("lots", pa.string()),
        pa.field("identified_at", INSTANT),
        pa.field("arrived_at", INSTANT),
        pa.field("acquired_at", INSTANT),
        pa.field("fair_value_usd", USD),
        pa.field("origin", pa.string()),
        pa.field("purpose", pa.string()),
        pa.field("is_broker_told", pa.bool_()),
        pa.field("carry", pa.string()),
    ]
)
"""One row per event; the order of rows means nothing, ids are unique.

- `kind`: `acquire`, `dispose` or `transfer`; `quantity` > 0 in units of the asset.
- `value_usd`: what an acquisition cost with its fees; what a disposal brought after its fees; of a transfer, the value
  of `fee_quantity`. NULL is an unknown value and never counts as 0.
- `to_account`, `fee_quantity`, `arrived_at` (transfer only): `quantity` leaves `account` at `occurred_at` and reaches
  `to_account` at `arrived_at` (NULL: at once); `fee_quantity` leaves `account` besides it and reaches nobody.
- `lots`, `identified_at`, `is_broker_told` (dispose, transfer): the lots identified, as event ids of acquisitions, each
  alone or as `id:quantity`, separated by spaces; when that was written down; whether the broker was told.
- `acquired_at` (acquire only): when the holding period began if not at `occurred_at`: a gift with the donor's date, an
  opening lot, an inheritance.
- `fair_value_usd` (origin `gift` only): the value on the day of the gift; where it was below the donor's cost in
  `value_usd`, it is the cost for a loss (IRC 1015(a)).
- `origin` (acquire): free words (`purchase`, `income`, `fork`, `opening`), except that `inheritance` is always
  long-term and `gift` may carry `fair_value_usd`. `purpose` (dispose): `sale` if NULL; `gift_out`, `donation`, `lost`
  and `theft` realize no gain or loss.
- `carry` (acquire, dispose): rows with the same word, in one account at one instant, are one carry: nothing is realized
  on what its disposals give, and what those lots cost and when they were acquired goes over to what its acquisitions
  bring (`carrying.py`). `value_usd` of its rows is what each was worth, by which the cost is shared where there are
  several on one side; `purpose`, `origin`, `acquired_at` and `fair_value_usd` have no meaning there. The lots that it
  makes are `<event_id>/<n>`.
"""

REQUIRED = ("event_id", "occurred_at", "account", "asset", "kind", "quantity", "value_usd")
"""The columns that must be there; the others may be absent, which means NULL in every row."""

KINDS = ("acquire", "transfer", "dispose")
"""In the order in which events of one instant happen; within one kind, `event_id` decides."""

UNTAXED_PURPOSES = frozenset({"gift_out", "donation", "lost", "theft"})
"""Disposals without proceeds: lots leave, and neither gain nor loss is realized."""

_ONLY = {
    "to_account": ("transfer",),
    "fee_quantity": ("transfer",),
    "arrived_at": ("transfer",),
    "acquired_at": ("acquire",),
    "fair_value_usd": ("acquire",),
    "origin": ("acquire",),
    "purpose": ("dispose",),
    "lots": ("dispose", "transfer"),
    "identified_at": ("dispose", "transfer"),
    "is_broker_told": ("dispose", "transfer"),
    "carry": ("acquire", "dispose"),
}

_NOT_IN_A_CARRY = ("acquired_at", "fair_value_usd", "origin", "purpose")


class InvalidEvents(ValueError):  # noqa: N818 - it names what is wrong, as the rest of the house does
    """A table of events breaks its shape; the message names the row (1 is the first) and what was expected."""


def checked_events(table: pa.Table) -> pa.Table:
    """`table` with exactly the columns of `EVENTS`, in its own row order.

    Quantities, values and instants may come as other exact types (decimal strings, integers, narrower decimals,
    ISO 8601 strings with an offset); floats and naive times are refused. Raises `InvalidEvents`.
    """
    unknown = [name for name in table.column_names if name not in EVENTS.names]
    if unknown:
        raise InvalidEvents(f"unknown column {unknown[0]!r}; known are {', '.join(EVENTS.names)}")
    if len(set(table.column_names)) != len(table.column_names):
        raise InvalidEvents("a column is there twice")
    missing = [name for name in REQUIRED if name not in table.column_names]
    if missing:
        raise InvalidEvents(f"column {missing[0]!r} is missing")
    zeros = pa.py_buffer(np.zeros(16 * (table.num_rows + 1), np.uint8))
    columns = [
        _cast(table.column(field.name), field)
        if field.name in table.column_names
        else pa.chunked_array([_nulls(table.num_rows, field.type, zeros)])
        for field in EVENTS
    ]
    events = pa.table(columns, schema=pa.schema([field.with_nullable(True) for field in EVENTS]))
    _check_rows(events)
    return events.cast(EVENTS)


def _nulls(count: int, kind: pa.DataType, zeros: pa.Buffer) -> pa.Array:
    """NULLs on a buffer that all such columns share: it is never written, so that it takes no memory."""
    buffers = [zeros, zeros, zeros] if _is_text(kind) else [zeros, zeros]
    return pa.Array.from_buffers(kind, count, buffers, null_count=count)


def _cast(column: pa.ChunkedArray, field: pa.Field) -> pa.ChunkedArray:
    """The column in the type of `field`, exactly."""
    if pa.types.is_dictionary(column.type):
        column = column.cast(column.type.value_type)
    if _is_text(column.type) and field.nullable:
        column = pc.if_else(pc.equal(column, ""), pa.scalar(None, column.type), column)
    if column.type == field.type:
        return column
    if pa.types.is_floating(column.type):
        raise InvalidEvents(f"column {field.name!r} holds floats; give decimals, or decimals written as strings")
    if pa.types.is_timestamp(column.type) and column.type.tz is None:
        raise InvalidEvents(f"row 1: {field.name} has no time zone")
    if pa.types.is_timestamp(field.type) and _is_text(column.type):
        _refuse(
            _is_naive(column), f"{field.name} {{}} has no time zone (expected …Z or an offset such as +02:00)", column
        )
    try:
        return column.cast(field.type)
    except (pa.ArrowInvalid, pa.ArrowNotImplementedError) as error:
        for row, value in enumerate(column):
            try:
                pa.array([value.as_py()], column.type).cast(field.type)
            except (pa.ArrowInvalid, pa.ArrowNotImplementedError) as cause:
                raise InvalidEvents(
                    f"row {row + 1}: {field.name} {value} does not fit {field.type}: {cause}"
                ) from error
        raise InvalidEvents(f"column {field.name!r} is {column.type}, not {field.type}") from error


def _is_text(kind: pa.DataType) -> bool:
    return bool(pa.types.is_string(kind) or pa.types.is_large_string(kind) or pa.types.is_string_view(kind))


def _is_naive(column: pa.ChunkedArray) -> pa.ChunkedArray:
    has_zone = pc.match_substring_regex(column, r"([Zz]|[+-]\d{2}:?\d{2})$")
    return pc.and_not(pc.not_equal(column, ""), has_zone)


def _check_rows(events: pa.Table) -> None:
    for name in ("event_id", "account", "asset", "kind", "occurred_at", "quantity"):
        column = events.column(name)
        _refuse(pc.is_null(column), f"{name} is empty")
        if _is_text(column.type):
            _refuse(pc.equal(column, ""), f"{name} is empty")
    kind = events.column("kind")
    _refuse(pc.invert(pc.is_in(kind, pa.array(KINDS))), f"kind {{}} is none of {', '.join(KINDS)}", kind)
    quantity = events.column("quantity")
    _refuse(pc.less_equal(quantity, pa.scalar(0, QUANTITY)), "quantity {} is not above 0", quantity)
    for name in ("fee_quantity", "fair_value_usd"):
        column = events.column(name)
        _refuse(pc.less(column, pa.scalar(0, column.type)), f"{name} {{}} is below 0", column)
    _check_kinds(events)
    _check_unique(events.column("event_id"))
    if events.column("carry").null_count < len(events):
        _check_carries(events)


def _check_kinds(events: pa.Table) -> None:
    """Each column is filled only where it means something, and transfers say where to."""
    kind = events.column("kind")
    for name, kinds in _ONLY.items():
        column = events.column(name)
        if column.null_count < len(column):
            filled = pc.is_valid(column)
            if name == "fee_quantity":
                filled = pc.and_kleene(filled, pc.not_equal(column, pa.scalar(0, QUANTITY)))
            elsewhere = pc.invert(pc.is_in(kind, pa.array(kinds)))
            _refuse(pc.and_(filled, elsewhere), f"{name} has no meaning for kind {{}}", kind)
    to_account = events.column("to_account")
    _refuse(pc.and_(pc.equal(kind, "transfer"), pc.is_null(to_account)), "a transfer needs to_account")
    arrived_at = events.column("arrived_at")
    _refuse(pc.less(arrived_at, events.column("occurred_at")), "arrived_at {} is before occurred_at", arrived_at)


def _check_carries(events: pa.Table) -> None:
    """Each carry gives and brings, in one account at one instant, and no asset twice."""
    carry, value = events.column("carry"), events.column("value_usd")
    for name in _NOT_IN_A_CARRY:
        filled = pc.and_(pc.is_valid(carry), pc.is_valid(events.column(name)))
        _refuse(filled, f"{name} has no meaning in carry {{}}", carry)
    _refuse(pc.and_kleene(pc.is_valid(carry), pc.less(value, pa.scalar(0, USD))), "value_usd {} is below 0", value)
    legs = events.select(["carry", "account", "occurred_at", "kind", "asset"]).filter(pc.is_valid(carry))
    counted = legs.group_by("carry").aggregate(
        [(name, "count_distinct") for name in ("account", "occurred_at", "kind", "asset")] + [("asset", "count")]
    )
    for row in counted.sort_by("carry").to_pylist():
        if (row["account_count_distinct"], row["occurred_at_count_distinct"]) != (1, 1):
            raise InvalidEvents(f"carry {row['carry']!r} is not in one account at one instant")
        if row["kind_count_distinct"] == 1:
            raise InvalidEvents(f"carry {row['carry']!r} needs disposals and acquisitions")
        if row["asset_count_distinct"] < row["asset_count"]:
            raise InvalidEvents(f"carry {row['carry']!r} has an asset twice")


def _check_unique(ids: pa.ChunkedArray) -> None:
    if len(pc.unique(ids)) == len(ids):
        return
    first_row: dict[str, int] = {}
    for row, name in enumerate(ids.to_pylist(), 1):
        if name in first_row:
            raise InvalidEvents(f"row {row}: event_id {name!r} was row {first_row[name]} already")
        first_row[name] = row


def _refuse(flags: pa.ChunkedArray, text: str, values: pa.ChunkedArray | None = None) -> None:
    """Raise for the first row whose flag is true (NULL is not), with its value in `text`."""
    row = pc.index(flags, pa.scalar(True)).as_py()
    if row >= 0:
        raise InvalidEvents(f"row {row + 1}: " + text.format("" if values is None else values[row]))
