"""The command line, each time in a process of its own that need not import the program anew.

A server imports the program once; a command is forked from it, with the arguments, environment and working directory
that the installed script would get. Starting that script itself is for tests of processes that are killed or served.

Belongs here: running a command to its end. Does not belong here: what it is run on.
"""

import importlib
import multiprocessing
import os
import signal
import subprocess
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

_SECONDS = 300
_FORKED = multiprocessing.get_context("forkserver")
_FORKED.set_forkserver_preload(["pipelines.cli", "pipelines.night", "pipelines.report.page"])


def lotkeeper(*arguments: str | Path, killed_at: str | None = None) -> "subprocess.CompletedProcess[str]":
    """Run the command and wait for it; raises `subprocess.TimeoutExpired` after five minutes.

    Its process is killed (`kill -9`) where it calls the function `killed_at` (`"shutil.copyfileobj"`).
    """
    words = ["lotkeeper", *map(str, arguments)]
    with TemporaryDirectory() as name:
        folder = Path(name)
        process = _FORKED.Process(target=_run, args=(words, dict(os.environ), Path.cwd(), folder, killed_at))
        process.start()
        process.join(_SECONDS)
        if process.exitcode is None:
            process.kill()
            process.join()
            raise subprocess.TimeoutExpired(words, _SECONDS)
        told = [(folder / stream).read_text(encoding="utf-8") for stream in ("stdout", "stderr")]
    return subprocess.CompletedProcess(words, process.exitcode, *told)


def _run(words: list[str], environment: dict[str, str], folder: Path, told: Path, killed_at: str | None) -> None:
    """In the forked process: become the command."""
    for stream in (sys.stdout, sys.stderr):
        file = os.open(told / stream.name.strip("<>"), os.O_WRONLY | os.O_CREAT)
        os.dup2(file, stream.fileno())
        os.close(file)
    os.environ.clear()
    os.environ.update(environment)
    os.chdir(folder)
    sys.argv = words
    if killed_at is not None:
        module, name = killed_at.rsplit(".", 1)
        setattr(importlib.import_module(module), name, _die)
    from pipelines.cli import main  # noqa: PLC0415 - in the process of the tests nothing imports it

    main()


def _die(*_: object, **__: object) -> None:
    os.kill(os.getpid(), signal.SIGKILL)
