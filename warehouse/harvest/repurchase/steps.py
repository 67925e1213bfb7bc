"""The step that makes `harvest.repurchase`.

Belongs here: carrying tables in and out. Does not belong here: the answer (`answer.py`).
"""

from collections import defaultdict
from datetime import timedelta

import pyarrow as pa

from warehouse.harvest.repurchase.answer import Arrival, Delay, repurchase
from warehouse.harvest.repurchase.law import window_of
from warehouse.lots.holding import local_date
from warehouse.queries import select_rows
from warehouse.schema import create_tables, fetch_query, insert_rows
from warehouse.steps import Book, Check, Step
from warehouse.tax.us.wash_sale_law import group_names

_LOOKED_BACK = timedelta(days=400)


def build_repurchase(book: Book) -> None:
    """Make `harvest.repurchase` for the coins of the candidates."""
    create_tables(book.connection, "630_repurchase.sql")
    settings = book.settings
    today = local_date(book.as_of, settings.time_zone)
    groups = group_names(settings.wash_sale.groups)
    arrivals = defaultdict(list)
    since = {"since": book.as_of - _LOOKED_BACK, "as_of": book.as_of}
    for row in select_rows(book.connection, "read_arrivals", since).to_pylist():
        day = local_date(row.pop("acquired_at"), settings.time_zone)
        arrivals[groups.get(row["asset"], row["asset"])].append(Arrival(**row, day=day))
    held = [row["asset"] for row in select_rows(book.connection, "read_held_coins").to_pylist()]
    delay = Delay(settings.harvest.reentry_days, settings.harvest.reentry_reason)
    rows = []
    for row in select_rows(book.connection, "read_candidate_coins").to_pylist():
        asset = row["asset"]
        group = groups.get(asset, asset)
        asset_class = settings.asset_classes.get(asset, "coin")
        found = repurchase(
            asset,
            same_as=[other for other in groups if groups[other] == group and other != asset],
            window=window_of(settings.jurisdiction, asset_class, today, coins_since=settings.wash_sale.coins_since),
            arrivals=arrivals[group],
            held=held,
            delay=delay,
            today=today,
        )
        rows.append({**found, "as_of": book.as_of})
    shape = fetch_query(book.connection, "SELECT * FROM harvest.repurchase").schema
    insert_rows(book.connection, "harvest.repurchase", pa.Table.from_pylist(rows, schema=shape))


REPURCHASE = Step(
    tables=("harvest.repurchase",),
    needs=("harvest.candidates", "lots.lots", "lots.open_lots"),
    description="Says from when each coin may be bought back without undoing a loss, and what comes in by itself.",
    run=build_repurchase,
    checks=(
        Check(
            name="every_candidate_has_an_answer",
            table="harvest.repurchase",
            description="Every coin of the candidates has one row.",
            query=(
                "SELECT DISTINCT c.asset FROM harvest.candidates AS c "
                "ANTI JOIN harvest.repurchase AS r USING (asset) ORDER BY ALL"
            ),
            is_blocking=True,
        ),
    ),
)
