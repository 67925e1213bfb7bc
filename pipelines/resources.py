"""What assets are given: the book they work on.

Belongs here: the resource through which every asset reaches configuration, clock and files. Does not belong here:
assets.
"""

from datetime import UTC, datetime
from pathlib import Path

import dagster as dg

from pipelines.configuration import Configuration, read_configuration

WAREHOUSE_POOL = "warehouse"
"""The pool of every asset that writes the private file of a build: one run at a time."""


class BookResource(dg.ConfigurableResource):  # type: ignore[type-arg]
    """The book of one lotkeeper.toml; read anew by every step, so an edit counts from the next run on."""

    config_path: str

    def configuration(self) -> Configuration:
        """The configuration as it stands now. Raises `ConfigurationError`."""
        return read_configuration(Path(self.config_path))

    def now(self, configuration: Configuration) -> datetime:
        """The instant to work at: the frozen one of the configuration, else the clock."""
        return configuration.as_of or datetime.now(UTC)
