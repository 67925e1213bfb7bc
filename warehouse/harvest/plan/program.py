"""Which lots to sell, as a mixed-integer program: the proposal that `planner.py` then works out exactly.

Each lot is sold to a share between 0 and 1. Where a sale takes lots in order, a switch between each lot and the next
lets the next be touched only when the one before is gone. A holding that is sold at all costs its fixed part and is
sold at least to the smallest order.

Belongs here: lots as variables, targets as constraints. Does not belong here: the tax (`taxation.py`), the solver
(`linear.py`), exact figures.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import accumulate

from warehouse.exact import USD_PLACES
from warehouse.harvest.plan.holdings import Effects, Holding, lot_effects
from warehouse.harvest.plan.linear import INFINITE, Limits, Program, Solution, Sum
from warehouse.harvest.plan.targets import Target
from warehouse.harvest.plan.taxation import THOUSAND, burden_of, cells
from warehouse.harvest.plan.worth import Standing, outcome

GAP = 0.0005
"""The relative gap to which a plan is solved: half of the 0.1 % that is promised."""

_ABSOLUTE_GAP = 0.000005  # half a cent, in thousands
_A_CENT = 0.00001
_UNIT = float(10**USD_PLACES) * THOUSAND
_WHOLE = 1e-7
_STEP = 10**10
"""Sales are rounded to 10^-8 units."""


class NoPlanError(ValueError):
    """The target can not be met; the message says how far it can."""


@dataclass(frozen=True, slots=True)
class Proposal:
    """What to take of each lot of each holding, and the most that any plan could be worth in USD."""

    taken: tuple[tuple[int, ...], ...]
    best_usd: Decimal


@dataclass(frozen=True, slots=True)
class _Part:
    """One holding in the program: a variable for each lot, what a whole lot does, and whether anything is sold."""

    holding: Holding
    shares: tuple[Sum, ...]
    effects: tuple[Effects, ...]
    opened: Sum | None

    def reach(self, name: str) -> tuple[float, float]:
        """The least and the most that one effect of a sale of any size adds up to, in thousands."""
        amounts = [getattr(effect, name) / _UNIT for effect in self.effects]
        if not self.holding.is_ordered:
            return sum(min(0.0, amount) for amount in amounts), sum(max(0.0, amount) for amount in amounts)
        totals = [0.0, *accumulate(amounts)]
        return min(totals), max(totals)


@dataclass(frozen=True, slots=True)
class _Draft:
    """The program of one cell, and what it minimizes: the burden less that without any sale, in thousands."""

    program: Program
    objective: Sum


def propose(
    standing: Standing, holdings: Sequence[Holding], *, minimum_sale: int, target: Target | None, seconds: float
) -> Proposal:
    """The best sales of `holdings` for the year `standing`. `minimum_sale` is in 10^-8 USD.

    Each cell of the plane of short and long gain has a program, `seconds` to search it and as many for its bound; those
    whose bound lies above what another reached are not searched. Where the time is not enough, the best that was found
    by then stands, at worst no sale at all, and `best_usd` says what might still be there. Raises `NoPlanError` where a
    target can not be met.
    """
    base = Program()
    parts = [_add_holding(base, standing, holding, minimum_sale) for holding in holdings]
    drafts = list(_drafts(base, standing, parts, target))
    limits = Limits(GAP, _ABSOLUTE_GAP, seconds)
    relaxed = [(draft.program.relax(draft.objective, seconds=limits.seconds), draft) for draft in drafts]
    feasible = [(solution, draft) for solution, draft in relaxed if solution is not None]
    best = Solution((0.0,) * len(base.low), 0.0, 0.0) if target is None else Solution((), INFINITE, INFINITE)
    open_bound = INFINITE
    for solution, draft in sorted(feasible, key=lambda item: item[0].bound):
        if solution.bound >= best.objective - limits.slack(best.objective):
            open_bound = min(open_bound, solution.bound)
            continue
        found = draft.program.minimize(draft.objective, solution, limits)
        if found is None:
            continue
        open_bound = min(open_bound, found.bound)
        if found.objective < best.objective:
            best = found
    if not best.values:
        raise NoPlanError(
            "no sales of these lots, in the orders in which the accounts sell, meet the target"
            if open_bound == INFINITE
            else f"no sales of these lots that meet the target were found within {seconds:g} seconds"
        )
    rounds_up = target is not None and target.loss_usd is not None
    taken = tuple(_taken(part, best.values, minimum_sale, rounds_up=rounds_up) for part in parts)
    return Proposal(taken, Decimal(repr(-min(open_bound, best.objective) * THOUSAND)))


def _drafts(base: Program, standing: Standing, parts: Sequence[_Part], target: Target | None) -> Iterator[_Draft]:
    """A program for each cell that the sales can reach."""
    without = outcome(standing)
    starts = {
        "short_gain": float(standing.short_net_usd) / THOUSAND,
        "long_gain": float(standing.long_net_usd) / THOUSAND,
        "weight": 0.0,
    }
    terms, reach = {}, {}
    for name, start in starts.items():
        terms[name] = {
            variable: getattr(effect, name) / _UNIT
            for part in parts
            for share, effect in zip(part.shares, part.effects, strict=True)
            for variable in share.terms
            if getattr(effect, name)
        }
        reaches = [part.reach(name) for part in parts]
        reach[name] = start + sum(low for low, _ in reaches), start + sum(high for _, high in reaches)
    fixed = {
        variable: part.holding.cost.fixed / _UNIT
        for part in parts
        if part.opened is not None and part.holding.cost.fixed
        for variable in part.opened.terms
    }
    if target is not None and target.loss_usd is not None:
        _check_reach(target, starts, reach)
    for cell in cells(standing, reach["short_gain"], reach["long_gain"]):
        program = base.copied()
        short = program.sum_of(terms["short_gain"], starts["short_gain"], *cell.short)
        long = program.sum_of(terms["long_gain"], starts["long_gain"], *cell.long)
        weight = Sum(program, {**terms["weight"], **fixed}, -float(without.burden_usd) / THOUSAND)
        burden = burden_of(program, standing, short, long, cell)
        if target is not None and target.loss_usd is not None:
            total = {"short": short, "long": long, None: short + long}[target.term]
            aim = _start(target, starts) - float(target.loss_usd) / THOUSAND
            program.hold(total, low=aim, high=aim)
        if target is not None and target.keeps_tax:
            program.hold(short, low=starts["short_gain"])
            program.hold(long, low=starts["long_gain"])
        if target is not None and target.keeps_tax and burden.federal is not None and without.tax is not None:
            owed = float(without.tax.income_tax_usd + without.tax.niit_usd) / THOUSAND
            program.hold(burden.federal, high=owed + _A_CENT)
        yield _Draft(program, burden.total + weight)


def _start(target: Target, starts: Mapping[str, float]) -> float:
    return {
        "short": starts["short_gain"],
        "long": starts["long_gain"],
        None: starts["short_gain"] + starts["long_gain"],
    }[target.term]


def _check_reach(target: Target, starts: Mapping[str, float], reach: Mapping[str, tuple[float, float]]) -> None:
    """Raise `NoPlanError` where the loss is larger than all that the orders of the lots leave."""
    lows = {"short": reach["short_gain"][0], "long": reach["long_gain"][0]}
    most = _start(target, starts) - (lows[target.term] if target.term else sum(lows.values()))
    if target.loss_usd is not None and float(target.loss_usd) / THOUSAND > most:
        kind = f"{target.term} loss" if target.term else "loss"
        raise NoPlanError(
            f"a {kind} of {target.loss_usd:,.2f} USD is not there: in the orders in which the accounts sell, "
            f"at most {most * THOUSAND:,.2f} USD can be realized"
        )


def least_quantity(holding: Holding, minimum_sale: int) -> int:
    """The smallest order of the holding: by its own minimum and by value, in steps of what a sale is rounded to."""
    value = max(minimum_sale, holding.cost.minimum_value)
    by_value = -(-value * 10**28 // holding.price) if holding.price else 0
    least = max(by_value, holding.cost.minimum_quantity)
    return -(-least // _STEP) * _STEP


def _add_holding(program: Program, standing: Standing, holding: Holding, minimum_sale: int) -> _Part:
    effects = tuple(lot_effects(holding, lot, lot.quantity, standing.later) for lot in holding.lots)
    shares = tuple(program.variable(0.0, 1.0) for _ in holding.lots)
    in_order = holding.in_order
    program.chain(shares[:in_order])
    if 0 < in_order < len(shares):
        gone = program.variable(0.0, 1.0, is_whole=True)
        program.hold(shares[in_order - 1] - gone, low=0.0)
        for following in shares[in_order:]:
            program.hold(gone - following, low=0.0)
    held = sum(lot.quantity for lot in holding.lots)
    weights = {next(iter(share.terms)): lot.quantity / held for share, lot in zip(shares, holding.lots, strict=True)}
    sold = Sum(program, weights, 0.0, 0.0, 1.0)
    if holding.quantity < held:
        program.hold(sold, high=holding.quantity / held)
    least = least_quantity(holding, minimum_sale)
    opened = None
    if least or holding.cost.fixed:
        opened = program.variable(0.0, 1.0 if least <= holding.quantity else 0.0, is_whole=True)
        for share in shares[:1] if in_order else shares:
            program.hold(opened - share, low=0.0)
        program.hold(sold - opened * (least / held), low=0.0)
    return _Part(holding, shares, effects, opened)


def _taken(part: _Part, values: Sequence[float], minimum_sale: int, *, rounds_up: bool) -> tuple[int, ...]:
    """The shares of a solution as exact quantities."""
    taken = []
    for share, lot in zip(part.shares, part.holding.lots, strict=True):
        fraction = values[next(iter(share.terms))]
        if fraction >= 1.0 - _WHOLE:
            taken.append(lot.quantity)
        elif fraction <= _WHOLE:
            taken.append(0)
        else:
            steps, rest = divmod(int(fraction * lot.quantity), _STEP)
            taken.append(min(lot.quantity, (steps + (rounds_up and rest > 0)) * _STEP))
    quantity = sum(taken)
    if not quantity:
        return tuple(taken)
    if part.holding.is_ordered:
        quantity = max(quantity, least_quantity(part.holding, minimum_sale))
        return part.holding.from_front(min(quantity, part.holding.quantity))
    return tuple(taken)
