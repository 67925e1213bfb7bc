"""The step that makes `tax.form_8949` and `tax.form_8949_gaps`: every proven sale on its row, and what is kept apart.

Most rows are the disposals as they are and are made in SQL. Those that a broker's line, a wash sale in force or a
setting touches are worked out one by one.

Belongs here: carrying tables in and out, and the checks. Does not belong here: boxes, codes and columns
(`us/form_8949.py`).
"""

from collections import defaultdict
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pyarrow as pa

from warehouse.columns import split
from warehouse.lots.holding import Term, term_of
from warehouse.queries import load_query, select_rows
from warehouse.schema import create_tables, drop_tables, fetch_query, run_query, store_rows
from warehouse.settings import BookSettings
from warehouse.steps import Book, Check, Step
from warehouse.tax.decimal_rows import integer_rows, quantity, usd
from warehouse.tax.us.form_8949 import (
    CENT,
    DOLLAR,
    FIRST_DIGITAL_YEAR,
    Part,
    Report,
    box_of,
    cut,
    fill_columns,
    is_digital_asset,
    schedule_d_line,
)

_BOX_KEYS = """
SELECT DISTINCT tax_year, account, asset, term FROM lots.disposals WHERE gain_usd IS NOT NULL AND is_taxable
"""
_WASH_PARTS = """
SELECT disposal_id, quantity, added_cost_usd, tacked_days, disallowed_usd FROM tax.wash_sale_parts ORDER BY place
"""
_TEXTS = ("disposal_id", "account", "asset", "term", "box", "schedule_d_line", "code", "line_id")
_SPECIAL_ROWS = pa.schema(
    [
        *((name, pa.string()) for name in _TEXTS),
        ("tax_year", pa.int32()),
        ("part", pa.int32()),
        ("acquired_date", pa.date32()),
        ("sold_date", pa.date32()),
        ("quantity", pa.decimal128(38, 18)),
        *((f"{name}_usd", pa.decimal128(38, 8)) for name in ("proceeds", "cost", "adjustment", "gain")),
    ]
)


def build_form_8949(book: Book) -> None:
    """Make both tables from the disposals, the brokers' forms and the wash sales; they stay empty outside the US.

    Raises `ValueError` for a transaction in `nondeductible_losses` that the book has no disposal of.
    """
    connection, settings = book.connection, book.settings
    create_tables(connection, "530_form_8949.sql")
    if settings.jurisdiction != "US":
        return
    zone = {"time_zone": settings.time_zone.key}
    _store_nondeductible(book)
    run_query(connection, "find_special_disposals.sql")
    boxes = [
        {**row, **_place(row, settings, _paper_report(row, settings))}
        for row in fetch_query(connection, _BOX_KEYS).to_pylist()
    ]
    keys = ("account", "asset", "term", "box", "schedule_d_line")
    shape = pa.schema([("tax_year", pa.int32()), *((name, pa.string()) for name in keys)])
    store_rows(connection, "form_boxes", pa.Table.from_pylist(boxes, schema=shape))
    store_rows(connection, "special_rows", pa.Table.from_pylist(list(_special_rows(book)), schema=_SPECIAL_ROWS))
    connection.execute(load_query("insert_form_rows"), {**zone, "whole_dollars": settings.forms.whole_dollars})
    connection.execute(load_query("insert_form_gaps"), zone)
    drop_tables(connection, "nondeductible", "special_disposals", "form_boxes", "special_rows")


def _store_nondeductible(book: Book) -> None:
    named = book.settings.forms.nondeductible_losses
    rows = pa.table({"transaction_id": pa.array(named, pa.string())})
    store_rows(book.connection, "nondeductible", rows)
    unknown = fetch_query(book.connection, "FROM nondeductible ANTI JOIN lots.disposals USING (transaction_id)")
    if unknown.num_rows:
        names = ", ".join(sorted(unknown["transaction_id"].to_pylist()))
        raise ValueError(f"nondeductible_losses names {names}, which disposed of nothing in this book")


def _paper_report(row: dict[str, Any], settings: BookSettings) -> Report:
    """Whether a Form 1099-B reports it: of what is no digital asset, from the accounts that gave one."""
    if _is_digital(row, settings):
        return "no_form"
    told = settings.forms.form_1099b.get(row["account"])
    return "no_form" if told is None else "basis_reported" if told == "basis_reported" else "basis_not_reported"


