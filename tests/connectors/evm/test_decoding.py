"""What movements mean: the stories in tests/scenarios/wallets, what is true of every transaction, and what is known.

Above the line of a story what moved, below it the rows that come of it: the kind, the postings and the marks. `NAME?`
is a token that is not known by its contract.
"""

import json
import re
from collections import Counter
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
from eth_utils import keccak
from hypothesis import given
from hypothesis import strategies as st

from connectors.evm.decoding import Decoding, DecodingSettings
from connectors.evm.holdings import Holdings
from connectors.evm.movements import TOKEN_KINDS, Movement, Token
from connectors.evm.naming import contract_of, quantity
from connectors.evm.suspicion import is_bait
from connectors.records import Transaction
from support.wallet_stories import HASH, address_of, story_of

STORIES = sorted((Path(__file__).parents[2] / "scenarios" / "wallets").glob("*.txt"))
KNOWN = Path(__file__).parents[3] / "connectors" / "evm" / "known"


def _shown(row: Transaction) -> str:
    parts = [
        f"{'fee ' if posting.role == 'fee' else ''}{posting.quantity} {_short(posting.asset)}"
        for posting in row.postings
    ]
    return f"{row.kind}  {', '.join([*parts, *(mark.word for mark in row.marks)])}"


def _short(asset: str) -> str:
    return re.sub(r"-0x[0-9a-f]{40}@ethereum", "?", asset)


@pytest.mark.parametrize("path", STORIES, ids=lambda path: path.stem)
def test_story(path: Path) -> None:
    told, expected = (part.strip().splitlines() for part in path.read_text(encoding="utf-8").split("--\n"))
    assert [_shown(row) for row in story_of(told).decoded()] == expected


def test_stories__are_there() -> None:
    assert len(STORIES) >= 25


@pytest.mark.parametrize(("rule", "kind"), [("reward", "reward"), ("deposit", "deposit")])
def test_validators_withdrawal__with_a_rule__is_what_the_rule_says(rule: str, kind: str) -> None:
    rows = story_of(["mine alice", "block 20000000", "withdrawal 32.05 ETH alice"]).decoded(validator_withdrawals=rule)
    assert [(row.kind, row.postings[0].quantity) for row in rows] == [(kind, "32.05")]


def test_name_of_the_user__for_a_contract__wins() -> None:
    lines = ["mine alice", "sender stranger", "call x 0x12345678", "erc20 7 ?FROG stranger -> alice"]
    (row,) = story_of(lines).decoded(tokens={address_of("?FROG"): "FROG"})
    assert _shown(row) == "deposit  7 FROG"


def test_row__of_a_swap__says_what_was_called_and_by_whom() -> None:
    lines = [
        "mine alice",
        "sender alice",
        "call weth deposit()",
        "native 1 ETH alice -> weth",
        "erc20 1 WETH nobody -> alice",
    ]
    (row,) = story_of(lines).decoded()
    assert row.id == row.tx_hash == HASH
    assert row.description == f"deposit() at {address_of('weth')}"
    assert row.counterparty == address_of("weth")


def test_rows__of_one_happening__have_ids_of_their_own() -> None:
    lines = ["mine alice", "sender alice", "call farm getReward()", "internal 1 ETH farm -> alice", "gas 0.1 ETH alice"]
    assert [row.id for row in story_of(lines).decoded()] == [HASH, f"{HASH}:gas"]


@pytest.mark.parametrize(
    ("symbol", "name", "expected"),
    [
        ("USDC", "Visit usdc-bonus.com to claim", True),
        ("$ 5000 at ETHGift.org", "ETHGift", True),
        ("www.x", "x", True),
        ("UNI", "Uniswap", False),
        ("STG", "StargateToken", False),
        ("LP", "Uniswap V2", False),
        (None, None, False),
        ("No. One", "No. One", False),
    ],
)
def test_bait__is_told_by_a_site_or_a_claim(symbol: str | None, name: str | None, expected: bool) -> None:  # noqa: FBT001
    assert is_bait(Token("0x" + "11" * 20, symbol, name, 18)) is expected


def test_name_of_a_contract__reads_back() -> None:
    asset = "TF-0x" + "ab" * 20 + "@base/1e6"
    told = contract_of(asset)
    assert told is not None
    assert (told.chain, told.contract, told.below) == ("base", "0x" + "ab" * 20, 6)
    assert contract_of("USDC") is None
    assert contract_of("APE-0x" + "ab" * 20 + "@ethereum#7") is None


@given(st.integers(-(2**255), 2**255), st.integers(0, 18))
def test_quantity__in_digits__is_the_amount_exactly(amount: int, decimals: int) -> None:
    digits = quantity(amount, decimals)
    assert Fraction(digits) * 10**decimals == amount


def test_selectors__are_the_hashes_of_their_signatures() -> None:
    told = json.loads((KNOWN / "selectors.json").read_text(encoding="utf-8"))
    for selector, signature in told["signatures"].items():
        assert selector == "0x" + keccak(text=signature)[:4].hex()
    assert set(told["received"]) <= set(told["signatures"])


