"""Names that change between two syncs: every row has the name that the books know the coin by now."""

from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest
from web3 import Web3

from connectors.evm.account import EvmAccount
from connectors.evm.booking import Decoder
from connectors.evm.connector import EvmConnector
from connectors.evm.decoding import Decoding, DecodingSettings
from connectors.raw import RawStore
from support.chain.anvil import anvil, rpc
from support.chain.scenario import ALICE, BOB, ETHER, Story, begin
from support.chain.wallet import CHAIN, booked

NOW = datetime(2026, 11, 24, 2, tzinfo=UTC)
TOMORROW = NOW + timedelta(days=1)


@pytest.fixture
def young() -> Iterator[Story]:
    """A token called OLD, of which Alice got 100 and sent 1 to somebody."""
    with anvil() as url:
        story = begin(url)
        story.deploy("Unsteady")
        story.send(story.funder, story.call("Unsteady", "transfer", Web3.to_checksum_address(ALICE), 100 * ETHER))
        story.send(ALICE, story.call("Unsteady", "transfer", story.funder, ETHER))
        yield story


def _wallet(story: Story, *, family: frozenset[str] = frozenset(), **settings: Any) -> EvmConnector:
    account = EvmAccount("wallet", CHAIN, frozenset({ALICE}), (story.url,), family=family)
    decoding = Decoding(
        chain="testchain",
        coin="ETH",
        owned=account.addresses,
        family=family,
        settings=DecodingSettings(**settings),
    )
    decoder = Decoder(decoding.transactions, decoding.balances, decoding.fingerprint)
    return EvmConnector(account, decoder, sleep=lambda _: None)


def _sums(store: RawStore) -> Counter[str]:
    """What the rows that count add up to, by asset, in units of 10^-18."""
    total: Counter[str] = Counter()
    for row in booked(store).values():
        for posting in row["postings"]:
            total[posting["asset"]] += int(Decimal(posting["quantity"]).scaleb(18))
    return total


def _coins(story: Story) -> int:
    return int(rpc(story.url, "eth_getBalance", ALICE, "latest"), 16)


def test_sync__a_contract_named_later__has_that_name_in_all_its_rows(young: Story, tmp_path: Path) -> None:
    """100 came and 1 went before it is named, 10 went after: 89 are left."""
    store = RawStore(tmp_path)
    contract = young.named["Unsteady"].address.lower()
    assert _wallet(young).sync(store, now=NOW).errors == []
    assert _sums(store) == {"ETH": _coins(young), f"OLD-{contract}@testchain": 99 * ETHER}
    young.send(ALICE, young.call("Unsteady", "transfer", young.funder, 10 * ETHER))
    assert _wallet(young, tokens={contract: "MYT"}).sync(store, now=TOMORROW).errors == []
    assert _sums(store) == {"ETH": _coins(young), "MYT": 89 * ETHER}
    assert young.call("Unsteady", "balanceOf", Web3.to_checksum_address(ALICE)).call() == 89 * ETHER


def test_sync__a_contract_that_calls_itself_otherwise__keeps_its_first_name(young: Story, tmp_path: Path) -> None:
    """100 came and 1 went as OLD, 10 more went once it was NEW: one coin, also where all is read again."""
    store = RawStore(tmp_path)
    name = f"OLD-{young.named['Unsteady'].address.lower()}@testchain"
    _wallet(young).sync(store, now=NOW)
    young.send(young.funder, young.call("Unsteady", "rename", "NEW"))
    young.send(ALICE, young.call("Unsteady", "transfer", young.funder, 10 * ETHER))
    _wallet(young).sync(store, now=TOMORROW)
    assert _sums(store) == {"ETH": _coins(young), name: 89 * ETHER}
    *_, held = store.files("wallet", "balances")
    assert {row["asset"]: row["quantity"] for row in pq.read_table(held.path).to_pylist()}[name] == "89"
    _wallet(young, validator_withdrawals="reward").sync(store, now=TOMORROW + timedelta(days=1))
    assert _sums(store) == {"ETH": _coins(young), name: 89 * ETHER}


def test_sync__an_own_address_added_later__takes_back_what_is_no_row_any_more(young: Story, tmp_path: Path) -> None:
    """What a stranger's contract call brought is unasked for, a row of its own; from an own address it is a deposit."""
    store = RawStore(tmp_path)
    alice, bob = map(Web3.to_checksum_address, (ALICE, BOB))
    young.deploy("Airdrop")
    token, airdrop = young.named["Unsteady"].address, young.named["Airdrop"].address
    young.send(young.funder, young.call("Unsteady", "transfer", airdrop, 5 * ETHER))
    sent = young.send(bob, young.call("Airdrop", "drop", token, [alice], 5 * ETHER))
    _wallet(young).sync(store, now=NOW)
    assert f"{sent}:unasked" in booked(store)
    before = _sums(store)
    _wallet(young, family=frozenset({BOB})).sync(store, now=TOMORROW)
    assert sent in booked(store)
    assert f"{sent}:unasked" not in booked(store)
    assert _sums(store) == before


def test_sync__the_same_names__read_nothing_again(young: Story, tmp_path: Path) -> None:
    store = RawStore(tmp_path)
    names = {young.named["Unsteady"].address.lower(): "MYT"}
    _wallet(young, tokens=names).sync(store, now=NOW)
    files = len(list(store.files("wallet", "transactions")))
    report = _wallet(young, tokens=names).sync(store, now=TOMORROW)
    assert report.streams[0].rows == 0
    assert len(list(store.files("wallet", "transactions"))) == files


@pytest.mark.parametrize(
    "changed",
    [{"tokens": {"0x" + "99" * 20: "X"}}, {"validator_withdrawals": "reward"}, {"family": frozenset({BOB})}],
    ids=["name", "rule", "family"],
)
def test_sync__what_decides_the_decoding_changed__reads_all_again(
    young: Story, tmp_path: Path, changed: dict[str, Any]
) -> None:
    store = RawStore(tmp_path)
    first = _wallet(young).sync(store, now=NOW).streams[0].rows
    assert _wallet(young, **changed).sync(store, now=TOMORROW).streams[0].rows == first == 3
