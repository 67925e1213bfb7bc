"""In what a broker's lines and the books' sales differ, why, and whether the sale may go on Form 8949. Pure.

Belongs here: the words, the tolerances, and which proceeds count. Does not belong here: which line is which sale
(`broker_match.py`).
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Literal

from warehouse.exact import USD_PLACES, from_units
from warehouse.tax.us.broker_form import ReportedSale

_CENT = 10**6
_USD = 10**8
ESTIMATED_KINDS = frozenset({"swap", "spend", "fee", "transfer_fee"})
"""Disposals that brought no money: what they brought is a value, which two clocks or markets put differently."""

_FEE_KINDS = frozenset({"fee", "transfer_fee"})
_STABLECOIN_LIMIT = 10_000 * _USD
_PAYMENT_LIMIT = 600 * _USD


@dataclass(frozen=True, slots=True)
class BookSale:
    """Units of one lot in one sale of the books. `proceeds` are after `fees`; `None` is "not known".

    `event` is the sale that it is a slice of. `was_moved_in`: the lot was acquired in another account. `kind` is that
    of lots.disposals.
    """

    disposal_id: str
    event: str
    asset: str
    units: int
    acquired_date: date | None
    sold_date: date
    utc_date: date
    proceeds: int | None
    cost: int | None
    fees: int | None
    kind: str
    term: str | None
    was_moved_in: bool = False


@dataclass(frozen=True, slots=True)
class Explained:
    """What is said of a match. `basis`: whose proceeds the gain is worked out from."""

    status: Literal["agreed", "differs"]
    reasons: tuple[str, ...]
    is_usable: bool
    basis: Literal["books", "reported", "reported_less_fees"]

    def net_proceeds(self, proceeds: int | None, reported: int | None, fees: int | None) -> int | None:
        """The proceeds of a piece that its gain is worked out from."""
        if self.basis == "books" or reported is None:
            return proceeds
        return reported - (fees or 0) if self.basis == "reported_less_fees" else reported


def explain(lines: Sequence[ReportedSale], sales: Sequence[BookSale], *, accept_values: bool) -> Explained:
    """Compare the lines and slices of one match: time, proceeds, lots, basis, term and wash sale."""
    slack = _CENT * (len(lines) + len(sales))
    reasons = [*_times(lines, sales)]
    about_proceeds, is_usable, basis = _proceeds(lines, sales, slack, accept_values=accept_values)
    reasons += [*about_proceeds, *_bases(lines, sales, slack), *_terms(lines, sales), *_washes(lines)]
    if any(sale.cost is None or sale.proceeds is None for sale in sales):
        reasons.append("the books do not prove the gain: a cost or the proceeds are not known")
    is_agreed = not [reason for reason in reasons if not reason.startswith("rounding")]
    return Explained("agreed" if is_agreed else "differs", tuple(reasons), is_usable, basis)


def explain_only_ours(
    alone: Iterable[BookSale], sales: Sequence[BookSale], *, stablecoins: frozenset[str]
) -> Iterator[tuple[BookSale, str]]:
    """Each slice that no line reports, with what may explain it: the limits below which brokers need not report."""
    of_stablecoins = sum(sale.proceeds or 0 for sale in sales if sale.asset in stablecoins)
    of_payments = sum(sale.proceeds or 0 for sale in sales if sale.kind == "spend")
    stablecoin_words = (
        f"sales of stablecoins were {_shown(of_stablecoins)} in the year: up to 10,000 a broker need not report them; "
        "the gain is taxed all the same"
    )
    payment_words = (
        f"payments in coins were {_shown(of_payments)} in the year: up to 600 a processor of payments need not report "
        "them; the gain is taxed all the same"
    )
    for sale in alone:
        if sale.kind in _FEE_KINDS:
            yield sale, "spent on a fee: brokers do not report units kept back for a fee as a sale of their own"
        elif sale.asset in stablecoins and of_stablecoins <= _STABLECOIN_LIMIT:
            yield sale, stablecoin_words
        elif sale.kind == "spend" and of_payments <= _PAYMENT_LIMIT:
            yield sale, payment_words
        else:
            yield sale, "the broker reports no such sale: it is listed as one without a form"


def _times(lines: Sequence[ReportedSale], sales: Sequence[BookSale]) -> Iterator[str]:
    reported = {line.sold_date for line in lines if line.sold_date}
    if not reported or reported <= {sale.sold_date for sale in sales}:
        return
    days = ", ".join(f"{day}" for day in sorted(reported))
    if reported <= {sale.utc_date for sale in sales}:
        yield f"time zone: the broker's date {days} is that of UTC; in the taxpayer's zone it was {_days(sales)}"
    else:
        yield f"date: the broker says {days}, the books {_days(sales)}"


def _proceeds(
    lines: Sequence[ReportedSale], sales: Sequence[BookSale], slack: int, *, accept_values: bool
) -> tuple[list[str], bool, Literal["books", "reported", "reported_less_fees"]]:
    if any(sale.proceeds is None for sale in sales):
        return [], True, "books"
    reported, own = sum(line.proceeds for line in lines), sum(sale.proceeds or 0 for sale in sales)
    fees = None if any(sale.fees is None for sale in sales) else sum(sale.fees or 0 for sale in sales)
    is_gross = not any(line.is_net for line in lines)
    difference = reported - own
    if abs(difference) <= slack:
        return ([f"rounding: {_shown(difference)} of proceeds"] if difference else []), True, "reported"
    if is_gross and fees and abs(difference - fees) <= slack:
        return [f"fees: the broker reports gross proceeds, without the fees of {_shown(fees)} (code E)"], True, "books"
    if all(sale.kind in ESTIMATED_KINDS for sale in sales):
        words = f"value: no money changed hands; the broker puts it at {_shown(reported)}, the books at {_shown(own)}"
        if accept_values:
            basis: Literal["reported", "reported_less_fees"] = "reported_less_fees" if is_gross and fees else "reported"
            return [f"{words}; the broker's value is taken, as configured"], True, basis
        return (
            [f"{words}. Put the value at that instant into prices.csv, or set accept_reported_values"],
            False,
            "books",
        )
    return (
        [f"proceeds: the broker reports {_shown(reported)}, the books {_shown(own)}, and no fee explains it"],
        False,
        "books",
    )


def _bases(lines: Sequence[ReportedSale], sales: Sequence[BookSale], slack: int) -> Iterator[str]:
    dates = {line.acquired_date for line in lines if line.acquired_date}
    own_dates = {sale.acquired_date for sale in sales if sale.acquired_date}
    are_other_lots = bool(dates) and not dates <= own_dates
    if are_other_lots:
        theirs = ", ".join(f"{day}" for day in sorted(dates))
        yield f"lots: the broker took what was acquired {theirs}, the books {', '.join(map(str, sorted(own_dates)))}"
    if any(line.cost is None for line in lines) or any(sale.cost is None for sale in sales):
        return
    difference = sum(line.cost or 0 for line in lines) - sum(sale.cost or 0 for sale in sales)
    if not difference:
        return
    if abs(difference) <= slack:
        yield f"rounding: {_shown(difference)} of basis"
        return
    if any(line.transferred_in_date for line in lines) or any(sale.was_moved_in for sale in sales):
        yield (
            f"transferred in: the units came from another account, whose cost the broker does not know; its basis is "
            f"{_shown(difference)} from the books' (code B)"
        )
    elif not are_other_lots:
        yield f"basis: the broker's is {_shown(difference)} from the books' (code B)"


def _terms(lines: Sequence[ReportedSale], sales: Sequence[BookSale]) -> Iterator[str]:
    theirs = {line.term for line in lines if line.term}
    own = {sale.term for sale in sales}
    if theirs and not theirs <= own:
        yield f"term: the broker says {', '.join(sorted(theirs))}, the books {', '.join(sorted(t or '?' for t in own))}"


def _washes(lines: Sequence[ReportedSale]) -> Iterator[str]:
    """Box 1i: the broker's word is shown; what the form says comes from the books' own wash sales."""
    disallowed = sum(line.wash_sale or 0 for line in lines)
    if disallowed:
        yield (
            f"wash sale: the broker disallows {_shown(disallowed)} (box 1i), as of tokenized securities only: "
            "name it under [asset_class], and compare with tax.wash_sale_parts"
        )


def _days(sales: Sequence[BookSale]) -> str:
    return ", ".join(f"{day}" for day in sorted({sale.sold_date for sale in sales}))


def _shown(amount: int) -> str:
    return f"{from_units(amount, USD_PLACES).quantize(Decimal('0.01')):,}"
