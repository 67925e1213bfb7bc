"""Each way of finding on the same chain: the same movements, or a gap that is named; and the balances, to the wei."""

from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from typing import Any

import pytest

from connectors.evm.account import EvmAccount
from connectors.evm.chains import Chain
from connectors.evm.choosing import Chosen, choose
from connectors.evm.finding import Finder, Read
from connectors.evm.holdings import read_holdings
from connectors.evm.movements import Movement
from connectors.evm.ranges import Blocks
from support.chain.anvil import rpc
from support.chain.gate import TRACES, gate
from support.chain.indexed import Indexed
from support.chain.scenario import ALICE, BOB, CAROL, Story

CHAIN = Chain("test", 31337, "ETH", 0)
WAYS: dict[str, Callable[[Indexed, int], dict[str, Any]]] = {
    "trace_filter": lambda _, __: {},
    "otterscan": lambda _, __: {"hidden": ("trace_filter",)},
    "otterscan_alone": lambda _, __: {"hidden": ("trace_", "debug_")},
    "alchemy": lambda index, _: {"hidden": TRACES, "methods": {"alchemy_getAssetTransfers": index.alchemy}},
    "index": lambda index, _: {"hidden": TRACES, "pages": index.etherscan},
    "balances": lambda _, __: {"hidden": TRACES},
    "balances_and_traces": lambda _, __: {"hidden": ("trace_filter", "ots_")},
    "block_scan": lambda _, height: {"hidden": TRACES, "state_from": height - 10},
}
BY_BALANCE_ALONE = {"balances", "otterscan_alone"}


@contextmanager
def _found(story: Story, indexed: Indexed, label: str, owned: set[str]) -> Iterator[tuple[Chosen, Finder, Read]]:
    with gate(story.url, **WAYS[label](indexed, story.height())) as served, ExitStack() as stack:
        index_url = served.url if label == "index" else None
        account = EvmAccount("wallet", CHAIN, frozenset(owned), (served.url,), index_url=index_url)
        chosen = choose(account, stack=stack)
        finder = Finder(account, chosen, height=story.height())
        yield chosen, finder, finder.read(Blocks(0, story.height()))


def _movements(read: Read) -> list[Movement]:
    return [movement for happening in read.happenings for movement in happening.movements]


def _net(movements: list[Movement], owner: str) -> Counter[tuple[str | None, int | None]]:
    net: Counter[tuple[str | None, int | None]] = Counter()
    for each in movements:
        net[each.contract, each.token_id] += each.amount * ((each.to_address == owner) - (each.from_address == owner))
    return net


def _what(movement: Movement) -> tuple[Any, ...]:
    """A movement without the place in its transaction, which not every way tells."""
    kind = "internal" if movement.kind == "self_destruct" else movement.kind
    ends = movement.from_address, movement.to_address
    return (kind, movement.block_number, movement.tx_hash, movement.contract, movement.token_id, *ends, movement.amount)


def _owners(story: Story, with_contract: bool) -> set[str]:  # noqa: FBT001
    return {ALICE, BOB, CAROL, story.wallet} if with_contract else {ALICE, BOB}


@pytest.mark.parametrize("with_contract", [False, True], ids=["people", "with_contract_wallet"])
@pytest.mark.parametrize("label", WAYS)
def test_way__whole_history__adds_up_to_the_nodes_balances_or_names_its_gap(
    story: Story,
    indexed: Indexed,
    label: str,
    with_contract: bool,  # noqa: FBT001
) -> None:
    owned = _owners(story, with_contract)
    with _found(story, indexed, label, owned) as (chosen, finder, read):
        movements = _movements(read)
        tokens = {(each.kind, each.contract, each.token_id) for each in movements if each.contract}
        for owner in owned:
            held = read_holdings(chosen.node, {owner}, tokens, height=story.height())
            net = _net(movements, owner)
            if label == "block_scan":
                assert "internal" in finder.blind
            else:
                assert net[None, None] == int(rpc(story.url, "eth_getBalance", owner, "latest"), 16)
            for (_, contract, token_id), amount in held.tokens.items():
                if contract == story.named["rebasing"].address.lower():
                    assert amount == net[contract, token_id] * 11 // 10  # grew by a tenth, and no event says so
                else:
                    assert amount == net[contract, token_id]
        assert not {"coins", "rewards"} & finder.blind.keys()
        assert read.opening == {}


