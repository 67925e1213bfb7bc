"""A broker's Form 1099-DA beside the books: which line is which sale, in what they differ, and why. Pure.

Lines and slices (units of one lot in one sale) are matched by asset, units and day, the surest way first: slice by
slice with the date acquired, then sale by sale, then several lines for one sale and one line for several sales, at last
a day as a whole. Days are those of the taxpayer's zone, then those of UTC, then a day beside. What one line and one
slice share is a `Piece`.

Belongs here: matching one account's form of one year, and the words. Does not belong here: the columns of Form 8949
(`form_8949.py`), or reading the form (`broker_form.py`).
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from itertools import groupby
from typing import Literal

from warehouse.columns import split
from warehouse.tax.us.broker_form import ReportedSale
from warehouse.tax.us.broker_reasons import BookSale, explain, explain_only_ours
from warehouse.tax.us.form_8949 import cut

Status = Literal["agreed", "differs", "only_theirs", "only_ours"]

_UNIT_DECIMALS = 18
_LEAST_SHARE = 1000
"""Units that differ by more than a thousandth are not the same units, however few decimals the broker writes."""


@dataclass(frozen=True, slots=True)
class Piece:
    """What one line and one slice share, one of them `None` where it stands alone.

    `net_proceeds` are those that the gain is worked out from. `is_usable`: fit for Form 8949.
    """

    status: Status
    reasons: tuple[str, ...]
    is_usable: bool
    units: int
    line: ReportedSale | None
    sale: BookSale | None
    proceeds: int | None = None
    reported_proceeds: int | None = None
    fees: int | None = None
    cost: int | None = None
    reported_cost: int | None = None
    net_proceeds: int | None = None


def match_broker_form(
    lines: Sequence[ReportedSale], sales: Sequence[BookSale], *, accept_values: bool, stablecoins: frozenset[str]
) -> list[list[Piece]]:
    """The matches, each as its pieces. Every line and every slice is in exactly one of them.

    `sales` are an account's of the form's year. `accept_values`: where no money changed hands, the broker's value wins.
    """
    matches: list[list[Piece]] = []
    rest_of_sales: list[BookSale] = []
    for asset in sorted({line.asset for line in lines} | {sale.asset for sale in sales}):
        finder = _Finder(
            [line for line in lines if line.asset == asset], [sale for sale in sales if sale.asset == asset]
        )
        for some_lines, some_sales in finder.find():
            matches.append(_pieces(some_lines, some_sales, accept_values=accept_values))
        matches += [[_only_theirs(line)] for line in finder.lines]
        rest_of_sales += finder.sales
    for sale, reason in explain_only_ours(rest_of_sales, sales, stablecoins=stablecoins):
        matches.append(
            [
                Piece("only_ours", (reason,), True, sale.units, None, sale, proceeds=sale.proceeds, fees=sale.fees,
                      cost=sale.cost, net_proceeds=sale.proceeds)
            ]
        )  # fmt: skip
    return matches


_Found = tuple[list[ReportedSale], list[BookSale]]


class _Finder:
    """The lines and slices of one asset that are not matched yet; `find` takes away what it matches."""

    def __init__(self, lines: list[ReportedSale], sales: list[BookSale]) -> None:
        self.lines = lines
        self.sales = sorted(sales, key=lambda sale: (sale.sold_date, sale.event, sale.disposal_id))

    def find(self) -> Iterator[_Found]:
        for line in [line for line in self.lines if line.is_aggregate]:
            yield from self._take([line], self.sales)
        for day_of in (_local, _utc, _before, _after):
            for stage in (_slices, _sales, _any_slices, _lines_of_sale, _sales_of_line, _whole_day):
                days: defaultdict[date, list[BookSale]] = defaultdict(list)
                for sale in self.sales:
                    days[day_of(sale)].append(sale)
                by_day: defaultdict[date, list[ReportedSale]] = defaultdict(list)
                for line in self.lines:
                    if line.sold_date and line.sold_date in days:
                        by_day[line.sold_date].append(line)
                for day, todays in sorted(by_day.items()):
                    for found_lines, found_sales in stage(todays, days[day]):
                        yield from self._take(found_lines, found_sales)

    def _take(self, lines: list[ReportedSale], sales: list[BookSale]) -> Iterator[_Found]:
        if not _same_units(lines, sales):
            return
        sales = list(sales)
        self.lines = [line for line in self.lines if line not in lines]
        taken = {sale.disposal_id for sale in sales}
        self.sales = [sale for sale in self.sales if sale.disposal_id not in taken]
        yield lines, sales


def _local(sale: BookSale) -> date:
    return sale.sold_date


def _utc(sale: BookSale) -> date:
    return sale.utc_date


def _before(sale: BookSale) -> date:
    return sale.sold_date - timedelta(days=1)


def _after(sale: BookSale) -> date:
    return sale.sold_date + timedelta(days=1)


def _same_units(lines: Sequence[ReportedSale], sales: Sequence[BookSale]) -> bool:
    """Whether the units are the same, within what the broker's decimals leave open."""
    theirs, ours = sum(line.units for line in lines), sum(sale.units for sale in sales)
    slack = sum(
        5 * 10 ** (_UNIT_DECIMALS - 1 - line.unit_places) for line in lines if line.unit_places < _UNIT_DECIMALS
    )
    return bool(ours) and abs(theirs - ours) <= min(slack, ours // _LEAST_SHARE)


def _one_to_one(
    lines: list[ReportedSale], groups: list[list[BookSale]], fits: Callable[[ReportedSale, list[BookSale]], bool]
) -> Iterator[_Found]:
    """Each group with the line that fits and whose proceeds are nearest."""
    left = list(lines)
    for group in groups:
        fitting = [line for line in left if _same_units([line], group) and fits(line, group)]
        if fitting:
            worth = sum(sale.proceeds or 0 for sale in group)
            best = min(fitting, key=lambda line: (abs(line.proceeds - worth), line.line))
            left.remove(best)
            yield [best], group


def _slices(lines: list[ReportedSale], sales: list[BookSale]) -> Iterator[_Found]:
    return _one_to_one(
        lines, [[sale] for sale in sales], lambda line, group: line.acquired_date == group[0].acquired_date
    )


def _sales(lines: list[ReportedSale], sales: list[BookSale]) -> Iterator[_Found]:
    return _one_to_one(lines, _by_event(sales), lambda _line, _group: True)


def _any_slices(lines: list[ReportedSale], sales: list[BookSale]) -> Iterator[_Found]:
    return _one_to_one(lines, [[sale] for sale in sales], lambda _line, _group: True)


def _lines_of_sale(lines: list[ReportedSale], sales: list[BookSale]) -> Iterator[_Found]:
    """A run of lines for one sale: the broker took several lots."""
    left = list(lines)
    for group in _by_event(sales):
        run = _run(left, lambda some, whole=group: _same_units(some, whole))  # type: ignore[misc]
        if run:
            left = [line for line in left if line not in run]
            yield run, group


def _sales_of_line(lines: list[ReportedSale], sales: list[BookSale]) -> Iterator[_Found]:
    """A line for a run of sales: the fills of one order."""
    events = _by_event(sales)
    for line in lines:
        run = _run(events, lambda some, one=line: _same_units([one], [sale for group in some for sale in group]))  # type: ignore[misc]
        if run:
            events = [group for group in events if group not in run]
            yield [line], [sale for group in run for sale in group]


def _whole_day(lines: list[ReportedSale], sales: list[BookSale]) -> Iterator[_Found]:
    """All of a day, with the units spent on fees or, as brokers need not report those, without them."""
    traded = [sale for sale in sales if sale.kind not in {"fee", "transfer_fee"}]
    for some in (traded, sales):
        if some and _same_units(lines, some):
            yield lines, some
            return


def _run(items: list, fits: Callable[[list], bool]) -> list:  # type: ignore[type-arg]
    """The first run of two or more neighbours that fits."""
    for start in range(len(items)):
        for end in range(start + 2, len(items) + 1):
            if fits(items[start:end]):
                return items[start:end]
    return []


def _by_event(sales: Iterable[BookSale]) -> list[list[BookSale]]:
    ordered = sorted(sales, key=lambda sale: (sale.event, sale.disposal_id))
    return [list(group) for _, group in groupby(ordered, key=lambda sale: sale.event)]


def _only_theirs(line: ReportedSale) -> Piece:
    reason = "the books hold no such sale: import what is missing, or ask the broker for a corrected form"
    return Piece(
        "only_theirs",
        (reason,),
        False,
        line.units,
        line,
        None,
        reported_proceeds=line.proceeds,
        reported_cost=line.cost,
    )


def _pieces(lines: list[ReportedSale], sales: list[BookSale], *, accept_values: bool) -> list[Piece]:
    told = explain(lines, sales, accept_values=accept_values)
    lines = sorted(lines, key=lambda line: (line.acquired_date or date.min, line.line))
    sales = sorted(sales, key=lambda sale: (sale.acquired_date or date.max, sale.disposal_id))
    theirs = _scaled([line.units for line in lines], sum(sale.units for sale in sales))
    cuts = cut([(units, None) for units in theirs], [(sale.units, None) for sale in sales])
    by_line = [[units for units, line, _ in cuts if line == number] for number in range(len(lines))]
    by_sale = [[units for units, _, sale in cuts if sale == number] for number in range(len(sales))]
    reported = {
        name: [_shares(getattr(line, name), units) for line, units in zip(lines, by_line, strict=True)]
        for name in ("proceeds", "cost")
    }
    own = {
        name: [_shares(getattr(sale, name), units) for sale, units in zip(sales, by_sale, strict=True)]
        for name in ("proceeds", "cost", "fees")
    }
    line_places, sale_places = [0] * len(lines), [0] * len(sales)
    pieces: list[Piece] = []
    for units, line, sale in cuts:
        at_line, at_sale = line_places[line], sale_places[sale]
        line_places[line] += 1
        sale_places[sale] += 1
        piece = Piece(
            told.status,
            told.reasons,
            told.is_usable,
            units,
            lines[line],
            sales[sale],
            proceeds=own["proceeds"][sale][at_sale],
            reported_proceeds=reported["proceeds"][line][at_line],
            fees=own["fees"][sale][at_sale],
            cost=own["cost"][sale][at_sale],
            reported_cost=reported["cost"][line][at_line],
        )
        pieces.append(
            replace(piece, net_proceeds=told.net_proceeds(piece.proceeds, piece.reported_proceeds, piece.fees))
        )
    return pieces


def _scaled(units: list[int], whole: int) -> list[int]:
    """Units as they are, the last (or as many of the last as need be) changed so that they add up to `whole`."""
    scaled = [*units[:-1], whole - sum(units[:-1])]
    for place in range(len(scaled) - 1, 0, -1):
        if scaled[place] <= 0:
            scaled[place - 1] += scaled[place] - 1
            scaled[place] = 1
    return scaled


def _shares(amount: int | None, units: list[int]) -> list[int | None]:
    return [None] * len(units) if amount is None else [*split(amount, units)]
