"""The wash sale rule: the official examples by id, the order of sales and replacements, and what must always hold."""

from collections import Counter
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from support.golden import golden_example
from support.wash_reference import slow_wash_sales
from warehouse.exact import QUANTITY_PLACES, USD_PLACES, from_units, to_units
from warehouse.lots.machines import Compiled, Plain
from warehouse.tax.us.wash_sale_law import group_names, wash_sale_applies
from warehouse.tax.us.wash_sales import WINDOW, Bought, Sold, WashSale, settle, wash_sales

START = date(2026, 1, 1)


def day(number: int) -> date:
    return START + timedelta(days=number)


def at(on: date, hour: int = 12) -> datetime:
    return datetime(on.year, on.month, on.day, hour, tzinfo=UTC)


def bought(name: str, on: date, quantity: str, cost: str, *, hour: int = 12) -> Bought:
    return Bought(
        name, "A", at(on, hour), on, to_units(Decimal(quantity), QUANTITY_PLACES), to_units(Decimal(cost), USD_PLACES)
    )


def sold(
    name: str, lot: Bought, on: date, quantity: str, gain: str, *, hour: int = 12, is_covered: bool = True
) -> Sold:
    return Sold(
        disposal_id=name,
        group="A",
        lot_id=lot.lot_id,
        acquired_at=lot.bought_at,
        acquired_date=lot.bought_date,
        sold_at=at(on, hour),
        sold_date=on,
        quantity=to_units(Decimal(quantity), QUANTITY_PLACES),
        gain=to_units(Decimal(gain), USD_PLACES),
        is_covered=is_covered,
    )


def told(found: list[WashSale]) -> list[tuple[str, str, Decimal, Decimal, Decimal | None]]:
    return [
        (
            wash.disposal_id,
            wash.replacement_lot_id,
            from_units(wash.quantity, QUANTITY_PLACES),
            from_units(wash.disallowed, USD_PLACES),
            None if wash.basis is None else from_units(wash.basis, USD_PLACES),
        )
        for wash in found
    ]


def test_wash_sale__us_wash_basic__all_of_the_loss_joins_the_replacement() -> None:
    example = golden_example("us-wash-basic")
    told_, expected = example["inputs"], example["expected"]
    old = bought("old", day(0), told_["buy"]["qty"], told_["buy"]["cost"])
    new = bought("new", day(60), told_["rebuy_within_30_days"]["qty"], told_["rebuy_within_30_days"]["cost"])
    found = wash_sales([sold("sale", old, day(40), told_["sell"]["qty"], expected["loss"])], [old, new])
    disallowed, basis = Decimal(expected["disallowed"]), Decimal(expected["new_basis"])
    assert told(found) == [("sale", "new", Decimal(100), disallowed, basis)]
    assert found[0].tacked_days == 40
    assert Decimal(expected["loss"]) + disallowed == Decimal(expected["allowed"])


def test_wash_sale__us_wash_partial__earlier_purchases_replace_as_far_as_they_go() -> None:
    example = golden_example("us-wash-partial")
    lots = {
        lot["id"]: bought(lot["id"], date.fromisoformat(lot["acquired"]), lot["qty"], lot["cost"])
        for lot in example["inputs"]["lots"]
    }
    sale, expected = example["inputs"]["sale"], example["expected"]
    found = wash_sales(
        [sold("sale", lots[sale["lot"]], date.fromisoformat(sale["date"]), sale["qty"], expected["loss"])],
        lots.values(),
    )
    assert [(row[1], row[4]) for row in told(found)] == [
        ("R1", Decimal(expected["R1_basis"])),
        ("R2", Decimal(expected["R2_basis"])),
    ]
    disallowed = sum(row[3] for row in told(found))
    assert disallowed == Decimal(expected["disallowed"])
    assert Decimal(expected["loss"]) + disallowed == Decimal(expected["allowed_loss"])


