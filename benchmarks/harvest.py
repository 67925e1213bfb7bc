"""How fast and how good plans are: a large book in time, and 200 random ones against simpler rules.

    python -m benchmarks.harvest --lots 10000 --accounts 20 --books 200

- largest loss first: each holding's largest loss that its order can reach, the largest of all first, until gains and
  the yearly limit are used up;
- flat rate: every such loss that, at 24 %, pays for its trading.

Seconds are those of the clock and, beside them, of the processor: on a busy machine the latter tell what a free one
takes. What each rule sells is worked out by the same tax function as the plan, with the same costs and the same later
years.

Belongs here: made-up books, other rules, time. Does not belong here: what is right (the tests).
"""

import argparse
import time
from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from random import Random

import pyarrow as pa

from warehouse.connection import open_warehouse
from warehouse.harvest.plan.holdings import Effects, Holding, PlanLot, TradeCost, lot_effects
from warehouse.harvest.plan.later import later_years
from warehouse.harvest.plan.lines import benefit, ranked_lines
from warehouse.harvest.plan.planner import freed, make_plan
from warehouse.harvest.plan.worth import Standing, outcome
from warehouse.harvest.steps import CANDIDATES
from warehouse.lots.holding import first_long_date, term_of
from warehouse.schema import create_tables, fetch_query, insert_rows, schema_files
from warehouse.settings import AccountSettings, BookSettings, HarvestSettings
from warehouse.steps import Book
from warehouse.tax.us.figures import load_figures
from warehouse.tax.us.liability import TaxReturn

TODAY = date(2026, 11, 24)
AS_OF = datetime(2026, 11, 24, 17, tzinfo=UTC)
COST = TradeCost(Decimal("0.004"), Decimal("0.004"))
MINIMUM_SALE = 50 * 10**8
FLAT_RATE = Decimal("0.24")
CENT = Decimal("0.01")


def standing(income: int, short: int, long: int, *, status: str = "single", state: str = "0") -> Standing:
    """A year with these nets so far."""
    figures, filed = load_figures(TODAY.year, status), TaxReturn(Decimal(income))
    later = later_years(
        HarvestSettings(),
        today=TODAY,
        new_long_from=first_long_date(TODAY),
        figures=figures,
        filed=filed,
        state_rate=Decimal(state),
    )
    return Standing(TODAY.year, status, Decimal(short), Decimal(long), later, figures, filed, Decimal(state))


