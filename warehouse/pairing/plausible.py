"""What a movement may take: how long, and how much of the amount. Pure.

A venue may hold a withdrawal for a day before it sends it, whatever the chain, so the longest time is about days; the
usual time, by which candidates are compared, is the chain's own. Clocks and the meaning of a time (asked for, sent,
credited) differ, so an arrival may be told up to `SKEW_US` before its departure.

Belongs here: figures by asset and chain. Does not belong here: what is done with them.
"""

from warehouse.exact import QUANTITY_PLACES

_MINUTE_US = 60_000_000
_HOUR_US = 60 * _MINUTE_US
_DAY_US = 24 * _HOUR_US

SKEW_US = _HOUR_US
"""How much earlier than its departure an arrival may be told."""

_LONGEST_US = 3 * _DAY_US
_LONGEST_BY_ASSET_US = {"ETC": 14 * _DAY_US, "BSV": 7 * _DAY_US, "ZEN": 7 * _DAY_US}
"""Coins for which venues wait for days of blocks, after attacks on their chains."""
_ROLLUPS = frozenset({"arbitrum", "base", "linea", "optimism", "scroll", "zksync"})
_ROLLUP_EXIT_US = 9 * _DAY_US
"""The bridge of a rollup lets go after seven days, at the earliest."""

_USUAL_US = 30 * _MINUTE_US
_USUAL_BY_ASSET_US = {
    "BTC": _HOUR_US, "BCH": 2 * _HOUR_US, "LTC": _HOUR_US, "DOGE": _HOUR_US, "XMR": _HOUR_US, "ZEC": _HOUR_US,
    "ETC": 12 * _HOUR_US,
}  # fmt: skip

_UNIT: int = 10**QUANTITY_PLACES
_FEE_CEILINGS = {
    "BTC": "0.002", "ETH": "0.03", "LTC": "0.02", "BCH": "0.01", "XRP": "1", "XLM": "1", "SOL": "0.05", "DOGE": "10",
    "ADA": "3", "DOT": "0.5", "ATOM": "0.2", "XMR": "0.02", "KAS": "5", "TRX": "10", "USDT": "50", "USDC": "50",
    "DAI": "50", "LINK": "3", "UNI": "4", "AVAX": "0.2", "BNB": "0.05", "ETC": "0.1", "ZEC": "0.01", "ALGO": "2",
}  # fmt: skip
"""The most that venues and chains took for one withdrawal, in units of the coin."""


def _units(text: str) -> int:
    whole, _, decimals = text.partition(".")
    return int(whole) * _UNIT + int(decimals.ljust(QUANTITY_PLACES, "0") or "0")


_CEILINGS = {asset: _units(text) for asset, text in _FEE_CEILINGS.items()}


def longest_us(asset: str, chains: tuple[str | None, str | None]) -> int:
    """How long after its departure an arrival may come; `chains` are those of the two accounts, where known."""
    longest = _LONGEST_BY_ASSET_US.get(asset, _LONGEST_US)
    is_exit = chains[0] != chains[1] and not _ROLLUPS.isdisjoint(chain for chain in chains if chain)
    return max(longest, _ROLLUP_EXIT_US) if is_exit else longest


def usual_us(asset: str) -> int:
    """How long it usually takes."""
    return _USUAL_BY_ASSET_US.get(asset, _USUAL_US)


def most_fee(asset: str, quantity: int, *, is_same_hash: bool = False) -> int:
    """The most that a movement of `quantity` may have lost on its way, in the same units.

    What venues take of this coin at most, or, of a coin that is not known here, five hundredths; never more than half.
    The same hash is evidence of its own, and then only such a fee is plausible; else a hundredth is, of any coin.
    """
    ceiling = _CEILINGS.get(asset, quantity // 20)
    return min(ceiling if is_same_hash else max(ceiling, quantity // 100), quantity // 2)


def is_rounded(rounded: int, exact: int, *, parts: int = 1) -> bool:
    """Whether `rounded` is `exact` written with fewer decimals: off by less than one of its last, and by a thousandth.

    A sum of `parts` may be off by as many.
    """
    step, off = _last_place(rounded), abs(rounded - exact)
    return step > _last_place(exact) and 0 < off < step * parts and off * 1000 <= exact


def significant_digits(quantity: int) -> int:
    """How many digits the quantity is written with, without zeros on either end: a round amount has few."""
    return len(str(quantity).rstrip("0"))


def _last_place(quantity: int) -> int:
    """The weight of the last decimal that is not zero, of a whole number of units the weight of one."""
    digits = str(quantity)
    weight: int = 10 ** (len(digits) - len(digits.rstrip("0")))
    return min(weight, _UNIT)
