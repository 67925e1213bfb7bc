"""Which sale or transfer an identification counts for. Pure.

An identification that names no transaction is for what happens next: the sales (or transfers) of its asset from its
account after it was made, in the order of time, until its units are used up. One that names a transaction is for that
one, and comes too late if the transaction was before it.

Belongs here: giving identified units to events. Does not belong here: whether a lot still has those units (the engine
finds that), the journal.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal, localcontext

from warehouse.exact import EXACT
from warehouse.lots.journal import Entry, NamedLots, Purpose


@dataclass(frozen=True, slots=True)
class Leaving:
    """A sale or transfer: what an identification can be for. `quantity` is positive."""

    event_id: str
    transaction_id: str
    occurred_at: datetime
    account: str
    asset: str
    purpose: Purpose
    quantity: Decimal


@dataclass(slots=True)
class Use:
    """What became of one identification: units given to events, or why there are none.

    `refusal` is `late` (made after the transaction that it names) or `untold` (the broker was not told), else `None`.
    """

    entry: Entry
    statement: NamedLots
    used: list[Decimal]
    """Of each pick, the units given to events."""
    given: list[tuple[str, str, Decimal]] = field(default_factory=list)
    """(event, lot, units)."""
    refusal: str | None = None

    def take(self, event: Leaving, wanted: Decimal) -> Decimal:
        """Give the event up to `wanted` units, in the order in which the lots were named; returns how many."""
        taken = Decimal(0)
        for place, (lot_id, total) in enumerate(self.statement.picks):
            units = min(wanted - taken, total - self.used[place])
            if units > 0:
                self.used[place] += units
                self.given.append((event.event_id, lot_id, units))
                taken += units
        return taken


def name_lots(
    entries: Iterable[Entry], events: Iterable[Leaving], *, needs_broker: Callable[[str, datetime], bool]
) -> list[Use]:
    """Give the identified units to events, and say of each identification what became of it.

    One that names the transaction goes first, then the earlier made. `needs_broker` says whether an identification for
    this account at this time counts only if the broker was told.
    """
    uses = [
        Use(entry, entry.statement, [Decimal(0)] * len(entry.statement.picks))
        for entry in entries
        if isinstance(entry.statement, NamedLots)
    ]
    offers: defaultdict[tuple[str, str, Purpose], list[Use]] = defaultdict(list)
    for use in sorted(uses, key=lambda use: use.statement.transaction_id is None):
        offers[use.statement.account, use.statement.asset, use.statement.purpose].append(use)
    with localcontext(EXACT):
        for event in sorted(events, key=lambda event: (event.occurred_at, event.event_id)):
            wanted = event.quantity
            for use in offers.get((event.account, event.asset, event.purpose), ()):
                if _is_for(event, use):
                    if needs_broker(event.account, event.occurred_at) and not use.statement.is_broker_told:
                        use.refusal = "untold"
                    else:
                        wanted -= use.take(event, wanted)
    return uses


def _is_for(event: Leaving, use: Use) -> bool:
    """Whether an identification reaches the event; one that is too late for the transaction it names is told so."""
    statement = use.statement
    is_in_time = use.entry.identified_at <= event.occurred_at
    if statement.transaction_id is None:
        return is_in_time and (statement.expires_at is None or event.occurred_at < statement.expires_at)
    if statement.transaction_id == event.transaction_id and not is_in_time:
        use.refusal = "late"
    return statement.transaction_id == event.transaction_id and is_in_time
