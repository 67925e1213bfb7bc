"""Small books to plan for, and what a plan of them is worth by another way: exact fractions, no rounding, no solver.

Belongs here: holdings and years in a line each, and the second opinion. Does not belong here: any test.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction
from functools import cached_property
from random import Random

from warehouse.exact import from_units
from warehouse.harvest.plan.holdings import Holding, PlanLot, TradeCost
from warehouse.harvest.plan.later import later_years
from warehouse.harvest.plan.worth import Standing
from warehouse.lots.holding import first_long_date, term_of
from warehouse.settings import HarvestSettings
from warehouse.tax.us.figures import load_figures
from warehouse.tax.us.liability import TaxReturn, tax

TODAY = date(2026, 11, 24)
FREE = TradeCost(Decimal(0), Decimal(0))
STATUSES = ("single", "married_joint", "married_separate", "head_of_household", "surviving_spouse")


def plan_lot(name: str, acquired: str, quantity: str, cost: str, *, today: date = TODAY) -> PlanLot:
    """A lot of `quantity` units that cost `cost` in all."""
    day = date.fromisoformat(acquired)
    return PlanLot(
        lot_id=name,
        quantity=int(Decimal(quantity) * 10**18),
        cost=int(Decimal(cost) * 10**8),
        term=term_of(day, today),
        long_from=first_long_date(day),
    )


def holding(
    *lots: PlanLot,
    price: str,
    asset: str = "BTC",
    account: str = "kraken",
    cost: TradeCost = FREE,
    is_ordered: bool = True,
) -> Holding:
    """Those lots in that order, trading free of cost unless told."""
    return Holding(account, asset, int(Decimal(price) * 10**18), lots, is_ordered, cost)


def standing(
    income: str | None = "120000",
    *,
    short: str = "0",
    long: str = "0",
    status: str = "single",
    state: str = "0",
    usual: str | None = None,
    settings: HarvestSettings | None = None,
    today: date = TODAY,
) -> Standing:
    """The year of `today` with these nets; `usual` is the income of later years where it is another."""
    figures = None if income is None else load_figures(today.year, status)
    later = later_years(
        settings or HarvestSettings(),
        today=today,
        new_long_from=first_long_date(today),
        figures=figures,
        filed=TaxReturn(Decimal(usual or income or 0)),
        state_rate=Decimal(state),
    )
    filed = None if income is None else TaxReturn(Decimal(income))
    return Standing(today.year, status, Decimal(short), Decimal(long), later, figures, filed, Decimal(state))


def random_book(
    random: Random, holdings: int, lots: int, *, cost_rate: str = "0.004", is_ordered: bool = True
) -> list[Holding]:
    """Coins in 20 accounts, bought over some three years at prices around today's."""
    rate = Decimal(cost_rate)
    book = []
    for number in range(holdings):
        price = Decimal(round(10 ** random.uniform(-1, 4.5), 6))
        bought = []
        for place in range(random.randint(1, lots)):
            day = TODAY - timedelta(days=random.randint(0, 1200))
            quantity = round(Decimal(random.uniform(10, 3000)) / price, 8) + Decimal("0.00000001")
            cost = round(quantity * price * Decimal(random.uniform(0.5, 1.9)), 8)
            bought.append((day, plan_lot(f"{number}.{place}", day.isoformat(), str(quantity), str(cost))))
        book.append(
            holding(
                *(lot for _, lot in sorted(bought, key=lambda item: item[0])),
                price=str(price),
                asset=f"C{number // 20}",
                account=f"a{number % 20}",
                cost=TradeCost(rate, rate),
                is_ordered=is_ordered,
            )
        )
    return book


