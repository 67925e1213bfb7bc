"""Which coins a gap can have moved."""

import pytest

from warehouse.quality.concerns import concerns

ASSETS = ["BTC", "ETH", "USDT", "WETH"]


@pytest.mark.parametrize(
    ("stream", "scopes", "coin", "expected"),
    [
        ("deposits", [""], None, None),
        ("trades", [""], None, None),
        ("trades", ["BTCUSDT"], None, {"BTC", "USDT"}),
        ("trades", ["ETH/BTC"], None, {"BTC", "ETH"}),
        ("trades", ["ETH/BTC", ""], None, None),
        ("trades", ["XYZ/EUR"], None, None),
        ("transactions", ["internal", "coins"], "ETH", {"ETH"}),
        ("transactions", ["internal", "tokens"], "ETH", None),
        ("transactions", ["internal"], None, None),
    ],
)
def test_gap__of_a_scope__concerns(stream: str, scopes: list[str], coin: str | None, expected: set[str] | None) -> None:
    found = concerns(stream, scopes, ASSETS, coin=coin)
    assert found == (None if expected is None else frozenset(expected))
