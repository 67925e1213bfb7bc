"""Events for the lot engine, made from few words or drawn at random.

Belongs here: rows and tables of events. Does not belong here: what should become of them.
"""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pyarrow as pa
from hypothesis import strategies as st

from warehouse.lots.events import EVENTS

FIRST = datetime(2023, 1, 1, tzinfo=UTC)
ACCOUNTS = ("kraken", "wallet")
ASSETS = ("BTC", "ETH")


def events_of(rows: list[dict[str, Any]]) -> pa.Table:
    """The rows as the engine's table; absent fields are NULL, `lots` may be a list of (id, quantity or None)."""
    return pa.Table.from_pylist([{**dict.fromkeys(EVENTS.names), **row, "lots": _lots(row)} for row in rows], EVENTS)


def event(event_id: str, at: str | datetime, kind: str, quantity: str, value: str | None = None, **more: Any) -> Any:
    """One row of BTC in kraken, unless `more` says otherwise; `at` is an instant, or ISO 8601 in UTC."""
    when = at if isinstance(at, datetime) else datetime.fromisoformat(at).replace(tzinfo=UTC)
    row = {"event_id": event_id, "occurred_at": when, "account": "kraken", "asset": "BTC", "kind": kind}
    return row | {"quantity": Decimal(quantity), "value_usd": None if value is None else Decimal(value)} | more


def _lots(row: dict[str, Any]) -> str | None:
    lots = row.get("lots")
    if lots is None or isinstance(lots, str):
        return lots
    return " ".join(lot if quantity is None else f"{lot}:{quantity}" for lot, quantity in lots)


_quantities = st.one_of(
    st.integers(1, 12).map(Decimal),
    st.integers(1, 10**19).map(lambda units: Decimal(units).scaleb(-18)),
)
_values = st.integers(0, 10**14).map(lambda units: Decimal(units).scaleb(-8))


@st.composite
def books(
    draw: st.DrawFn,
    *,
    transfers: bool = True,
    unknown: bool = True,
    most: int = 14,
    assets: tuple[str, ...] = ASSETS,
) -> list[dict[str, Any]]:
    """Any history: buys, gifts, sales too large at times, moves there and back, several events at one instant."""
    kinds = ["acquire", "acquire", "dispose"] + (["transfer"] if transfers else [])
    rows: list[dict[str, Any]] = []
    for number in range(draw(st.integers(1, most))):
        kind = draw(st.sampled_from(kinds))
        when = FIRST + timedelta(days=draw(st.integers(0, 900)), hours=draw(st.sampled_from([0, 3, 12])))
        row: dict[str, Any] = {
            "event_id": f"e{number:02d}", "occurred_at": when, "account": draw(st.sampled_from(ACCOUNTS)),
            "asset": draw(st.sampled_from(assets)), "kind": kind, "quantity": draw(_quantities),
            "value_usd": draw(st.one_of(_values, st.none()) if unknown else _values),
        }  # fmt: skip
        if kind == "acquire":
            row["origin"] = draw(st.sampled_from(["purchase", "purchase", "income", "gift", "inheritance"]))
            if row["origin"] == "gift":
                row["fair_value_usd"] = draw(st.one_of(_values, st.none()))
        elif kind == "dispose":
            row["purpose"] = draw(st.sampled_from(["sale", "sale", "sale", "donation"]))
        else:
            row["to_account"] = draw(st.sampled_from(ACCOUNTS))
            row["fee_quantity"] = draw(
                st.one_of(st.none(), st.integers(1, 10**17).map(lambda n: Decimal(n).scaleb(-18)))
            )
            row["value_usd"] = draw(_values) if row["fee_quantity"] is not None else None
            row["arrived_at"] = draw(
                st.one_of(st.none(), st.integers(0, 5).map(lambda days, at=when: at + timedelta(days=days)))
            )
        rows.append(row)
    return rows


@st.composite
def books_with_carries(draw: st.DrawFn, *, unknown: bool = True, values: bool = True) -> list[dict[str, Any]]:
    """Any history in three assets, with carries from one or two of them to the others: in any order, at any time.

    With `values` unset, what the coins were worth is not known now and then.
    """
    assets = (*ASSETS, "POOL")
    rows: list[dict[str, Any]] = draw(books(unknown=unknown, assets=assets))
    for number in range(draw(st.integers(1, 5))):
        given = draw(st.lists(st.sampled_from(assets), min_size=1, max_size=2, unique=True))
        others = [asset for asset in assets if asset not in given]
        brought = draw(st.lists(st.sampled_from(others), min_size=1, max_size=2, unique=True))
        when = FIRST + timedelta(days=draw(st.integers(0, 900)), hours=draw(st.sampled_from([0, 3, 12])))
        account = draw(st.sampled_from(ACCOUNTS))
        for place, (kind, asset) in enumerate(
            [("dispose", one) for one in given] + [("acquire", one) for one in brought]
        ):
            worth = _values.map(lambda value: value + Decimal("1e-8"))
            rows.append(
                {
                    "event_id": f"k{number}{place}", "occurred_at": when, "account": account, "asset": asset,
                    "kind": kind, "quantity": draw(_quantities), "carry": f"k{number}",
                    "value_usd": draw(worth if values else st.one_of(worth, st.none(), st.just(Decimal(0)))),
                }
            )  # fmt: skip
    return rows
