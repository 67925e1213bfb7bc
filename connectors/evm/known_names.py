"""What is known of tokens, contracts and functions beforehand, from the files in `known/`, each with its source.

Belongs here: reading those files. Does not belong here: what follows from a name.
"""

import json
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from typing import Any, Literal


def well_known_tokens(chain: str) -> Mapping[str, str]:
    """Contract to the asset that exchanges trade under that name, for the chain called so."""
    found: Mapping[str, str] = _read("tokens")["tokens"].get(chain, {})
    return found


def pool_factories(chain: str) -> Mapping[str, str]:
    """The contracts that tell pools, by the kind of their pools (`uniswap v2`, `uniswap v3`)."""
    found: Mapping[str, str] = _read("pools")["factories"].get(chain, {})
    return found


def contract_name(chain: str, address: str | None) -> str | None:
    """What the contract is called, if it is known."""
    name: str | None = _read("contracts")["contracts"].get(chain, {}).get(address)
    return name


def signature(selector: str | None) -> str | None:
    """The function that a selector stands for, if it is known."""
    told: str | None = _read("selectors")["signatures"].get(selector)
    return told


def received_by(selector: str | None) -> Literal["reward", "airdrop"] | None:
    """What a call that only brings something in is, where its function says so."""
    told: Literal["reward", "airdrop"] | None = _read("selectors")["received"].get(selector)
    return told


@cache
def _read(name: str) -> dict[str, Any]:
    content: dict[str, Any] = json.loads((files("connectors.evm.known") / f"{name}.json").read_text(encoding="utf-8"))
    return content