@pytest.mark.parametrize("name", ["tokens", "contracts", "selectors"])
def test_file_of_names__is_in_lower_case_and_says_its_source(name: str) -> None:
    told: dict[str, Any] = json.loads((KNOWN / f"{name}.json").read_text(encoding="utf-8"))
    assert told["source"]
    for chain in told.get(name, {}).values() if name != "selectors" else ():
        assert all(re.fullmatch("0x[0-9a-f]{40}", address) for address in chain)


MINE, OURS, ELSE = "0x" + "a1" * 20, "0x" + "0b" * 20, ["0x" + f"{number:02x}" * 20 for number in range(0xC0, 0xC6)]
PEOPLE = st.sampled_from([MINE, OURS, *ELSE])
TOKENS = {
    contract: Token(contract, symbol, symbol, decimals)
    for contract, symbol, decimals in (
        (address_of("USDC") or "", "USDC", 6),
        (address_of("WETH") or "", "WETH", 18),
        ("0x" + "d1" * 20, "claim.com", 18),
        ("0x" + "d2" * 20, "FROG", 0),
        ("0x" + "d3" * 20, "TF", 24),
    )
}
COIN_KINDS = ["native", "internal", "self_destruct"]


@st.composite
def _movement(draw: st.DrawFn) -> Movement:
    kind: Any = draw(st.sampled_from([*COIN_KINDS, "erc20", "erc20", "erc20", "erc721", "erc1155", "gas", "l2_fee"]))
    source, target = draw(PEOPLE), draw(PEOPLE)
    return Movement(
        kind=kind,
        block_number=1,
        position=(draw(st.integers(0, 10**6)),),
        tx_hash=HASH,
        contract=draw(st.sampled_from(sorted(TOKENS))) if kind in TOKEN_KINDS else None,
        token_id=draw(st.integers(0, 3)) if kind in {"erc721", "erc1155"} else None,
        from_address=source,
        to_address=None if kind in {"gas", "l2_fee"} else target,
        amount=1 if kind == "erc721" else draw(st.integers(1, 10**24)),
    )


@given(st.lists(_movement(), max_size=8), PEOPLE, st.sampled_from([None, "0x3d18b912", "0xa9059cbb"]))
def test_postings__of_any_transaction__are_its_net_movements_to_the_last_unit(
    movements: list[Movement], sender: str, selector: str | None
) -> None:
    """The sum is taken here by another way: unit by unit for each asset's own name, fees with the rest."""
    story = story_of(["call router"])
    story.mine, story.ours, story.sender, story.selector = {MINE}, {OURS}, sender, selector
    story.movements, story.tokens = movements, TOKENS
    rows = story.decoded()
    decoding = Decoding(
        chain="ethereum", coin="ETH", owned=frozenset({MINE}), family=frozenset({OURS}), settings=DecodingSettings()
    )
    expected: Counter[str] = Counter()
    for each in movements:
        if each.token_id is not None and each.contract is not None:
            name, decimals = decoding.names.collectible(each.contract, each.token_id, TOKENS), 0
        else:
            coin = decoding.names.coin(each.contract, TOKENS)
            name, decimals = coin.asset, coin.decimals
        scale = 10 ** (18 - decimals)
        expected[name] += each.amount * scale * ((each.to_address == MINE) - (each.from_address == MINE))
    posted: Counter[str] = Counter()
    for row in rows:
        for posting in row.postings:
            posted[posting.asset] += _units(posting.quantity)
    assert {asset: units for asset, units in posted.items() if units} == {
        asset: units for asset, units in expected.items() if units
    }
    fees = [posting for row in rows for posting in row.postings if posting.role == "fee"]
    paid = sum(each.amount for each in movements if each.kind in {"gas", "l2_fee"} and each.from_address == MINE)
    assert sum(_units(posting.quantity) for posting in fees) == -paid
    assert len(fees) == bool(paid)
    assert len({row.id for row in rows}) == len(rows)


def _units(digits: str) -> int:
    whole, _, rest = digits.partition(".")
    return int(whole + rest.ljust(18, "0"))


def test_balances__of_everything_held__have_the_names_of_the_rows() -> None:
    decoding = Decoding(
        chain="ethereum", coin="ETH", owned=frozenset({MINE}), family=frozenset(), settings=DecodingSettings()
    )
    usdc, ape = address_of("USDC") or "", "0x" + "d2" * 20
    held = Holdings(
        coins=15 * 10**17,
        tokens={("erc20", usdc, None): 2_500_000, ("erc721", ape, 7): 1},
        unanswered=(("erc20", ape, None),),
    )
    told = [(balance.asset, balance.quantity) for balance in decoding.balances(held, TOKENS)]
    assert told == [("ETH", "1.5"), ("USDC", "2.5"), (f"FROG-{ape}@ethereum#7", "1"), (f"FROG-{ape}@ethereum", None)]
