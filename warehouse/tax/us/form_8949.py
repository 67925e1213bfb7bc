"""Form 8949: which box a sale is listed under, and its columns (d) to (h). Pure, exact integers of 10^-8 USD.

Boxes (Instructions for Form 8949, 2025): short-term A, B, C, long-term D, E, F; digital assets from 2025 on G, H, I and
J, K, L. In each three: a broker's form reported the basis to the IRS, did not report it, or there is no form.

Belongs here: the rules of a row. Does not belong here: which disposals there are, or what a broker's line belongs to
(`broker_match.py`).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, NamedTuple, TypeVar

from warehouse.lots.holding import Term

Report = Literal["basis_reported", "basis_not_reported", "no_form"]

FIRST_DIGITAL_YEAR = 2025
CENT = 10**6
DOLLAR = 10**8

_REPORTS: tuple[Report, ...] = ("basis_reported", "basis_not_reported", "no_form")
_LETTERS = {(False, "short"): "ABC", (False, "long"): "DEF", (True, "short"): "GHI", (True, "long"): "JKL"}
_LINES = {"short": ("1b", "2", "3"), "long": ("8b", "9", "10")}
_DIGITAL_CLASSES = frozenset({"coin", "tokenized_security"})

Left = TypeVar("Left")
Right = TypeVar("Right")


class Columns(NamedTuple):
    """Columns (d) to (h) of a row, rounded: `gain = proceeds - cost + adjustment` holds of them as they stand."""

    proceeds: int
    cost: int
    code: str
    adjustment: int
    gain: int


@dataclass(frozen=True, slots=True)
class Part:
    """Units of one lot in one sale, as they go on one row. Money is exact, not rounded.

    `proceeds` are after the costs of selling; `cost` is with what a wash sale added. `reported_*` are the broker's,
    `None` where no form reports them. `disallowed` is the loss that a wash sale rule in force disallows, positive.
    """

    term: Term
    proceeds: int
    cost: int
    reported_proceeds: int | None = None
    reported_cost: int | None = None
    is_basis_reported: bool = False
    reported_term: str | None = None
    disallowed: int = 0
    is_nondeductible: bool = False


def is_digital_asset(asset_class: str) -> bool:
    """Whether something of that class is a digital asset; shares of an exchange-traded fund are not."""
    return asset_class in _DIGITAL_CLASSES


def box_of(tax_year: int, term: Term, report: Report, *, is_digital: bool) -> str:
    """The box. `is_digital`: a digital asset that is not on a Form 1099-B."""
    letters = _LETTERS[is_digital and tax_year >= FIRST_DIGITAL_YEAR, term]
    return letters[_REPORTS.index(report)]


def schedule_d_line(term: Term, report: Report, *, is_total: bool = False) -> str:
    """The line of Schedule D that the row's amounts go to.

    `is_total`: without the row being listed (Exception 1), which needs a reported basis and no adjustment.
    """
    if is_total:
        return "1a" if term == "short" else "8a"
    return _LINES[term][_REPORTS.index(report)]


def fill_columns(part: Part, *, unit: int = CENT) -> Columns:
    """The row of `part`, in cents or whole dollars (`unit`).

    With a broker's form (d) is what it reported, and what the sale cost beyond it is taken off in (g) with code E. A
    wrong basis has code B: as reported in (e) and corrected in (g) where it went to the IRS, else correct in (e). A
    wrong term has code T and no amount, a wash sale W and a loss that may not be deducted L, both with what is
    disallowed as a positive amount.
    """
    codes: set[str] = set()
    adjustment = 0
    proceeds = to_unit(part.proceeds, unit)
    if part.reported_proceeds is not None:
        proceeds = to_unit(part.reported_proceeds, unit)
        costs = to_unit(part.reported_proceeds - part.proceeds, unit)
        if costs:
            codes.add("E")
            adjustment -= costs
    cost = to_unit(part.cost, unit)
    if part.reported_cost is not None:
        wrong = to_unit(part.reported_cost, unit) - cost
        if wrong:
            codes.add("B")
        if wrong and part.is_basis_reported:
            cost += wrong
            adjustment += wrong
    if part.reported_term in {"short", "long"} and part.reported_term != part.term:
        codes.add("T")
    disallowed = to_unit(part.disallowed, unit)
    if disallowed:
        codes.add("W")
        adjustment += disallowed
    left = proceeds - cost + adjustment
    if part.is_nondeductible and left < 0:
        codes.add("L")
        adjustment -= left
    return Columns(proceeds, cost, "".join(sorted(codes)), adjustment, proceeds - cost + adjustment)


def to_unit(amount: int, unit: int) -> int:
    """`amount` rounded to a whole number of `unit`, a half away from zero (50 cents and over go up)."""
    rounded = (abs(amount) + unit // 2) // unit * unit
    return rounded if amount >= 0 else -rounded


def cut(left: Sequence[tuple[int, Left]], right: Sequence[tuple[int, Right]]) -> list[tuple[int, int, int]]:
    """Two ways of dividing the same units, divided by both: (units, place in `left`, place in `right`).

    Both add up to the same number of units; raises `ValueError` if not.
    """
    if sum(units for units, _ in left) != sum(units for units, _ in right):
        raise ValueError("the parts do not add up to the same units")
    found: list[tuple[int, int, int]] = []
    place = rest = 0
    for number, (units, _) in enumerate(left):
        wanted = units
        while wanted:
            rest = rest or right[place][0]
            taken = min(wanted, rest)
            found.append((taken, number, place))
            wanted -= taken
            rest -= taken
            place += rest == 0
    return found
