"""The step that makes `tax.wash_sale_shadow` and `tax.wash_sale_parts`.

The first shows what a wash sale rule disallows, or would if it reached coins; the second what a rule in force makes of
the disposals.

The calculation runs twice: with the sales that the law reaches, which gives the rows in force, and with all of them as
if it had always reached everything, of which the other sales' rows are kept.

Belongs here: carrying tables in and out, and the checks. Does not belong here: the rule (`us/wash_sales.py`), or where
it is law (`us/wash_sale_law.py`).
"""

from dataclasses import replace
from datetime import timedelta

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from warehouse.columns import MONEY, QUANTITY
from warehouse.lots.holding import local_days
from warehouse.lots.limbs import decimals_of, limbs_of
from warehouse.queries import select_rows
from warehouse.schema import create_tables, insert_rows
from warehouse.settings import BookSettings
from warehouse.steps import Book, Check, Step
from warehouse.tax.us.wash_columns import Flags, Ints, LotColumns, PartColumns, SaleColumns, WashColumns, settle_columns
from warehouse.tax.us.wash_sale_law import group_names, wash_sale_applies
from warehouse.tax.us.wash_sales import EPOCH_DATE
from warehouse.tax.us.wash_walk import WINDOW_DAYS

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
    names = group_names(book.settings.wash_sale.groups)
    bought = _lot_columns(lots, disposals, names, book.settings)
    sold = _sale_columns(lots, disposals, names, book.settings)
    in_force = _in_force(disposals["asset"], sold.day, book.settings)
    if in_force.any():
        law, parts = settle_columns(replace(sold, may_wash=sold.may_wash & in_force), bought)
        insert_rows(
            book.connection,
            "tax.wash_sale_shadow",
            _shadow_rows(law, np.ones(len(law.sale), np.bool_), (lots, disposals), (bought, sold), book.settings),
        )
        insert_rows(book.connection, "tax.wash_sale_parts", _part_rows(parts, disposals))
    shadow, _ = settle_columns(sold, bought)
    rows = _shadow_rows(shadow, in_force[shadow.sale], (lots, disposals), (bought, sold), book.settings)
    insert_rows(book.connection, "tax.wash_sale_shadow", rows.filter(pc.invert(rows["is_in_force"])))


def _lot_columns(lots: pa.Table, disposals: pa.Table, names: dict[str, str], settings: BookSettings) -> LotColumns:
    at = _instants(lots["acquired_at"])
    return LotColumns(
        group=_groups(lots["asset"], disposals["asset"], names)[: len(lots)],
        rank=_ranks(lots["lot_id"]),
        at=at,
        day=local_days(at, settings.time_zone),
        quantity=limbs_of(lots["quantity"]),
        cost=limbs_of(lots["cost_usd"]),
        has_cost=np.asarray(lots["cost_usd"].is_valid()),
    )


def _sale_columns(lots: pa.Table, disposals: pa.Table, names: dict[str, str], settings: BookSettings) -> SaleColumns:
    at, acquired_at = _instants(disposals["disposed_at"]), _instants(disposals["acquired_at"])
    day = local_days(at, settings.time_zone)
    lot = pc.fill_null(pc.index_in(disposals["lot_id"], value_set=lots["lot_id"].combine_chunks()), -1)
    return SaleColumns(
        group=_groups(lots["asset"], disposals["asset"], names)[len(lots) :],
        rank=_ranks(disposals["disposal_id"]),
        lot=lot.to_numpy().astype(np.int64),
        at=at,
        day=day,
        middle=day,
        acquired_at=acquired_at,
        acquired_day=local_days(acquired_at, settings.time_zone),
        quantity=limbs_of(disposals["quantity"]),
        gain=limbs_of(disposals["gain_usd"]),
        may_wash=np.asarray(disposals["gain_usd"].is_valid()),
    )


