"""A wallet from its node to the published file, by the commands that a person types."""

from decimal import Decimal
from pathlib import Path

import duckdb
import pytest

from support.chain.book import wallet_book
from support.chain.gate import TRACES, gate
from support.chain.scenario import ALICE, BOB, Story
from support.command import lotkeeper


def _book(folder: Path, *urls: str) -> Path:
    return wallet_book(folder, *urls, addresses=[ALICE, BOB])


def test_sync__wallet__publishes_balances_that_agree_to_the_last_unit(story: Story, tmp_path: Path) -> None:
    config = _book(tmp_path, story.url)
    done = lotkeeper("sync", "--config", config)
    assert done.returncode == 0, done.stdout + done.stderr
    with duckdb.connect(tmp_path / "data" / "lotkeeper.duckdb", read_only=True) as connection:
        differences = connection.execute(
            "SELECT asset, computed_quantity, venue_quantity FROM quality.balances WHERE difference <> 0"
        ).fetchall()
        count = connection.execute("SELECT count(*) FROM quality.balances WHERE difference = 0").fetchall()
        quarantined = connection.execute("SELECT count(*) FROM quality.quarantine").fetchall()
    rebasing = story.named["rebasing"].address.lower()
    assert differences == [(f"RBS-{rebasing}@testchain", Decimal(10), Decimal("10.999999999999999999"))]
    assert count == [(10,)]  # coins, five tokens and four of a kind; the token with 24 decimals too
    assert quarantined == [(0,)]


def test_sync__wallet_on_a_plain_full_node__shows_the_gap_in_coverage(story: Story, tmp_path: Path) -> None:
    with gate(story.url, hidden=TRACES, state_from=story.height() - 1) as node:
        done = lotkeeper("sync", "--config", _book(tmp_path, node.url))
    assert done.returncode == 0, done.stdout + done.stderr
    with duckdb.connect(tmp_path / "data" / "lotkeeper.duckdb", read_only=True) as connection:
        ((gaps, is_complete),) = connection.execute(
            "SELECT gaps, is_complete FROM quality.coverage WHERE stream = 'transactions'"
        ).fetchall()
    assert gaps.startswith("internal 2023-11-14T22:13:20Z/")
    assert "this node has no traces" in gaps
    assert is_complete is False


def test_check__wallet__says_which_way_and_what_is_not_seen(story: Story, tmp_path: Path) -> None:
    with gate(story.url, hidden=("eth_",)) as mute:
        done = lotkeeper("check", "--config", _book(tmp_path, mute.url, story.url))
    assert done.returncode == 0, done.stdout + done.stderr
    assert "testchain by" in done.stdout
    assert "node 1 of 2 answered eth_chainId" in " ".join(done.stdout.replace("│", " ").split())
    with gate(story.url, hidden=TRACES, genesis="0x" + "99" * 32) as stranger:
        done = lotkeeper("check", "--config", _book(tmp_path, story.url, stranger.url))
    assert done.returncode == 1
    assert "different first blocks" in " ".join(done.stdout.replace("│", " ").split())


@pytest.mark.parametrize(("is_same", "swaps"), [(True, 0), (False, 3)])
def test_sync__a_wrapped_coin_that_is_named__is_the_coin_unless_set_otherwise(
    story: Story,
    tmp_path: Path,
    is_same: bool,  # noqa: FBT001
    swaps: int,
) -> None:
    """Alice wraps 3 ETH, a seventh of one by just sending it, and unwraps 1: no disposal but of gas, or three swaps."""
    config = _book(tmp_path, story.url)
    head = f"[wallets]\nweth_is_eth = {str(is_same).lower()}\n[[account]]"
    names = f'[account.tokens]\n"{story.named["WETH9"].address}" = "WETH"\n'
    config.write_text(config.read_text(encoding="utf-8").replace("[[account]]", head) + names, encoding="utf-8")
    done = lotkeeper("sync", "--config", config)
    assert done.returncode == 0, done.stdout + done.stderr
    with duckdb.connect(tmp_path / "data" / "lotkeeper.duckdb", read_only=True) as connection:
        assets = {asset for (asset,) in connection.execute("SELECT DISTINCT asset FROM ledger.postings").fetchall()}
        wraps = connection.execute(
            "SELECT count(*) FROM lots.events WHERE kind = 'swap' AND transaction_id IN "
            "(SELECT transaction_id FROM ledger.postings WHERE kind = 'wrap')"
        ).fetchall()
        differences = connection.execute(
            "SELECT count(*) FROM quality.balances WHERE difference <> 0 AND asset NOT LIKE 'RBS%'"
        ).fetchall()
    assert ("WETH" in assets) is not is_same
    assert wraps == [(swaps,)]
    assert differences == [(0,)]


def test_sync__two_wallets__know_each_other_by_the_hash_of_what_was_sent_between_them(
    story: Story, tmp_path: Path
) -> None:
    """Alice sent Bob 1 ETH, 43 wei and half a WETH, and Bob sent Alice 47 wei."""
    second = '[[account]]\nname = "spare"\nkind = "evm"\nchain = "testchain"\nchain_id = 31337\nconfirmations = 0\n'
    names = f'[account.tokens]\n"{story.named["WETH9"].address}" = "WETH"\n'
    config = wallet_book(tmp_path, story.url, addresses=[ALICE])
    with config.open("a", encoding="utf-8") as file:
        file.write(f'{names}{second}rpc_url = "{story.url}"\naddresses = ["{BOB}"]\n{names}')
    done = lotkeeper("sync", "--config", config)
    assert done.returncode == 0, done.stdout + done.stderr
    with duckdb.connect(tmp_path / "data" / "lotkeeper.duckdb", read_only=True) as connection:
        moved = connection.execute(
            "SELECT from_account, to_account, quantity FROM ledger.transfers "
            "WHERE asset = 'ETH' AND rule = 'tx_hash' AND is_confirmed AND fee_quantity = 0"
        ).fetchall()
        income = connection.execute("SELECT count(*) FROM tax.income WHERE kind NOT IN ('reward', 'mining')").fetchall()
    wei = Decimal(1).scaleb(-18)
    assert {("cold", "spare", Decimal(1)), ("cold", "spare", 43 * wei), ("cold", "spare", Decimal("0.5"))} <= set(moved)
    assert ("spare", "cold", 47 * wei) in moved
    assert income == [(0,)]
