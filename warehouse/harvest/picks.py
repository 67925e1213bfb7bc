"""Which open lots to identify for a sale: those that a person names, or as many as a method takes. Pure.

Belongs here: choosing units of open lots that no other identification has taken yet. Does not belong here: writing the
identification down (`warehouse/matching/journal_file.py`).
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

from warehouse.exact import QUANTITY_PLACES, from_units
from warehouse.harvest.order import sale_order
from warehouse.harvest.valuation import OpenLot
from warehouse.lots.holding import Term


class UnavailableLotsError(ValueError):
    """Units were asked for that are not open there, or are identified for something else. Says what there is."""


@dataclass(frozen=True, slots=True)
class Pick:
    """Units (10^-18) of an open lot, and what a sale of them today would be."""

    lot: OpenLot
    units: int
    term: Term | None


def identify_command(account: str, asset: str, picks: Iterable[tuple[str, int]]) -> str:
    """The command that records before a sale that it is of these units of these lots."""
    parts = " ".join(f"{lot_id}:{_shown(units)}" for lot_id, units in picks)
    return f"lotkeeper identify --account {account} --asset {asset} --lots '{parts}'"


def named_picks(
    lots: Iterable[OpenLot], wanted: Mapping[str, int | None], reserved: Mapping[str, int], today: date
) -> list[Pick]:
    """The lots named, each with its units (`None`: all that are free). Raises `UnavailableLotsError`."""
    free = {lot.lot_id: lot for lot in _free(lots, reserved)}
    picks = []
    for lot_id, units in wanted.items():
        lot = free.get(lot_id)
        if lot is None:
            raise UnavailableLotsError(f"lot {lot_id} is not open there, or all of it is identified already")
        if units is not None and units > lot.quantity:
            raise UnavailableLotsError(f"lot {lot_id} has {_shown(lot.quantity)} free, fewer than {_shown(units)}")
        picks.append(_pick(lot, lot.quantity if units is None else units, today))
    return picks


def method_picks(
    lots: Iterable[OpenLot], units: int, method: str, reserved: Mapping[str, int], *, price: int | None, today: date
) -> list[Pick]:
    """The lots that `method` takes for a sale of `units` at `price`. Raises `UnavailableLotsError`."""
    free = _free(lots, reserved)
    there = sum(lot.quantity for lot in free)
    if units > there:
        raise UnavailableLotsError(f"{_shown(there)} is free there, less than {_shown(units)}")
    picks = []
    for lot in sale_order(free, method, price=price, today=today):
        taken = min(units, lot.quantity)
        units -= taken
        if taken:
            picks.append(_pick(lot, taken, today))
    return picks


def _free(lots: Iterable[OpenLot], reserved: Mapping[str, int]) -> Sequence[OpenLot]:
    left = [replace(lot, quantity=lot.quantity - reserved.get(lot.lot_id, 0)) for lot in lots if not lot.is_in_transit]
    return [lot for lot in left if lot.quantity > 0]


def _pick(lot: OpenLot, units: int, today: date) -> Pick:
    return Pick(lot, units, None if lot.long_from is None else "long" if today >= lot.long_from else "short")


def _shown(units: int) -> str:
    return f"{from_units(units, QUANTITY_PLACES).normalize():f}"
