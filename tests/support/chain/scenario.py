"""A small history on the test chain that has in it what wallets meet: built once, then only read.

Belongs here: what happens, in order. Does not belong here: what is expected to be found of it.
"""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from eth_account import Account
from eth_utils import keccak
from web3 import Web3
from web3.contract import Contract

from support.chain import uniswap_v3
from support.chain.anvil import anvil, contracts, rpc

ETHER = 10**18
ALICE = "0x" + "a11ce" * 8
BOB = "0x" + "b0b0b" * 8
_CAROLS_KEY = keccak(text="carol")
CAROL = Account.from_key(_CAROLS_KEY).address.lower()
"""Whose address runs the code of a wallet in the end (EIP-7702): others move what is hers, and no nonce tells."""
FAR = 2**255


@dataclass
class Story:
    """A chain, and who sends what on it. `wallet` is a contract that belongs to Alice and Bob."""

    url: str
    web3: Web3
    funder: str
    named: dict[str, Contract] = field(default_factory=dict)
    wallet: str = ""

    def send(self, who: str, call: Any = None, *, is_mined: bool = True, **options: Any) -> str:
        """Send a transaction from `who`, who need not have a key, and wait until it is mined, if the node does that."""
        who = Web3.to_checksum_address(who)
        rpc(self.url, "anvil_impersonateAccount", who)
        options = {"from": who, "gas": 5_000_000, "maxPriorityFeePerGas": 10**9, **options}
        sent = self.web3.eth.send_transaction(options) if call is None else call.transact(options)
        if is_mined:
            self.wait(sent)
        return str(sent.to_0x_hex())

    def wait(self, sent: Any) -> Any:
        """The receipt of a transaction, once there is one: a node answers before it has mined what it was sent."""
        return self.web3.eth.wait_for_transaction_receipt(sent, poll_latency=0.002)

    def deploy(
        self, name: str, *arguments: Any, label: str | None = None, value: int = 0, library: Contract | None = None
    ) -> Contract:
        """Deploy a contract by the funder, linked with the one `library` that it may need."""
        abi, bytecode = contracts()[name]
        if library is not None:
            bytecode = re.sub(r"__\$[0-9a-f]{34}\$__", library.address.removeprefix("0x"), bytecode)
        factory = self.web3.eth.contract(abi=abi, bytecode=bytecode)
        sent = factory.constructor(*arguments).transact({"from": self.funder, "value": value, "gas": 10_000_000})
        address = self.wait(sent)["contractAddress"]
        self.named[label or name] = self.web3.eth.contract(address, abi=abi)
        return self.named[label or name]

    def call(self, name: str, function: str, *arguments: Any) -> Any:
        """A call of a function of a deployed contract, to be sent."""
        return self.named[name].functions[function](*arguments)

    def height(self) -> int:
        """The height of the chain."""
        return int(rpc(self.url, "eth_blockNumber"), 16)


def begin(url: str) -> Story:
    """A story on an empty chain: Alice and Bob have been sent some coins."""
    web3 = Web3(Web3.HTTPProvider(url))
    story = Story(url, web3, Web3.to_checksum_address(rpc(url, "eth_accounts")[0]))
    story.send(story.funder, to=Web3.to_checksum_address(ALICE), value=100 * ETHER)
    story.send(story.funder, to=Web3.to_checksum_address(BOB), value=5 * ETHER)
    return story


@contextmanager
def full_story() -> Iterator[Story]:
    """The whole history."""
    with anvil() as url:
        story = begin(url)
        _deploy(story)
        _trade(story)
        _trade_by_version_3(story)
        _move_inside(story)
        _delegate(story)
        _odd_tokens(story)
        _collect(story)
        _pay_for_blocks(story)
        rpc(url, "anvil_mine", hex(50), hex(12))
        yield story


def _deploy(story: Story) -> None:
    weth = story.deploy("WETH9")
    factory = story.deploy("UniswapV2Factory", story.funder)
    story.deploy("UniswapV2Router01", factory.address, weth.address)
    story.deploy("UniswapV2Router02", factory.address, weth.address)
    story.deploy("Token", "Six", "SIX", 6, 10**15, 0, label="six")
    story.deploy("Token", "TwentyFour", "TF", 24, 10**33, 0, label="twenty_four")
    story.deploy("Token", "Taxed", "TAX", 18, 10**27, 20, label="taxed")
    story.deploy("Rebasing", 10**27, label="rebasing")
    for name in ("Airdrop", "Forwarder", "Wallet", "Lookalike", "Collectible", "Multi"):
        story.deploy(name)
    story.wallet = story.named["Wallet"].address.lower()
    router = story.named["UniswapV2Router02"].address
    story.send(story.funder, story.call("six", "approve", router, FAR))
    add = story.call(
        "UniswapV2Router02", "addLiquidityETH", story.named["six"].address, 10**12, 0, 0, story.funder, FAR
    )
    story.send(story.funder, add, value=500 * ETHER)


