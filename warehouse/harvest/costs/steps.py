"""The step that makes `harvest.trading_costs` from the latest snapshots of balances, markets and gas.

Belongs here: reading snapshots, carrying rows into the table. Does not belong here: the figures (`conditions.py`).
"""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import asdict
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from connectors.raw import RawFileError
from connectors.records import exact_quantity
from warehouse.harvest.costs.conditions import Deadline, Kept, Told, conditions
from warehouse.harvest.costs.gas import GasTold, gas_cost
from warehouse.harvest.costs.order_book import OrderBook
from warehouse.harvest.deadlines import deadlines
from warehouse.harvest.doubts import OUTSIDE
from warehouse.queries import select_rows
from warehouse.raw_files import current_files
from warehouse.schema import create_tables, fetch_query, insert_rows
from warehouse.steps import Book, Check, Step

_MINUTE = timedelta(minutes=1)
_CENT_PLACES = Decimal("0.00000001")
_ON_CHAIN = frozenset({"evm"})


def build_trading_costs(book: Book) -> None:
    """Make `harvest.trading_costs`. Raises `RawFileError` for a snapshot that is not what was written."""
    create_tables(book.connection, "605_trading_costs.sql")
    prices = {
        row["asset"]: row["price_usd"]
        for row in select_rows(book.connection, "read_latest_quotes", {"as_of": book.as_of}).to_pylist()
    }
    prices[book.settings.base_currency] = Decimal(1)
    kinds = {account.name: account.kind for account in book.settings.accounts}
    balances = {account: _balances(book, account) for account in kinds}
    ends = deadlines(book.settings, book.as_of)
    markets = {account: _markets(book, account, prices) for account in kinds}
    gas = {account: _gas(book, account, prices) for account, kind in kinds.items() if kind in _ON_CHAIN}
    stale_after = timedelta(hours=book.settings.stale_after_hours)
    assumed = book.settings.harvest
    rows = []
    for held in select_rows(book.connection, "read_held_coins").to_pylist():
        account, asset = held["account"], held["asset"]
        parts = balances.get(account)
        kept = [] if parts is None else parts.get(asset, [])
        told = markets.get(account, {}).get(asset)
        found = conditions(
            asset=asset,
            held=held["held_quantity"],
            states=None if parts is None else _by_state(kept),
            kept=[part for part in kept if part.state != "free"],
            deadline=Deadline(ends.sell_by(account), book.settings.time_zone),
            is_outside=account == OUTSIDE,
            told=told,
            cost_rate=assumed.cost_rate,
            gas=None
            if account not in gas
            else gas_cost(asset, gas[account], default_usd=assumed.gas_usd, as_of=book.as_of, stale_after=stale_after),
            close_usd=prices.get(asset),
            as_of=book.as_of,
            stale_after=stale_after,
        )
        ages = {"age_minutes": _age(book, found.checked_at), "gas_age_minutes": _age(book, found.gas_checked_at)}
        rows.append({**held, **asdict(found), **ages, "as_of": book.as_of, "notes": list(found.notes)})
    shape = fetch_query(book.connection, "SELECT * FROM harvest.trading_costs").schema
    insert_rows(book.connection, "harvest.trading_costs", pa.Table.from_pylist(rows, schema=shape))


def _age(book: Book, checked_at: datetime | None) -> int | None:
    return None if checked_at is None else (book.as_of - checked_at) // _MINUTE


def _snapshot(book: Book, account: str, stream: str) -> list[dict[str, Any]] | None:
    """The rows of the latest snapshot at as_of; `None` where there is none."""
    files = [file for file in current_files(book.raw_root, account, stream) if file.fetched_at <= book.as_of]
    return list(pq.read_table(files[-1].path).to_pylist()) if files else None


