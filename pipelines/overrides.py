"""overrides.toml: what may stand in it, and where a mistake is.

Belongs here: the shape of the file and reading it. Does not belong here: what a decision changes (`warehouse`), and
writing the file (`deciding.py`).
"""

import tomllib
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, date, datetime, time
from decimal import Decimal
from pathlib import Path
from typing import Annotated, Any, Literal
from zoneinfo import ZoneInfo

from pydantic import AfterValidator, BaseModel, Field, ValidationError, model_validator

from pipelines.configuration import Configuration, ConfigurationError, explain_mistakes, same_as
from pipelines.section import Section
from pipelines.toml_lines import line_of
from warehouse.decisions import (
    KINDS_BOTH,
    KINDS_IN,
    KINDS_OUT,
    EventOverride,
    OpeningLot,
    Overrides,
    PairOverride,
    PriceOverride,
    SameOverride,
)

VALUED_KINDS = frozenset({"income", "reward", "airdrop", "mining", "interest", "fork", "spend", "fee"})
"""Kinds whose value may be given; the cost of income is its value."""

KINDS = tuple(dict.fromkeys([*KINDS_IN, *KINDS_OUT, *KINDS_BOTH]))


def _instant_or_day(value: Any) -> Any:
    if isinstance(value, datetime):
        if value.utcoffset() is None:
            raise ValueError("expected a day (2021-03-04) or an instant with an offset (2021-03-04T12:30:00Z)")
        return value
    if isinstance(value, date):
        return value
    raise ValueError("expected a day (2021-03-04) or an instant (2021-03-04T12:30:00Z), without quotes")


def _instant(value: Any) -> Any:
    if isinstance(value, datetime) and value.utcoffset() is not None:
        return value
    raise ValueError("expected an instant with an offset (2021-03-04T12:30:00Z), without quotes")


def _known_kind(kind: str) -> str:
    if kind not in KINDS:
        raise ValueError(f"expected one of {', '.join(KINDS)}")
    return kind


Money = Annotated[Decimal, Field(ge=0, max_digits=30, decimal_places=8)]
Units = Annotated[Decimal, Field(gt=0, max_digits=38, decimal_places=18)]
Price = Annotated[Decimal, Field(ge=0, max_digits=38, decimal_places=18)]
When = Annotated[Any, AfterValidator(_instant_or_day)]
Instant = Annotated[Any, AfterValidator(_instant)]
TransactionId = Annotated[str, Field(pattern=r"^[^/]+/[^/]+/.+$")]
Fingerprint = Annotated[str, Field(pattern=r"^[0-9a-f]{16}$")]


class _Entry(Section):
    note: str | None = None


class _Event(_Entry):
    transaction: TransactionId
    fingerprint: Fingerprint
    kind: Annotated[str, AfterValidator(_known_kind)] | None = None
    asset: str | None = None
    cost_usd: Money | None = None
    value_usd: Money | None = None
    fair_value_usd: Money | None = None
    acquired_at: When | None = None
    ignore: Literal[True] | None = None

    @model_validator(mode="after")
    def _says_one_thing(self) -> "_Event":
        problem = self._problem()
        if problem:
            raise ValueError(problem)
        return self

    def _problem(self) -> str | None:
        given = {name for name in ("cost_usd", "value_usd", "fair_value_usd", "acquired_at") if _has(self, name)}
        if self.ignore:
            return "ignore stands alone" if given or self.kind or self.asset else None
        if self.kind is None and not given & {"cost_usd", "acquired_at"}:
            return "expected a kind, a cost_usd or acquired_at, or ignore = true"
        if self.kind is not None and self.asset is not None:
            return "asset says which coin's cost is given; a kind is of the whole transaction"
        missing = [name for name in _NEEDED.get(self.kind or "", ()) if name not in given]
        if missing:
            return f"kind {self.kind!r} needs {' and '.join(missing)}"
        surplus = sorted(given - _ALLOWED.get(self.kind or "", frozenset()))
        if surplus:
            return f"{surplus[0]} has no meaning for {'a plain cost' if self.kind is None else repr(self.kind)}"
        return None


def _has(entry: BaseModel, name: str) -> bool:
    return getattr(entry, name) is not None


_NEEDED = {"bought": ("cost_usd", "acquired_at"), "inheritance": ("cost_usd",)}
_ALLOWED: Mapping[str, frozenset[str]] = {
    "": frozenset({"cost_usd", "acquired_at"}),
    "bought": frozenset({"cost_usd", "acquired_at"}),
    "inheritance": frozenset({"cost_usd", "acquired_at"}),
    "gift": frozenset({"cost_usd", "acquired_at", "fair_value_usd"}),
    **dict.fromkeys(VALUED_KINDS, frozenset({"value_usd"})),
}


class _Pair(_Entry):
    from_transaction: TransactionId
    from_fingerprint: Fingerprint
    to_transaction: TransactionId
    to_fingerprint: Fingerprint
    is_transfer: bool


class _Same(_Entry):
    transaction: TransactionId
    fingerprint: Fingerprint
    other_transaction: TransactionId
    other_fingerprint: Fingerprint
    is_same: bool


class _Price(_Entry):
    asset: str = Field(min_length=1)
    at: Instant
    price_usd: Price


class _Lot(_Entry):
    account: str
    asset: str = Field(min_length=1)
    acquired_at: When
    quantity: Units
    cost_usd: Money


class _Document(Section):
    event: tuple[_Event, ...] = ()
    pair: tuple[_Pair, ...] = ()
    same: tuple[_Same, ...] = ()
    price: tuple[_Price, ...] = ()
    opening_lot: tuple[_Lot, ...] = ()


