"""`lotkeeper up`: the Dagster UI and the daemon that runs the nightly schedule.

Belongs here: starting them and saying where things are. Does not belong here: definitions.
"""

import socket
import subprocess
import sys
from typing import Annotated

import typer
from rich.console import Console

from pipelines.commands.options import AsOfOption, ConfigOption, clock, load
from pipelines.configuration import ConfigurationError
from pipelines.instance import prepare_home

HOST = "127.0.0.1"
PORTS_TRIED = 20
_NO_ADVICE = "ignore:Function `dev_command` is superseded"  # by `dg dev`, a tool for projects under development


def up(
    config: ConfigOption = None,
    as_of: AsOfOption = None,
    port: Annotated[int, typer.Option(help="Port of the UI; the next free one is taken where it is in use.")] = 3000,
    *,
    sync_first: Annotated[bool, typer.Option("--sync-first", help="Sync and build before the UI starts.")] = False,
) -> None:
    """Serve the Dagster UI on this machine only, with the nightly schedule running. Stop it with Ctrl-C."""
    configuration = load(config)
    if sync_first:
        from pipelines.night import run_night  # noqa: PLC0415 - brings Dagster, which `up` alone starts by itself

        run_night(configuration, now=clock(configuration, as_of))
    environment = prepare_home(configuration)
    free_port = _free_port(port)
    console = Console(soft_wrap=True, highlight=False)
    console.print(f"\nconfiguration   {configuration.path}")
    console.print(f"published file  {configuration.paths.published}")
    console.print(f"report page     {configuration.paths.report}")
    console.print(f"query it        lotkeeper sql --config {configuration.path}")
    console.print(f"Dagster UI      http://{HOST}:{free_port}  (nightly at {configuration.sync.schedule}, "
                  f"{configuration.taxpayer.time_zone}; Ctrl-C stops it)\n")  # fmt: skip
    command = [
        sys.executable, "-W", _NO_ADVICE, "-m", "dagster", "dev", "--module-name", "pipelines.definitions",
        "--host", HOST, "--port", str(free_port), "--log-level", "warning",
    ]  # fmt: skip
    try:
        # Dagster looks for modules in its working directory first: in its own folder there are none
        code = subprocess.run(  # noqa: S603 - our own command line
            command, env=environment, cwd=configuration.paths.dagster, check=False
        ).returncode
    except KeyboardInterrupt:
        code = 0
    raise typer.Exit(1 if code else 0)


def _free_port(first: int) -> int:
    for port in range(first, first + PORTS_TRIED):
        with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind((HOST, port))
            except OSError:
                continue
            return port
    raise ConfigurationError(f"ports {first} to {first + PORTS_TRIED - 1} are all in use: choose one with --port")
