"""`lotkeeper up` as a process of its own, for tests of what it serves.

Belongs here: starting it, waiting until it answers, ending it. Does not belong here: what is looked at.
"""

import os
import re
import signal
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def served(config: Path, *options: str, port: int, wait_seconds: int) -> Iterator[str]:
    """The address of the UI that `lotkeeper up` serves for the book of `config`, in time or an error."""
    log = config.parent / "up.log"
    command = [
        Path(sys.executable).parent / "lotkeeper", "up", "--config", config, "--port", str(port), *options,
    ]  # fmt: skip
    with (
        log.open("w") as output,
        subprocess.Popen(command, stdout=output, stderr=output, start_new_session=True) as process,
    ):
        try:
            yield _wait_for_address(log, process, wait_seconds)
        finally:
            os.killpg(process.pid, signal.SIGINT)
            try:
                process.wait(timeout=30)
            except subprocess.TimeoutExpired:
                os.killpg(process.pid, signal.SIGKILL)


def _wait_for_address(log: Path, process: "subprocess.Popen[bytes]", wait_seconds: int) -> str:
    for _ in range(wait_seconds * 2):
        assert process.poll() is None, log.read_text()
        told = re.search(r"http://127\.0\.0\.1:\d+", log.read_text())
        if told and _answers(told.group()):
            return told.group()
        time.sleep(0.5)
    raise AssertionError(f"no UI after {wait_seconds} s\n{log.read_text()}")


def _answers(address: str) -> bool:
    try:
        with urllib.request.urlopen(f"{address}/server_info", timeout=5) as answer:
            return bool(answer.status == 200)
    except OSError:
        return False
