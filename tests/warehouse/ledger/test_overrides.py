"""What a person decides about an event: what it changes, and when it no longer counts. Figures worked out by hand."""

from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from support.books import book_of_everything
from support.decided import decide, event, fingerprint_of, opening_lot, pair, price
from support.raw_book import RawBook, money, row

D = Decimal
LONG_AGO = "2024-03-01"


def _problems(book: RawBook) -> list[tuple[Any, ...]]:
    return book.ask("SELECT problem, asset FROM quality.problems ORDER BY ALL")


def _state(book: RawBook) -> list[tuple[Any, ...]]:
    return book.ask("SELECT override, state FROM ledger.overrides ORDER BY ALL")


@pytest.fixture
def deposited(tmp_path: Path) -> RawBook:
    """3 LTC came in on 2025-05-01 from nobody known; 1 was sold for 100 on 2025-06-01."""
    book = RawBook(tmp_path)
    book.add("k", "deposits", row("d", "deposit", "2025-05-01 12:00", "3 LTC"))
    book.add("k", "trades", row("s", "trade", "2025-06-01 12:00", "-1 LTC", "100 USD"))
    return book


def test_bought__cost_and_date_of_the_person__make_the_lot_and_its_holding_period(deposited: RawBook) -> None:
    decide(deposited, event(deposited, "k/deposits/d", "bought", cost="240", acquired=LONG_AGO))
    deposited.build()
    assert deposited.ask("SELECT origin, acquired_at::DATE::VARCHAR, quantity, cost_usd FROM lots.lots") == [
        ("bought", "2024-03-01", D(3), D(240))
    ]
    # a third of 240 is the cost of the one sold: 100 - 80; a year and three months is long
    assert deposited.ask("SELECT cost_usd, gain_usd, term FROM lots.disposals") == [(*money("80", "20"), "long")]
    assert _problems(deposited) == []
    assert _state(deposited) == [("event", "applied")]


def test_bought__fetched_again_and_imported_again__still_holds(deposited: RawBook) -> None:
    decide(deposited, event(deposited, "k/deposits/d", "bought", cost="240", acquired=LONG_AGO))
    again = row("d", "deposit", "2025-05-01 12:00", "3.00 LTC", tx_hash="0xa")
    deposited.add("k", "deposits", again, fetched_at=deposited.fetched_at.replace(minute=30))
    deposited.build()
    assert _state(deposited) == [("event", "applied")]


@pytest.mark.parametrize("changed", ["2 LTC", "3 LTN"])
def test_event__changed_since__is_not_applied_and_reported(deposited: RawBook, changed: str) -> None:
    decide(deposited, event(deposited, "k/deposits/d", "bought", cost="240", acquired=LONG_AGO))
    again = row("d", "deposit", "2025-05-01 12:00", changed)
    deposited.add("k", "deposits", again, fetched_at=deposited.fetched_at.replace(minute=30))
    deposited.build()
    assert _state(deposited) == [("event", "changed")]
    problems = [problem for problem, _ in _problems(deposited)]
    assert "stale_override" in problems
    assert "unpaired_deposit" in problems


def test_event__gone__is_reported_with_its_line(deposited: RawBook) -> None:
    decide(deposited, event(deposited, "k/deposits/x", "gift", fingerprint="0" * 16))
    deposited.build()
    assert deposited.ask("SELECT detail FROM quality.problems WHERE problem = 'stale_override'") == [
        ("line 1 of overrides.toml is not applied: there is no booked transaction k/deposits/x any more",)
    ]


def test_gift__with_the_givers_cost_and_date__has_both(deposited: RawBook) -> None:
    decide(deposited, event(deposited, "k/deposits/d", "gift", cost="240", acquired=LONG_AGO, fair="270"))
    deposited.build()
    assert deposited.ask("SELECT gain_usd, term FROM lots.disposals") == [(D(20), "long")]
    assert _problems(deposited) == []