def test_wash_sale__us_wash_1099da__is_what_the_broker_writes_into_box_1i() -> None:
    example = golden_example("us-wash-1099da")
    told_, expected = example["inputs"], example["expected"]
    old = bought("old", date(2026, 9, 10), told_["buy"]["qty"], told_["buy"]["cost"])
    new = bought("new", date(2026, 10, 20), told_["rebuy_within_30_days_same_account"]["qty"], "500")
    loss = Decimal(expected["box_1f"]) - Decimal(expected["box_1g"])
    ((_, _, _, disallowed, basis),) = told(
        wash_sales([sold("sale", old, date(2026, 10, 12), told_["sell"]["qty"], str(loss))], [old, new])
    )
    assert disallowed == Decimal(expected["box_1i"])
    assert loss + disallowed == Decimal(expected["allowed_loss"])
    assert basis == 500 + Decimal(expected["basis_increase_on_75"])


@pytest.mark.parametrize(("bought_on", "is_washed"), [(9, False), (10, True), (40, True), (70, True), (71, False)])
def test_wash_sale__window__is_30_days_before_through_30_days_after(bought_on: int, is_washed: bool) -> None:  # noqa: FBT001
    old, new = bought("old", day(0), "1", "100"), bought("new", day(bought_on), "1", "90", hour=13)
    assert bool(wash_sales([sold("sale", old, day(40), "1", "-10")], [old, new])) is is_washed


def test_wash_sale__just_bought_and_all_sold__is_not_its_own_replacement() -> None:
    lot = bought("lot", day(0), "2", "200")
    assert wash_sales([sold("sale", lot, day(5), "2", "-20")], [lot]) == []


def test_wash_sale__just_bought_and_half_sold__the_kept_half_replaces_it() -> None:
    lot = bought("lot", day(0), "2", "200")
    found = wash_sales([sold("sale", lot, day(5), "1", "-10")], [lot])
    assert told(found) == [("sale", "lot", Decimal(1), Decimal(10), Decimal(110))]


def test_wash_sale__bought_before_and_sold_on_the_same_day__replaces_nothing() -> None:
    old, new = bought("old", day(0), "1", "100"), bought("new", day(35), "1", "80")
    sales = [sold("a", old, day(40), "1", "-10", hour=10), sold("b", new, day(40), "1", "5", hour=15)]
    assert wash_sales(sales, [old, new]) == []


def test_wash_sale__two_losses_and_one_replacement__the_first_sale_takes_it() -> None:
    first, second = bought("first", day(0), "1", "100"), bought("second", day(1), "1", "120")
    new = bought("new", day(60), "1.5", "120")
    sales = [sold("late", second, day(42), "1", "-30"), sold("early", first, day(41), "1", "-20")]
    assert told(wash_sales(sales, [first, second, new])) == [
        ("early", "new", Decimal(1), Decimal(20), Decimal(100)),
        ("late", "new", Decimal("0.5"), Decimal(15), Decimal(55)),
    ]


def test_wash_sale__replacement_is_sold_at_a_loss_too__what_was_disallowed_moves_on() -> None:
    """100 lost 10; its replacement cost 80 + 10 and is sold for 70, again replaced: 20 are disallowed."""
    first, second, third = (
        bought(name, day(on), "1", cost) for name, on, cost in [("1", 0, "100"), ("2", 50, "80"), ("3", 100, "75")]
    )
    sales = [sold("a", first, day(45), "1", "-10"), sold("b", second, day(90), "1", "-10")]
    found = wash_sales(sales, [first, second, third])
    assert told(found) == [
        ("a", "2", Decimal(1), Decimal(10), Decimal(90)),
        ("b", "3", Decimal(1), Decimal(20), Decimal(95)),
    ]
    assert [wash.tacked_days for wash in found] == [45, 85]


def test_wash_sale__sale_is_not_covered__is_left_alone() -> None:
    old, new = bought("old", day(0), "1", "100"), bought("new", day(41), "1", "90")
    assert wash_sales([sold("sale", old, day(40), "1", "-10", is_covered=False)], [old, new]) == []


