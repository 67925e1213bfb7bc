"""What explains a difference in balance, by scenarios written by hand."""

from decimal import Decimal
from itertools import chain, combinations
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from support.raw_book import instant
from warehouse.quality.attribution import Difference, Movement, exact_explanations, explain_difference

AT = instant("2026-09-29")


def _movement(name: str, change: str, cause: Any = "unpaired_leg") -> Movement:
    return Movement(cause, Decimal(change), AT, name, f"{name} of {change}")


def _causes(difference: str, *movements: Movement, **more: Any) -> list[str]:
    of = Difference("ETH", Decimal(difference), **more)
    return [explanation.cause for explanation in explain_difference(of, movements)]


def test_difference__of_one_unpaired_leg__is_that_leg() -> None:
    (found,) = explain_difference(
        Difference("ETH", Decimal("-1.234")), [_movement("w", "-1.234"), _movement("x", "9.1")]
    )
    assert (found.cause, found.transaction_ids, found.is_exact) == ("unpaired_leg", ("w",), True)
    assert found.words == "w of -1.234: makes up the difference exactly"


def test_difference__of_a_sum_of_two__names_both() -> None:
    (found,) = exact_explanations(
        Decimal("3.579"), [_movement("a", "1.234"), _movement("b", "2.345"), _movement("c", "7.77")]
    )
    assert found.transaction_ids == ("a", "b")


def test_difference__of_round_amounts__is_not_explained_by_their_sum() -> None:
    assert exact_explanations(Decimal(3), [_movement("a", "1"), _movement("b", "2")]) == []
    assert len(exact_explanations(Decimal(3), [_movement("a", "3")])) == 1


def test_difference__of_something_booked_twice__says_so() -> None:
    assert _causes("-0.777", _movement("t", "-0.777", "told_twice")) == ["told_twice"]


def test_difference__without_any_clue__says_that_nothing_explains_it() -> None:
    assert _causes("1.5") == ["unexplained"]


def test_difference__in_a_gap__is_named_after_it() -> None:
    assert _causes("1.5", gaps=["k trades: not known"]) == ["gap"]


def test_difference__of_little_worth__is_dust() -> None:
    assert _causes("0.00001", value_usd=Decimal("0.02")) == ["dust"]


def test_difference__of_an_asset_that_the_books_do_not_know__was_never_told() -> None:
    assert _causes("12", has_events=False) == ["never_told"]


def test_difference__that_is_less_than_fees_would_be__may_be_fees() -> None:
    assert _causes("-0.4", turnover=Decimal(100)) == ["missing_fee"]
    assert _causes("-0.6", turnover=Decimal(100)) == ["unexplained"]


def test_difference__of_coins_that_earned_rewards_and_are_not_there__may_be_staked() -> None:
    assert _causes("-0.6", received_words="rewards came in") == ["staked"]
    assert _causes("-0.6", received_words="rewards came in", is_on_chain=True) == ["unexplained"]


def test_difference__that_changes_every_night__is_a_rebasing_token() -> None:
    assert _causes("0.5", nights=4, changed_nights=4) == ["rebasing"]
    assert _causes("0.5", nights=4, changed_nights=1) == ["unexplained"]


def test_difference__of_books_below_zero__is_missing_history() -> None:
    words = "sales found 2.491 ETC missing since 2026-09-29"
    assert _causes("2.5", shortfall_words=words) == ["missing_history"]
    assert _causes("-2.5", shortfall_words=words) == ["unexplained"]
    sale = _movement("s", "2.491", "told_twice")
    assert _causes("2.491", sale, shortfall_words=words) == ["missing_history"]
    assert _causes("2.491", sale) == ["told_twice"]
    assert _causes("2", _movement("s", "2", "told_twice")) == ["unexplained"]


@given(
    changes=st.lists(st.decimals("-9", "9", places=4).filter(lambda change: change != 0), max_size=7),
    difference=st.decimals("-9", "9", places=4).filter(lambda change: change != 0),
)
def test_exact__what_is_told__adds_up_and_nothing_smaller_does(changes: list[Decimal], difference: Decimal) -> None:
    movements = [_movement(str(number), str(change)) for number, change in enumerate(changes)]
    found = exact_explanations(difference, movements)
    sizes = {len(explanation.transaction_ids) for explanation in found}
    assert len(sizes) <= 1
    for explanation in found:
        assert sum((changes[int(name)] for name in explanation.transaction_ids), Decimal(0)) == difference
    fewest = min(
        (
            len(chosen)
            for chosen in chain.from_iterable(combinations(changes, parts) for parts in range(1, 4))
            if sum(chosen) == difference
            and (len(chosen) == 1 or all(len(change.normalize().as_tuple().digits) > 2 for change in chosen))
        ),
        default=None,
    )
    assert sizes == (set() if fewest is None else {fewest})
