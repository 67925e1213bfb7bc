"""The health of one built book, asked lot by lot: what the tables of `quality` say against a lot's figures. Pure.

Belongs here: finding what concerns a lot. Does not belong here: what counts as a doubt and its words (`doubts.py`),
reading tables.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from warehouse.harvest.doubts import (
    OF_AN_ACCOUNT,
    BalanceDifference,
    Doubt,
    Problem,
    Status,
    StreamHealth,
    account_doubts,
    holding_doubts,
    lot_doubts,
    price_doubts,
    verdict,
)
from warehouse.harvest.valuation import LatestPrice, OpenLot

Row = Mapping[str, Any]

SHOWN_DOUBTS = 4
"""How many things that a coin in an account inherits are told with each of its lots; quality.doubts has them all."""


class Health:
    """What is known of accounts, holdings and prices at the instant `as_of`.

    `coverage`, `problems`, `differences` and `doubts` are the rows of the queries `read_coverage`, `count_problems`,
    `read_balance_differences` and `read_lot_doubts`.
    """

    def __init__(
        self,
        *,
        coverage: Iterable[Row],
        problems: Iterable[Row],
        differences: Iterable[Row],
        doubts: Iterable[Row] = (),
        prices: Mapping[str, LatestPrice],
        as_of: datetime,
        stale_after: timedelta,
    ) -> None:
        self._as_of = as_of
        self._stale_after = stale_after
        self._prices = prices
        self._streams: dict[str, list[StreamHealth]] = defaultdict(list)
        for row in coverage:
            stream = StreamHealth(row["stream"], row["last_success_at"], row["last_error"])
            self._streams[row["account"]].append(stream)
        self._problems: dict[tuple[str, str | None], list[Problem]] = defaultdict(list)
        self._rejected_rows: dict[str, int] = {}
        for row in problems:
            if row["problem"] == "rejected_row" and row["asset"] is None:
                self._rejected_rows[row["account"]] = row["problem_count"]
            else:
                self._problems[row["account"], row["asset"]].append(Problem(row["problem"], row["problem_count"]))
        self._differences = {
            (row["account"], row["asset"]): BalanceDifference(
                row["computed_quantity"], row["venue_quantity"], row["detail"]
            )
            for row in differences
        }
        self._inherited: dict[tuple[str, str], list[Doubt]] = defaultdict(list)
        for row in doubts:
            self._inherited[row["account"], row["asset"]].append(Doubt("review", row["reason"]))
        self._holdings: dict[tuple[str, str], list[Doubt]] = {}

    def verdict(self, lot: OpenLot, more: Sequence[Doubt] = ()) -> tuple[Status, list[str]]:
        """The status of `lot` and the reasons for it, with `more` doubts from elsewhere."""
        own = lot_doubts(is_cost_known=lot.cost is not None, is_in_transit=lot.is_in_transit)
        return verdict([*own, *self._of_holding(lot.account, lot.asset), *more])

    def _of_holding(self, account: str, asset: str) -> list[Doubt]:
        """What concerns every lot of one asset in one account."""
        if (account, asset) not in self._holdings:
            price = self._prices.get(asset)
            self._holdings[account, asset] = [
                *account_doubts(
                    account,
                    self._streams[account],
                    rejected_rows=self._rejected_rows.get(account, 0),
                    as_of=self._as_of,
                    stale_after=self._stale_after,
                ),
                *price_doubts(
                    asset,
                    price_at=None if price is None else price.at,
                    is_interpolated=price is not None and price.is_interpolated,
                    as_of=self._as_of,
                    stale_after=self._stale_after,
                ),
                *holding_doubts(
                    account,
                    asset,
                    [*self._problems[account, asset], *self._of_account(account)],
                    self._differences.get((account, asset)),
                ),
                *self._inherited[account, asset][:SHOWN_DOUBTS],
            ]
        return self._holdings[account, asset]

    def _of_account(self, account: str) -> list[Problem]:
        """The problems that concern every coin of an account."""
        return [problem for problem in self._problems[account, None] if problem.kind in OF_AN_ACCOUNT]
