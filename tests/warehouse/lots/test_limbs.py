"""128-bit integers in two limbs: there and back, and summed."""

from hypothesis import given
from hypothesis import strategies as st

from warehouse.lots.limbs import integers_of, limbs_of_integers, total_of

NUMBERS = st.lists(st.integers(-(1 << 127), (1 << 127) - 1))


@given(NUMBERS)
def test_limbs__any_numbers__come_back_and_add_up(numbers: list[int]) -> None:
    limbs = limbs_of_integers(numbers)
    assert integers_of(limbs) == numbers
    assert total_of(limbs) == sum(numbers)
