"""Which symbols are money issued by a state, and which are coins that follow it.

Belongs here: the two lists. Does not belong here: what anything is worth.
"""

_FIAT = (
    "AED ARS AUD BGN BRL CAD CHF CLP CNY COP CRC CZK DKK DOP EGP EUR GBP GHS GTQ HKD HUF IDR ILS INR ISK JPY KES "
    "KRW KWD KZT LKR MAD MXN MYR NGN NOK NZD OMR PEN PHP PKR PLN PYG QAR RSD RUB SAR SEK SGD THB TRY TWD TZS UAH UGX "
    "USD UYU UZS VND XAF XOF ZAR ZMW"
)
FIAT = frozenset(_FIAT.split())
"""ISO 4217 codes that exchanges hold as money. Codes that a coin of the same symbol has taken over on exchanges
(`MNT`, `RON`, `SOS`, `TOP`, `BOB` ...) are left out: taking a coin for money would lose its lots silently, while money
taken for a coin is only listed as a coin without a price."""

_STABLECOINS = (
    "BUSD CRVUSD DAI EURC EURI EURS EURT FDUSD FRAX GHO GUSD GYEN LUSD MIM PYUSD RLUSD SUSD TUSD USD1 USDB USDC USDC.E "
    "USDD USDE USDG USDP USDS USDT USDT0 UST USTC XSGD"
)
STABLECOINS = frozenset(_STABLECOINS.split())
"""Coins that follow a currency. They have lots; a trade against one is valued by it, at its own market price."""


def is_cash(asset: str, *, base_currency: str) -> bool:
    """Whether `asset` is money, which has no lots: the book's own currency or another state's."""
    return asset == base_currency or asset in FIAT
