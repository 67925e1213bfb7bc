"""What the configuration says of wallets as a whole, and which prices follow from it."""

from decimal import Decimal
from pathlib import Path

import pytest

from connectors.prices.llama import LlamaPrices
from connectors.prices.pools import PoolPrices
from pipelines.configuration import Configuration, ConfigurationError, read_configuration
from pipelines.sources import _aliases, _token_sources, book_settings

BOOK = """\
[taxpayer]
time_zone = "UTC"
{more}
[[account]]
name = "cold"
kind = "evm"
chain = "ethereum"
rpc_url = "http://127.0.0.1:8545"
addresses = ["0x00000000000000000000000000000000000a11ce"]
"""


def _read(folder: Path, more: str = "") -> Configuration:
    path = folder / "lotkeeper.toml"
    path.write_text(BOOK.format(more=more), encoding="utf-8")
    return read_configuration(path)


def test_weth__is_eth__unless_set_otherwise_or_called_otherwise(tmp_path: Path) -> None:
    assert _aliases(_read(tmp_path)) == {"WETH": "ETH"}
    assert _aliases(_read(tmp_path, "[wallets]\nweth_is_eth = false")) == {}
    assert _aliases(_read(tmp_path, '[aliases]\nWETH = "WRAPPED"')) == {"WETH": "WRAPPED"}


def test_liquidity__is_a_trade__unless_basis_is_to_be_kept(tmp_path: Path) -> None:
    assert book_settings(_read(tmp_path)).lots.liquidity == "trade"
    assert book_settings(_read(tmp_path, '[wallets]\nliquidity = "keep_basis"')).lots.liquidity == "keep_basis"
    with pytest.raises(ConfigurationError, match=r"lotkeeper.toml:4: wallets.liquidity: "):
        _read(tmp_path, '[wallets]\nliquidity = "pool"')


def test_token_prices__come_from_pools_and_only_by_choice_from_an_index(tmp_path: Path) -> None:
    assert [type(source) for source in _token_sources(_read(tmp_path))] == [PoolPrices]
    both = _token_sources(_read(tmp_path, '[prices]\nindex = "defillama"\npool_liquidity_usd = 5'))
    assert [type(source) for source in both] == [PoolPrices, LlamaPrices]
    assert _read(tmp_path, "[prices]\npool_liquidity_usd = 5").prices.pool_liquidity_usd == Decimal(5)
    assert _token_sources(_read(tmp_path, "[prices]\npools = false")) == []
