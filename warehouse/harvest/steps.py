"""The step that makes `harvest.lot_values` and `harvest.candidates`, and their summary in words.

Belongs here: carrying tables in and out of this room, checking them. Does not belong here: the figures
(`valuation.py`), what to think of them (`doubts.py`, `health.py`), the words (`summary.py`).
"""

from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import duckdb
import pyarrow as pa

from warehouse.exact import PRICE_PLACES, QUANTITY_PLACES, USD_PLACES, divide_half_even, from_units, to_units
from warehouse.harvest.deadlines import deadlines
from warehouse.harvest.doubts import gift_doubts, law_doubts
from warehouse.harvest.health import Health
from warehouse.harvest.identified import Waiting, waiting_of
from warehouse.harvest.picks import identify_command
from warehouse.harvest.reach import liquidity_doubts, reach_doubts, sale_figures, second_price_doubts, second_prices
from warehouse.harvest.repurchase.law import LOOKED_BACK, is_under_wash_sales, lost_lately
from warehouse.harvest.summary import CandidateRow, summarize
from warehouse.harvest.valuation import LatestPrice, OpenLot, ValuedLot, at_proceeds, value_at, value_lots
from warehouse.lots.holding import local_date
from warehouse.queries import select_rows
from warehouse.schema import create_tables, fetch_query, insert_rows, run_query
from warehouse.settings import BookSettings
from warehouse.steps import Book, Check, Step
from warehouse.tax.countries import country_of
from warehouse.tax.country import Country
from warehouse.tax.us.country import UNITED_STATES

_LOSSES = "SELECT asset, disposed_at FROM lots.disposals WHERE is_taxable AND gain_usd < 0 AND disposed_at >= $since"


def build_candidates(book: Book) -> None:
    """Make both tables from the open lots, the latest prices and the tables of `quality`."""
    create_tables(book.connection, "600_harvest.sql")
    stored = select_rows(book.connection, "read_open_lots").to_pylist()
    prices = _latest_prices(book)
    health = Health(
        coverage=select_rows(book.connection, "read_coverage").to_pylist(),
        problems=select_rows(book.connection, "count_problems").to_pylist(),
        differences=select_rows(book.connection, "read_balance_differences").to_pylist(),
        doubts=select_rows(book.connection, "read_lot_doubts").to_pylist(),
        prices=prices,
        as_of=book.as_of,
        stale_after=timedelta(hours=book.settings.stale_after_hours),
    )
    country = country_of(book.settings.jurisdiction)
    zone = book.settings.time_zone
    today = local_date(book.as_of, zone)
    ends = deadlines(book.settings, book.as_of)
    bought_today = {row["asset"] for row in stored if local_date(row["acquired_at"], zone) == today}
    methods = dict(book.connection.execute("SELECT account, method FROM lots.methods WHERE is_current").fetchall())
    costs = _trading_costs(book)
    seconds = second_prices(costs.values())
    pools = {row["asset"]: row["coins"] for row in select_rows(book.connection, "read_pool_tokens").to_pylist()}
    losses = book.connection.execute(_LOSSES, {"since": book.as_of - LOOKED_BACK}).fetchall()
    lost = lost_lately(losses, today, book.settings)
    rows = []
    lots = [_at_latest(open_lot(row, zone, country), prices) for row in stored]
    is_pooled = country.match_shares is not None
    waiting = read_waiting(book.connection, book.settings, today)
    for valued in value_lots(lots, prices, methods=methods, today=today, is_pooled=is_pooled, identified=waiting.first):
        lot = valued.lot
        lot_costs = costs.get((lot.account, lot.asset))
        sale = sale_figures(valued, lot_costs)
        by_law = law_doubts(
            country,
            lot.asset,
            term=valued.term,
            unrealized=valued.unrealized,
            is_bought_today=lot.asset in bought_today,
            is_under_wash_sales=is_under_wash_sales(lot.asset, today, book.settings),
            lost_on=lost.get(lot.asset),
        )
        doubts = [
            *by_law,
            *reach_doubts(valued, lot_costs),
            *liquidity_doubts(lot, pools, keeps_basis=book.settings.lots.liquidity == "keep_basis"),
            *second_price_doubts(lot.asset, valued.price, seconds.get(lot.asset)),
            *ends.doubts(lot.account),
            *gift_doubts(lot.cost_basis),
        ]
        status, reasons = health.verdict(lot, doubts)
        rows.append(
            {
                **_figures(valued),
                "as_of": book.as_of,
                "unit_cost_usd": _unit_cost(lot),
                "method": "pool" if is_pooled else methods.get(lot.account, "fifo"),
                "deadline_at": ends.end,
                "sell_by_at": ends.sell_by(lot.account),
                "reachable_quantity": None if lot_costs is None else lot_costs["reachable_quantity"],
                "sell_price_usd": None if sale.price is None else from_units(sale.price, PRICE_PLACES),
                "sell_price_source": sale.source,
                "unrealized_after_costs_usd": _usd(sale.unrealized),
                "identify_command": _command(valued, status, waiting) if book.settings.jurisdiction == "US" else None,
                "status": status,
                "reasons": reasons,
            }
        )
    shape = fetch_query(book.connection, "SELECT * FROM harvest.lot_values").schema
    insert_rows(book.connection, "harvest.lot_values", pa.Table.from_pylist(rows, schema=shape))
    run_query(book.connection, "insert_candidates.sql")


