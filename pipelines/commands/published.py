"""Reading the published file for the commands that show it.

Belongs here: opening it, and saying what to do when it is not there. Does not belong here: any query.
"""

from collections.abc import Iterator
from contextlib import contextmanager

import duckdb

from pipelines.configuration import Configuration, ConfigurationError
from warehouse.connection import open_warehouse


@contextmanager
def open_published(configuration: Configuration) -> Iterator[duckdb.DuckDBPyConnection]:
    """The published file, read-only.

    Raises `ConfigurationError` when nothing was published yet, or by a version that knew fewer tables or columns.
    """
    path = configuration.paths.published
    if not path.is_file():
        raise ConfigurationError(f"{path} is not there yet: run `lotkeeper sync --config {configuration.path}` first")
    with open_warehouse(path, read_only=True) as connection:
        try:
            yield connection
        except (duckdb.BinderException, duckdb.CatalogException) as error:
            sync = f"lotkeeper sync --config {configuration.path}"
            raise ConfigurationError(f"{path} was not built by this version ({error}): run `{sync}` first") from error
