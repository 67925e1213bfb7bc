"""Commands that show the published file, where that is not there or not of this version."""

from pathlib import Path

import duckdb
import pytest

from support.command import lotkeeper
from support.sample import copy_sample


@pytest.mark.parametrize("command", [["candidates"], ["what-if", "harvest"], ["problems"]])
def test_command__file_of_a_version_that_knew_less__says_to_sync(tmp_path: Path, command: list[str]) -> None:
    config = copy_sample(tmp_path)
    published = config.parent / "data" / "lotkeeper.duckdb"
    published.parent.mkdir()
    with duckdb.connect(published) as connection:
        connection.execute("CREATE SCHEMA harvest; CREATE TABLE harvest.candidates (status VARCHAR)")
    done = lotkeeper(*command, "--config", config)
    assert done.returncode == 2
    assert f"{published} was not built by this version" in done.stderr
    assert f"run `lotkeeper sync --config {config}` first" in done.stderr
    assert "Traceback" not in done.stderr