def _trade(story: Story) -> None:
    weth, six = story.named["WETH9"].address, story.named["six"].address
    alice = Web3.to_checksum_address(ALICE)
    for number in ("01", "02"):
        router = f"UniswapV2Router{number}"
        story.send(ALICE, story.call(router, "swapExactETHForTokens", 0, [weth, six], alice, FAR), value=ETHER)
        story.send(ALICE, story.call("six", "approve", story.named[router].address, FAR))
        story.send(ALICE, story.call(router, "swapExactTokensForETH", 10**8, 0, [six, weth], alice, FAR))
        story.send(ALICE, story.call(router, "swapETHForExactTokens", 10**7, [weth, six], alice, FAR), value=ETHER)
    add = story.call("UniswapV2Router02", "addLiquidityETH", six, 10**9, 0, 0, alice, FAR)
    story.send(ALICE, add, value=ETHER)
    pair = story.call("UniswapV2Factory", "getPair", weth, six).call()
    story.named["pair"] = story.web3.eth.contract(pair, abi=contracts()["UniswapV2Pair"][0])
    story.send(ALICE, story.call("pair", "approve", story.named["UniswapV2Router02"].address, FAR))
    liquidity = story.call("pair", "balanceOf", alice).call()
    remove = story.call("UniswapV2Router02", "removeLiquidityETH", six, liquidity // 2, 0, 0, alice, FAR)
    story.send(ALICE, remove)
    story.send(ALICE, story.call("WETH9", "deposit"), value=3 * ETHER)
    story.send(ALICE, to=weth, value=ETHER // 7)  # wraps without calling anything
    story.send(ALICE, story.call("WETH9", "withdraw", ETHER))
    story.send(ALICE, story.call("WETH9", "transfer", Web3.to_checksum_address(BOB), ETHER // 2))
    swap = story.call("UniswapV2Router02", "swapExactTokensForTokens", 10**6, 0, [six, weth], alice, FAR)
    story.send(ALICE, swap)


def _trade_by_version_3(story: Story) -> None:
    """Alice swaps in and out, over one pool and over two, and has two positions, of which one is taken back whole."""
    uniswap_v3.deploy(story)
    for token, amounts in (("six", (10**12, 400 * ETHER)), ("twenty_four", (10**30, 300 * ETHER))):
        story.send(story.funder, story.call(token, "approve", story.named[uniswap_v3.POSITIONS].address, FAR))
        story.send(story.funder, story.call(token, "approve", story.named[uniswap_v3.ROUTER].address, FAR))
        uniswap_v3.open_pool(story, token, amounts)
        uniswap_v3.mint(story, story.funder, token, amounts)
    for name in (uniswap_v3.ROUTER, uniswap_v3.POSITIONS):
        story.send(ALICE, story.call("six", "approve", story.named[name].address, FAR))
    uniswap_v3.swap_in(story, ALICE, ["WETH9", "six"], ETHER, value=2 * ETHER)
    uniswap_v3.swap_in(story, ALICE, ["six", "WETH9", "twenty_four"], 10**8)
    uniswap_v3.swap_in(story, ALICE, ["six", "WETH9"], 10**7)
    uniswap_v3.swap_out(story, ALICE, ["WETH9", "six"], 10**7, ETHER)
    kept = uniswap_v3.mint(story, ALICE, "six", (10**8, ETHER))
    gone = uniswap_v3.mint(story, ALICE, "six", (10**8, ETHER), ticks=(-600, 600))  # not at the present price
    uniswap_v3.increase(story, ALICE, kept, "six", (10**7, ETHER))
    uniswap_v3.swap_in(story, story.funder, ["six", "WETH9"], 10**10)
    uniswap_v3.decrease(story, ALICE, kept, part=2)
    uniswap_v3.collect(story, ALICE, kept, "six")
    uniswap_v3.decrease(story, ALICE, gone)
    uniswap_v3.collect(story, ALICE, gone, "six", burns=True)


def _move_inside(story: Story) -> None:
    alice, bob = Web3.to_checksum_address(ALICE), Web3.to_checksum_address(BOB)
    story.send(story.funder, story.call("Forwarder", "pay", alice), value=7)
    story.send(story.funder, story.call("Forwarder", "deep", alice, False), value=11)
    story.send(story.funder, story.call("Forwarder", "deep", alice, True), value=13)  # caught: nothing arrives
    story.send(story.funder, story.call("Forwarder", "payMany", [alice, bob, story.funder]), value=3 * 17)
    story.send(ALICE, story.call("Forwarder", "pay", bob), value=ETHER // 10)
    story.send(ALICE, story.call("Forwarder", "pay", alice), value=ETHER // 10)  # back to who sent it
    story.send(ALICE, story.call("Forwarder", "refuse"), value=19)  # fails, and costs gas
    story.send(ALICE, to=alice, value=ETHER)  # to herself
    story.send(ALICE, to=bob, value=ETHER)
    story.send(BOB, to=story.named["Forwarder"].address, value=23)
    story.send(ALICE, to=Web3.to_checksum_address(story.wallet), value=2 * ETHER)
    wallet = story.call("Wallet", "execute", bob, ETHER // 4, b"")
    story.send(story.funder, wallet)
    data = story.named["Forwarder"].encode_abi("pay", [alice])
    story.send(story.funder, story.call("Wallet", "execute", story.named["Forwarder"].address, 29, data))
    story.deploy("Bomb", value=31)
    story.send(story.funder, story.call("Bomb", "boom", alice))
    story.send(ALICE, data="0x" + contracts()["Bomb"][1], value=61)  # a contract of hers, which keeps them
    rpc(story.url, "evm_setAutomine", False)  # one block with much in it
    for amount in (37, 41):
        story.send(story.funder, story.call("Forwarder", "pay", bob), value=amount, is_mined=False)
    story.send(ALICE, to=bob, value=43, is_mined=False)
    story.send(BOB, to=alice, value=47, is_mined=False)
    rpc(story.url, "evm_mine")
    rpc(story.url, "evm_setAutomine", True)


def _delegate(story: Story) -> None:
    """Carol's address gets code by a transaction of another, which then sends what is hers."""
    carol, bob = Web3.to_checksum_address(CAROL), Web3.to_checksum_address(BOB)
    story.send(story.funder, to=carol, value=3 * ETHER)
    story.send(CAROL, to=bob, value=5)
    told = {"chainId": 31337, "address": story.named["Wallet"].address, "nonce": 1}
    signed = Account.sign_authorization(told, _CAROLS_KEY)
    data = story.named["Wallet"].encode_abi("execute", [bob, ETHER, b""])
    authorization = {name: hex(told[name]) for name in ("chainId", "nonce")} | {
        "address": told["address"],
        "yParity": hex(signed.y_parity),
        "r": hex(signed.r),
        "s": hex(signed.s),
    }
    question = {
        "from": story.funder,
        "to": carol,
        "data": data,
        "gas": hex(10**6),
        "authorizationList": [authorization],
    }
    story.wait(rpc(story.url, "eth_sendTransaction", question))
    assert story.web3.eth.get_balance(carol) < 2 * ETHER
    story.named["carol"] = story.web3.eth.contract(carol, abi=contracts()["Wallet"][0])
    story.send(story.funder, story.call("carol", "execute", bob, 7, b""))
    story.send(CAROL, to=bob, value=ETHER // 3)


def _odd_tokens(story: Story) -> None:
    alice, bob = Web3.to_checksum_address(ALICE), Web3.to_checksum_address(BOB)
    for name, amount in (("twenty_four", 10**24 + 1), ("taxed", 10**20 + 7), ("rebasing", 10**19)):
        story.send(story.funder, story.call(name, "transfer", alice, amount))
        story.send(ALICE, story.call(name, "transfer", bob, amount // 3))
    story.send(story.funder, story.call("rebasing", "rebase", 11 * 10**17))
    others = [Web3.to_checksum_address(f"0x{number:040x}") for number in range(1000, 1040)]
    airdrop = story.named["Airdrop"].address
    story.send(story.funder, story.call("six", "transfer", airdrop, 10**9))
    drop = story.call("Airdrop", "drop", story.named["six"].address, [*others, alice, bob], 5 * 10**6)
    story.send(story.funder, drop)
    story.send(ALICE, story.call("Lookalike", "deposit"), value=53)


def _collect(story: Story) -> None:
    alice, bob = Web3.to_checksum_address(ALICE), Web3.to_checksum_address(BOB)
    story.send(story.funder, story.call("Collectible", "mint", alice, 7))
    story.send(story.funder, story.call("Collectible", "mint", alice, 2**200))
    story.send(ALICE, story.call("Collectible", "transferFrom", alice, bob, 7))
    story.send(ALICE, story.call("Collectible", "transferFrom", alice, story.funder, 2**200))
    story.send(story.funder, story.call("Multi", "mint", alice, [1, 2], [10, 20]))
    story.send(ALICE, story.call("Multi", "send", bob, 2, 5))


def _pay_for_blocks(story: Story) -> None:
    rpc(story.url, "anvil_setCoinbase", ALICE)
    story.send(story.funder, to=story.funder, value=1)
    story.send(BOB, to=story.funder, value=1)
    story.send(ALICE, to=story.funder, value=1)  # pays herself
    story.send(BOB, to=story.funder, value=1, maxPriorityFeePerGas=0)  # pays nobody
    rpc(story.url, "anvil_setCoinbase", "0x" + "00" * 20)
