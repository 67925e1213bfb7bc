"""The same wallet on a real node: an anvil, with as many transactions in as many blocks as a made-up chain has.

An anvil keeps the hashes of all blocks with the state of each, so its memory grows with the square of the blocks: 1.4
GB for 5,000, 5.5 GB for 10,000, and 550 GB for 100,000. (Without the hard fork named here, which also keeps them in a
contract's storage, it is twice that and takes twenty times as long.) So it stands beside a made-up node of the same
size, and that one goes on to the sizes that it can not hold. An anvil also takes 300 blocks a question of traces only.

Belongs here: making that chain. Does not belong here: timing (`chain.py`).
"""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import groupby
from pathlib import Path

from benchmarks.chain_node import OTHER, OWNER, SECONDS_A_BLOCK, Happened, MadeUpChain

sys.path.append(str(Path(__file__).parents[1] / "tests"))

from support.chain.anvil import anvil, rpc
from support.chain.scenario import Story, begin

_OPTIONS = ("--accounts", "1", "--hardfork", "shanghai", "--prune-history", "1000000", "--balance", "100000000")


@contextmanager
def real_node(chain: MadeUpChain) -> Iterator[tuple[str, int]]:
    """A node on which the same happened at the same heights, and what the wallet holds there in the end.

    Swaps are calls of a contract that sends the coins back.
    """
    with anvil(*_OPTIONS) as url:
        story = begin(url)
        start = story.height() + 2
        story.deploy("Token", "Token", "TOK", 18, 10**40, 0, label="token")
        story.deploy("Forwarder")
        for address in (OWNER, OTHER):
            rpc(url, "anvil_impersonateAccount", address)
        story.send(story.funder, to=story.web3.to_checksum_address(OTHER), value=10**24)
        story.send(story.funder, story.call("token", "transfer", story.web3.to_checksum_address(OTHER), 10**39))
        rpc(url, "evm_setAutomine", False)
        for height, here in groupby(chain.all, key=lambda each: each.height + start + 2):
            empty = height - 1 - story.height()
            if empty > 0:
                rpc(url, "anvil_mine", hex(empty), hex(SECONDS_A_BLOCK))
            for each in here:
                _happen(story, each)
            rpc(url, "evm_mine")
        empty = chain.last - story.height()
        if empty > 0:
            rpc(url, "anvil_mine", hex(empty), hex(SECONDS_A_BLOCK))
        yield url, int(rpc(url, "eth_getBalance", OWNER, "latest"), 16)


def _happen(story: Story, each: Happened) -> None:
    owner, other = (story.web3.to_checksum_address(address) for address in (OWNER, OTHER))
    question = {"from": owner if each.sent else other, "gas": hex(300_000), "maxPriorityFeePerGas": hex(10**9)}
    if each.inside:
        data = story.named["Forwarder"].encode_abi("pay", [owner])
        question |= {"to": story.named["Forwarder"].address, "data": data, "value": hex(each.inside)}
    elif each.token:
        data = story.named["token"].encode_abi("transfer", [owner, each.token])
        question |= {"to": story.named["token"].address, "data": data}
    else:
        amount = min(abs(each.moved), 10**23)
        question |= {"to": other if each.sent else owner, "value": hex(amount)}
    rpc(story.url, "eth_sendTransaction", question)
