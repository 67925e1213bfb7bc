"""What of a whole book rests on gaps and on what nobody decided."""

from datetime import date
from decimal import Decimal
from pathlib import Path

from connectors.sync import StreamReport, SyncReport, write_attempts
from support.raw_book import AS_OF, RawBook, instant, row
from warehouse.connection import open_warehouse
from warehouse.explaining import Explainer
from warehouse.lots.policy import Pool
from warehouse.settings import AccountSettings, LotSettings

_YEARS = "SELECT tax_year, is_proven, review_count, review_gain_usd FROM tax.year_summary ORDER BY ALL"
_NOTES = "SELECT unnest(notes) FROM tax.year_summary WHERE tax_year = {}"


def _book(folder: Path, *, pool: str = "account") -> RawBook:
    """10 ETH bought in `a` early in 2025, 4 moved to `b` in May, 1 sold in each in June, and in 2026 1 in `b`."""
    book = RawBook(folder, settings={"lots": LotSettings(pool=Pool.parse(pool))})
    book.add(
        "a",
        "trades",
        row("1", "trade", "2025-01-05", "10 ETH", "-1000 USD"),
        row("2", "trade", "2025-06-05", "-1 ETH", "150 USD"),
    )
    book.add("a", "withdrawals", row("w", "withdrawal", "2025-05-01", "-4 ETH", tx_hash="0xa"))
    book.add("b", "deposits", row("d", "deposit", "2025-05-01 01:00", "4 ETH", tx_hash="0xa"))
    book.add(
        "b",
        "trades",
        row("3", "trade", "2025-06-06", "-1 ETH", "160 USD"),
        row("4", "trade", "2026-02-06", "-1 ETH", "170 USD"),
        covers=("2025-01-01", "2026-11-24"),
    )
    book.price("ETH", "2025-05-01", "100")
    return book


def _cover_a(book: RawBook, *spans: tuple[str, str]) -> None:
    for span in spans:
        book.add("a", "ledger", covers=span)


def test_years__of_a_book_without_gaps__are_proven(tmp_path: Path) -> None:
    book = _book(tmp_path)
    _cover_a(book, ("2025-01-01", "2026-11-24"))
    book.build()
    assert book.ask(_YEARS) == [(2025, True, 0, Decimal(0)), (2026, True, 0, Decimal(0))]


def test_years__after_a_gap__rest_on_it_in_the_account_and_where_its_coins_went(tmp_path: Path) -> None:
    book = _book(tmp_path)
    _cover_a(book, ("2025-01-01", "2025-02-01"), ("2025-03-01", "2026-11-24"))
    book.build()
    # cost is 100 a coin: gains of 50 and 60 in 2025, and of 70 in 2026
    assert book.ask(_YEARS) == [(2025, False, 2, Decimal(110)), (2026, False, 1, Decimal(70))]
    ((note,),) = book.ask(_NOTES.format(2025))
    assert note == (
        "a ledger from 2025-02-01 to 2025-03-01: not known (no sync asked for it, or its file is lost): what was "
        "bought, sold or received in it is in no figure, and 2 disposals of the year rest on it (gain 110.00)"
    )
    assert book.ask("SELECT account, from_at, via FROM quality.doubts ORDER BY ALL") == [
        ("a", instant("2025-02-01"), None),
        ("b", instant("2025-05-01"), "a"),
    ]
    with open_warehouse(book.public, read_only=True) as connection:
        node = Explainer(connection, book.store.root).explain("b/trades/3#1/1")
    assert node is not None
    assert [(child.title, child.facts["via"]) for child in node.children[2:]] == [
        ("in doubt, since it rests on this", "a")
    ]
    reasons = book.ask("SELECT DISTINCT unnest(reasons) AS reason FROM harvest.lot_values WHERE account = 'b'")
    assert any("a ledger from 2025-02-01" in reason and "came from a" in reason for (reason,) in reasons)


