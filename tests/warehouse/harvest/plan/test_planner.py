"""The plan: against every subset of small books, and in the places where the obvious harvest is wrong."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from decimal import Decimal
from fractions import Fraction
from itertools import product
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from support.plan_books import STATUSES, SecondOpinion, holding, plan_lot, random_book, standing
from warehouse.exact import USD_PLACES, from_units
from warehouse.harvest.plan.holdings import Holding, TradeCost
from warehouse.harvest.plan.lines import ranked_lines
from warehouse.harvest.plan.planner import Plan, freed, make_plan
from warehouse.harvest.plan.program import NoPlanError
from warehouse.harvest.plan.targets import Target
from warehouse.settings import HarvestSettings

CENT = Fraction(1, 100)
QUARTERS = 4


def every_sale(held: Holding) -> Iterator[tuple[int, ...]]:
    """Every sale of quarters of lots: of prefixes where lots go in order, then of any of the others."""
    quarters = [[lot.quantity * part // QUARTERS for part in range(QUARTERS + 1)] for lot in held.lots]
    front = tuple(lot.quantity for lot in held.lots[: held.in_order])
    for rest in product(*quarters[held.in_order :]):
        yield (*front, *rest)
    yield tuple(0 for _ in held.lots)
    for place, parts in enumerate(quarters[: held.in_order]):
        before = tuple(lot.quantity for lot in held.lots[:place])
        for part in parts[1:]:
            yield (*before, part, *(0 for _ in held.lots[place + 1 :]))


def taken(plan: Plan, holdings: Sequence[Holding]) -> list[tuple[int, ...]]:
    chosen = {(sale.holding.account, sale.holding.asset): sale.taken for sale in plan.sales}
    return [chosen.get((held.account, held.asset), tuple(0 for _ in held.lots)) for held in holdings]


def sold(plan: Plan) -> dict[str, Decimal]:
    """Units sold of each lot."""
    return {
        lot.lot_id: from_units(units, 18).normalize()
        for sale in plan.sales
        for lot, units in zip(sale.holding.lots, sale.taken, strict=True)
        if units
    }


@pytest.mark.parametrize("seed", range(30))
def test_plan__small_random_book__is_no_worse_than_every_subset_tried(seed: int) -> None:
    random = Random(seed)
    income = str(random.choice([0, 9000, 30000, 64000, 66000, 120000, 195000, 260000, 700000]))
    usual = random.choice([income, "120000"])
    choices = HarvestSettings(horizon_years=Decimal(random.choice([1, 3])), growth_rate=Decimal("0.04"))
    year = standing(
        income,
        usual=usual,
        status=random.choice(STATUSES),
        state=random.choice(["0", "0.05"]),
        short=str(random.choice([-2000, 0, 1500, 30000])),
        long=str(random.choice([-4000, 0, 2500, 90000])),
        settings=choices,
    )
    book = random_book(random, 3, 2, cost_rate="0.002", is_ordered=bool(seed % 3))
    holdings = [replace(held, identified=seed % 2) for held in book]
    plan = make_plan(year, holdings)
    opinion = SecondOpinion(year, choices, Decimal(usual))
    claimed = Fraction(plan.net_benefit_usd)
    assert abs(opinion.net(holdings, taken(plan, holdings)) - claimed) < Fraction(1, 10**4)
    best = max(opinion.net(holdings, sales) for sales in product(*map(every_sale, holdings)))
    assert claimed >= best * (1 - Fraction(1, 1000)) - CENT
    assert plan.gap <= Decimal("0.001")
    assert claimed >= 0


@settings(max_examples=40, deadline=None)
@given(
    seed=st.integers(0, 10**6),
    income=st.integers(0, 900_000),
    short=st.integers(-50_000, 200_000),
    long=st.integers(-50_000, 400_000),
    where=st.tuples(st.sampled_from(STATUSES), st.sampled_from(["0", "0.0307", "0.133"])),
)
def test_plan__any_book__saves_the_tax_without_less_the_tax_with(
    seed: int, income: int, short: int, long: int, where: tuple[str, str]
) -> None:
    status, state = where
    year = standing(str(income), short=str(short), long=str(long), status=status, state=state)
    plan = make_plan(year, random_book(Random(seed), 6, 4))
    lines = ranked_lines(year, plan.sales)
    assert plan.without.tax is not None
    assert plan.planned.tax is not None
    saved = plan.without.tax.total_usd - plan.planned.tax.total_usd
    claimed = sum((line.tax_saved_usd or Decimal(0) for line in lines), Decimal(0))
    assert claimed.quantize(Decimal("0.01")) == saved.quantize(Decimal("0.01"))
    assert abs(claimed - saved) <= Decimal("1e-8")
    benefit = sum((line.net_benefit_usd or Decimal(0) for line in lines), Decimal(0))
    assert abs(benefit - plan.net_benefit_usd) <= Decimal("1e-7")
    carried = sum((line.carried_usd for line in lines), Decimal(0))
    assert carried == plan.planned.carried_usd - plan.without.carried_usd


def test_plan__gain_in_front_of_the_loss__fifo_can_not_sell_it_and_identification_can() -> None:
    """Under FIFO lots with 100,000 of gain go first; tax on it now instead of later costs more than the loss saves."""
    lots = (plan_lot("old", "2020-01-05", "3", "20000"), plan_lot("new", "2026-03-01", "1", "49000"))
    year = standing(short="9000")
    held = [holding(*lots, price="40000")]
    assert sold(make_plan(year, held)) == {}
    assert sold(make_plan(year, freed(held))) == {"new": Decimal(1)}


def test_plan__small_gain_in_front__is_sold_with_the_loss_behind_it() -> None:
    """500 of long gain comes along, and 9,000 of short gain is offset: 24 % of 9,000 now for 15 % of 8,500 later."""
    lots = (plan_lot("old", "2020-01-05", "0.1", "3500"), plan_lot("new", "2026-03-01", "1", "49000"))
    plan = make_plan(standing(short="9000"), [holding(*lots, price="40000")])
    assert sold(plan) == {"old": Decimal("0.1"), "new": Decimal(1)}
    assert plan.effects.long_gain == 500 * 10**8
    assert plan.effects.short_gain == -9000 * 10**8


def test_plan__long_loss_of_a_poor_year__is_worth_more_kept() -> None:
    """This year's income leaves the gain in the 0 % bracket; later the loss takes 15 % off a gain."""
    lots = [holding(plan_lot("long", "2024-01-05", "1", "45000"), price="40000")]
    assert sold(make_plan(standing("20000", usual="120000", long="5000"), lots)) == {}
    assert sold(make_plan(standing("120000", usual="20000", long="5000"), lots)) == {"long": Decimal(1)}


