"""Open lots at the latest price, and what a sale would consume first."""

from datetime import UTC, date, datetime, timedelta
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from warehouse.harvest.valuation import LatestPrice, OpenLot, ValuedLot, value_lots

TODAY = date(2026, 11, 24)
ONE = 10**18
DOLLAR = 10**8


def lot(lot_id: str, acquired: date, quantity: int, cost: int | None, **changes: object) -> OpenLot:
    values: dict[str, object] = {"asset": "BTC", "account": "kraken"}
    return OpenLot(
        lot_id=lot_id,
        acquired_at=datetime(acquired.year, acquired.month, acquired.day, 17, tzinfo=UTC),
        acquired_date=acquired,
        quantity=quantity,
        cost=cost,
        whole_quantity=quantity,
        whole_cost=cost,
        **{**values, **changes},  # type: ignore[arg-type]
    )


def price(usd: int, scale: int = ONE) -> LatestPrice:
    return LatestPrice(usd * scale, datetime(2026, 11, 24, tzinfo=UTC), "kraken", is_interpolated=False)


def value(*lots: OpenLot, usd: int | None = 40000) -> dict[str, ValuedLot]:
    prices = {} if usd is None else {"BTC": price(usd)}
    return {row.lot.lot_id: row for row in value_lots(lots, prices, methods={}, today=TODAY)}


def test_lots__two_in_one_account__the_later_waits_for_the_earlier() -> None:
    """By hand: 1 BTC bought at 30,000 is up 10,000; 0.5 bought at 60,000 each is down 10,000 and comes second."""
    rows = value(
        lot("late", date(2026, 1, 5), ONE // 2, 30000 * DOLLAR), lot("early", date(2024, 1, 5), ONE, 3 * 10**12)
    )
    assert (rows["early"].unrealized, rows["late"].unrealized) == (10000 * DOLLAR, -10000 * DOLLAR)
    assert (rows["early"].sell_first_quantity, rows["early"].unrealized_first) == (0, 0)
    assert (rows["late"].sell_first_quantity, rows["late"].unrealized_first) == (ONE, 10000 * DOLLAR)
    assert (rows["early"].term, rows["early"].days_to_long_term) == ("long", 0)
    # 2026-01-05 + 1 day + 1 year = 2027-01-06, 43 days after 2026-11-24.
    assert (rows["late"].term, rows["late"].days_to_long_term) == ("short", 43)
    assert rows["late"].lot.long_from == date(2027, 1, 6)


def test_lots__same_instant__go_by_id() -> None:
    day = date(2026, 1, 5)
    rows = value(lot("b", day, 2, 0), lot("a", day, 1, 0))
    assert (rows["a"].sell_first_quantity, rows["b"].sell_first_quantity) == (0, 1)


def test_lots__other_account_or_asset__do_not_wait_for_each_other() -> None:
    day = date(2026, 1, 5)
    rows = value(lot("a", day, 1, 0), lot("b", day, 1, 0, account="binance"), lot("c", day, 1, 0, asset="KAS"))
    assert [row.sell_first_quantity for row in rows.values()] == [0, 0, 0]


def test_lots__no_price__have_no_figures() -> None:
    rows = value(lot("a", date(2025, 1, 5), ONE, DOLLAR), lot("b", date(2025, 1, 6), ONE, DOLLAR), usd=None)
    assert (rows["a"].value, rows["a"].unrealized, rows["a"].unrealized_first) == (None, None, 0)
    assert (rows["b"].unrealized, rows["b"].sell_first_quantity, rows["b"].unrealized_first) == (None, ONE, None)


def test_lots__cost_unknown__is_not_zero_and_makes_what_follows_unknown() -> None:
    rows = value(
        lot("a", date(2025, 1, 5), ONE, None), lot("b", date(2025, 1, 6), ONE, DOLLAR), lot("c", date(2025, 1, 7), 1, 0)
    )
    assert (rows["a"].value, rows["a"].unrealized) == (40000 * DOLLAR, None)
    assert (rows["b"].unrealized, rows["b"].unrealized_first) == (39999 * DOLLAR, None)
    assert rows["c"].unrealized_first is None


def test_lots__in_transit__are_not_sold_before_those_that_are_there() -> None:
    rows = value(
        lot("moving", date(2024, 1, 5), ONE, DOLLAR, is_in_transit=True), lot("here", date(2025, 1, 5), ONE, DOLLAR)
    )
    assert rows["here"].sell_first_quantity == 0


def test_lots__inherited__are_long_at_once() -> None:
    row = value(lot("a", TODAY, ONE, DOLLAR, is_always_long=True))["a"]
    assert (row.term, row.days_to_long_term, row.lot.long_from) == ("long", 0, TODAY)


@pytest.mark.parametrize(("tenth", "expected"), [(5, 0), (15, 2), (25, 2), (35, 4), (6, 1)])
def test_value__half_a_unit__goes_to_the_even_one(tenth: int, expected: int) -> None:
    """One coin at `tenth` tenths of 10^-8 USD."""
    prices = {"BTC": price(tenth, scale=10**9)}
    (row,) = value_lots([lot("a", TODAY, ONE, 0)], prices, methods={}, today=TODAY)
    assert row.value == expected


@given(st.integers(1, 10**38), st.integers(0, 10**38), st.integers(0, 10**38))
def test_value__any_quantity_and_price__is_the_exact_product_rounded_half_even(
    quantity: int, unit_price: int, cost: int
) -> None:
    prices = {"BTC": price(unit_price, scale=1)}
    (row,) = value_lots([lot("a", TODAY, quantity, cost)], prices, methods={}, today=TODAY)
    assert row.value == round(Fraction(quantity * unit_price, 10**28))
    assert row.unrealized == row.value - cost


@given(st.lists(st.tuples(st.integers(0, 900), st.integers(1, 10**20), st.integers(0, 10**13)), max_size=12))
def test_order__selling_all_before_a_lot__leaves_it_first(bought: list[tuple[int, int, int]]) -> None:
    lots = [
        lot(str(number), date(2024, 1, 1) + timedelta(days=day), quantity, cost)
        for number, (day, quantity, cost) in enumerate(bought)
    ]
    rows = value(*lots)
    for row in rows.values():
        before = [other for other in rows.values() if other.sell_first_quantity < row.sell_first_quantity]
        assert row.sell_first_quantity == sum(other.lot.quantity for other in before)
        assert row.unrealized_first == sum(other.unrealized or 0 for other in before)
        left = [one for one in lots if one not in [other.lot for other in before]]
        assert value(*left)[row.lot.lot_id].sell_first_quantity == 0


def test_method__without_an_order__is_refused_by_name() -> None:
    with pytest.raises(ValueError, match="'random' has no order here"):
        value_lots([lot("a", TODAY, 1, 1)], {}, methods={"kraken": "random"}, today=TODAY)