def test_gift__worth_less_than_it_cost_the_giver__loses_from_its_value(deposited: RawBook) -> None:
    # IRC 1015(a): 3 for 450, worth 360 when given; sold for 100 each: a loss from 120, not from 150
    decide(deposited, event(deposited, "k/deposits/d", "gift", cost="450", acquired=LONG_AGO, fair="360"))
    deposited.build()
    assert deposited.ask("SELECT cost_usd, gain_usd, cost_basis FROM lots.disposals") == [
        (*money("120", "-20"), "gift_loss")
    ]


@pytest.mark.parametrize(("jurisdiction", "basis", "gain"), [("US", "gift_neither", "0"), ("DE", "cost", "-50")])
def test_gift__worth_less_than_its_cost_by_prices_alone__loses_nothing_of_it_in_the_us(
    deposited: RawBook, jurisdiction: str, basis: str, gain: str
) -> None:
    # IRC 1015(a): 3 for 450, worth 90 each by the market when given, sold for 100: above 90 and below 150 is neither
    deposited.settings["jurisdiction"] = jurisdiction
    deposited.price("LTC", "2025-04-30", "90")
    decide(deposited, event(deposited, "k/deposits/d", "gift", cost="450", acquired=LONG_AGO))
    deposited.build()
    assert deposited.ask("SELECT gain_usd, cost_basis FROM lots.disposals") == [(D(gain), basis)]


def test_gift__without_a_cost__stays_a_problem(deposited: RawBook) -> None:
    decide(deposited, event(deposited, "k/deposits/d", "gift"))
    deposited.build()
    assert ("gift_without_basis", "LTC") in _problems(deposited)
    assert deposited.ask("SELECT gain_usd FROM lots.disposals") == [(None,)]


def test_inheritance__is_long_from_the_first_day(deposited: RawBook) -> None:
    decide(deposited, event(deposited, "k/deposits/d", "inheritance", cost="270"))
    deposited.build()
    assert deposited.ask("SELECT gain_usd, term FROM lots.disposals") == [(D(10), "long")]


def test_income__with_a_value__is_taxed_at_it_and_costs_it(deposited: RawBook) -> None:
    deposited.price("LTC", "2025-04-30", "80")
    decide(deposited, event(deposited, "k/deposits/d", "income", cost="270"))
    deposited.build()
    assert deposited.ask("SELECT kind, value_usd, price_source FROM tax.income") == [
        ("income", D(270), "overrides.toml")
    ]
    assert deposited.ask("SELECT gain_usd, term FROM lots.disposals") == [(D(10), "short")]


def test_income__without_a_value__is_valued_by_the_market_and_says_so(deposited: RawBook) -> None:
    deposited.price("LTC", "2025-04-30", "80")
    decide(deposited, event(deposited, "k/deposits/d", "income"))
    deposited.build()
    assert deposited.ask("SELECT value_usd, price_source FROM tax.income") == [(D(240), "market")]


def test_ignored__is_in_no_posting_and_shown_as_ignored(deposited: RawBook) -> None:
    decide(deposited, event(deposited, "k/deposits/d", is_ignored=True))
    deposited.build()
    assert deposited.ask("SELECT DISTINCT transaction_id FROM ledger.postings") == [("k/trades/s",)]
    assert _problems(deposited) == [("missing_basis", "LTC")]
    assert _state(deposited) == [("ignore", "applied")]


def test_basis__of_a_purchase__replaces_what_was_paid(tmp_path: Path) -> None:
    book = RawBook(tmp_path)
    book.add("k", "trades", row("b", "trade", "2025-01-01", "2 BTC", "-100 USD"))
    decide(book, event(book, "k/trades/b", cost="80000"))
    book.build()
    assert book.ask("SELECT cost_usd FROM lots.lots") == [(D(80000),)]


