"""A book made by hand: raw files as a connector writes them, and the build of all of it.

Belongs here: short ways to write rows of raw. Does not belong here: what the books should make of them.
"""

import shutil
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any, cast
from zoneinfo import ZoneInfo

from connectors.raw import Mode, RawStore, Window
from connectors.records import (
    Balance,
    Kind,
    Posting,
    Price,
    Status,
    Transaction,
    Worth,
    balances_table,
    prices_table,
    transactions_table,
    untold_extra,
)
from connectors.windows import Span
from warehouse.build import BuildResult, build
from warehouse.connection import open_warehouse
from warehouse.lots.methods import ChosenMethod
from warehouse.lots.policy import Method
from warehouse.settings import AccountSettings, BookSettings
from warehouse.steps import Book, Step

Ask = Callable[[str], list[tuple[Any, ...]]]

AS_OF = datetime(2026, 11, 24, 6, tzinfo=UTC)


def instant(text: str) -> datetime:
    """`2025-03-01` or `2025-03-01 12:30` as an instant in UTC."""
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def row(
    name: str,
    kind: Kind,
    at: str,
    *moved: str,
    fee: Sequence[str] = (),
    tx_hash: str | None = None,
    status: Status = "final",
    reason: str | None = None,
    order: int = 0,
    worth: str | None = None,
    description: str | None = None,
    payload: str | None = None,
) -> Transaction:
    """A transaction: `row("1", "trade", "2025-03-01", "1 BTC", "-40000 USD", fee=["-10 USD"])`.

    `worth` is what the source says that it was worth: `"1000 EUR"`.
    """
    principal = [Posting(asset, quantity) for quantity, asset in map(str.split, moved)]
    fees = [Posting(asset, quantity, "fee") for quantity, asset in map(str.split, fee)]
    return Transaction(
        id=name,
        kind=kind,
        occurred_at=instant(at),
        postings=[*principal, *fees],
        payload=payload or f'{{"id": "{name}"}}',
        status=status,
        reason=reason,
        tx_hash=tx_hash,
        description=description,
        order=order,
        worth=None if worth is None else Worth(*reversed(worth.split())),
    )


@dataclass
class RawBook:
    """A book in `folder`, filled by its methods and built by `build`."""

    folder: Path
    accounts: dict[str, str] = field(default_factory=dict)
    settings: dict[str, Any] = field(default_factory=dict)
    sources: dict[str, dict[str, Any]] = field(default_factory=dict)
    """What the configuration says of an account besides: `{"export": {"kind": "csv", "same_as": "kraken"}}`."""
    fetched_at: datetime = AS_OF - timedelta(hours=1)

    @property
    def store(self) -> RawStore:
        """The raw folder."""
        return RawStore(self.folder / "raw")

    @property
    def public(self) -> Path:
        """The published file."""
        return self.folder / "book.duckdb"

    def add(
        self,
        account: str,
        stream: str,
        *rows: Transaction,
        fetched_at: datetime | None = None,
        mode: Mode = "append",
        covers: tuple[str, str] | None = None,
    ) -> Path:
        """Append one raw file of `rows`."""
        self.accounts.setdefault(account, "fifo")
        windows = [Window(Span(instant(covers[0]), instant(covers[1])))] if covers else []
        return self.store.append(
            transactions_table(rows),
            account=account,
            stream=stream,
            fetched_at=fetched_at or self.fetched_at,
            source="test",
            windows=windows,
            mode=mode,
        )

    def price(self, asset: str, day: str, usd: str, *, source: str = "market") -> None:
        """A fetched close of the UTC day `day`."""
        self.price_at(asset, instant(day) + timedelta(days=1), usd, source=source)

    def price_at(self, asset: str, at: datetime, usd: str, *, source: str = "market") -> None:
        """A fetched price of the instant `at`."""
        self.store.append(
            prices_table([Price(asset, at, usd, source)]),
            account="prices",
            stream="daily",
            fetched_at=self.fetched_at,
            source=source,
        )

    def hold(self, account: str, checked_at: str, *held: str) -> None:
        """A balance snapshot by the venue's own word: `hold("kraken", "2025-03-01", "1 BTC", "? DOGE")`."""
        self.accounts.setdefault(account, "fifo")
        told = ((asset, None if quantity == "?" else quantity) for quantity, asset in map(str.split, held))
        balances = [Balance(asset, "free", quantity) for asset, quantity in told]
        self.store.append(
            balances_table(balances, checked_at=instant(checked_at), payload="{}"),
            account=account,
            stream="balances",
            fetched_at=instant(checked_at),
            source="test",
            mode="snapshot",
            extra=untold_extra(balances),
        )

    @property
    def book_settings(self) -> BookSettings:
        """The settings: the accounts that have rows, UTC, and what the test says."""
        accounts = tuple(
            AccountSettings(
                **{
                    "name": name,
                    "kind": "exchange",
                    "lot_methods": (ChosenMethod(cast("Method", method), evidence="a notebook"),),
                    **self.sources.get(name, {}),
                }
            )
            for name, method in self.accounts.items()
        )
        return BookSettings(**{"accounts": accounts, "time_zone": ZoneInfo("UTC"), **self.settings})

    @contextmanager
    def run(self, *steps: Step) -> Iterator[Ask]:
        """Run some steps in memory, without their checks; what is yielded answers queries."""
        with open_warehouse(Path(":memory:"), threads=1) as connection:
            book = Book(connection, self.store.root, self.book_settings, AS_OF)
            for step in steps:
                step.run(book)
            yield lambda query: connection.execute(query).fetchall()

    def build(self, *, as_of: datetime = AS_OF) -> BuildResult:
        """Build and publish it."""
        return build(
            raw_root=self.store.root,
            private=self.folder / "build" / "private.duckdb",
            public=self.public,
            settings=self.book_settings,
            as_of=as_of,
        )

    def configured(self, text: str) -> Path:
        """A configuration beside what was published, as commands find it; returns its lotkeeper.toml."""
        (self.folder / "data").mkdir()
        shutil.copy(self.public, self.folder / "data" / "lotkeeper.duckdb")
        config = self.folder / "lotkeeper.toml"
        config.write_text(text, encoding="utf-8")
        return config

    def ask(self, query: str) -> list[tuple[Any, ...]]:
        """What the published file answers."""
        with open_warehouse(self.public, read_only=True) as connection:
            return connection.execute(query).fetchall()


def money(*amounts: str) -> tuple[Decimal, ...]:
    """Amounts as decimals, to compare with what a query answers."""
    return tuple(Decimal(amount) for amount in amounts)
