"""What DefiLlama's index says a token was worth, by its contract.

The index mixes many sources and does not say which; it says how sure it is, and what it is not sure of is not taken.
It knows dollars only.

Belongs here: its API. Does not belong here: when it is asked, and what is asked before it.
"""

import json
import time
from collections.abc import Callable, Sequence
from decimal import Decimal
from typing import Any

import requests

from connectors.evm.naming import ContractName
from connectors.prices.routes import Close
from connectors.prices.tokens import Events, HubClose, Told, price_of
from connectors.sync import SourceAnswerError, SourceUnavailableError

DEFILLAMA_URL = "https://coins.llama.fi"
LEAST_CONFIDENCE = Decimal("0.9")
_CHAINS = {name: name for name in ("ethereum", "optimism", "bsc", "polygon", "base", "arbitrum", "linea", "scroll")} | {
    "avalanche": "avax",
    "gnosis": "xdai",
    "celo": "celo",
    "zksync": "era",
}
_INSTANTS_AT_ONCE = 100
_WIDTH_SECONDS = 4 * 60 * 60
"""How far from the instant a price may lie."""
_ATTEMPTS = 5
_AGAIN = frozenset({429, 500, 502, 503, 504})


class LlamaPrices:
    """The index at `url`."""

    name = "defillama"
    hubs: tuple[str, ...] = ()

    def __init__(self, *, url: str = DEFILLAMA_URL, sleep: Callable[[float], None] = time.sleep) -> None:
        self._url = url.rstrip("/")
        self._sleep = sleep
        self._session = requests.Session()
        self.requests = 0

    def covers(self, token: ContractName) -> bool:
        """Whether the index has the token's chain."""
        return token.chain in _CHAINS

    def tell(self, token: ContractName, instants: Sequence[int], hub: HubClose) -> Told:  # noqa: ARG002 -- in dollars
        """What the index says, within four hours of each instant. Raises `SourceError`."""
        coin = f"{_CHAINS[token.chain]}:{token.contract}"
        closes: dict[int, Close] = {}
        for start in range(0, len(instants), _INSTANTS_AT_ONCE):
            part = list(instants[start : start + _INSTANTS_AT_ONCE])
            for at, price in self._ask(coin, part).items():
                kept = price_of(price.scaleb(-token.below))
                if kept is not None:
                    closes[at] = Close(kept, f"defillama {coin}")
        return Told(closes, frozenset(instants))

    def tell_events(self, token: ContractName, events: Events, hub: HubClose) -> Told:
        """As `tell`: the index knows no blocks. Raises `SourceError`."""
        return self.tell(token, sorted(events), hub)

    def _ask(self, coin: str, instants: list[int]) -> dict[int, Decimal]:
        """The nearest price to each instant that the index is sure of."""
        query = {"coins": json.dumps({coin: instants}), "searchWidth": "4h"}
        body = self._get(f"{self._url}/batchHistorical", query)
        try:
            rows = body["coins"].get(coin, {"prices": []})["prices"]
            told = [(int(row["timestamp"]), Decimal(row["price"]), Decimal(row.get("confidence", 0))) for row in rows]
        except (ArithmeticError, AttributeError, KeyError, TypeError, ValueError) as error:
            raise SourceAnswerError(f"defillama sent something that is no list of prices ({error!r})") from None
        sure = [(at, price) for at, price, confidence in told if confidence >= LEAST_CONFIDENCE and price > 0]
        nearest: dict[int, Decimal] = {}
        for wanted in instants:
            near = [(abs(at - wanted), at, price) for at, price in sure if abs(at - wanted) <= _WIDTH_SECONDS]
            if near:
                nearest[wanted] = min(near)[2]
        return nearest

    def _get(self, url: str, query: dict[str, str]) -> Any:
        why = ""
        for attempt in range(_ATTEMPTS):
            if attempt:
                self._sleep(2.0**attempt)
            self.requests += 1
            try:
                response = self._session.get(url, params=query, timeout=30)
                if response.status_code == requests.codes.ok:
                    return json.loads(response.text, parse_float=str)
            except requests.RequestException as error:
                why = type(error).__name__
            except json.JSONDecodeError:
                why = "no JSON"
            else:
                why = f"HTTP status {response.status_code}"
                if response.status_code not in _AGAIN:
                    raise SourceAnswerError(f"defillama refused the question: {why}")
        raise SourceUnavailableError(f"defillama did not answer in {_ATTEMPTS} attempts: {why}")
