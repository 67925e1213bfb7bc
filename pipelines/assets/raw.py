"""One asset for each account: its raw files.

Belongs here: calling a sync and telling Dagster how it went. Does not belong here: what a sync does.
"""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

import dagster as dg

from connectors.sync import SyncReport
from pipelines.configuration import AnyAccount, ConfigurationError, CsvAccount, ExchangeAccount
from pipelines.metadata import markdown_table
from pipelines.resources import BookResource
from pipelines.syncing import AccountBusyError, sync_account

RAW = "raw"
SYNCED = "synced"
STALE_AFTER = timedelta(hours=36)
_RETRIES = dg.RetryPolicy(max_retries=3, delay=30, backoff=dg.Backoff.EXPONENTIAL, jitter=dg.Jitter.PLUS_MINUS)


def raw_key(account: str) -> dg.AssetKey:
    """The key of an account's asset."""
    return dg.AssetKey([RAW, account])


def raw_assets(accounts: Sequence[AnyAccount]) -> list[dg.AssetsDefinition]:
    """The assets of the accounts, in their order."""
    return [_raw_asset(account) for account in accounts]


def sync_metadata(report: SyncReport) -> dict[str, Any]:
    """What a finished sync shows: rows added, requests made, and a line for each stream."""
    rows = tuple(
        (stream.stream, stream.outcome, stream.rows, stream.requests, stream.error) for stream in report.streams
    )
    return {
        "rows_added": report.rows,
        "requests": report.requests,
        "streams": dg.MarkdownMetadataValue(markdown_table(("stream", "outcome", "rows", "requests", "error"), rows)),
    }


def _source(account: AnyAccount) -> str:
    if isinstance(account, ExchangeAccount):
        return account.exchange
    return "csv" if isinstance(account, CsvAccount) else account.chain


def _raw_asset(account: AnyAccount) -> dg.AssetsDefinition:
    source = _source(account)

    @dg.asset(
        key=raw_key(account.name),
        group_name=RAW,
        kinds={source, "parquet"},
        description=(
            f"Everything that {source} tells of the account {account.name!r}, as it was received: immutable Parquet "
            "files, each with the windows that it makes complete."
        ),
        check_specs=[
            dg.AssetCheckSpec(
                SYNCED,
                asset=raw_key(account.name),
                description="The last sync fetched every stream that the source offers.",
            )
        ],
        retry_policy=_RETRIES,
        freshness_policy=dg.FreshnessPolicy.time_window(fail_window=STALE_AFTER),
    )
    def raw(context: dg.AssetExecutionContext, book: BookResource) -> dg.MaterializeResult:  # type: ignore[type-arg]
        try:
            configuration = book.configuration()
            report = sync_account(configuration, account.name, now=book.now(configuration))
        except (ConfigurationError, AccountBusyError) as error:
            raise dg.Failure(str(error), allow_retries=False) from error
        for stream in report.streams:
            context.log.info(
                "%s: %s, %d rows, %d requests", stream.stream, stream.outcome, stream.rows, stream.requests
            )
        if report.errors:
            raise dg.Failure(
                "\n".join(report.errors), metadata=sync_metadata(report), allow_retries=report.is_worth_retrying
            )
        return dg.MaterializeResult(
            metadata=sync_metadata(report), check_results=[dg.AssetCheckResult(check_name=SYNCED, passed=True)]
        )

    return raw
