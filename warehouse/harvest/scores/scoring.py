"""What a planned sale came to: price, proceeds, fees and losses beside what was expected, and what waiting cost. Pure.

All in exact decimals; prices are rounded at the eighteenth decimal, amounts at the eighth.

Belongs here: the figures of one planned sale. Does not belong here: which sales answer it (`matching.py`), its tax
(`saving.py`), words (`words.py`).
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal, localcontext
from fractions import Fraction
from typing import Any

from warehouse.exact import EXACT, PRICE_PLACES, USD_PLACES
from warehouse.harvest.costs.order_book import rounded
from warehouse.harvest.scores.matching import PlannedSale

BUYING_BACK = timedelta(days=30)
"""How long after the last sale a purchase counts as buying back."""


@dataclass(frozen=True, slots=True)
class Purchase:
    """Units bought, and what they cost with fees (`None` where not known)."""

    asset: str
    bought_at: datetime
    quantity: Decimal
    cost_usd: Decimal | None


@dataclass(frozen=True, slots=True)
class BoughtBack:
    """What was bought of the coin after the sale, up to the next sale of it or 30 days."""

    quantity: Decimal
    first_at: datetime | None
    cost_usd: Decimal | None


def outcome_of(sale: PlannedSale) -> str:
    """`done`, `partly`, `elsewhere`, or without a sale `open` (the plan of now still has it) or `not_done`."""
    if sale.fills:
        if all(fill.account != sale.key[0] for fill in sale.fills):
            return "elsewhere"
        return "done" if sale.sold_quantity >= sale.line["sell_quantity"] else "partly"
    return "open" if sale.is_open else "not_done"


def figures(sale: PlannedSale, price_now: Decimal | None) -> dict[str, Any]:
    """The columns of `harvest.scores` that are no words and no tax."""
    line, fills = sale.line, sale.fills
    with localcontext(EXACT):
        proceeds = total(fill.proceeds_usd for fill in fills) if fills else None
        fees = total(fill.fee_usd for fill in fills) if fills else None
        actual_price = None
        if proceeds is not None and fees is not None:
            actual_price = rounded(Fraction(proceeds + fees) / Fraction(sale.sold_quantity), PRICE_PLACES)
        short = total(fill.short_gain_usd for fill in fills) if fills else None
        long = total(fill.long_gain_usd for fill in fills) if fills else None
        left = max(line["sell_quantity"] - sale.sold_quantity, Decimal(0))
        return {
            "planned_at": sale.planned_at,
            "account": line["account"],
            "asset": line["asset"],
            "rank": line["rank"],
            "first_planned_at": sale.first_planned_at,
            "ends_at": sale.ends_at,
            "deadline_at": line["deadline_at"],
            "planned_quantity": line["sell_quantity"],
            "sold_quantity": sale.sold_quantity,
            "fill_count": len(fills),
            "sold_in": sorted({fill.account for fill in fills}),
            "first_sold_at": fills[0].sold_at if fills else None,
            "expected_price_usd": line["price_usd"],
            "actual_price_usd": actual_price,
            "price_difference_usd": None
            if actual_price is None
            else product(actual_price - line["price_usd"], sale.sold_quantity),
            "expected_proceeds_usd": line["value_usd"] - line["sell_cost_usd"],
            "actual_proceeds_usd": proceeds,
            "expected_fee_usd": line["sell_cost_usd"],
            "actual_fee_usd": fees,
            "expected_short_loss_usd": line["short_loss_usd"],
            "actual_short_loss_usd": None if short is None else -short,
            "expected_long_loss_usd": line["long_loss_usd"],
            "actual_long_loss_usd": None if long is None else -long,
            "expected_tax_saved_usd": line["tax_saved_usd"],
            "latest_price_usd": price_now if left else None,
            "missed_loss_usd": None
            if price_now is None or not left
            else product(price_now - sale.first_price_usd, left),
        }


def bought_back(sale: PlannedSale, purchases: Sequence[Purchase], others: Iterable[PlannedSale]) -> BoughtBack:
    """Purchases of the coin after the sale, in any account; those after a later scored sale of it are of that one."""
    first, last = sale.fills[0].sold_at, max(fill.sold_at for fill in sale.fills)
    until = last + BUYING_BACK
    for other in others:
        if other is not sale and other.key[1] == sale.key[1] and other.fills and other.fills[0].sold_at > last:
            until = min(until, other.fills[0].sold_at)
    found = [one for one in purchases if one.asset == sale.key[1] and first < one.bought_at <= until]
    with localcontext(EXACT):
        quantity = sum((one.quantity for one in found), Decimal(0))
        return BoughtBack(
            quantity, min((one.bought_at for one in found), default=None), total(one.cost_usd for one in found)
        )


def lot_differences(sale: PlannedSale) -> Mapping[str, Decimal]:
    """By lot the units that were sold beyond what was planned of it."""
    planned = {lot_id: quantity for lot_id, quantity, _ in sale.line["lots"]}
    sold: dict[str, Decimal] = {}
    with localcontext(EXACT):
        for fill in sale.fills:
            for lot_id, quantity in fill.lots.items():
                sold[lot_id] = sold.get(lot_id, Decimal(0)) + quantity
        return {
            lot_id: quantity - planned.get(lot_id, Decimal(0))
            for lot_id, quantity in sold.items()
            if quantity > planned.get(lot_id, Decimal(0))
        }


def total(amounts: Iterable[Decimal | None]) -> Decimal | None:
    """The sum, `None` where one is not known."""
    found = Decimal(0)
    for amount in amounts:
        if amount is None:
            return None
        found += amount
    return found


def product(price: Decimal, quantity: Decimal) -> Decimal:
    """In USD, rounded half to even."""
    return rounded(Fraction(price) * Fraction(quantity), USD_PLACES)
