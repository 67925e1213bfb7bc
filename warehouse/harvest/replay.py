"""What following the plan each month of a year would have saved, over one's own past. Pure: events and prices in.

On the last day of each month, at noon where the taxpayer is, the book is what had happened until then, with the sales
of the months before put into it; the prices are the last that were quoted by then; the year's gains and income are
those so far. The plan made of that is carried out at those prices: sold, and bought back a second later. At the end of
the year the lot engine matches everything once with these sales and once without, and the tax of both is compared.

What is taken from later: nothing, but what the configuration tells of the year as a whole (income, filing status, gains
from elsewhere), which a person knows well enough, and which transfers belong together.

Belongs here: the months, and the comparison. Does not belong here: one plan (`plan/`), reading tables.
"""

from calendar import monthrange
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from warehouse.exact import PRICE_PLACES, QUANTITY_PLACES, USD_PLACES, from_units, to_units
from warehouse.harvest.doubts import OUTSIDE
from warehouse.harvest.plan.lines import Line
from warehouse.harvest.plan.standing import standing_year
from warehouse.harvest.plan.worth import Outcome, outcome
from warehouse.harvest.plan.year import plan_year
from warehouse.harvest.repurchase.law import LOOKED_BACK, is_under_wash_sales, lost_lately
from warehouse.harvest.valuation import LatestPrice, OpenLot, ValuedLot, value_lots
from warehouse.lots.carrying import carried_lots
from warehouse.lots.engine import match_lots
from warehouse.lots.holding import local_date
from warehouse.lots.policy import Policy
from warehouse.lots.results import Matched
from warehouse.settings import BookSettings
from warehouse.tax.us.country import UNITED_STATES

_NOON = time(12)
_BUYING_TAKES = timedelta(seconds=1)
_NAMED = 5
"""How many coins a note names."""
Row = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class PastBook:
    """What happened: `events` as the lot engine reads them; quoted prices, income and the carryover into the year.

    `prices` are (asset, instant, price), `income` (instant, value, both known); neither needs an order.
    """

    events: pa.Table
    prices: Sequence[tuple[str, datetime, Decimal]]
    income: Sequence[tuple[datetime, Decimal]]
    carried_short_usd: Decimal
    carried_long_usd: Decimal
    policy: Policy
    settings: BookSettings


@dataclass(frozen=True, slots=True)
class Month:
    """What was decided on one day: the lines of the plan, in order; the coins held, and which of them had no price."""

    decided_at: datetime
    lines: tuple[Line, ...]
    held: frozenset[str] = frozenset()
    unpriced: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Replay:
    """A year with and without the plans. `basis_lower_usd` is by how much less the lots that are left then cost.

    `later_tax_usd` is the tax on that, at the later rate of long-term gain and discounted as in a plan;
    `trading_usd` what selling and buying back cost. Tax is `None` where it can not be worked out.
    """

    tax_year: int
    ends_at: datetime
    months: tuple[Month, ...]
    without: Outcome
    planned: Outcome
    trading_usd: Decimal
    basis_lower_usd: Decimal
    later_tax_usd: Decimal
    notes: tuple[str, ...]

    @property
    def is_unpriced(self) -> bool:
        """Whether a coin was left out of a plan because it had no price."""
        return any(month.unpriced for month in self.months)

    @property
    def tax_saved_usd(self) -> Decimal | None:
        """The year's tax without the plans less that with them."""
        if self.without.tax is None or self.planned.tax is None:
            return None
        return self.without.tax.total_usd - self.planned.tax.total_usd

    @property
    def net_usd(self) -> Decimal | None:
        """Tax saved and what more is carried on, less trading that is not in the gains already and the later tax.

        The costs of trading are in the gains and in the basis, which is where they lower tax; the money is gone too.
        """
        saved = self.tax_saved_usd
        if saved is None:
            return None
        carried = self.planned.carried_value_usd - self.without.carried_value_usd
        return saved + carried - self.trading_usd - self.later_tax_usd


def replay_year(book: PastBook, tax_year: int, *, until: datetime) -> Replay:
    """Follow the plan through `tax_year`, or as far of it as lies before `until`.

    Raises `ValueError` for a year in which accounts are not pools of their own, and for one that has not begun.
    """
    pool, zone = book.policy.pool, book.settings.time_zone
    starts_at = datetime.combine(date(tax_year, 1, 1), time(), zone)
    ends_at = min(until, datetime.combine(date(tax_year + 1, 1, 1), time(), zone) - timedelta(microseconds=1))
    if until < starts_at:
        raise ValueError(f"{tax_year} has not begun in this book")
    if pool.rule == "universal" or (pool.since is not None and pool.since > starts_at.date()):
        raise ValueError(
            f"in {tax_year} sales took lots from one pool for all accounts; a plan goes account by account"
        )
    added: list[Row] = []
    months: list[Month] = []
    trading = 0
    for decided_at in _month_ends(tax_year, book):
        if decided_at > ends_at:
            break
        month = _plan(book, added, tax_year, decided_at)
        months.append(month)
        for number, line in enumerate(month.lines):
            trading += line.sale.effects.trade_cost
            added += _trades(line, decided_at, f"replay/{decided_at:%Y-%m}/{number}")
    before = _match(book, [], ends_at)
    after = _match(book, added, ends_at)
    year = standing_year(_summary(book, before, tax_year, ends_at), book.settings, today=local_date(ends_at, zone))
    planned = standing_year(_summary(book, after, tax_year, ends_at), book.settings, today=local_date(ends_at, zone))
    lower = _known_cost(before) - _known_cost(after)
    return Replay(
        tax_year=tax_year,
        ends_at=ends_at,
        months=tuple(months),
        without=outcome(year.standing),
        planned=outcome(planned.standing),
        trading_usd=from_units(trading, USD_PLACES),
        basis_lower_usd=lower,
        later_tax_usd=(lower * year.standing.later.long_rate).quantize(Decimal("1e-8")),
        notes=(*year.notes, *_price_notes(months, book.settings)),
    )


