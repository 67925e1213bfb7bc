"""Mixed-integer linear programs on HiGHS: variables, sums of them with their ranges, maxima, and solving.

Figures here are floats: a solver's. What it proposes is worked out again exactly by whoever asked.

A program is relaxed first, its switches free between 0 and 1: that gives the bound, and mostly all but a few switches
come out whole. With those held a small program is left, whose answer is mostly as good as the bound; the whole program
is only searched where it is not.

Belongs here: the solver. Does not belong here: anything of taxes or lots.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import pairwise

import highspy
import numpy as np
from highspy._core import _Highs

INFINITE = float("inf")
_SEED = 1
_NEARLY_WHOLE = 1e-9


@dataclass(frozen=True, slots=True)
class Sum:
    """A weighted sum of variables and a constant, and between which bounds it lies."""

    program: "Program"
    terms: Mapping[int, float]
    constant: float
    low: float = -INFINITE
    high: float = INFINITE

    def __add__(self, other: "Sum | float") -> "Sum":
        """The sum of both, with bounds as narrow as the variables or the two bounds make them."""
        if not isinstance(other, Sum):
            return Sum(self.program, self.terms, self.constant + other, self.low + other, self.high + other)
        terms = dict(self.terms)
        for variable, weight in other.terms.items():
            terms[variable] = terms.get(variable, 0.0) + weight
        terms = {variable: weight for variable, weight in terms.items() if weight}
        constant = self.constant + other.constant
        low, high = self.program.reach(terms, constant)
        low, high = max(low, self.low + other.low), min(high, self.high + other.high)
        return Sum(self.program, terms, constant, low, high)

    def __mul__(self, factor: float) -> "Sum":
        """The sum `factor` times (not 0)."""
        terms = {variable: weight * factor for variable, weight in self.terms.items()}
        low, high = sorted((self.low * factor, self.high * factor))
        return Sum(self.program, terms, self.constant * factor, low, high)

    def __sub__(self, other: "Sum | float") -> "Sum":
        """The difference."""
        return self + other * -1.0

    def within(self, low: float, high: float) -> "Sum":
        """The same sum, known to lie between narrower bounds."""
        return Sum(self.program, self.terms, self.constant, max(self.low, low), min(self.high, high))


@dataclass(frozen=True, slots=True)
class Solution:
    """What the solver found: a value for each variable, their objective, and the bound that none can be below.

    No values and an infinite objective: nothing was found in the time there was.
    """

    values: tuple[float, ...]
    objective: float
    bound: float


@dataclass(frozen=True, slots=True)
class Limits:
    """When the solver may stop: within a relative or an absolute gap, or after so many seconds."""

    gap: float
    absolute_gap: float
    seconds: float

    def slack(self, objective: float) -> float:
        """How far below `objective` a bound may lie."""
        return max(self.gap * abs(objective), self.absolute_gap)


@dataclass(slots=True)
class Program:
    """A program to minimize, as it is put together; `starts`, `columns` and `weights` are its rows in sequence."""

    low: list[float] = field(default_factory=list)
    high: list[float] = field(default_factory=list)
    is_whole: list[bool] = field(default_factory=list)
    row_low: list[float] = field(default_factory=list)
    row_high: list[float] = field(default_factory=list)
    starts: list[int] = field(default_factory=lambda: [0])
    columns: list[int] = field(default_factory=list)
    weights: list[float] = field(default_factory=list)

    def variable(self, low: float, high: float, *, is_whole: bool = False) -> Sum:
        """A new variable between its bounds."""
        self.low.append(low)
        self.high.append(high)
        self.is_whole.append(is_whole)
        return Sum(self, {len(self.low) - 1: 1.0}, 0.0, low, high)

    def constant(self, value: float) -> Sum:
        """A sum of nothing but a number."""
        return Sum(self, {}, value, value, value)

    def copied(self) -> "Program":
        """The same program, to go on with in another way."""
        return Program(*(list(getattr(self, name)) for name in Program.__slots__))

    def reach(self, terms: Mapping[int, float], constant: float) -> tuple[float, float]:
        """Between which bounds a sum lies by those of its variables."""
        low = high = constant
        for variable, weight in terms.items():
            ends = (self.low[variable] * weight, self.high[variable] * weight)
            low, high = low + min(ends), high + max(ends)
        return low, high

    def hold(self, total: Sum, *, low: float = -INFINITE, high: float = INFINITE) -> None:
        """Let `total` lie between `low` and `high`."""
        if total.low >= low and total.high <= high:
            return
        self.columns += total.terms.keys()
        self.weights += total.terms.values()
        self.starts.append(len(self.columns))
        self.row_low.append(low - total.constant)
        self.row_high.append(high - total.constant)

    def chain(self, shares: Sequence[Sum]) -> None:
        """Let each of `shares` (variables from 0 to 1) be above 0 only where the one before it is 1."""
        for share, following in pairwise(next(iter(share.terms)) for share in shares):
            (gone,) = self.variable(0.0, 1.0, is_whole=True).terms
            self.columns += (share, gone, gone, following)
            self.weights += (1.0, -1.0, 1.0, -1.0)
            self.starts += (len(self.columns) - 2, len(self.columns))
            self.row_low += (0.0, 0.0)
            self.row_high += (INFINITE, INFINITE)

    def sum_of(self, terms: Mapping[int, float], constant: float, low: float, high: float) -> Sum:
        """A variable that is that sum, for sums of many terms that are used more than once."""
        total = self.variable(low, high)
        (name,) = total.terms
        self.hold(Sum(self, {**terms, name: -1.0}, constant), low=0.0, high=0.0)
        return total

    def larger(self, one: Sum, other: Sum | float) -> Sum:
        """A variable that is exactly the larger of both."""
        return self._picked(one, self._as_sum(other), sign=1.0)

    def smaller(self, one: Sum, other: Sum | float) -> Sum:
        """A variable that is exactly the smaller of both."""
        return self._picked(one, self._as_sum(other), sign=-1.0)

    def at_least(self, low: float, sums: Iterable[Sum]) -> Sum:
        """A variable that is no smaller than `low` and any of `sums`: their maximum where it is minimized."""
        bounds = list(sums)
        top = self.variable(low, max([low, *(total.high for total in bounds)]))
        for total in bounds:
            self.hold(top - total, low=0.0)
        return top

    def _as_sum(self, value: Sum | float) -> Sum:
        return value if isinstance(value, Sum) else self.constant(value)

    def _picked(self, one: Sum, other: Sum, *, sign: float) -> Sum:
        """The larger (`sign` 1) or the smaller (-1): no less than both, no more than the one that a switch names."""
        first, second = one * sign, other * sign
        if first.low >= second.high:
            return one
        if second.low >= first.high:
            return other
        top = self.variable(max(first.low, second.low), max(first.high, second.high))
        switch = self.variable(0.0, 1.0, is_whole=True)
        self.hold(top - first, low=0.0)
        self.hold(top - second, low=0.0)
        self.hold(top - first - switch * (second.high - first.low), high=0.0)
        self.hold(top - second + switch * (first.high - second.low), high=first.high - second.low)
        return top * sign

    def relax(self, objective: Sum, *, seconds: float) -> Solution | None:
        """The best with switches free between 0 and 1, which no solution can be below; `None`: nothing is feasible."""
        return self._solved(self._solver(objective, is_relaxed=True, seconds=seconds))

    def minimize(self, objective: Sum, relaxed: Solution, limits: Limits) -> Solution | None:
        """Solve within `limits`, from the answer of `relax`; `None` where nothing is feasible."""
        if not relaxed.values:
            return relaxed
        whole = {
            column: round(relaxed.values[column])
            for column, is_whole in enumerate(self.is_whole)
            if is_whole and abs(relaxed.values[column] - round(relaxed.values[column])) <= _NEARLY_WHOLE
        }
        if len(whole) == sum(self.is_whole):
            return relaxed
        limits = replace(limits, seconds=limits.seconds / 2)
        first = self._search(objective, limits, held=whole)
        if first is not None and first.objective - relaxed.bound <= limits.slack(first.objective):
            return replace(first, bound=relaxed.bound)
        found = self._search(objective, limits, start=first)
        if found is None:
            return None
        best = min((found, *([first] if first is not None else [])), key=lambda solution: solution.objective)
        return replace(best, bound=min(best.objective, max(found.bound, relaxed.bound)))

    def _search(
        self,
        objective: Sum,
        limits: Limits,
        *,
        held: Mapping[int, int] | None = None,
        start: Solution | None = None,
    ) -> Solution | None:
        """The best with the switches `held` at their values, from `start`; `None` where nothing is feasible."""
        solver = self._solver(objective, is_relaxed=False, seconds=limits.seconds)
        solver.setOptionValue("mip_rel_gap", limits.gap)
        solver.setOptionValue("mip_abs_gap", limits.absolute_gap)
        for column, value in (held or {}).items():
            solver.changeColBounds(column, value, value)
        if start is not None and start.values:
            solver.setSolution(len(start.values), np.arange(len(start.values), dtype=np.int32), np.array(start.values))
        return self._solved(solver)

    @staticmethod
    def _solved(solver: _Highs) -> Solution | None:
        solver.run()
        status, info = solver.getModelStatus(), solver.getInfo()
        if status == highspy.HighsModelStatus.kInfeasible:
            return None
        if status not in {highspy.HighsModelStatus.kOptimal, highspy.HighsModelStatus.kTimeLimit}:
            raise RuntimeError(f"the solver stopped: {solver.modelStatusToString(status)}")
        is_done = status == highspy.HighsModelStatus.kOptimal
        is_search = bool(solver.getLp().integrality_)
        bound = info.mip_dual_bound if is_search else info.objective_function_value if is_done else -INFINITE
        if info.primal_solution_status != highspy.SolutionStatus.kSolutionStatusFeasible or not (is_search or is_done):
            return Solution((), INFINITE, bound)
        return Solution(tuple(solver.getSolution().col_value), info.objective_function_value, bound)

    def _solver(self, objective: Sum, *, is_relaxed: bool, seconds: float) -> _Highs:
        solver = _Highs()  # the public class around it prints a banner on standard output
        for option, value in (
            ("output_flag", False),
            ("threads", 1),
            ("random_seed", _SEED),
            ("time_limit", seconds),
            ("mip_feasibility_tolerance", 1e-8),
            ("primal_feasibility_tolerance", 1e-8),
        ):
            solver.setOptionValue(option, value)
        solver.passModel(self._model(objective, is_relaxed=is_relaxed))
        return solver

    def _model(self, objective: Sum, *, is_relaxed: bool) -> highspy.HighsLp:
        costs = np.zeros(len(self.low))
        for variable, weight in objective.terms.items():
            costs[variable] = weight
        kinds: dict[bool, highspy.HighsVarType] = {
            True: highspy.HighsVarType.kInteger,
            False: highspy.HighsVarType.kContinuous,
        }
        model = highspy.HighsLp()
        model.num_col_, model.num_row_ = len(self.low), len(self.row_low)
        model.col_cost_, model.offset_ = costs, objective.constant
        model.col_lower_, model.col_upper_ = np.array(self.low), np.array(self.high)
        model.row_lower_, model.row_upper_ = np.array(self.row_low), np.array(self.row_high)
        if not is_relaxed:
            model.integrality_ = [kinds[whole] for whole in self.is_whole]
        model.a_matrix_.format_ = highspy.MatrixFormat.kRowwise
        model.a_matrix_.num_col_, model.a_matrix_.num_row_ = model.num_col_, model.num_row_
        model.a_matrix_.start_ = np.array(self.starts)
        model.a_matrix_.index_ = np.array(self.columns)
        model.a_matrix_.value_ = np.array(self.weights)
        return model
