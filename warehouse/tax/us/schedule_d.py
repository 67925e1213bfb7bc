"""Schedule D and the Capital Loss Carryover Worksheet, line by line, year after year. Pure.

The lines are those of the 2025 forms. Line 16 or 21 goes to Form 1040 line 7a from 2025, to line 7 before.

Belongs here: which figure stands on which line. Does not belong here: netting (`netting.py`), the chain of years
(`years.py`), the rows of Form 8949.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal, localcontext

from warehouse.exact import EXACT
from warehouse.tax.us.netting import Carryover
from warehouse.tax.us.years import NettedYear, YearOfGains, carry_through

ZERO = Decimal(0)
LAST_KNOWN_FORMS = 2025
"""The last year whose final forms were read; later ones are filled in by their lines, which is said."""

_SHORT = {
    "1a": "Short-term, basis reported, not listed on Form 8949 (Exception 1)",
    "1b": "Short-term totals of Form 8949, box A or G",
    "2": "Short-term totals of Form 8949, box B or H",
    "3": "Short-term totals of Form 8949, box C or I",
}
_LONG = {
    "8a": "Long-term, basis reported, not listed on Form 8949 (Exception 1)",
    "8b": "Long-term totals of Form 8949, box D or J",
    "9": "Long-term totals of Form 8949, box E or K",
    "10": "Long-term totals of Form 8949, box F or L",
}
_WORKSHEET = (
    "Taxable income of the year before (Form 1040 line 15, negative where it is)",
    "Loss on that year's Schedule D line 21, as a positive amount",
    "Lines 1 and 2 together; not below zero",
    "The smaller of lines 2 and 3",
    "Loss on that year's Schedule D line 7, as a positive amount",
    "Gain on that year's Schedule D line 15",
    "Lines 4 and 6 together",
    "Short-term capital loss carryover: line 5 less line 7, to Schedule D line 6",
    "Loss on that year's Schedule D line 15, as a positive amount",
    "Gain on that year's Schedule D line 7",
    "Line 4 less line 5; not below zero",
    "Lines 10 and 11 together",
    "Long-term capital loss carryover: line 9 less line 12, to Schedule D line 14",
)


@dataclass(frozen=True, slots=True)
class Totals:
    """What the rows of Form 8949 that go to one line add up to: columns (d), (e), (g) and (h)."""

    proceeds_usd: Decimal = ZERO
    cost_usd: Decimal = ZERO
    adjustment_usd: Decimal = ZERO
    gain_usd: Decimal = ZERO


@dataclass(frozen=True, slots=True)
class FormYear:
    """One year's rows of Form 8949 by line of Schedule D, and what the person told of the year.

    `gap_count` says how much belongs on the form and is kept apart.
    """

    tax_year: int
    totals: Mapping[str, Totals] = field(default_factory=dict)
    gap_count: int = 0
    filing_status: str = "single"
    taxable_income_usd: Decimal | None = None
    carried_in: Carryover | None = None
    other_short_gain_usd: Decimal = ZERO
    other_long_gain_usd: Decimal = ZERO


@dataclass(frozen=True, slots=True)
class Line:
    """A line of a form; `None` where a column or amount is left empty."""

    form: str
    line: str
    description: str
    amount_usd: Decimal | None
    totals: Totals | None = None


@dataclass(frozen=True, slots=True)
class FormLines:
    """One year's lines, and in words what has to be known before they are used."""

    tax_year: int
    lines: tuple[Line, ...]
    is_proven: bool
    notes: tuple[str, ...]


def schedule_d(years: Sequence[FormYear], *, present_year: int) -> list[FormLines]:
    """The forms of every year. Years must follow one another; raises `ValueError` if not."""
    netted = carry_through([_of_gains(year) for year in years])
    filled: list[FormLines] = []
    for place, (year, result) in enumerate(zip(years, netted, strict=True)):
        before = netted[place - 1] if place else None
        is_own = year.gap_count == 0
        is_before = not filled or year.carried_in is not None or filled[-1].is_proven
        notes = list(result.notes)
        if not is_own:
            notes.insert(0, f"{year.gap_count} of what belongs on Form 8949 is kept apart: see tax.form_8949_gaps")
        if not is_before:
            notes.append(f"the carryover rests on {year.tax_year - 1}, of which something is missing")
        if year.tax_year > LAST_KNOWN_FORMS:
            notes.append(
                f"the final forms of {year.tax_year} were not known here: lines are those of {LAST_KNOWN_FORMS}"
            )
        if year.tax_year >= present_year:
            notes.append("the year is not over: these are its figures so far")
        lines = (*_schedule(year, result), *_worksheet(year, before))
        filled.append(FormLines(year.tax_year, lines, is_own and is_before, tuple(notes)))
    return filled


def _of_gains(year: FormYear) -> YearOfGains:
    with localcontext(EXACT):
        return YearOfGains(
            tax_year=year.tax_year,
            short_gain_usd=_gain(year, _SHORT) + year.other_short_gain_usd,
            long_gain_usd=_gain(year, _LONG) + year.other_long_gain_usd,
            filing_status=year.filing_status,
            taxable_income_usd=year.taxable_income_usd,
            carried_in=year.carried_in,
        )


def _gain(year: FormYear, lines: Mapping[str, str]) -> Decimal:
    return sum((year.totals.get(line, Totals()).gain_usd for line in lines), ZERO)


def _schedule(year: FormYear, result: NettedYear) -> list[Line]:
    netting, carried_in = result.netting, result.carried_in
    goes_to = "7a" if year.tax_year >= LAST_KNOWN_FORMS else "7"
    is_loss = netting.net_gain_usd < 0
    return [
        *_totals(year, _SHORT),
        _line(
            "other short", "Short-term gain or loss from outside these books (lines 1a to 5)", year.other_short_gain_usd
        ),
        _line("6", "Short-term capital loss carryover, in brackets", carried_in.short_usd),
        _line("7", "Net short-term capital gain or loss", netting.short_net_usd),
        *_totals(year, _LONG),
        _line(
            "other long", "Long-term gain or loss from outside these books (lines 8a to 13)", year.other_long_gain_usd
        ),
        _line("14", "Long-term capital loss carryover, in brackets", carried_in.long_usd),
        _line("15", "Net long-term capital gain or loss", netting.long_net_usd),
        _line(
            "16",
            "Lines 7 and 15 together" + ("; a loss: go to line 21" if is_loss else f", to Form 1040 line {goes_to}"),
            netting.net_gain_usd,
        ),
        _line(
            "21",
            f"Loss that may be deducted, in brackets, to Form 1040 line {goes_to}",
            netting.deductible_loss_usd if is_loss else None,
        ),
    ]


def _totals(year: FormYear, lines: Mapping[str, str]) -> list[Line]:
    found = []
    for line, description in lines.items():
        totals = year.totals.get(line, Totals())
        found.append(Line("schedule_d", line, description, totals.gain_usd, totals))
    return found


def _line(line: str, description: str, amount: Decimal | None) -> Line:
    return Line("schedule_d", line, description, amount)


def _worksheet(year: FormYear, before: NettedYear | None) -> list[Line]:
    """The worksheet for `year`; it is not filled in where the carryover is told or the year before has no loss."""
    if before is None or year.carried_in is not None or before.netting.deductible_loss_usd == 0:
        return []
    amounts = [getattr(before.worksheet, f"line_{number}") for number in range(1, 14)]
    return [
        Line("carryover_worksheet", str(number), description, amount)
        for number, (description, amount) in enumerate(zip(_WORKSHEET, amounts, strict=True), start=1)
    ]