def read_overrides(configuration: Configuration) -> Overrides:
    """What overrides.toml beside the configuration says; nothing where there is no such file.

    Raises `ConfigurationError` with line and expectation.
    """
    path = configuration.overrides_path
    return parse_overrides(path.read_text(encoding="utf-8"), configuration) if path.is_file() else Overrides()


def parse_overrides(text: str, configuration: Configuration) -> Overrides:
    """The decisions in `text`, which is or will be overrides.toml. Raises `ConfigurationError`."""
    path = configuration.overrides_path
    try:
        document = _Document.model_validate(tomllib.loads(text, parse_float=Decimal))
    except tomllib.TOMLDecodeError as error:
        raise ConfigurationError(f"{path}: not TOML: {error}") from error
    except ValidationError as error:
        raise ConfigurationError(explain_mistakes(path, text, error)) from error
    zone = ZoneInfo(configuration.taxpayer.time_zone)
    overrides = Overrides(
        events=_events(document.event, text, zone),
        pairs=tuple(
            PairOverride(
                entry.from_transaction, entry.from_fingerprint, entry.to_transaction, entry.to_fingerprint,
                is_transfer=entry.is_transfer, line=line_of(text, ("pair", number)), note=entry.note,
            )
            for number, entry in enumerate(document.pair)
        ),
        sames=tuple(
            SameOverride(
                entry.transaction, entry.fingerprint, entry.other_transaction, entry.other_fingerprint,
                is_same=entry.is_same, line=line_of(text, ("same", number)), note=entry.note,
            )
            for number, entry in enumerate(document.same)
        ),
        prices=tuple(
            PriceOverride(
                entry.asset, entry.at.astimezone(UTC), entry.price_usd, line_of(text, ("price", number)), entry.note
            )
            for number, entry in enumerate(document.price)
        ),
        opening_lots=tuple(
            OpeningLot(
                entry.account, entry.asset, moment_of(entry.acquired_at, zone), entry.quantity, entry.cost_usd,
                line_of(text, ("opening_lot", number)), entry.note,
            )
            for number, entry in enumerate(document.opening_lot)
        ),
    )  # fmt: skip
    _refuse_doubles(path, overrides)
    _refuse_unknown_accounts(path, overrides.opening_lots, configuration)
    return overrides


def _events(entries: Sequence[_Event], text: str, zone: ZoneInfo) -> tuple[EventOverride, ...]:
    return tuple(
        EventOverride(
            transaction_id=entry.transaction,
            fingerprint=entry.fingerprint,
            line=line_of(text, ("event", number)),
            kind=entry.kind,
            asset=entry.asset,
            value_usd=entry.value_usd if entry.cost_usd is None else entry.cost_usd,
            acquired_at=None if entry.acquired_at is None else moment_of(entry.acquired_at, zone),
            fair_value_usd=entry.fair_value_usd,
            is_ignored=entry.ignore is True,
            note=entry.note,
        )
        for number, entry in enumerate(entries)
    )


def moment_of(when: date | datetime, zone: ZoneInfo) -> datetime:
    """An instant as it is; a day as its first moment where the taxpayer lives."""
    local = when if isinstance(when, datetime) else datetime.combine(when, time(), tzinfo=zone)
    return local.astimezone(UTC)


def _refuse_doubles(path: Path, overrides: Overrides) -> None:
    named: Iterable[tuple[object, int, str]] = [
        *((event.transaction_id, event.line, f"{event.transaction_id} is decided") for event in overrides.events),
        *(
            ((pair.from_transaction_id, pair.to_transaction_id), pair.line, f"{pair.from_transaction_id} is paired")
            for pair in overrides.pairs
        ),
        *(
            (same.override_id.partition(":")[2], same.line, f"{same.transaction_id} is compared")
            for same in overrides.sames
        ),
        *(((price.asset, price.at), price.line, f"{price.asset} has a price") for price in overrides.prices),
        *(
            ((lot.account, lot.lot_name), lot.line, f"this lot of {lot.asset} is opened")
            for lot in overrides.opening_lots
        ),
    ]
    seen: dict[object, int] = {}
    for key, line, what in named:
        if key in seen:
            raise ConfigurationError(f"{path}:{line}: {what} already in line {seen[key]}. Keep one of the two")
        seen[key] = line
    kinds = {event.transaction_id: event for event in overrides.events}
    for pair in overrides.pairs:
        for end in (pair.from_transaction_id, pair.to_transaction_id):
            event = kinds.get(end)
            if event is not None and contradicts(pair, event):
                said = "ignored" if event.is_ignored else repr(event.kind)
                raise ConfigurationError(
                    f"{path}:{pair.line}: {end} can not be part of a transfer: line {event.line} says {said}"
                )


def contradicts(pair: PairOverride, event: EventOverride) -> bool:
    """Whether one end of a transfer is said to be something that no end of one is."""
    return (
        pair.is_transfer
        and event.transaction_id in {pair.from_transaction_id, pair.to_transaction_id}
        and (event.is_ignored or event.kind not in {None, "deposit", "withdrawal"})
    )


def _refuse_unknown_accounts(path: Path, lots: Sequence[OpeningLot], configuration: Configuration) -> None:
    names = [account.name for account in configuration.accounts if same_as(account) is None]
    for lot in lots:
        if lot.account not in names:
            raise ConfigurationError(
                f"{path}:{lot.line}: opening_lot.account: there is no account {lot.account!r}; expected one of "
                f"{', '.join(names)}"
            )
