"""What the jurisdiction and the settings say of lots, as the engine's policy.

Belongs here: the rules of each jurisdiction about pools and records, and putting choices together. Does not belong
here: carrying them out (`warehouse/lots`).
"""

import hashlib
import json
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal

from warehouse.lots.journal import Entry, FrozenAllocation, JournalError
from warehouse.lots.methods import MethodPeriod, RecordRules, method_periods
from warehouse.lots.policy import Allocation, MethodSince, Policy, Pool, SpecificAllocation, day_begins
from warehouse.settings import BookSettings
from warehouse.tax.countries import country_of


def pool_of(settings: BookSettings) -> Pool:
    """The pool that was chosen, else the jurisdiction's. Raises `ValueError` where its law leaves no choice."""
    country = country_of(settings.jurisdiction)
    if settings.lots.pool not in (None, country.pool) and not country.leaves_choices:
        raise ValueError(f"the law of {country.name} leaves no choice of pool: take pool out of [lots]")
    return settings.lots.pool or country.pool


def accounts_since(settings: BookSettings, as_of: datetime) -> datetime | None:
    """From when on each account is a pool; `None` where they are none at `as_of`."""
    pool = pool_of(settings)
    if pool.rule == "universal":
        return None
    since = day_begins(pool.since, settings.time_zone)
    return since if since <= as_of else None


def record_rules(settings: BookSettings) -> RecordRules:
    """From when on the jurisdiction asks for a record of a method, and for the broker's knowledge."""
    return country_of(settings.jurisdiction).record_rules


def periods_of(settings: BookSettings, entries: Sequence[Entry]) -> dict[str, list[MethodPeriod]]:
    """The method periods of every account, by its name."""
    rules = record_rules(settings)
    return {
        account.name: method_periods(
            account.name,
            account.lot_methods,
            entries,
            rules=rules,
            is_broker=account.is_broker,
            zone=settings.time_zone,
        )
        for account in settings.accounts
        if account.same_as is None
    }


def policy_of(settings: BookSettings, methods: Mapping[str, Sequence[tuple[datetime | None, str]]]) -> Policy:
    """The policy of a book whose accounts go by `methods`: from an instant on (`None`: the beginning), a method.

    Raises `ValueError` for a choice that the jurisdiction's law does not know.
    """
    lots = settings.lots
    country = country_of(settings.jurisdiction)
    unknown = sorted({method for switches in methods.values() for _, method in switches} - country.lot_methods)
    if unknown and not country.leaves_choices:
        raise ValueError(
            f"the law of {country.name} knows no lot method {', '.join(unknown)}; it knows "
            f"{', '.join(sorted(country.lot_methods))}"
        )
    if not country.leaves_choices and (lots.transfer_fee != "dispose" or lots.allocation is not None):
        raise ValueError(
            f"the law of {country.name} knows no such choice: take transfer_fee and allocation out of [lots]"
        )
    if not country.leaves_choices and lots.liquidity != "trade":
        raise ValueError(f"the law of {country.name} knows no such choice: take liquidity out of [wallets]")
    told_since = record_rules(settings).broker_told_since
    return Policy(
        methods={
            account: tuple(MethodSince(method, since) for since, method in switches)  # type: ignore[arg-type]
            for account, switches in methods.items()
        },
        pool=pool_of(settings),
        time_zone=settings.time_zone,
        transfer_fee=lots.transfer_fee,
        allocation=lots.allocation,
        broker_accounts=frozenset(account.name for account in settings.accounts if account.is_broker and told_since),
        broker_told_since=told_since or date.max,
        calendar=country.calendar,
    )


def fingerprint(allocation: Allocation) -> str:
    """What tells this allocation from any other: the SHA-256 of what it says."""
    told: list[object]
    if isinstance(allocation, SpecificAllocation):
        told = [sorted([lot, account, _plain(quantity)] for lot, account, quantity in allocation.units)]
        told.append(allocation.completed_at.timestamp())
    else:
        told = [list(allocation.accounts), allocation.order, allocation.described_at.timestamp()]
    return hashlib.sha256(json.dumps(told).encode()).hexdigest()


def check_frozen(settings: BookSettings, entries: Sequence[Entry]) -> bool:
    """Whether the journal has frozen the allocation. Raises `JournalError` where it froze another one.

    An allocation is irrevocable (Rev. Proc. 2024-28 section 5.02).
    """
    for entry in entries:
        if isinstance(entry.statement, FrozenAllocation):
            allocation = settings.lots.allocation
            if allocation is None or fingerprint(allocation) != entry.statement.fingerprint:
                raise JournalError(
                    f"the allocation of basis was frozen on {entry.identified_at:%Y-%m-%d} by entry {entry.number} of "
                    f"the journal, and the configuration now has {'none' if allocation is None else 'another one'}. "
                    "An allocation is irrevocable (Rev. Proc. 2024-28): put the one that was made back"
                )
            return True
    return False


def _plain(quantity: Decimal) -> str:
    return f"{quantity.normalize():f}"
