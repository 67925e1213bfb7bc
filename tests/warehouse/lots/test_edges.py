"""The ends of the numbers, on both machines: exact, or refused by name, never rounded."""

from collections.abc import Iterator
from decimal import Decimal, localcontext
from typing import Any

import pyarrow as pa
import pytest

from support.lot_events import event, events_of
from warehouse.lots.engine import match_lots
from warehouse.lots.events import InvalidEvents
from warehouse.lots.machines import Compiled, Machine, Plain
from warehouse.lots.policy import Policy

MACHINES = [pytest.param(Plain, id="plain"), pytest.param(Compiled, id="compiled")]
MOST = "99999999999999999999.999999999999999999"
"""The largest quantity of DECIMAL(38, 18): a unit of 10^-18 less than 10^20."""


@pytest.fixture(autouse=True)
def _more_digits_than_python_usually_takes() -> Iterator[None]:
    with localcontext(prec=80):
        yield


@pytest.mark.parametrize("machine", MACHINES)
@pytest.mark.parametrize(
    "units", [1, 2**63 - 1, 2**63, 2**63 + 1, 2**64 - 1, 2**64, 2**64 + 1, 10**20, 2**126, 10**38 - 1]
)
def test_quantity__around_the_ends_of_machine_numbers__is_exact(machine: type[Machine], units: int) -> None:
    quantity = Decimal(units).scaleb(-18)
    rows = [
        event("A", "2025-01-01", "acquire", str(quantity), "123456789.12345678"),
        event("B", "2025-01-02", "acquire", "1", "1"),
        event("S", "2025-02-01", "dispose", "0.000000000000000001", "0.00000001"),
    ]
    matched = match_lots(events_of(rows), policy=Policy(), machine=machine())
    sold = matched.disposals.to_pylist()
    left = {row["lot_id"]: row for row in matched.open_lots.to_pylist()}
    assert sold[0]["quantity"] == Decimal("1e-18")
    if units == 1:
        assert (sold[0]["cost_usd"], "A" in left) == (Decimal("123456789.12345678"), False)
    else:
        assert left["A"]["quantity"] == Decimal(units - 1).scaleb(-18)
        assert left["A"]["cost_usd"] + sold[0]["cost_usd"] == Decimal("123456789.12345678")


@pytest.mark.parametrize("machine", MACHINES)
def test_cost__of_more_than_64_bits__is_shared_to_the_last_unit(machine: type[Machine]) -> None:
    # 10^29 USD over 3 units: thirds of 10^29 rounded half to even at 10^-8, and the last takes what is left
    rows = [event("A", "2025-01-01", "acquire", "3", "1" + "0" * 29)]
    rows += [event(f"S{n}", f"2025-02-0{n}", "dispose", "1", "0") for n in (1, 2, 3)]
    costs = [
        row["cost_usd"] for row in match_lots(events_of(rows), policy=Policy(), machine=machine()).disposals.to_pylist()
    ]
    third = "3" * 29
    assert costs == [Decimal(f"{third}.33333333"), Decimal(f"{third}.33333334"), Decimal(f"{third}.33333333")]
    assert sum(costs) == Decimal("1" + "0" * 29)


@pytest.mark.parametrize("machine", MACHINES)
def test_sale__of_more_than_there_is__leaves_exactly_the_rest_missing(machine: type[Machine]) -> None:
    rows = [
        event("A", "2025-01-01", "acquire", "0.000000000000000007", "7"),
        event("S", "2025-02-01", "dispose", MOST, "10"),
        event("LATER", "2025-03-01", "acquire", "1", "1"),
    ]
    matched = match_lots(events_of(rows), policy=Policy(), machine=machine())
    (problem,) = matched.problems.to_pylist()
    assert problem["problem"] == "missing_basis"
    assert problem["quantity"] == Decimal(MOST) - Decimal("7e-18")
    assert [row["lot_id"] for row in matched.open_lots.to_pylist()] == ["LATER"], "later coins are not borrowed"


def test_quantity__of_ten_to_the_twenty__is_refused_with_its_row() -> None:
    table = pa.table(
        {
            "event_id": ["A", "B"], "occurred_at": ["2025-01-01T00:00:00Z", "2025-01-02T00:00:00Z"],
            "account": ["k", "k"], "asset": ["X", "X"], "kind": ["acquire", "acquire"],
            "quantity": ["1", "100000000000000000000"], "value_usd": ["1", "1"],
        }
    )  # fmt: skip
    with pytest.raises(InvalidEvents, match="row 2"):
        match_lots(table, policy=Policy())


def test_quantity__with_a_nineteenth_decimal__is_refused_with_its_row() -> None:
    table = pa.table(
        {
            "event_id": ["A"], "occurred_at": ["2025-01-01T00:00:00Z"], "account": ["k"], "asset": ["X"],
            "kind": ["acquire"], "quantity": ["1.0000000000000000001"], "value_usd": ["1"],
        }
    )  # fmt: skip
    with pytest.raises(InvalidEvents, match="row 1"):
        match_lots(table, policy=Policy())


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"quantity": Decimal(-1)}, "quantity"),
        ({"quantity": Decimal(0)}, "quantity"),
        ({"kind": "sell"}, "kind"),
        ({"event_id": "A"}, "A"),
        ({"kind": "transfer"}, "to_account"),
        ({"to_account": "x"}, "to_account"),
    ],
)
def test_events__broken_row__is_refused_with_its_row(change: dict[str, Any], words: str) -> None:
    rows = [event("A", "2025-01-01", "acquire", "1", "1"), event("B", "2025-01-02", "dispose", "1", "1") | change]
    with pytest.raises(InvalidEvents, match="row 2") as told:
        match_lots(events_of(rows), policy=Policy())
    assert words in str(told.value)
