"""A plan as rows of `harvest.plan`, `harvest.plan_lots` and `harvest.plan_summary`. Pure.

Belongs here: the columns. Does not belong here: any figure of its own.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from decimal import Context, Decimal
from typing import Any

from warehouse.exact import PRICE_PLACES, QUANTITY_PLACES, USD_PLACES, from_units
from warehouse.harvest.deadlines import Deadlines
from warehouse.harvest.picks import identify_command
from warehouse.harvest.plan.holdings import lot_effects
from warehouse.harvest.plan.later import Later
from warehouse.harvest.plan.lines import Line
from warehouse.harvest.plan.planner import Plan
from warehouse.harvest.plan.year import PlannedYear

_EIGHT = Decimal("1e-8")
_WIDE = Context(prec=60)

Row = dict[str, Any]


def plan_rows(lines: Sequence[Line], *, ends: Deadlines, methods: Mapping[str, str]) -> list[Row]:
    """The rows of `harvest.plan`, for its lines in order."""
    return [
        {
            "rank": rank,
            "as_of": ends.as_of,
            **_line(line),
            "deadline_at": ends.end,
            "sell_by_at": ends.sell_by(line.sale.holding.account),
            "method": methods.get(line.sale.holding.account, "fifo"),
        }
        for rank, line in enumerate(lines, 1)
    ]


def lot_rows(lines: Sequence[Line], later: Later) -> list[Row]:
    """The rows of `harvest.plan_lots`, one for each lot, be it sold in two parts."""
    rows: dict[tuple[int, str], Row] = {}
    for rank, line in enumerate(lines, 1):
        holding = line.sale.holding
        for lot, taken in zip(holding.lots, line.sale.taken, strict=True):
            if taken:
                effects = lot_effects(holding, lot, taken, later)
                told = {"rank": rank, "account": holding.account, "asset": holding.asset, "lot_id": lot.lot_id}
                empty = {**told, "quantity": Decimal(0), "term": lot.term, "gain_usd": Decimal(0)}
                row = rows.setdefault((rank, lot.lot_id), empty)
                row["quantity"] += from_units(taken, QUANTITY_PLACES)
                row["gain_usd"] += _usd(effects.short_gain + effects.long_gain)
    return list(rows.values())


def summary_row(made: PlannedYear, lines: Sequence[Line], *, as_of: datetime, identified: Plan) -> Row:
    """The row of `harvest.plan_summary`; `identified` is the plan in which every lot may be named."""
    plan, year, left = made.plan, made.year, made.portfolio
    notes = [*year.notes, *left.notes]
    if left.left_out_lots:
        lots = "1 lot" if left.left_out_lots == 1 else f"{left.left_out_lots} lots"
        notes.append(
            f"{left.left_out_loss_usd:,.2f} of loss in {lots} is not planned: blocked, or a sale would consume a "
            "blocked lot before it"
        )
    without, planned, effects = plan.without, plan.planned, plan.effects
    is_tax = without.tax is not None
    return {
        "as_of": as_of,
        "tax_year": year.standing.tax_year,
        "is_in_tax_dollars": is_tax,
        "line_count": len(lines),
        "short_net_usd": without.netting.short_net_usd,
        "long_net_usd": without.netting.long_net_usd,
        "planned_short_net_usd": planned.netting.short_net_usd,
        "planned_long_net_usd": planned.netting.long_net_usd,
        "counted_loss_usd": sum((line.counted_loss_usd for line in lines), Decimal(0)),
        "tax_without_usd": _rounded(without.tax.total_usd) if without.tax else None,
        "tax_with_usd": _rounded(planned.tax.total_usd) if planned.tax else None,
        "tax_saved_usd": _added(lines, "tax_saved_usd") if is_tax else None,
        "carried_without_usd": without.carried_usd,
        "carried_with_usd": planned.carried_usd,
        "carried_value_usd": _added(lines, "carried_value_usd") if is_tax else None,
        "cost_to_trade_usd": _usd(effects.trade_cost),
        "basis_given_up_usd": _usd(effects.basis_given_up),
        "holding_given_up_usd": _usd(effects.holding_given_up),
        "net_benefit_usd": _added(lines, "net_benefit_usd") if is_tax else None,
        "identified_benefit_usd": _rounded(max(identified.net_benefit_usd, plan.net_benefit_usd)) if is_tax else None,
        "gap": plan.gap,
        "later_short_rate": year.standing.later.short_rate,
        "later_long_rate": year.standing.later.long_rate,
        "horizon_date": year.standing.later.horizon_date,
        "left_out_lots": left.left_out_lots,
        "left_out_loss_usd": left.left_out_loss_usd,
        "notes": notes,
    }


def recording_command(line: Line) -> str | None:
    """The command that records a sale's lots before it; `None` where the account's order reaches them by itself."""
    holding = line.sale.holding
    if holding.is_ordered or line.sale.taken == holding.from_front(sum(line.sale.taken)):
        return None
    parts = list(zip(holding.lots, line.sale.taken, strict=True))[holding.identified :]
    return identify_command(holding.account, holding.asset, [(lot.lot_id, taken) for lot, taken in parts if taken])


def _line(line: Line) -> Row:
    holding, effects = line.sale.holding, line.sale.effects
    doubts = line.sale.doubts
    return {
        "account": holding.account,
        "asset": holding.asset,
        "sell_quantity": from_units(sum(line.sale.taken), QUANTITY_PLACES),
        "lot_count": len({lot.lot_id for lot, taken in zip(holding.lots, line.sale.taken, strict=True) if taken}),
        "price_usd": from_units(holding.price, PRICE_PLACES),
        "value_usd": _usd(effects.value),
        "short_loss_usd": _usd(-effects.short_gain),
        "long_loss_usd": _usd(-effects.long_gain),
        "counted_loss_usd": line.counted_loss_usd,
        "cost_to_trade_usd": _usd(effects.trade_cost),
        "sell_cost_usd": _usd(effects.sell_cost),
        "tax_saved_usd": line.tax_saved_usd,
        "carried_forward_usd": line.carried_usd,
        "carried_value_usd": line.carried_value_usd,
        "basis_given_up_usd": _usd(effects.basis_given_up),
        "holding_given_up_usd": _usd(effects.holding_given_up),
        "net_benefit_usd": line.net_benefit_usd,
        "break_even_price_usd": None
        if line.break_even_price is None
        else from_units(line.break_even_price, PRICE_PLACES),
        "identify_command": recording_command(line),
        "status": "review" if doubts else "ready",
        "reasons": doubts,
    }


def _added(lines: Sequence[Line], name: str) -> Decimal:
    return sum((getattr(line, name) for line in lines), Decimal(0))


def _usd(units: int) -> Decimal:
    return from_units(units, USD_PLACES)


def _rounded(amount: Decimal) -> Decimal:
    return amount.quantize(_EIGHT, context=_WIDE)
