"""The stories in tests/scenarios/lots, which a person can read and check by hand.

Above the line what happens: `DAY buy QUANTITY ASSET @ PRICE ACCOUNT`, `DAY sell QUANTITY ASSET @ PRICE ACCOUNT METHOD`,
`DAY move QUANTITY ASSET FROM TO`, `DAY carry QUANTITY ASSET VALUE, ... for QUANTITY ASSET VALUE, ... ACCOUNT`. Below
it, in order, what must come of it, and nothing else may.
"""

from decimal import Decimal
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from support.lot_events import event, events_of
from warehouse.lots.engine import match_lots
from warehouse.lots.policy import Policy
from warehouse.lots.results import Matched

FOLDER = Path(__file__).parents[2] / "scenarios" / "lots"
STORIES = sorted(FOLDER.glob("*.txt"))


def _told(line: str, number: int) -> tuple[list[dict[str, Any]], str | None]:
    day, what, quantity, asset, *rest = line.split()
    name, at = f"e{number:02d}", f"{day}T17:00:00"
    if what == "move":
        source, target = rest
        return [event(name, at, "transfer", quantity, asset=asset, account=source, to_account=target)], None
    if what == "carry":
        told, account = line.split(None, 2)[2].rsplit(None, 1)
        legs = [
            (kind, *leg.split())
            for kind, side in zip(("dispose", "acquire"), told.split(" for "), strict=True)
            for leg in side.split(", ")
        ]
        return [
            event(f"{name}{place}", at, kind, units, value, asset=coin, account=account, carry=name)
            for place, (kind, units, coin, value) in enumerate(legs)
        ], None
    _, price, account, *method = rest
    value = str(Decimal(quantity) * Decimal(price))
    kind = {"buy": "acquire", "sell": "dispose"}[what]
    return [event(name, at, kind, quantity, value, asset=asset, account=account)], method[0] if method else None


def _outcome(matched: Matched) -> list[str]:
    lines = [
        f"disposal {_plain(row['quantity'])} from {row['acquired_at']:%Y-%m-%d} cost {_plain(row['cost_usd'])} "
        + (
            "carried"
            if row["kind"] == "carried"
            else f"proceeds {_plain(row['proceeds_usd'])} {row['term']} {_plain(row['gain_usd'])}"
        )
        for row in matched.disposals.to_pylist()
    ]
    lines += [
        f"missing {_plain(row['quantity'])} worth {_plain(row['value_usd'])}" for row in matched.problems.to_pylist()
    ]
    lines += [
        f"open {_plain(row['quantity'])} from {row['acquired_at']:%Y-%m-%d} cost {_plain(row['cost_usd'])} "
        f"in {row['account']}"
        for row in matched.open_lots.to_pylist()
    ]
    return lines


def _plain(number: Decimal) -> str:
    return f"{number.normalize():f}"


@pytest.mark.parametrize("path", STORIES, ids=lambda path: path.stem)
def test_scenario(path: Path) -> None:
    happens, expected = (part.strip().splitlines() for part in path.read_text(encoding="utf-8").split("--\n"))
    told = [_told(line, number) for number, line in enumerate(happens)]
    method: Any = next((method for _, method in told if method), "fifo")
    policy = Policy(default_method=method, time_zone=ZoneInfo("America/New_York"))
    assert _outcome(match_lots(events_of([row for rows, _ in told for row in rows]), policy=policy)) == expected


def test_scenarios__are_there() -> None:
    assert len(STORIES) >= 10
