"""What the report page tells, read from the tables of one built or published file.

Belongs here: which rows the page shows and what is added up over them. Does not belong here: how they look
(`report.html.jinja`, `charts.py`), and where any figure comes from.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import duckdb

from warehouse.harvest.steps import summary_lines
from warehouse.queries import select_rows
from warehouse.tax.country import Country

Rows = Sequence[Mapping[str, Any]]

LOSS_FIGURES = ("lot_count", "short_loss_usd", "long_loss_usd", "next_loss_usd", "review_loss_usd", "blocked_count")
SHOWN_TURNING = 12
SHOWN_NIGHTS = 7
SHOWN_SCORES = 12


@dataclass(frozen=True, slots=True)
class Content:
    """Everything that the page says. Rows are those of the queries of the same name; amounts in the base currency.

    `plan_summary` is `None` where the books make no plan. `year` is the row of the present tax year, `None` where the
    books sum up no years.
    """

    config: Path
    published: Path
    as_of: datetime
    zone: ZoneInfo
    base_currency: str
    country: Country
    summary: Sequence[str]
    losses: Rows
    candidates: Rows
    repurchase: Rows
    nights: Rows
    turning_long: Rows
    plan: Rows
    plan_summary: Mapping[str, Any] | None
    scores: Rows
    year: Mapping[str, Any] | None
    gains_by_day: Rows
    coverage: Rows
    problems: Rows
    differences: Rows

    @property
    def today(self) -> date:
        """The taxpayer's date."""
        return self.as_of.astimezone(self.zone).date()

    @property
    def tax_year(self) -> int:
        """The tax year that holds today."""
        return self.country.calendar.tax_year(self.today)

    @property
    def year_name(self) -> str:
        """What people call it."""
        return self.country.calendar.label(self.tax_year)

    @property
    def terms(self) -> Mapping[str, str]:
        """What the columns of the two terms are called; where gains have no term, all of them stand in the first."""
        none = {"short": "of any age", "long": "no such term"}
        return none if self.country.terms is None else {str(term): words for term, words in self.country.terms.items()}

    @property
    def sell_by_at(self) -> datetime:
        """Before it every planned sale is this year's by every clock."""
        first: datetime = min(row["sell_by_at"] for row in self.plan)
        return first

    @property
    def losses_by_account(self) -> Rows:
        """`losses` added up over the coins of each account, the largest first."""
        accounts: dict[str, dict[str, Any]] = {}
        for row in self.losses:
            account = accounts.setdefault(
                row["account"], dict.fromkeys(LOSS_FIGURES, Decimal(0)) | {"account": row["account"]}
            )
            for column in LOSS_FIGURES:
                account[column] += row[column]
        return sorted(accounts.values(), key=lambda row: -row["short_loss_usd"] - row["long_loss_usd"])

    @property
    def totals(self) -> Mapping[str, Any]:
        """`losses` added up over everything."""
        return {column: sum((row[column] for row in self.losses), Decimal(0)) for column in LOSS_FIGURES}

    @property
    def laws(self) -> list[str]:
        """The rules in `repurchase`, each once."""
        return sorted({row["law"] for row in self.repurchase if row["law"] is not None})

    @property
    def repurchase_to_mind(self) -> Rows:
        """What of `repurchase` has something of its own to say."""
        return [row for row in self.repurchase if not _is_quiet(row)]

    @property
    def repurchase_quiet(self) -> Rows:
        """The rest of `repurchase`: coins that may be bought back at once."""
        return [row for row in self.repurchase if _is_quiet(row)]

    @property
    def answered_scores(self) -> Rows:
        """The latest of `scores` that were sold."""
        return [row for row in self.scores if row["fill_count"]][:SHOWN_SCORES]

    @property
    def waiting_scores(self) -> Rows:
        """Those of `scores` that were not, the ones that waiting changed most first."""
        waiting = [row for row in self.scores if not row["fill_count"]]
        return sorted(waiting, key=lambda row: -abs(row["missed_loss_usd"] or 0))[:SHOWN_SCORES]

    @property
    def recent_nights(self) -> Rows:
        """The latest of `nights`, the last one first."""
        return self.nights[: -SHOWN_NIGHTS - 1 : -1]

    @property
    def turning_this_year(self) -> Rows:
        """What of `turning_long` turns before the tax year is over and matters most, in the order of days."""
        this_year = [
            row for row in self.turning_long if self.country.calendar.tax_year(row["long_from_date"]) == self.tax_year
        ]
        this_year.sort(key=lambda row: (row["unrealized_usd"] is not None, -abs(row["unrealized_usd"] or 0)))
        return sorted(this_year[:SHOWN_TURNING], key=lambda row: (row["long_from_date"], row["account"], row["asset"]))

    @property
    def troubled_streams(self) -> Rows:
        """The streams that failed, have gaps or are old."""
        return [row for row in self.coverage if row["outcome"] != "ok" or row["is_stale"] or not row["is_complete"]]


def read_content(
    connection: duckdb.DuckDBPyConnection,
    *,
    config: Path,
    published: Path,
    as_of: datetime,
    zone: ZoneInfo,
    base_currency: str,
    country: Country,
) -> Content:
    """Read what the page tells from the file that `connection` has open."""
    tax_year = country.calendar.tax_year(as_of.astimezone(zone).date())

    def rows(name: str, **parameters: Any) -> list[dict[str, Any]]:
        return list(select_rows(connection, name, parameters or None).to_pylist())

    year = rows("read_tax_year", tax_year=tax_year)
    return Content(
        config=config,
        published=published,
        as_of=as_of,
        zone=zone,
        base_currency=base_currency,
        country=country,
        summary=summary_lines(connection, as_of=as_of, time_zone=zone, country=country),
        losses=rows("sum_harvestable_losses"),
        candidates=rows("list_candidates"),
        repurchase=rows("list_repurchase"),
        nights=rows("list_nights"),
        turning_long=rows("list_lots_turning_long"),
        plan=rows("list_plan"),
        plan_summary=next(iter(rows("read_plan_summary")), None),
        scores=rows("list_scores"),
        year=year[0] if year else None,
        gains_by_day=rows("sum_gains_by_day", tax_year=tax_year, time_zone=zone.key),
        coverage=rows("list_coverage"),
        problems=rows("list_problems"),
        differences=rows("read_balance_differences"),
    )


def _is_quiet(row: Mapping[str, Any]) -> bool:
    """Whether nothing came in lately or comes by itself, no own wish is later than the law, and nobody is warned."""
    says = (row["upcoming"], row["warnings"], row["bought_before_quantity"], row["reentry_reason"])
    return bool(row["is_allowed_at_once"]) and not any(says)
