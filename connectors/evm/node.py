"""One node, asked in batches over HTTP: what it answers, and nothing that it does not.

Questions go out in batches, several at a time. A rate limit makes batches smaller and fewer and is waited for; a node
that takes no batches is asked one by one. What fails in the end is an exception, never an empty answer. The address of
a node often holds a key, so no error shows it.

Belongs here: JSON-RPC, retries, counting. Does not belong here: what is asked, and what its answers mean.
"""

import itertools
import json
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from threading import Lock, Semaphore
from typing import Any

import requests
from requests.adapters import BaseAdapter
from tenacity import RetryCallState, Retrying, retry_if_exception_type, stop_after_attempt, wait_exponential_jitter

from connectors.evm.refusals import (
    RANGED,
    MethodMissingError,
    NodeRefusalError,
    RangeTooLargeError,
    RateLimitError,
    refusal,
)
from connectors.sync import SourceAnswerError, SourceRefusedError, SourceUnavailableError

Call = tuple[str, tuple[Any, ...]]
"""A method and its parameters."""

BATCH = 100
PARALLEL = 4
ATTEMPTS = 8
_PATIENCE = 3
"""So often a batch meets the rate limit before it is cut in halves."""
_RECOVERY = 16
"""After so many batches that went well larger ones are tried again."""
_BAD_GATEWAY = 500
_STATUS_RATE = 429
_STATUS_TOO_LARGE = 413


class _AgainError(Exception):
    """A failure that may pass: the network, a gateway, an answer cut short."""


class _NoBatchError(Exception):
    """The node takes no batch of this size: never (`is_lasting`), or not at this rate."""

    def __init__(self, *, is_lasting: bool = True) -> None:
        super().__init__("a smaller batch")
        self.is_lasting = is_lasting