def test_plan__loss_beyond_every_use__is_left_where_it_is() -> None:
    """3,000 this year and in each of the three years before the horizon; a dollar more costs what it brings."""
    year = standing()
    plan = make_plan(year, [holding(plan_lot("a", "2026-03-01", "10", "500000"), price="40000", cost=TradeCost(
        Decimal("0.0001"), Decimal("0.0001")))])  # fmt: skip
    loss = -from_units(plan.effects.short_gain, USD_PLACES)
    assert abs(loss - 12000) < Decimal("0.01")
    assert plan.planned.netting.deductible_loss_usd == 3000


def test_plan__sale_that_adds_less_than_a_cent__is_left_out() -> None:
    """24 % of a short loss of 0.08 is 1.92 cents, less 15 % of it in three years (12.96 % now), 1.04: 0.88 cents."""
    dust = holding(plan_lot("dust", "2026-03-01", "0.000001", "0.12"), price="40000", asset="BTC")
    large = holding(plan_lot("large", "2026-03-01", "1", "6000"), price="2000", asset="ETH")
    plan = make_plan(standing(short="9000"), [dust, large])
    assert sold(plan) == {"large": Decimal(1)}
    assert plan.gap == 0
    assert make_plan(standing(short="9000"), [dust]).sales == ()


def test_plan__niit__makes_dollars_above_the_threshold_worth_more() -> None:
    """Of 10,000 gain 4,000 lie above 200,000 and bear 18.8 %: where later gain bears 15 %, only they are offset."""
    year = standing("194000", long="10000", usual="190000", settings=HarvestSettings(discount_rate=Decimal(0)))
    rate = TradeCost(Decimal("0.004"), Decimal(0))
    plan = make_plan(year, [holding(plan_lot("a", "2024-03-01", "1", "10000"), price="5000", cost=rate)])
    assert plan.without.tax is not None
    assert plan.planned.tax is not None
    assert plan.without.tax.niit_usd == 152
    assert abs(plan.planned.tax.niit_usd) < Decimal("0.01")
    assert abs(plan.planned.netting.net_gain_usd - 6000) < Decimal("0.01")


def test_plan__costs_above_the_benefit__sells_nothing() -> None:
    """A loss of 100 saves 15.00 now and costs 12.96 later; two trades of 40,000 at 0.01 % cost 8.00."""
    lots = plan_lot("a", "2024-03-01", "1", "40100")
    cost = TradeCost(Decimal("0.0001"), Decimal("0.0001"))
    year = standing(long="5000")
    assert make_plan(year, [holding(lots, price="40000", cost=cost)]).sales == ()
    assert make_plan(year, [holding(lots, price="40000")]).sales != ()


def test_plan__fixed_cost_and_smallest_order__are_kept() -> None:
    """A sale for 20.40 of benefit is not worth 30 of gas; one below the smallest order is not planned."""
    year = standing(long="5000")
    lot = plan_lot("a", "2024-03-01", "1", "1000")
    gas = TradeCost(Decimal(0), Decimal(0), fixed=30 * 10**8)
    least = TradeCost(Decimal(0), Decimal(0), minimum_quantity=2 * 10**18)
    assert make_plan(year, [holding(lot, price="1")]).sales != ()
    assert make_plan(year, [holding(lot, price="1", cost=gas)]).sales == ()
    assert make_plan(year, [holding(lot, price="1", cost=least)]).sales == ()
    assert make_plan(year, [holding(lot, price="1")], minimum_sale=2 * 10**8).sales == ()


