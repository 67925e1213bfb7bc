"""Any set of events, told by one source or by two: the same books. The expected books are counted in plain Python."""

import tempfile
from collections import Counter
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from random import Random
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from benchmarks.telling import count_copies
from connectors.records import Transaction
from support.raw_book import RawBook, row
from warehouse.ledger.legs import LEGS
from warehouse.telling.near import Event, pair_events

_TIMES = ("2025-03-01 12:00:30.250", "2025-03-01 12:00:30.900", "2025-03-02 09:00:00", "2025-03-05 10:00:01")
_MOVED = (("trade", "1 BTC", "-10 USD"), ("trade", "1.5 BTC", "-15 USD"), ("reward", "0.1 ETH"), ("deposit", "2 ETH"))
_FEES = {("trade", "1.5 BTC", "-15 USD"): ("-0.1 USD",)}
"""Two events that are alike but for a fee that one of them does not tell are one by rule, so none of these are."""

_happening = st.tuples(st.sampled_from(_TIMES), st.sampled_from(_MOVED)).map(
    lambda told: (*told, _FEES.get(told[1], ()))
)
_events = st.lists(st.tuples(_happening, st.sampled_from(("api", "file", "both"))), max_size=9)


def _told(number: int, at: str, moved: tuple[str, ...], fees: tuple[str, ...]) -> Transaction:
    kind, *movements = moved
    return row(f"{number}", kind, at, *movements, fee=fees, order=number)  # type: ignore[arg-type]


def _second(each: Transaction) -> datetime:
    assert each.occurred_at is not None
    return each.occurred_at.replace(microsecond=0)


def _content(each: Transaction) -> tuple[object, ...]:
    return each.kind, _second(each), tuple(each.postings)


def _booked(api: list[Transaction], file: list[Transaction], *, times: int = 1) -> Counter[tuple[object, ...]]:
    """Every posting that is booked; `times`: how often the sources were synced."""
    with tempfile.TemporaryDirectory() as folder:
        book = RawBook(Path(folder), sources={"export": {"kind": "csv", "same_as": "kraken"}})
        for _ in range(times):
            for kind in sorted({each.kind for each in api}):
                book.add("kraken", f"{kind}s", *(each for each in api if each.kind == kind))
            book.add("export", "transactions", *file)
        with book.run(LEGS) as ask:
            query = "SELECT account, kind, epoch_us(occurred_at) // 1000000, asset, quantity, role FROM ledger.legs"
            return Counter(ask(query))


@settings(max_examples=12, deadline=None)
@given(events=_events, seed=st.randoms(use_true_random=False))
def test_books__of_two_sources__are_those_of_one_that_tells_it_all(events: list[tuple[Any, str]], seed: Random) -> None:
    told = [(_told(number, *happening), by) for number, (happening, by) in enumerate(events)]
    api = [each for each, by in told if by != "file"]
    file = [replace(each, id=f"x{each.id}", occurred_at=_second(each)) for each, by in told if by != "api"]
    counts = Counter(map(_content, api)) | Counter(map(_content, file))
    by_content = {_content(each): each for each in (*api, *file)}
    whole = [
        replace(by_content[content], id=f"w{number}-{part}")
        for number, (content, times) in enumerate(counts.items())
        for part in range(times)
    ]
    expected = _booked(whole, [])
    assert _booked(api, file, times=2) == expected
    seed.shuffle(api)
    seed.shuffle(file)
    assert _booked(api, file) == expected


_near = st.builds(
    Event,
    transaction_id=st.uuids().map(str),
    kind=st.sampled_from(["trade", "reward"]),
    at_us=st.integers(0, 200_000_000),
    moved=st.sampled_from([(("BTC", 10**18),), (("BTC", 123456780000000000),), (("BTC", 123500000000000000),)]),
    fees=st.sampled_from([(), (("BTC", -(10**15)),)]),
)


@given(st.lists(_near, max_size=12), st.lists(_near, max_size=12), st.randoms(use_true_random=False))
def test_near__no_event_is_in_two_pairs_and_order_does_not_matter(
    events: list[Event], others: list[Event], random: Random
) -> None:
    pairs = pair_events(events, others)
    used = [name for pair in pairs for name in (pair.event.transaction_id, pair.other.transaction_id)]
    assert len(used) == len(set(used))
    random.shuffle(events)
    random.shuffle(others)
    assert pair_events(events, others) == pairs


def test_worlds__told_again__nothing_sure_is_false_and_nothing_is_lost_or_booked_twice_unasked() -> None:
    counts: Counter[tuple[str, str]] = Counter()
    for seed in range(900, 908):
        counts += count_copies(seed)
    sure = {rule for rule, truth in counts if " sure " in rule and truth == "false"}
    assert not sure
    assert sum(number for (name, _), number in counts.items() if name == "lost") == 0
    assert sum(number for (name, _), number in counts.items() if name == "booked twice unasked") == 0
    assert not [manner for name, manner in counts if name == "booked twice" and not manner.startswith("not said")]
    assert sum(number for (rule, truth), number in counts.items() if " sure " in rule and truth == "true") > 30
