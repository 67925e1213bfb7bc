"""The United Kingdom to the books: years from 6 April, no terms, disposals matched across all wallets.

Belongs here: what the interface asks for. Does not belong here: the matching (`matching.py`), the year (`years.py`).
"""

from warehouse.lots.policy import Pool
from warehouse.tax.country import Country
from warehouse.tax.gb.matching import match_shares
from warehouse.tax.gb.years import CALENDAR, net_years

UNITED_KINGDOM = Country(
    code="GB",
    name="the United Kingdom",
    base_currency="GBP",
    calendar=CALENDAR,
    terms=None,
    no_terms="none in the United Kingdom; a sale is matched first with purchases of its day and of the 30 days after",
    lot_methods=frozenset({"fifo"}),
    pool=Pool("universal"),
    net_years=net_years,
    match_shares=match_shares,
    taxes_by_day=True,
    untaxed_kinds=frozenset({"donation", "lost", "theft"}),  # a gift is a disposal at market value (TCGA 1992 s. 17)
)