def test_years__after_a_gap_behind_the_move__rest_on_it_in_the_account_only(tmp_path: Path) -> None:
    book = _book(tmp_path)
    _cover_a(book, ("2025-01-01", "2025-06-01"), ("2025-06-02", "2026-11-24"))
    book.build()
    assert book.ask(_YEARS) == [(2025, False, 1, Decimal(50)), (2026, False, 0, Decimal(0))]
    carried = "the carryover in rests on 2025, of which something is missing or in doubt"
    assert (carried,) in book.ask(_NOTES.format(2026))


def test_years__while_accounts_are_one_pool__rest_on_it_everywhere(tmp_path: Path) -> None:
    book = _book(tmp_path, pool="universal")
    _cover_a(book, ("2025-01-01", "2025-06-01"), ("2025-06-02", "2026-11-24"))
    book.build()
    assert book.ask(_YEARS) == [(2025, False, 2, Decimal(110)), (2026, False, 1, Decimal(70))]


def test_years__with_a_stream_that_the_venue_has_not__are_proven(tmp_path: Path) -> None:
    book = _book(tmp_path)
    _cover_a(book, ("2025-01-01", "2026-11-24"))
    report = StreamReport("conversions", "not_offered", AS_OF, AS_OF)
    write_attempts(book.store, SyncReport("a", [report]), source="test")
    book.build()
    assert [proven for _, proven, _, _ in book.ask(_YEARS)] == [True, True]
    assert book.ask("SELECT reason, is_counted FROM quality.coverage_gaps") == [("not_offered", False)]


def test_years__with_an_account_that_was_never_synced__are_in_doubt_from_its_first_day(tmp_path: Path) -> None:
    book = _book(tmp_path)
    accounts = tuple(
        AccountSettings(name, "exchange", since=date(2026, 1, 1) if name == "c" else None) for name in ("a", "b", "c")
    )
    book.settings["accounts"] = accounts
    book.build()
    assert [(year, proven) for year, proven, _, _ in book.ask(_YEARS)] == [(2025, True), (2026, False)]
    assert (
        "c from 2026-01-01 to 2026-11-24 06:00: not known (it was never synced)" in book.ask(_NOTES.format(2026))[0][0]
    )


def test_years__of_a_booked_proposal__rest_on_it_from_its_departure_on(tmp_path: Path) -> None:
    book = _book(tmp_path)
    book.add("a", "withdrawals", row("w2", "withdrawal", "2025-12-31 23:00", "-2.12345 ETH"))
    book.add("b", "deposits", row("d2", "deposit", "2026-01-01 01:00", "2.12345 ETH"))
    book.price("ETH", "2025-12-31", "100")
    book.price("ETH", "2026-01-01", "100")
    book.build()
    assert book.ask(_YEARS) == [(2025, False, 0, Decimal(0)), (2026, False, 1, Decimal(70))]
    ((note,),) = book.ask(_NOTES.format(2025))
    assert note.startswith("2.12345 ETH from a to b on 2026-01-01 is a transfer only by proposal (amount_time)")


def test_years__of_movements_that_nobody_explained__say_so(tmp_path: Path) -> None:
    book = _book(tmp_path)
    book.add("b", "withdrawals", row("out", "withdrawal", "2026-03-01", "-0.5 ETH"))
    book.add("b", "deposits", row("in", "deposit", "2026-01-01", "0.7 ETH"))
    book.build()
    assert book.ask(_YEARS)[1][1:] == (False, 1, Decimal(70))
    came, left = [note for (note,) in book.ask(_NOTES.format(2026))][:2]
    assert came == (
        "0.7 ETH came into b on 2026-01-01, and nothing says what it was: if it was income, that is missing, and 1 "
        "disposal of the year rests on it (gain 70.00)"
    )
    assert left == (
        "0.5 ETH left b on 2026-03-01, and nothing says what for: if it was sold or spent, its gain is missing"
    )
