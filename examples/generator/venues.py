"""What the two exchanges list, charge and round to, as far as the sample needs it.

Figures are the venues' public schedules, simplified to one fee step. `step` is how many decimals the sample's orders
have: few enough that price times volume is exact in what the venue writes, so no row of the sample is off by a
rounding.

Belongs here: listings and fees. Does not belong here: prices, and rows.
"""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal


@dataclass(frozen=True, slots=True)
class Pair:
    """A market of a venue: `id` on the wire, decimals of its price, of the sample's order sizes, and its life."""

    id: str
    base: str
    quote: str
    price_decimals: int
    step: int
    least: str
    until: date | None = None


KRAKEN_ASSETS = {
    "USD": ("ZUSD", "USD", 4),
    "BTC": ("XXBT", "XBT", 10),
    "ETH": ("XETH", "ETH", 10),
    "LTC": ("XLTC", "LTC", 10),
    "DOGE": ("XXDG", "XDG", 8),
    "BCH": ("BCH", "BCH", 10),
    "ETC": ("XETC", "ETC", 10),
    "XMR": ("XXMR", "XMR", 10),
    "ZEC": ("XZEC", "ZEC", 10),
    "SC": ("SC", "SC", 10),
    "KAS": ("KAS", "KAS", 8),
    "USDT": ("USDT", "USDT", 8),
    "USDC": ("USDC", "USDC", 8),
    "ETH.B": ("ETH.B", "ETH.B", 10),
}
"""Asset to its id on the wire, its other name and its decimals."""

KRAKEN_PAIRS = (
    Pair("XXBTZUSD", "BTC", "USD", 1, 3, "0.00005"),
    Pair("XETHZUSD", "ETH", "USD", 2, 2, "0.001"),
    Pair("XLTCZUSD", "LTC", "USD", 2, 2, "0.04"),
    Pair("XDGUSD", "DOGE", "USD", 7, -3, "13"),
    Pair("BCHUSD", "BCH", "USD", 2, 2, "0.01"),
    Pair("XETCZUSD", "ETC", "USD", 3, 1, "0.2"),
    Pair("XXMRZUSD", "XMR", "USD", 2, 2, "0.015"),
    Pair("XZECZUSD", "ZEC", "USD", 2, 2, "0.01"),
    Pair("SCUSD", "SC", "USD", 5, -1, "1000"),
    Pair("KASUSD", "KAS", "USD", 5, -1, "60"),
    Pair("USDTZUSD", "USDT", "USD", 5, -1, "5"),
    Pair("USDCUSD", "USDC", "USD", 4, 0, "5"),
    Pair("XETHXXBT", "ETH", "BTC", 5, 3, "0.001"),
    Pair("XXMRXXBT", "XMR", "BTC", 6, 2, "0.015"),
    Pair("XLTCXXBT", "LTC", "BTC", 6, 2, "0.04"),
)

BINANCE_PAIRS = (
    Pair("BTCUSDT", "BTC", "USDT", 2, 5, "5"),
    Pair("ETHUSDT", "ETH", "USDT", 2, 4, "5"),
    Pair("BNBUSDT", "BNB", "USDT", 2, 3, "5"),
    Pair("LTCUSDT", "LTC", "USDT", 2, 3, "5"),
    Pair("DOGEUSDT", "DOGE", "USDT", 5, 0, "1"),
    Pair("BCHUSDT", "BCH", "USDT", 1, 3, "5"),
    Pair("ETCUSDT", "ETC", "USDT", 2, 2, "5"),
    Pair("ZECUSDT", "ZEC", "USDT", 2, 3, "5"),
    Pair("SCUSDT", "SC", "USDT", 6, 0, "1"),
    Pair("CKBUSDT", "CKB", "USDT", 6, 0, "1"),
    Pair("USDCUSDT", "USDC", "USDT", 4, 0, "5"),
    Pair("XMRUSDT", "XMR", "USDT", 2, 3, "5", until=date(2024, 2, 20)),
    Pair("ETHBTC", "ETH", "BTC", 5, 3, "0.0001"),
    Pair("LTCBTC", "LTC", "BTC", 6, 2, "0.0001"),
    Pair("BNBBTC", "BNB", "BTC", 6, 2, "0.0001"),
    Pair("DOGEBTC", "DOGE", "BTC", 8, 0, "0.0001"),
    Pair("BTCUSDC", "BTC", "USDC", 2, 5, "5"),
    Pair("LTCBNB", "LTC", "BNB", 4, 3, "0.05"),
)

PAIRS = {"kraken": KRAKEN_PAIRS, "binance": BINANCE_PAIRS}

MAKER_FEE = {"kraken": Decimal("0.0025"), "binance": Decimal("0.001")}
TAKER_FEE = {"kraken": Decimal("0.0040"), "binance": Decimal("0.001")}
BNB_FEE = Decimal("0.00075")
"""Binance's rate for who pays in BNB."""

SWAP_FEE = Decimal("0.003")
"""What the pool's swap service keeps of what is given, in the same coin."""

EARN_COMMISSION = Decimal("0.15")
"""What Kraken keeps of a staking reward, as the fee of its ledger row."""

WITHDRAWAL_FEES = {
    "kraken": {
        "BTC": "0.0001",
        "ETH": "0.0015",
        "LTC": "0.005",
        "DOGE": "4",
        "ETC": "0.01",
        "XMR": "0.0002",
        "USDT": "4",
        "USD": "4",
    },
    "binance": {"BTC": "0.00003", "ETH": "0.0005", "LTC": "0.0001", "USDT": "1", "XMR": "0.0001", "ZEC": "0.005"},
    "pool": {
        "BTC": "0.00002",
        "KAS": "0.02",
        "LTC": "0.001",
        "DOGE": "1",
        "USDT": "0.8",
        "XMR": "0.0003",
        "ETC": "0.001",
        "SC": "5",
    },
}
"""Sender and coin to the fee in that coin that is taken from what is sent."""

MINED_DECIMALS = {"KAS": 2, "RXD": 2, "SC": 2, "XTM": 2, "DOGE": 4, "HNS": 4, "BTC": 8, "LTC": 8, "XMR": 8}
"""Decimals of a payout of the pool; 6 for a coin that is not here."""


def pair_of(venue: str, base: str, quote: str) -> Pair:
    """The market of `base` in `quote` at `venue`. Raises `KeyError`."""
    for pair in PAIRS[venue]:
        if (pair.base, pair.quote) == (base, quote):
            return pair
    raise KeyError(f"{venue} has no market {base}/{quote}")
