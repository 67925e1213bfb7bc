"""What values a posting: the order of evidence, the hour and the day, and what has no value."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import pytest

from support.raw_book import AS_OF, Ask, RawBook, instant, row
from warehouse.ledger.legs import LEGS
from warehouse.ledger.postings import POSTINGS
from warehouse.market.prices import PRICES_STEP
from warehouse.market.spam import SPAM

STEPS = (LEGS, PRICES_STEP, SPAM, POSTINGS)


def _values(ask: Ask) -> list[tuple[str, Decimal | None, str | None]]:
    return [
        (asset, value, source)
        for asset, value, source in ask(
            "SELECT asset, value_usd, price_source FROM ledger.postings ORDER BY transaction_number, place"
        )
    ]


def test_postings__a_coin_for_the_base_currency__is_worth_the_money_whatever_the_market_says(tmp_path: Path) -> None:
    book = RawBook(tmp_path)
    book.price("BTC", "2025-01-05", "99999")
    book.add("k", "trades", row("1", "trade", "2025-01-05", "0.3 BTC", "-12345.67 USD", fee=["-10 USD", "-0.003 BTC"]))
    with book.run(*STEPS) as ask:
        assert _values(ask) == [
            ("BTC", Decimal("12345.67"), "trade for USD"),
            ("USD", Decimal("-12345.67"), "base"),
            ("USD", Decimal(-10), "base"),
            ("BTC", Decimal("-123.4567"), "trade for USD"),
        ]


def test_postings__a_coin_for_other_money__is_worth_the_money_at_the_days_rate(tmp_path: Path) -> None:
    book = RawBook(tmp_path)
    book.price("EUR", "2025-01-05", "1.03", source="kraken EUR/USD")
    book.add("k", "trades", row("1", "trade", "2025-01-05 12:00", "-1 BTC", "40000 EUR"))
    with book.run(*STEPS) as ask:
        assert _values(ask) == [
            ("BTC", Decimal(-41200), "trade for EUR, kraken EUR/USD"),
            ("EUR", Decimal(41200), "kraken EUR/USD"),
        ]


@pytest.mark.parametrize(
    ("moved", "value", "sources"),
    [
        # the stablecoin given, at its own price of 0.999
        (("-2000 USDT", "1 ETH"), "1998", ("m", "trade for USDT, m")),
        # the stablecoin received, at its own price of 1.001
        (("-1 ETH", "2000 USDC"), "2002", ("trade for USDC, m", "m")),
        # what was received, at 2100
        (("-0.05 BTC", "1 ETH"), "2100", ("trade for ETH, m", "m")),
        # what was given: the other has no price
        (("-1 ETH", "7 OBSCURE"), "2100", ("m", "trade for ETH, m")),
    ],
)
def test_postings__a_coin_for_a_coin__has_one_value_by_the_best_evidence(
    tmp_path: Path, moved: tuple[str, str], value: str, sources: tuple[str, str]
) -> None:
    book = RawBook(tmp_path)
    for asset, price in {"USDT": "0.999", "USDC": "1.001", "ETH": "2100", "BTC": "43000"}.items():
        book.price(asset, "2025-01-05", price, source="m")
    book.add("k", "trades", row("1", "trade", "2025-01-05", *moved))
    with book.run(*STEPS) as ask:
        assert [(value, source) for _, value, source in _values(ask)] == [
            (-Decimal(value), sources[0]),
            (Decimal(value), sources[1]),
        ]


def test_postings__several_coins_for_one__share_its_value_by_their_own(tmp_path: Path) -> None:
    book = RawBook(tmp_path)
    for asset, price in {"BNB": "600", "AAA": "1", "BBB": "2"}.items():
        book.price(asset, "2025-01-05", price)
    # Dust: 10 AAA (10) and 10 BBB (20) for 0.049 BNB (29.40): 9.80 and 19.60.
    book.add("k", "ledger", row("1", "trade", "2025-01-05", "-10 AAA", "-10 BBB", "0.049 BNB"))
    with book.run(*STEPS) as ask:
        assert [value for _, value, _ in _values(ask)] == [Decimal("-9.8"), Decimal("-19.6"), Decimal("29.4")]


def test_postings__one_of_several_coins_has_no_price__none_of_that_side_has_a_value(tmp_path: Path) -> None:
    book = RawBook(tmp_path)
    book.price("BNB", "2025-01-05", "600")
    book.price("AAA", "2025-01-05", "1")
    book.add("k", "ledger", row("1", "trade", "2025-01-05", "-10 AAA", "-10 NOPRICE", "0.049 BNB"))
    with book.run(*STEPS) as ask:
        assert [value for _, value, _ in _values(ask)] == [None, None, Decimal("29.4")]


def test_postings__nothing_prices_a_swap__has_no_value_and_no_source(tmp_path: Path) -> None:
    book = RawBook(tmp_path)
    book.add("k", "trades", row("1", "trade", "2025-01-05", "-10 AAA", "3 BBB", fee=["-1 CCC"]))
    with book.run(*STEPS) as ask:
        assert _values(ask) == [("AAA", None, None), ("BBB", None, None), ("CCC", None, None)]


def test_postings__an_hourly_close__wins_over_the_daily_one(tmp_path: Path) -> None:
    book = RawBook(tmp_path)
    book.price("ETH", "2025-01-05", "2000")
    book.price_at("ETH", instant("2025-01-05 14:00"), "2050", source="hourly")
    book.add(
        "k",
        "ledger",
        row("1", "reward", "2025-01-05 13:59:59", "1 ETH"),
        row("2", "reward", "2025-01-05 14:00:01", "1 ETH"),
    )
    with book.run(*STEPS) as ask:
        assert _values(ask) == [("ETH", Decimal(2050), "hourly"), ("ETH", Decimal(2000), "market")]


@pytest.mark.parametrize(
    ("at", "value"),
    [("2025-01-05 00:00:00", "100"), ("2025-01-05 23:59:59.999999", "200"), ("2025-01-06 00:00:00.000001", "300")],
)
def test_postings__the_utc_day_that_holds_the_instant__gives_the_close(tmp_path: Path, at: str, value: str) -> None:
    book = RawBook(tmp_path)
    for day, price in {"2025-01-04": "100", "2025-01-05": "200", "2025-01-06": "300"}.items():
        book.price("ETH", day, price)
    book.add("k", "ledger", row("1", "reward", at, "1 ETH"))
    with book.run(*STEPS) as ask:
        assert _values(ask)[0][1] == Decimal(value)


def test_postings__no_close_of_the_day__takes_the_last_of_three_days_and_says_so(tmp_path: Path) -> None:
    book = RawBook(tmp_path)
    book.price("ETH", "2025-01-04", "100")  # closes at 2025-01-05 00:00
    book.add(
        "k",
        "ledger",
        row("1", "reward", "2025-01-08", "1 ETH"),
        row("2", "reward", "2025-01-08 00:00:01", "1 ETH"),
    )
    with book.run(*STEPS) as ask:
        assert ask("SELECT value_usd, is_interpolated FROM ledger.postings ORDER BY transaction_number") == [
            (Decimal(100), True),
            (None, False),
        ]


def test_postings__a_product_of_many_digits__is_rounded_half_to_even_once(tmp_path: Path) -> None:
    book = RawBook(tmp_path)
    book.price("KAS", "2025-01-05", "0.5")
    book.add(
        "k",
        "mining",
        row("1", "mining", "2025-01-05", "0.00000001 KAS"),  # 5e-9: a tie, to 0
        row("2", "mining", "2025-01-05", "0.00000003 KAS", order=1),  # 15e-9: a tie, to 2e-8
        row("3", "mining", "2025-01-05", "123456789012.123456789012345678 KAS", order=2),
    )
    with book.run(*STEPS) as ask:
        assert [value for _, value, _ in _values(ask)] == [
            Decimal(0),
            Decimal("0.00000002"),
            Decimal("61728394506.06172839"),
        ]


def test_postings__told_with_the_transaction__wins_over_the_market_which_stands_beside_it(tmp_path: Path) -> None:
    book = RawBook(tmp_path)
    book.price("ETH", "2025-01-05", "2000", source="m")
    book.price("EUR", "2025-01-05", "1.05", source="fx")
    book.add(
        "k",
        "csv",
        row("1", "reward", "2025-01-05", "0.5 ETH", worth="990 USD"),
        row("2", "reward", "2025-01-05", "0.5 ETH", order=1, worth="1000 EUR"),  # 1000 x 1.05
        row("3", "spend", "2025-01-05", "-0.25 ETH", order=2, fee=["-0.01 ETH"], worth="480 USD"),
    )
    with book.run(*STEPS) as ask:
        assert _values(ask) == [
            ("ETH", Decimal(990), "told with the transaction"),
            ("ETH", Decimal(1050), "told with the transaction in EUR, fx"),
            ("ETH", Decimal(-480), "told with the transaction"),
            ("ETH", Decimal(-20), "m"),
        ]
        assert ask("SELECT market_value_usd FROM ledger.postings ORDER BY transaction_number, place") == [
            (Decimal(1000),), (Decimal(1000),), (Decimal(-500),), (None,),
        ]  # fmt: skip


def test_postings__told_with_a_trade__values_both_sides_but_not_against_money(tmp_path: Path) -> None:
    book = RawBook(tmp_path)
    book.price("ETH", "2025-01-05", "2000", source="m")
    book.add(
        "k",
        "csv",
        row("1", "trade", "2025-01-05", "-1 OBSCURE", "1 ETH", worth="1900 USD", fee=["-0.1 ETH"]),
        row("2", "trade", "2025-01-05", "-1 OBSCURE", "7 UNKNOWN", order=1, worth="30 USD"),
        row("3", "trade", "2025-01-05", "-1 ETH", "2100 USD", order=2, worth="1 USD"),
    )
    with book.run(*STEPS) as ask:
        assert [value for _, value, _ in _values(ask)] == [
            Decimal(-1900), Decimal(1900), Decimal(-190), Decimal(-30), Decimal(30), Decimal(-2100), Decimal(2100),
        ]  # fmt: skip


def test_postings__told_in_what_has_no_price__falls_back_to_the_market(tmp_path: Path) -> None:
    book = RawBook(tmp_path)
    book.price("ETH", "2025-01-05", "2000", source="m")
    book.add("k", "csv", row("1", "reward", "2025-01-05", "0.5 ETH", worth="1000 CHF"))
    with book.run(*STEPS) as ask:
        assert _values(ask) == [("ETH", Decimal(1000), "m")]


def test_postings__a_price_that_the_person_gave__wins_over_what_was_told(tmp_path: Path) -> None:
    file = tmp_path / "prices.csv"
    file.write_text("asset,at,price_usd\nETH,2025-01-05,1900\n", encoding="utf-8")
    book = RawBook(tmp_path, settings={"prices_path": file})
    book.add("k", "csv", row("1", "reward", "2025-01-05", "0.5 ETH", worth="99999 USD"))
    with book.run(*STEPS) as ask:
        assert _values(ask) == [("ETH", Decimal(950), "prices.csv")]


def test_prices__the_users_own__win_on_their_day_even_over_the_hour(tmp_path: Path) -> None:
    file = tmp_path / "prices.csv"
    file.write_text("asset,at,price_usd\nETH,2025-01-05,1234.5\n", encoding="utf-8")
    book = RawBook(tmp_path, settings={"prices_path": file})
    book.price("ETH", "2025-01-05", "2000")
    book.price_at("ETH", instant("2025-01-05 14:00"), "2050")
    book.price("ETH", "2025-01-06", "2100")
    book.add("k", "ledger", row("1", "reward", "2025-01-05 13:30", "1 ETH"), row("2", "reward", "2025-01-06", "1 ETH"))
    with book.run(*STEPS) as ask:
        assert ask("SELECT value_usd, price_source FROM ledger.postings WHERE transaction_id = 'k/ledger/1'") == [
            (Decimal("1234.5"), "prices.csv")
        ]
        assert ask('SELECT "at", source FROM market.prices ORDER BY "at"') == [
            (datetime(2025, 1, 6, tzinfo=UTC), "prices.csv"),
            (datetime(2025, 1, 7, tzinfo=UTC), "market"),
        ]


def test_prices__a_fetched_price_of_zero__is_no_price(tmp_path: Path) -> None:
    book = RawBook(tmp_path)
    book.price("DEAD", "2025-01-05", "0.0")
    book.add("k", "ledger", row("1", "airdrop", "2025-01-05", "1000 DEAD"))
    with book.run(*STEPS) as ask:
        assert _values(ask) == [("DEAD", None, None)]


def test_prices__of_the_future__are_not_known_yet(tmp_path: Path) -> None:
    book = RawBook(tmp_path)
    book.price_at("ETH", AS_OF + timedelta(hours=1), "2000")
    with book.run(*STEPS) as ask:
        assert ask("SELECT count(*) FROM market.prices") == [(0,)]
