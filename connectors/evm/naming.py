"""What a coin or token is called in the books, and how many of its smallest units make one.

Anyone can deploy a contract that calls itself USDC. So only a contract that is known to be an asset has its plain name;
every other token's name carries its contract and its chain. What the user says of a contract wins over both.

Belongs here: names and units. Does not belong here: whether a token is worth anything (`suspicion.py`, prices).
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from connectors.evm.known_names import well_known_tokens
from connectors.evm.movements import Token, Tokens

MOST_DECIMALS = 18
"""What the books hold exactly. Of a token with more, one unit of the books is a fraction of the token, and its name
says which: no amount is ever rounded."""

_LONGEST_SYMBOL = 16
_CONTRACT = re.compile(r"-(0x[0-9a-f]{40})@([a-z0-9_]+)(?:/1e(\d+))?$")


@dataclass(frozen=True, slots=True)
class Coin:
    """A fungible asset in the books. One unit of it is `10 ** decimals` of the contract's smallest units."""

    asset: str
    decimals: int


@dataclass(frozen=True, slots=True)
class ContractName:
    """What the name of a token that is not well known says: one unit is `10 ** -below` of a whole token."""

    chain: str
    contract: str
    below: int


class Names:
    """The names on one chain, whose own coin is `coin`. `own` are the user's, by contract in lower case."""

    def __init__(self, *, chain: str, coin: str, own: Mapping[str, str]) -> None:
        self._chain = chain
        self._coin = coin
        self.given = {**well_known_tokens(chain), **own}
        """The plain names, by contract."""

    def is_known(self, contract: str | None) -> bool:
        """Whether a contract is known to be what it calls itself; the chain's own coin (`None`) always is."""
        return contract is None or contract in self.given

    def coin(self, contract: str | None, tokens: Tokens) -> Coin:
        """The chain's own coin, or a fungible token."""
        if contract is None:
            return Coin(self._coin, MOST_DECIMALS)
        token = tokens.get(contract)
        told = (token.decimals if token else None) or 0
        below = max(0, told - MOST_DECIMALS)
        given = self.given.get(contract)
        if given is not None and not below:
            return Coin(given, told)
        name = given or self._long_name(contract, token)
        return Coin(f"{name}/1e{below}" if below else name, told - below)

    def collectible(self, contract: str, token_id: int, tokens: Tokens) -> str:
        """One of a kind: a token with a number."""
        return f"{self.given.get(contract) or self._long_name(contract, tokens.get(contract))}#{token_id}"

    def is_wrap_of_coin(self, asset: str) -> bool:
        """Whether an asset is the chain's own coin in a token (WETH of ETH)."""
        return asset == f"W{self._coin}"

    def _long_name(self, contract: str, token: Token | None) -> str:
        return f"{symbol_of(token)}-{contract}@{self._chain}"


def symbol_of(token: Token | None) -> str:
    """A token's symbol, else its name, in plain letters and digits; `TOKEN` where nothing is left of it."""
    plain = re.sub(r"[^A-Za-z0-9._+]", "", (token.symbol or token.name if token else None) or "")
    return plain[:_LONGEST_SYMBOL] or "TOKEN"


def contract_of(asset: str) -> ContractName | None:
    """What an asset's name says of its contract, `None` for a plain name and for one of a kind."""
    found = _CONTRACT.search(asset)
    if found is None:
        return None
    return ContractName(chain=found[2], contract=found[1], below=int(found[3] or 0))


def quantity(amount: int, decimals: int) -> str:
    """An amount in smallest units as decimal digits, exactly."""
    sign, digits = "-" if amount < 0 else "", str(abs(amount)).rjust(decimals + 1, "0")
    whole, rest = (digits[:-decimals], digits[-decimals:].rstrip("0")) if decimals else (digits, "")
    return f"{sign}{whole}.{rest}" if rest else f"{sign}{whole}"
