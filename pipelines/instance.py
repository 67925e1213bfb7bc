"""Dagster's own state, in its folder under the book's data.

Belongs here: making the folder, and saying where it is. Does not belong here: definitions.
"""

import os
from importlib.resources import files
from pathlib import Path

from connectors.raw import make_private
from pipelines.configuration import CONFIGURATION_VARIABLE, Configuration

_IN_CHECKOUT = Path(__file__).parent.parent / "dagster.yaml"


def prepare_home(configuration: Configuration) -> dict[str, str]:
    """Make DAGSTER_HOME with the shipped dagster.yaml, and return the environment that Dagster is started with."""
    home = configuration.paths.dagster
    make_private(home)
    path, shipped = home / "dagster.yaml", _shipped_yaml()
    if not path.is_file() or path.read_text(encoding="utf-8") != shipped:
        path.write_text(shipped, encoding="utf-8")
    return {**os.environ, "DAGSTER_HOME": str(home), CONFIGURATION_VARIABLE: str(configuration.path)}


def _shipped_yaml() -> str:
    if _IN_CHECKOUT.is_file():
        return _IN_CHECKOUT.read_text(encoding="utf-8")
    return files("pipelines").joinpath("dagster.yaml").read_text(encoding="utf-8")
