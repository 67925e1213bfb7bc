"""The countries whose rules are known here.

Belongs here: the list. Does not belong here: a rule (`<country>/country.py`).
"""

from warehouse.tax.country import Country
from warehouse.tax.de.country import GERMANY
from warehouse.tax.gb.country import UNITED_KINGDOM
from warehouse.tax.us.country import UNITED_STATES

COUNTRIES = {country.code: country for country in (UNITED_STATES, UNITED_KINGDOM, GERMANY)}


def country_of(jurisdiction: str) -> Country:
    """The country with that code (ISO 3166). Raises `ValueError` that names those there are."""
    try:
        return COUNTRIES[jurisdiction]
    except KeyError:
        known = ", ".join(f"{country.code} ({country.name})" for country in COUNTRIES.values())
        raise ValueError(f"there are no rules for {jurisdiction!r} here; there are for {known}") from None