class Node:
    """The node at `url`, which the texts of errors call `label`. Makes no request when it is constructed.

    With a `transport` nothing goes to the network: it answers every request.
    """

    def __init__(
        self,
        url: str,
        *,
        label: str = "the node",
        sleep: Callable[[float], None] = time.sleep,
        seconds: float = 60.0,
        transport: BaseAdapter | None = None,
    ) -> None:
        self.label = label
        self.requests = 0
        """HTTP requests made."""
        self.calls = 0
        """Questions asked in them."""
        self._url = url
        self._sleep = sleep
        self._seconds = seconds
        self._batch = self._most = BATCH
        self._successes = 0
        self._ids = itertools.count(1)
        self._lock = Lock()
        self._slots = Semaphore(PARALLEL)
        self._width = PARALLEL
        self._surplus = 0
        self._pool = ThreadPoolExecutor(max_workers=PARALLEL, thread_name_prefix="node")
        self._session = requests.Session()
        if transport is not None:
            for scheme in ("https://", "http://"):
                self._session.mount(scheme, transport)

    def close(self) -> None:
        """Let go of connections and threads."""
        self._pool.shutdown()
        self._session.close()

    def ask(self, method: str, *params: Any) -> Any:
        """The answer to one question. Raises `SourceError`."""
        return self.ask_all([(method, params)])[0]

    def ask_all(self, calls: Sequence[Call]) -> list[Any]:
        """The answers to `calls`, in their order. Raises `SourceError` if one of them is refused."""
        answers = self.answers(calls)
        for answer in answers:
            if isinstance(answer, NodeRefusalError):
                raise answer
        return answers

    def answers(self, calls: Sequence[Call], *, at_once: int | None = None) -> list[Any]:
        """As `ask_all`, with a `NodeRefusalError` in the place of each answer that was refused.

        At most `at_once` calls go into one batch.
        """
        if len(calls) == 1:
            return self._settle(calls)
        size = min(self._batch, at_once or self._batch)
        parts = [calls[at : at + size] for at in range(0, len(calls), size)]
        return [answer for part in self._pool.map(self._settle, parts) for answer in part]

    def _settle(self, calls: Sequence[Call]) -> list[Any]:
        """The answers to one batch, made smaller where the node wants it so."""
        limited = 0

        def once() -> list[Any]:
            nonlocal limited
            try:
                return self._narrow(calls)
            except RateLimitError:
                limited += 1
                if limited >= _PATIENCE and len(calls) > 1:
                    raise _NoBatchError(is_lasting=False) from None
                raise

        retrying = Retrying(
            retry=retry_if_exception_type((_AgainError, RateLimitError)),
            stop=stop_after_attempt(ATTEMPTS),
            wait=_wait,
            sleep=self._sleep,
            reraise=True,
        )
        try:
            answers: list[Any] = retrying(once)
        except _NoBatchError as error:
            return self._in_halves(calls, is_lasting=error.is_lasting)
        except RateLimitError:
            raise SourceUnavailableError(
                f"{self.label} limits how often it may be asked and did not let us through in {ATTEMPTS} attempts; "
                "what was read until then is kept, and the next sync goes on from there"
            ) from None
        except _AgainError as error:
            raise SourceUnavailableError(f"{self.label} did not answer in {ATTEMPTS} attempts: {error}") from None
        with self._lock:
            self._successes += 1
            if self._successes % _RECOVERY == 0:
                self._batch = min(self._batch * 2, self._most)
        return answers

    def _in_halves(self, calls: Sequence[Call], *, is_lasting: bool) -> list[Any]:
        middle = len(calls) // 2
        with self._lock:
            self._batch = max(1, min(self._batch, middle))
            self._successes = 0
            if is_lasting:
                self._most = self._batch
        return [*self._settle(calls[:middle]), *self._settle(calls[middle:])]

    def _narrow(self, calls: Sequence[Call]) -> list[Any]:
        """One attempt at a batch, which takes one of the slots that the node leaves us."""
        self._slots.acquire()
        try:
            return self._attempt(calls)
        except RateLimitError:
            with self._lock:
                if self._width > 1:
                    self._width -= 1
                    self._surplus += 1
            raise
        finally:
            with self._lock:
                keeps = self._surplus > 0
                self._surplus -= keeps
            if not keeps:
                self._slots.release()

    def _attempt(self, calls: Sequence[Call]) -> list[Any]:
        with self._lock:
            numbered = {next(self._ids): call for call in calls}
            self.requests += 1
            self.calls += len(calls)
        questions = [
            {"jsonrpc": "2.0", "id": number, "method": method, "params": list(params)}
            for number, (method, params) in numbered.items()
        ]
        told = self._post(questions if len(questions) > 1 else questions[0], calls)
        if len(calls) == 1:
            return [self._answer(calls[0][0], told)]
        if not isinstance(told, list):
            raise _NoBatchError
        by_id = {answer.get("id"): answer for answer in told if isinstance(answer, dict)}
        if by_id.keys() != numbered.keys():
            raise _NoBatchError
        return [self._answer(method, by_id[number]) for number, (method, _) in numbered.items()]

    def _answer(self, method: str, told: Any) -> Any:
        """The result, or the refusal as a value. Raises `RateLimitError`."""
        if not isinstance(told, dict) or ("result" not in told and "error" not in told):
            raise SourceAnswerError(f"{self.label} answered {method} with something that is no JSON-RPC answer")
        if told.get("error") is None:
            return told.get("result")
        why = refusal(method, told["error"], node=self.label)
        if isinstance(why, RateLimitError):
            raise why
        return why

    def _post(self, body: Any, calls: Sequence[Call]) -> Any:
        is_ranged = len(calls) == 1 and calls[0][0] in RANGED
        try:
            response = self._session.post(self._url, json=body, timeout=(10.0, self._seconds), allow_redirects=False)
        except requests.Timeout:
            if is_ranged:
                return {"error": {"code": None, "message": f"no answer within {self._seconds} seconds: timed out"}}
            raise _AgainError("it took too long") from None
        except requests.RequestException as error:
            raise _AgainError(f"no connection ({type(error).__name__})") from None
        return self._body(response, calls)

    def _body(self, response: requests.Response, calls: Sequence[Call]) -> Any:
        status = response.status_code
        if status == _STATUS_RATE:
            raise RateLimitError(_seconds_of(response.headers.get("Retry-After")))
        if status == _STATUS_TOO_LARGE:
            if len(calls) > 1:
                raise _NoBatchError
            return {"error": {"code": status, "message": "request entity too large"}}
        try:
            told = response.json()
        except (json.JSONDecodeError, UnicodeDecodeError, requests.JSONDecodeError):
            told = None
        if isinstance(told, list | dict) and (isinstance(told, list) or "error" in told or "result" in told):
            return told
        if status >= _BAD_GATEWAY:
            raise _AgainError(f"HTTP status {status}")
        if status in {401, 403}:
            raise SourceRefusedError(
                f"{self.label} refused us (HTTP status {status}). Look at the key in its rpc_url, and whether its plan "
                f"offers {', '.join(sorted({method for method, _ in calls}))}"
            )
        if status != requests.codes.ok and len(calls) > 1:
            raise _NoBatchError
        if told is None and status == requests.codes.ok:
            raise _AgainError("an answer that is cut short or no JSON")
        raise SourceAnswerError(
            f"{self.label} answered with HTTP status {status} and no JSON-RPC answer. Look at its rpc_url"
        )


def is_offered(answer: Any) -> bool:
    """Whether an answer of `Node.answers` shows that the node knows the method, even if it refused this call."""
    return not isinstance(answer, MethodMissingError)


def is_too_large(answer: Any) -> bool:
    """Whether an answer of `Node.answers` asks for a smaller range."""
    return isinstance(answer, RangeTooLargeError)


_backoff = wait_exponential_jitter(multiplier=0.5, max=30.0, jitter=0.5)


def _wait(state: RetryCallState) -> float:
    error = state.outcome.exception() if state.outcome else None
    wished = error.seconds if isinstance(error, RateLimitError) else None
    return _backoff(state) if wished is None else min(wished, 120.0)


def _seconds_of(header: str | None) -> float | None:
    try:
        return None if header is None else max(0.0, float(header))
    except ValueError:
        return None
