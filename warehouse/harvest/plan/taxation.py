"""A year's tax and carryover as a linear program: the same rules as `warehouse/tax/us`, in thousands of dollars.

The tax is neither convex nor concave in short and long gain (below the 15 % rate of long gain lies a bracket of 12 %,
and ordinary income pushes gains up), so its corners are switches; each stands only where the sales can reach it.

Belongs here: the rules as sums and maxima. Does not belong here: what is sold (`program.py`), exact figures
(`worth.py`).
"""

from decimal import Decimal
from itertools import pairwise
from typing import NamedTuple

from warehouse.harvest.plan.linear import INFINITE, Program, Sum
from warehouse.harvest.plan.worth import NOMINAL_RATE, Standing, outcome
from warehouse.tax.us.figures import Figures

THOUSAND = 1000.0


class Burden(NamedTuple):
    """What the year costs, as a sum to minimize, and the federal tax in it (`None` where there is no tax)."""

    total: Sum
    federal: Sum | None


class Cell(NamedTuple):
    """A part of the plane of short and long net, in thousands; in each of them the tax is nearly convex."""

    short: tuple[float, float]
    long: tuple[float, float]
    net: tuple[float, float]

    def narrowed(self, short: tuple[float, float], long: tuple[float, float]) -> "Cell":
        """What of it lies within those reaches, each range as narrow as the others make it."""
        short, long = _both(self.short, short), _both(self.long, long)
        net = _both(self.net, (short[0] + long[0], short[1] + long[1]))
        return Cell(
            _both(short, (net[0] - long[1], net[1] - long[0])), _both(long, (net[0] - short[1], net[1] - short[0])), net
        )

    @property
    def is_empty(self) -> bool:
        """Whether nothing lies in it."""
        return any(low > high for low, high in self)


def cells(standing: Standing, short: tuple[float, float], long: tuple[float, float]) -> list[Cell]:
    """The parts of the plane that sales can reach: by the signs of the nets, and by whether the limit is reached."""
    limit = _thousands(standing.limit_usd)
    below, above, everything = (-INFINITE, 0.0), (0.0, INFINITE), (-INFINITE, INFINITE)
    whole = (
        Cell(above, above, above),
        Cell(above, below, above),
        Cell(below, above, above),
        Cell(everything, everything, (-limit, 0.0)),
        Cell(everything, everything, (-INFINITE, -limit)),
    )
    narrowed = [cell.narrowed(short, long) for cell in whole]
    return [cell for cell in narrowed if not cell.is_empty]


def burden_of(program: Program, standing: Standing, short: Sum, long: Sum, cell: Cell) -> Burden:
    """The burden of the year that ends in `cell` with these nets of short and long gain, in thousands."""
    limit = _thousands(standing.limit_usd)
    net = short + long
    program.hold(net, low=cell.net[0], high=cell.net[1])
    net = net.within(*cell.net)
    counted = program.larger(net, -limit)
    bill = outcome(standing).tax
    if standing.figures is None or standing.filed is None or bill is None:
        return Burden(counted * float(NOMINAL_RATE), None)
    figures, filed = standing.figures, standing.filed
    income = _thousands(filed.ordinary_income_usd + filed.qualified_dividends_usd)
    deduction = _thousands(bill.adjusted_gross_income_usd - bill.taxable_income_usd)
    signed = counted + (income - deduction)
    taxable = program.larger(signed, 0.0)
    dividends = _thousands(filed.qualified_dividends_usd)
    preferred = _preferred(program, short, long, net)
    ordinary = program.larger(taxable - preferred - dividends, 0.0)
    income_tax = _income_tax(program, figures, taxable, ordinary)
    investment = _thousands(filed.investment_income_usd + filed.qualified_dividends_usd)
    above = min(investment, income - _thousands(figures.niit_threshold_usd))
    niit = program.at_least(0.0, [(counted + above) * float(figures.niit_rate)])
    federal = income_tax + niit
    carried = _carried(program, standing, net, counted, taxable - signed)
    return Burden(federal + taxable * float(standing.state_rate) - carried, federal)