@st.composite
def histories(draw: st.DrawFn) -> tuple[list[Sold], list[Bought]]:
    """Lots on some of 120 days, and of each sales that take at most what it had."""
    lots: list[Bought] = []
    sales: list[Sold] = []
    for number in range(draw(st.integers(1, 8))):
        on = draw(st.integers(0, 90))
        quantity = draw(st.integers(1, 30))
        lot = Bought(
            f"L{number}", "A", at(day(on), draw(st.integers(0, 23))), day(on), quantity, draw(st.integers(0, 99))
        )
        lots.append(lot)
        left = quantity
        for part in range(draw(st.integers(0, 3))):
            if left:
                taken = draw(st.integers(1, left))
                left -= taken
                when = lot.bought_at + timedelta(hours=draw(st.integers(0, 24 * 60)))
                gain = draw(st.none() | st.integers(-50, 50))
                sales.append(
                    Sold(f"{lot.lot_id}/{part}", "A", lot.lot_id, lot.bought_at, on_date(lot.bought_at), when,
                         on_date(when), taken, gain)
                )  # fmt: skip
    return sales, lots


def on_date(instant: datetime) -> date:
    return instant.date()


@settings(deadline=None, max_examples=300)
@given(histories())
def test_wash_sale__any_history__each_unit_once_and_no_loss_that_was_not(
    history: tuple[list[Sold], list[Bought]],
) -> None:
    sales, lots = history
    found = wash_sales(sales, lots)
    by_sale, by_lot = {sale.disposal_id: sale for sale in sales}, {lot.lot_id: lot for lot in lots}
    replaced, replacing = Counter[str](), Counter[str]()
    for wash in found:
        replaced[wash.disposal_id] += wash.quantity
        replacing[wash.replacement_lot_id] += wash.quantity
        sale, lot = by_sale[wash.disposal_id], by_lot[wash.replacement_lot_id]
        assert abs(sale.sold_date - lot.bought_date) <= WINDOW
        assert wash.quantity > 0
        assert wash.disallowed >= 0
        sold_later = sum(s.quantity for s in sales if s.lot_id == lot.lot_id and s.sold_date > sale.sold_date)
        never_sold = lot.quantity - sum(s.quantity for s in sales if s.lot_id == lot.lot_id)
        assert lot.bought_at > sale.sold_at or wash.quantity <= sold_later + never_sold
    assert all(count <= by_sale[name].quantity for name, count in replaced.items())
    assert all(count <= by_lot[name].quantity for name, count in replacing.items())
    sold_lots = {sale.lot_id for sale in sales}
    for sale in sales:
        if not any(wash.replacement_lot_id in sold_lots for wash in found):
            disallowed = sum(wash.disallowed for wash in found if wash.disposal_id == sale.disposal_id)
            assert disallowed <= max(0, -(sale.gain or 0))


@settings(deadline=None, max_examples=300)
@given(histories())
def test_wash_sale__any_history__agrees_with_a_slow_calculation(history: tuple[list[Sold], list[Bought]]) -> None:
    """Gains are multiplied so that what a unit lost is whole: then the room rounds nothing."""
    sales = [replace(sale, gain=None if sale.gain is None else sale.gain * sale.quantity) for sale in history[0]]
    told_: dict[tuple[str, str], tuple[int, Fraction]] = {}
    for wash in wash_sales(sales, history[1]):
        count, amount = told_.get((wash.disposal_id, wash.replacement_lot_id), (0, Fraction(0)))
        told_[wash.disposal_id, wash.replacement_lot_id] = (count + wash.quantity, amount + wash.disallowed)
    slow = slow_wash_sales(sales, history[1])
    assert {key: count for key, (count, _) in told_.items()} == {key: count for key, (count, _) in slow.items()}
    for sale in sales:
        by_room, by_unit = (
            sum(amount for (name, _), (_, amount) in side.items() if name == sale.disposal_id) for side in (told_, slow)
        )
        assert by_room == by_unit


@settings(deadline=None, max_examples=100)
@given(histories(), st.integers(0, 10**22))
def test_wash_sale__any_history__machine_code_says_the_same(
    history: tuple[list[Sold], list[Bought]], more: int
) -> None:
    """With numbers beyond 64 bits: each quantity and cost times 10^22 and more."""
    factor = 10**22 + more
    sales = [replace(sale, quantity=sale.quantity * factor) for sale in history[0]]
    lots = [replace(lot, quantity=lot.quantity * factor, cost=(lot.cost or 0) * factor) for lot in history[1]]
    assert settle(sales, lots, machine=Compiled()) == settle(sales, lots, machine=Plain())


