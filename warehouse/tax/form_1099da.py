"""The step that makes `tax.form_1099da` and `tax.form_1099da_match`: what brokers reported, beside the books.

Belongs here: carrying files and tables in and out, and the checks. Does not belong here: reading a form
(`us/broker_form.py`), matching it (`us/broker_match.py`).
"""

from collections import defaultdict
from collections.abc import Iterator
from typing import Any

import pyarrow as pa

from warehouse.columns import split
from warehouse.market.currencies import STABLECOINS
from warehouse.queries import select_rows
from warehouse.schema import create_tables, fetch_query, insert_rows
from warehouse.settings import BrokerForm
from warehouse.steps import Book, Check, Step
from warehouse.tax.decimal_rows import integer_rows, quantity, usd
from warehouse.tax.us.broker_form import BrokerFormError, ReportedSale, read_broker_form
from warehouse.tax.us.broker_match import Piece, match_broker_form
from warehouse.tax.us.broker_reasons import BookSale


def build_form_1099da(book: Book) -> None:
    """Make `tax.form_1099da` from the configured files and `tax.form_1099da_match` from them and the disposals.

    Both stay empty outside the United States. Raises `BrokerFormError` for a file that is no Form 1099-DA, and
    `OSError` where it can not be read.
    """
    create_tables(book.connection, "520_form_1099da.sql")
    if book.settings.jurisdiction != "US":
        return
    reported: list[dict[str, Any]] = []
    matched: list[dict[str, Any]] = []
    for form in book.settings.forms.forms_1099da:
        lines = _read(form, book)
        reported += [_line_row(form, line) for line in lines]
        matches = match_broker_form(
            lines,
            list(_sales(form, book)),
            accept_values=book.settings.forms.accept_reported_values,
            stablecoins=STABLECOINS,
        )
        for pieces in matches:
            matched += _match_rows(form, pieces)
    for table, rows in (("tax.form_1099da", reported), ("tax.form_1099da_match", matched)):
        shape = fetch_query(book.connection, f"SELECT * FROM {table}").schema
        insert_rows(book.connection, table, pa.Table.from_pylist(rows, schema=shape))


def _read(form: BrokerForm, book: Book) -> list[ReportedSale]:
    if form.account not in {account.name for account in book.settings.accounts}:
        names = ", ".join(account.name for account in book.settings.accounts)
        raise BrokerFormError(f"{form.path} is of the account {form.account!r}, which there is not; there are {names}")
    with form.path.open(encoding="utf-8-sig", newline="") as file:
        return read_broker_form(file, file=str(form.path), aliases=book.settings.aliases)


def _sales(form: BrokerForm, book: Book) -> Iterator[BookSale]:
    parameters = {
        "account": form.account,
        "tax_year": form.tax_year,
        "time_zone": book.settings.time_zone.key,
    }
    events: defaultdict[str, list[dict[str, Any]]] = defaultdict(list)
    for row in integer_rows(select_rows(book.connection, "read_broker_sales", parameters)):
        events[row["event_id"]].append(row)
    for event, rows in events.items():
        fees = rows[0]["event_fees_usd"]
        shares = [None] * len(rows) if fees is None else split(fees, [row["quantity"] for row in rows])
        for row, share in zip(rows, shares, strict=True):
            yield BookSale(
                disposal_id=row["disposal_id"],
                event=event,
                asset=row["asset"],
                units=row["quantity"],
                acquired_date=row["acquired_date"],
                sold_date=row["sold_date"],
                utc_date=row["utc_date"],
                proceeds=row["proceeds_usd"],
                cost=row["cost_usd"],
                fees=share,
                kind=row["kind"],
                term=row["term"],
                was_moved_in=row["was_moved_in"],
            )


def _line_id(form: BrokerForm, line: ReportedSale) -> str:
    return f"{form.account}/1099-DA/{form.tax_year}/{line.line}"


def _line_row(form: BrokerForm, line: ReportedSale) -> dict[str, Any]:
    return {
        "line_id": _line_id(form, line),
        "account": form.account,
        "tax_year": form.tax_year,
        "line": line.line,
        "asset": line.asset,
        "quantity": quantity(line.units),
        "acquired_date": line.acquired_date,
        "sold_date": line.sold_date,
        "proceeds_usd": usd(line.proceeds),
        "cost_usd": usd(line.cost),
        "wash_sale_usd": usd(line.wash_sale),
        "is_basis_reported": line.is_basis_reported,
        "is_net": line.is_net,
        "term": line.term,
        "is_noncovered": line.is_noncovered,
        "is_aggregate": line.is_aggregate,
        "transferred_in_date": line.transferred_in_date,
    }


def _match_rows(form: BrokerForm, pieces: list[Piece]) -> Iterator[dict[str, Any]]:
    first = pieces[0]
    match_id = _line_id(form, first.line) if first.line else first.sale.disposal_id if first.sale else ""
    for place, piece in enumerate(pieces, start=1):
        line, sale = piece.line, piece.sale
        yield {
            "match_id": match_id,
            "place": place,
            "account": form.account,
            "tax_year": form.tax_year,
            "asset": (line or sale).asset,  # type: ignore[union-attr]
            "status": piece.status,
            "reasons": list(piece.reasons),
            "is_usable": piece.is_usable,
            "line_id": _line_id(form, line) if line else None,
            "disposal_id": sale.disposal_id if sale else None,
            "quantity": quantity(piece.units),
            "sold_date": sale.sold_date if sale else None,
            "reported_sold_date": line.sold_date if line else None,
            "proceeds_usd": usd(piece.proceeds),
            "reported_proceeds_usd": usd(piece.reported_proceeds),
            "fees_usd": usd(piece.fees),
            "cost_usd": usd(piece.cost),
            "reported_cost_usd": usd(piece.reported_cost),
            "net_proceeds_usd": usd(piece.net_proceeds),
            "reported_term": line.term if line else None,
            "is_basis_reported": line.is_basis_reported if line else None,
        }


_EVERY_LINE_ONCE = """
SELECT line_id, f.proceeds_usd, m.proceeds AS matched_usd FROM tax.form_1099da AS f
FULL JOIN (
    SELECT line_id, sum(reported_proceeds_usd) AS proceeds FROM tax.form_1099da_match
    WHERE line_id IS NOT NULL GROUP BY line_id
) AS m USING (line_id)
WHERE f.proceeds_usd IS DISTINCT FROM m.proceeds ORDER BY line_id
"""

_FORMS_AGREE = """
SELECT account, tax_year, asset, status, reasons, reported_sold_date, sold_date, reported_proceeds_usd, proceeds_usd
FROM tax.form_1099da_match WHERE NOT is_usable ORDER BY ALL
"""

FORM_1099DA = Step(
    tables=("tax.form_1099da", "tax.form_1099da_match"),
    needs=("ledger.postings", "lots.events", "lots.lots", "lots.disposals", "lots.shortfalls"),
    description="Reads the Forms 1099-DA of brokers and matches their lines to the disposals of the books.",
    run=build_form_1099da,
    checks=(
        Check(
            name="every_line_is_matched_once",
            table="tax.form_1099da_match",
            description="The parts of each line of a broker add up to its proceeds.",
            query=_EVERY_LINE_ONCE,
            is_blocking=True,
        ),
        Check(
            name="brokers_agree",
            table="tax.form_1099da_match",
            description="No broker reports a sale, or proceeds, that the books can not explain.",
            query=_FORMS_AGREE,
            is_blocking=False,
        ),
    ),
)
