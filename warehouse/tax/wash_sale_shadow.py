"""The step that makes `tax.wash_sale_shadow` and `tax.wash_sale_parts`.

The first shows what a wash sale rule disallows, or would if it reached coins; the second what a rule in force makes of
the disposals.

The calculation runs twice: with the sales that the law reaches, which gives the rows in force, and with all of them as
if it had always reached everything, of which the other sales' rows are kept.

Belongs here: carrying tables in and out, and the checks. Does not belong here: the rule (`us/wash_sales.py`), or where
it is law (`us/wash_sale_law.py`).
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import pyarrow as pa

from warehouse.lots.holding import local_date
from warehouse.queries import select_rows
from warehouse.schema import create_tables, fetch_query, insert_rows
from warehouse.settings import BookSettings
from warehouse.steps import Book, Check, Step
from warehouse.tax.decimal_rows import integer_rows, quantity, usd
from warehouse.tax.us.wash_sale_law import group_names, wash_sale_applies
from warehouse.tax.us.wash_sales import WINDOW, Bought, Settled, Sold, WashSale, settle, wash_sales

_COIN = "coin"


def build_wash_sale_shadow(book: Book) -> None:
    """Make both tables from the lots and disposals of the book; they stay empty outside the United States.

    Raises `ValueError` for an asset in two groups and for an asset class that there is not.
    """
    create_tables(book.connection, "505_wash_sale_shadow.sql")
    if book.settings.jurisdiction != "US":
        return
    lots = select_rows(book.connection, "read_wash_sale_lots")
    disposals = select_rows(book.connection, "read_wash_sale_disposals")
    groups = group_names(book.settings.wash_sale.groups)
    bought = [_bought(row, groups, book.settings) for row in integer_rows(lots)]
    sold = [_sold(row, groups, book.settings) for row in integer_rows(disposals)]
    lot_rows = {row["lot_id"]: row for row in lots.select(["lot_id", "asset", "account", "acquired_at"]).to_pylist()}
    sale_rows = {row["disposal_id"]: row for row in disposals.drop_columns(["quantity", "gain_usd"]).to_pylist()}
    in_force = {
        sale.disposal_id for sale in sold if _applies(sale_rows[sale.disposal_id]["asset"], sale, book.settings)
    }
    law, shadow = _law_and_shadow(sold, bought, in_force)
    place: Counter[str] = Counter()
    rows = []
    for wash in law.washes + shadow:
        place[wash.disposal_id] += 1
        sale, lot = sale_rows[wash.disposal_id], lot_rows[wash.replacement_lot_id]
        sale_date = local_date(sale["disposed_at"], book.settings.time_zone)
        rows.append(
            {
                **{name: sale[name] for name in ("disposal_id", "asset", "account", "disposed_at", "tax_year")},
                **{f"replacement_{name}": lot[name] for name in ("lot_id", "asset", "account", "acquired_at")},
                "place": place[wash.disposal_id],
                "asset_class": book.settings.asset_classes.get(sale["asset"], _COIN),
                "replaced_quantity": quantity(wash.quantity),
                "disallowed_usd": usd(wash.disallowed),
                "replacement_basis_usd": usd(wash.basis),
                "tacked_days": wash.tacked_days,
                "window_ends_date": sale_date + WINDOW,
                "is_in_force": wash.disposal_id in in_force,
            }
        )
    parts = [
        {
            "disposal_id": part.disposal_id,
            "place": number,
            "quantity": quantity(part.quantity),
            "added_cost_usd": usd(part.added_cost),
            "tacked_days": part.tacked_days,
            "disallowed_usd": usd(part.disallowed),
        }
        for number, part in enumerate(law.parts, start=1)
    ]
    for table, found in (("tax.wash_sale_shadow", rows), ("tax.wash_sale_parts", parts)):
        shape = fetch_query(book.connection, f"SELECT * FROM {table}").schema
        insert_rows(book.connection, table, pa.Table.from_pylist(found, schema=shape))


def _law_and_shadow(
    sold: Sequence[Sold], bought: Sequence[Bought], in_force: set[str]
) -> tuple[Settled, list[WashSale]]:
    shadow = [wash for wash in wash_sales(sold, bought) if wash.disposal_id not in in_force]
    if not in_force:
        return Settled([], []), shadow
    law = [sale if sale.disposal_id in in_force else replace(sale, is_covered=False) for sale in sold]
    return settle(law, bought), shadow


def _applies(asset: str, sale: Sold, settings: BookSettings) -> bool:
    return wash_sale_applies(
        settings.asset_classes.get(asset, _COIN),
        sale.sold_date,
        settings.jurisdiction,
        coins_since=settings.wash_sale.coins_since,
    )


def _bought(row: dict[str, Any], groups: dict[str, str], settings: BookSettings) -> Bought:
    return Bought(
        lot_id=row["lot_id"],
        group=groups.get(row["asset"], row["asset"]),
        bought_at=row["acquired_at"],
        bought_date=local_date(row["acquired_at"], settings.time_zone),
        quantity=row["quantity"],
        cost=row["cost_usd"],
    )


def _sold(row: dict[str, Any], groups: dict[str, str], settings: BookSettings) -> Sold:
    return Sold(
        disposal_id=row["disposal_id"],
        group=groups.get(row["asset"], row["asset"]),
        lot_id=row["lot_id"],
        acquired_at=row["acquired_at"],
        acquired_date=local_date(row["acquired_at"], settings.time_zone),
        sold_at=row["disposed_at"],
        sold_date=local_date(row["disposed_at"], settings.time_zone),
        quantity=row["quantity"],
        gain=row["gain_usd"],
    )


_UNITS_REPLACE_ONCE = """
SELECT replacement_lot_id, sum(replaced_quantity) AS replaced, any_value(l.quantity) AS quantity
FROM tax.wash_sale_shadow AS w JOIN lots.lots AS l ON l.lot_id = w.replacement_lot_id
GROUP BY replacement_lot_id, is_in_force HAVING sum(replaced_quantity) > any_value(l.quantity) ORDER BY ALL
"""

_NO_MORE_THAN_SOLD = """
SELECT disposal_id, sum(replaced_quantity) AS replaced, any_value(d.quantity) AS quantity
FROM tax.wash_sale_shadow AS w JOIN lots.disposals AS d USING (disposal_id)
GROUP BY disposal_id HAVING sum(replaced_quantity) > any_value(d.quantity) ORDER BY ALL
"""

_IN_FORCE = """
SELECT disposal_id, asset, disposed_at, replaced_quantity, disallowed_usd, replacement_lot_id
FROM tax.wash_sale_shadow WHERE is_in_force ORDER BY disposed_at, disposal_id, place
"""

_PARTS_ARE_DISPOSALS = """
SELECT disposal_id, sum(p.quantity) AS parts, any_value(d.quantity) AS quantity
FROM tax.wash_sale_parts AS p LEFT JOIN lots.disposals AS d USING (disposal_id)
GROUP BY disposal_id HAVING sum(p.quantity) IS DISTINCT FROM any_value(d.quantity) ORDER BY ALL
"""

WASH_SALES = Step(
    tables=("tax.wash_sale_shadow", "tax.wash_sale_parts"),
    needs=("lots.lots", "lots.disposals"),
    description="Finds losses whose units were bought again within 30 days, and says where a law disallows them.",
    run=build_wash_sale_shadow,
    checks=(
        Check(
            name="units_replace_once",
            table="tax.wash_sale_shadow",
            description="No lot replaces more units than it had.",
            query=_UNITS_REPLACE_ONCE,
            is_blocking=True,
        ),
        Check(
            name="no_more_is_replaced_than_sold",
            table="tax.wash_sale_shadow",
            description="No disposal has more units replaced than it sold.",
            query=_NO_MORE_THAN_SOLD,
            is_blocking=True,
        ),
        Check(
            name="parts_add_up_to_their_disposal",
            table="tax.wash_sale_parts",
            description="The parts of each disposal that a wash sale changes are all of it.",
            query=_PARTS_ARE_DISPOSALS,
            is_blocking=True,
        ),
        Check(
            name="no_loss_is_disallowed",
            table="tax.wash_sale_shadow",
            description="No law disallows a loss in these books: where one does, the gains still hold that loss.",
            query=_IN_FORCE,
            is_blocking=False,
        ),
    ),
)
