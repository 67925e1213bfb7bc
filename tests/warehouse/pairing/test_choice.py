"""The choice among candidates, against every choice there is."""

from itertools import combinations

from hypothesis import given, settings
from hypothesis import strategies as st

from warehouse.pairing.choice import Candidate, choose
from warehouse.pairing.ends import End

_OUT = [End(f"w{number}", "kraken", "BTC", 1, number, is_departure=True) for number in range(4)]
_IN = [End(f"d{number}", "cold", "BTC", 1, number, is_departure=False) for number in range(4)]


@st.composite
def _candidates(draw: st.DrawFn) -> Candidate:
    out = draw(st.sets(st.integers(0, 3), min_size=1, max_size=2))
    back = draw(st.sets(st.integers(0, 3), min_size=1, max_size=1 if len(out) > 1 else 2))
    return Candidate(
        tuple(_OUT[number] for number in sorted(out)),
        tuple(_IN[number] for number in sorted(back)),
        0,
        draw(st.integers(0, 900)),
        is_exact=True,
    )


def _is_possible(chosen: tuple[Candidate, ...]) -> bool:
    names = [end.posting_id for candidate in chosen for end in candidate.ends]
    return len(names) == len(set(names))


@settings(deadline=None)
@given(st.lists(_candidates(), max_size=9))
def test_choose__of_any_candidates__has_the_highest_sum_and_takes_no_end_twice(candidates: list[Candidate]) -> None:
    chosen = tuple(choice.candidate for choice in choose(candidates))
    assert _is_possible(chosen)
    best = max(
        sum(candidate.score for candidate in some)
        for size in range(len(candidates) + 1)
        for some in combinations(candidates, size)
        if _is_possible(some)
    )
    assert sum(candidate.score for candidate in chosen) == best


def test_choose__two_arrivals_that_fit_alike_in_two_accounts__is_not_clear() -> None:
    other = End("d9", "warm", "BTC", 1, 0, is_departure=False)
    one, two = (Candidate((_OUT[0],), (end,), 0, 500, is_exact=True) for end in (_IN[0], other))
    assert [choice.is_clear for choice in choose([one, two])] == [False]


def test_choose__two_arrivals_that_fit_alike_in_one_account__is_clear() -> None:
    one, two = (Candidate((_OUT[0],), (end,), 0, 500, is_exact=True) for end in _IN[:2])
    assert [choice.is_clear for choice in choose([one, two])] == [True]
