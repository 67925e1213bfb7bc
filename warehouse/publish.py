"""Publishing: the private file of a build becomes the one that people query, in one rename.

A reader that holds the public file open keeps what it opened and blocks nobody; one that opens it at any moment sees
a whole file, the old one or the new one.

Belongs here: files. Does not belong here: what is in them.
"""

import glob
import os
import shutil
from pathlib import Path
from typing import BinaryIO

from warehouse.connection import open_warehouse

OWNER_ONLY = 0o600


def publish(private: Path, public: Path) -> None:
    """Replace `public` by a copy of `private`, whose connections must be closed.

    The copy is on disk before it gets its name, and only the owner may read it. When this raises (`OSError`: no space,
    no permission; `duckdb.IOException`: somebody writes `private`), `public` is as it was.
    """
    with open_warehouse(private) as connection:
        connection.execute("CHECKPOINT")
    with private.open("rb") as source:
        replace_file(public, source)


def replace_file(public: Path, content: BinaryIO, *, mode: int = OWNER_ONLY) -> None:
    """Replace `public` by what `content` still has to read, whole or (`OSError`) not at all, with the rights `mode`."""
    temporary = public.with_name(f".{public.name}.{os.getpid()}.tmp")
    public.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    try:
        descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, mode)
        with os.fdopen(descriptor, "wb") as target:
            shutil.copyfileobj(content, target, 1 << 20)
            target.flush()
            os.fsync(target.fileno())
        temporary.chmod(mode)
        temporary.replace(public)
    finally:
        temporary.unlink(missing_ok=True)
    folder = os.open(public.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


def remove_unfinished(public: Path) -> None:
    """Remove copies that were to replace `public` and never did; nobody else may be replacing it now."""
    for left in public.parent.glob(f".{glob.escape(public.name)}.*.tmp"):
        left.unlink(missing_ok=True)