def test_own__left_and_came_back_in_part__keeps_cost_and_date(tmp_path: Path) -> None:
    book = RawBook(tmp_path)
    book.add("k", "trades", row("b", "trade", "2024-01-01", "2 BTC", "-80000 USD"))
    book.add("k", "withdrawals", row("w", "withdrawal", "2024-02-01", "-2 BTC"))
    book.add("k", "deposits", row("d", "deposit", "2025-05-01", "0.5 BTC"))
    book.add("k", "trades", row("s", "trade", "2025-06-01", "-0.5 BTC", "50000 USD"))
    decide(book, event(book, "k/withdrawals/w", "own"), event(book, "k/deposits/d", "own"))
    book.build()
    assert book.ask("SELECT cost_usd, gain_usd, term FROM lots.disposals") == [(*money("20000", "30000"), "long")]
    assert book.ask("SELECT account, quantity, cost_usd FROM lots.open_lots") == [("outside", D("1.5"), D(60000))]
    assert _problems(book) == []


def test_own__came_back_and_never_left__is_told_with_what_is_missing(deposited: RawBook) -> None:
    decide(deposited, event(deposited, "k/deposits/d", "own"))
    deposited.build()
    missing = deposited.ask("SELECT problem, quantity, detail FROM quality.problems WHERE problem = 'missing_lots'")
    assert [(problem, quantity) for problem, quantity, _ in missing] == [("missing_lots", D(3))]
    assert "never left for one" in missing[0][2]


def test_departures__kinds__are_what_the_person_says(tmp_path: Path) -> None:
    book = RawBook(tmp_path)
    book.add("k", "trades", row("b", "trade", "2024-01-01", "4 ETH", "-4000 USD"))
    for number, day in enumerate(("01", "02", "03", "04")):
        book.add("k", "withdrawals", row(f"w{number}", "withdrawal", f"2025-03-{day}", "-1 ETH"))
    decide(
        book,
        event(book, "k/withdrawals/w0", "gift"),
        event(book, "k/withdrawals/w1", "lost"),
        event(book, "k/withdrawals/w2", "spend", cost="2500"),
        event(book, "k/withdrawals/w3", "donation"),
    )
    book.build()
    assert book.ask("SELECT kind, proceeds_usd, gain_usd, is_taxable FROM lots.disposals ORDER BY kind") == [
        ("donation", None, None, False),
        ("gift_out", None, None, False),
        ("lost", None, None, False),
        ("spend", D(2500), D(1500), True),
    ]
    assert _problems(book) == []


def test_price__of_an_instant__values_what_happened_then(tmp_path: Path) -> None:
    book = book_of_everything(tmp_path)
    decide(book, price("XTM", "2026-02-11 12:00", "0.002"))
    book.build()
    assert book.ask("SELECT value_usd, price_source FROM ledger.postings WHERE asset = 'XTM'") == [
        (D("0.01"), "overrides.toml")
    ]
    assert ("missing_price", "XTM") not in _problems(book)


def test_price__fetched_for_the_same_instant__does_not_win(tmp_path: Path) -> None:
    book = RawBook(tmp_path)
    book.price("BTC", "2026-01-01", "90000")
    decide(book, price("BTC", "2026-01-02 00:00", "91000"))
    book.accounts["k"] = "fifo"
    book.build()
    assert book.ask("SELECT price_usd, source FROM market.prices") == [(D(91000), "overrides.toml")]


def test_opening_lot__gives_the_basis_that_was_missing(tmp_path: Path) -> None:
    book = book_of_everything(tmp_path)
    decide(book, opening_lot("kraken", "2.5 ETC", acquired="2020-01-01", cost="50"))
    book.build()
    assert book.ask("SELECT proceeds_usd, cost_usd, gain_usd, term FROM lots.disposals WHERE asset = 'ETC'") == [
        (*money("60", "40", "20"), "long")
    ]
    assert book.ask("SELECT quantity, cost_usd FROM lots.open_lots WHERE asset = 'ETC'") == [money("0.5", "10")]
    assert book.ask("SELECT origin FROM lots.lots WHERE asset = 'ETC'") == [("opening",)]
    assert ("missing_basis", "ETC") not in _problems(book)


def test_opening_lot__id__stays_when_its_cost_is_mended() -> None:
    first = opening_lot("k", "2 ETC", acquired="2020-01-01", cost="50")
    assert first.override_id == opening_lot("k", "2.00 ETC", acquired="2020-01-01", cost="51").override_id
    assert first.override_id != opening_lot("k", "3 ETC", acquired="2020-01-01", cost="50").override_id


