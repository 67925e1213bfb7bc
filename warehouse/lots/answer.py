"""The walk's rows as the tables of the answer.

Belongs here: names, dates and NULLs around the numbers. Does not belong here: any new number but the unit cost.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from warehouse.lots.calendar import Calendar
from warehouse.lots.columns import ACQUIRED, TRANSFERRED, Columns, Flags
from warehouse.lots.events import INSTANT, QUANTITY, UNTAXED_PURPOSES, USD
from warehouse.lots.limbs import decimals_of, integers_of, limbs_of_integers
from warehouse.lots.memory import (
    BY_NAME,
    BY_ORDER,
    COST,
    COST_KNOWN,
    FEE_TO_BASIS,
    FLAGS,
    GAIN,
    HOW,
    LOSS_BASIS,
    LOT_OF_ROW,
    MISSING,
    MOVE,
    NEITHER_BASIS,
    OPEN,
    PROCEEDS,
    PROCEEDS_KNOWN,
    STEP_OF,
    TAKE,
    UNMET,
)  # fmt: skip
from warehouse.lots.memory import QUANTITY as UNITS
from warehouse.lots.plan import METHOD_NAMES, Parts, Plan, Rows
from warehouse.lots.results import DISPOSALS, LOT_MOVES, OPEN_LOTS, PROBLEMS
from warehouse.lots.run import Answer, LotFacts, unit_costs


@dataclass(frozen=True, slots=True)
class Reader:
    """One walk's answer with what its numbers point to."""

    columns: Columns
    plan: Plan
    answer: Answer
    facts: LotFacts
    lot_event: Rows
    calendar: Calendar

    def disposals(self) -> pa.Table:
        """Schema `DISPOSALS`."""
        is_taken = np.isin(self.answer.fields[:, HOW], (BY_ORDER, BY_NAME))
        rows = self._of_steps(is_taken, (TAKE,))
        fields, amounts = self.answer.fields[rows], self.answer.amounts[rows]
        step, lot, flags = fields[:, STEP_OF], fields[:, LOT_OF_ROW], fields[:, FLAGS]
        event = self.plan.event[step]
        has_cost, has_proceeds = flags & COST_KNOWN > 0, flags & PROCEEDS_KNOWN > 0
        event_ids = self._texts("event_id", event)
        number = pa.array(_numbers(event)).cast(pa.string())
        is_gift_loss = flags & LOSS_BASIS > 0
        basis = np.select([is_gift_loss, flags & NEITHER_BASIS > 0], [1, 2], 0)
        method = np.where(fields[:, HOW] == BY_NAME, len(METHOD_NAMES), self.plan.method[step])
        return table_of(
            DISPOSALS,
            disposal_id=pc.binary_join_element_wise(event_ids, number, "/"),
            event_id=event_ids,
            lot_id=self._texts("event_id", self.lot_event[lot]),
            account=self.columns.accounts.take(pa.array(self.columns.account[event])),
            asset=self.columns.assets.take(pa.array(self.columns.asset[event])),
            quantity=decimals_of(amounts[:, UNITS], QUANTITY),
            acquired_at=_instants(self.facts.acquired_us[lot]),
            disposed_at=_instants(self.columns.time_us[event]),
            proceeds_usd=decimals_of(amounts[:, PROCEEDS], USD, has_proceeds),
            cost_usd=decimals_of(amounts[:, COST], USD, has_cost),
            gain_usd=decimals_of(amounts[:, GAIN], USD, has_cost & has_proceeds),
            term=_words(("short", "long"), self._is_long(event, lot, is_gift_loss)),
            tax_year=pa.array(self.calendar.tax_years(self.columns.day[event])),
            method=_words((*METHOD_NAMES, "specific"), method),
            kind=self._kinds(event),
            cost_basis=_words(("cost", "gift_loss", "gift_neither"), basis),
        )

    def lot_moves(self) -> pa.Table:
        """Schema `LOT_MOVES`; nothing for pools without accounts."""
        is_taken = np.isin(self.answer.fields[:, HOW], (BY_ORDER, BY_NAME))
        rows = self._of_steps(is_taken, (MOVE, FEE_TO_BASIS))
        rows = rows[self.plan.pool_account[self.plan.pool[self.answer.fields[rows, STEP_OF]]] >= 0]
        fields, amounts = self.answer.fields[rows], self.answer.amounts[rows]
        step, lot = fields[:, STEP_OF], fields[:, LOT_OF_ROW]
        event = self.plan.event[step]
        return table_of(
            LOT_MOVES,
            event_id=self._texts("event_id", event),
            lot_id=self._texts("event_id", self.lot_event[lot]),
            asset=self.columns.assets.take(pa.array(self.columns.asset[event])),
            from_account=self.columns.accounts.take(pa.array(self.columns.account[event])),
            to_account=self.columns.accounts.take(pa.array(self.columns.to_account[event])),
            quantity=decimals_of(amounts[:, UNITS], QUANTITY),
            cost_usd=decimals_of(amounts[:, COST], USD, fields[:, FLAGS] & COST_KNOWN > 0),
            moved_at=_instants(self.columns.time_us[event]),
            reason=_words(("transfer", "fee_to_basis"), self.plan.op[step] == FEE_TO_BASIS),
        )

    def problems(self) -> pa.Table:
        """Schema `PROBLEMS`: units for which no lot, or no named lot, was found."""
        rows = np.flatnonzero(np.isin(self.answer.fields[:, HOW], (MISSING, UNMET)))
        fields, amounts = self.answer.fields[rows], self.answer.amounts[rows]
        step = fields[:, STEP_OF]
        event = self.plan.event[step]
        what = np.where(fields[:, HOW] == UNMET, 2, self.plan.op[step] != TAKE)
        return problem_table(
            self.columns,
            event,
            _words(("missing_basis", "missing_lots", "identification_unmet"), what),
            _words(
                (
                    "no lot is left to dispose of; the gain on these units is unproven",
                    "no lot is left to move",
                    "the lots identified do not cover these units, or are not in this account",
                ),
                what,
            ),
            decimals_of(amounts[:, UNITS], QUANTITY),
            decimals_of(amounts[:, PROCEEDS], USD, fields[:, FLAGS] & PROCEEDS_KNOWN > 0),
        )

    def open_parts(self) -> Parts:
        """What is left, by pool."""
        rows = np.flatnonzero(self.answer.fields[:, HOW] == OPEN)
        fields, amounts = self.answer.fields[rows], self.answer.amounts[rows]
        pool = fields[:, STEP_OF]
        return Parts(
            lot=fields[:, LOT_OF_ROW],
            account=self.plan.pool_account[pool],
            quantity=amounts[:, UNITS],
            cost=amounts[:, COST],
            is_known=fields[:, FLAGS] > 0,
            is_transit=self.plan.is_transit[pool],
        )

    def _of_steps(self, chosen: Flags, ops: tuple[int, ...]) -> Rows:
        """The chosen rows of these steps, asset by asset as they happened."""
        rows = np.flatnonzero(chosen)
        return rows[np.isin(self.plan.op[self.answer.fields[rows, STEP_OF]], ops)]

    def _is_long(self, event: Rows, lot: Rows, is_gift_loss: Flags) -> Flags:
        long_day = self.facts.long_day[lot]
        if is_gift_loss.any():  # held since the gift, not since the donor's purchase
            own = self.columns.day[self.lot_event[lot[is_gift_loss]]]
            long_day[is_gift_loss] = self.calendar.first_long_days(own)
        is_long: Flags = self.columns.day[event] >= long_day
        return is_long

    def _kinds(self, event: Rows) -> pa.Array:
        kinds = pc.fill_null(self._texts("purpose", event), "sale")
        kinds = pc.if_else(pa.array(self.columns.is_carried[event]), "carried", kinds)
        return pc.if_else(pa.array(self.columns.kind[event] == TRANSFERRED), "transfer_fee", kinds)

    def _texts(self, name: str, event: Rows) -> pa.Array:
        return self.columns.texts(name).take(pa.array(event))


