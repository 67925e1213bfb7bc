"""Matching disposals to lots. Pure: no clock, no database, no logging.

Belongs here: the way from a table of events to the tables of the answer, through one pool or two. Does not belong here:
prices, what a trade's fee belongs to, or what tax follows.
"""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import datetime

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from warehouse.lots.answer import Reader, event_problems, open_lots
from warehouse.lots.carrying import CarriedOver, carry_over, has_carries
from warehouse.lots.columns import Columns, Flags, columns_of
from warehouse.lots.events import INSTANT, checked_events
from warehouse.lots.holding import local_date, local_days
from warehouse.lots.identification import named_lots
from warehouse.lots.limbs import limbs_of
from warehouse.lots.machines import Machine
from warehouse.lots.plan import Parts, Rows, lots_of, plan_of
from warehouse.lots.policy import Policy
from warehouse.lots.results import ANSWER_TABLES, CARRIED, Matched
from warehouse.lots.run import LotFacts, machine_for, run
from warehouse.lots.switch import allocation_moves, allocation_problems, place_parts, timely_allocations

_ALWAYS = -(10**9)
"""A first long-term day before all days: inherited lots (IRC 1223(9))."""


GROUP_EVENTS = 1_000_000
"""Assets are matched in groups of about so many events, which bounds the memory that is needed at a time."""


def match_lots(
    events: pa.Table, *, policy: Policy, until: datetime | None = None, machine: Machine | None = None
) -> Matched:
    """Match every disposal and transfer in `events` (schema `EVENTS`, rows in any order) to lots under `policy`.

    Events happen by `occurred_at`; at one instant acquisitions come before arrivals before transfers before disposals,
    then `event_id` decides. With `until`, events after that instant have not happened yet. `machine` forces one of
    `machines.py`; otherwise size decides. Raises `InvalidEvents` for a table that breaks its shape, `OverflowError`
    where a figure of the answer has more than 38 digits.
    """
    groups = list(match_by_asset(events, policy=policy, until=until, machine=machine))
    if len(groups) == 1:
        return groups[0]
    return Matched(**{name: pa.concat_tables([getattr(group, name) for group in groups]) for name in ANSWER_TABLES})


def match_by_asset(
    events: pa.Table, *, policy: Policy, until: datetime | None = None, machine: Machine | None = None
) -> Iterator[Matched]:
    """What `match_lots` answers, in parts of whole assets in the order of their names, each as it is found."""
    checked, carried = checked_events(events), None
    if has_carries(checked):
        carried = carry_over(checked, lambda table: _match(table, policy, until, machine), until=until)
        checked = carried.events
    for assets in _groups(checked):
        if assets is None:
            matched = _match(checked, policy, until, machine)
        else:
            matched = _match(checked.filter(pc.is_in(checked.column("asset"), assets)), policy, until, machine)
        yield matched if carried is None else _with_carries(matched, carried, assets)


def _groups(events: pa.Table) -> list[pa.Array | None]:
    """Assets to match together; `[None]`: all at once. Identified lots may be of any asset, so those stay together."""
    lots = events.column("lots")
    if len(events) <= GROUP_EVENTS or lots.null_count < len(lots):
        return [None]
    counts = events.column("asset").value_counts()
    sizes = dict(zip(counts.field("values").to_pylist(), counts.field("counts").to_pylist(), strict=True))
    groups: list[list[str]] = [[]]
    for asset in sorted(sizes):
        if groups[-1] and sum(sizes[name] for name in groups[-1]) + sizes[asset] > GROUP_EVENTS:
            groups.append([])
        groups[-1].append(asset)
    return [pa.array(names, pa.string()) for names in groups]


def _match(events: pa.Table, policy: Policy, until: datetime | None, machine: Machine | None) -> Matched:
    columns = columns_of(events, policy.time_zone, until)
    book = _Book(columns, policy, until, machine)
    everything = np.ones(len(columns.kind), np.bool_)
    since = policy.pool.since
    if policy.pool.rule == "account":
        readers = [book.walk(everything)]
        return book.matched(readers, readers[0].open_parts())
    if since is None or (until is not None and local_date(until, policy.time_zone) < since):
        readers = [book.walk(everything, is_universal=True)]
        shown = place_parts(columns, book.lot_event, book.facts, readers[0].open_parts(), everything, {})
        return book.matched(readers, shown.parts)
    before = columns.day < np.datetime64(since, "D").astype(np.int64)
    allocations, late = timely_allocations(columns, policy, before)
    first = book.walk(before, is_universal=True)
    placed = place_parts(columns, book.lot_event, book.facts, first.open_parts(), before, allocations)
    second = book.walk(~before, opening=placed.parts)
    return book.matched(
        [first, second],
        second.open_parts(),
        moves=[allocation_moves(columns, book.lot_event, placed, policy)],
        problems=[allocation_problems(placed, late, policy)],
    )


