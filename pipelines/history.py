"""What happened outside Dagster's own runs, told to Dagster: `lotkeeper sync` shows in the UI like any night.

Belongs here: turning outcomes into Dagster's events. Does not belong here: running anything.
"""

import os
import sqlite3
from contextlib import ExitStack, suppress
from typing import Any

import dagster as dg
from sqlalchemy.exc import SQLAlchemyError

from connectors.prices.fetcher import PriceReport
from connectors.sync import SyncReport
from pipelines.alerting import Told
from pipelines.assets.alerts import ALERTS_KEY, DELIVERED, alerts_metadata, delivered_check
from pipelines.assets.prices import PRICES_KEY, VENUES_ANSWERED, prices_check, prices_metadata
from pipelines.assets.published import PUBLISHED_KEY, published_metadata
from pipelines.assets.raw import SYNCED, raw_key, sync_metadata
from pipelines.assets.tables import check_metadata, severity, table_key, table_metadata
from pipelines.building import StepOutcome
from pipelines.configuration import Configuration
from pipelines.instance import prepare_home
from pipelines.storage import commit_without_waiting, kept_open


class History:
    """Dagster's record of one book, written to from outside a run. `close` it.

    A record that can not be written (a full disk) is left out, and `failures` says so: the night goes on without it.
    """

    def __init__(self, configuration: Configuration) -> None:
        self._paths = configuration.paths
        self._instance: dg.DagsterInstance | None = None
        self._open = ExitStack()
        self.failures: list[str] = []
        try:
            os.environ.update(prepare_home(configuration))
            commit_without_waiting()
            self._instance = dg.DagsterInstance.get()
        except (OSError, SQLAlchemyError) as error:
            self._fail(error)
            return
        with suppress(SQLAlchemyError, sqlite3.Error):  # without it, it only takes longer
            self._open.enter_context(kept_open(self._instance.event_log_storage))

    def close(self) -> None:
        """Let go of Dagster's files."""
        self._open.close()

    def record_sync(self, account: str, result: SyncReport | Exception) -> None:
        """An account's sync: materialized when it succeeded; else its check `synced` fails with the reasons."""
        errors = result.errors if isinstance(result, SyncReport) else [str(result)]
        metadata = sync_metadata(result) if isinstance(result, SyncReport) else {}
        if not errors:
            self._materialize(raw_key(account), metadata)
        self._check(
            raw_key(account), SYNCED, passed=not errors, metadata={**metadata, "errors": "\n".join(errors) or "none"}
        )

    def record_prices(self, report: PriceReport) -> None:
        """The fetch of prices, with its checks."""
        self._materialize(PRICES_KEY, prices_metadata(report))
        check = prices_check(report)
        self._check(
            PRICES_KEY, VENUES_ANSWERED, passed=check.passed, severity=check.severity, metadata=dict(check.metadata)
        )

    def record_step(self, outcome: StepOutcome) -> None:
        """The tables of a step, with their checks."""
        for table in outcome.tables:
            self._materialize(table_key(table.table), table_metadata(table, outcome.rows_before.get(table.table)))
        for check in outcome.checks:
            self._check(
                table_key(check.check.table),
                check.check.name,
                passed=not check.failing,
                severity=severity(check.check),
                metadata=check_metadata(check),
            )

    def record_published(self) -> None:
        """The published file and page."""
        self._materialize(PUBLISHED_KEY, published_metadata(self._paths))

    def record_alerts(self, told: Told) -> None:
        """What was told of the night."""
        check = delivered_check(told)
        self._materialize(ALERTS_KEY, alerts_metadata(told))
        self._check(ALERTS_KEY, DELIVERED, passed=check.passed, severity=check.severity, metadata=dict(check.metadata))

    def _materialize(self, key: dg.AssetKey, metadata: dict[str, Any]) -> None:
        self._report(dg.AssetMaterialization(asset_key=key, metadata=metadata))

    def _report(self, event: dg.AssetMaterialization | dg.AssetCheckEvaluation) -> None:
        if self._instance is None:
            return
        try:
            self._instance.report_runless_asset_event(event)
        except SQLAlchemyError as error:
            self._fail(error)

    def _fail(self, error: Exception) -> None:
        self.failures.append(f"{self._paths.dagster}: {error.__cause__ or error}")

    def _check(
        self,
        key: dg.AssetKey,
        name: str,
        *,
        passed: bool,
        metadata: dict[str, Any],
        severity: dg.AssetCheckSeverity = dg.AssetCheckSeverity.ERROR,
    ) -> None:
        self._report(
            dg.AssetCheckEvaluation(asset_key=key, check_name=name, passed=passed, severity=severity, metadata=metadata)
        )
