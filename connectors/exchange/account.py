"""What the connector is told of one account at a venue, and what it tells of the account's key.

Belongs here: values that callers fill in or read. Does not belong here: reading them from anywhere, or using them.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Literal

CREDENTIALS = ("api_key", "secret", "password", "uid", "login", "token", "private_key", "wallet_address")
"""The fields of `ExchangeAccount` that a key consists of; which of them a venue wants differs."""


@dataclass(frozen=True, slots=True)
class ExchangeAccount:
    """One account at one venue. Credentials are never part of its `repr`.

    `name` is its folder in raw, `exchange` a ccxt id. `since` is an instant before which the account was empty;
    without it the walk begins when the venue opened. `overlap` is asked again each time, for rows that appear late.
    `replay_folder` holds answers in the venue's own wire format, which then answer instead of the venue. `options`
    are ccxt's. `symbols` are markets to walk besides those found. `prepare` is called with the ccxt exchange before
    its first request.
    """

    name: str
    exchange: str
    api_key: str | None = field(default=None, repr=False)
    secret: str | None = field(default=None, repr=False)
    password: str | None = field(default=None, repr=False)
    uid: str | None = field(default=None, repr=False)
    login: str | None = field(default=None, repr=False)
    token: str | None = field(default=None, repr=False)
    private_key: str | None = field(default=None, repr=False)
    wallet_address: str | None = None
    since: datetime | None = None
    options: Mapping[str, Any] = field(default_factory=dict)
    symbols: tuple[str, ...] = ()
    replay_folder: Path | None = None
    allow_withdrawal_keys: bool = False
    overlap: timedelta = timedelta(days=3)
    prepare: Callable[[Any], None] | None = field(default=None, repr=False)

    def secrets(self) -> tuple[str, ...]:
        """What must never be seen anywhere: every credential that is set, the longest first."""
        names = [name for name in CREDENTIALS if name != "wallet_address"]
        values = [value for name in names if (value := getattr(self, name))]
        return tuple(sorted(values, key=len, reverse=True))


Answer = Literal["yes", "no", "unknown"]


@dataclass(frozen=True, slots=True)
class KeyCheck:
    """What a venue says of a key. `problem` is a sentence that says what to do, `None` where all is well.

    `unknown`: the venue has no way to ask what a key may do.
    """

    account: str
    exchange: str
    can_read: Answer = "unknown"
    can_trade: Answer = "unknown"
    can_withdraw: Answer = "unknown"
    problem: str | None = None
    note: str | None = None
