"""Any book at all, however odd its rows and what is decided about them: it builds, and every blocking check holds."""

from datetime import timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from connectors.records import KINDS, Mark, Posting, Transaction
from support.decided import decide, event, opening_lot, pair
from support.raw_book import AS_OF, RawBook, instant
from warehouse.build import STEPS, check_step, stop_where_blocked
from warehouse.connection import open_warehouse
from warehouse.decisions import KINDS_BOTH, KINDS_IN, KINDS_OUT, EventOverride, OpeningLot, PairOverride
from warehouse.lots.policy import Pool
from warehouse.settings import LotSettings
from warehouse.steps import Book

_ASSETS = st.sampled_from(["BTC", "ETH", "USDT", "NOPRICE", "USD", "EUR"])
_QUANTITIES = st.one_of(
    st.sampled_from(["1", "-1", "0", "0.5", "-0.5", "1e-18", "-1e-18", "3", "-3", "1e-19"]),
    st.decimals(min_value=-1000, max_value=1000, places=18).map(str),
)
_POSTINGS = st.builds(Posting, _ASSETS, _QUANTITIES, st.sampled_from(["principal", "principal", "fee"]))
_METHODS = st.sampled_from(["fifo", "hifo", "min_tax", "average"])
_HASHES = st.sampled_from([None, "", "aa", "0xAA", "0xaa", "b" * 64, "c" * 64])


@st.composite
def _rows(draw: st.DrawFn) -> tuple[str, str, Transaction]:
    transaction = Transaction(
        id=f"T{draw(st.integers(0, 12))}",
        kind=draw(st.sampled_from(sorted(KINDS))),
        occurred_at=instant("2024-12-28") + timedelta(days=draw(st.integers(0, 9)), hours=draw(st.integers(0, 2))),
        postings=draw(st.lists(_POSTINGS, max_size=5)),
        payload="{}",
        tx_hash=draw(_HASHES),
        order=draw(st.integers(0, 2)),
        marks=draw(st.lists(st.builds(Mark, _ASSETS, st.just("liquidity")), max_size=1)),
    )
    return draw(st.sampled_from(["kraken", "cold"])), draw(st.sampled_from(["trades", "ledger"])), transaction


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    st.lists(_rows(), min_size=1, max_size=25),
    st.sampled_from([None, "account", "universal"]),
    _METHODS,
    st.sampled_from(["trade", "keep_basis"]),
)
def test_build__of_any_rows__conserves_everything(
    rows: list[tuple[str, str, Transaction]], pool: str | None, method: str, liquidity: Any
) -> None:
    """Whatever the pool; without one chosen, accounts become pools in the middle of the rows."""
    with TemporaryDirectory() as folder, open_warehouse(Path(":memory:"), threads=1) as connection:
        book = RawBook(Path(folder), accounts={"kraken": method, "cold": "fifo" if method != "average" else method})
        book.settings["lots"] = LotSettings(pool=Pool.parse(pool) if pool else None, liquidity=liquidity)
        for account, stream, transaction in rows:
            book.add(account, stream, transaction)
        for asset, price in {"BTC": "50000.01", "ETH": "2999.99", "USDT": "0.9997", "EUR": "1.04"}.items():
            for day in ("2024-12-28", "2025-01-01", "2025-01-05"):
                book.price(asset, day, price)
        made = Book(connection, book.store.root, book.book_settings, AS_OF)
        for step in STEPS:
            step.run(made)
            stop_where_blocked(check_step(connection, step))


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(_rows(), min_size=1, max_size=15), st.data())
def test_build__with_any_decisions__conserves_everything(
    rows: list[tuple[str, str, Transaction]], data: st.DataObject
) -> None:
    with TemporaryDirectory() as folder, open_warehouse(Path(":memory:"), threads=1) as connection:
        book = RawBook(Path(folder), accounts={"kraken": "fifo", "cold": "fifo"})
        for account, stream, transaction in rows:
            book.add(account, stream, transaction)
        ids = sorted({f"{account}/{stream}/{transaction.id}" for account, stream, transaction in rows})
        decisions: list[EventOverride | PairOverride | OpeningLot] = [
            event(
                book,
                transaction_id,
                data.draw(st.sampled_from([None, *KINDS_IN, *KINDS_OUT, *KINDS_BOTH])),
                cost=data.draw(st.sampled_from([None, "0", "0.00000001", "12345.67"])),
                acquired=data.draw(st.sampled_from([None, "2020-02-29", "2025-01-03", "2030-01-01"])),
                fair=data.draw(st.sampled_from([None, "1.5"])),
                is_ignored=data.draw(st.sampled_from([False, False, True])),
            )
            for transaction_id in data.draw(st.lists(st.sampled_from(ids), unique=True))
        ]
        if len(ids) > 1:
            left, arrived = data.draw(st.lists(st.sampled_from(ids), min_size=2, max_size=2, unique=True))
            decisions.append(pair(book, left, arrived, is_transfer=data.draw(st.booleans())))
        held = f"{data.draw(st.sampled_from(['1', '0.5', '1e-18']))} {data.draw(_ASSETS)}"
        decisions.append(opening_lot("kraken", held, acquired="2025-01-02", cost="7"))
        decide(book, *decisions)
        made = Book(connection, book.store.root, book.book_settings, AS_OF)
        for step in STEPS:
            step.run(made)
            stop_where_blocked(check_step(connection, step))
