"""The step that makes `harvest.scores` and `harvest.score_fills` from the record of nights and what was sold since.

Belongs here: carrying tables in and out, checking them. Does not belong here: which sale answers which line
(`matching.py`), what it came to (`scoring.py`, `saving.py`), words (`words.py`).
"""

from decimal import Decimal
from typing import Any

import pyarrow as pa

from warehouse.harvest.history.steps import read_record
from warehouse.harvest.plan.standing import standing_year
from warehouse.harvest.plan.worth import Standing
from warehouse.harvest.scores.matching import Fill, PlannedSale, answered
from warehouse.harvest.scores.saving import taxes_saved
from warehouse.harvest.scores.scoring import Purchase, bought_back, figures, outcome_of
from warehouse.harvest.scores.words import reasons
from warehouse.lots.holding import local_date
from warehouse.queries import select_rows
from warehouse.schema import create_tables, fetch_query, insert_rows
from warehouse.steps import Book, Check, Step


def build_scores(book: Book) -> None:
    """Make both tables. Raises `RecordError` for a record that can not be read."""
    create_tables(book.connection, "640_scores.sql")
    plans = [
        (night.as_of, night.plan)
        for night in read_record(book.settings.record_path)
        if night.plan is not None and night.as_of < book.as_of
    ]
    if not plans:
        return
    since = {"since": plans[0][0], "as_of": book.as_of}
    fills = [_fill(row) for row in select_rows(book.connection, "read_fills", since).to_pylist()]
    purchases = [Purchase(**row) for row in select_rows(book.connection, "read_purchases", since).to_pylist()]
    present = select_rows(book.connection, "list_plan").to_pylist()
    sales = answered(plans, fills, now=book.as_of, present=present)
    saved = taxes_saved(sales, _standings(book, sales))
    prices = _prices(book)
    rows = []
    for place, sale in enumerate(sales):
        row = figures(sale, prices.get(sale.key[1])) | {"actual_tax_saved_usd": saved.get(place)}
        back = bought_back(sale, purchases, sales) if sale.fills else None
        rows.append(
            {
                **row,
                "outcome": outcome_of(sale),
                "bought_back_quantity": None if back is None else back.quantity,
                "bought_back_at": None if back is None else back.first_at,
                "bought_back_usd": None if back is None or back.first_at is None else back.cost_usd,
                "reasons": reasons(sale, row, back, now=book.as_of, zone=book.settings.time_zone),
            }
        )
    _store(book, "harvest.scores", rows)
    used = [
        {
            "planned_at": sale.planned_at,
            "account": sale.key[0],
            "asset": sale.key[1],
            "event_id": fill.event_id,
            "sold_in": fill.account,
            "sold_at": fill.sold_at,
            "quantity": fill.quantity,
        }
        for sale in sales
        for fill in sale.fills
    ]
    _store(book, "harvest.score_fills", used)


def _fill(row: dict[str, Any]) -> Fill:
    lots: dict[str, Decimal] = {}
    for lot in row.pop("lots"):
        lots[lot["lot_id"]] = lots.get(lot["lot_id"], Decimal(0)) + lot["quantity"]
    return Fill(**row, lots=lots)


def _standings(book: Book, sales: list[PlannedSale]) -> dict[int, Standing]:
    """The tax years of the sales as they stand now."""
    if book.settings.jurisdiction != "US":
        return {}
    today = local_date(book.as_of, book.settings.time_zone)
    standings = {}
    for year in sorted({fill.tax_year for sale in sales for fill in sale.fills}):
        summaries = select_rows(book.connection, "read_tax_year", {"tax_year": year}).to_pylist()
        if summaries:
            standings[year] = standing_year(summaries[0], book.settings, today=today).standing
    return standings


def _prices(book: Book) -> dict[str, Decimal]:
    """The latest close of each coin."""
    rows = select_rows(book.connection, "read_latest_prices", {"as_of": book.as_of}).to_pylist()
    return {row["asset"]: row["price_usd"] for row in rows}


def _store(book: Book, table: str, rows: list[dict[str, Any]]) -> None:
    shape = fetch_query(book.connection, f"SELECT * FROM {table}").schema
    insert_rows(book.connection, table, pa.Table.from_pylist(rows, schema=shape))


_FILLS_ARE_THE_SALES = """
SELECT planned_at, account, asset, s.sold_quantity, f.quantity
FROM (FROM harvest.scores WHERE fill_count > 0) AS s
FULL JOIN (
    SELECT planned_at, account, asset, sum(quantity) AS quantity, count(*) AS fill_count
    FROM harvest.score_fills GROUP BY ALL
) AS f USING (planned_at, account, asset)
WHERE s.sold_quantity IS DISTINCT FROM f.quantity OR s.fill_count IS DISTINCT FROM f.fill_count
ORDER BY ALL
"""

_LOSSES_ARE_THE_DISPOSALS = """
SELECT planned_at, account, asset, s.actual_short_loss_usd + s.actual_long_loss_usd AS loss_usd, d.gain_usd
FROM harvest.scores AS s
JOIN (
    SELECT planned_at, f.account, f.asset, sum(gain_usd) AS gain_usd
    FROM harvest.score_fills AS f JOIN lots.disposals AS d USING (event_id) WHERE d.asset = f.asset GROUP BY ALL
) AS d USING (planned_at, account, asset)
WHERE s.actual_short_loss_usd + s.actual_long_loss_usd <> -d.gain_usd
ORDER BY ALL
"""

SCORES = Step(
    tables=("harvest.scores", "harvest.score_fills"),
    needs=(
        "harvest.plan",
        "harvest.nights",
        "lots.disposals",
        "lots.events",
        "ledger.postings",
        "market.prices",
        "tax.year_summary",
    ),
    description="Sets what was sold beside what was planned on the nights before, and says what differs and why.",
    run=build_scores,
    checks=(
        Check(
            name="fills_are_the_sales",
            table="harvest.score_fills",
            description="A sale answers one planned line at most; the sales of a line add up to what it says was sold.",
            query=_FILLS_ARE_THE_SALES,
            is_blocking=True,
        ),
        Check(
            name="losses_are_the_disposals",
            table="harvest.scores",
            description="The loss that a line realized is that of the disposals that answer it.",
            query=_LOSSES_ARE_THE_DISPOSALS,
            is_blocking=True,
        ),
    ),
)
