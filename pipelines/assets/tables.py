"""The tables of the warehouse as assets: each step of the build becomes one asset per table that it makes.

Belongs here: telling Dagster about steps, tables and checks. Does not belong here: any rule of the books.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import dagster as dg

from pipelines.assets.prices import PRICES_KEY
from pipelines.assets.raw import raw_key
from pipelines.building import StepOutcome, run_step
from pipelines.metadata import TableDescription, markdown_table
from pipelines.resources import WAREHOUSE_POOL, BookResource
from warehouse.build import CheckResult
from warehouse.schema import table_comments
from warehouse.steps import Check, Step


def table_key(table: str) -> dg.AssetKey:
    """The key of a table (`schema.name`)."""
    return dg.AssetKey(table.split("."))


def table_assets(steps: Sequence[Step], accounts: Sequence[str]) -> list[dg.AssetsDefinition]:
    """The assets of the steps, for a book with these accounts."""
    comments = table_comments()
    return [_step_assets(step, accounts, comments) for step in steps]


def table_metadata(table: TableDescription, rows_before: int | None) -> dict[str, Any]:
    """What a built table shows: rows, what changed since the published file, columns with comments, what matters."""
    names = tuple(column.name for column in table.columns)
    metadata: dict[str, Any] = {
        "dagster/row_count": table.row_count,
        "dagster/table_name": table.table,
        "dagster/column_schema": dg.TableSchema(
            columns=[dg.TableColumn(column.name, column.type, column.comment) for column in table.columns]
        ),
        "first_rows": dg.MarkdownMetadataValue(markdown_table(names, table.preview)),
    }
    if table.highlights is not None:
        shown = table.highlights
        metadata["what_matters"] = dg.MarkdownMetadataValue(markdown_table(shown.columns, shown.rows))
        # as numbers, of which the UI draws a line over the nights; a float is for the eye only
        metadata |= {name: dg.FloatMetadataValue(round(float(total), 2)) for name, total in shown.totals.items()}
    if rows_before is not None:
        metadata["rows_added"] = table.row_count - rows_before
    return metadata


def check_metadata(outcome: CheckResult) -> dict[str, Any]:
    """What a check shows: how many rows fail it, and the first of them."""
    metadata: dict[str, Any] = {"failing_rows": outcome.failing}
    if outcome.rows:
        columns = tuple(outcome.rows[0])
        rows = tuple(tuple(row.values()) for row in outcome.rows)
        metadata["first_failing_rows"] = dg.MarkdownMetadataValue(markdown_table(columns, rows))
    return metadata


def severity(check: Check) -> dg.AssetCheckSeverity:
    """A blocking check is an error, any other a warning."""
    return dg.AssetCheckSeverity.ERROR if check.is_blocking else dg.AssetCheckSeverity.WARN


def _needs(step: Step, accounts: Sequence[str]) -> list[dg.AssetKey]:
    keys: list[dg.AssetKey] = []
    for need in step.needs:
        if need == "raw":
            keys += [raw_key(account) for account in accounts]
        elif need == "raw.prices":
            keys.append(PRICES_KEY)
        else:
            keys.append(table_key(need))
    return keys


def _step_assets(step: Step, accounts: Sequence[str], comments: Mapping[str, str]) -> dg.AssetsDefinition:
    deps = _needs(step, accounts)

    @dg.multi_asset(
        name="build_" + "_and_".join(table.replace(".", "_") for table in step.tables),
        specs=[
            dg.AssetSpec(
                table_key(table),
                deps=deps,
                group_name=table.partition(".")[0],
                kinds=set(step.kinds),
                description=f"{comments[table]}\n\n*How it is made:* {step.description}",
            )
            for table in step.tables
        ],
        check_specs=[
            dg.AssetCheckSpec(
                check.name, asset=table_key(check.table), description=check.description, blocking=check.is_blocking
            )
            for check in step.checks
        ],
        pool=WAREHOUSE_POOL,
    )
    def build(context: dg.AssetExecutionContext, book: BookResource) -> Iterator[dg.MaterializeResult[Any]]:
        configuration = book.configuration()
        outcome = run_step(
            step, configuration=configuration, build_id=context.run.run_id, as_of=book.now(configuration)
        )
        book.keep_build_open(configuration, context.run.run_id)
        for table in outcome.tables:
            yield dg.MaterializeResult(
                asset_key=table_key(table.table),
                metadata=table_metadata(table, outcome.rows_before.get(table.table)),
                check_results=[_result(check) for check in _checks_of(outcome, table.table)],
            )

    return build


def _checks_of(outcome: StepOutcome, table: str) -> list[CheckResult]:
    return [check for check in outcome.checks if check.check.table == table]


def _result(outcome: CheckResult) -> dg.AssetCheckResult:
    return dg.AssetCheckResult(
        check_name=outcome.check.name,
        asset_key=table_key(outcome.check.table),
        passed=not outcome.failing,
        severity=severity(outcome.check),
        metadata=check_metadata(outcome),
    )
