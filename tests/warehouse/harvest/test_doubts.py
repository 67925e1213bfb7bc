"""What makes a lot's figures ready, review or blocked, and the words for it."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest

from warehouse.harvest.doubts import (
    BalanceDifference,
    Doubt,
    Problem,
    StreamHealth,
    account_doubts,
    holding_doubts,
    lot_doubts,
    price_doubts,
    verdict,
)

AS_OF = datetime(2026, 11, 24, 7, 0, tzinfo=UTC)
DAY_AND_A_HALF = timedelta(hours=36)
HOUR = timedelta(hours=1)


def trades(**changes: object) -> StreamHealth:
    values: dict[str, object] = {"last_success_at": AS_OF - HOUR, "last_error": None}
    return StreamHealth(stream="trades", **{**values, **changes})  # type: ignore[arg-type]


def doubts_of(*streams: StreamHealth, account: str = "kraken", rejected_rows: int = 0) -> list[Doubt]:
    return account_doubts(account, streams, rejected_rows=rejected_rows, as_of=AS_OF, stale_after=DAY_AND_A_HALF)


def test_verdict__nothing_speaks_against__is_ready() -> None:
    assert verdict([]) == ("ready", [])


def test_verdict__several_doubts__is_the_worst_and_names_each_once() -> None:
    doubts = [Doubt("review", "old"), Doubt("blocked", "gone"), Doubt("review", "old")]
    assert verdict(doubts) == ("blocked", ["gone", "old"])


def test_account__fresh_and_complete__leaves_no_doubt() -> None:
    assert doubts_of(trades(), trades(last_success_at=AS_OF - DAY_AND_A_HALF)) == []


@pytest.mark.parametrize("streams", [(), (trades(last_success_at=None),)])
def test_account__never_synced__blocks(streams: tuple[StreamHealth, ...]) -> None:
    assert doubts_of(*streams) == [Doubt("blocked", "kraken was never synced")]


def test_account__never_synced_with_an_error__says_the_error() -> None:
    assert doubts_of(trades(last_success_at=None, last_error="the key is not valid")) == [
        Doubt("blocked", "kraken was never synced: the key is not valid")
    ]


def test_account__one_stream_never_fetched__is_to_review() -> None:
    ledger = StreamHealth("ledger", last_success_at=None, last_error="no permission")
    assert doubts_of(trades(), ledger) == [Doubt("review", "kraken ledger was never fetched: no permission")]


def test_account__failed_last_time__is_to_review_with_the_error() -> None:
    assert doubts_of(trades(last_error="maintenance")) == [
        Doubt("review", "kraken trades failed last time: maintenance")
    ]


@pytest.mark.parametrize(("age", "words"), [(timedelta(hours=37), "37 hours"), (timedelta(days=12), "12 days")])
def test_account__stale__says_how_old(age: timedelta, words: str) -> None:
    assert doubts_of(trades(last_success_at=AS_OF - age)) == [
        Doubt("review", f"kraken trades was last fetched {words} ago")
    ]


@pytest.mark.parametrize(("count", "words"), [(1, "1 row of"), (7, "7 rows of")])
def test_account__rows_that_could_not_be_booked__are_to_review(count: int, words: str) -> None:
    assert doubts_of(trades(), rejected_rows=count) == [Doubt("review", f"{words} kraken could not be booked")]


def test_account__outside__blocks_whatever_is_known_of_streams() -> None:
    assert [doubt.status for doubt in doubts_of(account="outside")] == ["blocked"]


def test_price__none__blocks() -> None:
    doubts = price_doubts("SCP", price_at=None, is_interpolated=False, as_of=AS_OF, stale_after=DAY_AND_A_HALF)
    assert doubts == [Doubt("blocked", "no price of SCP is known")]


@pytest.mark.parametrize(
    ("age", "is_interpolated", "expected"),
    [
        (DAY_AND_A_HALF, False, []),
        (timedelta(days=4), False, ["the latest price of KAS is 4 days old"]),
        (HOUR, True, ["the price of KAS is interpolated, not quoted"]),
        (
            timedelta(days=4),
            True,
            ["the latest price of KAS is 4 days old", "the price of KAS is interpolated, not quoted"],
        ),
    ],
)
def test_price__old_or_interpolated__is_to_review(age: timedelta, is_interpolated: bool, expected: list[str]) -> None:  # noqa: FBT001
    doubts = price_doubts(
        "KAS", price_at=AS_OF - age, is_interpolated=is_interpolated, as_of=AS_OF, stale_after=DAY_AND_A_HALF
    )
    assert doubts == [Doubt("review", reason) for reason in expected]


@pytest.mark.parametrize(
    ("kind", "status", "words"),
    [
        (
            "unpaired_deposit",
            "blocked",
            "BTC in kraken: coins came in whose cost and age are unknown, and may be sold before this lot",
        ),
        (
            "unknown_kind",
            "blocked",
            "BTC in kraken: movements that are not understood: this lot may be gone already",
        ),
        (
            "missing_basis",
            "review",
            "BTC in kraken: an earlier sale found too few lots: purchases are missing from the books",
        ),
        ("some_new_problem", "review", "BTC in kraken: some new problem"),
    ],
)
def test_holding__problem__blocks_where_the_order_of_sale_is_not_known(kind: str, status: str, words: str) -> None:
    assert holding_doubts("kraken", "BTC", [Problem(kind, 1)], None) == [Doubt(status, words)]  # type: ignore[arg-type]


@pytest.mark.parametrize("kind", ["missing_price", "gift_without_basis", "unpaired_withdrawal"])
def test_holding__problem_of_another_lot__leaves_no_doubt(kind: str) -> None:
    assert holding_doubts("kraken", "BTC", [Problem(kind, 1)], None) == []


def test_holding__problem_several_times__counts() -> None:
    (doubt,) = holding_doubts("kraken", "BTC", [Problem("missing_basis", 3)], None)
    assert doubt.reason.endswith("(3 times)")


def test_holding__balance_differs__says_both_quantities() -> None:
    balance = BalanceDifference(Decimal("0.500000000000000000"), Decimal("10.000000000000000000"))
    assert holding_doubts("kraken", "BTC", [], balance) == [
        Doubt("review", "kraken holds 10 BTC by its own word, 0.5 by the books")
    ]


def test_holding__balance_agrees__leaves_no_doubt() -> None:
    assert holding_doubts("kraken", "BTC", [], BalanceDifference(Decimal("0.5"), Decimal("0.50"))) == []


def test_lot__cost_unknown_or_in_transit__blocks() -> None:
    assert lot_doubts(is_cost_known=True, is_in_transit=False) == []
    assert [doubt.reason for doubt in lot_doubts(is_cost_known=False, is_in_transit=True)] == [
        "the lot's cost is not known",
        "the coins have left and not yet arrived",
    ]
