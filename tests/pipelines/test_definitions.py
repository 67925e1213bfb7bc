"""What Dagster is told there is: a snapshot of every asset key, group, dependency, check and job, and the switches."""

from datetime import timedelta
from pathlib import Path

import dagster as dg
import pytest

from pipelines.configuration import read_configuration
from pipelines.definitions import build_defs
from support.sample import copy_sample

SNAPSHOT = Path(__file__).parent / "definitions.txt"


@pytest.fixture(scope="module")
def definitions(tmp_path_factory: pytest.TempPathFactory) -> dg.Definitions:
    return build_defs(read_configuration(copy_sample(tmp_path_factory.mktemp("definitions"))))


def _described(definitions: dg.Definitions) -> str:
    graph = definitions.resolve_asset_graph()
    lines = []
    for key in sorted(graph.get_all_asset_keys()):
        node = graph.get(key)
        needs = " ".join(sorted(parent.to_user_string() for parent in node.parent_keys)) or "nothing"
        checks = sorted(
            f"{check.name}  {'blocks' if graph.get(check).blocking else 'warns'}" for check in node.check_keys
        )
        lines.append(f"{key.to_user_string()}  group {node.group_name}  needs {needs}")
        lines += [f"    check {name}" for name in checks]
    for name in ("sync", "build"):
        selected = definitions.resolve_job_def(name).asset_layer.executable_asset_keys
        lines.append(f"job {name}  " + " ".join(sorted(key.to_user_string() for key in selected)))
    return "\n".join(lines) + "\n"


def test_definitions__sample_book__are_as_the_snapshot_says(definitions: dg.Definitions) -> None:
    """After a change that is meant: read the difference, then put what was printed into the snapshot."""
    described = _described(definitions)
    assert described == SNAPSHOT.read_text(encoding="utf-8"), described


def test_definitions__every_asset__has_description_group_kinds(definitions: dg.Definitions) -> None:
    for spec in definitions.resolve_all_asset_specs():
        assert spec.description, spec.key
        assert spec.group_name, spec.key
        assert spec.kinds, spec.key


def test_definitions__every_account__is_stale_after_36_hours(definitions: dg.Definitions) -> None:
    accounts = [spec for spec in definitions.resolve_all_asset_specs() if spec.key.path[0] == "raw" and not spec.deps]
    assert len(accounts) == 4
    for spec in accounts:
        assert spec.freshness_policy == dg.FreshnessPolicy.time_window(fail_window=timedelta(hours=36))


def test_schedule__is_on_from_the_first_start_in_the_taxpayers_zone(definitions: dg.Definitions) -> None:
    schedule = definitions.resolve_schedule_def("nightly")
    assert schedule.default_status is dg.DefaultScheduleStatus.RUNNING
    assert schedule.execution_timezone == "America/New_York"
    assert schedule.cron_schedule == "0 2 * * *"


@pytest.mark.parametrize("name", ["build_after_sync", "build_after_failed_sync"])
def test_sensor__is_on_from_the_first_start(definitions: dg.Definitions, name: str) -> None:
    assert definitions.resolve_sensor_def(name).default_status is dg.DefaultSensorStatus.RUNNING


def test_build_job__runs_in_one_process(definitions: dg.Definitions) -> None:
    assert definitions.resolve_job_def("build").executor_def is dg.in_process_executor