def summary_lines(
    connection: duckdb.DuckDBPyConnection, *, as_of: datetime, time_zone: ZoneInfo, country: Country = UNITED_STATES
) -> list[str]:
    """Five lines on the harvest candidates in the built or published file that `connection` has open."""
    candidates = [_candidate(row) for row in select_rows(connection, "list_candidates").to_pylist()]
    open_lots = [_candidate(row) for row in select_rows(connection, "list_lot_values").to_pylist()]
    return summarize(candidates, open_lots, as_of=as_of, time_zone=time_zone, country=country)


def _candidate(row: dict[str, Any]) -> CandidateRow:
    return CandidateRow(**{name: row[name] for name in CandidateRow.__dataclass_fields__})


def _trading_costs(book: Book) -> dict[tuple[str, str], dict[str, Any]]:
    """The rows of `harvest.trading_costs` by account and coin."""
    rows = select_rows(book.connection, "list_trading_costs").to_pylist()
    return {(row["account"], row["asset"]): row for row in rows}


def read_waiting(connection: duckdb.DuckDBPyConnection, settings: BookSettings, today: date) -> Waiting:
    """What the journal names for the sales to come, and what else of it nothing has used yet."""
    return waiting_of(select_rows(connection, "read_reserved_lots").to_pylist(), settings, today=today)


def _latest_prices(book: Book) -> dict[str, LatestPrice]:
    rows = select_rows(book.connection, "read_latest_prices", {"as_of": book.as_of}).to_pylist()
    return {
        row["asset"]: LatestPrice(
            price=to_units(row["price_usd"], PRICE_PLACES),
            at=row["at"],
            source=row["source"],
            is_interpolated=row["is_interpolated"],
        )
        for row in rows
    }


def open_lot(row: dict[str, Any], time_zone: ZoneInfo, country: Country) -> OpenLot:
    """A row of `read_open_lots.sql` as a value of this room, with the terms of the country."""
    acquired_at: datetime = row["acquired_at"]
    return OpenLot(
        lot_id=row["lot_id"],
        asset=row["asset"],
        account=row["account"],
        acquired_at=acquired_at,
        acquired_date=local_date(acquired_at, time_zone),
        quantity=to_units(row["quantity"], QUANTITY_PLACES),
        cost=_usd_units(row["cost_usd"]),
        whole_quantity=to_units(row["whole_quantity"], QUANTITY_PLACES),
        whole_cost=_usd_units(row["whole_cost_usd"]),
        is_always_long=row["is_always_long"],
        is_in_transit=row["is_in_transit"],
        first_long=None if country.terms is None else country.calendar.first_long,
        fair_value=_part_of(row["whole_fair_value_usd"], row),
        given_date=None if row["given_at"] is None else local_date(row["given_at"], time_zone),
    )


def _at_latest(lot: OpenLot, prices: dict[str, LatestPrice]) -> OpenLot:
    price = prices.get(lot.asset)
    return lot if price is None else at_proceeds(lot, value_at(lot.quantity, price.price))


def _unit_cost(lot: OpenLot) -> Decimal | None:
    if lot.cost is None:
        return None
    scale = 10 ** (PRICE_PLACES + QUANTITY_PLACES - USD_PLACES)
    return from_units(divide_half_even(lot.cost * scale, lot.quantity), PRICE_PLACES)


def _part_of(whole: Decimal | None, row: dict[str, Any]) -> int | None:
    """What of an amount of the whole lot falls to the units that are held."""
    if whole is None:
        return None
    held, units = (to_units(row[name], QUANTITY_PLACES) for name in ("quantity", "whole_quantity"))
    return divide_half_even(to_units(whole, USD_PLACES) * held, units)


