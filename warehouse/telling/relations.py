"""Which sources may tell of the same account, and in which order they are heard. Pure.

Only the person knows that two accounts are one (`same_as`), or are not (`differs_from`). Where neither is said, two
accounts can be one at all only where a file of unknown origin is one of them, or both are at the same venue.

Belongs here: accounts and their order. Does not belong here: events.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from warehouse.settings import AccountSettings


@dataclass(frozen=True, slots=True)
class Relation:
    """The events of `source` are held against those that better sources told of `account`.

    `is_told`: the source tells of that account by the person's word; if not, it might.
    """

    source: str
    account: str
    is_told: bool
    rounds: bool = False


def ranked(accounts: Iterable[AccountSettings]) -> list[AccountSettings]:
    """The best source first: what was asked of a venue or a node, then files; of these an account's own first."""
    return sorted(accounts, key=lambda account: (account.kind == "csv", account.same_as is not None, account.name))


def relations(accounts: Iterable[AccountSettings]) -> list[Relation]:
    """What each source is held against, in the order in which they are heard."""
    heard: list[AccountSettings] = []
    found: list[Relation] = []
    order = ranked(accounts)
    holders = {account.name: account for account in order if account.same_as is None}
    for account in order:
        others = sorted({each.tells_of for each in heard})
        if account.tells_of in others:
            found.append(Relation(account.name, account.tells_of, is_told=True, rounds=account.rounds))
        found += [
            Relation(account.name, other, is_told=False)
            for other in others
            if other != account.tells_of and _may_be_one(account.tells_of, other, holders)
        ]
        heard.append(account)
    return found


def _may_be_one(name: str, other_name: str, holders: Mapping[str, AccountSettings]) -> bool:
    one, other = holders[name], holders[other_name]
    if other_name in one.differs_from or name in other.differs_from:
        return False
    if "csv" in (one.kind, other.kind):
        return True
    is_exchange = one.kind == other.kind == "exchange"
    return is_exchange and (one.venue is None or other.venue is None or one.venue == other.venue)
