"""`harvest.trading_costs` of a built book: snapshots in, rows and candidates out."""

from datetime import timedelta
from decimal import Decimal
from pathlib import Path

import pyarrow as pa
import pytest

from connectors.raw import RawFileError
from connectors.records import (
    ATTEMPTS,
    Balance,
    GasConditions,
    MarketConditions,
    balances_table,
    gas_conditions_table,
    market_conditions_table,
)
from support.books import book_of_everything
from support.raw_book import AS_OF, RawBook, row


def _tell(book: RawBook, *, bid: str = "59000", hours_ago: int = 1) -> None:
    """Kraken tells BTC's market: bids far apart from the close of 60,000 only where a test says so."""
    at = AS_OF - timedelta(hours=hours_ago)
    told = MarketConditions(
        "BTC", "BTC/USD", "USD", "0.004", "0.0001", None, [(bid, "0.5"), ("58000", "9")], [("61000", "9")]
    )
    book.store.append(
        market_conditions_table([told], checked_at=at), account="kraken", stream="market_conditions", fetched_at=at,
        source="test", mode="snapshot",
    )  # fmt: skip


def test_trading_costs__venue_told__reach_the_candidates(tmp_path: Path) -> None:
    book = book_of_everything(tmp_path)
    _tell(book)
    book.build()
    (row,) = book.ask(
        "SELECT source, held_quantity, reachable_quantity, sell_price_usd, age_minutes, notes "
        "FROM harvest.trading_costs WHERE account = 'kraken' AND asset = 'BTC'"
    )
    # kraken holds 1.25 by its own word, the books 1.3: 0.5 at 59,000 and 0.75 at 58,000 is 58,400 on average
    assert row[:5] == ("order book", Decimal("1.3"), Decimal("1.25"), Decimal(58_400), 60)
    (candidate,) = book.ask(
        "SELECT unrealized_usd, sell_price_source, unrealized_after_costs_usd, reasons FROM harvest.candidates "
        "WHERE account = 'kraken' AND asset = 'BTC'"
    )
    # the lot of 1 BTC for 90,000: 58,400 less 0.4 % is 58,166.40
    assert candidate[:3] == (Decimal(-30_000), "order book", Decimal("-31833.6"))
    assert any("a sale can reach only a part of it now" in reason for reason in candidate[3])


@pytest.mark.parametrize("is_old", [False, True])
def test_trading_costs__staked_coins__are_in_no_plan_and_say_when_they_come_free(
    tmp_path: Path, *, is_old: bool
) -> None:
    """Snapshots of before the question was asked have no such columns: when it comes free is then not told."""
    book = book_of_everything(tmp_path)
    held = [
        Balance("BTC", "free", "0.3"),
        Balance("BTC", "staked", "0.5", free_at=AS_OF + timedelta(days=3)),
        Balance("BTC", "staked", "0.5", free_after_seconds=40 * 24 * 3600),
    ]
    table = balances_table(held, checked_at=AS_OF, payload="{}")
    book.store.append(
        table.drop_columns(["free_at", "free_after_seconds"]) if is_old else table,
        account="kraken", stream="balances", fetched_at=AS_OF, source="test", mode="snapshot",
    )  # fmt: skip
    book.build()
    (row,) = book.ask(
        "SELECT reachable_quantity, free_in_time_quantity, last_free_at = $1 FROM harvest.trading_costs "
        "WHERE account = 'kraken' AND asset = 'BTC'".replace("$1", f"TIMESTAMPTZ '{AS_OF + timedelta(days=3)}'")
    )
    assert row == ((Decimal("0.3"), 0, None) if is_old else (Decimal("0.3"), Decimal("0.5"), True))
    reasons = str(book.ask("SELECT reasons FROM harvest.candidates WHERE account = 'kraken' AND asset = 'BTC'"))
    assert ("when it comes free is not told" if is_old else "0.5 BTC staked, free on 2026-11-27") in reasons
    (planned,) = book.ask("SELECT coalesce(sum(sell_quantity), 0) <= 0.3 FROM harvest.plan WHERE asset = 'BTC'")
    assert planned == (True,)


def test_trading_costs__nothing_told__the_configurations_in_words(tmp_path: Path) -> None:
    book = book_of_everything(tmp_path)
    book.build()
    rows = book.ask("SELECT DISTINCT source, sell_rate FROM harvest.trading_costs")
    assert rows == [("default", Decimal("0.004"))]
    (notes,) = book.ask("SELECT notes FROM harvest.trading_costs WHERE account = 'cold'")[0]
    assert any("no order book is known" in note for note in notes)