@pytest.mark.parametrize(
    ("kind", "said", "why"),
    [
        ("lost", {}, "came in, so it can be"),
        ("bought", {"cost": "1", "acquired": "2025-05-02"}, "after the coins came in"),
    ],
)
def test_event__does_not_fit__is_refused_with_its_reason(
    deposited: RawBook, kind: str, said: dict[str, str], why: str
) -> None:
    decide(deposited, event(deposited, "k/deposits/d", kind, **said))
    deposited.build()
    assert _state(deposited) == [("event", "refused")]
    (detail,) = deposited.ask("SELECT detail FROM quality.problems WHERE problem = 'stale_override'")
    assert why in detail[0]


def test_exchange__can_not_become_a_gift(deposited: RawBook) -> None:
    decide(deposited, event(deposited, "k/trades/s", "gift"))
    deposited.build()
    assert _state(deposited) == [("event", "refused")]


@pytest.mark.parametrize(
    ("arrived", "state"),
    [
        ("0.9 BTC", "applied"),
        ("0.8 BTC", "applied"),
        ("0.79 BTC", "refused"),
        ("0.4 BTC", "refused"),
        ("1.1 BTC", "refused"),
        ("1 ETH", "refused"),
    ],
)
def test_pair__is_held_against_what_moved(tmp_path: Path, arrived: str, state: str) -> None:
    book = RawBook(tmp_path)
    book.add("k", "withdrawals", row("w", "withdrawal", "2025-02-01", "-1 BTC"))
    book.add("c", "deposits", row("d", "deposit", "2025-04-01", arrived))
    decide(book, pair(book, "k/withdrawals/w", "c/deposits/d"))
    book.build()
    assert _state(book) == [("pair", state)]


def test_pair__of_one_part_of_what_left__is_refused_with_both_quantities(tmp_path: Path) -> None:
    book = RawBook(tmp_path)
    book.add("k", "withdrawals", row("w", "withdrawal", "2025-02-01", "-3 BTC"))
    book.add("c", "deposits", row("d", "deposit", "2025-02-01 00:40", "1.8 BTC"))
    decide(book, pair(book, "k/withdrawals/w", "c/deposits/d"))
    book.build()
    ((state, detail),) = book.ask("SELECT state, detail FROM ledger.overrides")
    assert state == "refused"
    assert "3 BTC left and 1.8 came in: the 1.2 between them would count as a fee" in detail


def test_pair__of_little__may_lose_what_venues_take_for_a_withdrawal(tmp_path: Path) -> None:
    """0.0015 BTC is more than a fifth of 0.004 and no more than the 0.002 that a withdrawal of it may cost."""
    book = RawBook(tmp_path)
    book.add("k", "withdrawals", row("w", "withdrawal", "2025-02-01", "-0.004 BTC"))
    book.add("c", "deposits", row("d", "deposit", "2025-02-01 00:40", "0.0025 BTC"))
    decide(book, pair(book, "k/withdrawals/w", "c/deposits/d"))
    book.build()
    assert _state(book) == [("pair", "applied")]


def test_fingerprint__what_moved_when__changes_it_and_nothing_else(tmp_path: Path) -> None:
    rows = {
        "same": row("d", "deposit", "2025-05-01 12:00", "3.0 LTC", tx_hash="0xa"),
        "asset": row("d", "deposit", "2025-05-01 12:00", "3 LTN"),
        "instant": row("d", "deposit", "2025-05-01 12:01", "3 LTC"),
        "kind": row("d", "reward", "2025-05-01 12:00", "3 LTC"),
        "fee": row("d", "deposit", "2025-05-01 12:00", "3 LTC", fee=["-1 LTC"]),
    }
    first = RawBook(tmp_path / "first")
    first.add("k", "deposits", row("d", "deposit", "2025-05-01 12:00", "3 LTC"))
    taken = fingerprint_of(first, "k/deposits/d")
    for name, changed in rows.items():
        book = RawBook(tmp_path / name)
        book.add("k", "deposits", changed)
        assert (fingerprint_of(book, "k/deposits/d") == taken) == (name == "same"), name
