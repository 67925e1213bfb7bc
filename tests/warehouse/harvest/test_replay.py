"""A year gone through again: by hand, and without a look ahead."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from random import Random
from typing import Any

import pyarrow as pa
import pytest

from warehouse.harvest.replay import PastBook, Replay, replay_year
from warehouse.lots.events import EVENTS
from warehouse.lots.policy import Policy, Pool
from warehouse.settings import AccountSettings, BookSettings, HarvestSettings, IncomeSettings

SETTINGS = BookSettings(
    accounts=(AccountSettings("kraken", "exchange"), AccountSettings("cold", "exchange")),
    income=IncomeSettings(ordinary_income_usd=Decimal(60000)),
    harvest=HarvestSettings(cost_rate=Decimal(0), minimum_sale_usd=Decimal(1)),
)
YEAR = 2025
END = datetime(2026, 1, 5, tzinfo=UTC)


def instant(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def event(name: str, at: str, kind: str, quantity: str, value: str | None, **changes: Any) -> dict[str, Any]:
    return {
        "event_id": name,
        "occurred_at": instant(at),
        "account": "kraken",
        "asset": "BTC",
        "kind": kind,
        "quantity": Decimal(quantity),
        "value_usd": None if value is None else Decimal(value),
    } | changes


def past(*events: dict[str, Any], prices: dict[str, str], **changes: Any) -> PastBook:
    book = PastBook(
        events=pa.Table.from_pylist(list(events), schema=EVENTS),
        prices=[("BTC", instant(at), Decimal(price)) for at, price in prices.items()],
        income=[],
        carried_short_usd=Decimal(0),
        carried_long_usd=Decimal(0),
        policy=Policy(),
        settings=SETTINGS,
    )
    return replace(book, **changes)


BOUGHT = event("b", "2025-01-10", "acquire", "1", "60000")
GAIN = (
    event("e", "2025-01-11", "acquire", "1", "1000", asset="ETH"),
    event("s", "2025-01-12", "dispose", "1", "3000", asset="ETH"),
)


def test_replay__price_that_falls_each_month__saves_the_gain_and_the_limit() -> None:
    """2,000 of gain and 3,000 of income at 12 % (44,250 of taxable income): 600, whatever more is carried on."""
    prices = {f"2025-{month:02}-{28}T00:00": str(60000 - 1000 * month) for month in range(1, 13)}
    settings = replace(SETTINGS, stale_after_hours=24 * 5)
    done = replay_year(past(BOUGHT, *GAIN, prices=prices, settings=settings), YEAR, until=END)
    assert done.tax_saved_usd == 600
    assert done.planned.netting.net_gain_usd == -10000  # twelve months of 1,000, less the gain
    assert done.planned.carried_usd == 7000
    assert done.basis_lower_usd == 12000
    assert [len(month.lines) for month in done.months] == [1] * 12


def test_replay__loss_that_buying_back_would_undo__is_not_followed() -> None:
    """The losses of a fund, a security, bought back a second later: IRC 1091 disallows every one of them."""
    prices = {f"2025-{month:02}-{28}T00:00": str(60000 - 1000 * month) for month in range(1, 13)}
    settings = replace(SETTINGS, stale_after_hours=24 * 5, asset_classes={"BTC": "etf"})
    done = replay_year(past(BOUGHT, *GAIN, prices=prices, settings=settings), YEAR, until=END)
    assert [len(month.lines) for month in done.months] == [0] * 12
    assert done.tax_saved_usd == 0


def test_replay__sale_of_ones_own_later__consumes_what_was_bought_back() -> None:
    """Sold in June for 50,000: a loss of 10,000 as it was; by the plan of January 5,000 of it came then."""
    sold = event("own", "2025-06-05", "dispose", "1", "50000")
    done = replay_year(past(BOUGHT, *GAIN, sold, prices={"2025-01-31T00:00": "55000"}), YEAR, until=END)
    assert done.months[0].lines[0].sale.effects.short_gain == -5000 * 10**8
    assert done.without.netting.net_gain_usd == done.planned.netting.net_gain_usd == -8000
    assert (done.tax_saved_usd, done.basis_lower_usd) == (0, 0)


def test_replay__price_of_long_ago__is_not_sold_by_and_that_is_said() -> None:
    """The price of the end of January is an hour old, then at least four weeks: eleven months go without."""
    prices = {"2025-01-11T00:00": "50000", "2025-01-31T16:00": "60000"}
    done = replay_year(past(BOUGHT, *GAIN, prices=prices), YEAR, until=END)
    assert [len(month.lines) for month in done.months] == [0] * 12
    assert done.is_unpriced
    (note,) = done.notes
    assert note == (
        "on 11 of the 12 month ends on which it was held there was no price younger than 36 hours, and so no plan of "
        "a sale, of BTC"
    )


def test_replay__price_every_month__leaves_nothing_to_say_of_prices() -> None:
    prices = {f"2025-{month:02}-{28}T00:00": "60000" for month in range(1, 13)}
    done = replay_year(past(BOUGHT, prices=prices, settings=replace(SETTINGS, stale_after_hours=120)), YEAR, until=END)
    assert (done.is_unpriced, done.notes) == (False, ())


def test_replay__year_under_way__ends_where_the_book_does() -> None:
    until = instant("2025-04-10")
    done = replay_year(past(BOUGHT, *GAIN, prices={}), YEAR, until=until)
    assert [month.decided_at.month for month in done.months] == [1, 2, 3]
    assert done.ends_at == until


def test_replay__coins_on_the_way_or_nobody_knows_where__are_not_sold() -> None:
    moved = event("m", "2025-01-20", "transfer", "1", None, to_account="outside")
    done = replay_year(past(BOUGHT, moved, *GAIN, prices={"2025-01-31T00:00": "50000"}), YEAR, until=END)
    assert [len(month.lines) for month in done.months] == [0] * 12


def test_replay__one_pool_for_all_accounts__is_refused() -> None:
    book = past(BOUGHT, prices={}, policy=Policy(pool=Pool.parse("account-from:2025-01-01")))
    with pytest.raises(ValueError, match="one pool for all accounts"):
        replay_year(book, 2024, until=END)
    with pytest.raises(ValueError, match="2027 has not begun"):
        replay_year(book, 2027, until=END)


def decisions(done: Replay, until: datetime) -> list[tuple[Any, ...]]:
    return [
        (month.decided_at, line.sale.holding.account, line.sale.holding.asset, line.sale.holding.price, line.sale.taken)
        for month in done.months
        if month.decided_at <= until
        for line in month.lines
    ]


def random_past(random: Random) -> tuple[list[dict[str, Any]], list[tuple[str, datetime, Decimal]]]:
    """A year of purchases and sales of three coins, with prices every day."""
    events, prices = [], []
    level = {"BTC": 60000.0, "ETH": 3000.0, "LTC": 90.0}
    held = dict.fromkeys(level, 0)
    at = instant("2024-10-01")
    while at < END:
        for asset, before in level.items():
            level[asset] = before * random.lognormvariate(-0.001, 0.03)
            price = Decimal(str(round(level[asset], 2)))
            prices.append((asset, at, price))
            if random.random() < 0.05:
                sells = held[asset] > 0 and random.random() < 0.4
                held[asset] += -1 if sells else 1
                kind = "dispose" if sells else "acquire"
                name = f"{asset}{len(events):05}"
                events.append(
                    event(name, "2025-01-01", kind, "1", str(price), asset=asset, occurred_at=at + timedelta(hours=3))
                )
        at += timedelta(days=1)
    return events, prices


@pytest.mark.parametrize("seed", [0, 2, 3, 4])
def test_replay__anything_changed_after_a_day__changes_nothing_decided_before_it(seed: int) -> None:
    random = Random(seed)
    events, prices = random_past(random)
    day = instant(f"2025-{random.randint(3, 10):02}-15")
    book = replace(past(*events, prices={}), prices=prices, income=[(instant("2025-02-01"), Decimal(5000))])
    seen = decisions(replay_year(book, YEAR, until=END), day)
    assert seen
    held = sum(1 if row["kind"] == "acquire" else -1 for row in events if row["occurred_at"] < day)
    later = [
        event(f"x{number}", "2025-01-01", random.choice(["acquire", "dispose"]), "0.5", str(random.randint(1, 99999)))
        | {"occurred_at": day + timedelta(days=random.randint(1, 70)), "asset": random.choice(["BTC", "ETH", "LTC"])}
        for number in range(held + 20)
    ]
    changed = replace(
        book,
        events=pa.Table.from_pylist([*(row for row in events if row["occurred_at"] < day), *later], schema=EVENTS),
        prices=[(asset, at, price if at <= day else price * random.randint(1, 9)) for asset, at, price in prices],
        income=[*book.income, (day + timedelta(days=3), Decimal(90000))],
    )
    assert decisions(replay_year(changed, YEAR, until=END), day) == seen
