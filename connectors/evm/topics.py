"""The events of logs by which tokens tell that they moved, and the filters that find them for some addresses.

Belongs here: signatures and filters. Does not belong here: reading a log (`effects.py`).
"""

from collections.abc import Iterable
from typing import Any

from connectors.evm.hexes import topic_of
from connectors.evm.node import Call
from connectors.evm.ranges import Blocks

TRANSFER = "0xddf252ad1be2c89b69c2b068fc378daa952ba7f163c4a11628f55a4df523b3ef"  # Transfer(address,address,uint256)
SINGLE = "0xc3d58168c5ae7397731d063d5bbf3d657854427343f4c083240f7aacaa2d0f62"
"""TransferSingle(address,address,address,uint256,uint256) of ERC-1155"""
BATCH = "0x4a39dc06d4c0dbc64b70af90fd698a233a518aa5d07e595d983b8c0526c8f7fb"
"""TransferBatch(address,address,address,uint256[],uint256[]) of ERC-1155"""
DEPOSIT = "0xe1fffcc4923d04b559f4d29a8bfc6cda04eb5b0d3c460751c2402c5c5cc9109c"  # Deposit(address,uint256) of WETH9
WITHDRAWAL = (
    "0x7fcf532c15f0a6db0bd6d0e038bea71d30d808c7d98cb3bf7268a95bf5081b65"  # Withdrawal(address,uint256) of WETH9
)


def log_calls(blocks: Blocks, owned: Iterable[str]) -> list[Call]:
    """The questions that find every log of a token's movement from or to `owned` within `blocks`."""
    places = [topic_of(owner) for owner in sorted(owned)]
    filters: list[list[Any]] = [
        [[TRANSFER, DEPOSIT, WITHDRAWAL], places],
        [[TRANSFER, SINGLE, BATCH], None, places],
        [[SINGLE, BATCH], None, None, places],
    ]
    return [
        ("eth_getLogs", ({"fromBlock": hex(blocks.first), "toBlock": hex(blocks.last), "topics": topics},))
        for topics in filters
    ]
