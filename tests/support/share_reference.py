"""The matching rules of the United Kingdom once more: slow, in fractions, unit by unit of time, written from the law.

Belongs here: the second implementation. Does not belong here: anything of the first; it shares no code with it.
"""

from dataclasses import dataclass, field
from datetime import date, timedelta
from fractions import Fraction


@dataclass
class Answer:
    """The allowable cost of each day's disposals, and the pool at the end; `None` where a cost is unknown."""

    allowable: dict[date, Fraction | None] = field(default_factory=dict)
    pool_quantity: Fraction = Fraction(0)
    pool_cost: Fraction | None = Fraction(0)


def matched(bought: list[tuple[date, int, int | None]], sold: list[tuple[date, int]]) -> Answer:
    """Every day one after the other: its own purchases, then the next thirty days' one by one, then the holding.

    Before a day's sale may take a later purchase, what that later day sells itself has to be kept back from it, and
    what earlier sales took is gone already.
    """
    buys, unit_cost = _bought(bought)
    sells: dict[date, Fraction] = {}
    for day, quantity in sold:
        sells[day] = sells.get(day, Fraction(0)) + quantity
    free = {day: max(Fraction(0), quantity - sells.get(day, Fraction(0))) for day, quantity in buys.items()}
    answer = Answer()
    if not buys and not sells:
        return answer
    from_holding: dict[date, Fraction] = {}
    for day in sorted(sells):
        wanted = sells[day]
        allowable: Fraction | None = Fraction(0)
        own = min(wanted, buys.get(day, Fraction(0)))
        allowable = _plus(allowable, own, unit_cost.get(day, Fraction(0)))
        wanted -= own
        for ahead in range(1, 31):
            later = day + timedelta(days=ahead)
            if wanted and free.get(later):
                taken = min(wanted, free[later])
                free[later] -= taken
                wanted -= taken
                allowable = _plus(allowable, taken, unit_cost[later])
        from_holding[day] = wanted
        answer.allowable[day] = allowable
    _run_the_pool(answer, min([*buys, *sells]), max([*buys, *sells]), free, from_holding, unit_cost)
    return answer


def _bought(bought: list[tuple[date, int, int | None]]) -> tuple[dict[date, Fraction], dict[date, Fraction | None]]:
    buys: dict[date, Fraction] = {}
    paid: dict[date, list[int | None]] = {}
    for day, quantity, cost in bought:
        buys[day] = buys.get(day, Fraction(0)) + quantity
        paid.setdefault(day, []).append(cost)
    unit_cost: dict[date, Fraction | None] = {}
    for day, costs in paid.items():
        known = [cost for cost in costs if cost is not None]
        unit_cost[day] = Fraction(sum(known)) / buys[day] if len(known) == len(costs) else None
    return buys, unit_cost


def _run_the_pool(  # noqa: PLR0917 - a reference, written to be read from top to bottom
    answer: Answer,
    day: date,
    last: date,
    free: dict[date, Fraction],
    from_holding: dict[date, Fraction],
    unit_cost: dict[date, Fraction | None],
) -> None:
    while day <= last:
        if free.get(day):
            joined = unit_cost[day]
            cost = answer.pool_cost
            answer.pool_cost = None if cost is None or joined is None else cost + free[day] * joined
            answer.pool_quantity += free[day]
        taken = from_holding.get(day, Fraction(0))
        if taken:
            cost = answer.pool_cost
            share = None if cost is None else cost * taken / answer.pool_quantity
            before = answer.allowable[day]
            answer.allowable[day] = None if before is None or share is None else before + share
            answer.pool_quantity -= taken
            answer.pool_cost = (
                Fraction(0) if not answer.pool_quantity else None if cost is None or share is None else cost - share
            )
        day += timedelta(days=1)


def _plus(total: Fraction | None, quantity: Fraction, unit_cost: Fraction | None) -> Fraction | None:
    if not quantity:
        return total
    return None if total is None or unit_cost is None else total + quantity * unit_cost
