"""What selling takes, and where each figure is from."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from warehouse.harvest.costs.conditions import Conditions, Deadline, Kept, Told, conditions
from warehouse.harvest.costs.gas import GasCost
from warehouse.harvest.costs.order_book import OrderBook

AS_OF = datetime(2026, 11, 24, 6, tzinfo=UTC)
DEADLINE = Deadline(datetime(2027, 1, 1, 5, tzinfo=UTC), ZoneInfo("America/New_York"))
BOOK = OrderBook(bids=[(Decimal(100), Decimal(3))], asks=[(Decimal(102), Decimal(3))])


def told(**changes: Any) -> Told:
    values = {
        "market": "BTC/USD", "book": BOOK, "taker_rate": Decimal("0.002"), "minimum_quantity": Decimal("0.5"),
        "minimum_value_usd": Decimal(5), "quote_usd": Decimal(1), "checked_at": AS_OF - timedelta(hours=1),
    }  # fmt: skip
    return Told(**{**values, **changes})


def found(**changes: Any) -> Conditions:
    values = {
        "asset": "BTC", "held": Decimal(2), "states": {"free": Decimal(2)}, "is_outside": False, "told": told(),
        "cost_rate": Decimal("0.004"), "gas": None, "close_usd": Decimal(99),
        "as_of": AS_OF, "stale_after": timedelta(hours=36), "deadline": DEADLINE,
        "kept": [Kept(state, units) for state, units in (changes.get("states") or {}).items() if state != "free"],
    }  # fmt: skip
    return conditions(**{**values, **changes})


def test_conditions__fresh_book__says_the_book_and_the_venues_fee() -> None:
    answer = found()
    assert (answer.source, answer.fee_source, answer.fee_rate) == ("order book", "venue", Decimal("0.002"))
    assert (answer.bid_price_usd, answer.ask_price_usd, answer.sell_price_usd) == (100, 102, 100)
    # 100 less 0.2 % is 99.80 of 101 at the middle
    assert answer.sell_rate == Decimal("0.011881188118811882")
    assert answer.notes == ()


def test_conditions__quote_is_a_coin__prices_are_in_dollars() -> None:
    assert found(told=told(quote_usd=Decimal("0.9"))).sell_price_usd == 90


def test_conditions__quote_without_a_price__rates_by_the_book_and_no_price() -> None:
    answer = found(told=told(quote_usd=None, market="BTC/EUR"))
    assert (answer.source, answer.sell_price_usd, answer.bid_price_usd) == ("order book", None, None)
    assert "its quote has no price" in answer.notes[0]


def test_conditions__book_is_too_old__the_configurations_with_its_age_told() -> None:
    answer = found(told=told(checked_at=AS_OF - timedelta(hours=37)))
    assert (answer.source, answer.fee_source, answer.sell_rate) == ("default", "default", Decimal("0.004"))
    assert answer.checked_at == AS_OF - timedelta(hours=37)
    assert answer.notes[0] == "the order book is of 2026-11-22 17:00 UTC, too old to go by"


def test_conditions__fee_not_told__is_the_configurations() -> None:
    answer = found(told=told(taker_rate=None))
    assert (answer.source, answer.fee_source, answer.fee_rate) == ("order book", "default", Decimal("0.004"))


def test_conditions__nobody_bids__the_configurations() -> None:
    answer = found(told=told(book=OrderBook([], BOOK.asks)))
    assert (answer.source, answer.sell_price_usd) == ("default", None)
    assert "nobody bids for BTC" in answer.notes[0]


def test_conditions__book_is_thinner_than_what_is_held__says_how_far_it_goes() -> None:
    assert found(held=Decimal(4), states={"free": Decimal(4)}).notes == ("the order book shows buyers for 3 of 4 BTC",)


def test_conditions__staked_lent_and_locked__only_what_is_free_is_reachable() -> None:
    states = {"free": Decimal("0.75"), "staked": Decimal(1), "lent": Decimal("0.2"), "locked": Decimal("0.05")}
    answer = found(states=states)
    assert answer.reachable_quantity == Decimal("0.75")
    assert answer.notes == (
        "0.75 of 2 BTC can be sold now",
        "0.05 BTC in open orders or on hold",
        "1 BTC staked; when it comes free is not told",
        "0.2 BTC lent; when it comes free is not told",
    )


def test_conditions__venue_tells_when_it_comes_free__before_and_after_the_deadline_in_words() -> None:
    """The year ends on 2027-01-01 at 05:00 UTC; 28 days before that is 2026-12-04 at midnight in New York."""
    kept = [
        Kept("staked", Decimal("0.25"), free_at=datetime(2026, 12, 6, 3, tzinfo=UTC)),
        Kept("staked", Decimal("0.5"), free_at=datetime(2027, 1, 1, 5, tzinfo=UTC)),
        Kept("staked", Decimal("0.125"), free_after=timedelta(days=28)),
        Kept("staked", Decimal("0.0625"), free_after=timedelta(days=60)),
        Kept("staked", Decimal("0.03125"), free_after=timedelta(0)),
    ]
    answer = found(states={"free": Decimal("1.03125"), "staked": Decimal("0.96875")}, kept=kept)
    assert answer.reachable_quantity == Decimal("1.03125")
    assert answer.notes == (
        "1.03125 of 2 BTC can be sold now",
        "0.25 BTC staked, free on 2026-12-05",
        "0.5 BTC staked, free on 2027-01-01, after the tax year",
        "0.125 BTC staked, free 28 days after you ask: for this tax year before 2026-12-04 00:00",
        "0.0625 BTC staked, free 60 days after you ask, which is after the tax year",
        "0.03125 BTC staked, free when you ask for it",
    )
    assert answer.free_in_time_quantity == Decimal("0.40625")
    assert answer.last_free_at == AS_OF + timedelta(days=28)


def test_conditions__venue_holds_none_of_it__nothing_is_reachable() -> None:
    assert found(states={}).reachable_quantity == 0


def test_conditions__no_balance_told__all_is_taken_to_be_free_in_words() -> None:
    answer = found(states=None)
    assert answer.reachable_quantity == 2
    assert "nothing tells how much BTC is free" in answer.notes[0]


def test_conditions__left_to_nobody_known__nothing_is_reachable() -> None:
    assert found(states=None, is_outside=True).reachable_quantity == 0


def test_conditions__below_the_least_order__says_so() -> None:
    by_units = found(held=Decimal("0.4"), states={"free": Decimal("0.4")})
    assert by_units.notes == ("below the venue's minimum order of 0.5 BTC",)
    by_value = found(
        held=Decimal("0.04"), states={"free": Decimal("0.04")}, told=told(minimum_quantity=None)
    )  # 0.04 at 100 is 4
    assert by_value.notes == ("below the venue's minimum order of 5 USD",)


def test_conditions__on_a_chain__gas_with_its_source() -> None:
    answer = found(gas=GasCost(Decimal(7), "node", AS_OF, "7 gas"), told=None)
    assert (answer.fixed_usd, answer.buy_fixed_usd) == (7, 7)
    assert (answer.gas_source, answer.gas_checked_at) == ("node", AS_OF)
    assert answer.notes[-1] == "on a chain: to sell it, it must be sent or swapped first; 7 gas"
    off_chain = found()
    assert (off_chain.fixed_usd, off_chain.gas_source, off_chain.gas_checked_at) == (0, None, None)


def test_conditions__two_ways_to_come_free__the_earlier_counts() -> None:
    """As of 24 November: delivered on 20 December, or 30 days after asking; and the other way round."""
    delivery = datetime(2026, 12, 20, 17, tzinfo=UTC)
    kept = [
        Kept("lent", Decimal("0.5"), free_at=delivery, free_after=timedelta(days=30)),
        Kept("lent", Decimal("0.25"), free_at=delivery + timedelta(days=60), free_after=timedelta(days=2)),
    ]
    answer = found(states={"free": Decimal("0.25"), "lent": Decimal("0.75")}, kept=kept)
    assert answer.free_in_time_quantity == Decimal("0.75")
    assert answer.last_free_at == delivery
    told = [note for note in answer.notes if "lent" in note]
    assert told[0] == "0.5 BTC lent, free on 2026-12-20"
    assert told[1].startswith("0.25 BTC lent, free 2 days after you ask: for this tax year before 2026-12-")
