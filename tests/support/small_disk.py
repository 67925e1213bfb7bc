"""A disk of a few megabytes: a tmpfs, which refuses what does not fit as any full disk does.

Belongs here: mounting and unmounting. Does not belong here: what is written.
"""

import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest


@contextmanager
def small_disk(folder: Path, megabytes: int) -> Iterator[Path]:
    """`folder` as a disk of that size; the test is skipped where nobody may mount one."""
    folder.mkdir()
    root = [] if os.geteuid() == 0 else ["sudo", "-n"]
    options = f"size={megabytes}m,uid={os.geteuid()},mode=700"
    mount = [*root, "mount", "-t", "tmpfs", "-o", options, "tmpfs", str(folder)]
    done = subprocess.run(mount, capture_output=True, text=True, check=False)
    if done.returncode:
        pytest.skip(f"a full disk needs a tmpfs, which can not be mounted here: {done.stderr.strip()}")
    try:
        yield folder
    finally:
        subprocess.run([*root, "umount", "-l", str(folder)], check=True)


def fill(folder: Path, *, leave_bytes: int) -> Path:
    """Fill the disk but for so many bytes; returns the file that takes the room."""
    filler = folder / "filler"
    free = os.statvfs(folder).f_bavail * os.statvfs(folder).f_frsize
    with filler.open("wb") as file:
        os.posix_fallocate(file.fileno(), 0, max(1, free - leave_bytes))
    return filler
