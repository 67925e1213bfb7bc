"""What one sale does, exactly: the gain by term, what trading costs, and what is given up by buying back. Pure.

Quantities and prices are integers of 10^-18 (units of the asset, USD for one unit), money integers of 10^-8 USD.

What is sold is bought back at once at the same price. So today's gain comes now instead of later, at a date at which
the coins are taken to be sold in any case (`later.py`): the basis is lower then (`basis_given_up`), and the holding
period began anew (`holding_given_up`).

Belongs here: the arithmetic of single lots. Does not belong here: what a year's gains are worth (`worth.py`), which
lots to sell (`program.py`).
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import ROUND_HALF_EVEN, Decimal, localcontext

from warehouse.exact import EXACT, PRICE_PLACES, QUANTITY_PLACES, USD_PLACES, divide_half_even
from warehouse.harvest.plan.later import Later
from warehouse.lots.holding import Term

_VALUE_SCALE = 10 ** (QUANTITY_PLACES + PRICE_PLACES - USD_PLACES)


@dataclass(frozen=True, slots=True)
class PlanLot:
    """An open lot that may be sold. `term` is that of a sale now, `long_from` the first date of a long-term one.

    `doubts` are reasons to look first, in words.
    """

    lot_id: str
    quantity: int
    cost: int
    term: Term
    long_from: date
    doubts: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class TradeCost:
    """What trading one asset in one account costs: shares of the value sold and bought back, and USD for the pair.

    `minimum_quantity` and `minimum_value` are the least that can be sold in one order. The fixed part (gas) is counted
    as a cost and not in the gain, so the gain is told a little too high rather than too low.
    """

    sell_rate: Decimal
    buy_rate: Decimal
    fixed: int = 0
    minimum_quantity: int = 0
    minimum_value: int = 0


@dataclass(frozen=True, slots=True)
class Holding:
    """The lots of one asset in one account in the order in which the account sells them.

    `is_ordered`: a sale takes them from the front; otherwise any may be named after the first `identified` ones, which
    are identified for the next sales already and go in order. A lot may stand in two places. `sellable` is what of them
    can be sold now at most, `None` for all.
    """

    account: str
    asset: str
    price: int
    lots: tuple[PlanLot, ...]
    is_ordered: bool
    cost: TradeCost
    sellable: int | None = None
    identified: int = 0

    @property
    def in_order(self) -> int:
        """How many of the lots, from the front, can only go when those before them are gone."""
        return len(self.lots) if self.is_ordered else self.identified

    @property
    def quantity(self) -> int:
        """What of the lots can be sold."""
        held = sum(lot.quantity for lot in self.lots)
        return held if self.sellable is None else min(held, self.sellable)

    def at_price(self, price: int) -> "Holding":
        """The same lots at another price, in the same order."""
        return replace(self, price=price)

    def from_front(self, quantity: int) -> tuple[int, ...]:
        """What a sale of `quantity` takes of each lot, in order. Raises `ValueError` where that many are not there."""
        taken = []
        for lot in self.lots:
            taken.append(min(lot.quantity, quantity))
            quantity -= taken[-1]
        if quantity:
            raise ValueError(f"{self.account} does not hold that much {self.asset} in lots that can be sold")
        return tuple(taken)


@dataclass(frozen=True, slots=True)
class Effects:
    """What a sale does, in 10^-8 USD; gains are signed and after the costs of selling, the rest is what it costs."""

    short_gain: int = 0
    long_gain: int = 0
    value: int = 0
    sell_cost: int = 0
    buy_cost: int = 0
    fixed_cost: int = 0
    basis_given_up: int = 0
    holding_given_up: int = 0

    def __add__(self, other: "Effects") -> "Effects":
        """Both together."""
        return Effects(*(getattr(self, name) + getattr(other, name) for name in Effects.__slots__))

    def __sub__(self, other: "Effects") -> "Effects":
        """This without the other."""
        return Effects(*(getattr(self, name) - getattr(other, name) for name in Effects.__slots__))

    @property
    def trade_cost(self) -> int:
        """What selling and buying back cost together."""
        return self.sell_cost + self.buy_cost + self.fixed_cost

    @property
    def weight(self) -> int:
        """What speaks against the sale: trading, and what it gives up."""
        return self.trade_cost + self.basis_given_up + self.holding_given_up


def lot_effects(holding: Holding, lot: PlanLot, quantity: int, later: Later) -> Effects:
    """What selling `quantity` of `lot` and buying it back does, without the fixed cost of the order."""
    value = divide_half_even(quantity * holding.price, _VALUE_SCALE)
    cost = divide_half_even(lot.cost * quantity, lot.quantity)
    sell_cost, buy_cost = share(value, holding.cost.sell_rate), share(value, holding.cost.buy_rate)
    gain = value - sell_cost - cost
    new_cost = value + buy_cost
    keeps_long = later.is_long(lot.long_from)
    kept_rate = later.rate(is_long=keeps_long)
    return Effects(
        short_gain=gain if lot.term == "short" else 0,
        long_gain=gain if lot.term == "long" else 0,
        value=value,
        sell_cost=sell_cost,
        buy_cost=buy_cost,
        basis_given_up=share(cost - new_cost, kept_rate),
        holding_given_up=share(
            share(value, later.growth) - new_cost, later.rate(is_long=later.is_new_long) - kept_rate
        ),
    )


def sale_effects(holding: Holding, taken: Sequence[int], later: Later) -> Effects:
    """What one order for `taken` of each lot does."""
    total = Effects()
    for lot, quantity in zip(holding.lots, taken, strict=True):
        if quantity:
            total += lot_effects(holding, lot, quantity, later)
    return replace(total, fixed_cost=holding.cost.fixed) if any(taken) else total


def share(amount: int, rate: Decimal) -> int:
    """`amount` times `rate`, rounded half to even."""
    if not rate or not amount:
        return 0
    with localcontext(EXACT):
        product = amount * rate
    return int(product.to_integral_value(ROUND_HALF_EVEN))
