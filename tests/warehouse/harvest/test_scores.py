"""Planned sales beside what was sold: which sale answers which line by hand, and two nights of a whole book."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from support.plan_books import standing
from support.raw_book import AS_OF, RawBook, row
from warehouse.harvest.history.steps import record_night
from warehouse.harvest.scores.matching import Fill, PlannedSale, answered
from warehouse.harvest.scores.saving import taxes_saved
from warehouse.harvest.scores.scoring import Purchase, bought_back, figures, outcome_of
from warehouse.harvest.scores.words import reasons
from warehouse.settings import IncomeSettings

NIGHT = datetime(2026, 11, 1, 7, tzinfo=UTC)
DAY = timedelta(days=1)
DEADLINE = datetime(2027, 1, 1, 5, tzinfo=UTC)
NEW_YORK = ZoneInfo("America/New_York")


def line(asset: str = "BTC", account: str = "kraken", quantity: str = "1", **changes: Any) -> dict[str, Any]:
    """1 BTC at 40,000, bought for 49,000, selling for 100: a short-term loss of 9,100 that saves 2,000."""
    told = {
        "rank": 1, "account": account, "asset": asset, "sell_quantity": Decimal(quantity), "price_usd": Decimal(40000),
        "value_usd": Decimal(40000), "sell_cost_usd": Decimal(100), "cost_to_trade_usd": Decimal(200),
        "short_loss_usd": Decimal(9100), "long_loss_usd": Decimal(0), "tax_saved_usd": Decimal(2000),
        "net_benefit_usd": Decimal(900), "deadline_at": DEADLINE, "method": "fifo", "identify_command": None,
        "lots": (("a", Decimal(quantity), "short"),),
    }  # fmt: skip
    return {**told, **changes}


def fill(name: str, days: float, quantity: str = "1", **changes: Any) -> Fill:
    """Sold `days` after the first night at 39,000 with a fee of 90: a short-term loss of 10,090 for a whole coin."""
    part = Decimal(quantity)
    told = {
        "event_id": name, "account": "kraken", "asset": "BTC", "sold_at": NIGHT + days * DAY, "quantity": part,
        "proceeds_usd": part * 38910, "fee_usd": part * 90, "short_gain_usd": part * -10090,
        "long_gain_usd": Decimal(0), "tax_year": 2026, "method": "fifo", "lots": {"a": part},
    }  # fmt: skip
    return Fill(**{**told, **changes})


def answers(
    nights: list[list[dict[str, Any]]], *fills: Fill, now: float = 10, present: tuple[dict[str, Any], ...] = ()
) -> list[tuple[int, str, list[str], str]]:
    """The lines of nights a day apart: night, account, what answers it, outcome."""
    plans = [(NIGHT + number * DAY, lines) for number, lines in enumerate(nights)]
    sales = answered(plans, fills, now=NIGHT + now * DAY, present=present)
    return [
        ((sale.planned_at - NIGHT) // DAY, sale.key[0], [one.event_id for one in sale.fills], outcome_of(sale))
        for sale in sales
    ]


def test_answer__sold_after_the_plan__is_of_the_latest_plan_before_it() -> None:
    assert answers([[line()], [line()], []], fill("s", 1.5)) == [(1, "kraken", ["s"], "done")]


def test_answer__several_orders_and_more_than_planned__are_all_of_the_line() -> None:
    found = answers([[line()]], fill("s", 1, "0.5"), fill("t", 2, "0.75"))
    assert found == [(0, "kraken", ["s", "t"], "done")]


def test_answer__a_part_sold__is_partly_and_the_rest_is_a_line_of_the_next_plan() -> None:
    nights = [[line()], [line(quantity="0.75")], []]
    found = answers(nights, fill("s", 0.5, "0.25"))
    assert found == [(0, "kraken", ["s"], "partly"), (1, "kraken", [], "not_done")]


def test_answer__sold_in_another_account__answers_the_line_that_nothing_else_does() -> None:
    nights = [[line(), line(account="coinbase", rank=2)]]
    other = fill("b", 1, account="binance")
    assert answers(nights, fill("k", 1), other) == [
        (0, "kraken", ["k"], "done"), (0, "coinbase", ["b"], "elsewhere")
    ]  # fmt: skip
    assert answers([[line()]], fill("k", 1), other) == [(0, "kraken", ["k"], "done")]


def test_answer__before_the_plan_after_the_deadline_or_another_coin__is_none() -> None:
    assert answers([[line()]], fill("s", -1), fill("e", 1, asset="ETH")) == [(0, "kraken", [], "not_done")]
    late = fill("s", 0, sold_at=DEADLINE)
    assert answers([[line()]], late, now=90, present=(line(deadline_at=DEADLINE + 365 * DAY),)) == [
        (0, "kraken", [], "not_done")
    ]


def test_answer__planned_again_and_again__is_one_open_line_since_the_first_plan() -> None:
    plans = [(NIGHT + n * DAY, [line(price_usd=Decimal(40000 + n))]) for n in range(3)]
    (sale,) = answered(plans, [], now=NIGHT + 3 * DAY, present=[line()])
    assert (sale.planned_at, sale.first_planned_at, sale.first_price_usd) == (NIGHT + 2 * DAY, NIGHT, 40000)
    assert outcome_of(sale) == "open"
    row = figures(sale, Decimal(43000))
    assert row["missed_loss_usd"] == 3000
    assert any("the loss is 3,000.00 smaller" in one for one in reasons(sale, row, None, now=NIGHT, zone=NEW_YORK))


def test_answer__the_next_plan_has_it_no_more__is_not_done() -> None:
    assert answers([[line()], []]) == [(0, "kraken", [], "not_done")]
    assert answers([[line()]], present=()) == [(0, "kraken", [], "not_done")]


_ACCOUNTS, _COINS = ["kraken", "binance"], ["BTC", "ETH"]


@given(
    nights=st.lists(st.sets(st.tuples(st.sampled_from(_ACCOUNTS), st.sampled_from(_COINS))), max_size=4),
    sold=st.lists(st.tuples(st.sampled_from(_ACCOUNTS), st.sampled_from(_COINS), st.integers(-10, 80)), max_size=8),
)
def test_answer__any_plans_and_sales__no_sale_answers_two_lines_nor_one_out_of_time(
    nights: list[set[tuple[str, str]]], sold: list[tuple[str, str, int]]
) -> None:
    plans = [
        (NIGHT + number * DAY, [line(asset, account, rank=rank) for rank, (account, asset) in enumerate(sorted(keys))])
        for number, keys in enumerate(nights)
    ]
    fills = [
        fill(f"s{number}", tenths / 10, account=account, asset=asset)
        for number, (account, asset, tenths) in enumerate(sold)
    ]
    now = NIGHT + 8 * DAY
    sales = answered(plans, fills, now=now, present=())
    used = [one.event_id for sale in sales for one in sale.fills]
    assert len(used) == len(set(used))
    planned_at = [at for at, _ in plans]
    for sale in sales:
        following = [at for at in planned_at if at > sale.planned_at]
        assert all(one.asset == sale.key[1] for one in sale.fills)
        assert all(sale.planned_at < one.sold_at <= min([*following, now]) for one in sale.fills)
    in_own_line = {
        one.event_id
        for one in fills
        for at, lines in plans
        if one.sold_at > at
        and not any(at < other < one.sold_at for other in planned_at)
        and any((one.account, one.asset) == (told["account"], told["asset"]) for told in lines)
    }
    assert in_own_line <= set(used)


def scored(*fills: Fill, told: dict[str, Any] | None = None, **changes: Any) -> tuple[PlannedSale, dict[str, Any]]:
    (sale,) = answered([(NIGHT, [told or line()])], fills, now=NIGHT + 50 * DAY, present=())
    return sale, figures(sale, Decimal(39000)) | {"actual_tax_saved_usd": Decimal(2000)} | changes


def test_figures__one_sale__are_price_fee_proceeds_and_loss_by_term() -> None:
    """Two parts of half a coin: gross 39,000 and 39,400 a coin; 0.5 x 39,000 + 0.5 x 39,400 = 39,200, less 90."""
    first, second = fill("s", 1, "0.5"), fill("t", 2, "0.5", proceeds_usd=Decimal(19655), long_gain_usd=Decimal(-5))
    _, row = scored(first, second)
    assert (row["actual_price_usd"], row["price_difference_usd"]) == (39200, -800)
    assert (row["expected_proceeds_usd"], row["actual_proceeds_usd"], row["actual_fee_usd"]) == (39900, 39110, 90)
    assert (row["expected_short_loss_usd"], row["actual_short_loss_usd"], row["actual_long_loss_usd"]) == (
        9100,
        10090,
        5,
    )
    assert (row["missed_loss_usd"], row["latest_price_usd"]) == (None, None)


def test_figures__a_gain_or_a_fee_is_not_known__is_not_zero() -> None:
    sale, row = scored(fill("s", 1, short_gain_usd=None, fee_usd=None))
    assert (row["actual_short_loss_usd"], row["actual_fee_usd"], row["actual_price_usd"]) == (None, None, None)
    assert row["actual_proceeds_usd"] == 38910
    assert taxes_saved([sale], {2026: standing()}) == {}


def test_words__each_difference__is_told() -> None:
    told = line(identify_command="lotkeeper identify ...")
    sale, row = scored(fill("s", 1, "0.5", lots={"b": Decimal("0.5")}), told=told)
    back = bought_back(sale, [], [sale])
    words = " | ".join(reasons(sale, row, back, now=NIGHT + 50 * DAY, zone=NEW_YORK))
    assert "0.5 of 1 BTC was sold" in words
    assert "sold at 39,000, below the 40,000 of the plan: -500.00" in words
    assert "0.5 of b" in words
    assert "fifo chose them and nothing was identified before the sale" in words
    assert "not bought back within 30 days" in words


def test_bought_back__purchases_after_the_sale__count_for_30_days_and_for_one_sale() -> None:
    plans = [(NIGHT, [line()]), (NIGHT + 5 * DAY, [line()])]
    one, two = answered(plans, [fill("s", 1), fill("t", 6)], now=NIGHT + 60 * DAY, present=())
    purchases = [
        Purchase("BTC", NIGHT + days * DAY, Decimal("0.5"), None if days == 20 else Decimal(20000))
        for days in (0.5, 2, 3, 20, 36.5)
    ]
    first, second = bought_back(one, purchases, [one, two]), bought_back(two, purchases, [one, two])
    assert (first.quantity, first.first_at, first.cost_usd) == (1, NIGHT + 2 * DAY, 40000)
    assert (second.quantity, second.first_at, second.cost_usd) == (Decimal("0.5"), NIGHT + 20 * DAY, None)


def test_tax_saved__two_sales_in_one_year__add_up_to_what_both_saved() -> None:
    """The year ends at 9,000 - 7,000 - 7,000 short. Income 120,000 is 103,900 taxable in 2026, 24 % above 105,700.

    The first takes 7,000 of gain, all of it above 105,700: 24 % = 1,680. The second takes 200 at 24 %, 1,800 at 22 %
    and the limit of 3,000 at 22 %: 48 + 396 + 660 = 1,104.
    """
    plans = [(NIGHT, [line(), line("ETH", rank=2)])]
    loss = {"short_gain_usd": Decimal(-7000)}
    sales = answered(plans, [fill("t", 2, **loss), fill("e", 1, asset="ETH", **loss)], now=NIGHT + 9 * DAY, present=())
    saved = taxes_saved(sales, {2026: standing("120000", short="-5000")})
    assert {sales[place].key[1]: amount for place, amount in saved.items()} == {"ETH": 1680, "BTC": 1104}


@pytest.fixture
def book(tmp_path: Path) -> RawBook:
    """BTC bought for 49,000, at 40,000 on the night, with 9,000 of short-term gain in the year."""
    made = RawBook(tmp_path, settings={"income": IncomeSettings(ordinary_income_usd=Decimal(120000))})
    made.add(
        "kraken", "trades",
        row("k", "trade", "2026-01-10 12:00", "1 KAS", "-1000 USD"),
        row("l", "trade", "2026-02-10 12:00", "-1 KAS", "10000 USD"),
        row("b", "trade", "2026-03-01 12:00", "1 BTC", "-49000 USD"),
        covers=("2026-01-01", "2026-11-24"),
    )  # fmt: skip
    made.price("BTC", "2026-11-18", "40000")
    made.settings["record_path"] = tmp_path / "record.jsonl"
    made.build(as_of=AS_OF - 4 * DAY)
    record_night(tmp_path / "record.jsonl", made.public)
    return made


def test_scores__a_planned_sale_shows_up__is_scored_to_the_cent(book: RawBook) -> None:
    """Planned 1 BTC at 40,000; sold 2026-11-21 for 39,000 less 60: loss 10,060 against the gain of 9,000.

    Taxable 103,900 + 9,000 = 112,900 without; with it 103,900 - 1,060. 24 % of 7,200, 22 % of 1,800 and of 1,060:
    1,728 + 396 + 233.20 = 2,357.20.
    """
    book.add(
        "kraken", "trades",
        row("s", "trade", "2026-11-21 12:00", "-1 BTC", "39000 USD", fee=["-60 USD"]),
        row("r", "trade", "2026-11-21 13:00", "1 BTC", "-39100 USD"),
    )  # fmt: skip
    book.price("BTC", "2026-11-23", "39500")
    book.build(as_of=AS_OF)
    (scored_row,) = book.ask(
        "SELECT outcome, planned_quantity, sold_quantity, expected_price_usd, actual_price_usd, price_difference_usd, "
        "actual_fee_usd, actual_short_loss_usd, actual_tax_saved_usd, bought_back_quantity, bought_back_usd "
        "FROM harvest.scores"
    )
    assert scored_row == (
        "done", 1, 1, 40000, 39000, -1000, 60, 10060, Decimal("2357.2"), 1, 39100
    )  # fmt: skip
    expected = book.ask("SELECT expected_tax_saved_usd, expected_short_loss_usd FROM harvest.scores")
    # 0.4 % of 40,000 is 160: a loss of 9,160, of which 160 take 22 % of other income
    assert expected == [(Decimal("2159.2"), 9160)]


def test_scores__nothing_sold__is_open_and_says_what_waiting_did(book: RawBook) -> None:
    book.price("BTC", "2026-11-23", "41000")
    book.build(as_of=AS_OF)
    found = book.ask("SELECT outcome, latest_price_usd, missed_loss_usd, fill_count FROM harvest.scores")
    assert found == [("open", 41000, 1000, 0)]


def test_scores__as_of_the_night_itself__has_no_plan_to_score(book: RawBook) -> None:
    book.build(as_of=AS_OF - 4 * DAY)
    assert book.ask("SELECT count(*) FROM harvest.scores") == [(0,)]
