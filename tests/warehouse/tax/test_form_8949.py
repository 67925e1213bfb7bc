"""The rules of a row of Form 8949: the official examples by id, boxes, codes and rounding."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from support.golden import golden_example
from warehouse.lots.holding import Term
from warehouse.tax.us.form_8949 import (
    CENT,
    DOLLAR,
    Columns,
    Part,
    Report,
    box_of,
    cut,
    fill_columns,
    is_digital_asset,
    schedule_d_line,
    to_unit,
)


def usd(text: str) -> int:
    return int(Decimal(text) * 10**8)


def shown(columns: Columns) -> tuple[str, ...]:
    amounts = (columns.proceeds, columns.cost, columns.adjustment, columns.gain)
    d, e, g, h = (f"{Decimal(amount) / 10**8:f}" for amount in amounts)
    return d, e, columns.code, g, h


@pytest.mark.parametrize("example_id", ["us-8949-h-ex1", "us-8949-h-ex2"])
def test_columns__us_8949_h__without_adjustment_are_the_difference(example_id: str) -> None:
    example = golden_example(example_id)
    given_ = example["inputs"]
    columns = fill_columns(Part("short", usd(given_["d"]), usd(given_["e"])))
    assert shown(columns) == (given_["d"], given_["e"], "", given_["g"], example["expected"]["h"])


def test_columns__us_8949_h_ex3__takes_off_what_the_form_left_out() -> None:
    """(g) is -1,000: the proceeds were 5,000 after costs that the broker's 6,000 do not show."""
    example = golden_example("us-8949-h-ex3")
    given_ = example["inputs"]
    net = usd(given_["d"]) + usd(given_["g"])
    columns = fill_columns(Part("short", net, usd(given_["e"]), reported_proceeds=usd(given_["d"])))
    assert shown(columns) == (given_["d"], given_["e"], "E", given_["g"], example["expected"]["h"])


def test_columns__us_8949_h_ex4__correct_a_basis_that_was_reported() -> None:
    example = golden_example("us-8949-h-ex4")
    given_, expected = example["inputs"], example["expected"]
    part = Part(
        "short",
        usd(given_["proceeds"]),
        usd(given_["correct_basis"]),
        reported_proceeds=usd(given_["proceeds"]),
        reported_cost=usd(given_["reported_basis"]),
        is_basis_reported=given_["basis_reported_to_irs"],
    )
    assert shown(fill_columns(part)) == tuple(expected[name] for name in "defgh")
    boxes = {box_of(2025, "short", "basis_reported", is_digital=is_digital) for is_digital in (False, True)}
    assert boxes == set(expected["box"].split(" or "))


def test_columns__basis_not_reported__is_correct_in_e_with_no_adjustment() -> None:
    """The note of us-8949-h-ex4: "put the correct basis in (e) and 0 in (g)"."""
    part = Part("short", usd("1000"), usd("100"), reported_proceeds=usd("1000"), reported_cost=usd("900"))
    assert shown(fill_columns(part)) == ("1000", "100", "B", "0", "900")


def test_columns__everything_at_once__has_its_codes_in_alphabetical_order() -> None:
    """By hand: 500, costs 10 (E), basis 250 reported for 400 (B), 60 disallowed (W), long reported as short (T)."""
    part = Part(
        "long",
        usd("490"),
        usd("400"),
        reported_proceeds=usd("500"),
        reported_cost=usd("250"),
        is_basis_reported=True,
        reported_term="short",
        disallowed=usd("60"),
    )
    assert shown(fill_columns(part)) == ("500", "250", "BETW", "-100", "150")


def test_columns__loss_that_may_not_be_deducted__comes_to_nothing() -> None:
    assert shown(fill_columns(Part("short", usd("40"), usd("100"), is_nondeductible=True))) == (
        "40", "100", "L", "60", "0",
    )  # fmt: skip
    assert fill_columns(Part("short", usd("140"), usd("100"), is_nondeductible=True)).code == ""


@pytest.mark.parametrize(
    ("amount", "cents", "dollars"),
    [("0.005", "0.01", "0"), ("0.00499999", "0", "0"), ("1.49999999", "1.5", "1"), ("-0.5", "-0.5", "-1")],
)
def test_to_unit__half__goes_away_from_zero(amount: str, cents: str, dollars: str) -> None:
    assert to_unit(usd(amount), CENT) == usd(cents)
    assert to_unit(usd(amount), DOLLAR) == usd(dollars)


@pytest.mark.parametrize(
    ("year", "is_digital", "short", "long"),
    [(2024, True, "ABC", "DEF"), (2025, True, "GHI", "JKL"), (2026, True, "GHI", "JKL"), (2025, False, "ABC", "DEF")],
)
def test_box__by_year_and_class__is_as_the_instructions_have_it(
    year: int, *, is_digital: bool, short: str, long: str
) -> None:
    reports: tuple[Report, ...] = ("basis_reported", "basis_not_reported", "no_form")
    terms: tuple[tuple[Term, str], ...] = (("short", short), ("long", long))
    for term, letters in terms:
        assert "".join(box_of(year, term, report, is_digital=is_digital) for report in reports) == letters
    assert [schedule_d_line("short", report) for report in reports] == ["1b", "2", "3"]
    assert [schedule_d_line("long", report) for report in reports] == ["8b", "9", "10"]


def test_is_digital_asset__funds_and_securities__are_not() -> None:
    classes = ("coin", "tokenized_security", "etf", "security")
    assert [is_digital_asset(name) for name in classes] == [True, True, False, False]


money = st.integers(0, 10**18)
parts = st.builds(
    Part,
    term=st.sampled_from(["short", "long"]),
    proceeds=money,
    cost=money,
    reported_proceeds=st.none() | money,
    reported_cost=st.none() | money,
    is_basis_reported=st.booleans(),
    reported_term=st.sampled_from([None, "short", "long", "ordinary"]),
)


@given(parts, st.sampled_from([CENT, DOLLAR]))
def test_columns__any_part__hold_the_gain_and_add_up_as_they_stand(part: Part, unit: int) -> None:
    columns = fill_columns(part, unit=unit)
    assert columns.gain == columns.proceeds - columns.cost + columns.adjustment
    assert all(amount % unit == 0 for amount in (columns.proceeds, columns.cost, columns.adjustment))
    assert abs(columns.gain - (part.proceeds - part.cost)) <= 2 * unit
    assert list(columns.code) == sorted(set(columns.code))


@given(st.lists(st.integers(1, 50), min_size=1), st.lists(st.integers(1, 50), min_size=1))
def test_cut__two_divisions__divides_by_both_and_loses_nothing(left: list[int], right: list[int]) -> None:
    left, right = [*left, sum(right)], [*right, sum(left)]
    cuts = cut([(units, None) for units in left], [(units, None) for units in right])
    for place, units in enumerate(left):
        assert sum(taken for taken, of, _ in cuts if of == place) == units
    for place, units in enumerate(right):
        assert sum(taken for taken, _, of in cuts if of == place) == units
    assert all(taken > 0 for taken, _, _ in cuts)


def test_cut__unequal_sums__are_refused() -> None:
    with pytest.raises(ValueError, match="do not add up"):
        cut([(2, None)], [(1, None)])
