"""Uniswap V3 on the test chain, from its own artifacts: pools with WETH, swaps along paths, positions that are tokens.

Amounts of a pool are those of the token and of WETH, which is paid in coins.

Belongs here: calls of its router and its position manager. Does not belong here: who swaps what, and what is expected.
"""

from math import isqrt
from typing import TYPE_CHECKING, Any

from web3 import Web3

from support.chain.anvil import contracts

if TYPE_CHECKING:
    from web3.contract import Contract

    from support.chain.scenario import Story

FEE = 3000
WIDEST = 887_220
"""The outermost tick of a pool with this fee."""
ROUTER, POSITIONS = "SwapRouter", "NonfungiblePositionManager"
NOBODY = "0x" + "00" * 20
ALL = 2**128 - 1
_FAR = 2**255


def deploy(story: "Story") -> None:
    """The factory, the router and the position manager, with the library that draws positions."""
    weth = story.named["WETH9"].address
    factory = story.deploy("UniswapV3Factory").address
    story.deploy(ROUTER, factory, weth)
    drawing = story.deploy("NFTDescriptor")
    label = b"ETH".ljust(32, b"\0")
    descriptor = story.deploy("NonfungibleTokenPositionDescriptor", weth, label, library=drawing)
    story.deploy(POSITIONS, factory, weth, descriptor.address)


def open_pool(story: "Story", token: str, amounts: tuple[int, int]) -> "Contract":
    """A pool in which the two `amounts` are worth the same, and nothing is yet."""
    first, second, ordered = _ordered(story, token, amounts)
    root = isqrt((ordered[1] << 192) // ordered[0])
    call = story.call(POSITIONS, "createAndInitializePoolIfNecessary", first, second, FEE, root)
    story.send(story.funder, call, gas=10_000_000)
    address = story.call("UniswapV3Factory", "getPool", first, second, FEE).call()
    return story.web3.eth.contract(address, abi=contracts()["UniswapV3Pool"][0])


def mint(
    story: "Story", who: str, token: str, amounts: tuple[int, int], *, ticks: tuple[int, int] = (-WIDEST, WIDEST)
) -> int:
    """A position of `who`; what it does not need of the coins comes back. Returns its number."""
    first, second, ordered = _ordered(story, token, amounts)
    owner = Web3.to_checksum_address(who)
    params = (first, second, FEE, *ticks, *ordered, 0, 0, owner, _FAR)
    _together(story, who, POSITIONS, [("mint", params), ("refundETH",)], value=amounts[1])
    held = int(story.call(POSITIONS, "balanceOf", owner).call())
    return int(story.call(POSITIONS, "tokenOfOwnerByIndex", owner, held - 1).call())


def increase(story: "Story", who: str, number: int, token: str, amounts: tuple[int, int]) -> None:
    """More of both into a position."""
    _, _, ordered = _ordered(story, token, amounts)
    params = (number, *ordered, 0, 0, _FAR)
    _together(story, who, POSITIONS, [("increaseLiquidity", params), ("refundETH",)], value=amounts[1])


def decrease(story: "Story", who: str, number: int, part: int = 1) -> None:
    """Take the `part`-th part of a position's liquidity out of the pool; the manager keeps it until it is collected."""
    liquidity = story.call(POSITIONS, "positions", number).call()[7]
    story.send(who, story.call(POSITIONS, "decreaseLiquidity", (number, liquidity // part, 0, 0, _FAR)))


def collect(story: "Story", who: str, number: int, token: str, *, burns: bool = False) -> None:
    """What a position of WETH and `token` has for its owner, WETH as coins; with `burns` the position goes."""
    owner = Web3.to_checksum_address(who)
    calls: list[tuple[Any, ...]] = [
        ("collect", (number, NOBODY, ALL, ALL)),
        ("unwrapWETH9", 0, owner),
        ("sweepToken", story.named[token].address, 0, owner),
    ]
    _together(story, who, POSITIONS, [*calls, ("burn", number)] if burns else calls)


def swap_in(story: "Story", who: str, path: list[str], amount: int, *, value: int = 0) -> None:
    """Swap `amount` of the first along `path`. With `value` it is paid in coins, and the rest comes back."""
    owner = Web3.to_checksum_address(who)
    ends_in_coins = path[-1] == "WETH9"
    params = (_packed(story, path), NOBODY if ends_in_coins else owner, _FAR, amount, 0)
    calls: list[tuple[Any, ...]] = [("exactInput", params)]
    calls += [("unwrapWETH9", 0, owner)] if ends_in_coins else []
    calls += [("refundETH",)] if value else []
    _together(story, who, ROUTER, calls, value=value)


def swap_out(story: "Story", who: str, path: list[str], amount: int, most: int) -> None:
    """Swap coins for exactly `amount` of the last along `path`; what is left of `most` comes back."""
    params = (_packed(story, path[::-1]), Web3.to_checksum_address(who), _FAR, amount, most)
    _together(story, who, ROUTER, [("exactOutput", params), ("refundETH",)], value=most)


def _together(story: "Story", who: str, name: str, calls: list[tuple[Any, ...]], value: int = 0) -> None:
    data = [story.named[name].encode_abi(function, list(arguments)) for function, *arguments in calls]
    story.send(who, story.call(name, "multicall", data), value=value)


def _packed(story: "Story", path: list[str]) -> bytes:
    """Addresses with the fee of the pool between each two of them."""
    ends = [bytes.fromhex(story.named[name].address.removeprefix("0x")) for name in path]
    return FEE.to_bytes(3).join(ends)


def _ordered(story: "Story", token: str, amounts: tuple[int, int]) -> tuple[str, str, tuple[int, int]]:
    """The two addresses as pools order them, and the amounts in that order."""
    one, two = story.named[token].address, story.named["WETH9"].address
    if int(one, 16) < int(two, 16):
        return one, two, amounts
    return two, one, amounts[::-1]
