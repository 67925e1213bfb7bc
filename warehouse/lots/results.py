"""What the lot engine answers: the shapes of its tables.

Belongs here: columns and what they mean. Does not belong here: how they come about.
"""

from dataclasses import dataclass

import pyarrow as pa

from warehouse.lots.events import INSTANT, QUANTITY, USD

_NAME = pa.string()

DISPOSALS = pa.schema(
    [
        pa.field("disposal_id", _NAME, nullable=False),
        pa.field("event_id", _NAME, nullable=False),
        pa.field("lot_id", _NAME, nullable=False),
        pa.field("account", _NAME, nullable=False),
        pa.field("asset", _NAME, nullable=False),
        pa.field("quantity", QUANTITY, nullable=False),
        pa.field("acquired_at", INSTANT, nullable=False),
        pa.field("disposed_at", INSTANT, nullable=False),
        pa.field("proceeds_usd", USD),
        pa.field("cost_usd", USD),
        pa.field("gain_usd", USD),
        pa.field("term", _NAME, nullable=False),
        pa.field("tax_year", pa.int32(), nullable=False),
        pa.field("method", _NAME, nullable=False),
        pa.field("kind", _NAME, nullable=False),
        pa.field("cost_basis", _NAME, nullable=False),
    ]
)
"""One row per (disposal, lot), by asset, in the order of disposals and, within one, in which lots were taken.

- `disposal_id` is `<event_id>/<n>`, n from 1; `lot_id` is the event id of the acquisition; `account` is where the coins
  were when sold.
- `proceeds_usd`, `cost_usd`, `gain_usd` are NULL where the value behind them is unknown, and proceeds and gain also for
  a `kind` that realizes nothing (gift_out, donation, lost, theft, carried). `kind` is the event's `purpose`, `sale` if
  it has none, `transfer_fee` for coins spent on moving coins, `carried` for what a carry gave.
- `method` is what picked the lot: the account's method, or `specific` for a lot that was identified.
- `cost_basis` is `cost`, or for a gift that had lost value `gift_loss` (the value on the day of the gift, held since
  then) or `gift_neither` (no gain and no loss; the cost shown is the proceeds).
"""

OPEN_LOTS = pa.schema(
    [
        pa.field("lot_id", _NAME, nullable=False),
        pa.field("asset", _NAME, nullable=False),
        pa.field("account", _NAME, nullable=False),
        pa.field("acquired_at", INSTANT, nullable=False),
        pa.field("quantity", QUANTITY, nullable=False),
        pa.field("cost_usd", USD),
        pa.field("unit_cost_usd", QUANTITY),
        pa.field("is_in_transit", pa.bool_(), nullable=False),
    ]
)
"""One row per lot and account that holds some of it, by asset, account, acquisition.

`is_in_transit` marks coins that left for `account` and have not arrived. `unit_cost_usd` is rounded half to even at 18
decimals, NULL where the cost is unknown or a unit costs 10^20 USD or more.
"""

LOT_MOVES = pa.schema(
    [
        pa.field("event_id", _NAME),
        pa.field("lot_id", _NAME, nullable=False),
        pa.field("asset", _NAME, nullable=False),
        pa.field("from_account", _NAME, nullable=False),
        pa.field("to_account", _NAME, nullable=False),
        pa.field("quantity", QUANTITY, nullable=False),
        pa.field("cost_usd", USD),
        pa.field("moved_at", INSTANT, nullable=False),
        pa.field("reason", _NAME, nullable=False),
    ]
)
"""One row per (transfer, lot), by asset in the order of transfers. Nothing moves in a pool without accounts.

`reason` is `transfer`; `fee_to_basis` for units spent on a move whose cost joined the moved lots, if the policy says
so; `allocation` for where each lot lies when accounts become pools, from the account where it was acquired, without an
event.
"""

PROBLEMS = pa.schema(
    [
        pa.field("problem", _NAME, nullable=False),
        pa.field("event_id", _NAME),
        pa.field("account", _NAME, nullable=False),
        pa.field("asset", _NAME, nullable=False),
        pa.field("quantity", QUANTITY),
        pa.field("value_usd", USD),
        pa.field("occurred_at", INSTANT, nullable=False),
        pa.field("detail", _NAME, nullable=False),
    ]
)
"""What the figures do not rest on. `problem` is one of

- `missing_basis`: `quantity` of a disposal found no lot; `value_usd` is its share of the proceeds. Those units have no
  row in disposals: their gain is unproven.
- `missing_lots`: `quantity` of a transfer found no lot, so none arrives.
- `unknown_value`: an event has no value; cost, proceeds or gain that rest on it are NULL.
- `identification_late`, `identification_untimed`, `identification_untold`: lots were named, but after the event,
  without saying when, or without telling the broker where that is needed; they were not used.
- `identification_unmet`: `quantity` of the event was identified with a lot that is not (or no longer) there.
- `allocation_late`: the allocation was made too late for `asset` and was not used.
- `allocation_unmet`, `allocation_excess`, `allocation_overdrawn`: at the move to accounts, `quantity` of units found no
  lot, of lots no units, or more units had left the account than ever came.
- `carry_unshared`: what the coins on one side of a carry were worth is not known, so how cost (or what came) is shared
  is not known either: the lots made of it have no cost.
- `carry_gift`: a gift that had lost value has two bases, of which a carry can not keep both: `quantity` has no cost.
"""

CARRIED = pa.schema(
    [
        pa.field("carry", _NAME, nullable=False),
        pa.field("event_id", _NAME, nullable=False),
        pa.field("from_lot_id", _NAME),
        pa.field("from_asset", _NAME, nullable=False),
        pa.field("from_quantity", QUANTITY, nullable=False),
        pa.field("lot_id", _NAME, nullable=False),
        pa.field("lot_quantity", QUANTITY, nullable=False),
        pa.field("asset", _NAME, nullable=False),
        pa.field("account", _NAME, nullable=False),
        pa.field("acquired_at", INSTANT, nullable=False),
        pa.field("quantity", QUANTITY),
        pa.field("cost_usd", USD),
        pa.field("carried_at", INSTANT, nullable=False),
        pa.field("origin", _NAME, nullable=False),
    ]
)
"""Where the lots that carries made come from: one row per (lot given, asset brought), by asset, time and lot.

- `event_id` is the disposal that gave `from_quantity` of lot `from_lot_id` (NULL: units for which no lot was found).
- `lot_id`, of `lot_quantity` in all, got `quantity` and `cost_usd` of that; `acquired_at` is the given lot's, the
  carry's own time where there was none. `quantity` is 0 where its share rounds to nothing, so that its
  cost went to a neighbour, and NULL where how it is shared is not known. `cost_usd` is NULL where not known.
- `origin` is `inheritance` for what was inherited, which stays long-term, else `carried`.
"""


@dataclass(frozen=True, slots=True)
class Matched:
    """The engine's answer: tables of schema `DISPOSALS`, `OPEN_LOTS`, `LOT_MOVES`, `PROBLEMS`, `CARRIED`."""

    disposals: pa.Table
    open_lots: pa.Table
    lot_moves: pa.Table
    problems: pa.Table
    carried: pa.Table


ANSWER_TABLES = ("disposals", "open_lots", "lot_moves", "problems", "carried")
"""The tables of an answer, by name."""
