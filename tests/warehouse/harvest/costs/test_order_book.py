"""Selling into an order book. Expected: arithmetic by hand, and what must hold of any book."""

from decimal import Decimal
from fractions import Fraction

from hypothesis import given
from hypothesis import strategies as st

from warehouse.harvest.costs.order_book import OrderBook, buy_rate, sell_rate, walk

# 1 unit at 100, 2 at 99, 5 at 90; offered at 102: the middle is 101
BOOK = OrderBook(
    bids=[(Decimal(100), Decimal(1)), (Decimal(99), Decimal(2)), (Decimal(90), Decimal(5))],
    asks=[(Decimal(102), Decimal(10))],
)

_AMOUNTS = st.decimals("0.00000001", 10**6, places=8)
_BIDS = st.lists(st.tuples(_AMOUNTS, _AMOUNTS), min_size=1, max_size=6).map(
    lambda levels: sorted(levels, key=lambda level: -level[0])
)


def test_walk__two_levels__adds_up_by_hand() -> None:
    sold = walk(BOOK.bids, Decimal(2))
    assert (sold.filled, sold.amount) == (2, 199)  # 100 + 99
    assert sold.average == Fraction(199, 2)


def test_walk__more_than_the_book_has__fills_what_there_is() -> None:
    assert walk(BOOK.bids, Decimal(100)).filled == 8


def test_sell_rate__spread_depth_and_fee__by_hand() -> None:
    # 2 units bring 199 less 1 % = 197.01, of 202 at the middle: 4.99 / 202, rounded up
    assert sell_rate(BOOK, Decimal(2), Decimal("0.01")) == Decimal("0.024702970297029703")


def test_buy_rate__spread_and_fee__by_hand() -> None:
    # 2 units cost 204 and 1 % = 206.04, of 202 at the middle: 4.04 / 202
    assert buy_rate(BOOK, Decimal(2), Decimal("0.01")) == Decimal("0.02")


def test_rates__one_side_is_empty__are_not_known() -> None:
    assert sell_rate(OrderBook([], BOOK.asks), Decimal(1), Decimal(0)) is None
    assert buy_rate(OrderBook(BOOK.bids, []), Decimal(1), Decimal(0)) is None


@given(_BIDS, _AMOUNTS)
def test_walk__any_book__fills_all_or_everything_there_is(
    bids: list[tuple[Decimal, Decimal]], quantity: Decimal
) -> None:
    sold = walk(bids, quantity)
    assert sold.filled == min(Fraction(quantity), sum(Fraction(units) for _, units in bids))
    assert Fraction(bids[-1][0]) <= sold.average <= Fraction(bids[0][0])


@given(_BIDS, _AMOUNTS, _AMOUNTS)
def test_sell_rate__larger_sale__never_costs_a_smaller_share(
    bids: list[tuple[Decimal, Decimal]], one: Decimal, other: Decimal
) -> None:
    book = OrderBook(bids, [])
    small, large = (sell_rate(book, quantity, Decimal(0)) for quantity in sorted((one, other)))
    assert small is not None
    assert large is not None
    assert 0 <= small <= large < 1
