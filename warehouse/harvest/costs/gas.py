"""What gas a sale on a chain costs, by what the node told at the last sync or by the configuration, and which. Pure.

Belongs here: how much gas a sale takes, and choosing. Does not belong here: asking a node, rates and prices of coins.
"""

import math
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Context, Decimal
from fractions import Fraction

_WEI = 10**18
_USD_PLACES = 8
_WIDE = Context(prec=60)


@dataclass(frozen=True, slots=True)
class Work:
    """What selling takes on a chain: gas over all transactions, and how many these are."""

    gas: int
    transactions: int


TOKEN_WORK = Work(250_000, 2)
"""An approval (some 50,000) and a swap in one or two pools (110,000 to 200,000). Sending it away takes less."""
COIN_WORK = Work(60_000, 2)
"""To send a chain's own coin takes 21,000, more where a contract takes it; wrapped coins may be called by its name, and
to unwrap them before takes up to 35,000."""


@dataclass(frozen=True, slots=True)
class GasTold:
    """What a node told: the price of one unit of gas and the fee for one transaction's data, in the coin's wei.

    `price_wei` is `None` where it told none, and `why_not` the reason. `coin_usd` is what the coin is worth, if known.
    """

    coin: str
    price_wei: int | None
    takes_data_fee: bool
    data_fee_wei: int | None
    coin_usd: Decimal | None
    why_not: str | None
    checked_at: datetime


@dataclass(frozen=True, slots=True)
class GasCost:
    """The answer; `source` is `node` or `default`, `checked_at` when the node was asked, if one was."""

    usd: Decimal
    source: str
    checked_at: datetime | None
    note: str


def gas_cost(
    asset: str, told: GasTold | None, *, default_usd: Decimal, as_of: datetime, stale_after: timedelta
) -> GasCost:
    """What gas a sale of `asset` costs on a chain, rounded up."""
    checked_at = None if told is None else told.checked_at
    if told is None:
        return _configured(default_usd, None, "no sync has asked what it costs")
    if told.price_wei is None:
        return _configured(default_usd, checked_at, f"no node told what it costs ({told.why_not})")
    if as_of - told.checked_at > stale_after:
        return _configured(default_usd, checked_at, f"its price of {_minute(told)} is too old to go by")
    if told.coin_usd is None:
        return _configured(default_usd, checked_at, f"{told.coin}, in which it is paid, has no price")
    work = COIN_WORK if asset == told.coin else TOKEN_WORK
    wei = work.gas * told.price_wei + work.transactions * (told.data_fee_wei or 0)
    exact = Fraction(wei, _WEI) * Fraction(told.coin_usd)
    usd = Decimal(math.ceil(exact * 10**_USD_PLACES)).scaleb(-_USD_PLACES, _WIDE)
    note = f"{work.gas} gas at {_gwei(told.price_wei)} gwei, as the node told on {_minute(told)}"
    return GasCost(usd, "node", checked_at, note + _data_fee(told))


def _configured(usd: Decimal, checked_at: datetime | None, why: str) -> GasCost:
    return GasCost(usd, "default", checked_at, f"gas as configured: {why}")


def _data_fee(told: GasTold) -> str:
    if not told.takes_data_fee:
        return ""
    if told.data_fee_wei is None:
        return "; what the chain may charge for data on top is not told and not in it"
    return "; with what the chain charges for data"


def _minute(told: GasTold) -> str:
    return f"{told.checked_at:%Y-%m-%d %H:%M} UTC"


def _gwei(wei: int) -> str:
    whole, rest = divmod(wei, 10**9)
    return f"{whole}.{rest:09d}".rstrip("0").rstrip(".")
