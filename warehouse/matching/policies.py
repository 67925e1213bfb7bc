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
from warehouse.lots.policy import Allocation, MethodSince, Policy, Pool, SpecificAllocation
from warehouse.settings import BookSettings

_RECORD_RULES = {"US": RecordRules(recorded_since=date(2025, 1, 1), broker_told_since=date(2027, 1, 1))}
"""Reg. 1.1012-1(j); Notice 2025-7 as modified by Notice 2026-20 lets one's books stand for the broker until 2026."""

_POOLS = {"US": Pool("account-from", date(2025, 1, 1))}
"""Reg. 1.1012-1(j)(1): wallet by wallet, account by account from 2025-01-01; one pool for each asset before."""


def pool_of(settings: BookSettings) -> Pool:
    """The pool that was chosen, else the jurisdiction's; by account where it says nothing."""
    return settings.lots.pool or _POOLS.get(settings.jurisdiction, Pool())


def record_rules(settings: BookSettings) -> RecordRules:
    """From when on the jurisdiction asks for a record of a method, and for the broker's knowledge."""
    return _RECORD_RULES.get(settings.jurisdiction, RecordRules())


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
    }


def policy_of(settings: BookSettings, methods: Mapping[str, Sequence[tuple[datetime | None, str]]]) -> Policy:
    """The policy of a book whose accounts go by `methods`: from an instant on (`None`: the beginning), a method."""
    lots = settings.lots
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