def _is_digital(row: dict[str, Any], settings: BookSettings) -> bool:
    """Whether it goes into the boxes of digital assets: not a tokenized security that is on a Form 1099-B."""
    asset_class = settings.asset_classes.get(row["asset"], "coin")
    is_on_1099b = asset_class == "tokenized_security" and row["account"] in settings.forms.form_1099b
    return is_digital_asset(asset_class) and not is_on_1099b and row["tax_year"] >= FIRST_DIGITAL_YEAR


def _place(row: dict[str, Any], settings: BookSettings, report: Report, *, code: str = "") -> dict[str, str]:
    term: Term = row["term"]
    is_total = settings.forms.totals_only and report == "basis_reported" and not code
    return {
        "box": box_of(row["tax_year"], term, report, is_digital=_is_digital(row, settings)),
        "schedule_d_line": schedule_d_line(term, report, is_total=is_total),
    }


def _special_rows(book: Book) -> Iterator[dict[str, Any]]:
    connection, settings = book.connection, book.settings
    zone = {"time_zone": settings.time_zone.key}
    pieces: defaultdict[str, list[tuple[int, dict[str, Any]]]] = defaultdict(list)
    for row in integer_rows(select_rows(connection, "read_special_pieces")):
        pieces[row["disposal_id"]].append((row["quantity"], row))
    washes: defaultdict[str, list[tuple[int, dict[str, Any]]]] = defaultdict(list)
    for row in integer_rows(fetch_query(connection, _WASH_PARTS)):
        washes[row["disposal_id"]].append((row["quantity"], row))
    for disposal in integer_rows(select_rows(connection, "read_special_disposals", zone)):
        own = pieces.get(disposal["disposal_id"]) or [(disposal["quantity"], _alone(disposal))]
        if all(piece["is_usable"] for _, piece in own):
            parts = washes.get(disposal["disposal_id"]) or [(disposal["quantity"], _UNTOUCHED)]
            yield from _rows_of(disposal, own, parts, settings)


_UNTOUCHED = {"added_cost_usd": 0, "tacked_days": 0, "disallowed_usd": 0}


def _alone(disposal: dict[str, Any]) -> dict[str, Any]:
    """A disposal that no broker reports, as the one piece that it is."""
    return {
        "net_proceeds_usd": disposal["proceeds_usd"],
        "cost_usd": disposal["cost_usd"],
        "reported_proceeds_usd": None,
        "reported_cost_usd": None,
        "is_basis_reported": False,
        "reported_term": None,
        "is_usable": True,
        "line_id": None,
    }


def _rows_of(
    disposal: dict[str, Any],
    pieces: list[tuple[int, dict[str, Any]]],
    parts: list[tuple[int, dict[str, Any]]],
    settings: BookSettings,
) -> Iterator[dict[str, Any]]:
    """The rows of one disposal: each piece of a broker's line in each part of a wash sale."""
    cuts = cut(pieces, parts)
    money = ("net_proceeds_usd", "cost_usd", "reported_proceeds_usd", "reported_cost_usd")
    of_pieces = {name: _shared([piece[name] for _, piece in pieces], [(u, p) for u, p, _ in cuts]) for name in money}
    of_parts = {
        name: _shared([part[name] for _, part in parts], [(u, w) for u, _, w in cuts])
        for name in ("added_cost_usd", "disallowed_usd")
    }
    for place, (units, piece_place, part_place) in enumerate(cuts):
        piece, part = pieces[piece_place][1], parts[part_place][1]
        acquired = disposal["acquired_date"] - timedelta(days=part["tacked_days"])
        term = term_of(acquired, disposal["sold_date"]) if part["tacked_days"] else disposal["term"]
        columns = fill_columns(
            Part(
                term=term,
                proceeds=of_pieces["net_proceeds_usd"][place] or 0,
                cost=(of_pieces["cost_usd"][place] or 0) + (of_parts["added_cost_usd"][place] or 0),
                reported_proceeds=of_pieces["reported_proceeds_usd"][place],
                reported_cost=of_pieces["reported_cost_usd"][place],
                is_basis_reported=piece["is_basis_reported"],
                reported_term=piece["reported_term"],
                disallowed=of_parts["disallowed_usd"][place] or 0,
                is_nondeductible=disposal["transaction_id"] in settings.forms.nondeductible_losses,
            ),
            unit=DOLLAR if settings.forms.whole_dollars else CENT,
        )
        report: Report = "basis_reported" if piece["is_basis_reported"] else "basis_not_reported"
        if piece["line_id"] is None:
            report = _paper_report(disposal, settings)
        yield {
            **{name: disposal[name] for name in ("disposal_id", "account", "asset", "tax_year", "sold_date")},
            **_place({**disposal, "term": term}, settings, report, code=columns.code),
            "term": term,
            "part": place,
            "line_id": piece["line_id"],
            "quantity": quantity(units),
            "acquired_date": None if disposal["is_inherited"] else acquired,
            "code": columns.code,
            "proceeds_usd": usd(columns.proceeds),
            "cost_usd": usd(columns.cost),
            "adjustment_usd": usd(columns.adjustment),
            "gain_usd": usd(columns.gain),
        }


