"""The part of lotkeeper.toml that is the same for all wallets.

Belongs here: its shape. Does not belong here: one account's addresses and nodes (`configuration.py`).
"""

from pydantic import field_validator

from pipelines.section import Section


class Wallets(Section):
    """What the books make of wrapped coins and of liquidity."""

    weth_is_eth: bool = True
    liquidity: str = "trade"

    @field_validator("liquidity")
    @classmethod
    def _only_a_trade(cls, liquidity: str) -> str:
        if liquidity != "trade":
            raise ValueError(
                'expected "trade": coins given for a liquidity token are disposed of. The books can not carry the '
                "basis of coins over into another coin yet, so no setting says that they do"
            )
        return liquidity
