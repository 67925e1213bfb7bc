"""What speaks against acting on a lot's figures, in words, and what follows: ready, review or blocked. Pure.

`blocked`: selling could do something other than the figures say, or there are no figures. `review`: the figures stand
on something old, partial or disputed, and a person should look first. `ready`: nothing known speaks against it.

Belongs here: the rules and their words. Does not belong here: the figures (`valuation.py`), reading tables.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Literal

from warehouse.lots.holding import Term
from warehouse.tax.country import Country

Status = Literal["ready", "review", "blocked"]

OUTSIDE = "outside"
"""The reserved account of coins that left to an address nobody claimed: still owned, but not known where."""


_NEITHER = "at a price between its value when given and the giver's cost a sale is neither gain nor loss"
_SECOND_COST = "its loss counts from its value when given, and selling gives up the giver's higher cost for later gains"


@dataclass(frozen=True, slots=True)
class Doubt:
    """One thing that speaks against acting, and how much."""

    status: Literal["review", "blocked"]
    reason: str


@dataclass(frozen=True, slots=True)
class StreamHealth:
    """One row of `quality.coverage`: how well one stream of an account is known."""

    stream: str
    last_success_at: datetime | None
    last_error: str | None


@dataclass(frozen=True, slots=True)
class Problem:
    """Problems of one kind (`missing_basis`, `unpaired_deposit`, ...) with one asset in one account."""

    kind: str
    count: int


@dataclass(frozen=True, slots=True)
class BalanceDifference:
    """Where the venue's own balance and the books differ, in units of the asset, and what may explain it."""

    computed_quantity: Decimal
    venue_quantity: Decimal
    detail: str | None = None


_BLOCKING_PROBLEMS = {
    "unpaired_deposit": "coins came in whose cost and age are unknown, and may be sold before this lot",
    "unknown_kind": "movements that are not understood: this lot may be gone already",
    "one_sided_trade": "half of a trade is not told: what is held may differ from the lots",
    "margin_not_supported": "margin positions moved it, which the books do not follow",
}
_REVIEW_PROBLEMS = {
    "missing_basis": "an earlier sale found too few lots: purchases are missing from the books",
    "rejected_row": "a row about it could not be booked",
    "unconfirmed_transfer": "a transfer into the account is only proposed: confirm it, or say what it was",
    "told_value_far": "its value as told with a transaction is far from the market's",
    "told_twice": "an event seems to be told twice: say whether it is one or two",
    "same_account": "the account seems to be told by two accounts of the book: say so, or that they are two",
    "rounded_transfer": "more came in than left, because one side rounds its amounts",
    "missing_lots": "a transfer out found too few lots: purchases are missing from the books",
}
_WASHED = (
    "IRC 1091 is in force for it: a loss is disallowed as far as the same is bought within 30 days before or after, "
    "and a plan buys back at once (harvest.repurchase says from when that is harmless)"
)
_WOULD_WASH = (
    "bought within 30 days after it, as a plan does at once, IRC 1091 takes that loss away (harvest.repurchase says "
    "from when it is harmless)"
)
OF_AN_ACCOUNT = frozenset({"same_account"})
"""Problems that are about no coin and concern every one of the account."""

_PROBLEMS_OF_ONE_LOT = frozenset({"missing_price", "gift_without_basis", "unpaired_withdrawal"})
"""They leave the lot they are about without a cost, or outside, where it is seen; other lots are not concerned."""


def verdict(doubts: Iterable[Doubt]) -> tuple[Status, list[str]]:
    """The worst status of `doubts` and their reasons, blocking ones first, each once."""
    ordered = sorted(doubts, key=lambda doubt: doubt.status != "blocked")
    status: Status = ordered[0].status if ordered else "ready"
    return status, list(dict.fromkeys(doubt.reason for doubt in ordered))


def account_doubts(
    account: str, streams: Sequence[StreamHealth], *, rejected_rows: int, as_of: datetime, stale_after: timedelta
) -> list[Doubt]:
    """What the account's syncs leave in doubt.

    `streams` are those that the venue offers; none at all: never synced. `rejected_rows` were received and could not
    be booked, and which coin they are about can not be read.
    """
    if account == OUTSIDE:
        return [Doubt("blocked", "the coins left to an address that is in no account of this book")]
    if all(stream.last_success_at is None for stream in streams):
        errors = [f": {stream.last_error}" for stream in streams if stream.last_error]
        return [Doubt("blocked", f"{account} was never synced{errors[0] if errors else ''}")]
    doubts = []
    if rejected_rows:
        rows = "1 row" if rejected_rows == 1 else f"{rejected_rows} rows"
        doubts.append(Doubt("review", f"{rows} of {account} could not be booked"))
    for stream in streams:
        if stream.last_success_at is None:
            error = f": {stream.last_error}" if stream.last_error else ""
            doubts.append(Doubt("review", f"{account} {stream.stream} was never fetched{error}"))
        elif stream.last_error is not None:
            doubts.append(Doubt("review", f"{account} {stream.stream} failed last time: {stream.last_error}"))
        elif as_of - stream.last_success_at > stale_after:
            doubts.append(
                Doubt(
                    "review", f"{account} {stream.stream} was last fetched {_age(as_of - stream.last_success_at)} ago"
                )
            )
    return doubts


