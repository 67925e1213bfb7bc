"""The step that makes `harvest.plan`, `harvest.plan_lots` and `harvest.plan_summary`.

Belongs here: carrying tables in and out, checking them. Does not belong here: which sales are planned (`planner.py`)
and what they do.
"""

from decimal import Decimal

import duckdb
import pyarrow as pa

from warehouse.harvest.deadlines import deadlines
from warehouse.harvest.plan.portfolio import with_identified
from warehouse.harvest.plan.rows import lot_rows, plan_rows, summary_row
from warehouse.harvest.plan.year import plan_year
from warehouse.harvest.steps import read_waiting
from warehouse.lots.holding import local_date
from warehouse.queries import select_rows
from warehouse.schema import create_tables, fetch_query, insert_rows
from warehouse.steps import Book, Check, Step


def build_plan(book: Book) -> None:
    """Plan the present tax year's sales from the valued lots, the year so far and the settings."""
    create_tables(book.connection, "610_plan.sql")
    settings = book.settings
    if settings.jurisdiction != "US":
        return
    today = local_date(book.as_of, settings.time_zone)
    summary = select_rows(book.connection, "read_tax_year", {"tax_year": today.year}).to_pylist()[0]
    waiting = read_waiting(book.connection, settings, today)
    rows = with_identified(select_rows(book.connection, "read_lot_values").to_pylist(), waiting)
    costs = select_rows(book.connection, "list_trading_costs").to_pylist()
    planned = plan_year(summary, rows, costs, settings, today=today)
    identified = plan_year(summary, rows, costs, settings, today=today, is_freed=True)
    lines = planned.lines
    methods = {row["account"]: row["method"] for row in rows}
    in_order = plan_rows(lines, ends=deadlines(settings, book.as_of), methods=methods)
    _store(book.connection, "harvest.plan", in_order)
    _store(book.connection, "harvest.plan_lots", lot_rows(lines, planned.year.standing.later))
    row = summary_row(planned, lines, as_of=book.as_of, identified=identified.plan)
    _store(book.connection, "harvest.plan_summary", [row])


def _store(connection: duckdb.DuckDBPyConnection, table: str, rows: list[dict[str, object]]) -> None:
    shape = fetch_query(connection, f"SELECT * FROM {table}").schema
    insert_rows(connection, table, pa.Table.from_pylist(rows, schema=shape))


_LINES_ADD_UP = """
SELECT s.tax_saved_usd, p.tax_saved_usd AS lines_saved_usd, s.tax_without_usd - s.tax_with_usd AS difference_usd
FROM harvest.plan_summary AS s, (
    SELECT
        coalesce(sum(tax_saved_usd), 0) AS tax_saved_usd,
        coalesce(sum(net_benefit_usd), 0) AS net_benefit_usd,
        coalesce(sum(cost_to_trade_usd), 0) AS cost_to_trade_usd,
        coalesce(sum(short_loss_usd), 0) AS short_loss_usd,
        coalesce(sum(long_loss_usd), 0) AS long_loss_usd,
        count(*) AS line_count
    FROM harvest.plan
) AS p
WHERE s.line_count <> p.line_count
   OR s.cost_to_trade_usd <> p.cost_to_trade_usd
   OR s.short_net_usd - s.planned_short_net_usd <> p.short_loss_usd
   OR s.long_net_usd - s.planned_long_net_usd <> p.long_loss_usd
   OR (s.is_in_tax_dollars AND (
        s.tax_without_usd - s.tax_with_usd <> p.tax_saved_usd
        OR s.tax_saved_usd <> p.tax_saved_usd
        OR s.net_benefit_usd <> p.net_benefit_usd))
"""

_LOTS_ARE_THERE = """
SELECT account, asset, lot_id, p.quantity, v.quantity AS open_quantity
FROM harvest.plan_lots AS p
LEFT JOIN (FROM harvest.lot_values WHERE NOT is_in_transit AND status <> 'blocked') AS v USING (account, asset, lot_id)
WHERE v.quantity IS NULL OR p.quantity > v.quantity
ORDER BY account, asset, lot_id
"""

_LOTS_ARE_THE_SALES = """
SELECT rank, p.sell_quantity, l.quantity, p.short_loss_usd + p.long_loss_usd AS loss_usd, l.gain_usd
FROM harvest.plan AS p
FULL JOIN (
    SELECT rank, sum(quantity) AS quantity, sum(gain_usd) AS gain_usd, count(*) AS lot_count
    FROM harvest.plan_lots GROUP BY rank
) AS l USING (rank)
WHERE p.sell_quantity IS DISTINCT FROM l.quantity
   OR p.lot_count IS DISTINCT FROM l.lot_count
   OR p.short_loss_usd + p.long_loss_usd IS DISTINCT FROM -l.gain_usd
ORDER BY rank
"""

PLAN = Step(
    tables=("harvest.plan", "harvest.plan_lots", "harvest.plan_summary"),
    needs=("harvest.lot_values", "harvest.trading_costs", "lots.identifications", "tax.year_summary"),
    description="Finds the sales that lower this year's tax most, within the order in which each account sells.",
    run=build_plan,
    checks=(
        Check(
            name="lines_add_up",
            table="harvest.plan_summary",
            description="The lines add up to the summary, and the tax saved is the tax without less the tax with.",
            query=_LINES_ADD_UP,
            is_blocking=True,
        ),
        Check(
            name="planned_lots_are_there",
            table="harvest.plan_lots",
            description="No more of a lot is planned than is open, has arrived and is not blocked.",
            query=_LOTS_ARE_THERE,
            is_blocking=True,
        ),
        Check(
            name="lots_are_the_sales",
            table="harvest.plan_lots",
            description="The lots of each planned sale add up to its quantity and its loss.",
            query=_LOTS_ARE_THE_SALES,
            is_blocking=True,
        ),
        Check(
            name="plan_is_near_the_best",
            table="harvest.plan_summary",
            description="The plan is proven to be within 0.1 % of the best.",
            query=f"SELECT gap FROM harvest.plan_summary WHERE gap > {Decimal('0.001')}",
            is_blocking=False,
        ),
    ),
)
