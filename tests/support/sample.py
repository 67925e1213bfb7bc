"""The sample book, for tests that run the whole line on it.

Belongs here: copying it away from the tree. Does not belong here: what is in it.
"""

import shutil
from pathlib import Path

EXAMPLES = Path(__file__).parent.parent.parent / "examples"


def copy_sample(folder: Path) -> Path:
    """Copy the sample book without anything that was made from it; returns its lotkeeper.toml."""
    shutil.copytree(EXAMPLES, folder, dirs_exist_ok=True, ignore=shutil.ignore_patterns("data", "__pycache__"))
    return folder / "lotkeeper.toml"
