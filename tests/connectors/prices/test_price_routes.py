"""The order of routes, and the arithmetic of a close: exact, rounded once."""

from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.prices.routes import Close, Route, routes_of

HALF = Close(Decimal("0.5"), "kraken USDT/USD")
CHAIN = Route("kraken", "KAS/USDT", hub="USDT")


@pytest.mark.parametrize(
    ("quoted", "price"),
    [
        ("0.000000000000000003", "0.000000000000000002"),  # 1.5 of the last place goes to the even 2
        ("0.000000000000000005", "0.000000000000000002"),  # 2.5 goes to the even 2
        ("0.0000000000000000031", "0.000000000000000002"),
        ("12345678901234567890.000000000000000002", "6172839450617283945.000000000000000001"),
    ],
)
def test_chain__with_more_digits_than_kept__is_rounded_half_to_even(quoted: str, price: str) -> None:
    close = CHAIN.close(quoted, HALF)
    assert close is not None
    assert f"{close.price:f}" == price


@pytest.mark.parametrize("quoted", ["0", "0.00000", "-1", "nan", "None", "", "0.000000000000000001"])
def test_close__that_is_no_price__is_none(quoted: str) -> None:
    assert CHAIN.close(quoted, HALF) is None


@given(
    st.decimals(min_value="0.00000001", max_value="9999999", places=18),
    st.decimals(min_value="0.00000001", max_value="9999999", places=18),
)
def test_chain__of_any_two_closes__is_their_product_within_half_a_unit(leg: Decimal, hub: Decimal) -> None:
    close = CHAIN.close(f"{leg:f}", Close(hub, "kraken USDT/USD"))
    exact = Fraction(leg) * Fraction(hub)
    assert close is None or abs(Fraction(close.price) - exact) <= Fraction(1, 2 * 10**18)
    assert close is not None or exact <= Fraction(1, 2 * 10**18)


def test_routes__of_a_coin__go_from_direct_over_inverse_to_chained() -> None:
    routes = list(routes_of("KAS", base="USD", venues=["one", "two"], aliases={"OLD": "KAS", "XBT": "BTC"}))
    assert [(route.venue, route.symbol) for route in routes[:9]] == [
        ("one", "KAS/USD"),
        ("one", "OLD/USD"),
        ("two", "KAS/USD"),
        ("two", "OLD/USD"),
        ("one", "USD/KAS"),
        ("one", "USD/OLD"),
        ("two", "USD/KAS"),
        ("two", "USD/OLD"),
        ("one", "KAS/USDT"),
    ]
    hubs = [route.hub for route in routes if route.hub]
    assert list(dict.fromkeys(hubs)) == ["USDT", "USDC", "BTC", "EUR", "ETH"]


@pytest.mark.parametrize(
    ("asset", "hubs"),
    [("USDT", []), ("USDC", ["USDT"]), ("BTC", ["USDT", "USDC"]), ("JPY", ["USD", "USDT", "USDC", "BTC", "ETH"])],
)
def test_routes__of_a_hub__never_run_in_a_circle(asset: str, hubs: list[str]) -> None:
    base = "EUR" if asset == "JPY" else "USD"
    routes = routes_of(asset, base=base, venues=["one"], aliases={})
    assert [route.hub for route in routes if route.hub] == hubs


def test_routes__of_a_coin_that_is_quoted_in_dollars_only__lead_to_pounds_by_the_days_rate() -> None:
    """A hub is never money taken at par: the dollar has a rate of its own in every other currency."""
    routes = list(routes_of("KAS", base="GBP", venues=["one"], aliases={}))
    assert [(route.symbol, route.hub) for route in routes][:3] == [
        ("KAS/GBP", None),
        ("GBP/KAS", None),
        ("KAS/USD", "USD"),
    ]
    rate = next(
        route for route in routes_of("USD", base="GBP", venues=["one"], aliases={}) if route.symbol == "GBP/USD"
    )
    dollar = rate.close("1.25", None)
    priced = routes[2].close("0.05", dollar)
    assert priced is not None
    assert (priced.price, priced.source) == (Decimal("0.04"), "one KAS/USD×1÷GBP/USD")  # noqa: RUF001