def test_wash_sale__sold_more_than_there_was__is_refused() -> None:
    lot = bought("lot", day(0), "1", "100")
    with pytest.raises(ValueError, match="more was sold of a lot than it had"):
        settle([sold("sale", lot, day(5), "2", "-20")], [lot])


@settings(deadline=None, max_examples=100)
@given(histories(), st.randoms(use_true_random=False))
def test_wash_sale__order_of_arrival__changes_nothing(history: tuple[list[Sold], list[Bought]], chance: object) -> None:
    sales, lots = history
    before = wash_sales(sales, lots)
    chance.shuffle(sales)  # type: ignore[attr-defined]
    chance.shuffle(lots)  # type: ignore[attr-defined]
    assert wash_sales(sales, lots) == before


@pytest.mark.parametrize(
    ("asset_class", "on", "jurisdiction", "coins_since", "applies"),
    [
        ("coin", date(2026, 6, 1), "US", None, False),
        ("tokenized_security", date(2026, 6, 1), "US", None, True),
        ("etf", date(2026, 6, 1), "US", None, True),
        ("coin", date(2027, 1, 1), "US", date(2027, 1, 1), True),
        ("coin", date(2026, 12, 31), "US", date(2027, 1, 1), False),
        ("etf", date(2026, 6, 1), "DE", None, False),
        ("coin", date(2027, 1, 1), "UK", date(2027, 1, 1), False),
    ],
)
def test_switch__class_date_and_country__decide(
    asset_class: str,
    on: date,
    jurisdiction: str,
    coins_since: date | None,
    applies: bool,  # noqa: FBT001
) -> None:
    assert wash_sale_applies(asset_class, on, jurisdiction, coins_since=coins_since) is applies


def test_switch__unknown_class__is_refused() -> None:
    with pytest.raises(ValueError, match="is none of coin, etf"):
        wash_sale_applies("nft", date(2026, 1, 1), "US")


def test_groups__one_asset_in_two__is_refused() -> None:
    assert group_names([("BTC", "WBTC")]) == {"BTC": "BTC", "WBTC": "BTC"}
    with pytest.raises(ValueError, match="WBTC stands in the groups"):
        group_names([("BTC", "WBTC"), ("ETH", "WBTC")])


def test_wash_sale__us_wash_short__counts_the_days_from_the_short_sale() -> None:
    """The close on 19 November is 34 days after the purchase of 16 October: the short sale of 15 October is one."""
    example = golden_example("us-wash-short")
    told_, expected = example["inputs"], example["expected"]
    days = {name: date.fromisoformat(f"2025-{told_[name]['date']}") for name in ("buy", "short", "buy2", "close_short")}
    old = bought("old", days["buy"], told_["buy"]["qty"], told_["buy"]["cost"])
    new = bought("new", days["buy2"], told_["buy2"]["qty"], told_["buy2"]["cost"])
    assert Decimal(told_["short"]["proceeds"]) - Decimal(told_["buy"]["cost"]) == Decimal(expected["loss"])
    closed = sold("close", old, days["close_short"], told_["short"]["qty"], expected["loss"])
    assert wash_sales([closed], [old, new]) == []
    short = replace(closed, short_date=days["short"])
    ((_, replacement, _, disallowed, _),) = told(wash_sales([short], [old, new]))
    assert (replacement, disallowed) == ("new", Decimal(expected["disallowed"]))


def test_settle__replacement_sold_in_part__says_what_joined_each_part() -> None:
    """By hand: 2 lose 20, 1 is replaced: 10 join it, with 40 days. Then both of the new lot go: the plain one first."""
    old, new = bought("old", day(0), "2", "200"), bought("new", day(41), "1", "90")
    later = bought("later", day(100), "1", "50")
    settled = settle([sold("loss", old, day(40), "2", "-20"), sold("end", new, day(90), "1", "5")], [old, new, later])
    parts = [
        (
            part.disposal_id,
            part.quantity // 10**18,
            part.added_cost // 10**8,
            part.tacked_days,
            part.disallowed // 10**8,
        )
        for part in settled.parts
    ]
    assert parts == [("loss", 2, 0, 0, 10), ("end", 1, 10, 40, 5)]
