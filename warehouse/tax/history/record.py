"""The record of what each published build made of each tax year: one line of JSON a build. Pure.

No number of the books rests on it: it answers why a year's figures are other than they were. Amounts are written as
strings with every digit.

Belongs here: what a line says, what differs between two builds, and the words. Does not belong here: the file and
where the inputs come from (`steps.py`, `inputs.py`).
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from decimal import Decimal
from itertools import pairwise
from typing import Any

AMOUNTS = (
    "short_gain_usd", "long_gain_usd", "net_gain_usd", "taxable_gain_usd", "ordinary_income_usd",
    "carryover_short_out_usd", "carryover_long_out_usd", "unproven_proceeds_usd",
)  # fmt: skip
COUNTS = ("disposal_count", "unproven_count", "missing_count", "unvalued_income_count")
TOTALS = (*AMOUNTS, *COUNTS, "is_proven")
"""What is kept of a year: columns of tax.year_summary."""

Totals = Mapping[str, Any]


class YearRecordError(ValueError):
    """The record can not be read. The message says at which line and what to do."""


@dataclass(frozen=True, slots=True)
class Source:
    """The raw files with rows of one account, or of the prices: how many, their rows, and the hash of their names."""

    files: int
    rows: int
    digest: str


@dataclass(frozen=True, slots=True)
class Inputs:
    """All that a build's figures come from: raw files by account, settings by name as hashes, the code as a hash."""

    sources: Mapping[str, Source]
    settings: Mapping[str, str]
    code: str


@dataclass(frozen=True, slots=True)
class Build:
    """One build: when it was published (`None`: not yet), for which moment, from what, and its years' totals."""

    published_at: datetime | None
    as_of: datetime
    inputs: Inputs
    inputs_hash: str
    years: Mapping[int, Totals]


@dataclass(frozen=True, slots=True)
class YearChange:
    """One year in one build, against the build before: whether and how its totals differ, and what of the inputs."""

    build_number: int
    build: Build
    tax_year: int
    totals: Totals | None
    is_changed: bool
    changes: tuple[str, ...]
    causes: tuple[str, ...]


def write_line(build: Build) -> str:
    """The line of a build, with its end."""
    line = {
        "published_at": build.published_at and build.published_at.astimezone(UTC).isoformat(),
        "as_of": build.as_of.astimezone(UTC).isoformat(),
        "inputs": asdict(build.inputs),
        "inputs_hash": build.inputs_hash,
        "years": {str(year): {name: _written(totals[name]) for name in TOTALS} for year, totals in build.years.items()},
    }
    return json.dumps(line, sort_keys=True) + "\n"


def read_lines(text: str) -> list[Build]:
    """The builds of a record. Raises `YearRecordError`."""
    builds = []
    for number, line in enumerate(text.removesuffix("\n").split("\n") if text else [], start=1):
        try:
            builds.append(_read(json.loads(line)))
        except (ArithmeticError, AttributeError, KeyError, TypeError, ValueError) as error:
            raise YearRecordError(
                f"line {number}: not a build of the record ({error!r}). Move the file away: it is a record for the "
                "eye, and no number of the books rests on it"
            ) from error
    return builds


def year_changes(builds: Sequence[Build]) -> Iterator[YearChange]:
    """Every year of every build, builds from 1 in their order; a year that is gone is there once, without totals."""
    for year in sorted(builds[0].years) if builds else ():
        yield YearChange(1, builds[0], year, builds[0].years[year], True, (), ("the first build on record",))
    for number, (before, build) in enumerate(pairwise(builds), start=2):
        causes = tuple(what_differs(before, build))
        for year in sorted({*before.years, *build.years}):
            old, new = before.years.get(year), build.years.get(year)
            changes = tuple(_changes(old, new))
            yield YearChange(number, build, year, new, bool(changes), changes, causes if changes else ())


def what_differs(before: Build, after: Build) -> Iterator[str]:
    """In words, what of the inputs differs between two builds."""
    old, new = before.inputs, after.inputs
    for name in sorted({*old.sources, *new.sources}):
        was, now = old.sources.get(name), new.sources.get(name)
        if was is None and now is not None:
            yield f"{name}: new, {_rows(now.rows)}"
        elif now is None and was is not None:
            yield f"{name}: gone, with {_rows(was.rows)}"
        elif was is not None and now is not None and was.digest != now.digest:
            more = now.rows - was.rows
            yield f"{name}: {_rows(more)} more" if more > 0 else f"{name}: other files, {_rows(now.rows)}"
    changed = [
        name for name in sorted({*old.settings, *new.settings}) if old.settings.get(name) != new.settings.get(name)
    ]
    if changed:
        yield f"configuration: {', '.join(name.replace('_', ' ') for name in changed)}"
    if old.code != new.code:
        yield f"program: {old.code} became {new.code}"
    if after.as_of != before.as_of:
        yield f"time: as of {after.as_of:%Y-%m-%d %H:%M} UTC, before {before.as_of:%Y-%m-%d %H:%M}"


def _changes(old: Totals | None, new: Totals | None) -> Iterator[str]:
    if old is None or new is None:
        if old is not new:
            yield "the year is new" if old is None else "the year is gone"
        return
    for name in TOTALS:
        if old[name] != new[name]:
            words = name.removesuffix("_usd").removeprefix("is_").replace("_", " ")
            yield f"{words} {_shown(old[name])} → {_shown(new[name])}"


def _shown(value: Any) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return "not known" if value is None else f"{value:,.2f}" if isinstance(value, Decimal) else f"{value:,}"


def _rows(count: int) -> str:
    return "1 row" if count == 1 else f"{count:,} rows"


def _written(value: Any) -> Any:
    return f"{value:f}" if isinstance(value, Decimal) else value


def _read(line: dict[str, Any]) -> Build:
    inputs = line["inputs"]
    return Build(
        published_at=None if line["published_at"] is None else datetime.fromisoformat(line["published_at"]),
        as_of=datetime.fromisoformat(line["as_of"]),
        inputs=Inputs(
            sources={name: Source(**source) for name, source in inputs["sources"].items()},
            settings=dict(inputs["settings"]),
            code=str(inputs["code"]),
        ),
        inputs_hash=str(line["inputs_hash"]),
        years={int(year): _read_totals(totals) for year, totals in line["years"].items()},
    )


def _read_totals(totals: dict[str, Any]) -> Totals:
    return {
        name: Decimal(totals[name]) if name in AMOUNTS and totals[name] is not None else totals[name] for name in TOTALS
    }
