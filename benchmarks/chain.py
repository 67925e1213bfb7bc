"""How fast a wallet's history is found, in each way: what was found, requests beside the least possible, seconds.

    python -m benchmarks.chain --transactions 10000 --blocks 100000

The node is made up (`chain_node.py`) and answers at once from a process of its own, so this is the time of asking,
reading, proving and keeping, without any node's own work. With `--real` the same is first measured on a real one
(`chain_real.py`), which can not hold so many blocks, beside a made-up one of the same size. The least possible is a
question for each transaction and one for its receipt, once each is known.

Belongs here: timing syncs of a wallet. Does not belong here: whether each way finds everything on a real chain, which
the tests show on an anvil.
"""

import argparse
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import pyarrow.parquet as pq

from benchmarks.chain_node import CHAIN_ID, HIDDEN, OWNER, MadeUpChain
from connectors.evm import connector, syncing
from connectors.evm.account import EvmAccount, WayName
from connectors.evm.booking import Decoder
from connectors.evm.chains import Chain
from connectors.evm.decoding import Decoding, DecodingSettings
from connectors.evm.naming import quantity
from connectors.evm.node import BATCH
from connectors.raw import RawStore

WAYS_OF: dict[str, WayName] = {
    "trace_filter": "trace_filter",
    "otterscan": "otterscan",
    "balances and traces": "balances",
    "block_scan": "block_scan",
}
NOW = datetime(2026, 11, 24, tzinfo=UTC)


def main() -> None:
    """Time each way and print a table of them."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--transactions", type=int, default=10_000)
    parser.add_argument("--blocks", type=int, default=100_000)
    parser.add_argument("--real", type=int, default=0, metavar="BLOCKS", help="a tenth as many transactions")
    options = parser.parse_args()
    if options.real:
        _compare(options.real // 10, options.real)
    chain = _head("a made-up node", options.transactions, options.blocks)
    for way in HIDDEN:
        with _node(way, options.transactions, options.blocks) as url:
            _time(way, url, chain.balances[-1], _least(options.transactions))


def _compare(transactions: int, blocks: int) -> None:
    """A made-up node and a real one of the same size, in the ways that a real one offers."""
    from benchmarks.chain_real import real_node  # noqa: PLC0415 -- starts the tests' own chain

    chain = _head("a made-up node", transactions, blocks)
    for way in WAYS_OF:
        with _node(way, transactions, blocks) as url:
            _time(way, url, chain.balances[-1], _least(transactions))
    _head("a real node", transactions, blocks)
    with real_node(chain) as (url, held):
        for way, name in WAYS_OF.items():
            _time(way, url, held, _least(transactions), name=name)


def _head(node: str, transactions: int, blocks: int) -> MadeUpChain:
    least = _least(transactions)
    print(f"{node}: {transactions} transactions in {blocks} blocks; least possible: {least} requests")
    print(f"{'way':<20} {'found':>6} {'coins':>8} {'gaps':<9} {'requests':>8} {'of least':>8} {'seconds':>8}")
    return MadeUpChain(transactions, blocks)


def _least(transactions: int) -> int:
    return -(-2 * transactions // BATCH)


def _time(way: str, url: str, held: int, least: int, name: WayName | None = None) -> None:
    """Sync by the best way of the node, or by the one called `name`, into a folder that is gone afterwards."""
    account = EvmAccount("wallet", Chain("test", CHAIN_ID, "ETH", 0), frozenset({OWNER}), (url,), way=name)
    decoding = Decoding(
        chain="test", coin="ETH", owned=account.addresses, family=account.addresses, settings=DecodingSettings()
    )
    wallet = connector.EvmConnector(account, Decoder(decoding.transactions, decoding.balances, decoding.fingerprint))
    with tempfile.TemporaryDirectory() as folder:
        store = RawStore(Path(folder))
        began = time.perf_counter()
        report = wallet.sync(store, now=NOW)
        seconds = time.perf_counter() - began
        assert report.errors == [], report.errors
        files = list(store.files("wallet", syncing.STREAM))
        rows = [row for file in files for row in pq.read_table(file.path).to_pylist()]
    found = len({row["tx_hash"] for row in rows if row["tx_hash"]})
    gaps = sorted({gap.scope for file in files for gap in file.gaps})
    total: Counter[str] = Counter()
    for row in rows:
        for posting in row["postings"]:
            if posting["asset"] == "ETH":
                total["wei"] += _wei(posting["quantity"])
    difference = held - total["wei"]
    assert not difference or "internal" in gaps  # a real node that can scan its blocks can also trace its own calls
    coins = "exact" if difference == 0 else "differs"
    print(
        f"{way:<20} {found:>6} {coins:>8} {', '.join(gaps) or '-':<9} {report.requests:>8} "
        f"{report.requests / least:>8.1f} {seconds:>8.1f}",
        flush=True,
    )


def _wei(text: str) -> int:
    whole, _, rest = text.partition(".")
    amount = int(whole.lstrip("-") + rest.ljust(18, "0"))
    assert quantity(amount, 18) == text.lstrip("-")
    return -amount if text.startswith("-") else amount


@contextmanager
def _node(way: str, transactions: int, blocks: int) -> Iterator[str]:
    command = ["--way", way, "--transactions", str(transactions), "--blocks", str(blocks)]
    process = subprocess.Popen(
        [sys.executable, "-m", "benchmarks.chain_node", *command], stdout=subprocess.PIPE, text=True
    )
    try:
        assert process.stdout is not None
        yield f"http://127.0.0.1:{int(process.stdout.readline())}"
    finally:
        process.terminate()
        process.wait()


if __name__ == "__main__":
    main()
