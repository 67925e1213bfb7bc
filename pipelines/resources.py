"""What assets are given: the book they work on.

Belongs here: the resource through which every asset reaches configuration, clock and files. Does not belong here:
assets.
"""

from contextlib import ExitStack
from datetime import UTC, datetime
from pathlib import Path

import dagster as dg
from pydantic import PrivateAttr

from pipelines.building import build_open
from pipelines.configuration import Configuration, read_configuration

WAREHOUSE_POOL = "warehouse"
"""The pool of every asset that writes the private file of a build: one run at a time."""


class BookResource(dg.ConfigurableResource):  # type: ignore[type-arg]
    """The book of one lotkeeper.toml; read anew by every step, so an edit counts from the next run on."""

    config_path: str
    _build: ExitStack | None = PrivateAttr(default=None)

    def configuration(self) -> Configuration:
        """The configuration as it stands now. Raises `ConfigurationError`."""
        return read_configuration(Path(self.config_path))

    def now(self, configuration: Configuration) -> datetime:
        """The instant to work at: the frozen one of the configuration, else the clock."""
        return configuration.as_of or datetime.now(UTC)

    def keep_build_open(self, configuration: Configuration, build_id: str) -> None:
        """Keep the file of the run's build open until `close_build`, or until the run ends."""
        if self._build is None:
            self._build = ExitStack()
            self._build.enter_context(build_open(configuration.paths, build_id))

    def close_build(self) -> None:
        """Close the file of the run's build, if it is open."""
        if self._build is not None:
            self._build.close()
            self._build = None

    def teardown_after_execution(self, context: dg.InitResourceContext) -> None:  # noqa: ARG002 - so Dagster calls it
        """Dagster calls this when the run ends, however it went."""
        self.close_build()
