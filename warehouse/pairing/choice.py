"""Choosing among candidates: each end in at most one, the best of all choices and not the first that fits. Pure.

Candidates that share no end with each other are decided apart. Where several share ends, the choice with the highest
sum of scores is found by HiGHS (weighted set packing, a small integer program).

Belongs here: the choice, and whether it is clear. Does not belong here: what makes a candidate good.
"""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from warehouse.pairing.ends import End

CLEAR_MARGIN = 100
"""How much better a chosen candidate is than any other reading of its ends, for the choice to be clear."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """Departures that may have become arrivals; one of the two has one end. `fee` is what did not arrive, in units.

    `likeness` says how well the ends fit, `score` what choosing it is worth: more for more ends explained.
    `has_address`: an address speaks for it; `is_disputed`: one speaks against it.
    """

    departures: tuple[End, ...]
    arrivals: tuple[End, ...]
    fee: int
    likeness: int
    is_exact: bool
    has_address: bool = False
    is_disputed: bool = False
    is_rounded: bool = False

    @property
    def ends(self) -> tuple[End, ...]:
        """Every end it takes."""
        return self.departures + self.arrivals

    @property
    def score(self) -> int:
        """What choosing it adds to the sum."""
        return 1000 + 250 * (len(self.departures) + len(self.arrivals) - 2) + self.likeness


@dataclass(frozen=True, slots=True)
class Choice:
    """A chosen candidate; `is_clear`: no other reading of its ends is nearly as good."""

    candidate: Candidate
    is_clear: bool


def choose(candidates: Sequence[Candidate]) -> list[Choice]:
    """The best choice of candidates that take no end twice, in the order given."""
    by_end: dict[str, list[int]] = defaultdict(list)
    for number, candidate in enumerate(candidates):
        for end in candidate.ends:
            by_end[end.posting_id].append(number)
    chosen: list[int] = []
    for component in _components(candidates, by_end):
        chosen += component if len(component) == 1 else _best(candidates, component)
    return [Choice(candidates[number], _is_clear(number, candidates, by_end)) for number in sorted(chosen)]


def _is_clear(number: int, candidates: Sequence[Candidate], by_end: dict[str, list[int]]) -> bool:
    own = candidates[number]
    return not any(
        candidates[other].likeness > own.likeness - CLEAR_MARGIN
        and not _is_interchangeable(own, candidates[other])
        and not _is_outdone(own, candidates[other])
        for end in own.ends
        for other in by_end[end.posting_id]
        if other != number
    )


def _is_interchangeable(one: Candidate, other: Candidate) -> bool:
    """Whether it makes no difference to the books which of the two it was: same accounts, same quantities."""
    return _shape(one) == _shape(other)


def _is_outdone(one: Candidate, other: Candidate) -> bool:
    """Whether `other` needs a sum of more ends where `one` is exact already, and no address speaks for it."""
    return one.is_exact and len(one.ends) < len(other.ends) and not other.has_address


def _shape(candidate: Candidate) -> tuple[object, ...]:
    return (
        sorted((end.account, end.quantity) for end in candidate.departures),
        sorted((end.account, end.quantity) for end in candidate.arrivals),
    )


def _components(candidates: Sequence[Candidate], by_end: dict[str, list[int]]) -> Iterator[list[int]]:
    """The numbers of candidates that hang together by shared ends, each set in order."""
    seen = [False] * len(candidates)
    for start in range(len(candidates)):
        if seen[start]:
            continue
        seen[start] = True
        component, waiting = [], [start]
        while waiting:
            number = waiting.pop()
            component.append(number)
            for end in candidates[number].ends:
                for other in by_end[end.posting_id]:
                    if not seen[other]:
                        seen[other] = True
                        waiting.append(other)
        yield sorted(component)


def _best(candidates: Sequence[Candidate], component: Sequence[int]) -> list[int]:
    """The members of `component` that are chosen."""
    rows: dict[str, list[int]] = defaultdict(list)
    for place, number in enumerate(component):
        for end in candidates[number].ends:
            rows[end.posting_id].append(place)
    scores = [candidates[number].score for number in component]
    if any(len(members) == len(component) for members in rows.values()):  # all share one end: only one can be
        return [component[scores.index(max(scores))]]
    shared = [members for members in rows.values() if len(members) > 1]
    return [component[place] for place in _pack(scores, shared)]


def _pack(scores: Sequence[int], conflicts: Sequence[Sequence[int]]) -> list[int]:
    """The places with the highest sum of `scores`, at most one from each set of `conflicts`."""
    import highspy  # noqa: PLC0415 -- a fifth of a second, and most books have nothing to decide
    import numpy as np  # noqa: PLC0415
    from highspy._core import _Highs  # noqa: PLC0415 -- the public class prints a banner when it is made

    count = len(scores)
    model = highspy.HighsLp()
    model.num_col_, model.num_row_ = count, len(conflicts)
    model.sense_ = highspy.ObjSense.kMaximize
    model.col_cost_ = np.array(scores, dtype=np.float64)
    model.col_lower_, model.col_upper_ = np.zeros(count), np.ones(count)
    model.integrality_ = [highspy.HighsVarType.kInteger] * count
    model.row_lower_ = np.full(len(conflicts), -highspy.kHighsInf)
    model.row_upper_ = np.ones(len(conflicts))
    model.a_matrix_.format_ = highspy.MatrixFormat.kRowwise
    model.a_matrix_.start_ = np.cumsum([0, *(len(members) for members in conflicts)], dtype=np.int32)
    model.a_matrix_.index_ = np.array([place for members in conflicts for place in members], dtype=np.int32)
    model.a_matrix_.value_ = np.ones(sum(len(members) for members in conflicts))
    solver = _Highs()
    solver.setOptionValue("output_flag", False)
    solver.setOptionValue("threads", 1)
    solver.setOptionValue("random_seed", 0)
    solver.setOptionValue("mip_rel_gap", 0.0)
    solver.passModel(model)
    solver.run()
    if solver.getModelStatus() != highspy.HighsModelStatus.kOptimal:
        raise ArithmeticError(f"no best pairing was found: {solver.modelStatusToString(solver.getModelStatus())}")
    values = list(solver.getSolution().col_value)
    return [place for place in range(count) if values[place] > 0.5]  # noqa: PLR2004 -- a binary, in floating point
