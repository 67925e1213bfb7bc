"""How far a doubt reaches: which coins of which accounts rest on it, and since when. Pure.

What is missing or wrong in an account at some instant can change which lots every later sale of that coin there takes.
Where lots are one pool for all accounts, it changes those of all accounts. And coins that are moved on after it take
other lots with them, so what is sold where they went rests on it too. Lots that become lots of another coin (liquidity
that keeps basis) take it over to that coin.

Belongs here: following a doubt through pools and moves. Does not belong here: what is in doubt, and its words
(`doubts.py`).
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import groupby

ALWAYS = datetime.max.replace(tzinfo=UTC)
"""`pooled_until` of a coin whose lots are one pool for all accounts for good."""
POOL = "every account"
"""`via` where a doubt reaches an account because all accounts were one pool; no account is called so."""
_EVER = datetime.min.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Source:
    """Where a doubt begins: the coins `assets` (`None`: any) of `account` from `start` on (`None`: ever).

    `via` is the coin whose lots it came over with, `None` where it begins here.
    """

    doubt_id: str
    account: str
    assets: frozenset[str] | None
    start: datetime | None
    via: str | None = None


@dataclass(frozen=True, slots=True, order=True)
class Move:
    """Coins that went from one account to another, with their lots."""

    moved_at: datetime
    from_account: str
    to_account: str


@dataclass(frozen=True, slots=True)
class Carry:
    """Lots of one coin that became lots of another in an account."""

    carried_at: datetime
    account: str
    from_asset: str
    to_asset: str


@dataclass(frozen=True, slots=True)
class Reach:
    """That sales of `asset` in `account` from `start` on rest on a doubt.

    `via` is the account or the coin that its lots came from, `POOL` where all accounts are one, `None` where the doubt
    is of this coin in this account itself.
    """

    doubt_id: str
    account: str
    asset: str
    start: datetime | None
    via: str | None


def spread(
    sources: Iterable[Source],
    *,
    held_since: Mapping[str, Mapping[str, datetime]],
    moves: Mapping[str, Iterable[Move]],
    pooled_until: Mapping[str, datetime],
    carries: Collection[Carry] = (),
) -> list[Reach]:
    """Every coin of every account that rests on one of `sources`.

    `held_since` are the accounts that ever had each asset and since when, `moves` its moves, `pooled_until` when the
    lots of all accounts cease to be one pool; an asset that is not in it never was one. An account that had none of the
    coin until then had no part in the pool.
    """
    known = set(sources)
    reached = _of_all(known, held_since, moves, pooled_until)
    while carried := _carried(reached, carries) - known:
        known |= carried
        reached = _of_all(known, held_since, moves, pooled_until)
    return reached


def _carried(reached: Iterable[Reach], carries: Collection[Carry]) -> set[Source]:
    """What of it came over to other coins, as doubts that begin there."""
    if not carries:
        return set()
    found: dict[tuple[str, str], list[Reach]] = defaultdict(list)
    for reach in reached:
        found[reach.account, reach.asset].append(reach)
    return {
        Source(reach.doubt_id, carry.account, frozenset({carry.to_asset}), carry.carried_at, carry.from_asset)
        for carry in carries
        for reach in found[carry.account, carry.from_asset]
        if reach.start is None or reach.start <= carry.carried_at
    }


def _of_all(
    sources: Collection[Source],
    held_since: Mapping[str, Mapping[str, datetime]],
    moves: Mapping[str, Iterable[Move]],
    pooled_until: Mapping[str, datetime],
) -> list[Reach]:
    return [
        Reach(doubt_id, account, asset, None if start == _EVER else start, via)
        for asset in sorted(held_since)
        for (account, doubt_id), (start, via) in sorted(
            _of_asset(
                [source for source in sources if source.assets is None or asset in source.assets],
                held_since[asset],
                moves.get(asset, ()),
                pooled_until.get(asset, _EVER),
            )
        )
    ]


_Found = tuple[tuple[str, str], tuple[datetime, str | None]]


def _of_asset(
    sources: Collection[Source], held_since: Mapping[str, datetime], moves: Iterable[Move], pooled_until: datetime
) -> Iterator[_Found]:
    reached: dict[str, dict[str, tuple[datetime, str | None]]] = defaultdict(dict)
    in_pool = {account for account, since in held_since.items() if since < pooled_until}
    for source in sources:
        start = source.start or _EVER
        everywhere = in_pool if start < pooled_until else ()
        for account in {source.account, *everywhere}:
            _reach(reached[account], source.doubt_id, start, source.via if account == source.account else POOL)
    if sources:
        _follow(reached, moves)
    for account, doubts in reached.items():
        if account in held_since:
            for doubt_id, found in doubts.items():
                yield (account, doubt_id), found


def _follow(reached: Mapping[str, dict[str, tuple[datetime, str | None]]], moves: Iterable[Move]) -> None:
    """Carry what is reached along the moves; those of one instant may have followed each other in any order."""
    for at, group in groupby(sorted(moves), key=lambda move: move.moved_at):
        together = list(group)
        while sum(_step(reached, move, at) for move in together):
            pass


def _step(reached: Mapping[str, dict[str, tuple[datetime, str | None]]], move: Move, at: datetime) -> bool:
    """Let one move take along what its account rests on; whether that is news where it went."""
    doubts = list(reached[move.from_account].items())
    news = [
        _reach(reached[move.to_account], doubt_id, at, move.from_account)
        for doubt_id, (start, _) in doubts
        if start <= at
    ]
    return any(news)


def _reach(doubts: dict[str, tuple[datetime, str | None]], doubt_id: str, start: datetime, via: str | None) -> bool:
    """The earliest instant counts; of one instant, the first way that was found. Whether this one counts."""
    if doubt_id in doubts and start >= doubts[doubt_id][0]:
        return False
    doubts[doubt_id] = (start, via)
    return True