def open_lots(columns: Columns, facts: LotFacts, lot_event: Rows, parts: Parts) -> pa.Table:
    """Schema `OPEN_LOTS`: parts of one lot in one account are one row."""
    asset = columns.asset[lot_event[parts.lot]]
    order = np.lexsort((parts.lot, facts.acquired_us[parts.lot], parts.is_transit, parts.account, asset))
    parts = merged(parts, order)
    unit, fits = unit_costs(parts.cost, parts.quantity)
    event = lot_event[parts.lot]
    return table_of(
        OPEN_LOTS,
        lot_id=columns.texts("event_id").take(pa.array(event)),
        asset=columns.assets.take(pa.array(columns.asset[event])),
        account=columns.accounts.take(pa.array(parts.account)),
        acquired_at=_instants(facts.acquired_us[parts.lot]),
        quantity=decimals_of(parts.quantity, QUANTITY),
        cost_usd=decimals_of(parts.cost, USD, parts.is_known),
        unit_cost_usd=decimals_of(unit, QUANTITY, parts.is_known & fits),
        is_in_transit=pa.array(parts.is_transit),
    )


def problem_table(
    columns: Columns, event: Rows, problem: pa.Array, detail: pa.Array, quantity: pa.Array, value: pa.Array
) -> pa.Table:
    """Schema `PROBLEMS`, of events."""
    return table_of(
        PROBLEMS,
        problem=problem,
        event_id=columns.texts("event_id").take(pa.array(event)),
        account=columns.accounts.take(pa.array(columns.account[event])),
        asset=columns.assets.take(pa.array(columns.asset[event])),
        quantity=quantity,
        value_usd=value,
        occurred_at=_instants(columns.time_us[event]),
        detail=detail,
    )


