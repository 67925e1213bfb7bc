"""The part of lotkeeper.toml that is the same for all wallets, and for liquidity wherever it is told of.

Belongs here: its shape. Does not belong here: one account's addresses and nodes (`configuration.py`).
"""

from typing import Literal

from pipelines.section import Section


class Wallets(Section):
    """What the books make of wrapped coins and of liquidity."""

    weth_is_eth: bool = True
    liquidity: Literal["trade", "keep_basis"] = "trade"
