"""lotkeeper.toml: what is accepted, and what a mistake is told as."""

import re
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

import pytest

from pipelines.configuration import ConfigurationError, EvmAccount, find_configuration, read_configuration

GOOD = """\
[taxpayer]
time_zone = "America/New_York"
ordinary_income_usd = 120000.55

[[account]]
name = "kraken"
kind = "exchange"
exchange = "kraken"
api_key = "env:KRAKEN_KEY"
secret = "env:KRAKEN_SECRET"

[[account]]
name = "old"
kind = "csv"
path = "imports/old.csv"
"""


def _write(folder: Path, text: str) -> Path:
    path = folder / "lotkeeper.toml"
    path.write_text(text, encoding="utf-8")
    return path


def test_configuration__good_file__is_read_with_paths_beside_it(tmp_path: Path) -> None:
    configuration = read_configuration(_write(tmp_path, GOOD))
    assert configuration.paths.raw == tmp_path / "data" / "raw"
    assert configuration.paths.published == tmp_path / "data" / "lotkeeper.duckdb"
    assert [account.name for account in configuration.accounts] == ["kraken", "old"]
    assert configuration.taxpayer.ordinary_income_usd == Decimal("120000.55")
    assert configuration.sync.schedule == "0 2 * * *"


def test_configuration__data_path_given__moves_everything_that_is_made(tmp_path: Path) -> None:
    configuration = read_configuration(_write(tmp_path, GOOD + '\n[paths]\ndata = "elsewhere"\n'))
    assert configuration.paths.data == tmp_path / "elsewhere"


def test_configuration__as_of_given__freezes_the_clock(tmp_path: Path) -> None:
    configuration = read_configuration(_write(tmp_path, "as_of = 2026-11-20T21:00:00-05:00\n" + GOOD))
    assert configuration.as_of == datetime(2026, 11, 21, 2, tzinfo=UTC)


@pytest.mark.parametrize(
    ("find", "replace", "line", "words"),
    [
        ('time_zone = "America/New_York"', 'time_zone = "America/New_Yrok"', 2, "time zone of the tz database"),
        ("ordinary_income_usd", "ordinary_incone_usd", 3, "no such key"),
        ('kind = "csv"', 'kind = "xls"', 12, "expected one of 'exchange', 'csv'"),
        ('name = "old"', 'name = "prices"', 13, "have a meaning of their own"),
        ('name = "old"', 'name = "o/ld"', 13, "pattern"),
        ('name = "old"', 'name = "kraken"', 13, "same name"),
        ('path = "imports/old.csv"', "", 12, "required"),
        ('secret = "env:KRAKEN_SECRET"', "", 5, "needs api_key and secret"),
        ("[taxpayer]", '[sync]\nschedule = "at two"\n[taxpayer]', 2, "cron line of five fields"),
    ],
)
def test_configuration__mistake__is_told_with_its_line_and_what_was_expected(
    tmp_path: Path, find: str, replace: str, line: int, words: str
) -> None:
    path = _write(tmp_path, GOOD.replace(find, replace, 1))
    with pytest.raises(ConfigurationError) as told:
        read_configuration(path)
    assert f"{path}:{line}:" in str(told.value)
    assert words in str(told.value)


def test_configuration__secret_written_out__is_refused_and_not_repeated(tmp_path: Path) -> None:
    path = _write(tmp_path, GOOD.replace("env:KRAKEN_SECRET", "hunter2hunter2"))
    with pytest.raises(ConfigurationError, match="named here, not written") as told:
        read_configuration(path)
    assert "hunter2" not in str(told.value)


def test_configuration__same_key_under_two_names__is_refused(tmp_path: Path) -> None:
    again = GOOD.split("[[account]]")[1].replace('"kraken"', '"kraken_again"', 1)
    with pytest.raises(ConfigurationError, match="counted twice"):
        read_configuration(_write(tmp_path, GOOD + "\n[[account]]" + again))


WALLET = """
[[account]]
name = "cold"
kind = "evm"
chain = "ethereum"
rpc_url = "env:ETH_RPC"
addresses = ["0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed", "0xfb6916095ca1df60bb79ce92ce3ea74c37c5d359"]
"""
"""Addresses from the examples of EIP-55."""


def test_configuration__wallet__is_read_in_lower_case_with_its_chain(tmp_path: Path) -> None:
    account = read_configuration(_write(tmp_path, GOOD + WALLET)).account("cold")
    assert isinstance(account, EvmAccount)
    assert account.addresses == (
        "0x5aaeb6053f3e94c9b9a09f33669435e7ef1beaed",
        "0xfb6916095ca1df60bb79ce92ce3ea74c37c5d359",
    )
    assert (account.network.chain_id, account.network.coin, account.held_by) == (1, "ETH", "self")


