"""A real chain on this machine: anvil and the contracts of known projects, installed once by npm.

Belongs here: installing, starting, compiling. Does not belong here: what happens on the chain.
"""

import hashlib
import json
import platform
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import requests
from filelock import FileLock

HERE = Path(__file__).parent
CACHE = HERE.parents[2] / ".chain"
_ANVIL = "1.7.1"
_MACHINES = {"x86_64": "amd64", "aarch64": "arm64", "arm64": "arm64"}
_ARTIFACTS = {
    "WETH9": "canonical-weth/build/contracts/WETH9.json",
    "UniswapV2Factory": "@uniswap/v2-core/build/UniswapV2Factory.json",
    "UniswapV2Pair": "@uniswap/v2-core/build/UniswapV2Pair.json",
    "UniswapV2Router01": "@uniswap/v2-periphery/build/UniswapV2Router01.json",
    "UniswapV2Router02": "@uniswap/v2-periphery/build/UniswapV2Router02.json",
    "UniswapV3Factory": "@uniswap/v3-core/artifacts/contracts/UniswapV3Factory.sol/UniswapV3Factory.json",
    "UniswapV3Pool": "@uniswap/v3-core/artifacts/contracts/UniswapV3Pool.sol/UniswapV3Pool.json",
} | {
    name: f"@uniswap/v3-periphery/artifacts/contracts/{folder}{name}.sol/{name}.json"
    for folder, name in (
        ("", "SwapRouter"),
        ("", "NonfungiblePositionManager"),
        ("", "NonfungibleTokenPositionDescriptor"),
        ("libraries/", "NFTDescriptor"),
    )
}


@cache
def installed() -> Path:
    """The folder in which npm installed what the test chain needs. Skips the test where there is no npm."""
    package = HERE / "package.json"
    folder = CACHE / hashlib.sha256(package.read_bytes() + _ANVIL.encode()).hexdigest()[:12]
    if not (folder / "done").exists():
        if shutil.which("npm") is None:
            pytest.skip("needs node and npm, to install the test chain (anvil) and its contracts")
        folder.mkdir(parents=True, exist_ok=True)
        with FileLock(folder / "lock"):
            if not (folder / "done").exists():
                shutil.copy(package, folder)
                options = ["--no-audit", "--no-fund", "--no-package-lock", "--ignore-scripts"]
                command = ["npm", "install", *options, f"{_anvil_package()}@{_ANVIL}"]
                subprocess.run(command, cwd=folder, check=True, capture_output=True, timeout=300)
                (folder / "done").touch()
    return folder


def _anvil_package() -> str:
    """The program for this machine, named itself: as a part of `@foundry-rs/anvil` npm leaves it out without a word."""
    return f"@foundry-rs/anvil-{platform.system().lower()}-{_MACHINES[platform.machine()]}"


@cache
def contracts() -> dict[str, tuple[list[dict[str, Any]], str]]:
    """ABI and bytecode by the contract's name: the known projects' own, and those of `contracts.sol`."""
    folder = installed()
    compiled = subprocess.run(
        ["node", str(HERE / "compile.js"), str(HERE / "contracts.sol"), str(folder)],
        check=True,
        capture_output=True,
        text=True,
        timeout=120,
    )
    told = {
        name: (each["abi"], each["evm"]["bytecode"]["object"]) for name, each in json.loads(compiled.stdout).items()
    }
    for name, path in _ARTIFACTS.items():
        artifact = json.loads((folder / "node_modules" / path).read_text(encoding="utf-8"))
        told[name] = artifact["abi"], artifact["bytecode"].removeprefix("0x")
    return told


@contextmanager
def anvil(*options: str) -> Iterator[str]:
    """A fresh chain; yields its address on this machine."""
    binary = installed() / "node_modules" / _anvil_package() / "bin/anvil"
    port = _free_port()
    process = subprocess.Popen(
        [str(binary), "--port", str(port), "--silent", "--timestamp", "1700000000", *options],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    url = f"http://127.0.0.1:{port}"
    try:
        _wait_for(url)
        yield url
    finally:
        process.terminate()
        process.wait(timeout=30)


def rpc(url: str, method: str, *params: Any) -> Any:
    """One question to the chain; what it refuses fails the test."""
    body = {"jsonrpc": "2.0", "id": 1, "method": method, "params": list(params)}
    told = requests.post(url, json=body, timeout=120).json()
    assert "result" in told, f"{method}: {told}"
    return told["result"]


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _wait_for(url: str) -> None:
    deadline = time.monotonic() + 30
    while True:
        try:
            rpc(url, "eth_chainId")
        except requests.ConnectionError:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.05)
        else:
            return
