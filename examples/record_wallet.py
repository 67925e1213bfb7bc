# ruff: noqa: INP001 - a script beside what it writes
"""Record the wallet of the sample book: `PYTHONPATH=tests:. python examples/record_wallet.py`, in a checkout, with npm.

A chain runs on this machine, the wallet's story is acted out on it, and a program that syncs twice asks it through a
recorder. Transactions have the same hashes every time: the story of `generator/story.txt` names the first of them.

Belongs here: the wallet's story and the recording. Does not belong here: how an answer is replayed.
"""

import json
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from web3 import Web3

from connectors.replay.node import question_key
from support.chain.anvil import anvil, contracts, rpc
from support.chain.gate import gate
from support.chain.scenario import ETHER, FAR, Story

HERE = Path(__file__).resolve().parent
WALLET = "0x5a3b1e0000000000000000000000000000005a3b"
_PROGRAM = "from pipelines.cli import main; main()"
_EPOCH = "2026-07-01 12:00"
_CONFIRMATIONS = 32
_BOOK = """\
as_of = "2026-11-21T02:00:00-05:00"
[taxpayer]
time_zone = "America/New_York"
[prices]
venues = []
pools = false
[[account]]
name = "wallet"
kind = "evm"
chain = "ethereum"
"""


class Told(Story):
    """A story whose blocks have the time that the story says."""

    def at(self, when: str, who: str, call: Any = None, **options: Any) -> str:
        """Send a transaction in a block of the UTC minute `when`."""
        self._set_time(when)
        return self.send(who, call, gas=options.pop("gas", 400_000), **options)

    def rest(self, when: str, blocks: int) -> None:
        """Empty blocks from the UTC minute `when` on."""
        start = int(datetime.fromisoformat(when).replace(tzinfo=UTC).timestamp())
        for number in range(blocks):
            rpc(self.url, "evm_setNextBlockTimestamp", start + 12 * number)
            rpc(self.url, "evm_mine")

    def _set_time(self, when: str) -> None:
        instant = datetime.fromisoformat(when).replace(tzinfo=UTC)
        rpc(self.url, "evm_setNextBlockTimestamp", int(instant.timestamp()))


def act(story: Told) -> str:
    """What happens. Returns the hash of the transaction that brings the first coins."""
    rpc(story.url, "evm_setNextBlockTimestamp", int(datetime.fromisoformat(_EPOCH).replace(tzinfo=UTC).timestamp()))
    weth = story.deploy("WETH9").address
    start = int(datetime.fromisoformat(_EPOCH).replace(tzinfo=UTC).timestamp())
    minutes = iter(range(60, 6000, 60))

    def tick() -> None:
        rpc(story.url, "evm_setNextBlockTimestamp", start + next(minutes))

    tick()
    factory = story.deploy("UniswapV2Factory", story.funder).address
    tick()
    router = story.deploy("UniswapV2Router02", factory, weth).address
    tick()
    alph = story.deploy("Token", "Alephium (bridged)", "ALPH", 18, 10**27, 0, label="alph").address
    tick()
    story.deploy("Token", "Visit claim-alph.example.com to claim", "CLAIM", 18, 10**27, 0, label="spam")
    tick()
    story.send(story.funder, story.call("alph", "approve", router, FAR))
    tick()
    add = story.call("UniswapV2Router02", "addLiquidityETH", alph, 2_730_400 * ETHER, 0, 0, story.funder, FAR)
    story.send(story.funder, add, value=100 * ETHER)
    wallet = Web3.to_checksum_address(WALLET)
    pair = story.call("UniswapV2Factory", "getPair", weth, alph).call()
    story.named["pair"] = story.web3.eth.contract(pair, abi=contracts()["UniswapV2Pair"][0])

    first = story.at("2026-08-04 13:31", story.funder, to=wallet, value=12 * ETHER // 10, gas=21_000)
    story.at("2026-08-10 18:05", WALLET, story.call("WETH9", "deposit"), value=ETHER // 2)
    swap = story.call("UniswapV2Router02", "swapExactETHForTokens", 0, [weth, alph], wallet, FAR)
    story.at("2026-08-18 12:00", WALLET, swap, value=4 * ETHER // 10)
    story.at("2026-08-18 12:09", WALLET, story.call("alph", "approve", router, FAR))
    early = story.call("UniswapV2Router02", "swapExactTokensForETH", 5000 * ETHER, ETHER, [alph, weth], wallet, FAR)
    story.at("2026-09-15 20:17", WALLET, early)  # asks for more than the pool gives: fails, and costs gas
    story.at("2026-09-22 03:40", story.funder, story.call("spam", "transfer", wallet, 8888 * ETHER))
    # the price falls until the day of the sale
    story.at("2026-10-19 08:00", story.funder, story.call("alph", "transfer", pair, 440_000 * ETHER))
    story.at("2026-10-19 08:01", story.funder, story.call("pair", "sync"))
    sale = story.call("UniswapV2Router02", "swapExactTokensForETH", 5000 * ETHER, 0, [alph, weth], wallet, FAR)
    story.at("2026-10-20 15:26", WALLET, sale)
    story.at("2026-11-02 19:12", WALLET, story.call("WETH9", "withdraw", ETHER // 5))
    story.rest("2026-11-21 06:40", _CONFIRMATIONS + 2)
    return first


@contextmanager
def recorded(url: str, kept: dict[str, dict[str, Any]]) -> Iterator[str]:
    """The address of a node that passes on what it is asked, and keeps question and answer in `kept`."""
    with gate(url, hidden=("eth_feeHistory", "eth_gasPrice")) as node:  # gas costs nothing real on such a chain
        passes = node.answer

        def answer(body: Any) -> tuple[int, Any]:
            status, told = passes(body)
            asked, answers = (body, told) if isinstance(body, list) else ([body], [told])
            by_id = {each["id"]: each for each in answers}
            for question in asked:
                kept[question_key(question["method"], question["params"])] = {
                    "method": question["method"],
                    "params": question["params"],
                    **{key: by_id[question["id"]][key] for key in ("result", "error") if key in by_id[question["id"]]},
                }
            return status, told

        node.answer = answer  # type: ignore[method-assign]
        yield node.url


def main() -> None:
    """Act, sync, write."""
    kept: dict[str, dict[str, Any]] = {}
    with anvil("--chain-id", "1") as url, tempfile.TemporaryDirectory() as folder:
        web3 = Web3(Web3.HTTPProvider(url))
        story = Told(url, web3, Web3.to_checksum_address(rpc(url, "eth_accounts")[0]))
        first = act(story)
        names = {story.named["WETH9"].address.lower(): "WETH", story.named["alph"].address.lower(): "ALPH"}
        with recorded(url, kept) as node:
            config = Path(folder) / "lotkeeper.toml"
            tokens = "".join(f'"{contract}" = "{name}"\n' for contract, name in names.items())
            rest = f'rpc_url = "{node}"\naddresses = ["{WALLET}"]\n[account.tokens]\n{tokens}'
            config.write_text(_BOOK + rest, encoding="utf-8")
            for command in ("check", "sync", "sync"):
                subprocess.run([sys.executable, "-c", _PROGRAM, command, "--config", str(config)], check=True)  # noqa: S603 - our own program
    lines = ",\n".join(json.dumps(kept[key], separators=(",", ":")) for key in sorted(kept))
    path = HERE / "venues" / "wallet" / "node.json"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f"[\n{lines}\n]\n", encoding="utf-8")
    sys.stdout.write(f"{path.stat().st_size:>9,} bytes  {len(kept)} answers; first coins {first}; {tokens}")


if __name__ == "__main__":
    main()
