"""`lotkeeper init`: what it writes can be used, and nothing is overwritten."""

from pathlib import Path

from typer.testing import CliRunner

from pipelines.cli import app
from pipelines.configuration import read_configuration


def test_init__empty_folder__writes_a_configuration_that_reads(tmp_path: Path) -> None:
    done = CliRunner().invoke(app, ["init", str(tmp_path)])
    assert done.exit_code == 0
    configuration = read_configuration(tmp_path / "lotkeeper.toml")
    assert [account.name for account in configuration.accounts] == ["kraken"]


def test_init__every_line_of_the_template_uncommented__still_reads(tmp_path: Path) -> None:
    """What stands there as an example in a comment has to work when the # is taken away."""
    CliRunner().invoke(app, ["init", str(tmp_path)])
    path = tmp_path / "lotkeeper.toml"
    lines = path.read_text(encoding="utf-8").splitlines()
    examples = [
        line.removeprefix("# ") if line.startswith("# ") and (" = " in line or line.startswith("# [")) else line
        for line in lines
    ]
    path.write_text("\n".join(examples), encoding="utf-8")
    (tmp_path / "prices.csv").write_text("asset,at,price_usd\n")
    assert [account.name for account in read_configuration(path).accounts] == [
        "kraken",
        "coinbase",
        "cold",
        "old_exchange",
        "kraken_export",
    ]


def test_init__file_there_already__is_left_alone_and_exits_1(tmp_path: Path) -> None:
    path = tmp_path / "lotkeeper.toml"
    path.write_text("mine")
    done = CliRunner().invoke(app, ["init", str(tmp_path)])
    assert done.exit_code == 1
    assert path.read_text() == "mine"


def test_init__folder_not_there__exits_2(tmp_path: Path) -> None:
    assert CliRunner().invoke(app, ["init", str(tmp_path / "nowhere")]).exit_code == 2
