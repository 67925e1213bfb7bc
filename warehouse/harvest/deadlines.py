"""Until when a sale counts for the year: by the taxpayer's clock, and by that of the venue's own statements. Pure.

The law asks for the taxpayer's day (Rev. Proc. 2024-28 section 3.10 speaks of "the close of the taxpayer's day"); a
broker dates what it reports by a clock of its own. Where that year ends first, a sale in between is this year's, and
the broker's statement may say the next.

Belongs here: both instants, and the words for the time between them. Does not belong here: what is worth selling.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from warehouse.harvest.doubts import Doubt
from warehouse.harvest.summary import tax_year_end
from warehouse.lots.holding import local_date
from warehouse.settings import AccountSettings, BookSettings
from warehouse.tax.countries import country_of


@dataclass(frozen=True, slots=True)
class Deadlines:
    """The end of the tax year that holds at `as_of`; `venues` is when it ends for the brokers among the accounts.

    `behind` are the brokers for whom the year before holds still.
    """

    as_of: datetime
    end: datetime
    venues: Mapping[str, datetime]
    behind: frozenset[str]

    def sell_by(self, account: str) -> datetime:
        """Before it a sale in `account` is this year's by every clock."""
        return min(self.end, self.venues.get(account, self.end))

    def doubts(self, account: str) -> Iterable[Doubt]:
        """What to think of a sale now."""
        if self.sell_by(account) <= self.as_of:
            reason = f"by the clock of {account}'s statements the year is over: they may date a sale now in the next"
            yield Doubt("review", reason)
        elif account in self.behind:
            reason = f"by the clock of {account}'s statements the year before holds: they may date a sale now in it"
            yield Doubt("review", reason)


def deadlines(settings: BookSettings, as_of: datetime) -> Deadlines:
    """The deadlines of the tax year at `as_of`."""
    calendar = country_of(settings.jurisdiction).calendar
    tax_year = calendar.tax_year(local_date(as_of, settings.time_zone))

    def end_of(account: AccountSettings) -> datetime:
        return tax_year_end(tax_year, account.time_zone, calendar)

    brokers = [account for account in settings.accounts if account.is_broker]
    venues = {account.name: end_of(account) for account in brokers}
    years = {account.name: calendar.tax_year(local_date(as_of, account.time_zone)) for account in brokers}
    behind = frozenset(name for name, year in years.items() if year < tax_year)
    return Deadlines(as_of, tax_year_end(tax_year, settings.time_zone, calendar), venues, behind)
