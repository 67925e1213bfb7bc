"""Which node is asked, and in which way: found out by asking, once a sync.

All nodes of an account must be of one chain. A node that does not answer is passed over as long as another one does.

Belongs here: probing and choosing. Does not belong here: how a way finds anything.
"""

import time
from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass

from connectors.evm.account import EvmAccount, WayName
from connectors.evm.found import Sight, Way
from connectors.evm.hexes import number
from connectors.evm.index_api import IndexApi
from connectors.evm.node import Node
from connectors.evm.operations import Teller, find_teller
from connectors.evm.refusals import NodeRefusalError
from connectors.evm.ways.alchemy import AlchemyWay
from connectors.evm.ways.balances import BalancesWay
from connectors.evm.ways.block_scan import BlockScanWay
from connectors.evm.ways.index import IndexWay
from connectors.evm.ways.otterscan import OtterscanWay
from connectors.evm.ways.trace_filter import TraceFilterWay
from connectors.replay.node import RecordedNode
from connectors.replay.transport import ReplayAdapter
from connectors.replay.venue import ReplayDataError
from connectors.sync import SourceAnswerError, SourceError, SourceRefusedError

WAYS: tuple[WayName, ...] = ("trace_filter", "otterscan", "alchemy", "index", "balances", "block_scan")
"""Best first."""


@dataclass(slots=True)
class Chosen:
    """How this sync asks. `is_archive`: the node knows balances at old blocks, so what is found can be proven."""

    node: Node
    way: Way
    teller: Teller | None
    is_archive: bool
    genesis: str
    api: IndexApi | None
    passed_over: tuple[str, ...] = ()

    @property
    def requests(self) -> int:
        """What was asked so far."""
        return self.node.requests + (self.api.requests if self.api else 0)

    def blind(self, contracts: Collection[str]) -> dict[Sight, str]:
        """What is not seen completely, and why. Of the addresses, `contracts` are such themselves."""
        blind: dict[Sight, str] = {sight: why for sight, why in self.way.blind.items() if sight != "tokens"}
        if self.is_archive:
            blind = {}
            if contracts and "internal" in self.way.blind and self.teller is None:
                blind["internal"] = (
                    f"{', '.join(sorted(contracts))} is a contract: what came and went between two blocks whose "
                    "balance was looked at is not seen, and this node has no traces"
                )
        return blind


def choose(account: EvmAccount, *, stack: ExitStack, sleep: Callable[[float], None] = time.sleep) -> Chosen:
    """The best way that any node of `account` offers. Connections are closed by `stack`. Raises `SourceError`."""
    nodes, passed_over = [], []
    for node in _nodes(account, sleep):
        stack.callback(node.close)
        try:
            nodes.append((node, number(node.ask("eth_chainId")), _genesis(node)))
        except SourceError as error:
            passed_over.append(str(error))
            failure: SourceError = error
    if not nodes:
        raise failure
    _agree(account, nodes)
    genesis = nodes[0][2]
    able = _not_late(account, [node for node, *_ in nodes], passed_over)
    for name in WAYS if account.way is None else (account.way,):
        for node, way, api in _offers(account, name, able, stack, sleep):
            return Chosen(
                node=node,
                way=way,
                teller=find_teller(node),
                is_archive=name != "block_scan" and _is_archive(node, account),
                genesis=genesis,
                api=api,
                passed_over=tuple(passed_over),
            )
    raise SourceRefusedError(
        f"no node of this account offers the way {account.way!r}. Take `way` out of the configuration to use the best "
        "that there is"
    )


def _nodes(account: EvmAccount, sleep: Callable[[float], None]) -> list[Node]:
    """The nodes of the account, or its recorded one. Raises `SourceError` for a recording that can not be read."""
    if account.replay_folder is not None:
        try:
            transport = ReplayAdapter(RecordedNode.load(account.replay_folder))
        except ReplayDataError as error:
            raise SourceAnswerError(str(error)) from error
        return [Node("http://recorded", label="the recorded node", sleep=sleep, transport=transport)]
    count = len(account.rpc_urls)
    labels = ["the node"] if count == 1 else [f"node {place} of {count}" for place in range(1, count + 1)]
    return [Node(url, label=label, sleep=sleep) for url, label in zip(account.rpc_urls, labels, strict=True)]


def _offers(
    account: EvmAccount, name: WayName, nodes: Sequence[Node], stack: ExitStack, sleep: Callable[[float], None]
) -> Iterator[tuple[Node, Way, IndexApi | None]]:
    """The nodes that offer the way `name`, with the way, in order."""
    if name == "index" and account.index_url is not None:
        api = IndexApi(account.index_url, chain_id=account.chain.chain_id, key=account.index_key, sleep=sleep)
        stack.callback(api.close)
        yield nodes[0], IndexWay.probe(api, min(account.addresses)), api
    for node in nodes:
        way: Way | None = None
        if name == "trace_filter":
            way = TraceFilterWay.probe(node)
        elif name == "otterscan":
            way = OtterscanWay.probe(node)
        elif name == "alchemy":
            way = AlchemyWay.probe(node)
        elif name == "balances" and _is_archive(node, account):
            way = BalancesWay()
        elif name == "block_scan":
            way = BlockScanWay(node)
        if way is not None:
            yield node, way, None


def _is_archive(node: Node, account: EvmAccount) -> bool:
    """Whether the node knows what an address held near the first block that matters."""
    answer = node.answers([("eth_getBalance", (min(account.addresses), hex(max(account.start_block or 1, 1))))])[0]
    return not isinstance(answer, NodeRefusalError)


def _genesis(node: Node) -> str:
    block = node.ask("eth_getBlockByNumber", "0x0", False)
    if block is None:
        raise SourceAnswerError(f"{node.label} does not have block 0 of its chain")
    return str(block["hash"])


def _not_late(account: EvmAccount, nodes: list[Node], passed_over: list[str]) -> list[Node]:
    """The nodes that are no further behind the first of them than blocks are left for later anyway."""
    if len(nodes) == 1:
        return nodes
    heights = [number(node.ask("eth_blockNumber")) for node in nodes]
    newest = max(heights)
    for node, height in zip(nodes, heights, strict=True):
        if height < newest - account.depth:
            passed_over.append(f"{node.label} is at block {height} and another one at {newest}")
    return [node for node, height in zip(nodes, heights, strict=True) if height >= newest - account.depth]


def _agree(account: EvmAccount, nodes: Sequence[tuple[Node, int, str]]) -> None:
    for node, chain_id, _ in nodes:
        if chain_id != account.chain.chain_id:
            raise SourceRefusedError(
                f"{node.label} is on chain {chain_id}, and this account is on {account.chain.name} "
                f"(chain {account.chain.chain_id}). Correct `chain` or `rpc_url`"
            )
    if len({genesis for *_, genesis in nodes}) > 1:
        told = ", ".join(f"{node.label}: {genesis}" for node, _, genesis in nodes)
        raise SourceRefusedError(
            f"the nodes of this account have different first blocks, so they are of different chains ({told}). "
            "Nothing was read. Remove the wrong one from rpc_url"
        )
