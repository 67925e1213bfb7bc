"""What leaves one account of the sample book arrives in another, but for what is meant to be missing."""

import re
from collections import defaultdict
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any, NamedTuple

import pytest

WALLET = "0x5a3b1e0000000000000000000000000000005a3b"
KRAKEN_CODES = {"XXBT": "BTC", "XETH": "ETH", "XLTC": "LTC", "XXDG": "DOGE", "XXMR": "XMR", "XETC": "ETC"}


class Move(NamedTuple):
    """A deposit or a withdrawal; `quantity` is what arrives."""

    account: str
    coin: str
    quantity: Decimal
    tx_hash: str
    seconds: int


@pytest.fixture(scope="module")
def received(kraken: Any, binance: Any, recording: Any) -> list[Move]:
    return (
        [
            Move(
                "kraken", KRAKEN_CODES.get(row["asset"], row["asset"]), Decimal(row["amount"]), row["txid"], row["time"]
            )
            for row in kraken.read("DepositStatus")
            if row["asset"] != "ZUSD"
        ]
        + [
            Move("binance", row["coin"], Decimal(row["amount"]), row["txId"], row["insertTime"] // 1000)
            for row in binance.read("capital/deposit/hisrec")
        ]
        + [
            Move(
                "wallet",
                "ETH",
                Decimal(int(row["value"], 16)).scaleb(-18),
                row["hash"],
                _block_time(recording, row["hash"]),
            )
            for _, row in recording.results("eth_getTransactionByHash")
            if row["to"] == WALLET and int(row["value"], 16)
        ]
    )


@pytest.fixture(scope="module")
def sent(kraken: Any, binance: Any, pool: list[dict[str, str]]) -> list[Move]:
    from_kraken = [
        Move("kraken", KRAKEN_CODES.get(row["asset"], row["asset"]), Decimal(row["amount"]), row["txid"], row["time"])
        for row in kraken.read("WithdrawStatus")
        if row["asset"] != "ZUSD"
    ]
    from_binance = [
        Move("binance", row["coin"], Decimal(row["amount"]), row["txId"], _seconds(row["applyTime"]))
        for row in binance.read("capital/withdraw/history")
    ]
    from_pool = [
        Move("pool", row["Sent Currency"], Decimal(row["Sent Amount"]), row["TxHash"], _seconds(row["Date"][:19]))
        for row in pool
        if row["Sent Amount"] and not row["Received Amount"] and not row["Label"]
    ]
    return from_kraken + from_binance + from_pool


def _block_time(recording: Any, tx_hash: str) -> int:
    return next(
        int(row["blockTimestamp"])
        for _, row in recording.results("eth_getTransactionReceipt")
        if row["transactionHash"] == tx_hash
    )


def _seconds(text: str) -> int:
    return int(datetime.fromisoformat(text).replace(tzinfo=UTC).timestamp())


def test_transfers__with_a_hash__arrive_whole_within_an_hour(
    examples: Path, received: list[Move], sent: list[Move]
) -> None:
    story = re.findall(r"^\d{4}-.* send .*", (examples / "generator" / "story.txt").read_text(), re.MULTILINE)
    told = [line for line in story if not line.endswith(("outside", "nohash"))]
    arrivals = {move.tx_hash: move for move in received}
    pairs = [(left, arrivals[left.tx_hash]) for left in sent if left.tx_hash in arrivals]
    assert len(pairs) == len(told) > 0
    for left, arrived in pairs:
        assert left.account != arrived.account
        assert (left.coin, left.quantity) == (arrived.coin, arrived.quantity)
        assert 0 < arrived.seconds - left.seconds < 3600


def test_transfers__without_a_counterpart_by_hash__are_those_of_the_readme(
    received: list[Move], sent: list[Move]
) -> None:
    left_hashes, arrived_hashes = {move.tx_hash for move in sent}, {move.tx_hash for move in received}
    unpaired = [
        ("to", move.account, move.coin, move.quantity) for move in received if move.tx_hash not in left_hashes
    ] + [("from", move.account, move.coin, move.quantity) for move in sent if move.tx_hash not in arrived_hashes]
    assert sorted(unpaired) == [
        ("from", "kraken", "BTC", Decimal("0.0999")),
        ("from", "kraken", "XMR", Decimal("3.9998")),
        ("from", "pool", "KAS", Decimal("2599.98")),
        ("from", "pool", "KAS", Decimal("8999.98")),
        ("to", "kraken", "KAS", Decimal("2599.98")),
        ("to", "kraken", "KAS", Decimal("8999.98")),
        ("to", "kraken", "LTC", Decimal("1.75")),
    ]


def test_pool__every_row_but_the_damaged_one__keeps_all_balances_above_zero(pool: list[dict[str, str]]) -> None:
    running: dict[str, Decimal] = defaultdict(Decimal)
    damaged = [row for row in pool if "," in row["Received Amount"]]
    assert [(row["Received Amount"], row["Received Currency"]) for row in damaged] == [("175,42", "KAS")]
    for row in pool:
        if row in damaged:
            continue
        for side, sign in (("Received", 1), ("Sent", -1), ("Fee", -1)):
            if row[f"{side} Amount"]:
                running[row[f"{side} Currency"]] += sign * Decimal(row[f"{side} Amount"])
        assert min(running.values()) >= 0, row


def test_pool__rows__are_in_order_of_time_and_mostly_mining(pool: list[dict[str, str]]) -> None:
    dates = [row["Date"] for row in pool]
    assert dates == sorted(dates)
    assert len(pool) > 1400
    mined = [row for row in pool if row["Label"] == "mining"]
    assert len({row["Received Currency"] for row in mined}) == 17
    assert {row["Label"] for row in pool} == {"", "mining", "airdrop", "cost", "gift", "lost"}
