"""The whole composition: what Dagster is told there is.

Belongs here: putting parts together. Does not belong here: any part.
"""

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import dagster as dg

from pipelines.assets.alerts import alert_after_failed_build, alerts_asset
from pipelines.assets.prices import prices_asset
from pipelines.assets.published import published_asset
from pipelines.assets.raw import raw_assets
from pipelines.assets.tables import table_assets
from pipelines.configuration import CONFIGURATION_NAME, CONFIGURATION_VARIABLE, Configuration, read_configuration
from pipelines.jobs import build_after_sync, build_job, nightly_schedule, sync_job
from pipelines.resources import BookResource
from pipelines.storage import commit_without_waiting
from warehouse.build import STEPS

_SAMPLE = Path(__file__).parent.parent / "examples" / CONFIGURATION_NAME


def build_defs(
    configuration: Configuration | None = None, *, resource_overrides: Mapping[str, Any] | None = None
) -> dg.Definitions:
    """The definitions for one configuration; tests give their own and override resources."""
    configuration = configuration or read_configuration(_configuration_path())
    commit_without_waiting()
    accounts = [account.name for account in configuration.accounts]
    sync, build = sync_job(accounts), build_job(accounts)
    schedule = nightly_schedule(sync, cron=configuration.sync.schedule, time_zone=configuration.taxpayer.time_zone)
    return dg.Definitions(
        assets=[
            *raw_assets(configuration.accounts),
            prices_asset(),
            *table_assets(STEPS, accounts),
            published_asset(STEPS),
            alerts_asset(),
        ],
        jobs=[sync, build],
        schedules=[schedule],
        sensors=[*build_after_sync(sync, build), alert_after_failed_build(build, configuration.path)],
        resources={"book": BookResource(config_path=str(configuration.path)), **(resource_overrides or {})},
    )


def _configuration_path() -> Path:
    """The configuration that the commands name; in a bare checkout the one here, else the sample book."""
    named = os.environ.get(CONFIGURATION_VARIABLE)
    here = Path(CONFIGURATION_NAME)
    return Path(named) if named else here if here.is_file() else _SAMPLE


defs = build_defs()
