"""The page that says what of these books the return needs, in the order of the return, and what is open. Pure.

Belongs here: the words around the figures. Does not belong here: the figures (tables of `tax`), the other files.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from itertools import groupby
from typing import Any

from warehouse.settings import BookSettings
from warehouse.tax.us.digital_asset_question import Answer
from warehouse.tax.us.schedule_d import LAST_KNOWN_FORMS


@dataclass(frozen=True, slots=True)
class ReturnYear:
    """What the page tells of one year: rows of the tables of `tax`, the answer, and warnings of the other files.

    `is_ready`: the year is over and nothing is missing from its figures.
    """

    tax_year: int
    rows: Sequence[dict[str, Any]]
    gaps: Sequence[dict[str, Any]]
    schedule: Sequence[dict[str, Any]]
    income: Sequence[dict[str, Any]]
    matches: Sequence[dict[str, Any]]
    answer: Answer
    settings: BookSettings
    is_ready: bool
    warnings: Sequence[str] = ()
    files: Sequence[tuple[str, str]] = field(default_factory=tuple)


def write_return_page(year: ReturnYear) -> str:
    """The page, in Markdown."""
    parts = [
        f"# Tax year {year.tax_year}: what the return needs from these books",
        _readiness(year),
        "## 1. The digital asset question (Form 1040, page 1)",
        f"**{'Yes' if year.answer.is_yes else 'No'}.** {_sentence(year.answer.why)}.",
        "## 2. Income",
        _income(year),
        "## 3. Forms 1099-DA",
        _brokers(year),
        "## 4. Form 8949",
        _form(year),
        "## 5. Schedule D",
        _schedule(year),
        "## 6. What to look at besides",
        _besides(year),
        "## 7. How unsettled questions are answered here",
        _unsettled(year),
        "## Files",
        _table(("file", "what it is"), [(f"`{name}`", what) for name, what in year.files]),
        "This is arithmetic from what the accounts told, and no tax advice.",
    ]
    return "\n\n".join(part for part in parts if part) + "\n"


def _readiness(year: ReturnYear) -> str:
    if year.is_ready:
        return "Nothing is missing from the figures below that the books know of."
    lines = ["**Not ready to be filed.** The figures below hold what is proven."]
    if year.gaps:
        lines.append("Sales that are not in them:")
        columns = ("sold", "account", "asset", "units", "proceeds", "why")
        shown = [
            (
                str(gap["sold_date"] or ""),
                gap["account"],
                gap["asset"],
                "" if gap["quantity"] is None else _units(gap["quantity"]),
                _money(gap["proceeds_usd"]),
                gap["reason"],
            )
            for gap in year.gaps
        ]
        lines.append(_table(columns, shown))
    unvalued = sum(row["unvalued_count"] for row in year.income)
    if unvalued:
        lines.append(f"{unvalued:,} receipts of income without a known value. Add prices to prices.csv.")
    notes = year.schedule[0]["notes"] if year.schedule else []
    if notes:
        lines.append("\n".join(f"- {_sentence(note)}" for note in notes))
    return "\n\n".join(lines)


def _income(year: ReturnYear) -> str:
    if not year.income:
        return "No income was received."
    ordered = sorted(year.income, key=lambda row: (row["form_line"] or "", row["kind"], row["month"]))
    rows = []
    for (line, kind), group in groupby(ordered, key=lambda row: (row["form_line"], row["kind"])):
        found = list(group)
        total = sum((row["value_usd"] for row in found), Decimal(0))
        rows.append((line or "", kind, f"{sum(row['income_count'] for row in found):,}", _money(total)))
    lines = [_table(("goes to", "kind", "times", "value"), rows)]
    by_line: dict[str, Decimal] = {}
    for row in year.income:
        by_line[row["form_line"] or ""] = by_line.get(row["form_line"] or "", Decimal(0)) + row["value_usd"]
    lines.append("\n".join(f"- **{line}: {_money(total)}**" for line, total in sorted(by_line.items())))
    if "Schedule C" in by_line:
        lines.append("Income of a business also bears self-employment tax (Schedule SE), after its expenses.")
    return "\n\n".join(lines)


def _brokers(year: ReturnYear) -> str:
    if not year.matches:
        return (
            "None is configured. A broker that gave one out is named under `[[form_1099da]]`; until then its sales are "
            "listed as sales without a form."
        )
    ordered = sorted(year.matches, key=lambda row: (row["account"], row["status"], row["match_id"], row["place"]))
    rows = []
    for (account, status), group in groupby(ordered, key=lambda row: (row["account"], row["status"])):
        found = list(group)
        matches = len({row["match_id"] for row in found})
        theirs = sum((row["reported_proceeds_usd"] or Decimal(0) for row in found), Decimal(0))
        ours = sum((row["proceeds_usd"] or Decimal(0) for row in found), Decimal(0))
        rows.append((account, status.replace("_", " "), f"{matches:,}", _money(theirs), _money(ours)))
    reasons = sorted({(row["account"], row["asset"], reason) for row in year.matches for reason in row["reasons"]})
    told = "\n".join(f"- {account}, {asset}: {reason}" for account, asset, reason in reasons)
    return "\n\n".join([_table(("account", "", "sales", "they report", "these books, after fees"), rows), told])


def _form(year: ReturnYear) -> str:
    if not year.rows:
        return "There are no rows."
    rows = []
    for (box, line), group in groupby(year.rows, key=lambda row: (row["box"], row["schedule_d_line"])):
        found = list(group)
        sums = [
            sum((row[name] for row in found), Decimal(0))
            for name in ("proceeds_usd", "cost_usd", "adjustment_usd", "gain_usd")
        ]
        rows.append((box, found[0]["term"], f"{len(found):,}", *map(_money, sums), line))
    heading = ("box", "term", "rows", "(d) proceeds", "(e) cost", "(g) adjustment", "(h) gain", "Schedule D line")
    codes = sorted({row["code"] for row in year.rows if row["code"]})
    lines = [_table(heading, rows)]
    if codes:
        lines.append(f"Codes in column (f): {', '.join(codes)}.")
    lines.append(
        "Either enter every row, or one line a box with code M and attach `form-8949-statement.pdf` (a return filed "
        "electronically sends it with Form 8453, or as an attached PDF)."
    )
    lines += [f"**Mind:** {_sentence(warning)}." for warning in year.warnings]
    return "\n\n".join(lines)


def _schedule(year: ReturnYear) -> str:
    lines = [
        (line["line"], line["description"], _money(line["amount_usd"]))
        for line in year.schedule
        if line["form"] == "schedule_d" and (line["amount_usd"] or line["line"] in {"7", "15", "16"})
    ]
    parts = [_table(("line", "what it is", "amount"), lines)]
    if any(line["form"] == "carryover_worksheet" for line in year.schedule):
        parts.append("Lines 6 and 14 come from the Capital Loss Carryover Worksheet, which is in `schedule-d.pdf`.")
    notes = year.schedule[0]["notes"] if year.schedule else []
    if notes and year.is_ready:
        parts.append("\n".join(f"- {_sentence(note)}" for note in notes))
    return "\n\n".join(parts)


def _besides(year: ReturnYear) -> str:
    lines = [
        "Form 8960 (net investment income tax) where income is above its threshold (single: 200,000): gains count.",
        "Form 709 for gifts above the yearly exclusion.",
        "Form 8283 with a qualified appraisal for donations of coins above 5,000; an exchange's price is no appraisal.",
        "Accounts abroad may have to be reported (FBAR, Form 8938); whether coins count there is unsettled.",
        f"Keep `lotkeeper.duckdb` and `data/raw/` of the day you file {year.tax_year}: they are the evidence.",
    ]
    return "\n".join(f"- {line}" for line in lines)


def _unsettled(year: ReturnYear) -> str:
    settings = year.settings
    since = settings.wash_sale.coins_since
    fee = "spent at their value" if settings.lots.transfer_fee == "dispose" else "added to the cost of what was moved"
    lines = [
        f"- Coins spent on moving coins are {fee} (`[lots] transfer_fee`); no rule names them.",
        "- Each wallet is a pool of its own from 2025 on, where others read one pool of all wallets (`[lots] pool`).",
        "- A loss on coins that were bought again within 30 days counts: IRC 1091 reaches securities only. "
        + (f"`[wash_sale] coins_since` is {since}." if since else "No law that reaches coins is configured.")
        + " What one would disallow is in `tax.wash_sale_shadow`.",
        "- A reward is income when it can be moved, at what arrives after the commission kept back.",
        "- A broker's proceeds that nothing explains are kept apart; values of swaps that differ are "
        + ("taken from the broker" if settings.forms.accept_reported_values else "kept apart too")
        + " (`[forms] accept_reported_values`).",
        "- Whether income from staking and mining is net investment income depends on the facts.",
        "- Amounts are in " + ("whole dollars, every one of them." if settings.forms.whole_dollars else "cents."),
    ]
    if year.tax_year > LAST_KNOWN_FORMS:
        lines.append(
            f"- The final forms of {year.tax_year} were not known when this was written: lines and boxes are those of "
            f"{LAST_KNOWN_FORMS}."
        )
    return "\n".join(lines)


def _table(heading: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    lines = ["| " + " | ".join(heading) + " |", "|" + "---|" * len(heading)]
    lines += ["| " + " | ".join(cell.replace("|", "\\|") for cell in row) + " |" for row in rows]
    return "\n".join(lines)


def _money(amount: Decimal | None) -> str:
    return "" if amount is None else f"{amount:,.2f}"


def _units(quantity: Decimal) -> str:
    return f"{quantity.normalize():f}"


def _sentence(text: str) -> str:
    return text[:1].upper() + text[1:]
