"""An index API as Etherscan's version 2 speaks it, and Blockscout and others after it: lists of rows, page by page.

"Nothing found" is a status of its own there, told apart from a refusal by its empty list.

Belongs here: asking and paging. Does not belong here: what the rows mean (`ways/index.py`).
"""

import time
from collections.abc import Callable, Iterator, Mapping
from typing import Any

import requests
from tenacity import Retrying, retry_if_exception_type, stop_after_attempt, wait_exponential_jitter

from connectors.evm.ranges import Blocks
from connectors.evm.refusals import MethodMissingError, RateLimitError, refusal
from connectors.sync import SourceAnswerError, SourceRefusedError, SourceUnavailableError

PAGE = 1000
WINDOW = 10_000
"""Etherscan answers no row beyond this one of a question."""
ATTEMPTS = 8
_BAD_GATEWAY = 500

Row = Mapping[str, Any]


class IndexApi:
    """The API at `url` for one chain. Makes no request when it is constructed. No error shows its key."""

    label = "the index API"

    def __init__(
        self, url: str, *, chain_id: int, key: str | None = None, sleep: Callable[[float], None] = time.sleep
    ) -> None:
        self.requests = 0
        self._url = url
        self._parameters = {"chainid": str(chain_id)} | ({"apikey": key} if key else {})
        self._sleep = sleep
        self._session = requests.Session()

    def close(self) -> None:
        """Let go of connections."""
        self._session.close()

    def offers(self, action: str, owner: str) -> bool:
        """Whether the API knows `action`. Raises `SourceError` for any other refusal."""
        try:
            self._ask(action, owner, Blocks(0, 0), page=1)
        except MethodMissingError:
            return False
        return True

    def rows(self, action: str, owner: str, blocks: Blocks) -> Iterator[Row]:
        """Every row of `action` about `owner` within `blocks`; some may come twice. Raises `SourceError`."""
        first, page = blocks.first, 1
        while True:
            told = self._ask(action, owner, Blocks(first, blocks.last), page=page)
            yield from (row for row in told if int(row["blockNumber"]) in blocks)
            if len(told) < PAGE:
                return
            page += 1
            if page * PAGE > WINDOW:
                newest = max(int(row["blockNumber"]) for row in told)
                if newest <= first:
                    raise SourceAnswerError(
                        f"{self.label} gives {WINDOW} rows of {action} for block {first} and no way to those behind"
                    )
                first, page = newest, 1

    def _ask(self, action: str, owner: str, blocks: Blocks, *, page: int) -> list[Row]:
        question = {
            "module": "account",
            "action": action,
            "address": owner,
            "startblock": str(blocks.first),
            "endblock": str(blocks.last),
            "page": str(page),
            "offset": str(PAGE),
            "sort": "asc",
        }
        retrying = Retrying(
            retry=retry_if_exception_type((RateLimitError, requests.RequestException)),
            stop=stop_after_attempt(ATTEMPTS),
            wait=wait_exponential_jitter(multiplier=0.5, max=30.0, jitter=0.5),
            sleep=self._sleep,
            reraise=True,
        )
        try:
            return retrying(self._attempt, question)
        except RateLimitError:
            raise SourceUnavailableError(f"{self.label} did not let us through its rate limit") from None
        except requests.RequestException as error:
            raise SourceUnavailableError(
                f"{self.label} did not answer in {ATTEMPTS} attempts ({type(error).__name__})"
            ) from None

    def _attempt(self, question: dict[str, str]) -> list[Row]:
        self.requests += 1
        response = self._session.get(self._url, params=self._parameters | question, timeout=(10.0, 60.0))
        if response.status_code == requests.codes.too_many_requests:
            raise RateLimitError
        if response.status_code >= _BAD_GATEWAY:
            raise requests.ConnectionError
        if response.status_code in {401, 403}:
            raise SourceRefusedError(f"{self.label} refused us (HTTP status {response.status_code}). Look at index_key")
        told = response.json()  # a RequestException where it is none
        result = told.get("result") if isinstance(told, dict) else None
        if isinstance(result, list):
            return result
        raise self._refusal(question["action"], result or (told.get("message") if isinstance(told, dict) else None))

    def _refusal(self, action: str, words: Any) -> Exception:
        told = str(words or "nothing that is understood")
        lower = told.lower()
        if "api key" in lower or "apikey" in lower:
            return SourceRefusedError(f"{self.label} refuses the key: {told[:200]}. Look at index_key")
        if "action" in lower or "module" in lower or "not supported" in lower:
            return MethodMissingError(f"{self.label} does not know {action}: {told[:200]}")
        return refusal(action, {"message": told}, node=self.label)
