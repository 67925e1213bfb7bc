"""The asset of fetched prices.

Belongs here: calling the fetch and telling Dagster how it went. Does not belong here: what prices are wanted, or how
they are fetched.
"""

from typing import Any

import dagster as dg

from connectors.prices.fetcher import PriceReport
from pipelines.building import fetch_prices
from pipelines.metadata import markdown_table
from pipelines.resources import WAREHOUSE_POOL, BookResource
from pipelines.syncing import AccountBusyError

PRICES_KEY = dg.AssetKey(["raw", "prices"])

VENUES_ANSWERED = "every_venue_answered"


def prices_asset() -> dg.AssetsDefinition:
    """The asset `raw/prices`: closes are fetched once and never asked again.

    A venue that does not answer fails a check and not the asset, so the books are built without its prices and say
    which figures miss them.
    """

    @dg.asset(
        key=PRICES_KEY,
        deps=[dg.AssetKey(["ledger", "legs"])],
        group_name="raw",
        kinds={"python", "parquet"},
        check_specs=[
            dg.AssetCheckSpec(
                VENUES_ANSWERED,
                asset=PRICES_KEY,
                description="Every price venue that was asked has answered: what is missing is not there.",
            )
        ],
        pool=WAREHOUSE_POOL,
        description="Closes of every coin of the book from the configured venues in order, as they were received.",
    )
    def prices(context: dg.AssetExecutionContext, book: BookResource) -> dg.MaterializeResult:  # type: ignore[type-arg]
        configuration = book.configuration()
        try:
            report = fetch_prices(configuration, build_id=context.run.run_id, now=book.now(configuration))
        except AccountBusyError as error:
            raise dg.Failure(str(error)) from error
        return dg.MaterializeResult(metadata=prices_metadata(report), check_results=[prices_check(report)])

    return prices


def prices_metadata(report: PriceReport) -> dict[str, Any]:
    """What a fetch shows: rows and requests, and the coins that lack closes."""
    rows = tuple((asset.asset, asset.outcome, asset.known, asset.missing, asset.error) for asset in report.assets)
    return {
        "rows_added": report.rows,
        "requests": report.requests,
        "coins": dg.MarkdownMetadataValue(markdown_table(("coin", "outcome", "known", "missing", "error"), rows)),
    }


def prices_check(report: PriceReport) -> dg.AssetCheckResult:
    """Whether every venue that was asked has answered."""
    return dg.AssetCheckResult(
        check_name=VENUES_ANSWERED,
        asset_key=PRICES_KEY,
        passed=not report.errors,
        severity=dg.AssetCheckSeverity.WARN,
        metadata={"errors": "\n".join(report.errors) or "none"},
    )
