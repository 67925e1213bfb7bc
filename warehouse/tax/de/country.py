"""Germany to the books: calendar years, wallets apart, first in first out, free after one year.

Belongs here: what the interface asks for, and the holding period. Does not belong here: the year (`years.py`).

The holding period (section 23(1) no. 2 EStG; sections 187(1), 188(2) and (3) BGB): the day of acquisition does not
count, and the year ends with the day of the same number and month a year later, or on 28 February where there is no
29th. So a coin bought on 2024-03-05 is free from 2025-03-06, one bought on 2023-02-28 from 2024-02-29.
"""

from datetime import date, timedelta

from warehouse.lots.calendar import Calendar
from warehouse.lots.policy import Pool
from warehouse.tax.country import Country
from warehouse.tax.de.years import net_years

_FEBRUARY, _LEAP_DAY = 2, 29


def first_free_date(acquired: date) -> date:
    """The first date on which a sale of a coin acquired on `acquired` is no private sale any more."""
    if (acquired.month, acquired.day) == (_FEBRUARY, _LEAP_DAY):
        return date(acquired.year + 1, 3, 1)
    return acquired.replace(year=acquired.year + 1) + timedelta(days=1)


GERMANY = Country(
    code="DE",
    name="Germany",
    base_currency="EUR",
    calendar=Calendar(first_long=first_free_date),
    terms={"short": "within a year", "long": "tax-free"},
    lot_methods=frozenset({"fifo", "specific"}),  # BMF 2025-03-06: units that are told apart, else first in first out
    pool=Pool("account"),
    net_years=net_years,
    useless_losses={"long": "held for more than a year: a gain is tax-free and a loss does not count (§ 23 EStG)"},
)