def random_book(random: Random, lots: int, accounts: int) -> list[Holding]:
    """About so many lots of coins in so many accounts, bought over three years, at half to twice of today's price."""
    coins = max(1, lots // (25 * accounts))
    each = max(1, lots // (coins * accounts))
    return [
        _holding(random, f"a{account}", f"C{coin}", random.randint(max(1, each // 2), each + each // 2))
        for account in range(accounts)
        for coin in range(coins)
    ]


def _holding(random: Random, account: str, asset: str, lots: int) -> Holding:
    price = round(Decimal(10 ** random.uniform(-1, 4.5)), 6)
    trend = random.uniform(0.6, 1.5)
    bought = []
    for number in range(lots):
        days = random.randint(0, 1100)
        units = round(Decimal(random.lognormvariate(6, 1)) / price, 8) + Decimal("1e-8")
        cost = units * price * Decimal(trend * random.uniform(0.7, 1.3))
        acquired = TODAY - timedelta(days=days)
        lot = PlanLot(
            f"{account}:{asset}:{number}",
            int(units * 10**18),
            int(cost * 10**8),
            term_of(acquired, TODAY),
            first_long_date(acquired),
        )
        bought.append((-days, lot))
    lots_in_order = tuple(lot for _, lot in sorted(bought, key=lambda item: item[0]))
    return Holding(account, asset, int(price * 10**18), lots_in_order, is_ordered=True, cost=COST)


def largest_losses(year: Standing, book: Sequence[Holding]) -> list[Effects]:
    """For each holding the prefix with the largest loss, the largest first."""
    found = []
    for holding in book:
        total = best = Effects()
        for lot in holding.lots:
            total += lot_effects(holding, lot, lot.quantity, year.later)
            if total.short_gain + total.long_gain < best.short_gain + best.long_gain and total.value >= MINIMUM_SALE:
                best = total
        if best.value:
            found.append(best)
    return sorted(found, key=lambda effects: effects.short_gain + effects.long_gain)


def greedy(year: Standing, book: Sequence[Holding]) -> Decimal:
    """What it is worth to sell the largest losses until no more of them counts."""
    total = Effects()
    for effects in largest_losses(year, book):
        if outcome(year, total.short_gain, total.long_gain).netting.usable_loss_usd <= 0:
            break
        total += effects
    return benefit(year, total)


def flat(year: Standing, book: Sequence[Holding]) -> Decimal:
    """What it is worth to sell every loss that pays for its trading at a flat rate."""
    total = Effects()
    for effects in largest_losses(year, book):
        if -(effects.short_gain + effects.long_gain) * FLAT_RATE > effects.trade_cost:
            total += effects
    return benefit(year, total)


def compare(books: int, random: Random) -> None:
    """Print how the plan does against the rules, and how the differences are distributed. Fails where it is worse."""
    rows = []
    started = time.perf_counter()
    for _ in range(books):
        book = random_book(random, random.randint(5, 400), random.randint(1, 6))
        year = standing(
            random.choice([20_000, 45_000, 60_000, 90_000, 120_000, 200_000, 400_000]),
            random.choice([-5_000, 0, 0, 1_000, 10_000, 40_000]),
            random.choice([-5_000, 0, 0, 3_000, 20_000, 100_000]),
            status=random.choice(["single", "married_joint", "married_separate", "head_of_household"]),
            state=random.choice(["0", "0", "0.05"]),
        )
        plan = make_plan(year, book, minimum_sale=MINIMUM_SALE)
        rows.append((plan.net_benefit_usd, greedy(year, book), flat(year, book), plan.gap))
    seconds = time.perf_counter() - started
    print(f"\n{books} random books in {seconds:.1f} s; net benefit in USD, worked out by the same tax function")
    print(f"{'':24}{'least':>12}{'10 %':>12}{'25 %':>12}{'median':>12}{'75 %':>12}{'90 %':>12}{'most':>14}{'sum':>16}")
    for place, name in enumerate(("plan", "largest loss first", "flat 24 %")):
        _distribution(name, [row[place] for row in rows])
    _distribution("plan less largest first", [row[0] - row[1] for row in rows])
    _distribution("plan less flat 24 %", [row[0] - row[2] for row in rows])
    worse = [row for row in rows if row[0] < max(row[1], row[2]) - CENT]
    costly = [sum(row[rule] < 0 for row in rows) for rule in (1, 2)]
    print(f"the plan is worse in {len(worse)} books")
    print(f"money is lost by largest first in {costly[0]} books, by the flat rate in {costly[1]}")
    print(f"the largest gap: {max(row[3] for row in rows):%}")
    assert not worse, worse


def _distribution(name: str, values: Sequence[Decimal]) -> None:
    ordered = sorted(values)
    last = len(ordered) - 1
    parts = "".join(f"{ordered[round(last * share)]:>12,.2f}" for share in (0, 0.1, 0.25, 0.5, 0.75, 0.9))
    print(f"{name:24}{parts}{ordered[last]:>14,.2f}{sum(ordered):>16,.2f}")


def time_plans(lots: int, accounts: int, random: Random) -> None:
    """Print how long plans of a large book take in different years, in the accounts' orders and with identification."""
    book = random_book(random, lots, accounts)
    count = sum(len(holding.lots) for holding in book)
    print(f"\nplans of {count:,} open lots, {accounts} accounts, {len(book)} holdings")
    print(
        f"{'income':>10}{'short':>10}{'long':>10}{'orders':>12}{'seconds':>10}{'of CPU':>9}"
        f"{'lines':>8}{'benefit':>14}{'gap':>12}"
    )
    for income, short, long in ((120_000, 500, 2_000), (45_000, 0, 10_000), (200_000, 50_000, 200_000)):
        for is_free in (False, True):
            year = standing(income, short, long)
            started, worked = time.perf_counter(), time.process_time()
            plan = make_plan(year, freed(book) if is_free else book, minimum_sale=MINIMUM_SALE)
            lines = ranked_lines(year, plan.sales)
            seconds, worked = time.perf_counter() - started, time.process_time() - worked
            print(
                f"{income:>10,}{short:>10,}{long:>10,}{'free' if is_free else 'first in':>12}{seconds:>10.2f}"
                f"{worked:>9.2f}"
                f"{len(lines):>8}{plan.net_benefit_usd:>14,.2f}{plan.gap:>12.4%}"
            )


def time_candidates(lots: int, accounts: int, random: Random) -> None:
    """Print how long it takes to value as many open lots and list the candidates."""
    book = random_book(random, lots, accounts)
    settings = BookSettings(accounts=tuple(AccountSettings(f"a{number}", "exchange") for number in range(accounts)))
    with open_warehouse(Path(":memory:")) as connection:
        create_tables(connection, *(path.name for path in schema_files()))
        rows = [(holding, lot) for holding in book for lot in holding.lots]
        common = [
            {
                "lot_id": lot.lot_id,
                "asset": holding.asset,
                "account": holding.account,
                "acquired_at": datetime.combine(lot.long_from - timedelta(days=366), datetime.min.time(), UTC),
                "quantity": Decimal(lot.quantity).scaleb(-18),
                "cost_usd": Decimal(lot.cost).scaleb(-8),
                "unit_cost_usd": Decimal(1),
                "is_in_transit": False,
                "origin": "trade",
                "transaction_id": lot.lot_id,
            }
            for holding, lot in rows
        ]
        prices = [
            {"asset": asset, "at": AS_OF, "price_usd": Decimal(100), "source": "made up", "is_interpolated": False}
            for asset in sorted({holding.asset for holding in book})
        ]
        for table, content in (("lots.open_lots", common), ("lots.lots", common), ("market.prices", prices)):
            shape = fetch_query(connection, f"SELECT * FROM {table}").schema
            insert_rows(connection, table, pa.Table.from_pylist(content, schema=shape))
        started, worked = time.perf_counter(), time.process_time()
        CANDIDATES.run(Book(connection, Path("nowhere"), settings, AS_OF))
        seconds, worked = time.perf_counter() - started, time.process_time() - worked
        ((found,),) = connection.execute("SELECT count(*) FROM harvest.candidates").fetchall()
    print(f"\ncandidates of {len(rows):,} open lots, {accounts} accounts: {seconds:.2f} s ({worked:.2f} of CPU)")
    print(f"{found:,} of them found")


def main() -> None:
    """Time and compare by the arguments."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--lots", type=int, default=10_000)
    parser.add_argument("--accounts", type=int, default=20)
    parser.add_argument("--books", type=int, default=200)
    arguments = parser.parse_args()
    time_candidates(arguments.lots, arguments.accounts, Random(1))
    time_plans(arguments.lots, arguments.accounts, Random(2))
    compare(arguments.books, Random(3))


if __name__ == "__main__":
    main()