def test_configuration__wallet_on_a_described_chain_at_own_nodes__is_read(tmp_path: Path) -> None:
    text = WALLET.replace('"ethereum"', '"mine"\nchain_id = 31337\ncoin = "MINE"')
    text = text.replace('"env:ETH_RPC"', '["http://127.0.0.1:8545", "env:OTHER_RPC"]')
    account = read_configuration(_write(tmp_path, GOOD + text)).account("cold")
    assert isinstance(account, EvmAccount)
    assert (account.network.chain_id, account.network.coin) == (31337, "MINE")
    assert account.rpc_url == ("http://127.0.0.1:8545", "env:OTHER_RPC")


@pytest.mark.parametrize(
    ("find", "replace", "words"),
    [
        ("0x5aAeb", "0x5AAeb", "capital letters are the address's checksum"),
        ("BeAed", "BeAe", "0x and 40 hexadecimal digits"),
        ('"0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed"', '"me.eth"', "not looked up"),
        ('"ethereum"', '"etherium"', "is none of ethereum, optimism"),
        ('"ethereum"', '"ethereum"\nchain_id = 5', "has the chain_id 1"),
        ('"ethereum"', '"mainnet"\nchain_id = 1', "the chain with the chain_id 1 is called ethereum here"),
        ('"env:ETH_RPC"', '"127.0.0.1:8545"', 'account.rpc_url: expected "env:NAME", or the address of a node on this'),
        ('"env:ETH_RPC"', '"wss://127.0.0.1:8545"', 'account.rpc_url: expected "env:NAME", or the address of a node'),
        ('"env:ETH_RPC"', '"https://node.example/v3/0123"', "account.rpc_url: a secret is named here, not written"),
        ('"ethereum"', '"ethereum"\ncoin = "ETC"', "is known"),
        ('"env:ETH_RPC"', '"https://node.example/v3/0123456789"', "named here, not written"),
        ("[[account]]", "[[account]]\nstart_block = 5\nsince = 2024-01-01", "give one of them"),
        ("[[account]]", '[[account]]\nway = "index"', "needs index_url"),
        ("[[account]]", '[[account]]\nway = "magic"', "trace_filter"),
        ("0xfb6916095ca1df60bb79ce92ce3ea74c37c5d359", "0x5aaeb6053f3e94c9b9a09f33669435e7ef1beaed", "counted twice"),
    ],
)
def test_configuration__mistake_in_a_wallet__is_told(tmp_path: Path, find: str, replace: str, words: str) -> None:
    with pytest.raises(ConfigurationError) as told:
        read_configuration(_write(tmp_path, GOOD + WALLET.replace(find, replace, 1)))
    assert words in str(told.value)
    assert "0123456789" not in str(told.value)


def test_configuration__not_toml__says_where(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match="line 2"):
        read_configuration(_write(tmp_path, "[taxpayer]\ntime_zone = \n"))


def test_configuration__missing_file__says_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match="lotkeeper init"):
        find_configuration(tmp_path / "lotkeeper.toml")


def test_secret__environment_and_env_file__environment_wins(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / ".env").write_text("KRAKEN_KEY=from_file\nKRAKEN_SECRET=also_file\n")
    configuration = read_configuration(_write(tmp_path, GOOD))
    monkeypatch.setenv("KRAKEN_KEY", "from_environment")
    monkeypatch.delenv("KRAKEN_SECRET", raising=False)
    assert configuration.secret("env:KRAKEN_KEY") == "from_environment"
    assert configuration.secret("env:KRAKEN_SECRET") == "also_file"


def test_secret__set_nowhere__says_where_to_put_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("KRAKEN_KEY", raising=False)
    configuration = read_configuration(_write(tmp_path, GOOD))
    with pytest.raises(ConfigurationError, match=r"KRAKEN_KEY=\.\.\. into the environment"):
        configuration.secret("env:KRAKEN_KEY")


def test_configuration__forms_of_an_account_that_there_is_not__are_refused_with_their_line(tmp_path: Path) -> None:
    config = tmp_path / "lotkeeper.toml"
    config.write_text(
        '[taxpayer]\ntime_zone = "UTC"\n[[account]]\nname = "a"\nkind = "csv"\npath = "a.csv"\n'
        '[[form_1099da]]\naccount = "b"\ntax_year = 2025\npath = "b.csv"\n',
        encoding="utf-8",
    )
    with pytest.raises(ConfigurationError, match=r"lotkeeper.toml:8: there is no account 'b'; there are a"):
        read_configuration(config)


def test_configuration__two_forms_of_one_account_and_year__are_refused(tmp_path: Path) -> None:
    form = '[[form_1099da]]\naccount = "a"\ntax_year = 2025\npath = "b.csv"\n'
    config = tmp_path / "lotkeeper.toml"
    config.write_text(
        f'[taxpayer]\ntime_zone = "UTC"\n[[account]]\nname = "a"\nkind = "csv"\npath = "a.csv"\n{form}{form}',
        encoding="utf-8",
    )
    with pytest.raises(ConfigurationError, match=r"lotkeeper.toml:12: a has two Forms 1099-DA of 2025"):
        read_configuration(config)