def _shared(amounts: list[int | None], cuts: list[tuple[int, int]]) -> list[int | None]:
    """Each amount shared among the cuts (units, whose amount), by their units."""
    found: list[int | None] = []
    for owner, amount in enumerate(amounts):
        units = [taken for taken, of in cuts if of == owner]
        found += [None] * len(units) if amount is None else split(amount, units)
    return found


_EVERY_SALE_ONCE = """
SELECT disposal_id, quantity, formed, apart FROM (
    SELECT disposal_id, quantity, is_apart AS apart, f.formed
    FROM (
        SELECT disposal_id, quantity, gain_usd IS NULL OR disposal_id IN (
            SELECT source_id FROM tax.form_8949_gaps WHERE gap = 'proceeds_differ') AS is_apart
        FROM lots.disposals WHERE is_taxable
    )
    LEFT JOIN (SELECT disposal_id, sum(quantity) AS formed FROM tax.form_8949 GROUP BY disposal_id) AS f
        USING (disposal_id)
)
WHERE (EXISTS (FROM tax.form_8949) OR EXISTS (FROM tax.form_8949_gaps))
  AND (CASE WHEN apart THEN formed IS NOT NULL ELSE formed IS DISTINCT FROM quantity END)
ORDER BY disposal_id
"""

_ROWS_ARE_THE_SALES = """
SELECT disposal_id, f.proceeds_usd, d.proceeds_usd AS sold_usd, f.cost_usd, d.cost_usd AS bought_usd
FROM tax.form_8949 AS f JOIN lots.disposals AS d USING (disposal_id)
WHERE line_id IS NULL AND code = '' AND disposal_id NOT IN (SELECT disposal_id FROM tax.wash_sale_parts) AND (
    f.proceeds_usd NOT IN (d.proceeds_usd::DECIMAL(38, 2), d.proceeds_usd::DECIMAL(38, 0))
    OR f.cost_usd NOT IN (d.cost_usd::DECIMAL(38, 2), d.cost_usd::DECIMAL(38, 0))
)
ORDER BY disposal_id
"""

FORM_8949 = Step(
    tables=("tax.form_8949", "tax.form_8949_gaps"),
    needs=(
        "lots.events",
        "lots.lots",
        "lots.disposals",
        "lots.shortfalls",
        "tax.wash_sale_parts",
        "tax.form_1099da_match",
    ),
    description="Puts every proven sale on its row of Form 8949, and keeps apart what is not proven.",
    run=build_form_8949,
    checks=(
        Check(
            name="every_sale_is_on_the_form_once",
            table="tax.form_8949",
            description="Each disposal is on the form with all its units, or is kept apart, and never both.",
            query=_EVERY_SALE_ONCE,
            is_blocking=True,
        ),
        Check(
            name="rows_are_the_sales",
            table="tax.form_8949",
            description="A row that nothing adjusts shows the proceeds and the cost of the books, rounded.",
            query=_ROWS_ARE_THE_SALES,
            is_blocking=True,
        ),
        Check(
            name="nothing_is_kept_apart",
            table="tax.form_8949_gaps",
            description="Everything that belongs on the form is on it.",
            query="FROM tax.form_8949_gaps",
            is_blocking=False,
        ),
    ),
)
