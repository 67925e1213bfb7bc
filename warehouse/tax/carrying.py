"""The loss that goes from one year into the next where a country has one kind of it. Pure.

Belongs here: what was told against what was worked out. Does not belong here: how much of it a year uses.
"""

from decimal import Decimal

from warehouse.settings import TaxYearSettings
from warehouse.tax.country import ZERO


def carried_in(told: TaxYearSettings, computed: Decimal, *, is_first: bool) -> tuple[Decimal, tuple[str, ...]]:
    """The loss carried in, and a note where what the person told differs from what the year before works out to."""
    if told.carryover_short_in_usd is None and told.carryover_long_in_usd is None:
        return computed, ()
    given = (told.carryover_short_in_usd or ZERO) + (told.carryover_long_in_usd or ZERO)
    if is_first or given == computed:
        return given, ()
    return given, (f"the loss carried in is as given, {given:,.2f}; the year before works out to {computed:,.2f}",)