def _groups(lots: pa.ChunkedArray, disposals: pa.ChunkedArray, names: dict[str, str]) -> Ints:
    """A number for what counts as the same thing, of the lots and then of the disposals."""
    assets = pa.chunked_array([*lots.chunks, *disposals.chunks], pa.string()).combine_chunks().dictionary_encode()
    groups = [names.get(asset, asset) for asset in assets.dictionary.to_pylist()]
    codes = {group: code for code, group in enumerate(sorted(set(groups)))}
    numbers: Ints = np.array([codes[group] for group in groups], np.int64)[assets.indices.to_numpy()]
    return numbers


def _ranks(names: pa.ChunkedArray) -> Ints:
    ranks = np.empty(len(names), np.int64)
    ranks[pc.sort_indices(names).to_numpy()] = np.arange(len(names))
    return ranks


def _instants(column: pa.ChunkedArray) -> Ints:
    return column.cast(pa.timestamp("us", tz="UTC")).cast(pa.int64()).to_numpy()  # type: ignore[no-any-return]


def _in_force(assets: pa.ChunkedArray, days: Ints, settings: BookSettings) -> Flags:
    """Which sales a wash sale rule in force reaches, by their asset and their day."""
    coded = assets.combine_chunks().dictionary_encode()
    names = coded.dictionary.to_pylist()
    pairs, place = np.unique(np.stack([coded.indices.to_numpy().astype(np.int64), days]), axis=1, return_inverse=True)
    applies = [
        wash_sale_applies(
            settings.asset_classes.get(names[code], _COIN),
            EPOCH_DATE + timedelta(days=day),
            settings.jurisdiction,
            coins_since=settings.wash_sale.coins_since,
        )
        for code, day in pairs.T.tolist()
    ]
    reached: Flags = np.array(applies, np.bool_)[place.reshape(-1)]
    return reached


def _shadow_rows(
    washes: WashColumns,
    in_force: Flags,
    tables: tuple[pa.Table, pa.Table],
    columns: tuple[LotColumns, SaleColumns],
    settings: BookSettings,
) -> pa.Table:
    """The rows of `tax.wash_sale_shadow`, in the order of the wash sales."""
    lots, disposals = tables
    bought, sold = columns
    sale, lot = disposals.take(pa.array(washes.sale)), lots.take(pa.array(washes.lot))
    coded = sale["asset"].combine_chunks().dictionary_encode()
    classes = [settings.asset_classes.get(asset, _COIN) for asset in coded.dictionary.to_pylist()]
    return pa.table(
        {
            **{name: sale[name] for name in ("disposal_id", "asset", "account", "disposed_at", "tax_year")},
            **{f"replacement_{name}": lot[name] for name in ("lot_id", "asset", "account", "acquired_at")},
            "place": _places(washes.sale),
            "asset_class": pa.array(classes, pa.string()).take(coded.indices),
            "replaced_quantity": decimals_of(washes.quantity, QUANTITY),
            "disallowed_usd": decimals_of(washes.disallowed, MONEY),
            "replacement_basis_usd": decimals_of(washes.basis, MONEY, bought.has_cost[washes.lot]),
            "tacked_days": washes.tacked_days,
            "window_ends_date": pa.array((sold.day[washes.sale] + WINDOW_DAYS).astype(np.int32)).view(pa.date32()),
            "is_in_force": in_force,
        }
    )


def _part_rows(parts: PartColumns, disposals: pa.Table) -> pa.Table:
    return pa.table(
        {
            "disposal_id": disposals["disposal_id"].take(pa.array(parts.sale)),
            "place": np.arange(1, len(parts.sale) + 1),
            "quantity": decimals_of(parts.quantity, QUANTITY),
            "added_cost_usd": decimals_of(parts.added_cost, MONEY),
            "tacked_days": parts.tacked_days,
            "disallowed_usd": decimals_of(parts.disallowed, MONEY),
        }
    )


def _places(sale: Ints) -> npt.NDArray[np.int64]:
    """1, 2, ... within each run of one sale: all replacements of a sale come in one."""
    number = np.arange(len(sale))
    begins = np.ones(len(sale), np.bool_)
    begins[1:] = sale[1:] != sale[:-1]
    return number - np.maximum.accumulate(np.where(begins, number, 0)) + 1


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