def _command(valued: ValuedLot, status: str, waiting: Waiting) -> str | None:
    """What records this lot before a sale, where the account's order would take others first.

    Units that are identified already stay before it, and of this lot they need no other record.
    """
    lot = valued.lot
    units = lot.quantity - valued.identified
    if not valued.sell_first_quantity or not units or lot.is_in_transit or status == "blocked":
        return None
    others = sum(named.units for named in waiting.first.get((lot.account, lot.asset), ()) if named.lot_id != lot.lot_id)
    if valued.sell_first_quantity <= others:
        return None
    return identify_command(lot.account, lot.asset, [(lot.lot_id, units)])


def _figures(valued: ValuedLot) -> dict[str, Any]:
    lot, price = valued.lot, valued.price
    return {
        "account": lot.account,
        "asset": lot.asset,
        "lot_id": lot.lot_id,
        "is_in_transit": lot.is_in_transit,
        "acquired_at": lot.acquired_at,
        "quantity": from_units(lot.quantity, QUANTITY_PLACES),
        "cost_usd": _usd(lot.cost),
        "cost_basis": lot.cost_basis,
        "price_usd": None if price is None else from_units(price.price, PRICE_PLACES),
        "price_at": None if price is None else price.at,
        "source": None if price is None else price.source,
        "is_interpolated": None if price is None else price.is_interpolated,
        "value_usd": _usd(valued.value),
        "unrealized_usd": _usd(valued.unrealized),
        "term": valued.term,
        "long_from_date": lot.long_from,
        "days_to_long_term": valued.days_to_long_term,
        "identified_quantity": from_units(valued.identified, QUANTITY_PLACES),
        "sell_first_quantity": from_units(valued.sell_first_quantity, QUANTITY_PLACES),
        "unrealized_first_usd": _usd(valued.unrealized_first),
        "short_first_usd": _usd(valued.short_first),
        "reached_by": list(valued.reached_by),
    }


def _usd_units(amount: Decimal | None) -> int | None:
    return None if amount is None else to_units(amount, USD_PLACES)


def _usd(units: int | None) -> Decimal | None:
    return None if units is None else from_units(units, USD_PLACES)


_VALUES_ARE_THE_LOTS = """
SELECT lot_id, account, o.quantity AS open_quantity, v.quantity, o.cost_usd AS open_cost_usd, v.cost_usd
FROM lots.open_lots AS o
FULL JOIN harvest.lot_values AS v USING (lot_id, account, is_in_transit)
WHERE o.quantity IS DISTINCT FROM v.quantity OR (o.cost_usd IS DISTINCT FROM v.cost_usd AND v.cost_basis = 'cost')
ORDER BY lot_id, account
"""

_CANDIDATES_ARE_THE_LOSSES = """
SELECT lot_id, account, v.unrealized_usd, c.unrealized_usd AS candidate_usd
FROM (FROM harvest.lot_values WHERE unrealized_usd < 0 OR unrealized_usd IS NULL) AS v
FULL JOIN harvest.candidates AS c USING (lot_id, account, is_in_transit)
WHERE v.quantity IS DISTINCT FROM c.quantity
   OR v.unrealized_usd IS DISTINCT FROM c.unrealized_usd
   OR v.status IS DISTINCT FROM c.status
ORDER BY lot_id, account
"""

CANDIDATES = Step(
    tables=("harvest.lot_values", "harvest.candidates"),
    needs=(
        "lots.open_lots",
        "lots.lots",
        "lots.disposals",
        "lots.methods",
        "lots.identifications",
        "market.prices",
        "ledger.legs",
        "ledger.spam",
        "quality.coverage",
        "quality.doubts",
        "quality.balance_differences",
        "quality.problems",
        "harvest.trading_costs",
    ),
    description="Values every open lot at the latest price and lists those whose sale would realize a loss.",
    run=build_candidates,
    checks=(
        Check(
            name="values_are_the_open_lots",
            table="harvest.lot_values",
            description="Every open lot is valued once, with its quantity and the cost that counts.",
            query=_VALUES_ARE_THE_LOTS,
            is_blocking=True,
        ),
        Check(
            name="candidates_are_the_losses",
            table="harvest.candidates",
            description="The candidates are exactly the valued lots with a loss or without a known figure.",
            query=_CANDIDATES_ARE_THE_LOSSES,
            is_blocking=True,
        ),
        Check(
            name="lots_have_a_price",
            table="harvest.lot_values",
            description="Every open lot could be priced.",
            query="SELECT DISTINCT asset FROM harvest.lot_values WHERE price_usd IS NULL ORDER BY asset",
            is_blocking=False,
        ),
    ),
)
