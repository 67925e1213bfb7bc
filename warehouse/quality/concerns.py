"""Which coins a gap of a stream can have moved. Pure.

Belongs here: reading the scope of a gap. Does not belong here: when the gap is, and what rests on it.
"""

from collections.abc import Collection, Iterable

_OF_THE_CHAINS_COIN = frozenset({"coins", "internal", "rewards"})
"""Scopes of a wallet in which only the chain's own coin moves (`connectors/evm`)."""
_BETWEEN = str.maketrans("", "", "/-_: ")


def concerns(
    stream: str, scopes: Collection[str], assets: Iterable[str], *, coin: str | None = None
) -> frozenset[str] | None:
    """Those of `assets` that `scopes` can have moved; `None`: any. `coin` is the own coin of a wallet's chain.

    A market of trades moves what its name begins or ends with; a third coin that paid its fee is not told by its name.
    A market in which none of `assets` is recognized may be of any.
    """
    if coin is not None and scopes and set(scopes) <= _OF_THE_CHAINS_COIN:
        return frozenset({coin})
    if stream != "trades" or not scopes or "" in scopes:
        return None
    found: set[str] = set()
    known = list(assets)
    for scope in scopes:
        market = scope.upper().translate(_BETWEEN)
        of_market = {asset for asset in known if market.startswith(asset.upper()) or market.endswith(asset.upper())}
        if not of_market:
            return None
        found |= of_market
    return frozenset(found)
