"""What prices a token by its contract, where no venue has a market for it: the shape of such a source.

Belongs here: what every such source is, and finding a token's contract by its name. Does not belong here: any one
source (`pools.py`, `llama.py`), and when they are asked (`walk.py`).
"""

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_EVEN, Decimal, localcontext
from typing import Protocol

from connectors.evm.naming import ContractName, contract_of
from connectors.prices.routes import Close

DIGITS = 160
"""Digits kept on the way to a price: only the last step rounds."""
_DECIMALS = Decimal(1).scaleb(-18)

HubClose = Callable[[str, int], Close | None]
"""The price of one of a source's `hubs` at an instant (Unix seconds), if it is known."""


Events = Mapping[int, Collection[str]]
"""Instants at which a token moved (Unix seconds), with the hashes of the transactions that moved it."""


@dataclass(frozen=True, slots=True)
class Told:
    """The closes of a token by instant, and the instants of which the source was asked all there is to ask."""

    closes: dict[int, Close]
    answered: frozenset[int]


class TokenSource(Protocol):
    """Prices of tokens by their contract. Makes no request when it is constructed."""

    name: str
    hubs: tuple[str, ...]
    """The assets whose prices it needs."""

    @property
    def requests(self) -> int:
        """Requests so far."""
        ...

    def covers(self, token: ContractName) -> bool:
        """Whether it can be asked about a token at all."""
        ...

    def tell(self, token: ContractName, instants: Sequence[int], hub: HubClose) -> Told:
        """What one unit of `token`, as the books count it, was worth at `instants`. Raises `SourceError`."""
        ...

    def tell_events(self, token: ContractName, events: Events, hub: HubClose) -> Told:
        """What it was worth when each event began. Raises `SourceError`."""
        ...


def contracts_of(asset: str, aliases: Mapping[str, str]) -> Iterator[ContractName]:
    """The contracts that an asset's name, or a name that means the asset, tells."""
    for name in (asset, *(name for name, meant in aliases.items() if meant == asset and name != asset)):
        told = contract_of(name)
        if told is not None:
            yield told


def price_of(number: Decimal) -> Decimal | None:
    """A price as it is kept, rounded half to even to 18 decimals; `None` where nothing is left of it."""
    with localcontext() as context:
        context.prec = DIGITS
        price = number.quantize(_DECIMALS, rounding=ROUND_HALF_EVEN)
    return price if price > 0 else None
