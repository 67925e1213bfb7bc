"""A wallet on the test chain, as the connector sees it, with rows that are the movements themselves.

Belongs here: short ways to sync and to read back. Does not belong here: what decoding makes of movements.
"""

import json
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from typing import Any

import pyarrow.parquet as pq

from connectors.evm.account import EvmAccount
from connectors.evm.booking import Decoder
from connectors.evm.chains import Chain
from connectors.evm.connector import EvmConnector
from connectors.evm.holdings import Holdings
from connectors.evm.movements import Happening, Token
from connectors.raw import RawStore
from connectors.records import Balance, Posting, Transaction
from support.chain.scenario import ALICE, BOB
from support.raw_rows import read_rows

CHAIN = Chain("test", 31337, "ETH", 0)


def wallet(*urls: str, owned: Collection[str] = (ALICE, BOB), **options: Any) -> EvmConnector:
    """The connector of a wallet at these nodes; it waits for nothing."""
    account = EvmAccount("wallet", CHAIN, frozenset(owned), urls, **options)
    return EvmConnector(account, PLAIN, sleep=lambda _: None)


def booked(store: RawStore) -> dict[str, dict[str, Any]]:
    """The rows of raw that count: of each id the newest, without what was taken back."""
    newest = {row["id"]: row for row in read_rows(store, "wallet", "transactions")}
    return {name: row for name, row in newest.items() if row["status"] == "final"}


def sums(store: RawStore) -> Counter[str]:
    """What the rows that count add up to, by asset, in smallest units."""
    total: Counter[str] = Counter()
    for row in booked(store).values():
        for posting in row["postings"]:
            total[posting["asset"]] += int(posting["quantity"])
    return total


def balances(store: RawStore) -> dict[str, int]:
    """The newest balances in raw, in smallest units."""
    *_, newest = list(store.files("wallet", "balances"))
    return {row["asset"]: int(row["quantity"]) for row in pq.read_table(newest.path).to_pylist()}


def _rows(happening: Happening, _tokens: Mapping[str, Token]) -> Sequence[Transaction]:
    facts = happening.facts
    postings = []
    owned = (ALICE, BOB)
    for each in happening.movements:
        name = each.contract or "ETH"
        asset = name if each.token_id is None else f"{name}#{each.token_id}"
        sign = (each.to_address in owned) - (each.from_address in owned)
        if sign:
            postings.append(Posting(asset, str(sign * each.amount)))
    return [
        Transaction(
            id=facts.tx_hash or f"block-{facts.block_number}",
            kind="unknown",
            occurred_at=facts.occurred_at,
            postings=postings,
            payload=json.dumps(json.loads(facts.payload)),
            tx_hash=facts.tx_hash,
        )
    ]


def _balances(held: Holdings, _tokens: Mapping[str, Token]) -> Sequence[Balance]:
    named = {"ETH": held.coins}
    for (_, contract, token_id), amount in held.tokens.items():
        named[contract if token_id is None else f"{contract}#{token_id}"] = amount
    return [Balance(asset, "free", str(amount)) for asset, amount in named.items() if amount]


PLAIN = Decoder(transactions=_rows, balances=_balances)
