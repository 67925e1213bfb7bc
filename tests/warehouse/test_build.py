"""The whole build: the same books in whatever order files come; and nothing published that breaks."""

import random
from datetime import timedelta
from decimal import Decimal
from pathlib import Path

import pytest

from connectors.raw import RawFileError
from connectors.records import Transaction
from support.decided import decide, event
from support.raw_book import AS_OF, RawBook, row
from warehouse.build import STEPS, BlockingCheckError, stop_where_blocked
from warehouse.build import check_step as check
from warehouse.connection import open_warehouse
from warehouse.matching.lots import LOTS
from warehouse.steps import Book

_COINS = ("BTC", "ETH", "KAS", "LTC")


def _story(seed: int) -> dict[tuple[str, str], list[Transaction]]:
    """A few hundred rows of two accounts: trades, swaps, rewards, transfers, some at one instant, one coin too many."""
    chance = random.Random(seed)
    streams: dict[tuple[str, str], list[Transaction]] = {}
    for number in range(160):
        account, other = chance.choice([("kraken", "binance"), ("binance", "kraken")])
        at = f"2025-{chance.randint(1, 12):02}-{chance.randint(1, 28):02} {chance.randint(0, 3):02}:00"
        coin, second = chance.sample(_COINS, 2)
        units = f"{chance.randint(1, 10**9)}e-8"
        name, order = f"T{number}", chance.randint(0, 3)
        match chance.randint(0, 5):
            case 0 | 1:
                rows = [
                    (
                        account,
                        "trades",
                        row(name, "trade", at, f"{units} {coin}", "-97.13 USD", fee=["-0.11 USD"], order=order),
                    )
                ]
            case 2:
                rows = [
                    (
                        account,
                        "trades",
                        row(name, "trade", at, f"-{units} {coin}", "101.7 USD", fee=["-1e-4 BNB"], order=order),
                    )
                ]
            case 3:
                rows = [
                    (
                        account,
                        "trades",
                        row(
                            name, "trade", at, f"-{units} {coin}", f"3 {second}", fee=[f"-0.003 {second}"], order=order
                        ),
                    )
                ]
            case 4:
                rows = [(account, "ledger", row(name, "reward", at, f"{units} BNB", order=order))]
            case _:
                rows = [
                    (
                        account,
                        "withdrawals",
                        row(name, "withdrawal", at, f"-{units} {coin}", fee=[f"-1e-5 {coin}"], tx_hash=name),
                    ),
                    (other, "deposits", row(name, "deposit", at, f"{units} {coin}", tx_hash=name)),
                ]
        for to, stream, transaction in rows:
            streams.setdefault((to, stream), []).append(transaction)
    return streams


