"""The order of sale: by hand for each method, and as the lot engine really sells."""

from datetime import UTC, date, datetime, timedelta
from fractions import Fraction

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from warehouse.exact import from_units
from warehouse.harvest.order import CHOOSING_METHODS, METHODS, sale_order
from warehouse.harvest.valuation import LatestPrice, OpenLot, value_lots
from warehouse.lots.engine import match_lots
from warehouse.lots.policy import Policy

ONE = 10**18
DOLLAR = 10**8
TODAY = date(2026, 11, 24)
NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)


def lot(lot_id: str, acquired_at: datetime, quantity: int, cost: int | None) -> OpenLot:
    return OpenLot(
        lot_id=lot_id,
        asset="BTC",
        account="kraken",
        acquired_at=acquired_at,
        acquired_date=acquired_at.date(),
        quantity=quantity,
        cost=cost,
        whole_quantity=quantity,
        whole_cost=cost,
    )


def bought(lot_id: str, day: str, dollars: int | None) -> OpenLot:
    return lot(
        lot_id, datetime.fromisoformat(day).replace(tzinfo=UTC), ONE, None if dollars is None else dollars * DOLLAR
    )


LOTS = [
    bought("long 50", "2024-01-01", 50),
    bought("long 30", "2024-02-01", 30),
    bought("unknown", "2024-03-01", None),
    bought("short 60", "2026-01-01", 60),
    bought("short 35", "2026-02-01", 35),
    bought("short 45", "2026-03-01", 45),
    bought("later short 45", "2026-04-01", 45),
]


@pytest.mark.parametrize(
    ("method", "expected"),
    [
        ("fifo", ["long 50", "long 30", "unknown", "short 60", "short 35", "short 45", "later short 45"]),
        ("lifo", ["later short 45", "short 45", "short 35", "short 60", "unknown", "long 30", "long 50"]),
        ("hifo", ["short 60", "long 50", "short 45", "later short 45", "short 35", "long 30", "unknown"]),
        ("lofo", ["long 30", "short 35", "short 45", "later short 45", "long 50", "short 60", "unknown"]),
        # At 40: short losses 60, 45, 45; then long 50 (loss), 30 (gain) and the unknown; last the short gain.
        ("min_tax", ["short 60", "short 45", "later short 45", "long 50", "long 30", "unknown", "short 35"]),
    ],
)
def test_order__at_a_price_of_40__is_as_the_method_says(method: str, expected: list[str]) -> None:
    ordered = sale_order(reversed(LOTS), method, price=40 * ONE, today=TODAY)
    assert [one.lot_id for one in ordered] == expected


@pytest.mark.parametrize("method", ["specific", "average"])
def test_order__no_lot_named__is_first_in_first_out(method: str) -> None:
    assert sale_order(LOTS, method, price=40 * ONE, today=TODAY) == LOTS


def test_order__min_tax_without_a_price__knows_no_loss() -> None:
    ordered = sale_order(LOTS, "min_tax", price=None, today=TODAY)
    assert [one.lot_id for one in ordered][:4] == ["long 50", "long 30", "unknown", "short 60"]


def test_order__unknown_method__is_refused_by_name() -> None:
    with pytest.raises(ValueError, match="'random' has no order here; average, fifo, hifo"):
        sale_order(LOTS, "random", price=None, today=TODAY)


@given(
    method=st.sampled_from(sorted(METHODS - {"average"})),
    purchases=st.lists(
        st.tuples(st.integers(1, 900), st.integers(1, 10**10), st.none() | st.integers(0, 10**13)),
        min_size=1,
        max_size=9,
    ),
    unit_price=st.integers(0, 200),
    part=st.fractions(0, 1),
)
def test_order__any_lots__is_how_the_engine_sells_them(
    method: str, purchases: list[tuple[int, int, int | None]], unit_price: int, part: Fraction
) -> None:
    """Sell a part of everything through the engine: the lots it takes are the first ones, and the gain theirs."""
    lots = [
        lot(f"lot{number:02}", NOW - timedelta(days=days), quantity * 10**10, cost)
        for number, (days, quantity, cost) in enumerate(purchases)
    ]
    # In steps of 10^-8 units, so that the proceeds are exactly price times quantity.
    sold = max(1, int(sum(quantity for _, quantity, _ in purchases) * part)) * 10**10
    events = [
        {
            "event_id": one.lot_id,
            "occurred_at": one.acquired_at,
            "kind": "acquire",
            "quantity": from_units(one.quantity, 18),
            "value_usd": None if one.cost is None else from_units(one.cost, 8),
        }
        for one in lots
    ]
    sale = {"event_id": "sale", "occurred_at": NOW, "kind": "dispose"}
    events.append({**sale, "quantity": from_units(sold, 18), "value_usd": from_units(unit_price * sold // 10**10, 8)})
    shape = pa.schema(
        [
            ("event_id", pa.string()),
            ("occurred_at", pa.timestamp("us", tz="UTC")),
            ("account", pa.string()),
            ("asset", pa.string()),
            ("kind", pa.string()),
            ("quantity", pa.decimal128(38, 18)),
            ("value_usd", pa.decimal128(38, 8)),
        ]
    )
    table = pa.Table.from_pylist([{**event, "account": "kraken", "asset": "BTC"} for event in events], schema=shape)
    policy = Policy(default_method=method)  # type: ignore[arg-type]
    taken = match_lots(table, policy=policy).disposals.to_pylist()
    price = LatestPrice(unit_price * ONE, NOW, "test", is_interpolated=False)
    valued = value_lots(lots, {"BTC": price}, methods={"kraken": method}, today=TODAY)
    assert [row["lot_id"] for row in taken] == [one.lot.lot_id for one in valued[: len(taken)]]
    assert valued[len(taken) - 1].sell_first_quantity < sold
    assert len(taken) == len(valued) or valued[len(taken)].sell_first_quantity >= sold
    named = [one.lot.lot_id for one in valued if method in one.reached_by]
    assert named == ([valued[0].lot.lot_id] if method in CHOOSING_METHODS else [])
