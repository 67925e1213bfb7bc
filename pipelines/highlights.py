"""What people look for in a table first, shown in the UI before its first rows: totals, and the rows that matter.

Belongs here: which tables have such a view, and its columns. Does not belong here: any figure.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import duckdb

from pipelines.commands import printing
from warehouse.queries import select_rows

SHOWN_ROWS = 25

_MONEY = "_usd"


@dataclass(frozen=True, slots=True)
class Highlights:
    """`totals` are figures by name; `rows` a table of texts under `columns`."""

    totals: Mapping[str, Decimal | int]
    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


@dataclass(frozen=True, slots=True)
class _View:
    totals: str
    rows: str
    columns: tuple[str, ...]


_VIEWS: Mapping[str, _View] = {
    "harvest.candidates": _View(
        totals="sum_candidates",
        rows="list_candidates",
        columns=(
            "status", "account", "asset", "quantity", "unrealized_usd", "unrealized_after_costs_usd", "term",
            "days_to_long_term", "sell_first_quantity", "reasons",
        ),
    ),
    "harvest.plan": _View(
        totals="sum_plan",
        rows="list_plan",
        columns=(
            "rank", "account", "asset", "sell_quantity", "short_loss_usd", "long_loss_usd", "cost_to_trade_usd",
            "tax_saved_usd", "net_benefit_usd", "break_even_price_usd", "status", "reasons",
        ),
    ),
    "harvest.scores": _View(
        totals="sum_scores",
        rows="list_scores",
        columns=(
            "planned_at", "account", "asset", "outcome", "planned_quantity", "sold_quantity", "expected_price_usd",
            "actual_price_usd", "expected_tax_saved_usd", "actual_tax_saved_usd", "reasons",
        ),
    ),
}  # fmt: skip


def read_highlights(connection: duckdb.DuckDBPyConnection, table: str) -> Highlights | None:
    """The view of `table` (`schema.name`), `None` where it has none."""
    view = _VIEWS.get(table)
    if view is None:
        return None
    found = select_rows(connection, view.totals).to_pylist()
    totals = {name: value for name, value in found[0].items() if value is not None} if found else {}
    rows = select_rows(connection, view.rows).to_pylist()[:SHOWN_ROWS]
    return Highlights(totals, view.columns, tuple(tuple(_text(row, name) for name in view.columns) for row in rows))


def _text(row: Mapping[str, Any], name: str) -> str:
    value = row[name]
    if name.endswith("price_usd"):
        return printing.price(value).plain
    if name.endswith(_MONEY):
        return printing.usd(value).plain
    if isinstance(value, Decimal):
        return printing.units(value).plain
    return printing.plain(value).plain
