"""Whether a sale now can reach a lot, and what it would bring after costs. Pure.

Belongs here: what `harvest.trading_costs` means for one lot. Does not belong here: what stands in it (`costs/`).
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import Any

from warehouse.exact import PRICE_PLACES, QUANTITY_PLACES, USD_PLACES, divide_half_even, to_units
from warehouse.harvest.doubts import Doubt
from warehouse.harvest.valuation import LatestPrice, OpenLot, ValuedLot

OWN_PRICES = "prices.csv"
"""The source of the user's own prices in `market.prices`."""

_APART_PARTS = 10
_NOT_TRADED = "below the venue's minimum order"


@dataclass(frozen=True, slots=True)
class SaleFigures:
    """A lot sold alone: price of one unit (10^-18 USD), where that is from, and the gain after costs (10^-8 USD)."""

    price: int | None
    source: str | None
    unrealized: int | None


def sale_figures(valued: ValuedLot, costs: Mapping[str, Any] | None) -> SaleFigures:
    """What selling the lot would realize: at the order book's price after the fee, else at the close after the rate."""
    if costs is not None and costs["sell_price_usd"] is not None:
        price, source, rate = to_units(costs["sell_price_usd"], PRICE_PLACES), "order book", costs["fee_rate"]
    elif valued.price is not None and costs is not None:
        price, source, rate = valued.price.price, "close", costs["sell_rate"]
    else:
        return SaleFigures(None, None, None)
    if valued.lot.cost is None:
        return SaleFigures(price, source, None)
    proceeds = Fraction(valued.lot.quantity * price) * (1 - Fraction(rate))
    in_usd = proceeds / 10 ** (QUANTITY_PLACES + PRICE_PLACES - USD_PLACES)
    return SaleFigures(price, source, divide_half_even(in_usd.numerator, in_usd.denominator) - valued.lot.cost)


def reach_doubts(valued: ValuedLot, costs: Mapping[str, Any] | None) -> list[Doubt]:
    """What keeps a sale from reaching the lot: what is not free, and the venue's minimum order."""
    if costs is None:
        return []
    asset, account = valued.lot.asset, valued.lot.account
    doubts = []
    reachable = to_units(costs["reachable_quantity"], QUANTITY_PLACES)
    if valued.starts_after >= reachable:
        doubts.append(Doubt("blocked", f"{asset} in {account}: a sale can not reach it now: {_why(costs)}"))
    elif valued.sell_first_quantity + valued.lot.quantity > reachable:
        doubts.append(Doubt("review", f"{asset} in {account}: a sale can reach only a part of it now: {_why(costs)}"))
    small = [note for note in costs["notes"] if note.startswith(_NOT_TRADED)]
    if small:
        doubts.append(Doubt("blocked", f"{asset} in {account}: all that can be sold is {small[0]}"))
    return doubts


def liquidity_doubts(lot: OpenLot, pools: Mapping[str, Sequence[str]], *, keeps_basis: bool) -> list[Doubt]:
    """What it takes to sell a pool's token: its coins are in liquidity. `pools` has the coins of each such token."""
    if lot.asset not in pools:
        return []
    place = f"{lot.asset} in {lot.account} stands for {' and '.join(pools[lot.asset])} in liquidity"
    if keeps_basis:
        reason = "remove it first, which realizes nothing: cost and age go over to the coins that come out"
        return [Doubt("blocked", f"{place}: {reason}")]
    return [Doubt("review", f"{place}: taking it out of the pool is the sale, and no order book has its price")]


def second_prices(costs: Iterable[Mapping[str, Any]]) -> dict[str, list[int]]:
    """By coin the middle prices (10^-18 USD) of the order books that are known, in any account."""
    found: dict[str, list[int]] = {}
    for row in costs:
        if row["source"] == "order book" and row["bid_price_usd"] is not None:
            sides = [
                to_units(row[side], PRICE_PLACES)
                for side in ("bid_price_usd", "ask_price_usd")
                if row[side] is not None
            ]
            found.setdefault(row["asset"], []).append(sum(sides) // len(sides))
    return found


def second_price_doubts(asset: str, price: LatestPrice | None, seconds: Sequence[int] | None) -> list[Doubt]:
    """What comparing the price with order books leaves in doubt: nobody else tells it, or all tell another."""
    if price is None:
        return []
    if not seconds:
        if price.source != OWN_PRICES:
            return []
        return [Doubt("review", f"the price of {asset} is from one source, your own prices: no order book confirms it")]
    apart = min(abs(second - price.price) for second in seconds)
    if apart * _APART_PARTS <= price.price:
        return []
    return [
        Doubt("review", f"the price of {asset} and the order books are more than a tenth apart: one of them is old")
    ]


def _why(costs: Mapping[str, Any]) -> str:
    held, reachable = Decimal(costs["held_quantity"]), Decimal(costs["reachable_quantity"])
    notes = [note for note in costs["notes"] if "costs of trading" not in note][:2] if reachable < held else []
    return "; ".join(notes) or "nothing of it is free"
