"""When what runs: the sync of the accounts, the build of the books, the night's schedule, and what starts a build.

Belongs here: jobs, schedule, sensors. Does not belong here: assets.
"""

from collections.abc import Sequence

import dagster as dg

# what define_asset_job returns has no public name in Dagster 1.13
from dagster._core.definitions.unresolved_asset_job_definition import UnresolvedAssetJobDefinition

from pipelines.assets.prices import PRICES_KEY
from pipelines.assets.raw import raw_key

SYNC = "sync"
BUILD = "build"


def sync_job(accounts: Sequence[str]) -> UnresolvedAssetJobDefinition:
    """The sync of every account, several at the same time, each retried by itself."""
    return dg.define_asset_job(
        SYNC,
        selection=dg.AssetSelection.assets(*[raw_key(account) for account in accounts]),
        description="Bring what is new of every account into raw. One account that fails does not stop the others.",
        executor_def=dg.multiprocess_executor.configured({"max_concurrent": 4, "start_method": {"forkserver": {}}}),
    )


def build_job(accounts: Sequence[str]) -> UnresolvedAssetJobDefinition:
    """Prices and every table, in one process because one process writes a DuckDB file, then publish."""
    return dg.define_asset_job(
        BUILD,
        selection=dg.AssetSelection.all() - dg.AssetSelection.assets(*[raw_key(account) for account in accounts]),
        description=f"Rebuild the books from raw, {PRICES_KEY.to_user_string()} included, and publish them.",
        executor_def=dg.in_process_executor,
    )


def nightly_schedule(job: UnresolvedAssetJobDefinition, *, cron: str, time_zone: str) -> dg.ScheduleDefinition:
    """The night's sync, on from the first start."""
    return dg.ScheduleDefinition(
        name="nightly",
        job=job,
        cron_schedule=cron,
        execution_timezone=time_zone,
        default_status=dg.DefaultScheduleStatus.RUNNING,
        description="Sync every account at night, in the taxpayer's time zone; the build follows by itself.",
    )


def build_after_sync(
    sync: UnresolvedAssetJobDefinition, build: UnresolvedAssetJobDefinition
) -> list[dg.SensorDefinition]:
    """Start a build when a sync has ended, whether or not every account succeeded."""
    return [
        _sensor(sync, build, name="build_after_sync", status=dg.DagsterRunStatus.SUCCESS),
        _sensor(sync, build, name="build_after_failed_sync", status=dg.DagsterRunStatus.FAILURE),
    ]


def _sensor(
    sync: UnresolvedAssetJobDefinition,
    build: UnresolvedAssetJobDefinition,
    *,
    name: str,
    status: dg.DagsterRunStatus,
) -> dg.SensorDefinition:
    @dg.run_status_sensor(
        name=name,
        run_status=status,
        monitored_jobs=[sync],
        request_job=build,
        default_status=dg.DefaultSensorStatus.RUNNING,
        minimum_interval_seconds=10,
        description=f"Rebuild the books after a sync that ended in {status.value}.",
    )
    def start_build(context: dg.RunStatusSensorContext) -> dg.RunRequest:
        return dg.RunRequest(run_key=f"build-after-{context.dagster_run.run_id}")

    return start_build