class _Book:
    """A table's columns, lots and identifications, walked through once or twice."""

    def __init__(self, columns: Columns, policy: Policy, until: datetime | None, machine: Machine | None) -> None:
        self.columns = columns
        self.policy = policy
        self.until_us = None if until is None else pa.scalar(until, INSTANT).cast(pa.int64()).as_py()
        self.machine = machine
        self.lot_event = lots_of(columns)
        self.facts = facts_of(columns, policy, self.lot_event)
        self.named = named_lots(columns, policy, self.lot_event)

    def walk(self, chosen: Flags, *, opening: Parts | None = None, is_universal: bool = False) -> Reader:
        """The answer for the chosen events, after the opening lots were put where they are."""
        plan = plan_of(
            self.columns, self.policy, self.lot_event, self.named, chosen=chosen, opening=opening,
            is_universal=is_universal, until_us=self.until_us,
        )  # fmt: skip
        machine = self.machine or machine_for(plan, self.facts)
        answer = run(plan, self.facts, (self.named.lot, self.named.quantity), machine)
        return Reader(self.columns, plan, answer, self.facts, self.lot_event, self.policy.calendar)

    def matched(
        self, readers: list[Reader], parts: Parts, *, moves: Sequence[pa.Table] = (), problems: Sequence[pa.Table] = ()
    ) -> Matched:
        """The tables of all walks, asset by asset."""
        all_moves = [readers[0].lot_moves(), *moves, *(reader.lot_moves() for reader in readers[1:])]
        found = [
            event_problems(self.columns, self.named.refused),
            *(reader.problems() for reader in readers),
            *problems,
        ]
        return Matched(
            disposals=_by_asset([reader.disposals() for reader in readers]),
            open_lots=open_lots(self.columns, self.facts, self.lot_event, parts),
            lot_moves=_by_asset(all_moves),
            problems=_by_time(found),
            carried=CARRIED.empty_table(),
        )


def _with_carries(matched: Matched, carried: CarriedOver, assets: pa.Array | None) -> Matched:
    """The answer with what the carries of its assets did; what they took is what the walk says again."""
    rows, problems = carried.carried, carried.problems
    if assets is not None:
        rows = rows.filter(pc.is_in(rows.column("asset"), assets))
        problems = problems.filter(pc.is_in(problems.column("asset"), assets))
    _assert_same_lots(matched, carried)
    return replace(matched, carried=rows, problems=_by_time([matched.problems, problems]))


def _assert_same_lots(matched: Matched, carried: CarriedOver) -> None:
    """What the walk takes for the carries, now that all of them are rewritten, is what they were rewritten by."""
    keys = ("event_id", "from_lot_id", "from_quantity")
    told = {tuple(row[key] for key in keys) for row in carried.carried.select(keys).to_pylist()}
    taken = matched.disposals.filter(pc.equal(matched.disposals.column("kind"), "carried"))
    for row in taken.select(["event_id", "lot_id", "quantity"]).to_pylist():
        if tuple(row.values()) not in told:
            raise AssertionError(f"{row} was carried otherwise")


def _by_time(problems: Sequence[pa.Table]) -> pa.Table:
    """Problems by asset, as they happened."""
    told = pa.concat_tables(problems)
    order = [(name, "ascending") for name in ("asset", "occurred_at", "event_id", "problem", "account", "detail")]
    return told.take(pc.sort_indices(told, order)).combine_chunks()


def _by_asset(tables: Sequence[pa.Table]) -> pa.Table:
    """Tables that are each in the order of assets as one that is."""
    if len(tables) == 1:
        return tables[0]
    together = pa.concat_tables(tables).combine_chunks()
    assets = together.column("asset").combine_chunks().dictionary_encode()
    ranks = pc.rank(assets.dictionary).to_numpy() if len(assets.dictionary) else np.zeros(0, np.int64)
    codes = ranks[assets.indices.to_numpy()]
    return together.take(pa.array(np.argsort(codes, kind="stable")))


def facts_of(columns: Columns, policy: Policy, lot_event: Rows) -> LotFacts:
    """What the walk needs to know of each lot."""
    acquired_us = columns.acquired_us[lot_event]
    long_day = policy.calendar.first_long_days(local_days(acquired_us, policy.time_zone))
    origin, fair = columns.texts("origin"), columns.texts("fair_value_usd")
    has_fair_value, fair_value = np.zeros(len(lot_event), np.bool_), np.zeros((len(lot_event), 2), np.uint64)
    if origin.null_count < len(origin):
        words = origin.take(pa.array(lot_event))
        long_day[pc.fill_null(pc.equal(words, "inheritance"), False).to_numpy(zero_copy_only=False)] = _ALWAYS
        if fair.null_count < len(fair):
            is_lower = pc.less(fair, columns.texts("value_usd")).take(pa.array(lot_event))
            is_dual = pc.and_(pc.equal(words, "gift"), is_lower)
            has_fair_value = pc.fill_null(is_dual, False).to_numpy(zero_copy_only=False)
            fair_value = limbs_of(pa.chunked_array([fair.take(pa.array(lot_event))]))
    return LotFacts(
        asset=columns.asset[lot_event],
        acquired_us=acquired_us,
        long_day=long_day,
        quantity=columns.quantity[lot_event],
        cost=columns.value[lot_event],
        is_known=columns.has_value[lot_event],
        has_fair_value=has_fair_value,
        fair_value=fair_value,
    )
