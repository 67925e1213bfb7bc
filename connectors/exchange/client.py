"""One account's conversation with its venue: a ccxt exchange made exact, patient, counted and discreet.

Every request goes through here, so retries, counts and errors are the same for all venues. A retry signs the request
anew. Everything that fails in the end is a `SourceError` whose sentence says what to do.

Belongs here: asking. Does not belong here: what to ask, and what answers mean.
"""

import logging
import time
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any

import ccxt
import tenacity

from connectors.exchange.account import CREDENTIALS, ExchangeAccount
from connectors.exchange.errors import NotOfferedError, UnknownMarketError
from connectors.exchange.wire import CutAnswerError, hide, read_json, shorten
from connectors.sync import SourceAnswerError, SourceError, SourceRefusedError, SourceUnavailableError

TIMEOUT_MS = 30_000
ATTEMPTS = 7
LONGEST_WAIT_SECONDS = 60
LONGEST_RETRY_AFTER_SECONDS = 900
_RATE_LIMIT_WAIT_SECONDS = 5
_SLOW_DOWN = {418, 429}
_TRANSIENT = {408, 425, 418, 429}
_SERVER_ERROR = 500
_CLIENT_ERROR = 400
_FORBIDDEN = {401, 403, 407}
_ELSEWHERE = 451
_CLOCK_ATTEMPTS = 3

_CCXT_NAMES = {
    "api_key": "apiKey",
    "private_key": "privateKey",
    "wallet_address": "walletAddress",
}


