"""Binance's locked products of Simple Earn: coins of the account that stand in none of its spot balances.

A position says when it is delivered; where it may be redeemed early, it also comes free `redeemPeriod` days after one
asks. With automatic subscription it is locked again when it is delivered, so that no date is known. Source:
https://developers.binance.com/docs/simple_earn (Get Locked Product Position)

Belongs here: reading the positions. Does not belong here: asking (`binance.py`), what it means for a sale.
"""

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any

from connectors.exchange.conditions import read_number
from connectors.records import Balance, instant_from_milliseconds
from connectors.sync import SourceAnswerError

_DAY_SECONDS = 86_400


def positions_of(answer: Any) -> list[Any]:
    """The rows of one page. Raises `SourceAnswerError` for an answer without."""
    rows = answer.get("rows") if isinstance(answer, dict) else None
    if not isinstance(rows, list):
        raise SourceAnswerError(f"Binance's list of locked products has no rows: {str(answer)[:200]}")
    return rows


def read_positions(rows: Iterable[Mapping[str, Any]], asset_of: Callable[[str], str]) -> list[Balance]:
    """What the positions hold, each by when it comes free. Raises `SourceAnswerError` for an unknown shape."""
    try:
        return [balance for row in rows for balance in _balances_of(row, asset_of(row["asset"]))]
    except (ArithmeticError, AttributeError, KeyError, TypeError, ValueError) as error:
        raise SourceAnswerError(f"Binance's list of locked products has an unknown shape: {error}") from error


def _balances_of(row: Mapping[str, Any], asset: str) -> list[Balance]:
    amount = read_number(row["amount"])
    if amount is None:
        raise ValueError(f"an amount of {row['amount']!r}")
    leaving = read_number(row.get("redeemingAmt")) or Decimal(0)
    left = amount if leaving > amount else amount - leaving  # what is more than the amount can be no part of it
    balances = []
    if leaving > 0:
        delivered_at = _instant(row.get("partialAmtDeliverDate"))
        balances.append(Balance(asset, "lent", format(leaving, "f"), free_at=delivered_at))
    if left > 0:
        balances.append(_kept(row, asset, format(left, "f")))
    return balances


def _kept(row: Mapping[str, Any], asset: str, quantity: str) -> Balance:
    days = row.get("redeemPeriod") if row.get("canRedeemEarly") is True else None
    is_renewed = row.get("autoSubscribe") is not False
    return Balance(
        asset,
        "lent",
        quantity,
        free_at=None if is_renewed else _instant(row.get("deliverDate")),
        free_after_seconds=None if days is None else int(days) * _DAY_SECONDS,
    )


def _instant(milliseconds: str | int | None) -> datetime | None:
    return instant_from_milliseconds(int(milliseconds)) if milliseconds else None
