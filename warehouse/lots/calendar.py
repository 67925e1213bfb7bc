"""What a country's calendar says of lots: which tax year a date lies in, and from which date a lot counts as long.

Belongs here: years and first dates as plain values. Does not belong here: any country (`warehouse/tax/*/country.py`),
what follows from a term.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
import numpy.typing as npt

from warehouse.lots.holding import Days, first_long_date

_EPOCH = date(1970, 1, 1)


@dataclass(frozen=True, slots=True)
class Calendar:
    """When the tax year begins (month, day), and the first date on which a lot acquired on a date is `long`.

    A tax year has the number of the calendar year in which it begins: the British 2024/25 is 2024.
    """

    year_begins: tuple[int, int] = (1, 1)
    first_long: Callable[[date], date] = first_long_date

    @property
    def begins_number(self) -> int:
        """The first month and day as a number that orders like dates: 101, 406."""
        month, day = self.year_begins
        return 100 * month + day

    def tax_year(self, day: date) -> int:
        """The tax year that holds `day`."""
        return day.year - ((day.month, day.day) < self.year_begins)

    def first_date(self, tax_year: int) -> date:
        """Its first day."""
        return date(tax_year, *self.year_begins)

    def last_date(self, tax_year: int) -> date:
        """Its last day."""
        return self.first_date(tax_year + 1) - timedelta(days=1)

    def label(self, tax_year: int) -> str:
        """What people call it: `2024`, or `2024/25` where it spans two calendar years."""
        return str(tax_year) if self.year_begins == (1, 1) else f"{tax_year}/{(tax_year + 1) % 100:02}"

    def tax_years(self, days: Days) -> npt.NDArray[np.int32]:
        """`tax_year` of many dates at once, as days since 1970-01-01."""
        return self._of_each(days, self.tax_year).astype(np.int32)

    def first_long_days(self, acquired: Days) -> Days:
        """`first_long` of many dates at once, as days since 1970-01-01."""
        return self._of_each(acquired, lambda day: (self.first_long(day) - _EPOCH).days)

    @staticmethod
    def _of_each(days: Days, number: Callable[[date], int]) -> Days:
        distinct, places = np.unique(days, return_inverse=True)
        numbers = [number(_EPOCH + timedelta(days=day)) for day in distinct.tolist()]
        return np.array(numbers, dtype=np.int64)[places]
