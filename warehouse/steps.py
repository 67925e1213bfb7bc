"""The shape of a step of the build, and of a check of what it made.

A step builds one or more tables of the private warehouse file from raw, the settings and tables built before; it
drops and rebuilds its own tables, so it can be run again by itself. `warehouse/build.py` lists the steps in order;
`pipelines` turns each into Dagster assets, one per table.

Belongs here: the shapes. Does not belong here: any table's content.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import duckdb

from warehouse.settings import BookSettings


@dataclass(frozen=True, slots=True)
class Book:
    """What a step works with: the open private warehouse file, the raw folder, the settings and the clock."""

    connection: duckdb.DuckDBPyConnection
    raw_root: Path
    settings: BookSettings
    as_of: datetime


@dataclass(frozen=True, slots=True)
class Check:
    """Something that must hold of a table after its step.

    `query` selects the rows that fail it (at most a few are shown): no rows, and it holds. A blocking check that
    fails stops the build before anything is published; the others warn.
    """

    name: str
    table: str
    description: str
    query: str
    is_blocking: bool


@dataclass(frozen=True, slots=True)
class Step:
    """One step: the tables it makes (`schema.table`), the tables or raw sources it needs, and what runs.

    `needs` names tables as `schema.table`; `raw` alone means every account's raw files, `raw.prices` the fetched
    prices.
    """

    tables: tuple[str, ...]
    needs: tuple[str, ...]
    description: str
    run: Callable[[Book], None]
    kinds: tuple[str, ...] = ("python", "duckdb")
    checks: tuple[Check, ...] = ()