def _balances(book: Book, account: str) -> dict[str, list[Kept]] | None:
    """Units by asset, after the aliases, and by state and when they come free; `None` without a snapshot."""
    rows = _snapshot(book, account, "balances")
    if rows is None:
        return None
    found: dict[str, list[Kept]] = defaultdict(list)
    for row in rows:
        asset = book.settings.aliases.get(row["asset"], row["asset"])
        seconds = row.get("free_after_seconds")  # a snapshot from before Kraken was asked has neither
        wait = None if seconds is None else timedelta(seconds=seconds)
        found[asset].append(Kept(row["state"], _number(row["quantity"], account), row.get("free_at"), wait))
    return found


def _by_state(parts: Iterable[Kept]) -> dict[str, Decimal]:
    states: dict[str, Decimal] = defaultdict(Decimal)
    for part in parts:
        states[part.state] += part.quantity
    return states


def _markets(book: Book, account: str, prices: dict[str, Decimal]) -> dict[str, Told]:
    """What the account's venue told of each asset's market, by asset after the aliases."""
    found = {}
    for row in _snapshot(book, account, "market_conditions") or []:
        aliases = book.settings.aliases
        quote_usd = prices.get(aliases.get(row["quote"], row["quote"]))
        found[aliases.get(row["asset"], row["asset"])] = Told(
            market=row["market"],
            book=OrderBook(_levels(row["bids"], account), _levels(row["asks"], account)),
            taker_rate=_optional(row["taker_rate"], account),
            minimum_quantity=_optional(row["minimum_quantity"], account),
            minimum_value_usd=_least_value(_optional(row["minimum_value"], account), quote_usd),
            quote_usd=quote_usd,
            checked_at=row["checked_at"],
        )
    return found


def _gas(book: Book, account: str, prices: dict[str, Decimal]) -> GasTold | None:
    """What the account's node told of gas, its coin after the aliases; `None` where it never was asked."""
    for row in _snapshot(book, account, "gas_conditions") or []:
        coin = book.settings.aliases.get(row["coin"], row["coin"])
        return GasTold(
            coin=coin,
            price_wei=_wei(row["price_wei"], account),
            takes_data_fee=row["takes_data_fee"],
            data_fee_wei=_wei(row["data_fee_wei"], account),
            coin_usd=prices.get(coin),
            why_not=row["why_not"],
            checked_at=row["checked_at"],
        )
    return None


def _wei(text: str | None, account: str) -> int | None:
    number = _optional(text, account)
    if number is not None and number % 1:
        raise RawFileError(f"a snapshot of {account} holds {text!r} where whole wei are expected. Sync it again")
    return None if number is None else int(number)


def _levels(rows: Iterable[dict[str, str]], account: str) -> list[tuple[Decimal, Decimal]]:
    return [(_number(row["price"], account), _number(row["quantity"], account)) for row in rows]


def _optional(text: str | None, account: str) -> Decimal | None:
    return None if text is None else _number(text, account)


def _number(text: str, account: str) -> Decimal:
    number = exact_quantity(text)
    if number is None:
        raise RawFileError(f"a snapshot of {account} holds {text!r} where a number is expected. Sync it again")
    return number


def _least_value(least: Decimal | None, quote_usd: Decimal | None) -> Decimal | None:
    return None if least is None or quote_usd is None else (least * quote_usd).quantize(_CENT_PLACES)


TRADING_COSTS = Step(
    tables=("harvest.trading_costs",),
    needs=("raw", "lots.open_lots", "market.prices"),
    description="Sets beside each coin that is held how much of it can be sold now and what that costs.",
    run=build_trading_costs,
    checks=(
        Check(
            name="every_holding_has_a_cost",
            table="harvest.trading_costs",
            description="Every coin that an account holds has one row.",
            query=(
                "SELECT DISTINCT account, asset FROM lots.open_lots AS o ANTI JOIN harvest.trading_costs AS t "
                "USING (account, asset) WHERE NOT o.is_in_transit ORDER BY ALL"
            ),
            is_blocking=True,
        ),
    ),
)