BRITISH = GOOD.replace(
    '[taxpayer]\ntime_zone = "America/New_York"', '[taxpayer]\njurisdiction = "GB"\ntime_zone = "Europe/London"'
)


def test_jurisdiction__one_that_is_here__brings_its_currency(tmp_path: Path) -> None:
    configuration = read_configuration(_write(tmp_path, BRITISH))
    assert (configuration.country.code, configuration.country.base_currency) == ("GB", "GBP")


def test_jurisdiction__one_that_is_not_here__is_refused_with_those_that_are(tmp_path: Path) -> None:
    with pytest.raises(
        ConfigurationError, match=r"lotkeeper.toml:2: taxpayer.jurisdiction: there are no rules for 'FR'"
    ):
        read_configuration(_write(tmp_path, BRITISH.replace('"GB"', '"FR"')))


@pytest.mark.parametrize(
    ("added", "words"),
    [
        ('lot_method = "hifo"\n', r":17: lot_method: hifo is no method for coins in the United Kingdom; expected fifo"),
        ('[lots]\npool = "account"\n', r":18: lots.pool: the law of the United Kingdom leaves no such choice"),
        ('[lots]\ntransfer_fee = "basis"\n', r":18: lots.transfer_fee: the law of the United Kingdom"),
    ],
)
def test_choice_about_lots__that_the_law_does_not_know__is_refused_on_its_line(
    tmp_path: Path, added: str, words: str
) -> None:
    with pytest.raises(ConfigurationError, match=words):
        read_configuration(_write(tmp_path, BRITISH + added))


@pytest.mark.parametrize("nodes", ["", 'rpc_url = "env:ETH_RPC"\nreplay = "venues/wallet"\n'])
def test_configuration__wallet_with_neither_or_both_of_node_and_recording__is_refused(
    tmp_path: Path, nodes: str
) -> None:
    text = GOOD + WALLET.replace('rpc_url = "env:ETH_RPC"\n', nodes)
    with pytest.raises(ConfigurationError, match="a wallet needs a node to ask"):
        read_configuration(_write(tmp_path, text))


def test_configuration__wallet_without_an_address__is_refused_on_its_line(tmp_path: Path) -> None:
    text = GOOD + re.sub(r"addresses = .*", "addresses = []", WALLET)
    with pytest.raises(ConfigurationError) as refused:
        read_configuration(_write(tmp_path, text))
    line = text.splitlines().index("addresses = []") + 1
    assert str(refused.value).endswith(f"lotkeeper.toml:{line}: account.addresses: expected at least one")


def test_configuration__one_address_on_one_chain_under_two_names__is_refused(tmp_path: Path) -> None:
    first = WALLET.replace('"ethereum"', '"mine"\nchain_id = 31337')
    second = first.replace('"cold"', '"colder"').replace('"mine"', '"mine_too"')
    with pytest.raises(ConfigurationError, match="'colder' has the same addresses as account 'cold'"):
        read_configuration(_write(tmp_path, GOOD + first + second))


EXPORT = """
[[account]]
name = "export"
kind = "csv"
path = "export.csv"
"""


@pytest.mark.parametrize(
    ("keys", "words"),
    [
        ('same_as = "nobody"', "same_as: expected the name of another account, not 'nobody'"),
        ('same_as = "export"', "same_as: expected the name of another account, not 'export'"),
        ('same_as = "copy"', "copy itself tells of kraken: name that account"),
        ('same_as = "kraken"\ndiffers_from = ["kraken"]', "can not be the same as kraken and differ from it"),
        ('differs_from = ["nobody"]', "differs_from: expected the name of another account, not 'nobody'"),
        ('same_as = "kraken"\nlot_method = "hifo"', "say lot_method there"),
        ("rounds = true", "it has no meaning without"),
    ],
)
def test_same_as__that_makes_no_sense__is_refused_with_its_line(tmp_path: Path, keys: str, words: str) -> None:
    copy = EXPORT.replace("export", "copy") + 'same_as = "kraken"\n'
    with pytest.raises(ConfigurationError, match=re.escape(words)) as refused:
        read_configuration(_write(tmp_path, GOOD + copy + EXPORT + keys + "\n"))
    assert re.search(r"lotkeeper\.toml:\d+: ", str(refused.value))


def test_same_as__is_an_account_without_coins_of_its_own(tmp_path: Path) -> None:
    configuration = read_configuration(_write(tmp_path, GOOD + EXPORT + 'same_as = "kraken"\nrounds = true\n'))
    assert configuration.holding_account("kraken").name == "kraken"
    with pytest.raises(ConfigurationError, match="export tells of kraken, whose coins they are"):
        configuration.holding_account("export")
