"""What a sale would do, worked out by hand for each method."""

from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from support.plan_books import TODAY, standing
from warehouse.harvest.identified import Named
from warehouse.harvest.valuation import OpenLot
from warehouse.harvest.what_if import AskedSale, NotThereError, ask_sale, shared_by_quantity


def lot(name: str, acquired: str, quantity: str, cost: str | None, *, is_in_transit: bool = False) -> OpenLot:
    day = date.fromisoformat(acquired)
    units, usd = int(Decimal(quantity) * 10**18), None if cost is None else int(Decimal(cost) * 10**8)
    at = datetime(day.year, day.month, day.day, 17, tzinfo=UTC)
    return OpenLot(name, "BTC", "kraken", at, day, units, usd, units, usd, is_in_transit=is_in_transit)


LOTS = [
    lot("old", "2023-01-05", "1", "20000"),
    lot("dear", "2026-02-05", "1", "60000"),
    lot("late", "2026-06-05", "1", "45000"),
    lot("moving", "2026-06-05", "5", "1", is_in_transit=True),
]


def ask(method: str, quantity: str = "1.5", **changes: object) -> AskedSale:
    asked = {
        "price": 40000 * 10**18,
        "sell_rate": Decimal(0),
        "method": method,
        "identified": (),
        "standing": standing("60000"),
        "today": TODAY,
    }
    return ask_sale(LOTS, int(Decimal(quantity) * 10**18), **{**asked, **changes})  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("method", "short", "long"),
    [
        ("fifo", -10000, 20000),  # the old lot, half of the dear one
        ("lifo", -15000, 0),  # the late lot, half of the dear one
        ("hifo", -22500, 0),  # the dear lot, half of the late one
        ("lofo", -2500, 20000),  # the old lot, half of the late one
        ("min_tax", -22500, 0),
    ],
)
def test_sale__each_method__takes_its_own_lots(method: str, short: int, long: int) -> None:
    sale = ask(method)
    assert sale.short_gain == short * 10**8
    assert sale.long_gain == long * 10**8


def test_sale__loss_above_the_limit__saves_tax_on_the_limit_and_carries_the_rest() -> None:
    """60,000 less 16,100 is taxed at 12 % at the top (2026, single, 12,400 to 50,400): 3,000 save 360."""
    sale = ask("hifo")
    assert sale.tax_usd == -360
    assert sale.sold is not None
    assert (sale.sold.carryover.short_usd, sale.sold.carryover.long_usd) == (19500, 0)


def test_sale__costs_of_selling__lower_the_proceeds() -> None:
    assert ask("lifo", "1", sell_rate=Decimal("0.004")).short_gain == -(5000 + 160) * 10**8


def test_sale__gas__lowers_the_proceeds_of_each_lot_by_its_quantity() -> None:
    """9 for 1.5 sold: 6 of the old lot of 1, 3 of half of the dear one; 40,000 and 20,000 less that."""
    sale = ask("fifo", fixed=9 * 10**8)
    assert [part.proceeds for part in sale.slices] == [39994 * 10**8, 19997 * 10**8]
    assert (sale.long_gain, sale.short_gain) == (19994 * 10**8, -10003 * 10**8)


def test_sale__gas_that_does_not_divide__is_shared_to_the_last_unit() -> None:
    """100 by 1, 1 and 1: up to 33, 66 and 100."""
    assert shared_by_quantity(100, [1, 1, 1]) == [33, 33, 34]
    assert shared_by_quantity(0, [1, 2]) == [0, 0]


def test_sale__lots_that_were_identified__go_before_the_method() -> None:
    sale = ask("fifo", "1.25", identified=[Named("late", 10**18)])
    assert [(part.lot.lot_id, part.quantity) for part in sale.slices] == [("late", 10**18), ("old", 10**18 // 4)]


def test_sale__lot_without_a_cost__has_no_tax() -> None:
    lots = [lot("found", "2026-01-05", "1", None)]
    sale = ask_sale(
        lots, 10**18, price=10**18, sell_rate=Decimal(0), method="fifo", identified=(), standing=standing(), today=TODAY
    )
    assert (sale.short_gain, sale.long_gain, sale.tax_usd, sale.sold) == (None, 0, None, None)


@pytest.mark.parametrize(
    ("price", "sell_rate", "short", "long"),
    [
        ("50000", "0", 0, 5000),  # half of it: 25,000 against the giver's 20,000
        ("35000", "0", 0, 0),  # 17,500 lies between 15,000, its value when given, and 20,000
        ("28000", "0", -1000, 0),  # 14,000 against 15,000, held since August
        ("30000", "0.01", -150, 0),  # 14,850 is what is realized
    ],
)
def test_sale__of_a_gift_that_had_lost_value__is_compared_with_the_cost_that_counts(
    price: str, sell_rate: str, short: int, long: int
) -> None:
    gift = replace(lot("gift", "2023-01-05", "1", "40000"), fair_value=30000 * 10**8, given_date=date(2026, 8, 1))
    sale = ask_sale(
        [gift], 10**18 // 2, price=int(price) * 10**18, sell_rate=Decimal(sell_rate), method="fifo", identified=(),
        standing=standing(), today=TODAY,
    )  # fmt: skip
    assert (sale.short_gain, sale.long_gain) == (short * 10**8, long * 10**8)


def test_sale__more_than_has_arrived__says_how_much_there_is() -> None:
    with pytest.raises(NotThereError, match=r"^3 is there"):
        ask("fifo", "4")