def _preferred(program: Program, short: Sum, long: Sum, net: Sum) -> Sum:
    """Worksheet line 3: the smaller of the long net and the whole, where that is a gain."""
    if net.high <= 0.0 or long.high <= 0.0:
        return program.constant(0.0)
    return program.larger(net if short.high <= 0.0 else long + program.smaller(short, 0.0), 0.0)


def _income_tax(program: Program, figures: Figures, taxable: Sum, ordinary: Sum) -> Sum:
    """Worksheet line 25: by the stacked rates, or by the brackets alone where that is less."""
    fifteen, twenty = float(figures.fifteen_rate), float(figures.twenty_rate)
    zero_up_to, fifteen_up_to = _thousands(figures.zero_rate_up_to_usd), _thousands(figures.fifteen_rate_up_to_usd)
    on_gains = program.at_least(
        0.0,
        [
            (taxable - zero_up_to) * fifteen,
            (taxable - zero_up_to) * fifteen + (taxable - fifteen_up_to) * (twenty - fifteen),
        ],
    )
    over_zero = program.larger(ordinary - zero_up_to, 0.0)
    over_fifteen = program.larger(ordinary - fifteen_up_to, 0.0)
    stacked = _bracket_tax(program, figures, ordinary) + on_gains
    stacked = stacked - over_zero * fifteen - over_fifteen * (twenty - fifteen)
    loss, advantage = _differences(figures, taxable.high)
    if loss <= 0.0:
        return stacked
    plain = _bracket_tax(program, figures, taxable)
    is_plain = program.variable(0.0, 1.0, is_whole=True)
    least = program.variable(0.0, plain.high)
    program.hold(least - stacked + is_plain * loss, low=0.0)
    program.hold(least - plain - is_plain * advantage, low=-advantage)
    return least


def _bracket_tax(program: Program, figures: Figures, income: Sum) -> Sum:
    """The tax on ordinary income: the largest of the brackets' lines, since rates rise."""
    lines = [
        (income - _thousands(bracket.over_usd)) * float(bracket.rate) + _thousands(bracket.base_usd)
        for bracket in figures.brackets
    ]
    return program.at_least(0.0, lines)


def _differences(figures: Figures, up_to: float) -> tuple[float, float]:
    """By how much stacking can cost more than the brackets alone on income `up_to`, and by how much less."""
    edges = sorted(
        {
            0.0,
            up_to,
            *(_thousands(bracket.over_usd) for bracket in figures.brackets),
            _thousands(figures.zero_rate_up_to_usd),
            _thousands(figures.fifteen_rate_up_to_usd),
        }
    )
    more = less = 0.0
    for low, high in pairwise(edges):
        if high > up_to:
            break
        bracket = max(float(bracket.rate) for bracket in figures.brackets if _thousands(bracket.over_usd) <= low)
        gains = (
            0.0
            if low < _thousands(figures.zero_rate_up_to_usd)
            else float(figures.fifteen_rate)
            if low < _thousands(figures.fifteen_rate_up_to_usd)
            else float(figures.twenty_rate)
        )
        more += max(0.0, gains - bracket) * (high - low)
        less += max(0.0, bracket - gains) * (high - low)
    return more, less


def _carried(program: Program, standing: Standing, net: Sum, counted: Sum, unused: Sum) -> Sum:
    """What the loss that is carried on is worth: what does not count this year, and what counts and has no use."""
    parts = [
        (program.variable(0.0, -net.low if part.size_usd is None else _thousands(part.size_usd)), float(part.rate))
        for part in standing.later.tranches
        if part.rate and net.low < 0.0
    ]
    worth = carried = program.constant(0.0)
    for part, rate in parts:
        carried = carried + part
        worth = worth + part * rate
    if parts:
        program.hold(carried - (counted - net) - unused, high=0.0)
        program.hold(carried - program.larger(net * -1.0, 0.0), high=0.0)
    return worth


def _both(one: tuple[float, float], other: tuple[float, float]) -> tuple[float, float]:
    return max(one[0], other[0]), min(one[1], other[1])


def _thousands(amount: Decimal) -> float:
    return float(amount) / THOUSAND
