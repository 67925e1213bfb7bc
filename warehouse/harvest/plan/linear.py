"""Mixed-integer linear programs on HiGHS: variables, sums of them with their ranges, maxima, and solving.

Figures here are floats: a solver's. What it proposes is worked out again exactly by whoever asked.

Belongs here: the solver. Does not belong here: anything of taxes or lots.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

import highspy
import numpy as np
from highspy._core import _Highs

INFINITE = float("inf")
_SEED = 1


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
    """What the solver found: a value for each variable, their objective, and the bound that none can be below."""

    values: tuple[float, ...]
    objective: float
    bound: float


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

    def minimize(self, objective: Sum, *, gap: float, absolute_gap: float, seconds: float) -> Solution | None:
        """Solve to within a relative or an absolute gap, or as far as the time goes; `None` where nothing is feasible.

        Raises `RuntimeError` where the time was not enough to find any solution.
        """
        solver = self._solver(objective, is_relaxed=False)
        for option, value in (("mip_rel_gap", gap), ("mip_abs_gap", absolute_gap), ("time_limit", seconds)):
            solver.setOptionValue(option, value)
        solver.run()
        status, info = solver.getModelStatus(), solver.getInfo()
        if status == highspy.HighsModelStatus.kInfeasible:
            return None
        if info.primal_solution_status != highspy.SolutionStatus.kSolutionStatusFeasible:
            raise RuntimeError(f"the solver found no plan: {solver.modelStatusToString(status)}")
        bound = info.mip_dual_bound if any(self.is_whole) else info.objective_function_value
        return Solution(tuple(solver.getSolution().col_value), info.objective_function_value, bound)

    def relaxed_bound(self, objective: Sum) -> float:
        """What no solution can be below, with switches free between 0 and 1; infinite where nothing is feasible."""
        solver = self._solver(objective, is_relaxed=True)
        solver.run()
        status = solver.getModelStatus()
        if status == highspy.HighsModelStatus.kInfeasible:
            return INFINITE
        if status != highspy.HighsModelStatus.kOptimal:
            raise RuntimeError(f"the solver found no bound: {solver.modelStatusToString(status)}")
        return float(solver.getInfo().objective_function_value)

    def _solver(self, objective: Sum, *, is_relaxed: bool) -> _Highs:
        solver = _Highs()  # the public class around it prints a banner on standard output
        for option, value in (
            ("output_flag", False),
            ("threads", 1),
            ("random_seed", _SEED),
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