def event_problems(columns: Columns, refused: list[tuple[int, str, str]]) -> pa.Table:
    """Schema `PROBLEMS`: events without a value, and identifications that do not count."""
    has_value = pc.is_valid(columns.texts("value_usd")).to_numpy(zero_copy_only=False)
    purpose = columns.texts("purpose")
    is_untaxed = pc.is_in(purpose, pa.array(sorted(UNTAXED_PURPOSES))).to_numpy(zero_copy_only=False)
    needs = np.where(columns.kind == TRANSFERRED, columns.has_fee, ~is_untaxed)
    unknown = np.flatnonzero(needs & ~has_value & ~columns.is_carried)
    kind = columns.kind[unknown]
    words = (
        "what this acquisition cost is unknown",
        "what the fee was worth is unknown",
        "what this disposal brought is unknown",
    )
    quantity = np.where((kind == TRANSFERRED)[:, None], columns.fee[unknown], columns.quantity[unknown])
    rows = np.array([row for row, _, _ in refused], np.int64)
    return pa.concat_tables(
        [
            problem_table(
                columns,
                unknown,
                _words(("unknown_value",), np.zeros(len(unknown), np.int64)),
                _words(words, kind - ACQUIRED),
                decimals_of(quantity, QUANTITY),
                pa.nulls(len(unknown), USD),
            ),
            problem_table(
                columns,
                rows,
                pa.array([problem for _, problem, _ in refused], pa.string()),
                pa.array([detail for _, _, detail in refused], pa.string()),
                decimals_of(columns.quantity[rows], QUANTITY),
                pa.nulls(len(rows), USD),
            ),
        ]
    )


def merged(parts: Parts, order: Rows) -> Parts:
    """The parts in `order`, neighbours of one lot in one place added up."""
    lot, account, is_transit = parts.lot[order], parts.account[order], parts.is_transit[order]
    quantity, cost, is_known = parts.quantity[order], parts.cost[order], parts.is_known[order]
    is_same = (lot[1:] == lot[:-1]) & (account[1:] == account[:-1]) & (is_transit[1:] == is_transit[:-1])
    starts = np.flatnonzero(np.append(True, ~is_same)[: len(lot)])
    for start, end in zip(starts.tolist(), [*starts[1:].tolist(), len(lot)], strict=True) if is_same.any() else ():
        if end - start > 1:
            quantity[start] = limbs_of_integers([sum(integers_of(quantity[start:end]))])[0]
            cost[start] = limbs_of_integers([sum(integers_of(cost[start:end]))])[0]
            is_known[start] = is_known[start:end].all()
    return Parts(lot[starts], account[starts], quantity[starts], cost[starts], is_known[starts], is_transit[starts])


def _numbers(event: Rows) -> Rows:
    """1, 2, 3 … within each stretch of one event."""
    place = np.arange(len(event))
    is_new = np.append(True, event[1:] != event[:-1])[: len(event)]
    return place - np.maximum.accumulate(np.where(is_new, place, 0)) + 1


def _words(words: tuple[str, ...], codes: npt.NDArray[np.generic]) -> pa.Array:
    return pa.array(words, pa.string()).take(pa.array(codes.astype(np.int32)))


def _instants(numbers: npt.NDArray[np.int64]) -> pa.Array:
    return pa.array(numbers).view(INSTANT)


def table_of(schema: pa.Schema, **columns: pa.Array) -> pa.Table:
    """A table of `schema` of columns by name."""
    return pa.table([columns[name] for name in schema.names], schema=schema)
