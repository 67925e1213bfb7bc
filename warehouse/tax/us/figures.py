"""The figures of one US tax year and filing status, as published: brackets, thresholds, deductions.

Adding a year is adding its file to `figures/`. A year without one is refused by name, never guessed.

Belongs here: finding the figures. Does not belong here: what is computed from them (`liability.py`), and
the loss limit, which no year changes (`netting.py`).
"""

import json
from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any

_FOLDER = Path(__file__).parent / "figures"


class UnknownFiguresError(ValueError):
    """There are no published figures for that year or filing status here; the message names those there are."""


@dataclass(frozen=True, slots=True)
class Bracket:
    """Income over `over_usd` is taxed at `rate`; `base_usd` is the tax on exactly `over_usd`."""

    over_usd: Decimal
    rate: Decimal
    base_usd: Decimal


@dataclass(frozen=True, slots=True)
class Figures:
    """One year's figures for one filing status, in USD. `source` names the publication.

    Long-term gain on top of other income is taxed at 0 up to `zero_rate_up_to_usd` of taxable income, at 15 % up to
    `fifteen_rate_up_to_usd`, at 20 % above (IRC 1(h), (j)(5)).
    """

    tax_year: int
    filing_status: str
    source: str
    brackets: tuple[Bracket, ...]
    zero_rate_up_to_usd: Decimal
    fifteen_rate_up_to_usd: Decimal
    fifteen_rate: Decimal
    twenty_rate: Decimal
    standard_deduction_usd: Decimal
    additional_deduction_usd: Decimal
    niit_threshold_usd: Decimal
    niit_rate: Decimal


def known_years() -> list[int]:
    """The tax years that have figures, in order."""
    return sorted(int(path.stem) for path in _FOLDER.glob("*.json"))


@cache
def load_figures(tax_year: int, filing_status: str) -> Figures:
    """The figures of that year and status. Raises `UnknownFiguresError`."""
    path = _FOLDER / f"{tax_year}.json"
    if not path.is_file():
        years = ", ".join(map(str, known_years()))
        raise UnknownFiguresError(f"the figures of tax year {tax_year} are not known here; those of {years} are")
    content: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    if filing_status not in content["status"]:
        raise UnknownFiguresError(f"filing status {filing_status!r} is none of {', '.join(sorted(content['status']))}")
    of_status = content["status"][filing_status]
    _, fifteen_rate, twenty_rate = (Decimal(rate) for rate in of_status["ltcg"]["rates"])
    return Figures(
        tax_year=tax_year,
        filing_status=filing_status,
        source=content["source"],
        brackets=_brackets(of_status["ordinary_brackets"]),
        zero_rate_up_to_usd=Decimal(of_status["ltcg"]["max_zero_rate_amount"]),
        fifteen_rate_up_to_usd=Decimal(of_status["ltcg"]["max_15_rate_amount"]),
        fifteen_rate=fifteen_rate,
        twenty_rate=twenty_rate,
        standard_deduction_usd=Decimal(of_status["standard_deduction"]),
        additional_deduction_usd=Decimal(of_status["additional_standard_deduction_65_or_blind_each"]),
        niit_threshold_usd=Decimal(of_status["niit_threshold_magi"]),
        niit_rate=Decimal(of_status["niit_rate"]),
    )


def _brackets(rows: list[dict[str, Any]]) -> tuple[Bracket, ...]:
    brackets: list[Bracket] = []
    base = Decimal(0)
    for row in rows:
        over, rate = Decimal(row["over"]), Decimal(row["rate"])
        brackets.append(Bracket(over, rate, base))
        if row["not_over"] is not None:
            base += (Decimal(row["not_over"]) - over) * rate
    return tuple(brackets)
