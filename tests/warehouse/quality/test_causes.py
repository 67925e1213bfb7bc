"""The likeliest cause of a sale without lots, by scenarios written by hand."""

from decimal import Decimal
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from support.raw_book import instant
from warehouse.quality.causes import Clue, Shortage, rank_causes

SHORT = Shortage("k", "ETC", Decimal("2.491"), Decimal("2.491"), instant("2026-09-29"), instant("2026-09-29"))


def _clue(kind: Any, quantity: str | None = None, **more: Any) -> Clue:
    values = {"account": "k", "asset": "ETC", "start": instant("2026-09-01"), "end": instant("2026-09-01")} | more
    return Clue(kind, quantity=None if quantity is None else Decimal(quantity), words=kind, **values)


def _kinds(*clues: Clue, shortage: Shortage = SHORT) -> list[str]:
    return [cause.clue.kind for cause in rank_causes(shortage, clues)]


def test_causes__a_deposit_of_exactly_that__comes_before_a_gap() -> None:
    (first, second) = rank_causes(SHORT, [_clue("gap"), _clue("unpaired_deposit", "2.491")])
    assert (first.clue.kind, first.fits, first.words) == (
        "unpaired_deposit", True, "unpaired_deposit: exactly what is missing",
    )  # fmt: skip
    assert (second.clue.kind, second.fits) == ("gap", False)


def test_causes__about_that__is_two_percent() -> None:
    (cause,) = rank_causes(SHORT, [_clue("balance_difference", "2.5")])
    assert cause.words == "balance_difference: about what is missing"
    (other,) = rank_causes(SHORT, [_clue("balance_difference", "2.6")])
    assert not other.fits


def test_causes__what_came_after_the_sale__is_none() -> None:
    assert _kinds(_clue("unpaired_deposit", "2.491", start=instant("2026-09-30"))) == []


def test_causes__another_coin__is_none_unless_renamed() -> None:
    assert _kinds(_clue("unpaired_deposit", "2.491", asset="BTC")) == []
    assert _kinds(_clue("renamed", "2.491", asset="ETCX")) == ["renamed"]
    assert _kinds(_clue("renamed", "3", asset="ETCX")) == []


def test_causes__a_deposit_elsewhere__counts_less_than_a_gap_here_unless_its_amount_fits() -> None:
    elsewhere = _clue("unpaired_deposit", "1", account="b")
    assert _kinds(elsewhere, _clue("gap")) == ["gap", "unpaired_deposit"]
    fitting = _clue("unpaired_deposit", "2.491", account="b")
    assert _kinds(fitting, _clue("gap")) == ["unpaired_deposit", "gap"]


def test_causes__a_withdrawal_elsewhere__counts_only_where_its_amount_fits() -> None:
    assert _kinds(_clue("unpaired_withdrawal", "50", account="b")) == []
    assert _kinds(_clue("unpaired_withdrawal", "2.5", account="b")) == ["unpaired_withdrawal"]
    assert _kinds(_clue("unpaired_withdrawal", "2.5", account="k")) == []


def test_causes__a_round_amount__is_not_called_exact() -> None:
    round_one = Shortage("k", "ETC", Decimal(2), Decimal(2), SHORT.at, SHORT.since_at)
    (cause,) = rank_causes(round_one, [_clue("unpaired_deposit", "2")])
    assert cause.words == "unpaired_deposit: about what is missing"


def test_causes__all_that_the_pool_misses__fits_as_well_as_one_sale() -> None:
    second = Shortage("k", "ETC", Decimal("1.111"), Decimal("3.602"), SHORT.at, SHORT.since_at)
    (cause,) = rank_causes(second, [_clue("unpaired_deposit", "3.602")])
    assert cause.fits


def test_causes__a_history_that_begins_with_a_sale__is_told_last_but_told() -> None:
    assert _kinds(_clue("begins_with_a_sale"), _clue("not_offered"), _clue("unlisted_folder", account="old")) == [
        "unlisted_folder", "begins_with_a_sale", "not_offered",
    ]  # fmt: skip


_CLUES = st.lists(
    st.builds(
        _clue,
        st.sampled_from(["unpaired_deposit", "gap", "rejected_row", "unpaired_withdrawal", "not_offered", "renamed"]),
        st.sampled_from([None, "2.491", "2.5", "9", "0.1"]),
        account=st.sampled_from(["k", "b"]),
        start=st.sampled_from([None, instant("2025-01-01"), instant("2026-09-20"), instant("2026-10-01")]),
    ),
    max_size=8,
)


@given(clues=_CLUES, order=st.randoms(use_true_random=False))
def test_causes__in_whatever_order_they_are_found__are_ranked_alike(clues: list[Clue], order: Any) -> None:
    shuffled = list(clues)
    order.shuffle(shuffled)
    ranked = rank_causes(SHORT, clues)
    assert [cause.weight for cause in ranked] == [cause.weight for cause in rank_causes(SHORT, shuffled)]
    weights = [cause.weight for cause in ranked]
    assert weights == sorted(weights, reverse=True)
    assert all(cause.clue.start is None or cause.clue.start < SHORT.at for cause in ranked)
