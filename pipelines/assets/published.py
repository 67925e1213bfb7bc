"""The last asset: the published file, and the report page with it.

Belongs here: publishing when everything before it stands. Does not belong here: any table.
"""

from collections.abc import Sequence
from typing import Any

import dagster as dg

from pipelines.assets.tables import table_key
from pipelines.building import publish_build
from pipelines.configuration import Paths
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
            "was there before. With it report.html, a page for people that needs nothing else."
        ),
    )
    def published(context: dg.AssetExecutionContext, book: BookResource) -> dg.MaterializeResult:  # type: ignore[type-arg]
        configuration = book.configuration()
        book.close_build()
        publish_build(configuration, build_id=context.run.run_id, as_of=book.now(configuration))
        return dg.MaterializeResult(metadata=published_metadata(configuration.paths))

    return published


def published_metadata(paths: Paths) -> dict[str, Any]:
    """Where the file and the page are, and how large the file is; browsers follow no link from the UI to a file."""
    return {
        "path": dg.MetadataValue.path(paths.published),
        "size_bytes": paths.published.stat().st_size,
        "report": dg.MetadataValue.path(paths.report),
    }