def _price_notes(months: Sequence[Month], settings: BookSettings) -> Iterator[str]:
    """Which coins could be in no plan for want of a price, those that lacked it equally often in one sentence."""
    coins: defaultdict[tuple[int, int], list[str]] = defaultdict(list)
    for asset in sorted({asset for month in months for asset in month.unpriced}):
        missing = sum(asset in month.unpriced for month in months)
        coins[missing, sum(asset in month.held for month in months)].append(asset)
    for (missing, held), assets in sorted(coins.items(), reverse=True):
        more = f" and {len(assets) - _NAMED} more" if len(assets) > _NAMED else ""
        yield (
            f"on {missing} of the {held} month ends on which it was held there was no price younger than "
            f"{settings.stale_after_hours} hours, and so no plan of a sale, of {', '.join(assets[:_NAMED])}{more}"
        )


def _month_ends(tax_year: int, book: PastBook) -> Iterator[datetime]:
    for month in range(1, 13):
        day = date(tax_year, month, monthrange(tax_year, month)[1])
        yield datetime.combine(day, _NOON, book.settings.time_zone)


def _plan(book: PastBook, added: Sequence[Row], tax_year: int, decided_at: datetime) -> Month:
    """The plan of one day, of what was known on it."""
    matched = _match(book, added, decided_at)
    today = local_date(decided_at, book.settings.time_zone)
    summary = _summary(book, matched, tax_year, decided_at)
    values = _lot_values(book, added, matched, decided_at, today)
    here = [row for row in values if row["account"] != OUTSIDE and not row["is_in_transit"]]
    return Month(
        decided_at,
        plan_year(summary, values, [], book.settings, today=today).lines,
        held=frozenset(row["asset"] for row in here),
        unpriced=frozenset(row["asset"] for row in here if row["price_usd"] is None),
    )


def _match(book: PastBook, added: Sequence[Row], until: datetime) -> Matched:
    trades = pa.Table.from_pylist(list(added), schema=book.events.schema)
    return match_lots(pa.concat_tables([book.events, trades]), policy=book.policy, until=until)


def _summary(book: PastBook, matched: Matched, tax_year: int, until: datetime) -> dict[str, Any]:
    """The year so far, as a row of `tax.year_summary`."""
    gains: defaultdict[str, Decimal] = defaultdict(Decimal)
    unknown = 0
    for row in matched.disposals.select(["tax_year", "term", "gain_usd", "kind"]).to_pylist():
        if row["tax_year"] == tax_year and row["gain_usd"] is not None:
            gains[row["term"]] += row["gain_usd"]
        elif row["tax_year"] == tax_year and row["kind"] not in ("gift_out", "donation", "lost", "theft", "carried"):
            unknown += 1
    told = book.settings.tax_years.get(tax_year)
    zone = book.settings.time_zone
    received = (value for at, value in book.income if at <= until and local_date(at, zone).year == tax_year)
    return {
        "tax_year": tax_year,
        "short_net_usd": gains["short"] + (told.other_short_gain_usd if told else 0) - book.carried_short_usd,
        "long_net_usd": gains["long"] + (told.other_long_gain_usd if told else 0) - book.carried_long_usd,
        "ordinary_income_usd": sum(received, Decimal(0)),
        "notes": [f"{unknown} disposals without a known gain are in no sum"] if unknown else [],
    }


