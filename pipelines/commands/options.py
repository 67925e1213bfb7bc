"""Options that several commands share.

Belongs here: their names and help. Does not belong here: what they change.
"""

from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from pipelines.configuration import Configuration, ConfigurationError, find_configuration, read_configuration

ConfigOption = Annotated[
    Path | None,
    typer.Option("--config", help="The configuration; without it $LOTKEEPER_CONFIG, else ./lotkeeper.toml."),
]
AsOfOption = Annotated[
    str | None,
    typer.Option(
        "--as-of", help="Pretend that it is this instant: ISO 8601 with an offset, 2025-12-31T23:00:00-05:00."
    ),
]
SHOWN_ROWS = 25
LimitOption = Annotated[
    int, typer.Option("--limit", min=1, help="How many to show in a table; csv and json have them all.")
]


def load(config: Path | None) -> Configuration:
    """The configuration that the options name. Raises `ConfigurationError`."""
    return read_configuration(find_configuration(config))


def clock(configuration: Configuration, as_of: str | None) -> datetime:
    """The instant to work at: `--as-of`, else `as_of` of the configuration, else now."""
    if as_of is None:
        return configuration.as_of or datetime.now(UTC)
    try:
        instant = datetime.fromisoformat(as_of)
    except ValueError as error:
        raise ConfigurationError(f"--as-of {as_of!r} is not ISO 8601, such as 2025-12-31T23:00:00-05:00") from error
    if instant.utcoffset() is None:
        raise ConfigurationError(f"--as-of {as_of!r} has no offset: write 2025-12-31T23:00:00-05:00 or ...Z")
    return instant