class Client:
    """The venue as seen by one account. Makes no request when it is constructed.

    `exchange` is the ccxt exchange: call its methods through `call`. `requests` counts every request on the wire.
    `answers` are the decoded answers of the latest `call`.
    """

    def __init__(self, account: ExchangeAccount, *, sleep: Callable[[float], None] = time.sleep) -> None:
        if account.exchange not in ccxt.exchanges:
            raise SourceRefusedError(f"{account.exchange!r} is not an exchange that ccxt {ccxt.__version__} knows.")
        self.account = account
        self.requests = 0
        self.answers: list[Any] = []
        self._no_markets: SourceError | None = None
        self._status: int | None = None
        self._headers: Mapping[str, str] = {}
        self._sleep = sleep
        self.exchange = self._make()

    def load_markets(self) -> None:
        """Ask for the venue's markets and assets, once; numbers are the venue's strings afterwards.

        A venue that could not answer is not asked again for the next stream: the same error is raised.
        """
        if self._no_markets is not None:
            raise self._no_markets
        if not self.exchange.markets:
            try:
                self.call("its markets", self.exchange.load_markets)
            except SourceError as error:
                self._no_markets = error
                raise
        self.exchange.number = str

    def call(self, what: str, function: Callable[..., Any], /, *arguments: Any, **named: Any) -> Any:
        """`function(...)` of the exchange, its failures told as `SourceError`; `what` was asked for.

        Raises `NotOfferedError` where ccxt says that the venue has no such thing, `UnknownMarketError` for a market.
        """
        self.answers = []
        try:
            return function(*arguments, **named)
        except ccxt.NotSupported as error:
            raise NotOfferedError(self._told(error)) from None
        except ccxt.BadSymbol as error:
            raise UnknownMarketError(f"{self._name} knows no market for {what}: {self._told(error)}") from None
        except ccxt.BaseError as error:
            raise self._error(what, error) from None
        except CutAnswerError as error:
            raise SourceUnavailableError(
                f"{self._name} sent {error} for {what}, {ATTEMPTS} times. The next sync asks again."
            ) from None
        except (ArithmeticError, AttributeError, LookupError, TypeError, ValueError) as error:
            raise SourceAnswerError(
                f"{self._name} answered something that is not understood for {what} "
                f"({type(error).__name__}: {self._told(error)}). Nothing was taken from it; a newer ccxt may know it."
            ) from None

    def close(self) -> None:
        """Let go of the connection."""
        self.exchange.session.close()

    def hide(self, text: str) -> str:
        """`text` without this account's secrets."""
        return hide(text, self.account.secrets())

    def _make(self) -> Any:
        credentials = {
            _CCXT_NAMES.get(name, name): value for name in CREDENTIALS if (value := getattr(self.account, name))
        }
        exchange = getattr(ccxt, self.account.exchange)(
            {
                "enableRateLimit": True,
                "timeout": TIMEOUT_MS,
                "options": dict(self.account.options),
                **credentials,
            }
        )
        _set_up(exchange)
        exchange.logger = _silent_logger()
        exchange.verbose = False
        plain_request, plain_response = exchange.request, exchange.on_rest_response

        def request(*arguments: Any, **named: Any) -> Any:
            return self._ask(plain_request, *arguments, **named)

        def on_rest_response(code: int, reason: str, url: str, method: str, headers: Any, *rest: Any) -> Any:
            self._status, self._headers = code, headers
            return plain_response(code, reason, url, method, headers, *rest)

        exchange.request = request
        exchange.on_rest_response = on_rest_response
        exchange.parse_json = self._read
        keep_every_row(exchange)
        if self.account.replay_folder is not None:
            exchange.enableRateLimit = False
        if self.account.prepare is not None:
            self.account.prepare(exchange)
        return exchange

    def _read(self, body: str) -> Any:
        """In place of ccxt's `parse_json`, which takes broken JSON for no answer; an error page may be anything."""
        try:
            return read_json(body)
        except CutAnswerError:
            if self._status is not None and self._status >= _CLIENT_ERROR:
                return None
            raise

    def _ask(self, plain_request: Callable[..., Any], *arguments: Any, **named: Any) -> Any:
        """One request, asked again while that may help."""

        def once() -> Any:
            self.requests += 1
            self._status, self._headers = None, {}
            answer = plain_request(*arguments, **named)
            if isinstance(answer, str):
                raise CutAnswerError("a page for people, or nothing, instead of data")
            return answer

        retrying = tenacity.Retrying(
            retry=tenacity.retry_if_exception(self._may_help),
            wait=self._wait,
            stop=self._is_enough,
            sleep=self._sleep,
            reraise=True,
        )
        answer = retrying(once)
        self.answers.append(answer)
        return answer

    def _may_help(self, error: BaseException) -> bool:
        if isinstance(error, CutAnswerError):
            return True
        if isinstance(error, ccxt.InvalidNonce):
            return True
        if not isinstance(error, ccxt.BaseError) or isinstance(error, ccxt.AuthenticationError):
            return False
        if self._status is not None and self._status >= _CLIENT_ERROR:
            return self._status >= _SERVER_ERROR or self._status in _TRANSIENT
        return isinstance(error, ccxt.NetworkError)

    def _is_enough(self, state: tenacity.RetryCallState) -> bool:
        error = state.outcome.exception() if state.outcome else None
        if isinstance(error, ccxt.InvalidNonce):
            self._set_clock()
            return state.attempt_number >= _CLOCK_ATTEMPTS
        if (asked_to_wait := self._retry_after()) is not None and asked_to_wait > LONGEST_RETRY_AFTER_SECONDS:
            return True
        return state.attempt_number >= ATTEMPTS

    def _wait(self, state: tenacity.RetryCallState) -> float:
        """What the venue asks for; else doubling from a second (from five when we were too fast), with jitter."""
        asked_to_wait = self._retry_after()
        if asked_to_wait is not None:
            return asked_to_wait
        error = state.outcome.exception() if state.outcome else None
        too_fast = self._status in _SLOW_DOWN or isinstance(error, (ccxt.DDoSProtection, ccxt.RateLimitExceeded))
        first = _RATE_LIMIT_WAIT_SECONDS if too_fast else 1
        doubling = tenacity.wait_exponential(multiplier=first, max=LONGEST_WAIT_SECONDS) + tenacity.wait_random(0, 1)
        return doubling(state)

    def _retry_after(self) -> float | None:
        """The seconds that the last answer's Retry-After header asks for, given as a number or as a date."""
        value = next((self._headers[name] for name in self._headers if name.lower() == "retry-after"), None)
        if value is None:
            return None
        try:
            return max(0.0, float(value))
        except ValueError:
            pass
        try:
            return max(0.0, (parsedate_to_datetime(value) - datetime.now(UTC)).total_seconds())
        except ValueError:
            return None

    def _set_clock(self) -> None:
        """Learn how far this machine's clock is from the venue's, where ccxt can ask for it."""
        exchange = self.exchange
        if exchange.has.get("fetchTime") is True and "timeDifference" in exchange.options:
            try:
                exchange.options["timeDifference"] = exchange.milliseconds() - int(exchange.fetch_time())
            except (ccxt.BaseError, CutAnswerError, TypeError, ValueError):
                return

    @property
    def _name(self) -> str:
        return str(self.exchange.name or self.exchange.id)

    def _told(self, error: BaseException) -> str:
        return shorten(self.hide(str(error)))

    def _error(self, what: str, error: ccxt.BaseError) -> Exception:
        """What `error` means to the person whose key it is."""
        told = self._told(error)
        name, account = self._name, self.account.name
        if (refusal := self._refusal(what, error, name, f"account {account!r}")) is not None:
            return SourceRefusedError(f"{refusal} ({told})")
        if self._may_help(error):
            return self._unavailable(what, error, told)
        return SourceAnswerError(f"{name} did not understand the question for {what}, or answered an error: {told}")

    def _refusal(self, what: str, error: ccxt.BaseError, name: str, account: str) -> str | None:
        """What to do about a venue that said no; `None` where that is not what happened."""
        if isinstance(error, ccxt.InvalidNonce):
            return (
                f"{name} refused the time or nonce of the request for {what}. Set this machine's clock, and give "
                f"{account} a key that no other program uses."
            )
        if isinstance(error, ccxt.AccountSuspended):
            return f"{name} says that the account is suspended; ask its support."
        if isinstance(error, ccxt.PermissionDenied):
            return (
                f"{name} does not let the key of {account} read {what}. Give the key permission to read that, check "
                "its list of allowed addresses, and never permission to trade or withdraw."
            )
        if isinstance(error, ccxt.AuthenticationError) or self._status in _FORBIDDEN:
            return (
                f"{name} does not accept the key of {account}. Check the key and the secret that the configuration "
                f"names, that the key may read {what}, and its list of allowed addresses."
            )
        if isinstance(error, ccxt.RestrictedLocation) or self._status == _ELSEWHERE:
            return f"{name} does not answer from this country or address."
        return None

    def _unavailable(self, what: str, error: ccxt.BaseError, told: str) -> SourceUnavailableError:
        name = self._name
        asked_to_wait = self._retry_after()
        if asked_to_wait is not None and asked_to_wait > LONGEST_RETRY_AFTER_SECONDS:
            return SourceUnavailableError(
                f"{name} asks to wait {asked_to_wait:.0f} seconds before asking for {what} again. ({told})"
            )
        if isinstance(error, ccxt.OnMaintenance):
            return SourceUnavailableError(f"{name} is under maintenance. The next sync asks again. ({told})")
        return SourceUnavailableError(
            f"{name} could not be asked for {what}, {ATTEMPTS} times. The next sync asks again. ({told})"
        )


