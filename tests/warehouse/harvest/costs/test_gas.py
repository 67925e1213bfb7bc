"""What gas costs, by hand arithmetic, and when it is the configuration's."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from warehouse.harvest.costs.gas import GasCost, GasTold, gas_cost

AS_OF = datetime(2026, 11, 24, 6, tzinfo=UTC)
ASKED = AS_OF - timedelta(hours=4)


def cost(asset: str, **changes: Any) -> GasCost:
    values = {
        "coin": "ETH", "price_wei": 12_500_000_000, "takes_data_fee": False, "data_fee_wei": None,
        "coin_usd": Decimal(3000), "why_not": None, "checked_at": ASKED,
    }  # fmt: skip
    told = GasTold(**{**values, **changes})
    return gas_cost(asset, told, default_usd=Decimal(5), as_of=AS_OF, stale_after=timedelta(hours=36))


def test_gas_cost__token__is_an_approval_and_a_swap_in_the_chains_coin() -> None:
    # 250,000 x 12.5 gwei is 0.003125 ETH, at 3,000 each 9.375
    assert cost("USDC") == GasCost(
        Decimal("9.375"), "node", ASKED, "250000 gas at 12.5 gwei, as the node told on 2026-11-24 02:00 UTC"
    )


def test_gas_cost__the_chains_own_coin__is_the_move() -> None:
    assert cost("ETH").usd == Decimal("2.25")  # 60,000 x 12.5 gwei is 0.00075 ETH


def test_gas_cost__data_fee_told__is_of_both_transactions() -> None:
    told = cost("USDC", takes_data_fee=True, price_wei=1_000_000, data_fee_wei=10**13)
    # 250,000 x 0.001 gwei is 0.00000025 ETH, twice 0.00001 more is 0.00002025 ETH
    assert told.usd == Decimal("0.06075")
    assert told.note.endswith("UTC; with what the chain charges for data")


def test_gas_cost__data_fee_not_told__says_that_it_is_not_in_it() -> None:
    told = cost("USDC", takes_data_fee=True)
    assert (told.usd, told.source) == (Decimal("9.375"), "node")
    assert told.note.endswith("is not told and not in it")


def test_gas_cost__a_part_of_the_last_digit__is_rounded_up() -> None:
    assert cost("ETH", price_wei=1, coin_usd=Decimal(1)).usd == Decimal("0.00000001")  # 0.00000000000006


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({"price_wei": None, "why_not": "it said no"}, "no node told what it costs (it said no)"),
        ({"checked_at": AS_OF - timedelta(hours=37)}, "its price of 2026-11-22 17:00 UTC is too old to go by"),
        ({"coin_usd": None}, "ETH, in which it is paid, has no price"),
    ],
)
def test_gas_cost__something_is_missing__is_the_configurations_and_says_why(changes: dict[str, Any], why: str) -> None:
    told = cost("USDC", **changes)
    assert (told.usd, told.source, told.note) == (5, "default", f"gas as configured: {why}")
    assert told.checked_at == changes.get("checked_at", ASKED)


def test_gas_cost__never_asked__is_the_configurations() -> None:
    told = gas_cost("ETH", None, default_usd=Decimal(5), as_of=AS_OF, stale_after=timedelta(hours=36))
    assert told == GasCost(Decimal(5), "default", None, "gas as configured: no sync has asked what it costs")