@dataclass(frozen=True)
class SecondOpinion:
    """What sales are worth for a year by the words of decision 0070, in fractions."""

    year: Standing
    settings: HarvestSettings
    usual_income: Decimal

    def net(self, holdings: Sequence[Holding], taken: Sequence[Sequence[int]]) -> Fraction:
        """Tax saved and loss carried, less trading and what is given up."""
        short = long = against = Fraction(0)
        for held, parts in zip(holdings, taken, strict=True):
            price = Fraction(held.price, 10**18)
            sell, buy = Fraction(held.cost.sell_rate), Fraction(held.cost.buy_rate)
            if any(parts):
                against += Fraction(held.cost.fixed, 10**8)
            for lot, units in zip(held.lots, parts, strict=True):
                value = Fraction(units, 10**18) * price
                cost = Fraction(lot.cost, 10**8) * units / lot.quantity
                gain = value * (1 - sell) - cost
                short, long = (short + gain, long) if lot.term == "short" else (short, long + gain)
                against += value * (sell + buy) + self._later_tax(lot, value, cost, value * (1 + buy))
        return self._without - self._burden(short, long) - against

    @cached_property
    def _without(self) -> Fraction:
        return self._burden(Fraction(0), Fraction(0))

    def _later_tax(self, lot: PlanLot, value: Fraction, cost: Fraction, new_cost: Fraction) -> Fraction:
        """The tax on the new lot at the horizon less that on the old one, discounted."""
        later = value * Fraction((1 + self.settings.growth_rate) ** int(self.settings.horizon_years))
        horizon = TODAY + timedelta(days=int(self.settings.horizon_years * Decimal("365.25")))
        old = self._gain_rates[horizon >= lot.long_from] * (later - cost)
        new = self._gain_rates[horizon >= first_long_date(TODAY)] * (later - new_cost)
        return (new - old) * self._discount(int(self.settings.horizon_years))

    def _burden(self, short: Fraction, long: Fraction) -> Fraction:
        year = self.year
        assert year.figures is not None
        assert year.filed is not None
        short, long = short + Fraction(year.short_net_usd), long + Fraction(year.long_net_usd)
        filed = replace(year.filed, short_net_usd=_decimal(short), long_net_usd=_decimal(long))
        bill = tax(year.figures, filed, state_rate=year.state_rate)
        loss = max(Fraction(0), -(short + long))
        deductible = min(loss, Fraction(year.limit_usd))
        used = min(deductible, max(Fraction(0), Fraction(bill.taxable_income_usd) + deductible))
        left, worth = loss - used, Fraction(0)
        limit = Fraction(year.limit_usd)
        at_horizon = self._gain_rates[True] * self._discount(int(self.settings.horizon_years))
        for number in range(1, int(self.settings.horizon_years) + 1):
            part = min(left, limit)
            worth += part * max(self._yearly * self._discount(number), at_horizon)
            left -= part
        return Fraction(bill.total_usd) - worth - left * at_horizon

    @cached_property
    def _gain_rates(self) -> dict[bool, Fraction]:
        """The tax on a dollar more of gain in later years, by whether it is long-term."""
        amount = Fraction(1000)
        more = {True: self._usual(long=amount), False: self._usual(short=amount)}
        return {is_long: (taxed - self._usual()) / amount for is_long, taxed in more.items()}

    @cached_property
    def _yearly(self) -> Fraction:
        """What a dollar of loss that is carried over saves in a later year."""
        limit = Fraction(self.year.limit_usd)
        return (self._usual() - self._usual(short=-limit)) / limit

    def _usual(self, short: Fraction = Fraction(0), long: Fraction = Fraction(0)) -> Fraction:
        figures = self.year.figures
        assert figures is not None
        filed = TaxReturn(self.usual_income, _decimal(short), _decimal(long))
        return Fraction(tax(figures, filed, state_rate=self.year.state_rate).total_usd)

    def _discount(self, years: int) -> Fraction:
        return 1 / Fraction(1 + self.settings.discount_rate) ** years


def _decimal(amount: Fraction) -> Decimal:
    """To the 24th decimal, which is far below a cent."""
    return from_units(round(amount * 10**24), 24)
