"""The figures of one British tax year, as published. A year is the number of the calendar year in which it begins.

Belongs here: their shape. Does not belong here: what is computed from them (`years.py`, `liability.py`).
"""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from pathlib import Path

from warehouse.tax.figures import read_figures

_FOLDER = Path(__file__).parent / "figures"


@dataclass(frozen=True, slots=True)
class Rates:
    """The rates on gains of disposals from `since` on: within the basic rate band, and above it."""

    since: date
    lower: Decimal
    higher: Decimal


@dataclass(frozen=True, slots=True)
class Figures:
    """One year's figures for an individual, in GBP; `rates` in the order of their dates, the first from 6 April."""

    tax_year: int
    annual_exempt_amount: Decimal
    basic_rate_band: Decimal
    rates: tuple[Rates, ...]


def load_figures(tax_year: int) -> Figures | None:
    """The figures of that year; `None` where they are not known here."""
    content = read_figures(_FOLDER, tax_year)
    if content is None:
        return None
    return Figures(
        tax_year=tax_year,
        annual_exempt_amount=content["annual_exempt_amount"],
        basic_rate_band=content["basic_rate_band"],
        rates=tuple(
            Rates(date.fromisoformat(rates["since"]), Decimal(rates["lower"]), Decimal(rates["higher"]))
            for rates in content["rates"]
        ),
    )