def test_plan__short_horizon__counts_the_holding_period_that_begins_anew() -> None:
    """Sold within half a year at a price a fifth higher, the new lot is short-term where the old one was long."""
    choices = HarvestSettings(horizon_years=Decimal("0.5"), growth_rate=Decimal("0.44"), discount_rate=Decimal(0))
    year = standing(long="5000", settings=choices)
    plan = make_plan(year, freed([holding(plan_lot("a", "2025-03-01", "1", "60000"), price="50000")]))
    assert plan.sales == ()
    kept = standing(long="5000", settings=HarvestSettings(horizon_years=Decimal("0.5"), discount_rate=Decimal(0)))
    line = ranked_lines(
        kept, make_plan(kept, [holding(plan_lot("b", "2026-03-01", "1", "60000"), price="50000")]).sales
    )
    assert line[0].sale.effects.holding_given_up == 0


def test_plan__no_income_told__realizes_what_counts_and_claims_no_tax() -> None:
    """Gains of 5,000 and the limit of 3,000 use a loss of 8,000."""
    year = standing(None, short="5000")
    plan = make_plan(year, [holding(plan_lot("a", "2026-03-01", "10", "500000"), price="40000")])
    (line,) = ranked_lines(year, plan.sales)
    assert abs(line.counted_loss_usd - 8000) < Decimal("0.01")
    assert (line.tax_saved_usd, line.net_benefit_usd, line.carried_value_usd) == (None, None, None)


def test_plan__nothing_to_sell__is_empty() -> None:
    plan = make_plan(standing(), [])
    assert (plan.sales, plan.net_benefit_usd, plan.gap) == ((), 0, 0)


def test_plan__no_time_to_solve__sells_nothing_and_proves_nothing() -> None:
    lots = (plan_lot("a", "2026-03-01", "1", "49000"), plan_lot("b", "2026-03-02", "1", "48000"))
    held = [holding(*lots, price="40000")]
    plan = make_plan(standing(short="9000"), held, seconds=0)
    assert (plan.sales, plan.net_benefit_usd, plan.gap) == ((), 0, 1)
    assert make_plan(standing(short="9000"), held).gap <= Decimal("0.001")


def test_plan__no_time_to_solve_and_a_target__says_so() -> None:
    lots = (plan_lot("a", "2026-03-01", "1", "49000"), plan_lot("b", "2026-03-02", "1", "48000"))
    held = [holding(*lots, price="40000")]
    with pytest.raises(NoPlanError, match="were found within 0 seconds"):
        make_plan(standing(short="9000"), held, target=Target(Decimal(3000), "short"), seconds=0)


def test_break_even__many_lots_of_one_kind__is_the_price_at_which_all_of_them_add_nothing() -> None:
    year = standing(short="90000")
    lots = [plan_lot(f"l{number}", "2026-03-01", "0.1", str(4900 + number)) for number in range(9)]
    rates = TradeCost(Decimal("0.004"), Decimal("0.004"))
    (line,) = ranked_lines(year, make_plan(year, [holding(*lots, price="40000", cost=rates)]).sales)
    price = line.break_even_price
    assert price is not None
    opinion = SecondOpinion(year, HarvestSettings(), Decimal(120000))
    at, above = ([line.sale.holding.at_price(price + more)] for more in (0, 10**14))
    assert opinion.net(at, [line.sale.taken]) > -CENT / 100
    assert opinion.net(above, [line.sale.taken]) < CENT / 100


def test_break_even__price_found__adds_nothing_above_it() -> None:
    year = standing(short="9000")
    held = holding(
        plan_lot("a", "2026-03-01", "1", "49000"), price="40000", cost=TradeCost(Decimal("0.004"), Decimal("0.004"))
    )
    (line,) = ranked_lines(year, make_plan(year, [held]).sales)
    price = line.break_even_price
    assert price is not None
    assert held.price < price < 49000 * 10**18
    opinion = SecondOpinion(year, HarvestSettings(), Decimal(120000))
    at, above = ([held.at_price(price + more)] for more in (0, 10**14))
    assert opinion.net(at, [line.sale.taken]) > -CENT / 100
    assert opinion.net(above, [line.sale.taken]) < CENT / 100


def test_break_even__gain_beyond_the_loss_pays_too__is_where_neither_is_left() -> None:
    """Below 16,100 of income no tax is owed: a loss is carried on whole, to years of 22 %, and a gain is taxed at 0 %.

    Later it is 15 %. So the sale adds something below its cost of 2,500 and above it, and nothing at it.
    """
    year = standing("5000", usual="120000")
    held = holding(plan_lot("a", "2021-03-01", "1", "2500"), price="2000")
    (line,) = ranked_lines(year, make_plan(year, [held]).sales)
    assert line.break_even_price is not None
    assert abs(line.break_even_price - 2500 * 10**18) < 10**12