def _lot_values(
    book: PastBook, added: Sequence[Row], matched: Matched, decided_at: datetime, today: date
) -> list[dict[str, Any]]:
    """What is open at that moment, as rows of `harvest.lot_values`."""
    prices = _prices(book, decided_at)
    acquired = (*_acquired(book.events), *added, *carried_lots(matched.carried))
    facts = {row["event_id"]: row for row in acquired if row["kind"] == "acquire"}
    lots = [_open_lot(row, facts[row["lot_id"]], book) for row in matched.open_lots.to_pylist()]
    methods = {name: book.policy.method_at(name, decided_at) for name in {lot.account for lot in lots}}
    lost = lost_lately(_losses(matched, decided_at), today, book.settings)
    return [
        {
            "account": valued.lot.account,
            "asset": valued.lot.asset,
            "lot_id": valued.lot.lot_id,
            "is_in_transit": valued.lot.is_in_transit,
            "quantity": from_units(valued.lot.quantity, QUANTITY_PLACES),
            "cost_usd": None if valued.lot.cost is None else from_units(valued.lot.cost, USD_PLACES),
            "price_usd": None if valued.price is None else from_units(valued.price.price, PRICE_PLACES),
            "unrealized_usd": None if valued.unrealized is None else from_units(valued.unrealized, USD_PLACES),
            "term": valued.term,
            "long_from_date": valued.lot.long_from,
            "method": methods[valued.lot.account],
            "sell_first_quantity": from_units(valued.sell_first_quantity, QUANTITY_PLACES),
            "status": "blocked" if _is_blocked(valued, today, lost, book.settings) else "ready",
            "reasons": [],
        }
        for valued in value_lots(lots, prices, methods=methods, today=today)
    ]


def _losses(matched: Matched, decided_at: datetime) -> list[tuple[str, datetime]]:
    """Asset and instant of what was sold at a loss lately."""
    sold = matched.disposals.select(["asset", "disposed_at", "gain_usd", "kind"])
    is_late = pc.greater_equal(sold["disposed_at"], pa.scalar(decided_at - LOOKED_BACK, sold["disposed_at"].type))
    rows = sold.filter(pc.and_kleene(is_late, pc.less(sold["gain_usd"], Decimal(0)))).to_pylist()
    return [(row["asset"], row["disposed_at"]) for row in rows if row["kind"] not in UNITED_STATES.untaxed_kinds]


def _is_blocked(valued: ValuedLot, today: date, lost: Mapping[str, date], settings: BookSettings) -> bool:
    """Whether no plan could have sold it: without figures, outside, or where buying back would undo a loss."""
    if valued.unrealized is None or valued.lot.account == OUTSIDE or valued.lot.asset in lost:
        return True
    return valued.unrealized < 0 and is_under_wash_sales(valued.lot.asset, today, settings)


def _acquired(events: pa.Table) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = events.select(["event_id", "kind", "quantity", "value_usd", "origin"]).to_pylist()
    return rows


def _prices(book: PastBook, decided_at: datetime) -> dict[str, LatestPrice]:
    """The last price of each coin by then; one that is old counts as none, for nobody would have sold by it."""
    oldest = decided_at - timedelta(hours=book.settings.stale_after_hours)
    latest: dict[str, tuple[datetime, Decimal]] = {}
    for asset, at, price in book.prices:
        if oldest <= at <= decided_at and (asset not in latest or at >= latest[asset][0]):
            latest[asset] = at, price
    return {
        asset: LatestPrice(to_units(price, PRICE_PLACES), at, "", is_interpolated=False)
        for asset, (at, price) in latest.items()
    }


def _open_lot(row: Row, acquired: Row, book: PastBook) -> OpenLot:
    cost, whole_cost = row["cost_usd"], acquired["value_usd"]
    return OpenLot(
        lot_id=row["lot_id"],
        asset=row["asset"],
        account=row["account"],
        acquired_at=row["acquired_at"],
        acquired_date=local_date(row["acquired_at"], book.settings.time_zone),
        quantity=to_units(row["quantity"], QUANTITY_PLACES),
        cost=None if cost is None else to_units(cost, USD_PLACES),
        whole_quantity=to_units(acquired["quantity"], QUANTITY_PLACES),
        whole_cost=None if whole_cost is None else to_units(whole_cost, USD_PLACES),
        is_always_long=acquired["origin"] == "inheritance",
        is_in_transit=row["is_in_transit"],
    )


def _trades(line: Line, decided_at: datetime, name: str) -> list[Row]:
    """The planned sale and the purchase after it, as events."""
    holding, effects = line.sale.holding, line.sale.effects
    common = {"account": holding.account, "asset": holding.asset}
    quantity = from_units(sum(line.sale.taken), QUANTITY_PLACES)
    named = [
        f"{lot.lot_id}:{from_units(units, QUANTITY_PLACES):f}"
        for lot, units in zip(holding.lots, line.sale.taken, strict=True)
        if units
    ]
    sale = {
        **common,
        "event_id": f"{name}#1",
        "occurred_at": decided_at,
        "kind": "dispose",
        "quantity": quantity,
        "value_usd": from_units(effects.value - effects.sell_cost, USD_PLACES),
        "purpose": "sale",
    }
    identified = {"lots": " ".join(named), "identified_at": decided_at, "is_broker_told": True}
    purchase = {
        **common,
        "event_id": f"{name}#2",
        "occurred_at": decided_at + _BUYING_TAKES,
        "kind": "acquire",
        "quantity": quantity,
        "value_usd": from_units(effects.value + effects.buy_cost, USD_PLACES),
        "origin": "trade",
    }
    return [sale if holding.is_ordered else {**sale, **identified}, purchase]


def _known_cost(matched: Matched) -> Decimal:
    costs = matched.open_lots.column("cost_usd").to_pylist()
    return sum((cost for cost in costs if cost is not None), Decimal(0))
