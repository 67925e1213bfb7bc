"""The word at the end of the night: what is new is told once, after publishing, or why nothing was published.

Belongs here: calling `pipelines/alerting.py` from Dagster. Does not belong here: what is worth a word, and sending.
"""

from pathlib import Path
from typing import Any

import dagster as dg

# what define_asset_job returns has no public name in Dagster 1.13
from dagster._core.definitions.unresolved_asset_job_definition import UnresolvedAssetJobDefinition

from pipelines.alerting import Told, tell_what_is_new
from pipelines.assets.published import PUBLISHED_KEY
from pipelines.configuration import read_configuration
from pipelines.resources import BookResource

ALERTS_KEY = dg.AssetKey(["published", "alerts"])
DELIVERED = "what_is_new_was_delivered"


def alerts_asset() -> dg.AssetsDefinition:
    """The asset that tells what is new in the published file. A message that does not arrive fails a check only."""

    @dg.asset(
        key=ALERTS_KEY,
        deps=[PUBLISHED_KEY],
        group_name="published",
        kinds={"python"},
        check_specs=[
            dg.AssetCheckSpec(
                DELIVERED, asset=ALERTS_KEY, description="What is new reached the address that alerts.url names."
            )
        ],
        description=(
            "One message a night with what is new: accounts that failed or are stale, problems, differences in "
            "balance, large losses, lots turning long-term, the end of the year. What was told is not told again."
        ),
    )
    def alerts(context: dg.AssetExecutionContext, book: BookResource) -> dg.MaterializeResult:  # type: ignore[type-arg]
        configuration = book.configuration()
        told = tell_what_is_new(configuration, now=book.now(configuration))
        for line in told.lines:
            context.log.info(line)
        return dg.MaterializeResult(metadata=alerts_metadata(told), check_results=[delivered_check(told)])

    return alerts


def alerts_metadata(told: Told) -> dict[str, Any]:
    """How much was new, whether it was sent, and what."""
    return {
        "new": told.new,
        "is_sent": told.is_sent,
        "message": dg.MarkdownMetadataValue("\n".join(told.lines) or "nothing"),
    }


def delivered_check(told: Told) -> dg.AssetCheckResult:
    """Whether the message arrived; well where there was none, or nobody to send it to."""
    return dg.AssetCheckResult(
        check_name=DELIVERED,
        asset_key=ALERTS_KEY,
        passed=told.undelivered is None,
        severity=dg.AssetCheckSeverity.WARN,
        metadata={"why": told.undelivered or "delivered, or nothing to deliver"},
    )


def alert_after_failed_build(build: UnresolvedAssetJobDefinition, config_path: Path) -> dg.SensorDefinition:
    """Tell that nothing was published, and why, when a build has failed."""

    @dg.run_failure_sensor(
        name="alert_after_failed_build",
        monitored_jobs=[build],
        default_status=dg.DefaultSensorStatus.RUNNING,
        minimum_interval_seconds=30,
        description="Tell that nothing was published, and why, when a build has failed.",
    )
    def tell(context: dg.RunFailureSensorContext) -> None:
        configuration = read_configuration(config_path)
        told = tell_what_is_new(
            configuration, now=BookResource(config_path=str(config_path)).now(configuration), unpublished=_why(context)
        )
        for line in (*told.lines, told.undelivered):
            if line:
                context.log.info(line)

    return tell


def _why(context: dg.RunFailureSensorContext) -> str:
    """The innermost error of the first step that failed, in its own words."""
    for event in context.get_step_failure_events():
        error = event.step_failure_data.error
        while error is not None and error.cause is not None:
            error = error.cause
        if error is not None:
            return error.message
    return context.failure_event.message or "the build failed"