@pytest.mark.parametrize("label", [label for label in WAYS if label not in BY_BALANCE_ALONE])
def test_way__with_sight_of_internal_transfers__finds_the_same_set(story: Story, indexed: Indexed, label: str) -> None:
    owned = _owners(story, with_contract=True)
    with _found(story, indexed, "trace_filter", owned) as (_, _, read):
        expected = Counter(map(_what, _movements(read)))
    with _found(story, indexed, label, owned) as (_, finder, read):
        found = Counter(map(_what, _movements(read)))
        seen = Counter({what: number for what, number in expected.items() if what[0] not in finder.blind})
        assert found == seen


@pytest.mark.parametrize("label", sorted(BY_BALANCE_ALONE))
def test_way__without_traces__finds_the_same_amounts_by_block_and_says_that_it_did(
    story: Story, indexed: Indexed, label: str
) -> None:
    owned = _owners(story, with_contract=False)
    with _found(story, indexed, "trace_filter", owned) as (_, _, read):
        expected = _movements(read)
    with _found(story, indexed, label, owned) as (_, _, read):
        found = _movements(read)
        uncertain = {happening.facts.tx_hash for happening in read.happenings if happening.notes}
    internal = {"internal", "self_destruct"}
    assert Counter(map(_what, (each for each in found if each.kind not in internal))) == Counter(
        map(_what, (each for each in expected if each.kind not in internal))
    )
    for owner in owned:
        for height in {each.block_number for each in expected}:
            here, there = (
                [each for each in rows if each.kind in internal and each.block_number == height]
                for rows in (expected, found)
            )
            assert _net(here, owner)[None, None] == _net(there, owner)[None, None]
    if label == "balances":
        assert uncertain >= {each.tx_hash for each in found if each.kind in internal}


def test_movements__of_the_story__are_what_happened(story: Story, indexed: Indexed) -> None:
    """Against an index made from every block's receipts and traces, which shares no code with the ways."""
    owned = _owners(story, with_contract=True)
    with _found(story, indexed, "trace_filter", owned) as (_, _, read):
        movements = _movements(read)
    for kind, ours in (("external", {"native"}), ("internal", {"internal", "self_destruct"})):
        told = Counter(
            (row["hash"], row["from"], row["to"], int(row["value"], 16))
            for row in indexed.rows
            if row["kind"] == kind
            and owned & {row["from"], row["to"]}
            and int(row["value"], 16)
            and not row.get("failed")
        )
        assert told == Counter((m.tx_hash, m.from_address, m.to_address, m.amount) for m in movements if m.kind in ours)
    paid = {row["hash"] for row in indexed.rows if row["kind"] == "external" and row["from"] in owned}
    assert {m.tx_hash for m in movements if m.kind == "gas"} == paid  # the failed one and the approvals too
    assert any(row["failed"] and row["hash"] in paid for row in indexed.rows if row["kind"] == "external")
    wrapped = [m for m in movements if m.contract == story.named["WETH9"].address.lower()]
    assert {(m.from_address, m.to_address) for m in wrapped} >= {(None, ALICE), (ALICE, None), (ALICE, BOB)}
    assert not [m for m in movements if m.contract == story.named["Lookalike"].address.lower()]


def test_tokens__as_contracts_answer__say_decimals_or_nothing(story: Story, indexed: Indexed) -> None:
    with _found(story, indexed, "trace_filter", {ALICE, BOB}) as (_, _, read):
        told = {name: read.tokens[story.named[name].address.lower()] for name in ("six", "twenty_four", "Multi")}
    assert (told["six"].symbol, told["six"].name, told["six"].decimals) == ("SIX", "Six", 6)
    assert told["twenty_four"].decimals == 24
    assert (told["Multi"].symbol, told["Multi"].decimals) == (None, None)
