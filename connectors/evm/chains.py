"""The chains that have a name here: their ids, their own coin, how deep a block must lie before it is read.

A full node keeps the states of the newest 128 blocks, so no depth is more than that: balances are asked there.

Belongs here: facts of chains. Does not belong here: tokens and contracts of any one project.
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Chain:
    """One chain.

    `mirrors` are contracts that write a token's logs for the chain's own coin: what they tell is told already.
    `numbered` are those that write a number of one of a kind where others write an amount. `takes_data_fee` is false
    where it is known that nothing but gas is paid for a transaction.
    """

    name: str
    chain_id: int
    coin: str
    confirmations: int
    mirrors: frozenset[str] = frozenset()
    numbered: frozenset[str] = frozenset()
    takes_data_fee: bool = True


_CRYPTO_KITTIES = frozenset({"0x06012c8cf97bead5deae237070f9587f8e7a266d"})
_OP_ETH = frozenset({"0xdeaddeaddeaddeaddeaddeaddeaddeaddead0000"})

CHAINS: dict[str, Chain] = {
    chain.name: chain
    for chain in (
        Chain("ethereum", 1, "ETH", 32, numbered=_CRYPTO_KITTIES, takes_data_fee=False),
        Chain("optimism", 10, "ETH", 64, _OP_ETH),
        Chain("bsc", 56, "BNB", 32, takes_data_fee=False),
        Chain("gnosis", 100, "XDAI", 32, takes_data_fee=False),
        Chain(
            "polygon",
            137,
            "POL",
            96,
            frozenset({"0x0000000000000000000000000000000000001010"}),
            takes_data_fee=False,
        ),
        Chain("zksync", 324, "ETH", 64, frozenset({"0x000000000000000000000000000000000000800a"})),
        Chain("base", 8453, "ETH", 64, _OP_ETH),
        Chain("arbitrum", 42161, "ETH", 64),
        Chain("celo", 42220, "CELO", 64, frozenset({"0x471ece3750da237f93b8e339c536989b8978a438"})),
        Chain("avalanche", 43114, "AVAX", 16, takes_data_fee=False),
        Chain("linea", 59144, "ETH", 64),
        Chain("scroll", 534352, "ETH", 64),
        Chain("sepolia", 11155111, "ETH", 32, takes_data_fee=False),
    )
}