def _set_up(exchange: Any) -> None:
    """Ask for spot markets only, and not for lists that need more permissions than reading, where ccxt can be told."""
    if isinstance(exchange.options.get("fetchMarkets"), dict) and "types" in exchange.options["fetchMarkets"]:
        exchange.options["fetchMarkets"] = exchange.options["fetchMarkets"] | {"types": ["spot"]}
    for name in ("fetchMargins", "fetchCurrencies"):
        if exchange.options.get(name) is True:
            exchange.options[name] = False
    # ccxt reads the levels of an order book as floats, whatever `number` says
    exchange.parse_order_book_bid_ask = lambda level, price=0, quantity=1, *_: [
        exchange.safe_string(level, price),
        exchange.safe_string(level, quantity),
    ]


def keep_every_row(exchange: Any) -> None:
    """Let unified methods return every row that a venue sent.

    ccxt drops rows before `since` or without a time, and cuts a page to `limit`, from either end: a row that was
    received must not vanish, and a page's length must be the venue's.
    """

    def all_rows(array: Any, *_arguments: Any, **_named: Any) -> Any:
        return [] if array is None else exchange.to_array(array)

    def of_value(array: Any, field: Any, value: Any = None, *_arguments: Any, **_named: Any) -> Any:
        rows = all_rows(array)
        return rows if value is None else [row for row in rows if row.get(field) in (value, None)]

    exchange.filter_by_limit = all_rows
    exchange.filter_by_since_limit = all_rows
    exchange.filter_by_value_since_limit = of_value


def _silent_logger() -> logging.Logger:
    """A logger that writes nothing: ccxt logs headers and bodies, which hold the key and the signature."""
    logger = logging.getLogger("connectors.exchange.silent")
    logger.disabled = True
    logger.propagate = False
    return logger
