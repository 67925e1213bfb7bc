"""The official examples that concern lots, by their ids. Their `Year1` is taken to be 2025."""

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from support.golden import golden_example, golden_ids
from support.lot_events import event, events_of
from warehouse.lots.engine import match_lots
from warehouse.lots.holding import first_date_beyond, term_of
from warehouse.lots.policy import Policy, Pool, SpecificAllocation
from warehouse.lots.results import Matched

ZONE = ZoneInfo("America/New_York")
NOON = "T17:00:00"
POLICY = Policy(time_zone=ZONE)


def _matched(rows: list[dict[str, Any]], policy: Policy = POLICY) -> Matched:
    return match_lots(events_of(rows), policy=policy)


def _only(rows: list[dict[str, Any]]) -> dict[str, Any]:
    (row,) = rows
    return row


def _at(day: str, hour: int = 17) -> datetime:
    return datetime.fromisoformat(day).replace(hour=hour, tzinfo=UTC)


@pytest.mark.parametrize("example_id", [name for name in golden_ids("us-hold-") if name != "us-hold-caspe"])
def test_holding_period__golden(example_id: str) -> None:
    example = golden_example(example_id)
    acquired, disposed = (date.fromisoformat(example["inputs"][name]) for name in ("acquired", "disposed"))
    assert term_of(acquired, disposed) == example["expected"]["term"]


def test_holding_period__us_hold_caspe__is_counted_by_month_ends() -> None:
    """The six-month rule of its time: bought on the last day of November, on the last of May it is not over yet."""
    example = golden_example("us-hold-caspe")
    acquired, disposed = (date.fromisoformat(example["inputs"][name]) for name in ("acquired", "disposed"))
    assert (disposed >= first_date_beyond(acquired, months=6)) is example["expected"]["satisfied"]
    assert first_date_beyond(acquired, months=6) == date(1973, 6, 1)


def _wallet_with_two_lots() -> list[dict[str, Any]]:
    return [
        event("L1", "2025-01-01" + NOON, "acquire", "10", "20", account="elsewhere"),
        event("L2", "2026-01-01" + NOON, "acquire", "20", "100", account="elsewhere"),
        event("T", "2026-09-01" + NOON, "transfer", "30", account="elsewhere", to_account="wallet"),
    ]


@pytest.mark.parametrize(
    ("example_id", "identified"),
    [("us-1012-j-ex1", {"lots": "L2", "identified_at": _at("2026-09-02", 12)}), ("us-1012-j-ex2", {})],
)
def test_unhosted_wallet__golden(example_id: str, identified: dict[str, Any]) -> None:
    expected = golden_example(example_id)["expected"]
    sale = event("S", "2026-09-02" + NOON, "dispose", "10", "100", account="wallet", **identified)
    row = _only(_matched([*_wallet_with_two_lots(), sale]).disposals.to_pylist())
    assert (row["lot_id"], row["cost_usd"], row["gain_usd"], row["term"]) == (
        expected["lot_used"], Decimal(expected["basis"]), Decimal(expected["gain"]), expected["term"],
    )  # fmt: skip


def test_identification__made_after_the_sale__is_refused_and_first_in_goes_first() -> None:
    late = {"lots": "L2", "identified_at": _at("2026-09-03")}
    sale = event("S", "2026-09-02" + NOON, "dispose", "10", "100", account="wallet", **late)
    matched = _matched([*_wallet_with_two_lots(), sale])
    assert _only(matched.disposals.to_pylist())["lot_id"] == "L1"
    assert [row["problem"] for row in matched.problems.to_pylist()] == ["identification_late"]


