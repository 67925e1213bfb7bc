"""The health of one built book, asked lot by lot: what the tables of `quality` say against a lot's figures.

Belongs here: reading those tables once and finding what concerns a lot. Does not belong here: what counts as a doubt,
and its words (`doubts.py`).
"""

from collections import defaultdict
from datetime import timedelta

from warehouse.harvest.doubts import (
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
from warehouse.queries import select_rows
from warehouse.steps import Book


class Health:
    """What is known of the accounts, holdings and prices of `book` at its `as_of`."""

    def __init__(self, book: Book, prices: dict[str, LatestPrice]) -> None:
        self._as_of = book.as_of
        self._stale_after = timedelta(hours=book.settings.stale_after_hours)
        self._prices = prices
        self._streams: dict[str, list[StreamHealth]] = defaultdict(list)
        for row in select_rows(book.connection, "read_coverage").to_pylist():
            self._streams[row.pop("account")].append(StreamHealth(**row))
        self._problems: dict[tuple[str, str], list[Problem]] = defaultdict(list)
        self._rejected_rows: dict[str, int] = {}
        for row in select_rows(book.connection, "count_problems").to_pylist():
            if row["problem"] == "rejected_row":
                self._rejected_rows[row["account"]] = row["problem_count"]
            else:
                self._problems[row["account"], row["asset"]].append(Problem(row["problem"], row["problem_count"]))
        self._differences = {
            (row.pop("account"), row.pop("asset")): BalanceDifference(**row)
            for row in select_rows(book.connection, "read_balance_differences").to_pylist()
        }
        self._holdings: dict[tuple[str, str], list[Doubt]] = {}

    def verdict(self, lot: OpenLot) -> tuple[Status, list[str]]:
        """The status of `lot` and the reasons for it."""
        own = lot_doubts(is_cost_known=lot.cost is not None, is_in_transit=lot.is_in_transit)
        return verdict([*own, *self._of_holding(lot.account, lot.asset)])

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
                    account, asset, self._problems[account, asset], self._differences.get((account, asset))
                ),
            ]
        return self._holdings[account, asset]
