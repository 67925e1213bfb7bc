"""The lines of a plan: in which order to sell, what each sale adds to those before it, and up to which price. Pure.

Sales share brackets and the loss limit, so what one of them saves depends on the others. Each line tells what it adds
to the lines ranked before it: the lines add up to the plan, to the last digit. The line that adds most comes first.

Belongs here: ranks and the figures of lines. Does not belong here: which sales there are (`planner.py`).
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from decimal import Context, Decimal, localcontext
from fractions import Fraction

from warehouse.exact import EXACT, PRICE_PLACES, QUANTITY_PLACES, USD_PLACES, divide_half_even, from_units
from warehouse.harvest.plan.holdings import Effects, Holding, PlanLot, sale_effects
from warehouse.harvest.plan.later import Later
from warehouse.harvest.plan.worth import Outcome, Standing, outcome
from warehouse.lots.holding import Term

_EIGHT = Decimal("1e-8")
_ROUNDED = Context(prec=60)
_HALVINGS = 60


@dataclass(frozen=True, slots=True)
class Sale:
    """What is taken of each lot of one holding, and what that does."""

    holding: Holding
    taken: tuple[int, ...]
    effects: Effects

    @property
    def doubts(self) -> list[str]:
        """What speaks against acting before a look at it, in words, each once."""
        parts = zip(self.holding.lots, self.taken, strict=True)
        return list(dict.fromkeys(doubt for lot, taken in parts if taken for doubt in lot.doubts))


@dataclass(frozen=True, slots=True)
class Line:
    """A sale with what it adds to the lines before it, in USD.

    `tax_saved_usd`, `carried_value_usd` and `net_benefit_usd` are `None` where no tax can be worked out.
    `counted_loss_usd` is what of the loss counts this year, `carried_usd` what goes into the next.
    `break_even_price` (10^-18 USD) is the price at which the sale no longer adds anything to all the others, `None`
    where there is no such price.
    """

    sale: Sale
    counted_loss_usd: Decimal
    carried_usd: Decimal
    tax_saved_usd: Decimal | None
    carried_value_usd: Decimal | None
    net_benefit_usd: Decimal | None
    break_even_price: int | None


def price_of(standing: Standing, effects: Effects) -> Decimal:
    """What the year costs with sales of these effects, and what they cost and give up, exactly: less is better."""
    with localcontext(EXACT):
        after = outcome(standing, effects.short_gain, effects.long_gain)
        return after.burden_usd + from_units(effects.weight, USD_PLACES)


def benefit(standing: Standing, effects: Effects) -> Decimal:
    """By how much sales with these effects lower the burden of the year, less what they cost and give up, exactly."""
    with localcontext(EXACT):
        return price_of(standing, Effects()) - price_of(standing, effects)


def ranked_lines(standing: Standing, sales: Sequence[Sale]) -> tuple[Line, ...]:
    """The sales in order, each with what it adds."""
    everything = sum((sale.effects for sale in sales), Effects())
    lines = []
    total = Effects()
    before = outcome(standing)
    for sale in _ranked(standing, sales):
        total += sale.effects
        after = outcome(standing, total.short_gain, total.long_gain)
        lines.append(_line(sale, before, after, break_even_price(standing, sale, everything)))
        before = after
    return tuple(lines)


def break_even_price(standing: Standing, sale: Sale, everything: Effects) -> int | None:
    """The price between which and today's the sale adds to the rest of the plan, `everything` without it.

    A sale at a loss is looked at upwards, one at a gain downwards, and first up to where it has neither: there nothing
    is left for it to add, whatever a gain beyond a loss, or a loss beyond a gain, may add in its turn. Lots that are
    alike are looked at as one, so the price is exact but for what rounding each of them at the eighth decimal of a
    dollar would change.
    """
    rest = everything - sale.effects
    base = price_of(standing, rest)
    merged = _alike(sale, standing.later)
    whole = tuple(lot.quantity for lot in merged.lots)

    def pays(price: int) -> bool:
        return price_of(standing, rest + sale_effects(merged.at_price(price), whole, standing.later)) < base

    near = sale.holding.price
    is_loss = sale.effects.short_gain + sale.effects.long_gain < 0
    far = even = _even_price(merged)
    if (even > near) != is_loss or (len(merged.lots) > 1 and pays(even)):
        far = 4 * near if is_loss else 0
        while far > near and pays(far) and far < near * 2**20:
            far *= 4
        if pays(far):
            return None
    if not pays(near):
        return None
    for _ in range(_HALVINGS):
        middle = (near + far) // 2
        if pays(middle):
            near = middle
        else:
            far = middle
    return near


def _even_price(holding: Holding) -> int:
    """The price at which all of it is sold without gain or loss, after the costs of selling."""
    kept = Fraction(sum(lot.quantity for lot in holding.lots)) * (1 - Fraction(holding.cost.sell_rate))
    price: Fraction = sum(lot.cost for lot in holding.lots) * 10 ** (QUANTITY_PLACES + PRICE_PLACES - USD_PLACES) / kept
    return round(price)


def _alike(sale: Sale, later: Later) -> Holding:
    """What is sold, with one lot for all that are of one term now and at the horizon."""
    groups: dict[tuple[Term, bool], PlanLot] = {}
    for lot, taken in zip(sale.holding.lots, sale.taken, strict=True):
        if taken:
            key = lot.term, later.is_long(lot.long_from)
            part = replace(lot, quantity=taken, cost=divide_half_even(lot.cost * taken, lot.quantity))
            other = groups.get(key)
            groups[key] = (
                part
                if other is None
                else replace(other, quantity=other.quantity + part.quantity, cost=other.cost + part.cost)
            )
    return replace(sale.holding, lots=tuple(groups.values()))


def _ranked(standing: Standing, sales: Sequence[Sale]) -> list[Sale]:
    """The sale that adds most to those before it next; of equal ones the first by account and asset."""
    left = sorted(sales, key=lambda sale: (sale.holding.account, sale.holding.asset))
    ranked: list[Sale] = []
    total = Effects()
    while left:
        following = min(left, key=lambda sale: price_of(standing, total + sale.effects))
        left.remove(following)
        ranked.append(following)
        total += following.effects
    return ranked


def _line(sale: Sale, before: Outcome, after: Outcome, break_even: int | None) -> Line:
    with localcontext(EXACT):
        counted = after.netting.loss_limit_usd  # the same in both
        lost = max(before.netting.net_gain_usd, -counted) - max(after.netting.net_gain_usd, -counted)
        saved = carried_value = net = None
        if before.tax is not None and after.tax is not None:
            saved = _rounded(before.tax.total_usd) - _rounded(after.tax.total_usd)
            carried_value = _rounded(after.carried_value_usd) - _rounded(before.carried_value_usd)
            net = saved + carried_value - from_units(sale.effects.weight, USD_PLACES)
        return Line(
            sale=sale,
            counted_loss_usd=lost,
            carried_usd=after.carried_usd - before.carried_usd,
            tax_saved_usd=saved,
            carried_value_usd=carried_value,
            net_benefit_usd=net,
            break_even_price=break_even,
        )


def _rounded(amount: Decimal) -> Decimal:
    """At the eighth decimal; totals are rounded and not lines, so lines add up."""
    return amount.quantize(_EIGHT, context=_ROUNDED)