@pytest.mark.parametrize(("told", "lot"), [(True, "CRX2"), (None, "CRX1")])
def test_broker__us_1012_j_ex3__identified_to_the_broker_or_not(told: bool | None, lot: str) -> None:  # noqa: FBT001
    """The example's third year is 2027, when the broker has to be told (Notice 2026-20 ends with 2026)."""
    expected = golden_example("us-1012-j-ex3")["expected"]
    rows = [
        event("CRX1", "2025-08-01" + NOON, "acquire", "10", "90", account="CRX"),
        event("CRX2", "2026-01-01" + NOON, "acquire", "20", "100", account="BEX"),
        event("T", "2027-08-01" + NOON, "transfer", "10", account="CRX", to_account="BEX"),
        event(
            "S", "2027-09-01" + NOON, "dispose", "10", "100", account="BEX", lots="CRX2",
            identified_at=_at("2027-09-01", 9), is_broker_told=told,
        ),
    ]  # fmt: skip
    row = _only(_matched(rows, Policy(time_zone=ZONE, broker_accounts=frozenset({"BEX"}))).disposals.to_pylist())
    assert row["lot_id"] == lot
    if told:
        assert (row["cost_usd"], row["gain_usd"], row["term"]) == (
            Decimal(expected["basis"]), Decimal(expected["gain"]), expected["term"],
        )  # fmt: skip


def _two_wallets() -> list[dict[str, Any]]:
    """Rev. Proc. 2024-28 section 6: 10 units of 1 USD in XYZ, 20 of 5 USD in GHI."""
    return [
        event("ONE", "2019-07-01" + NOON, "acquire", "10", "10", account="XYZ"),
        event("FIVE", "2020-09-01" + NOON, "acquire", "20", "100", account="GHI"),
    ]


def _six_sold() -> dict[str, Any]:
    return event(
        "SOLD", "2024-12-01" + NOON, "dispose", "6", "60", account="XYZ", lots="FIVE",
        identified_at=_at("2024-12-01", 9),
    )  # fmt: skip


def test_safe_harbor__us_rp2024_28_ex1__nothing_left__nothing_to_allocate() -> None:
    assert golden_example("us-rp2024-28-ex1")["expected"]["safe_harbor_available"] is False
    sales = [
        event("S1", "2024-12-01" + NOON, "dispose", "10", "99", account="XYZ"),
        event("S2", "2024-12-01" + NOON, "dispose", "20", "99", account="GHI"),
    ]
    matched = _matched([*_two_wallets(), *sales], Policy(time_zone=ZONE, pool=Pool.parse("account-from:2025-01-01")))
    assert matched.open_lots.num_rows == 0
    assert matched.lot_moves.num_rows == 0


def test_safe_harbor__us_rp2024_28_ex2__unused_basis_is_that_of_the_units_not_identified() -> None:
    expected = golden_example("us-rp2024-28-ex2")["expected"]
    matched = _matched([*_two_wallets(), _six_sold()], Policy(time_zone=ZONE, pool=Pool("universal")))
    assert sum(row["cost_usd"] for row in matched.disposals.to_pylist()) == Decimal(expected["used_basis"])
    unused: dict[str, Decimal] = {}
    held: dict[str, Decimal] = {}
    for row in matched.open_lots.to_pylist():
        unused[row["lot_id"]] = unused.get(row["lot_id"], Decimal(0)) + row["quantity"]
        held[row["account"]] = held.get(row["account"], Decimal(0)) + row["quantity"]
    assert sorted(unused.values()) == [Decimal(row["qty"]) for row in expected["units_of_unused_basis"]]
    assert held == {account: Decimal(quantity) for account, quantity in expected["remaining_units"].items()}


def _allocated(sale: dict[str, Any], *, completed_at: datetime) -> Matched:
    example = golden_example("us-rp2024-28-ex3")["inputs"]
    lots = {"1": "ONE", "5": "FIVE"}
    units = tuple(
        (lots[part["basis"]], account, Decimal(part["qty"])) for account in ("XYZ", "GHI") for part in example[account]
    )
    policy = Policy(
        time_zone=ZONE,
        pool=Pool.parse("account-from:2025-01-01"),
        allocation=SpecificAllocation(units, completed_at=completed_at),
    )
    return _matched([*_two_wallets(), _six_sold(), sale], policy)


