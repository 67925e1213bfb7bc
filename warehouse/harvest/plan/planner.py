"""The plan: the sales that lower the burden of a year most, worked out exactly, with what each adds. Pure.

The solver only proposes quantities; every figure here is exact, from the tax function. A plan that turns out to be
worth nothing is no plan.

Belongs here: from holdings to a plan. Does not belong here: the program (`program.py`), the figures of one line
(`lines.py`), tables.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from decimal import ROUND_UP, Decimal

from warehouse.harvest.plan.holdings import Effects, Holding, sale_effects
from warehouse.harvest.plan.lines import Sale, benefit, price_of
from warehouse.harvest.plan.program import propose
from warehouse.harvest.plan.targets import Target
from warehouse.harvest.plan.worth import Outcome, Standing, outcome

SECONDS = 30.0
"""How long the solver may search one cell; where that is not enough the gap says so."""

_CENT = Decimal("0.01")


@dataclass(frozen=True, slots=True)
class Plan:
    """Sales, how the year ends without and with them, and how far at most the best plan lies above.

    `net_benefit_usd` is in tax dollars; where no tax can be worked out it only weighs loss against cost. `gap` is a
    share of the benefit that the best plan could have; what adds less than a cent is in no plan and leaves no gap.
    """

    sales: tuple[Sale, ...]
    effects: Effects
    without: Outcome
    planned: Outcome
    net_benefit_usd: Decimal
    gap: Decimal


def make_plan(
    standing: Standing,
    holdings: Sequence[Holding],
    *,
    minimum_sale: int = 0,
    target: Target | None = None,
    seconds: float = SECONDS,
) -> Plan:
    """The best sales of `holdings`, each with a known cost and price.

    `minimum_sale` is the least value of a sale in 10^-8 USD. Raises `NoPlanError` where a target is out of reach.
    """
    without = outcome(standing)
    worth_a_look = [holding for holding in holdings if holding.quantity and holding.price]
    if not worth_a_look and target is None:
        return Plan((), Effects(), without, without, Decimal(0), Decimal(0))
    proposal = propose(standing, worth_a_look, minimum_sale=minimum_sale, target=target, seconds=seconds)
    sales = [
        Sale(holding, taken, sale_effects(holding, taken, standing.later))
        for holding, taken in zip(worth_a_look, proposal.taken, strict=True)
        if any(taken)
    ]
    proposed = benefit(standing, sum((sale.effects for sale in sales), Effects()))
    if target is None:
        sales = _without_idle(standing, sales)
    effects = sum((sale.effects for sale in sales), Effects())
    net = benefit(standing, effects)
    return Plan(
        sales=tuple(sales),
        effects=effects,
        without=without,
        planned=outcome(standing, effects.short_gain, effects.long_gain),
        net_benefit_usd=net,
        gap=_gap(max(net, proposed), proposal.best_usd),
    )


def aimed(standing: Standing, target: Target | None) -> Standing:
    """The standing under which a plan for `target` is made: the 0 % bracket is of use to who pays 15 % later.

    The state taxes the gain now and would then, so its rate counts later too.
    """
    if target is None or not target.keeps_tax or standing.figures is None:
        return standing
    return replace(standing, later=standing.later.bearing(standing.figures.fifteen_rate + standing.state_rate))


def freed(holdings: Sequence[Holding]) -> list[Holding]:
    """The same holdings where every lot may be named: what specific identification would open."""
    return [replace(holding, is_ordered=False) for holding in holdings]


def _without_idle(standing: Standing, sales: list[Sale]) -> list[Sale]:
    """The sales without those that add less than a cent to the others: dust, or left by rounding in the solver."""
    everything = sum((sale.effects for sale in sales), Effects())
    kept = []
    for sale in sorted(sales, key=lambda sale: (sale.effects.value, sale.holding.account, sale.holding.asset)):
        rest = everything - sale.effects
        if price_of(standing, rest) - price_of(standing, everything) < _CENT:
            everything = rest
        else:
            kept.append(sale)
    return kept


def _gap(net: Decimal, best: Decimal) -> Decimal:
    """How far `net` lies below `best` as a share of `best`; less than a cent is nothing, no bound at all is 1."""
    if best.is_infinite():
        return Decimal(1)
    missing = best - net
    if missing < _CENT:
        return Decimal(0)
    return (missing / best).quantize(Decimal("1e-9"), ROUND_UP)