def test_trading_costs__told_after_the_instant_of_the_book__is_not_looked_at(tmp_path: Path) -> None:
    book = book_of_everything(tmp_path)
    _tell(book, hours_ago=-1)
    book.build()
    assert book.ask("SELECT count(*) FROM harvest.trading_costs WHERE source = 'order book'") == [(0,)]


def test_trading_costs__snapshot_with_a_word_for_a_number__stops_the_build(tmp_path: Path) -> None:
    book = book_of_everything(tmp_path)
    _tell(book, bid="many")
    with pytest.raises(RawFileError, match="a snapshot of kraken holds 'many'"):
        book.build()


def _tell_gas(book: RawBook, *, price_wei: str | None = "12500000000", why_not: str | None = None) -> None:
    """Cold is on a chain whose coin is ETH, at 3,000; its node was asked four hours before."""
    at = AS_OF - timedelta(hours=4)
    book.sources["cold"] = {"kind": "evm"}
    book.add("cold", "trades", row("g1", "trade", "2026-02-02 12:00", "1 ETH", "-2000 USD"))
    book.price("ETH", "2026-11-23", "3000")
    book.store.append(
        gas_conditions_table(GasConditions("ETH", price_wei, False, None, why_not, at)),
        account="cold", stream="gas_conditions", fetched_at=at, source="test", mode="snapshot",
    )  # fmt: skip


def _gas(book: RawBook) -> list[tuple[object, ...]]:
    return book.ask(
        "SELECT asset, fixed_usd, buy_fixed_usd, gas_source, gas_age_minutes, "
        "list_last(notes) LIKE '%12.5 gwei%2026-11-24 02:00 UTC' "
        "FROM harvest.trading_costs WHERE account = 'cold' ORDER BY asset"
    )


def test_trading_costs__node_told_the_price_of_gas__is_what_each_coin_there_costs(tmp_path: Path) -> None:
    book = book_of_everything(tmp_path)
    _tell_gas(book)
    book.build()
    # 250,000 gas for a token and 60,000 for the chain's coin, at 12.5 gwei and 3,000 for one ETH
    assert _gas(book) == [
        ("BTC", Decimal("9.375"), Decimal("9.375"), "node", 240, True),
        ("ETH", Decimal("2.25"), Decimal("2.25"), "node", 240, True),
    ]
    off_chain = (
        "SELECT DISTINCT fixed_usd + buy_fixed_usd, gas_source FROM harvest.trading_costs WHERE account = 'kraken'"
    )
    assert book.ask(off_chain) == [(Decimal(0), None)]


def test_trading_costs__node_told_no_price_of_gas__is_the_configurations(tmp_path: Path) -> None:
    book = book_of_everything(tmp_path)
    _tell_gas(book, price_wei=None, why_not="it said no")
    book.build()
    assert [row[1:5] for row in _gas(book)] == [(Decimal(5), Decimal(5), "default", 240)] * 2
    notes = str(book.ask("SELECT notes FROM harvest.trading_costs WHERE account = 'cold'"))
    assert notes.count("gas as configured: no node told what it costs (it said no)") == 2


def test_trading_costs__gas_that_could_not_be_asked__puts_no_lot_in_doubt(tmp_path: Path) -> None:
    asked = "SELECT account, asset, status, reasons FROM harvest.lot_values ORDER BY ALL"
    told, untold = (book_of_everything(tmp_path / name) for name in ("told", "untold"))
    for book in (told, untold):
        _tell_gas(book, price_wei=None if book is untold else "1")
        attempt = {
            "stream": "gas_conditions", "outcome": "failed" if book is untold else "ok", "started_at": AS_OF,
            "ended_at": AS_OF, "requests": 1, "rows": 0, "error": "gone" if book is untold else None,
        }  # fmt: skip
        book.store.append(
            pa.Table.from_pylist([attempt], schema=ATTEMPTS),
            account="cold", stream="attempts", fetched_at=AS_OF, source="test",
        )  # fmt: skip
        book.build()
    assert told.ask(asked) == untold.ask(asked) != []


def test_trading_costs__gas_in_parts_of_a_wei__stops_the_build(tmp_path: Path) -> None:
    book = book_of_everything(tmp_path)
    _tell_gas(book, price_wei="1.5")
    with pytest.raises(RawFileError, match=r"a snapshot of cold holds '1\.5' where whole wei"):
        book.build()
