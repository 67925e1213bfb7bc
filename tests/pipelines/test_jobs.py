"""The jobs as Dagster runs them, on the sample book."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import dagster as dg
import duckdb
import pytest

from pipelines.configuration import read_configuration
from pipelines.definitions import build_defs
from pipelines.jobs import BUILD, SYNC
from support.sample import copy_sample, published_rows


@pytest.fixture(scope="module")
def instance() -> Iterator[dg.DagsterInstance]:
    with dg.instance_for_test() as instance:
        yield instance


@pytest.fixture(scope="module")
def book(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A sample book whose CSV account is broken; its lotkeeper.toml."""
    config = copy_sample(tmp_path_factory.mktemp("jobs"))
    shutil.rmtree(config.parent / "imports")
    return config


@pytest.fixture(scope="module")
def synced(book: Path, instance: dg.DagsterInstance) -> dg.ExecuteInProcessResult:
    return _run(book, SYNC, instance)


@pytest.fixture(scope="module")
def built(book: Path, synced: dg.ExecuteInProcessResult, instance: dg.DagsterInstance) -> dg.ExecuteInProcessResult:
    assert not synced.success
    return _run(book, BUILD, instance)


def _run(config: Path, job: str, instance: dg.DagsterInstance) -> dg.ExecuteInProcessResult:
    definitions = build_defs(read_configuration(config))
    return definitions.resolve_job_def(job).execute_in_process(instance=instance, raise_on_error=False)


def test_sync_job__one_account_fails__the_others_succeed_and_it_is_red_at_once(
    synced: dg.ExecuteInProcessResult,
) -> None:
    materialized = {event.asset_key for event in synced.get_asset_materialization_events()}
    assert materialized == {dg.AssetKey(["raw", name]) for name in ("kraken", "binance", "wallet")}
    failed = [event for event in synced.all_events if event.is_step_failure]
    assert [event.step_key for event in failed] == ["raw__pool"]
    assert "pool.csv can not be read" in str(failed[0].step_failure_data.user_failure_data)
    assert not [event for event in synced.all_events if event.is_step_up_for_retry], "a missing file is not worth it"


def test_build_job__after_a_sync_that_failed_in_part__publishes(built: dg.ExecuteInProcessResult, book: Path) -> None:
    assert built.success
    with duckdb.connect(book.parent / "data" / "lotkeeper.duckdb", read_only=True) as connection:
        accounts = connection.execute("SELECT DISTINCT account FROM ledger.postings ORDER BY ALL").fetchall()
    assert accounts == [("binance",), ("kraken",), ("wallet",)]


def test_build_job__every_table__tells_rows_columns_and_what_was_added(built: dg.ExecuteInProcessResult) -> None:
    tables = [
        event.materialization for event in built.get_asset_materialization_events() if event.asset_key.path[0] != "raw"
    ]
    assert len(tables) > 15
    for materialization in tables:
        if materialization.asset_key.path[0] == "published":
            continue
        metadata = materialization.metadata
        assert isinstance(metadata["dagster/row_count"].value, int)
        columns = metadata["dagster/column_schema"].value.columns
        assert columns
        assert all(column.description for column in columns), materialization.asset_key


def test_build_job__blocking_check_fails__nothing_is_published(
    book: Path, instance: dg.DagsterInstance, built: dg.ExecuteInProcessResult, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert built.success
    before = published_rows(book)
    import pipelines.definitions as composed  # noqa: PLC0415
    from warehouse.build import STEPS  # noqa: PLC0415
    from warehouse.steps import Check, Step  # noqa: PLC0415

    lots = next(step for step in STEPS if "lots.lots" in step.tables)
    never = Check("never_holds", "lots.lots", "Nothing is there.", "SELECT 1 AS one", is_blocking=True)
    broken = Step(lots.tables, lots.needs, lots.description, lots.run, lots.kinds, (*lots.checks, never))
    monkeypatch.setattr(composed, "STEPS", tuple(broken if step is lots else step for step in STEPS))
    result = _run(book, BUILD, instance)
    assert not result.success
    assert dg.AssetKey(["published", "lotkeeper_duckdb"]) not in {
        event.asset_key for event in result.get_asset_materialization_events()
    }
    assert published_rows(book) == before


def test_build_job__and_command_line__publish_the_same_rows(sample_copy: Path, instance: dg.DagsterInstance) -> None:
    by_command = published_rows(sample_copy)
    assert _run(sample_copy, BUILD, instance).success
    assert published_rows(sample_copy) == by_command


def test_single_table__materialized_alone__starts_from_what_is_published(
    book: Path, built: dg.ExecuteInProcessResult, instance: dg.DagsterInstance
) -> None:
    assert built.success
    definitions = build_defs(read_configuration(book))
    result = definitions.resolve_job_def(BUILD).execute_in_process(
        instance=instance, asset_selection=[dg.AssetKey(["tax", "income"])]
    )
    assert result.success