def _told(folder: Path, *, shuffle: int | None) -> dict[str, list[tuple[object, ...]]]:
    """Every published row of the story, told in one file a stream or, shuffled, in many overlapping ones."""
    folder.mkdir()
    chance = random.Random(shuffle)
    book = RawBook(folder)
    streams = list(_story(1).items())
    for coin, price in zip((*_COINS, "BNB"), ("60000.5", "3000.25", "0.11", "90", "600"), strict=True):
        for month in range(1, 13):
            book.price(coin, f"2025-{month:02}-15", price)
            book.price(coin, f"2025-{month:02}-16", price)
    if shuffle is not None:
        chance.shuffle(streams)
    for (account, stream), rows in streams:
        if shuffle is None:
            book.add(account, stream, *rows)
            continue
        fetched_rows = [*rows, *chance.sample(rows, len(rows) // 3)]  # some fetched again
        chance.shuffle(fetched_rows)
        for start in range(0, len(fetched_rows), 7):
            fetched = AS_OF - timedelta(hours=1, seconds=chance.randint(0, 5000))
            book.add(account, stream, *fetched_rows[start : start + 7], fetched_at=fetched)
    book.accounts = dict(sorted(book.accounts.items(), reverse=shuffle is not None))
    result = book.build()
    told = {}
    for table in result.rows:
        columns = [
            name
            for (name,) in book.ask(f"SELECT column_name FROM (DESCRIBE {table})")
            if name not in ("raw_file", "last_success_at", "inputs_hash", "line")  # these name the files themselves
        ]
        chosen = ", ".join('"' + name + '"' for name in columns)
        told[table] = book.ask(f"SELECT {chosen} FROM {table} ORDER BY ALL") if columns else []
    return told


@pytest.fixture(scope="module")
def in_order(tmp_path_factory: pytest.TempPathFactory) -> dict[str, list[tuple[object, ...]]]:
    return _told(tmp_path_factory.mktemp("story") / "book", shuffle=None)


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_build__rows_in_other_files_pages_and_orders__publishes_the_same_rows(
    tmp_path: Path, in_order: dict[str, list[tuple[object, ...]]], seed: int
) -> None:
    shuffled = _told(tmp_path / "book", shuffle=seed)
    assert shuffled.keys() == in_order.keys()
    for table, rows in in_order.items():
        assert shuffled[table] == rows, table
    assert len(in_order["lots.disposals"]) > 50


def test_build__its_steps__need_only_what_steps_before_them_made() -> None:
    made: set[str] = set()
    for step in STEPS:
        assert {need for need in step.needs if not need.startswith("raw")} <= made, step.tables
        made |= set(step.tables)


def test_build__a_build_before_it__is_forgotten(tmp_path: Path) -> None:
    book = RawBook(tmp_path)
    book.add("k", "trades", row("1", "trade", "2025-01-05", "1 BTC", "-40000 USD"))
    first = book.build()
    second = book.build()
    assert first.rows == second.rows
    assert not (tmp_path / "build" / "private.duckdb").exists()


def test_build__that_can_not_read_its_evidence__leaves_what_was_published(tmp_path: Path) -> None:
    book = RawBook(tmp_path)
    path = book.add("k", "trades", row("1", "trade", "2025-01-05", "1 BTC", "-40000 USD"))
    book.build()
    published = book.public.read_bytes()
    path.write_bytes(path.read_bytes()[:-1])
    with pytest.raises(RawFileError, match=path.name):
        book.build()
    assert book.public.read_bytes() == published


@pytest.mark.parametrize(
    ("damage", "name"),
    [
        ("UPDATE lots.open_lots SET quantity = quantity + 0.000000000000000001", "open_lots_add_up_to_postings"),
        ("UPDATE lots.open_lots SET cost_usd = cost_usd - 0.00000001", "each_lot_is_conserved"),
        (
            "UPDATE lots.disposals SET proceeds_usd = proceeds_usd + 1, gain_usd = gain_usd + 1",
            "slices_add_up_to_their_disposal",
        ),
        ("DELETE FROM lots.disposals", "each_lot_is_conserved"),
        ("INSERT INTO lots.disposals FROM lots.disposals", "disposal_ids_are_unique"),
        ("INSERT INTO lots.open_lots FROM lots.open_lots", "open_lots_are_positive"),
        ("ALTER TABLE lots.open_lots ALTER unit_cost_usd TYPE DOUBLE", "nothing_stored_is_a_float"),
    ],
)
def test_checks__a_damaged_table__is_found_and_stops_the_build(tmp_path: Path, damage: str, name: str) -> None:
    book = RawBook(tmp_path)
    book.add("k", "trades", row("1", "trade", "2025-01-05", "1 BTC", "-40000 USD"))
    book.add("k", "trades", row("2", "trade", "2025-02-05", "-0.5 BTC", "25000 USD"))
    with open_warehouse(Path(":memory:")) as connection:
        made = Book(connection, book.store.root, book.book_settings, AS_OF)
        for step in STEPS:
            step.run(made)
            if step is LOTS:
                break
        assert not any(result.failing for result in check(connection, LOTS))
        connection.execute(damage)
        results = check(connection, LOTS)
        assert name in {result.check.name for result in results if result.failing}
        with pytest.raises(BlockingCheckError, match="does not hold"):
            stop_where_blocked(results)


def test_checks__a_transfer_of_coins_without_lots__still_add_up(tmp_path: Path) -> None:
    book = RawBook(tmp_path)
    book.price("BTC", "2025-02-05", "50000")
    book.add("k", "trades", row("1", "trade", "2025-01-05", "1 BTC", "-40000 USD"))
    book.add("k", "withdrawals", row("w", "withdrawal", "2025-02-05", "-3 BTC", fee=["-0.5 BTC"], tx_hash="h"))
    book.add(
        "cold",
        "deposits",
        row("d", "deposit", "2025-02-05", "3 BTC", tx_hash="h"),
        row("e", "deposit", "2025-03-05", "9 BTC"),
    )
    book.add("cold", "trades", row("s", "trade", "2025-04-05", "-2 BTC", "120000 USD"))
    book.build()
    assert book.ask("SELECT problem, account, quantity, value_usd FROM quality.problems ORDER BY ALL") == [
        ("missing_basis", "cold", Decimal(1), Decimal(60000)),
        ("missing_basis", "k", Decimal("0.5"), Decimal(25000)),
        ("missing_lots", "k", Decimal(2), None),
        ("unpaired_deposit", "cold", Decimal(9), None),
    ]


def test_checks__coins_of_unknown_origin_sold_while_one_pool_held__still_add_up(tmp_path: Path) -> None:
    """Until 2025 a sale takes lots of any account, so the account that sold may hold other units than its lots."""
    book = RawBook(tmp_path)
    book.add("k", "trades", row("1", "trade", "2024-01-05", "2 BTC", "-40000 USD"))
    book.add("k", "withdrawals", row("w", "withdrawal", "2024-02-05", "-1 BTC"))
    book.add("cold", "deposits", row("d", "deposit", "2024-05-06", "1 BTC"))
    book.add("cold", "trades", row("s", "trade", "2024-06-05", "-1 BTC", "30000 USD"))
    book.build()
    assert book.ask("SELECT account, quantity, cost_usd FROM lots.open_lots") == [("k", Decimal(1), Decimal(20000))]
    assert book.ask("SELECT gain_usd FROM lots.disposals") == [(Decimal(10000),)]


@pytest.mark.parametrize("seed", range(6))
def test_checks__any_movements_around_the_change_of_pools__still_add_up(tmp_path: Path, seed: int) -> None:
    chance = random.Random(seed)
    book = RawBook(tmp_path)
    book.price("BTC", "2024-01-01", "30000")
    for number in range(10):
        account, other = chance.sample(["k", "cold", "warm"], 2)
        units = chance.choice(["1", "2", "0.5"])
        at = f"{chance.choice(['2023', '2024', '2025'])}-0{chance.randint(1, 9)}-1{chance.randint(0, 9)}"
        shape = chance.choice(["buy", "sell", "leave", "arrive", "transfer"])
        tx_hash = f"h{number}" if shape == "transfer" else None
        if shape in ("buy", "sell"):
            moved = (f"{units} BTC", "-30000 USD") if shape == "buy" else (f"-{units} BTC", "30000 USD")
            book.add(account, "trades", row(f"t{number}", "trade", at, *moved))
        if shape in ("leave", "transfer"):
            left = row(f"w{number}", "withdrawal", at, f"-{units} BTC", tx_hash=tx_hash)
            book.add(account, "withdrawals", left)
        if shape in ("arrive", "transfer"):
            book.add(other, "deposits", row(f"d{number}", "deposit", at, f"{units} BTC", tx_hash=tx_hash))
    book.build()


def test_checks__coins_that_went_to_an_own_wallet_and_came_back__still_add_up(tmp_path: Path) -> None:
    book = RawBook(tmp_path)
    book.price("BTC", "2025-02-05", "50000")
    book.add("k", "trades", row("1", "trade", "2025-01-05", "2 BTC", "-80000 USD"))
    book.add("k", "withdrawals", row("w", "withdrawal", "2025-02-05", "-1 BTC"))
    book.add("cold", "deposits", row("d", "deposit", "2025-06-05", "0.7 BTC"))
    decide(book, event(book, "k/withdrawals/w", "own"), event(book, "cold/deposits/d", "own"))
    book.build()
    assert book.ask("SELECT account, quantity FROM lots.open_lots ORDER BY ALL") == [
        ("cold", Decimal("0.7")),
        ("k", Decimal(1)),
        ("outside", Decimal("0.3")),
    ]
