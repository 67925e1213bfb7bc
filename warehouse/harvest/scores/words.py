"""Why a planned sale came to something else than expected, in words. Pure.

Belongs here: the reasons. Does not belong here: any figure (`scoring.py`, `saving.py`).
"""

from collections.abc import Iterator, Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from warehouse.harvest.scores.matching import PlannedSale
from warehouse.harvest.scores.scoring import BUYING_BACK, BoughtBack, lot_differences

_A_DOLLAR = Decimal(1)
_SHOWN_LOTS = 3


def reasons(
    sale: PlannedSale, row: Mapping[str, Any], back: BoughtBack | None, *, now: datetime, zone: ZoneInfo
) -> list[str]:
    """What differs from the plan and why; `row` are the figures, `back` what was bought afterwards."""
    if back is None:
        return list(_of_waiting(sale, row, zone))
    return [
        *_of_quantity(sale, row),
        *_of_money(row),
        *_of_lots(sale),
        *_of_tax(row),
        *_of_buying_back(sale, row, back, now, zone),
    ]


def _of_waiting(sale: PlannedSale, row: Mapping[str, Any], zone: ZoneInfo) -> Iterator[str]:
    asset = row["asset"]
    if sale.is_open:
        yield "not sold yet"
    elif row["ends_at"] >= row["deadline_at"]:
        saved = row["expected_tax_saved_usd"]
        lost = "" if saved is None else f", and {saved:,.2f} of tax that it would have saved was not"
        yield f"not sold before the tax year ended{lost}"
    else:
        yield "not sold, and the next plan had it no more"
    if row["missed_loss_usd"] is not None and row["missed_loss_usd"]:
        moved = "smaller" if row["missed_loss_usd"] > 0 else "larger"
        yield (
            f"since {_day(row['first_planned_at'], zone)} {asset} went from {_number(sale.first_price_usd)} to "
            f"{_number(row['latest_price_usd'])}: the loss is {abs(row['missed_loss_usd']):,.2f} {moved}"
        )


def _of_quantity(sale: PlannedSale, row: Mapping[str, Any]) -> Iterator[str]:
    planned, sold, asset = row["planned_quantity"], row["sold_quantity"], row["asset"]
    others = [account for account in row["sold_in"] if account != row["account"]]
    if others:
        only = "" if row["account"] in row["sold_in"] else f" instead of {row['account']}"
        yield f"sold in {', '.join(others)}{only}: other lots than planned"
    if sold < planned:
        yield f"{_number(sold)} of {_number(planned)} {asset} was sold"
    elif sold > planned:
        yield f"{_number(sold - planned)} {asset} more was sold than planned"
    if len(sale.fills) > 1:
        yield f"in {len(sale.fills)} sales"


def _of_money(row: Mapping[str, Any]) -> Iterator[str]:
    moved, fee = row["price_difference_usd"], row["actual_fee_usd"]
    if row["actual_proceeds_usd"] is None:
        yield "what it brought is not known"
    elif fee is None:
        yield "its fee is not known apart from other coins of the same transaction, so its price is not either"
    elif moved:
        side = "above" if moved > 0 else "below"
        yield (
            f"sold at {_number(row['actual_price_usd'])}, {side} the {_number(row['expected_price_usd'])} of the plan: "
            f"{moved:+,.2f}"
        )
    if fee is not None and row["planned_quantity"]:
        expected = row["expected_fee_usd"] * row["sold_quantity"] / row["planned_quantity"]
        if abs(fee - expected) >= _A_DOLLAR:
            more = "more" if fee > expected else "less"
            yield f"selling cost {fee:,.2f}, {abs(fee - expected):,.2f} {more} than the plan took for that quantity"


def _of_lots(sale: PlannedSale) -> Iterator[str]:
    if any(fill.account != sale.key[0] for fill in sale.fills):
        return
    other = lot_differences(sale)
    if other and sale.sold_quantity <= sale.line["sell_quantity"]:
        lots = ", ".join(f"{_number(units)} of {lot_id}" for lot_id, units in list(other.items())[:_SHOWN_LOTS])
        more = f" and {len(other) - _SHOWN_LOTS} more lots" if len(other) > _SHOWN_LOTS else ""
        methods = ", ".join(sorted({fill.method for fill in sale.fills}))
        named = " and nothing was identified before the sale" if sale.line["identify_command"] else ""
        yield f"other lots went than planned ({lots}{more}): {methods} chose them{named}"


def _of_tax(row: Mapping[str, Any]) -> Iterator[str]:
    expected, actual = row["expected_tax_saved_usd"], row["actual_tax_saved_usd"]
    if row["actual_short_loss_usd"] is None or row["actual_long_loss_usd"] is None:
        yield "its gain is not proven: lotkeeper problems says what is missing"
        return
    if actual is None or expected is None:
        yield "no tax is worked out for it"
        return
    planned = row["expected_short_loss_usd"] + row["expected_long_loss_usd"]
    realized = row["actual_short_loss_usd"] + row["actual_long_loss_usd"]
    turned = row["actual_long_loss_usd"] - row["expected_long_loss_usd"]
    if abs(turned) >= _A_DOLLAR and abs(planned - realized) < abs(turned):
        term = "long-term" if turned > 0 else "short-term"
        yield f"{abs(turned):,.2f} more of the loss is {term} than planned"
    elif abs(planned - realized) < _A_DOLLAR <= abs(expected - actual):
        yield "the loss is as planned; what else happened in the year changed what it saves"


def _of_buying_back(
    sale: PlannedSale, row: Mapping[str, Any], back: BoughtBack, now: datetime, zone: ZoneInfo
) -> Iterator[str]:
    if back.first_at is None:
        last = max(fill.sold_at for fill in sale.fills)
        waits = "yet" if now < last + BUYING_BACK else f"within {BUYING_BACK.days} days"
        yield f"not bought back {waits}: the plan takes it to be bought back at once"
        return
    cost = "" if back.cost_usd is None else f" for {back.cost_usd:,.2f}"
    part = f"{_number(back.quantity)} {row['asset']}"
    yield f"{part} was bought{cost} from {_day(back.first_at, zone)} on"


def _day(at: datetime, zone: ZoneInfo) -> str:
    return f"{at.astimezone(zone):%Y-%m-%d}"


def _number(amount: Decimal) -> str:
    text = f"{amount:,.8f}" if abs(amount) >= Decimal("0.00000001") else f"{amount:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text
