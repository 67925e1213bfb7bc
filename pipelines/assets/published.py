"""The last asset: the published file.

Belongs here: publishing when everything before it stands. Does not belong here: any table.
"""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import dagster as dg

from pipelines.assets.tables import table_key
from pipelines.building import publish_build
from pipelines.resources import WAREHOUSE_POOL, BookResource
from warehouse.steps import Step

PUBLISHED_KEY = dg.AssetKey(["published", "lotkeeper_duckdb"])


def published_asset(steps: Sequence[Step]) -> dg.AssetsDefinition:
    """The asset that replaces the public file once every table is built and no blocking check failed."""

    @dg.asset(
        key=PUBLISHED_KEY,
        deps=[table_key(table) for step in steps for table in step.tables],
        group_name="published",
        kinds={"duckdb"},
        pool=WAREHOUSE_POOL,
        description=(
            "lotkeeper.duckdb, the file that people query: replaced in one step. Who has it open keeps reading what "
            "was there before."
        ),
    )
    def published(context: dg.AssetExecutionContext, book: BookResource) -> dg.MaterializeResult:  # type: ignore[type-arg]
        path = publish_build(book.configuration(), build_id=context.run.run_id)
        return dg.MaterializeResult(metadata=published_metadata(path))

    return published


def published_metadata(path: Path) -> dict[str, Any]:
    """Where the file is and how large."""
    return {"path": dg.MetadataValue.path(path), "size_bytes": path.stat().st_size}
