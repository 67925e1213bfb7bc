"""The candidates in five lines, for a terminal or a log. Pure: rows in, lines out.

Belongs here: choosing what five lines say. Does not belong here: reading the rows, colours, the full table.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

from warehouse.lots.calendar import Calendar
from warehouse.tax.country import Country
from warehouse.tax.us.country import UNITED_STATES

_NAMED_LOTS = 3
_NAMED_REASONS = 2
_HOUR = timedelta(hours=1)
_SHOWN = Decimal("0.00000001")


@dataclass(frozen=True, slots=True)
class CandidateRow:
    """What the summary needs of a row of `harvest.candidates` (or `harvest.lot_values`)."""

    account: str
    asset: str
    quantity: Decimal
    unrealized_usd: Decimal | None
    term: str | None
    days_to_long_term: int | None
    sell_first_quantity: Decimal
    status: str
    reasons: Sequence[str]
    sell_by_at: datetime


def tax_year_end(tax_year: int, time_zone: ZoneInfo, calendar: Calendar = UNITED_STATES.calendar) -> datetime:
    """The instant at which `tax_year` is over in `time_zone`, in UTC: sales count before it."""
    return datetime.combine(calendar.first_date(tax_year + 1), time(), tzinfo=time_zone).astimezone(UTC)


def summarize(
    candidates: Sequence[CandidateRow],
    open_lots: Sequence[CandidateRow],
    *,
    as_of: datetime,
    time_zone: ZoneInfo,
    country: Country = UNITED_STATES,
) -> list[str]:
    """Five lines: the loss there is, the largest of it, what is held back, the next lot to turn long, the deadline.

    `candidates` are the rows of `harvest.candidates`, `open_lots` those of `harvest.lot_values`.
    """
    today = as_of.astimezone(time_zone).date()
    return [
        _loss(candidates, country)
        if open_lots
        else "Loss to harvest: none is known, because the books hold no open lot",
        _largest(candidates),
        _held_back(candidates),
        _next_long(open_lots, today, country),
        _deadline(candidates, as_of, today, time_zone, country.calendar),
    ]


def _loss(candidates: Sequence[CandidateRow], country: Country) -> str:
    ready = [row for row in candidates if row.status == "ready"]
    review = _sum(row for row in candidates if row.status == "review")
    parts = [_usd(_sum(ready))]
    if country.terms is not None:
        parts = [
            f"{_usd(_sum(row for row in ready if row.term == term))} {words}" for term, words in country.terms.items()
        ]
    first = _sum(row for row in ready if row.sell_first_quantity == 0)
    losses = f"{' and '.join(parts)} {country.base_currency}"
    line = f"Loss to harvest: {losses}; {_usd(first)} of it is next in line to be sold"
    return line + (f"; {_usd(review)} more after review" if review else "")


def _largest(candidates: Sequence[CandidateRow]) -> str:
    known = sorted(
        (row for row in candidates if row.unrealized_usd is not None and row.status != "blocked"),
        key=lambda row: (row.unrealized_usd, row.account, row.asset),
    )
    if not known:
        return "Largest: no open lot is under water"
    lots = [
        f"{_quantity(row.quantity)} {row.asset} in {row.account} {_usd(row.unrealized_usd or Decimal(0))}"
        + (f" ({row.term})" if row.term else "")
        for row in known[:_NAMED_LOTS]
    ]
    return "Largest: " + ", ".join(lots)


def _held_back(candidates: Sequence[CandidateRow]) -> str:
    by_status = Counter(row.status for row in candidates)
    line = f"Candidates: {by_status['ready']} ready, {by_status['review']} to review, {by_status['blocked']} blocked"
    reasons = Counter(reason for row in candidates for reason in row.reasons)
    named = sorted(reasons.items(), key=lambda item: (-item[1], item[0]))[:_NAMED_REASONS]
    if not named:
        return line
    more = len(reasons) - len(named)
    words = "; ".join(f"{reason} ({_lots(count)})" for reason, count in named)
    return f"{line}: {words}" + (f"; and {more} more reasons" if more else "")


def _next_long(open_lots: Sequence[CandidateRow], today: date, country: Country) -> str:
    if country.terms is None:
        return f"Terms: {country.no_terms}"
    short = sorted(
        ((row.days_to_long_term, row.account, row.asset, row.quantity) for row in open_lots if row.term == "short"),
        key=lambda lot: (lot[0] or 0, *lot[1:3]),
    )
    if not short:
        return f"Next to turn {country.terms['long']}: no lot is {country.terms['short']}"
    days, account, asset, quantity = short[0]
    return (
        f"Next to turn {country.terms['long']}: {_quantity(quantity)} {asset} in {account} "
        f"on {today + timedelta(days=days or 0)} ({_days(days or 0)})"
    )


def _deadline(
    candidates: Sequence[CandidateRow], as_of: datetime, today: date, time_zone: ZoneInfo, calendar: Calendar
) -> str:
    tax_year = calendar.tax_year(today)
    last = calendar.last_date(tax_year)
    end = tax_year_end(tax_year, time_zone, calendar)
    days = (last - today).days
    left = f"{_days(days)} left" if days else f"{(end - as_of) // _HOUR} hours left"
    line = f"Deadline: sales until the end of {last} in {time_zone.key} count for {calendar.label(tax_year)} ({left})"
    early = sorted({(row.sell_by_at, row.account) for row in candidates if row.sell_by_at < end})
    if not early:
        return line
    first = early[0][0].astimezone(time_zone)
    accounts = ", ".join(account for _, account in early)
    return f"{line}; by the clocks of the statements of {accounts} it ends {first:%Y-%m-%d %H:%M}"


def _sum(rows: Iterable[CandidateRow]) -> Decimal:
    """The loss in `rows`, as a positive amount."""
    return -sum((row.unrealized_usd or Decimal(0) for row in rows), Decimal(0))


def _usd(amount: Decimal) -> str:
    return f"{amount + 0:,.2f}"  # + 0: no minus before a zero


def _quantity(quantity: Decimal) -> str:
    """Up to eight decimals, or all of them where eight would show nothing."""
    text = f"{quantity:,.8f}" if abs(quantity) >= _SHOWN else f"{quantity:f}"
    return text.rstrip("0").rstrip(".")


def _days(days: int) -> str:
    return "1 day" if days == 1 else f"{days} days"


def _lots(count: int) -> str:
    return "1 lot" if count == 1 else f"{count} lots"