def test_safe_harbor__us_rp2024_28_ex3__units_allocated_before_the_first_sale__are_sold_as_identified() -> None:
    expected = golden_example("us-rp2024-28-ex3")["expected"]
    sale = event(
        "S", "2025-03-01" + NOON, "dispose", "2", "20", account="XYZ", lots="ONE:1 FIVE:1",
        identified_at=_at("2025-03-01", 9),
    )  # fmt: skip
    matched = _allocated(sale, completed_at=_at("2025-02-01"))
    sold = [row for row in matched.disposals.to_pylist() if row["event_id"] == "S"]
    assert {row["lot_id"] for row in sold} == {"ONE", "FIVE"}
    assert sum(row["cost_usd"] for row in sold) == Decimal(expected["basis_sold"])
    assert matched.problems.num_rows == 0


def test_safe_harbor__us_rp2024_28_ex5__gift_without_identification__takes_the_earliest_units() -> None:
    expected = golden_example("us-rp2024-28-ex5")["expected"]["units_transferred"][0]
    gift = event("G", "2025-03-01" + NOON, "dispose", expected["qty"], account="XYZ", purpose="gift_out")
    matched = _allocated(gift, completed_at=_at("2025-02-01"))
    row = _only([row for row in matched.disposals.to_pylist() if row["event_id"] == "G"])
    assert (row["quantity"], row["cost_usd"] / row["quantity"]) == (
        Decimal(expected["qty"]),
        Decimal(expected["basis"]),
    )
    assert row["acquired_at"].date() == date.fromisoformat(expected["acquired"])
    assert row["gain_usd"] is None


def test_safe_harbor__allocation_completed_after_the_first_sale__is_refused() -> None:
    sale = event("S", "2025-03-01" + NOON, "dispose", "2", "20", account="XYZ")
    matched = _allocated(sale, completed_at=_at("2025-03-02"))
    assert "allocation_late" in {row["problem"] for row in matched.problems.to_pylist()}


@pytest.mark.parametrize("example_id", golden_ids("us-gift-dual-"))
def test_gift__golden__has_one_basis_for_gain_and_one_for_loss(example_id: str) -> None:
    example = golden_example(example_id)
    given = {name: Decimal(amount) for name, amount in example["inputs"].items()}
    rows = [
        event("G", "2025-05-01" + NOON, "acquire", "1", str(given["donor_basis"]), origin="gift",
              fair_value_usd=given["fmv_at_gift"], acquired_at=_at("2020-01-01")),
        event("S", "2025-08-01" + NOON, "dispose", "1", str(given["sale"])),
    ]  # fmt: skip
    row = _only(_matched(rows).disposals.to_pylist())
    gain = Decimal(example["expected"]["gain_or_loss"])
    assert row["gain_usd"] == gain
    assert row["term"] == ("long" if gain > 0 else "short"), "the donor's period is tacked only on the donor's basis"


def test_gift__sold_between_its_value_and_the_donors_basis__is_neither_gain_nor_loss() -> None:
    """Pub. 551: basis 10,000, value 8,000, sold for 9,000."""
    rows = [
        event("G", "2025-05-01" + NOON, "acquire", "1", "10000", origin="gift", fair_value_usd=Decimal(8000)),
        event("S", "2025-08-01" + NOON, "dispose", "1", "9000"),
    ]
    row = _only(_matched(rows).disposals.to_pylist())
    assert (row["gain_usd"], row["cost_basis"]) == (Decimal(0), "gift_neither")


def test_inheritance__sold_the_day_after__is_long_term() -> None:
    rows = [
        event("I", "2025-05-01" + NOON, "acquire", "1", "500", origin="inheritance"),
        event("S", "2025-05-02" + NOON, "dispose", "1", "600"),
    ]
    assert _only(_matched(rows).disposals.to_pylist())["term"] == "long"


def test_swap__us_8949_ex5__held_three_years__is_long_term() -> None:
    example = golden_example("us-8949-ex5")
    rows = [
        event("A", "2022-06-01" + NOON, "acquire", "1", example["inputs"]["buy"]["cost"]),
        event("S", "2025-06-01" + NOON, "dispose", "1", example["inputs"]["swap"]["fmv"]),
    ]
    row = _only(_matched(rows).disposals.to_pylist())
    assert (row["gain_usd"], row["term"]) == (Decimal(example["expected"]["gain"]), example["expected"]["term"])
