"""The tax function: how many returns a second it works out, exactly, on one core.

Belongs here: measuring. Does not belong here: whether the figures are right (`tests/warehouse/tax`).
"""

import random
import time
from decimal import Decimal

from warehouse.tax.us.figures import Figures, load_figures
from warehouse.tax.us.liability import TaxReturn, tax

RETURNS = 20_000
ROUNDS = 5


def main() -> None:
    """Print calls a second: the best of some rounds over random returns, and of pairs with and without a sale."""
    chance = random.Random(8949)
    figures = load_figures(2025, "single")
    filed = [
        TaxReturn(
            ordinary_income_usd=Decimal(chance.randrange(0, 60_000_000)).scaleb(-2),
            short_net_usd=Decimal(chance.randrange(-5_000_000, 5_000_000)).scaleb(-2),
            long_net_usd=Decimal(chance.randrange(-5_000_000, 20_000_000)).scaleb(-2),
        )
        for _ in range(RETURNS)
    ]
    best = min(_seconds(figures, filed) for _ in range(ROUNDS))
    print(f"tax: {RETURNS / best:,.0f} returns a second, {best / RETURNS * 1e6:.1f} microseconds each")
    print(f"tax(with) - tax(without): {RETURNS / best / 2:,.0f} a second")


def _seconds(figures: Figures, filed: list[TaxReturn]) -> float:
    start = time.perf_counter()
    for one in filed:
        tax(figures, one)
    return time.perf_counter() - start


if __name__ == "__main__":
    main()
