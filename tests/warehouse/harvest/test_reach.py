"""Whether a sale reaches a lot, what it brings after costs, and what a second price says. By hand."""

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

from warehouse.harvest.doubts import verdict
from warehouse.harvest.reach import reach_doubts, sale_figures, second_price_doubts, second_prices
from warehouse.harvest.valuation import LatestPrice, OpenLot, ValuedLot

E8, E18 = 10**8, 10**18
CLOSE = LatestPrice(90 * E18, datetime(2026, 11, 24, tzinfo=UTC), "kraken BTC/USD", is_interpolated=False)


def lot(quantity: int, *, first: int = 0, cost: int | None = 150, price: LatestPrice | None = CLOSE) -> ValuedLot:
    at = datetime(2026, 1, 5, tzinfo=UTC)
    whole = None if cost is None else cost * E8
    held = OpenLot("lot", "BTC", "kraken", at, date(2026, 1, 5), quantity * E18, whole, quantity * E18, whole)
    return ValuedLot(held, price, None, None, "short", 43, first * E18, 0, 0, (), starts_after=first * E18)


def costs(**changes: Any) -> dict[str, Any]:
    row = {
        "account": "kraken", "asset": "BTC", "held_quantity": Decimal(3), "reachable_quantity": Decimal(3),
        "source": "order book", "bid_price_usd": Decimal(99), "ask_price_usd": Decimal(101),
        "sell_price_usd": Decimal(98), "fee_rate": Decimal("0.01"), "sell_rate": Decimal("0.03"), "notes": [],
    }  # fmt: skip
    return {**row, **changes}


def test_sale__order_book_known__is_at_its_price_after_the_fee() -> None:
    figures = sale_figures(lot(1), costs())
    # 98 less 1 % is 97.02; the lot cost 150
    assert (figures.price, figures.source, figures.unrealized) == (98 * E18, "order book", int(-52.98 * E8))


def test_sale__no_order_book__is_at_the_close_after_the_rate() -> None:
    figures = sale_figures(lot(1), costs(sell_price_usd=None))
    # 90 less 3 % is 87.30
    assert (figures.price, figures.source, figures.unrealized) == (90 * E18, "close", int(-62.7 * E8))


def test_sale__no_price_or_no_cost__is_not_known() -> None:
    assert sale_figures(lot(1, price=None), costs(sell_price_usd=None)).price is None
    assert sale_figures(lot(1, cost=None), costs()).unrealized is None
    assert sale_figures(lot(1), None).price is None


def test_reach__what_is_free_ends_before_in_or_behind_the_lot() -> None:
    staked = costs(reachable_quantity=Decimal(2), notes=["2 of 3 BTC can be sold now", "1 BTC staked"])
    assert reach_doubts(lot(1, first=1), staked) == []
    status, reasons = verdict(reach_doubts(lot(2, first=1), staked))
    assert (status, reasons) == (
        "review",
        ["BTC in kraken: a sale can reach only a part of it now: 2 of 3 BTC can be sold now; 1 BTC staked"],
    )
    assert verdict(reach_doubts(lot(1, first=2), staked))[0] == "blocked"


def test_reach__all_of_it_is_too_small__is_blocked() -> None:
    small = costs(notes=["below the venue's minimum order of 5 BTC"])
    assert verdict(reach_doubts(lot(1), small)) == (
        "blocked",
        ["BTC in kraken: all that can be sold is below the venue's minimum order of 5 BTC"],
    )


def test_second_price__order_book_far_from_the_close__is_to_review() -> None:
    near, far = second_prices([costs()])["BTC"], [120 * E18]
    assert near == [100 * E18]
    assert second_price_doubts("BTC", LatestPrice(91 * E18, CLOSE.at, "kraken", is_interpolated=False), near) == []
    assert verdict(second_price_doubts("BTC", CLOSE, far))[0] == "review"


def test_second_price__own_price_that_nobody_confirms__is_to_review() -> None:
    own = LatestPrice(90 * E18, CLOSE.at, "prices.csv", is_interpolated=False)
    assert verdict(second_price_doubts("BTC", own, None))[0] == "review"
    assert second_price_doubts("BTC", own, [90 * E18]) == []
    assert second_price_doubts("BTC", CLOSE, None) == []
