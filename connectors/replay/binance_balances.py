"""What a Binance spot account holds: everything that its histories moved, added up, less what is in locked products.

Belongs here: that sum. Does not belong here: which rows there are.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from decimal import Decimal

from connectors.replay.venue import Row

_CREDITED, _LOCKED = 1, 6
_WITHDRAWAL_UNDONE = {1, 3, 5}
"""Canceled, rejected, failed."""
_DUST_ASSET = "BNB"

_Move = tuple[str, str, Decimal]
"""An asset, `free` or `locked`, and what it gained."""


def balances(
    *,
    symbols: Mapping[str, tuple[str, str]],
    trades: Iterable[Row],
    deposits: Iterable[Row],
    withdrawals: Iterable[Row],
    fiat_deposits: Iterable[Row],
    fiat_withdrawals: Iterable[Row],
    dividends: Iterable[Row],
    conversions: Iterable[Row],
    dust: Iterable[Row],
    positions: Iterable[Row],
) -> list[Row]:
    """One row per asset ever moved, as `/api/v3/account` has it. `symbols` gives base and quote of each symbol."""
    totals: dict[str, dict[str, Decimal]] = defaultdict(lambda: {"free": Decimal(0), "locked": Decimal(0)})
    for moves in (
        _trade_moves(trades, symbols),
        _deposit_moves(deposits),
        _withdrawal_moves(withdrawals),
        _fiat_moves(fiat_deposits, 1),
        _fiat_moves(fiat_withdrawals, -1),
        ((row["asset"], "free", Decimal(row["amount"])) for row in dividends),
        _conversion_moves(conversions),
        _dust_moves(dust),
        ((row["asset"], "free", -Decimal(row["amount"])) for row in positions),
    ):
        for asset, state, quantity in moves:
            totals[asset][state] += quantity
    return [
        {"asset": asset} | {name: _text(total) for name, total in totals[asset].items()} for asset in sorted(totals)
    ]


def _trade_moves(rows: Iterable[Row], symbols: Mapping[str, tuple[str, str]]) -> Iterator[_Move]:
    for row in rows:
        base, quote = symbols[row["symbol"]]
        sign = 1 if row["isBuyer"] else -1
        yield base, "free", sign * Decimal(row["qty"])
        yield quote, "free", -sign * Decimal(row["quoteQty"])
        yield row["commissionAsset"], "free", -Decimal(row["commission"])


def _deposit_moves(rows: Iterable[Row]) -> Iterator[_Move]:
    for row in rows:
        if row["status"] in (_CREDITED, _LOCKED):
            yield row["coin"], "locked" if row["status"] == _LOCKED else "free", Decimal(row["amount"])


def _withdrawal_moves(rows: Iterable[Row]) -> Iterator[_Move]:
    for row in rows:
        if row["status"] not in _WITHDRAWAL_UNDONE:
            yield row["coin"], "free", -Decimal(row["amount"]) - Decimal(row["transactionFee"])


def _fiat_moves(rows: Iterable[Row], sign: int) -> Iterator[_Move]:
    for row in rows:
        if row["status"] == "Successful":
            fee = Decimal(row["totalFee"]) if sign < 0 else Decimal(0)
            yield row["fiatCurrency"], "free", sign * (Decimal(row["amount"]) + fee)


def _conversion_moves(rows: Iterable[Row]) -> Iterator[_Move]:
    for row in rows:
        if row["orderStatus"] == "SUCCESS":
            yield row["fromAsset"], "free", -Decimal(row["fromAmount"])
            yield row["toAsset"], "free", Decimal(row["toAmount"])


def _dust_moves(rows: Iterable[Row]) -> Iterator[_Move]:
    for row in rows:
        for part in row["userAssetDribbletDetails"]:
            yield part["fromAsset"], "free", -Decimal(part["amount"])
            yield _DUST_ASSET, "free", Decimal(part["transferedAmount"]) - Decimal(part["serviceChargeAmount"])


def _text(total: Decimal) -> str:
    exponent = total.normalize().as_tuple().exponent
    assert isinstance(exponent, int)  # noqa: S101 -- a sum of finite numbers
    return f"{total:.{max(8, -exponent)}f}"