def price_doubts(
    asset: str,
    *,
    price_at: datetime | None,
    is_interpolated: bool,
    as_of: datetime,
    stale_after: timedelta,
) -> list[Doubt]:
    """What the asset's latest price leaves in doubt; `price_at` is `None` where there is no price."""
    if price_at is None:
        return [Doubt("blocked", f"no price of {asset} is known")]
    doubts = []
    if as_of - price_at > stale_after:
        doubts.append(Doubt("review", f"the latest price of {asset} is {_age(as_of - price_at)} old"))
    if is_interpolated:
        doubts.append(Doubt("review", f"the price of {asset} is interpolated, not quoted"))
    return doubts


def holding_doubts(
    account: str, asset: str, problems: Sequence[Problem], balance: BalanceDifference | None
) -> list[Doubt]:
    """What problems and the venue's own balance leave in doubt of one asset in one account."""
    doubts = []
    for problem in problems:
        times = f" ({problem.count} times)" if problem.count > 1 else ""
        if problem.kind in _BLOCKING_PROBLEMS:
            doubts.append(Doubt("blocked", f"{asset} in {account}: {_BLOCKING_PROBLEMS[problem.kind]}{times}"))
        elif problem.kind not in _PROBLEMS_OF_ONE_LOT:
            words = _REVIEW_PROBLEMS.get(problem.kind, problem.kind.replace("_", " "))
            doubts.append(Doubt("review", f"{asset} in {account}: {words}{times}"))
    if balance is not None and balance.computed_quantity != balance.venue_quantity:
        books, venue = _plain(balance.computed_quantity), _plain(balance.venue_quantity)
        why = f": {balance.detail}" if balance.detail else ""
        doubts.append(Doubt("review", f"{account} holds {venue} {asset} by its own word, {books} by the books{why}"))
    return doubts


def lot_doubts(*, is_cost_known: bool, is_in_transit: bool) -> list[Doubt]:
    """What the lot itself leaves in doubt."""
    doubts = []
    if not is_cost_known:
        doubts.append(Doubt("blocked", "the lot's cost is not known"))
    if is_in_transit:
        doubts.append(Doubt("blocked", "the coins have left and not yet arrived"))
    return doubts


def law_doubts(
    country: Country,
    asset: str,
    *,
    term: Term | None,
    unrealized: int | None,
    is_bought_today: bool,
    is_under_wash_sales: bool,
    lost_on: date | None,
) -> list[Doubt]:
    """What the country's law says against selling the lot for its loss, against buying it back, or its figures.

    `lost_on` is the day of the latest sale at a loss that buying the asset today would undo.
    """
    doubts = []
    if is_under_wash_sales and unrealized is not None and unrealized < 0:
        doubts.append(Doubt("blocked", f"{asset}: {_WASHED}"))
    elif lost_on is not None:
        doubts.append(Doubt("blocked", f"{asset} was sold at a loss on {lost_on}: {_WOULD_WASH}"))
    useless = (country.useless_losses or {}).get(term) if term is not None else None
    if useless is not None and unrealized is not None and unrealized < 0:
        doubts.append(Doubt("blocked", useless))
    if country.match_shares is not None and is_bought_today:
        doubts.append(Doubt("review", f"{asset} was acquired today: a sale of today is matched with that first"))
    return doubts


def gift_doubts(cost_basis: str) -> list[Doubt]:
    """What follows from the cost that counts for a gift (`lots.disposals.cost_basis`) at a price below the giver's."""
    if cost_basis == "gift_neither":
        return [Doubt("blocked", f"a gift: {_NEITHER}")]
    if cost_basis == "gift_loss":
        return [Doubt("review", f"a gift: {_SECOND_COST}")]
    return []


def _age(age: timedelta) -> str:
    hours = int(age / timedelta(hours=1))
    days = hours // 24
    return f"{days} days" if days >= 3 else f"{hours} hours"  # noqa: PLR2004 -- under three days, hours say more


def _plain(quantity: Decimal) -> str:
    text = f"{quantity:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text
