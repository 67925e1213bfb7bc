"""Fills as records: what came in, what went out, and every fee, in the venue's own digits.

Belongs here: ccxt's unified trade and conversion rows. Does not belong here: asking for them, or their value.
"""

from collections.abc import Callable
from decimal import Decimal, localcontext

from connectors.exchange.paging import Entry
from connectors.exchange.reading import (
    Reader,
    UnreadableRowError,
    asset_of,
    exact,
    fee_of,
    id_of,
    moved,
    needed,
    transaction,
)
from connectors.records import Posting, Transaction

Pair = tuple[str, str]
_ORDERS = 2**31


def read_trades(pair_of: Callable[[Entry], Pair], *, is_id_per_market: bool) -> Reader:
    """A reader of trades. `pair_of` tells base and quote of one; ids that count per market get the market's name."""

    def read(entry: Entry) -> Transaction:
        identifier = f"{entry.get('symbol')}:{id_of(entry)}" if is_id_per_market else id_of(entry)
        if is_derivative(entry):
            return transaction(
                entry, "margin", _fees(entry), identifier=identifier, description=str(entry.get("symbol"))
            )
        return read_trade(entry, pair_of(entry), identifier=identifier)

    return read


def read_trade(entry: Entry, pair: Pair, *, identifier: str) -> Transaction:
    """The record of one spot fill of `pair` (base, quote). Raises `UnreadableRowError`."""
    base, quote = pair
    amount = needed(entry.get("amount"), "amount").copy_abs()
    cost = exact(entry.get("cost"))
    if cost is None:
        cost = _product(amount, needed(entry.get("price"), "price"))
    cost = cost.copy_abs()
    if entry.get("side") == "buy":
        principal = moved(base, amount) + moved(quote, cost.copy_negate())
    elif entry.get("side") == "sell":
        principal = moved(base, amount.copy_negate()) + moved(quote, cost)
    else:
        raise UnreadableRowError(f"the side {entry.get('side')!r} is neither buy nor sell")
    return transaction(
        entry,
        "trade",
        principal + _fees(entry),
        identifier=identifier,
        description=f"{entry['side']} {base}/{quote}",
        order=_order(entry),
    )


def read_conversion(entry: Entry) -> Transaction:
    """The record of one conversion: an asset given, another received. Raises `UnreadableRowError`."""
    given = asset_of(entry.get("fromCurrency"), "asset given")
    received = asset_of(entry.get("toCurrency"), "asset received")
    fee = entry.get("fee") or {}
    return transaction(
        entry,
        "trade",
        [
            *moved(received, needed(entry.get("toAmount"), "amount received").copy_abs()),
            *moved(given, needed(entry.get("fromAmount"), "amount given").copy_abs().copy_negate()),
            *fee_of(fee.get("currency"), fee.get("cost")),
        ],
        description=f"convert {given} to {received}",
    )


def is_derivative(entry: Entry) -> bool:
    """Whether the fill is of a contract: then no coin changed hands, only fees and, later, profit or loss."""
    return ":" in str(entry.get("symbol") or "")


def split_symbol(symbol: str) -> Pair:
    """Base and quote of a unified symbol. Raises `UnreadableRowError`."""
    base, separator, quote = symbol.partition(":")[0].partition("/")
    if not separator or not base or not quote:
        raise UnreadableRowError(f"the market {symbol!r} does not tell its base and quote")
    return base, quote


def _order(entry: Entry) -> int:
    """The place of a fill among those of its instant, by the number that the venue gave it; 0 where it gave none."""
    info = entry.get("info")
    number = info.get("trade_id") if isinstance(info, dict) and "trade_id" in info else entry.get("id")
    text = str(number or "")
    return int(text) % _ORDERS if text.isascii() and text.isdigit() else 0


def _fees(entry: Entry) -> list[Posting]:
    fees = entry.get("fees") or ([entry["fee"]] if entry.get("fee") else [])
    return [posting for fee in fees for posting in fee_of(fee.get("currency"), fee.get("cost"))]


def _product(amount: Decimal, price: Decimal) -> Decimal:
    """`amount * price` with all its digits."""
    with localcontext(prec=100):
        return amount * price
