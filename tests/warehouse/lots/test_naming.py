"""Which sale an identification counts for."""

from collections import defaultdict
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from warehouse.lots.journal import Entry, NamedLots, next_entry
from warehouse.lots.naming import Leaving, Use, name_lots

START = datetime(2026, 3, 1, tzinfo=UTC)


def _entries(*told: tuple[int, dict[str, Any]]) -> list[Entry]:
    entries: list[Entry] = []
    for hour, options in told:
        statement = NamedLots(**{"account": "kraken", "asset": "BTC", "picks": (("L1", Decimal(1)),), **options})
        entries.append(next_entry(entries, statement, identified_at=START + timedelta(hours=hour)))
    return entries


def _sale(hour: int, quantity: str = "1", **options: Any) -> Leaving:
    told = {"account": "kraken", "asset": "BTC", "purpose": "sale", "event_id": f"s{hour:03d}", **options}
    told.setdefault("transaction_id", told["event_id"])
    return Leaving(occurred_at=START + timedelta(hours=hour), quantity=Decimal(quantity), **told)


def _named(entries: list[Entry], *events: Leaving, needs_broker: bool = False) -> list[Use]:
    return name_lots(entries, events, needs_broker=lambda _account, _when: needs_broker)


def test_identification__before_the_sale_or_at_its_instant__counts() -> None:
    (use,) = _named(_entries((5, {})), _sale(5))
    assert use.given == [("s005", "L1", Decimal(1))]


def test_identification__after_the_sale__is_for_the_next_one() -> None:
    (use,) = _named(_entries((5, {})), _sale(4), _sale(6))
    assert use.given == [("s006", "L1", Decimal(1))]


def test_identification__naming_a_sale_before_it__is_late_and_gives_nothing() -> None:
    (use,) = _named(_entries((5, {"transaction_id": "s004"})), _sale(4), _sale(6))
    assert (use.given, use.refusal) == ([], "late")


def test_identification__naming_a_sale_to_come__goes_before_an_earlier_one_for_any() -> None:
    any_sale, one_sale = _named(
        _entries((1, {}), (2, {"transaction_id": "s006", "picks": (("L2", Decimal(1)),)})), _sale(6)
    )
    assert (any_sale.given, one_sale.given) == ([], [("s006", "L2", Decimal(1))])


def test_identification__larger_than_the_sale__is_left_for_the_next() -> None:
    picks = (("L1", Decimal(1)), ("L2", Decimal(2)))
    (use,) = _named(_entries((1, {"picks": picks})), _sale(2, "1.5"), _sale(3, "1"), _sale(4, "5"))
    assert use.given == [
        ("s002", "L1", Decimal(1)), ("s002", "L2", Decimal("0.5")), ("s003", "L2", Decimal(1)),
        ("s004", "L2", Decimal("0.5")),
    ]  # fmt: skip


def test_identification__expired__is_for_nothing_new() -> None:
    (use,) = _named(_entries((1, {"expires_at": START + timedelta(hours=3)})), _sale(3))
    assert use.given == []


def test_identification__for_a_sale__is_not_for_a_transfer() -> None:
    (use,) = _named(_entries((1, {})), _sale(2, purpose="transfer"))
    assert use.given == []


def test_identification__broker_not_told_where_needed__is_refused() -> None:
    (use,) = _named(_entries((1, {})), _sale(2), needs_broker=True)
    assert (use.given, use.refusal) == ([], "untold")
    (use,) = _named(_entries((1, {"is_broker_told": True})), _sale(2), needs_broker=True)
    assert use.given == [("s002", "L1", Decimal(1))]


UNITS = st.decimals(min_value=Decimal("0.000000000000000001"), max_value=Decimal(10**18), places=18)


@given(
    st.lists(st.tuples(st.integers(0, 20), st.lists(UNITS, min_size=1, max_size=3)), max_size=5),
    st.lists(st.tuples(st.integers(0, 20), UNITS), max_size=6, unique_by=lambda sale: sale[0]),
)
def test_identifications__any__give_no_unit_twice_and_none_to_an_earlier_sale(
    identified: list[tuple[int, list[Decimal]]], sold: list[tuple[int, Decimal]]
) -> None:
    identified = sorted(identified, key=lambda one: one[0])
    entries = _entries(
        *[
            (hour, {"picks": tuple((f"{number}/{place}", units) for place, units in enumerate(picks))})
            for number, (hour, picks) in enumerate(identified)
        ]
    )
    sales = {f"s{hour:03d}": (hour, units) for hour, units in sold}
    uses = _named(entries, *[_sale(hour, str(units)) for hour, units in sold])
    by_sale: defaultdict[str, int] = defaultdict(int)
    for number, use in enumerate(uses):
        by_lot: defaultdict[str, int] = defaultdict(int)
        for event_id, lot_id, units in use.given:
            assert identified[number][0] <= sales[event_id][0]
            by_sale[event_id] += _integer(units)
            by_lot[lot_id] += _integer(units)
        for place, (lot_id, units) in enumerate(use.statement.picks):
            assert by_lot[lot_id] == _integer(use.used[place]) <= _integer(units)
    for event_id, units in by_sale.items():
        assert units <= _integer(sales[event_id][1])
    for hour, units in sold:  # a sale is left short only where nothing that was identified in time is left
        if by_sale[f"s{hour:03d}"] < _integer(units):
            offered = [use for number, use in enumerate(uses) if identified[number][0] <= hour]
            left = [pick[1] - used for use in offered for pick, used in zip(use.statement.picks, use.used, strict=True)]
            assert not any(left)


def _integer(units: Decimal) -> int:
    return int(f"{units:.18f}".replace(".", ""))
