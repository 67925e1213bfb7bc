"""Any book at all, however odd its rows: it builds, and every blocking check holds."""

from pathlib import Path
from tempfile import TemporaryDirectory

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from connectors.records import KINDS, Posting, Transaction
from support.raw_book import AS_OF, RawBook, instant
from warehouse.build import STEPS, check_step, stop_where_blocked
from warehouse.connection import open_warehouse
from warehouse.steps import Book

_ASSETS = st.sampled_from(["BTC", "ETH", "USDT", "NOPRICE", "USD", "EUR"])
_QUANTITIES = st.one_of(
    st.sampled_from(["1", "-1", "0", "0.5", "-0.5", "1e-18", "-1e-18", "3", "-3", "1e-19"]),
    st.decimals(min_value=-1000, max_value=1000, places=18).map(str),
)
_POSTINGS = st.builds(Posting, _ASSETS, _QUANTITIES, st.sampled_from(["principal", "principal", "fee"]))
_HASHES = st.sampled_from([None, "", "aa", "0xAA", "0xaa", "b" * 64, "c" * 64])


@st.composite
def _rows(draw: st.DrawFn) -> tuple[str, str, Transaction]:
    transaction = Transaction(
        id=f"T{draw(st.integers(0, 12))}",
        kind=draw(st.sampled_from(sorted(KINDS))),
        occurred_at=instant(f"2025-01-{draw(st.integers(1, 9)):02} {draw(st.integers(0, 2)):02}:00"),
        postings=draw(st.lists(_POSTINGS, max_size=5)),
        payload="{}",
        tx_hash=draw(_HASHES),
        order=draw(st.integers(0, 2)),
    )
    return draw(st.sampled_from(["kraken", "cold"])), draw(st.sampled_from(["trades", "ledger"])), transaction


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(_rows(), min_size=1, max_size=25))
def test_build__of_any_rows__conserves_everything(rows: list[tuple[str, str, Transaction]]) -> None:
    with TemporaryDirectory() as folder, open_warehouse(Path(":memory:"), threads=1) as connection:
        book = RawBook(Path(folder), accounts={"kraken": "fifo", "cold": "fifo"})
        for account, stream, transaction in rows:
            book.add(account, stream, transaction)
        for asset, price in {"BTC": "50000.01", "ETH": "2999.99", "USDT": "0.9997", "EUR": "1.04"}.items():
            for day in (1, 5):
                book.price(asset, f"2025-01-{day:02}", price)
        made = Book(connection, book.store.root, book.book_settings, AS_OF)
        for step in STEPS:
            step.run(made)
            stop_where_blocked(check_step(connection, step))
