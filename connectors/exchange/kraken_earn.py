"""When Kraken's staked coins come free: what Earn/Allocations and Earn/Strategies tell, set beside the balances.

An allocation that is bonding, in the exit queue or unbonding says when that is over (`expires`); what is allocated can
be asked back, and its strategy says how long that takes (`lock_type`, in seconds). Source:
https://docs.kraken.com/api-reference/earn

Belongs here: reading both answers. Does not belong here: asking (`kraken.py`), what it means for a sale.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any, cast

from connectors.exchange.conditions import read_number
from connectors.records import Balance
from connectors.sync import SourceAnswerError

_WAITING = ("unbonding", "exit_queue", "bonding")


@dataclass(frozen=True, slots=True)
class Stake:
    """Units of an asset that come free at an instant, or so many seconds after they are asked back."""

    asset: str
    quantity: Decimal
    free_at: datetime | None = None
    free_after_seconds: int | None = None


def read_stakes(
    allocations: Mapping[str, Any], strategies: Mapping[str, Any], asset_of: Callable[[str], str]
) -> list[Stake]:
    """The stakes that both results tell. Raises `SourceAnswerError` for an answer that is not understood."""
    try:
        waits = {item["id"]: _wait(item.get("lock_type") or {}) for item in strategies["items"] or ()}
        return [
            stake
            for item in allocations["items"] or ()
            for stake in _stakes_of(item, asset_of(item["native_asset"]), waits.get(item["strategy_id"]))
        ]
    except (AttributeError, KeyError, TypeError, ValueError) as error:
        raise SourceAnswerError(f"Kraken's list of what it keeps staked has an unknown shape: {error}") from error


def with_stakes(balances: Iterable[Balance], stakes: Sequence[Stake]) -> list[Balance]:
    """The balances, their staked units split by when they come free; what no stake tells keeps none."""
    rows: list[Balance] = []
    for balance in balances:
        left = Decimal(cast("str", balance.quantity))
        for stake in stakes if balance.state == "staked" else ():
            part = min(left, stake.quantity) if stake.asset == balance.asset else Decimal(0)
            if part > 0:
                rows.append(
                    replace(
                        balance,
                        quantity=format(part, "f"),
                        free_at=stake.free_at,
                        free_after_seconds=stake.free_after_seconds,
                    )
                )
                left -= part
        if left:
            rows.append(replace(balance, quantity=format(left, "f")))
    return rows


def _stakes_of(item: Mapping[str, Any], asset: str, wait: int | None) -> list[Stake]:
    amounts = item["amount_allocated"]
    left = read_number(amounts["total"]["native"]) or Decimal(0)
    stakes = []
    for state in _WAITING:
        for part in (amounts.get(state) or {}).get("allocations") or ():
            quantity = read_number(part["native"]) or Decimal(0)
            left -= quantity
            # What is still bonding is not on its way out: it can be asked back once it is bonded.
            if state != "bonding":
                stakes.append(Stake(asset, quantity, free_at=_instant(part["expires"])))
            else:
                stakes.append(Stake(asset, quantity))
    if left > 0:
        stakes.append(Stake(asset, left, free_after_seconds=wait))
    return [stake for stake in stakes if stake.quantity > 0]


def _wait(lock: Mapping[str, Any]) -> int | None:
    """Seconds from asking back until it is free; `None` where the strategy does not tell."""
    if lock.get("type") in ("flex", "instant"):
        return 0
    told = [lock.get(name) for name in ("exit_queue_period", "unbonding_period")]
    return sum(int(seconds) for seconds in told if seconds) if told[1] is not None else None


def _instant(text: str) -> datetime:
    at = datetime.fromisoformat(text)
    return at if at.utcoffset() is not None else at.replace(tzinfo=UTC)
